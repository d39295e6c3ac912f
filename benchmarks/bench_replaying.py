"""Replaying: requests to one large cassette, and a suite of many small ones."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import vcr
from answers import chat_body
from rounds import take_turns

from pytest_logprobs._traffic import Traffic
from pytest_logprobs.cassettes import LogprobsCassette, Plan, patched_clients
from pytest_logprobs.cassettes._file import write_cassette
from pytest_logprobs.cassettes._messages import stored_request, stored_response

URL = "https://api.example/v1/chat/completions"
JSON = {"content-type": ["application/json"]}
SIZES = (10, 100, 1_000)
TESTS = 200


def chat(number):
    """Return one of many chats; they differ in a word in the middle of the prompt."""
    prompt = f"Decide about the review.\n\nReview number {number}: it was good.\n\nSentiment:"
    return {"model": "m", "messages": [{"role": "user", "content": prompt}], "logprobs": True}


def interaction(number, body):
    """Return the recording of a chat."""
    request = stored_request("POST", URL, JSON, json.dumps(chat(number)).encode())
    return {"request": request, "response": stored_response(200, JSON, body), "recorded": {}}


def in_vcrpy(number, body):
    """Return the same as vcrpy stores it."""
    headers = {"content-type": ["application/json"]}
    request = {"method": "POST", "uri": URL, "body": json.dumps(chat(number)), "headers": headers}
    status = {"code": 200, "message": "OK"}
    response = {"status": status, "headers": headers, "body": {"string": body.decode()}}
    return {"request": request, "response": response}


def opened(path):
    """Open a cassette of ours."""
    about = {"shown": "", "test": "", "command": str, "root": path.parent}
    plan = Plan(path=path, mode="none", repeats="cycle", **about)
    return LogprobsCassette(plan, Traffic())


@pytest.fixture(scope="module")
def cassettes(tmp_path_factory):
    """Write cassettes of several sizes; return where each is."""
    folder = tmp_path_factory.mktemp("cassettes")
    body = chat_body(5, 5)
    paths = {}
    for size in SIZES:
        paths[size] = folder / f"{size}.json"
        write_cassette(
            paths[size], complete=True, interactions=[interaction(n, body) for n in range(size)]
        )
    paths["vcrpy"] = folder / "vcrpy.json"
    recorded = {"version": 1, "interactions": [in_vcrpy(n, body) for n in range(SIZES[-1])]}
    paths["vcrpy"].write_text(json.dumps(recorded))
    return paths


def test_requests_to_one_cassette(table, cassettes):
    """A request costs the same however many recordings there are."""
    asked = 40
    loaded = {size: opened(cassettes[size]) for size in SIZES}
    playing = []

    def ask(size):
        playing[:] = [loaded[size]]
        for number in range(asked):
            client.post(URL, json=chat(number * size // asked))

    work = {f"{size:,} recordings": lambda size=size: ask(size) for size in SIZES}
    with httpx.Client() as client:
        with patched_clients(lambda: playing[0]):
            taken = take_turns(work, rounds=25)
        stock = vcr.use_cassette(
            str(cassettes["vcrpy"]),
            serializer="json",
            match_on=("method", "uri", "body"),
            allow_playback_repeats=True,
            record_mode="none",
        )
        name = "1,000 recordings, vcrpy matching bodies"
        with stock:
            taken |= take_turns({name: lambda: ask(SIZES[-1])}, rounds=1)
    taken[name] *= 25  # eight seconds each
    group = f"{asked} requests of httpx, spread over one cassette"
    for each in work:
        aim = "≤ 1.3 ×" if each == "1,000 recordings" else ""
        table.line(group, each, taken, to="10 recordings", aim=aim)
    table.line("the same", name, taken, to="1,000 recordings", aim="≥ 50 ×")


def test_opening_one_cassette(table, cassettes):
    """Opening takes as long as the file is."""
    work = {f"{size:,} recordings": lambda size=size: opened(cassettes[size]) for size in SIZES}
    taken = take_turns(work, rounds=9)
    for name in taken:
        aim = "≤ 100 × (linear)" if name == "1,000 recordings" else ""
        table.line("opening one cassette", name, taken, to="10 recordings", aim=aim)


SUITE = """
import json
from pathlib import Path

import httpx
import pytest
from pytest_logprobs import parse

URL = {url!r}
HERE = Path(__file__).parent
CHATS = json.loads((HERE / "chats.json").read_text())
BODIES = ((HERE / f"{{n}}.json").read_bytes() for n in range({tests}))
ANSWERS = httpx.MockTransport(lambda _: httpx.Response(200, headers=JSON, content=next(BODIES)))
JSON = {{"content-type": "application/json"}}
CLIENT = httpx.Client({transport})

@pytest.fixture(scope="module")
def vcr_config():
    return {{"match_on": ("method", "uri", "body"), "serializer": {serializer!r}}}

{mark}
@pytest.mark.parametrize("n", range({tests}))
def test_it(n):
    assert parse(CLIENT.post(URL, json=CHATS[n])).mean_logprob < 0
"""


def test_a_suite(table, tmp_path):
    """What recorders add to a client that answers from files, one large answer a test."""
    sizes = [chat_body(298 + number, 20) for number in range(5)]
    bodies = [sizes[number % 5] for number in range(TESTS)]
    suites = {
        "answers from files": ("", ""),
        "cassettes": ("@pytest.mark.logprobs_cassette", ""),
        "pytest-recording, YAML": ("@pytest.mark.vcr", "yaml"),
        "pytest-recording, JSON": ("@pytest.mark.vcr", "json"),
    }
    for number, (mark, serializer) in enumerate(suites.values()):
        folder = tmp_path / str(number)
        recordings = folder / "cassettes" / "test_it"
        recordings.mkdir(parents=True)
        (folder / "chats.json").write_text(json.dumps([chat(n) for n in range(TESTS)]))
        transport = "" if mark else "mounts={'all://': ANSWERS}"  # beside the one to the network
        source = SUITE.format(
            url=URL, mark=mark, tests=TESTS, transport=transport, serializer=serializer
        )
        (folder / "test_it.py").write_text(source)
        for n, body in enumerate(bodies):
            if serializer:
                text = recorded_by_vcrpy([in_vcrpy(n, body)], serializer)
                (recordings / f"test_it[{n}].{serializer}").write_text(text)
            elif mark:
                write_cassette(recordings / f"test_it[{n}].json", True, [interaction(n, body)])
            else:
                (folder / f"{n}.json").write_bytes(body)
    folders = {name: tmp_path / str(number) for number, name in enumerate(suites)}
    work = {name: lambda name=name: run(folders[name]) for name in suites}
    taken = take_turns(work, rounds=5, clock=of_children)
    bare = taken.pop("answers from files")
    added = {
        name: [(whole - without) / TESTS for whole, without in zip(wholes, bare, strict=True)]
        for name, wholes in taken.items()
    }
    group = f"processor time added to each of {TESTS} tests with 300 tokens, 20 alternatives"
    for name, aim in (("YAML", "≤ 0.5 ×"), ("JSON", "≤ 1 ×")):
        other = f"pytest-recording, {name}"
        table.line(group, other, added, to=other)
        table.line(group, "cassettes", added, to=other, aim=aim)


def of_children():
    """Return the processor time of the processes that ended; what else runs does not count."""
    import resource  # not on Windows

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def recorded_by_vcrpy(interactions, serializer):
    """Return the text of a cassette of vcrpy's."""
    from vcr.serializers import jsonserializer, yamlserializer

    kind = jsonserializer if serializer == "json" else yamlserializer
    return kind.serialize({"version": 1, "interactions": interactions})


def run(suite: Path):
    """Run a suite in a process of its own."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=suite, capture_output=True, text=True, check=False)
    assert f"{TESTS} passed" in done.stdout, done.stdout
