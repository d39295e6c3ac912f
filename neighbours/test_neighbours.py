"""pytest-recording, pytest-vcr, inline-snapshot and syrupy, as they are, in one suite with ours."""

from __future__ import annotations

import pytest
from loopback import echo_server

pytest_plugins = ["pytester"]

ALONE = {
    # the two refuse each other: which one is left out, and how the other one is told to record
    "recording": (["-p", "no:vcr"], "--record-mode=once"),
    "vcr": (["-p", "no:recording"], "--vcr-record=once"),
}
ASKING = """
import os
import httpx, pytest
from inline_snapshot import snapshot as inline
from loopback import RECORDINGS
from pytest_logprobs import parse

HAMLET = parse((RECORDINGS / "chat.json").read_bytes())

def ask(prompt="Who wrote Hamlet?"):
    body = {"model": "any", "messages": [{"role": "user", "content": prompt}]}
    url = os.environ["OPENAI_BASE_URL"] + "/chat/completions"
    return parse(httpx.post(url, json=body).content).text
"""
TESTS = """
@pytest.mark.vcr
@pytest.mark.parametrize("model", ["gpt-4", "GPT/4"])
def test_theirs(model):
    assert ask() == HAMLET.text
"""
OURS = """
@pytest.mark.logprobs_cassette
@pytest.mark.logprobs(min_mean_logprob=-1)
def test_ours(logprobs):
    assert ask() == HAMLET.text
    assert logprobs.completions == (HAMLET,)

def test_inline():
    assert 1 + 1 == inline(2)

def test_syrupy(snapshot):
    assert HAMLET.text == snapshot
"""

BOTH = (
    "ERROR: test_inner.py::test_theirs[gpt-4]: both the marker vcr and logprobs_cassette give it a "
    "cassette, and one alone can answer: remove one of them, or set logprobs_vcr_marker = true for "
    "all tests"
)
FIXTURE = (
    "ERROR: test_inner.py::test_theirs[gpt-4]: the fixture vcr_cassette opens a cassette of "
    "pytest-vcr beside the test's own; ask for logprobs_cassette"
)


@pytest.fixture(params=ALONE)
def plugin(request):
    """Give the arguments that leave one of the two out, and that with which the other records."""
    return ALONE[request.param]


@pytest.fixture
def suite(pytester, monkeypatch):
    """Write a suite; return what runs it, with a server that is gone afterwards if it records."""
    for name in ("CI", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")

    def write(tests, **ini):
        lines = "".join(f"{name} = {value}\n" for name, value in ini.items())
        pytester.makeini(f"[pytest]\naddopts = --strict-markers --strict-config\n{lines}")
        pytester.makepyfile(test_inner=f"{ASKING}\n{tests}")

    def run(*arguments, server=False):
        if not server:  # recordings are of where it was
            return pytester.runpytest_subprocess("-p", "no:randomly", *arguments)
        with echo_server() as running:
            monkeypatch.setenv("OPENAI_BASE_URL", running.address)
            return pytester.runpytest_subprocess("-p", "no:randomly", *arguments)

    run.write, run.cassettes = write, lambda: sorted(pytester.path.glob("cassettes/**/*.*"))
    return run


def test_all_at_once(suite, plugin):
    """Each records and replays its own tests; nobody's options are in the way of another's."""
    alone, recording = plugin
    suite.write(TESTS + OURS)
    recorded = suite(*alone, recording, "--logprobs-record=once", "--snapshot-update", server=True)
    recorded.assert_outcomes(passed=5)
    kinds = sorted(path.suffix for path in suite.cassettes())
    assert kinds in ([".json", ".yaml"], [".json", ".yaml", ".yaml"])  # GPT/4 is a directory to one
    suite(*alone, "-n", "2").assert_outcomes(passed=5)


def test_one_line(suite, plugin):
    """With ``logprobs_vcr_marker`` what they recorded is replayed by ours, and stays as it is."""
    alone, recording = plugin
    suite.write(TESTS)
    suite(*alone, recording, server=True).assert_outcomes(passed=2)
    before = {path: path.read_bytes() for path in suite.cassettes()}
    assert {path.suffix for path in before} == {".yaml"}
    seen = """
def test_that_it_is_ours(logprobs): ...

@pytest.fixture(autouse=True)
def answered_by_us(request, logprobs):
    yield
    if request.node.get_closest_marker("vcr"):
        assert logprobs.completions == (HAMLET,)
"""
    suite.write(TESTS + seen, logprobs_vcr_marker="true")
    for arguments in (["-p", "no:vcr", "-p", "no:recording"], [*alone, "-n", "2"]):
        result = suite(*arguments)
        result.assert_outcomes(passed=3)
        result.stdout.fnmatch_lines(["logprobs: replayed 2 answers from 2 cassettes"])
    assert {path: path.read_bytes() for path in suite.cassettes()} == before


def test_one_line_records_ours(suite, plugin):
    """A new recording is one of ours, and the other plugin writes none beside it."""
    alone, _ = plugin
    suite.write(TESTS, logprobs_vcr_marker="true")
    suite(*alone, "--logprobs-record=once", server=True).assert_outcomes(passed=2)
    assert [path.suffix for path in suite.cassettes()] == [".json", ".json"]
    suite(*alone).assert_outcomes(passed=2)


def test_a_blocked_network_does_not_keep_ours_from_recording(suite):
    """pytest-recording lets its own recordings through; so it does ours."""
    suite.write("pytestmark = pytest.mark.block_network\n" + TESTS, logprobs_vcr_marker="true")
    arguments = ("-p", "no:vcr", "--block-network")
    suite(*arguments, "--logprobs-record=once", server=True).assert_outcomes(passed=2)
    suite(*arguments).assert_outcomes(passed=2)


def test_converted_cassettes_replay_with_theirs(suite, plugin, pytester):
    """What ours recorded, as YAML: their own code answers from it."""
    alone, _ = plugin
    test = "@pytest.mark.{}\ndef test_it():\n    assert ask() == HAMLET.text\n"
    suite.write(test.format("logprobs_cassette"))
    suite(*alone, "--logprobs-record=once", server=True).assert_outcomes(passed=1)
    (ours,) = suite.cassettes()
    beside = ours.parent if alone[1] == "no:vcr" else ours.parent.parent
    theirs = beside / "test_it.yaml"
    done = pytester.run("pytest-logprobs", "convert", str(ours), "-o", str(theirs))
    assert (done.ret, done.outlines, done.errlines) == (0, [], [])
    ours.unlink()
    suite.write(test.format("vcr"))
    suite(*alone).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("alone", "option", "mode"),
    [
        ("no:vcr", "--record-mode=once", "once"),
        ("no:recording", "--vcr-record=all", "all"),
    ],
)
def test_their_options_would_do_nothing(suite, alone, option, mode):
    """With ``logprobs_vcr_marker`` each is a usage error that says what to give instead."""
    suite.write(TESTS, logprobs_vcr_marker="true")
    result = suite("-p", alone, option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    reason = "with logprobs_vcr_marker = true the cassettes are of pytest-logprobs"
    told = f"ERROR: {option} records nothing: {reason}; say --logprobs-record={mode}"
    assert [line for line in result.errlines if line] == [told]


def test_two_cassettes_for_one_test(suite, plugin):
    """Without the line, a test with both markers is a usage error."""
    alone, _ = plugin
    suite.write(f"@pytest.mark.logprobs_cassette\n{TESTS.lstrip()}")
    result = suite(*alone)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "\n".join(result.errlines).strip() == BOTH


def test_what_pytest_vcr_opens_by_its_fixture(suite):
    """It would be a second cassette: a usage error that says what to ask for instead."""
    suite.write(TESTS.replace("(model)", "(model, vcr_cassette)"), logprobs_vcr_marker="true")
    result = suite("-p", "no:recording")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "\n".join(result.errlines).strip() == FIXTURE
