"""Recording once more: what was there stays, what was paid for is used, what went wrong is said."""

from __future__ import annotations

import json

import pytest
from terminal import explanations

TWO = """
FAILING = {failing!r}

@cassette
def test_it(logprobs):
    ask("Hi")
    if FAILING == "assert":
        assert not "as it should be"
    if FAILING == "span":
        logprobs.last.span("Shakespeare")
    if FAILING == "stop":
        raise KeyError("text")
    ask("Bye")
"""


@pytest.mark.parametrize("failing", ["assert", "span"])
def test_a_test_that_fails_for_an_answer_throws_no_other_answer_away(project, failing):
    """Not in ``rewrite`` either: it may not have asked for all when it failed."""
    project.write(TWO.format(failing=""))
    project.record("once")
    project.write(TWO.format(failing=failing))
    assert project.record("rewrite") == ["Hi"]
    assert (project.cassette(), project.journals) == ((False, ["Hi 3", "Bye 2"]), [])
    project.write(TWO.format(failing=""))
    assert project.record("once") == []
    assert project.cassette() == (True, ["Hi 3", "Bye 2"])


@pytest.mark.parametrize("mode", ["once", "new_episodes", "all", "rewrite"])
def test_answers_of_a_run_that_was_broken_off_are_offered_in_every_mode(project, mode):
    """They are "offered back at the next recording run", and the summary says so."""
    project.write(TWO.format(failing="stop"))
    project.record(mode)
    project.write(TWO.format(failing=""))
    result = project.run(f"--logprobs-record={mode}")
    assert project.server.asked == ["Hi", "Bye"]
    assert (project.cassette(), project.journals) == ((True, ["Hi 1", "Bye 2"]), [])
    line = "logprobs: recorded 2 answers (1 of an earlier run) in cassettes/test_it/test_it.json"
    assert line in result.outlines


def test_who_records_anew_wants_no_answers_of_long_ago(project):
    """Those of the last day are the run that was broken off; ``once`` takes older ones, too."""
    project.write(TWO.format(failing="stop"))
    project.record("rewrite")
    (journal,) = project.root.glob(".pytest_cache/**/*.jsonl")
    interaction = json.loads(journal.read_text())
    interaction["recorded"]["at"] = "2020-02-20T20:20:20Z"
    journal.write_text(json.dumps(interaction))
    project.write(TWO.format(failing=""))
    assert project.record("rewrite") == ["Hi", "Bye"]


def test_a_miss_says_that_the_cassette_is_not_complete(project):
    """And names the mode that goes on with it."""
    project.write(TWO.format(failing="assert"))
    project.record("once")
    project.write(TWO.format(failing=""))
    shown = project.run().outlines
    assert "cassette: cassettes/test_it/test_it.json, 1 recording, not complete" in shown
    command = "pytest test_it.py::test_it --logprobs-record=once"
    assert f"next: if this request is meant, record it: {command}" in shown


def test_what_went_wrong_on_the_wire_is_said(project):
    """An error that is kept will be replayed; a request without an answer will be missed."""
    project.server.statuses = [503]
    project.write(
        """
@cassette
def test_it():
    assert ask("Hi") == 503
    with pytest.raises(Exception, match="refused"):
        httpx.post("http://127.0.0.1:9/nobody")
"""
    )
    result = project.run("--logprobs-record=once")
    path = "cassettes/test_it/test_it.json"
    assert [line for line in result.outlines if line.startswith("logprobs: ")] == [
        f"logprobs: recorded 1 answer in {path}",
        f"logprobs: errors of the server are among them in {path}: 503",
        f"logprobs: 1 request got no answer to keep in {path}",
    ]


def test_a_server_that_is_down_is_said_once(project):
    """Not once for each test of a suite."""
    ask = 'with pytest.raises(Exception): httpx.post("http://127.0.0.1:9/nobody")'
    project.write(f"@cassette\n@pytest.mark.parametrize('at', 'ab')\ndef test_it(at):\n    {ask}")
    result = project.run("--logprobs-record=once")
    assert [line for line in result.outlines if line.startswith("logprobs: ")] == [
        "logprobs: 2 requests got no answer to keep in 2 cassettes"
    ]


def test_once_needs_no_key_for_what_is_recorded(project, monkeypatch):
    """A cassette that only replays holds a placeholder ready, in that mode too."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    project.write(
        "@cassette\ndef test_it():\n    ask()\n    print('key:', os.environ.get('OPENAI_API_KEY'))"
    )
    first = project.run("--logprobs-record=once", "-rP")
    again = project.run("--logprobs-record=once", "-rP")
    assert [line for line in first.outlines if line.startswith("key:")] == ["key: None"]
    assert [line for line in again.outlines if line.startswith("key:")] == ["key: placeholder"]


def test_rewriting_for_one_test_keeps_what_the_others_recorded(project):
    """A file that tests share is theirs, too."""
    shared = 'shared = pytest.mark.logprobs_cassette(name="shared")\n'
    tests = "".join(f'@shared\ndef test_{n}():\n    ask("{n}")\n' for n in "ab")
    project.write(shared + tests)
    project.record("once")
    assert project.record("rewrite", "-k", "test_b") == ["b"]
    assert project.cassette("shared") == (True, ["a 1", "b 3"])


def test_a_marker_that_comes_too_late(project):
    """The test fails before it could reach anybody."""
    project.write(
        """
@pytest.fixture
def late(request):
    request.node.add_marker(cassette)

def test_it(late):
    ask()
"""
    )
    result = project.run()
    result.assert_outcomes(failed=1)
    assert "the marker logprobs_cassette came after the collection" in result.outlines
    assert explanations(result) == []
    assert project.server.asked == []


@pytest.mark.parametrize("strict", [False, True])
def test_no_test_is_expected_to_miss_a_recording(project, strict):
    """It fails for a miss, though it is marked ``xfail``."""
    project.write(f"@pytest.mark.xfail(strict={strict})\n@cassette\ndef test_it():\n    ask()\n")
    result = project.run("-rA")
    result.assert_outcomes(failed=1)
    assert any(line.startswith("FAILED test_it.py::test_it - ") for line in result.outlines)


def test_the_url_of_a_request_is_not_logged(project):
    """Vcrpy would log it whole, with the key that it may hold."""
    project.write(
        """
@cassette
def test_it():
    httpx.get("http://api.invalid/v1?api_key=open-sesame")
"""
    )
    shown = project.run("--log-level=DEBUG").stdout.str()
    assert "api_key=REDACTED" in shown
    assert "open-sesame" not in shown.split("Captured log")[-1]


@pytest.mark.parametrize("worker", [(), ("-n2",)], ids=["alone", "xdist"])
def test_a_path_that_is_none_is_a_usage_error(project, worker):
    """In the marker as in the configuration, before any test runs; the miss's spelling is one."""
    project.write('pytestmark = pytest.mark.logprobs_cassette(ignore=["a..["])\ndef test_it(): ...')
    result = project.run(*worker, subprocess=True)
    assert result.ret == 4
    problem = "is no path into a body: write messages.0.content or metadata.trace_id"
    where = "test_it.py::test_it: ignore= of the marker logprobs_cassette"
    assert f"ERROR: {where}: 'a..[' {problem}" in result.errlines
    project.write("@cassette\ndef test_it(): ...")
    result = project.run("-o", "logprobs_ignore=a..[", *worker, subprocess=True)
    assert result.ret == 4
    assert f"ERROR: logprobs_ignore in the configuration: 'a..[' {problem}" in result.errlines


def test_what_a_miss_names_can_be_ignored(project):
    """As it is spelled there."""
    tests = "@pytest.mark.logprobs_cassette(ignore=[{}])\ndef test_it():\n    ask({!r})"
    project.write(tests.format("", "Hi"))
    project.record("once")
    project.write(tests.format("", "Hello"))
    assert "differs in $.messages[0].content: " in project.run().stdout.str()
    project.write(tests.format("'$.messages[0].content'", "Hello"))
    project.run().assert_outcomes(passed=1)


@pytest.mark.parametrize("mode", ["once", "rewrite"])
def test_a_test_that_is_run_again(project, mode):
    """As plugins do with what failed: its file is complete when it passes, as ever."""
    twice = """
from _pytest.runner import runtestprotocol

def pytest_runtest_protocol(item, nextitem):
    for _ in range(2):
        item._initrequest()
        runtestprotocol(item, nextitem=nextitem, log=False)
    return True
"""
    project.write(twice, "conftest.py")
    project.write(
        """
@cassette
def test_it(request):
    ask()
    passes, request.session.again = hasattr(request.session, "again"), True
    assert passes
"""
    )
    assert project.record(mode) == ["Hi"] * (2 if mode == "rewrite" else 1)
    assert project.cassette() == (True, ["Hi 2" if mode == "rewrite" else "Hi 1"])
