"""What the clients of ``asking`` make of a recording, and of a request that has none."""

from __future__ import annotations

import json
import os

import pytest
from loopback import echo_server

pytest_plugins = ["pytester"]
CLIENTS = os.environ["PYTEST_LOGPROBS_CLIENTS"].split()

TESTS = """
import json, os, time
from pathlib import Path

import asking, pytest
from loopback import RECORDINGS
from pytest_logprobs import CassetteMissError, parse

pytestmark = pytest.mark.logprobs_cassette
HAMLET = parse((RECORDINGS / "chat.json").read_bytes())

@pytest.fixture(params=os.environ["PYTEST_LOGPROBS_CLIENTS"].split())
def ask(request):
    return getattr(asking, request.param.replace("-", "_"))

def test_replay(ask, logprobs):
    assert ask("Who wrote Hamlet?", 2) == HAMLET.text
    assert logprobs.completions == (HAMLET,)

def test_miss(ask, logprobs_cassette):
    ask("Who wrote Hamlet?", 2)
    if logprobs_cassette.record_mode != "none":
        return
    kinds, seconds = [], {0: [], 2: []}
    for retries in (0, 2) * 5:
        begun = time.perf_counter()
        try:
            ask("Who wrote Faust?", retries)
        except BaseException as error:
            kinds.append(type(error).__name__)
        seconds[retries].append(time.perf_counter() - begun)
    Path(f"{ask.__name__}.json").write_text(json.dumps({
        "kinds": kinds,
        "misses": len(logprobs_cassette.misses),
        "slower": min(seconds[2]) / min(seconds[0]),
    }))

def test_miss_that_is_caught(ask, logprobs_cassette):
    recording = logprobs_cassette.record_mode != "none"
    try:
        ask("Who wrote Hamlet?" if recording else "Who wrote Faust?", 2)
    except Exception:
        pass
"""


@pytest.fixture
def pytester(pytester, monkeypatch):
    """Record the tests from a server that is gone afterwards."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("OPENAI_API_KEY", "placeholder")
    # what langchain and litellm would fetch or send besides the question
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    monkeypatch.setenv("LANGSMITH_TRACING", "false")
    pytester.makepyfile(test_inner=TESTS)
    with echo_server() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.address)
        recorded = pytester.runpytest_subprocess("--logprobs-record=once")
    recorded.assert_outcomes(passed=3 * len(CLIENTS))
    assert server.prompts == ["Who wrote Hamlet?"] * 3 * len(CLIENTS)
    monkeypatch.delenv("OPENAI_API_KEY")
    return pytester


def test_replay(pytester):
    """Every client gets the recorded answer, without a server and without a key."""
    pytester.runpytest_subprocess("-k", "test_replay").assert_outcomes(
        passed=len(CLIENTS), deselected=2 * len(CLIENTS)
    )


def test_miss(pytester):
    """A changed prompt is asked once, fails at once, and fails the test whatever becomes of it."""
    result = pytester.runpytest_subprocess("-k", "test_miss")
    result.assert_outcomes(failed=2 * len(CLIENTS), deselected=len(CLIENTS))
    told = [line for line in result.outlines if line.startswith("no recording answers POST http")]
    assert len(told) == 2 * len(CLIENTS)
    for client in CLIENTS:
        seen = json.loads((pytester.path / f"{client.replace('-', '_')}.json").read_text())
        raised = {"CassetteMissError"}
        if client == "langchain-async":
            # takes what is no Exception for an answer, and trips over it: the test is told the miss
            raised |= {"AttributeError"}
        assert set(seen["kinds"]) <= raised, client
        assert (len(seen["kinds"]), seen["misses"]) == (10, 10), client
        # the shortest pause before a retry is 0.4 s, a hundred times what such a call takes
        assert seen["slower"] < 10, client
