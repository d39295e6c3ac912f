"""A probe: threads that are switched as often as Python can lose nothing and mix nothing up."""

from __future__ import annotations

import json
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
import urllib3
from loopback import echo_server

from pytest_logprobs._traffic import Traffic
from pytest_logprobs.cassettes import LogprobsCassette, Plan, guarded, patched_clients

PROMPTS = ["Who wrote Hamlet?", "Who wrote Faust?", "Who wrote Emma?"]
REQUESTS = 900
THREADS = 8


@pytest.fixture(autouse=True)
def restless():
    """Switch threads every few instructions."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def opened(path: Path, mode: str):
    """Return a cassette of a mode."""
    about = {"shown": path.name, "test": "test_it", "command": "pytest {}".format}
    return LogprobsCassette(Plan(path=path, mode=mode, root=path.parent, **about), Traffic())


def ask_all(address: str) -> list[tuple[str, str]]:
    """Ask 900 times from eight threads, through two clients; give each prompt with its answer."""
    with httpx.Client() as client, urllib3.PoolManager(maxsize=THREADS) as pool:

        def ask(number: int) -> tuple[str, str]:
            prompt = PROMPTS[number % len(PROMPTS)]
            body = {"model": "any", "messages": [{"role": "user", "content": prompt}]}
            url = f"{address}/chat/completions"
            if number % 2:
                answer = client.post(url, json=body).content
            else:
                answer = pool.request("POST", url, json=body).data
            return prompt, json.loads(answer)["id"]

        with ThreadPoolExecutor(THREADS) as threads:
            return list(threads.map(ask, range(REQUESTS)))


def test_nine_hundred_requests(tmp_path):
    """Every answer is recorded once and played once, to who asked for it."""
    each = range(1, REQUESTS // len(PROMPTS) + 1)
    expected = Counter((prompt, f"{prompt} #{number}") for prompt in PROMPTS for number in each)
    path = tmp_path / "cassette.json"
    recording = opened(path, "once")
    with echo_server() as server, patched_clients(lambda: recording):
        assert Counter(ask_all(server.address)) == expected
    assert len(recording.completions) == REQUESTS
    recording.close("passed")
    replaying = opened(path, "none")
    with patched_clients(lambda: replaying), guarded((), replaying.refuse):
        assert Counter(ask_all(server.address)) == expected
    assert (replaying.play_count, replaying.misses) == (REQUESTS, ())
    assert len(replaying.completions) == REQUESTS
