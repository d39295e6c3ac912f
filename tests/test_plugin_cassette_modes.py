"""The ways to record: CONTRACT §4, "The modes mean what they mean in vcrpy"."""

from __future__ import annotations

import json

import pytest

TWICE = """
@cassette
def test_it():
    assert ask("Hi").startswith("Hi ")
    assert ask("Bye").startswith("Bye ")
"""
MORE = """
@cassette
def test_it():
    assert ask("More").startswith("More ")
    assert ask("Hi").startswith("Hi ")
"""


def outcome(result):
    """Return how a run's tests ended, warnings left out."""
    found = result.parseoutcomes()
    return {
        kind: found[kind] for kind in ("passed", "failed", "errors", "skipped") if kind in found
    }


WITHOUT = {
    "none": ([], None),
    "once": (["Hi", "Bye"], ["Hi 1", "Bye 2"]),
    "new_episodes": (["Hi", "Bye"], ["Hi 1", "Bye 2"]),
    "all": (["Hi", "Bye"], ["Hi 1", "Bye 2"]),
    "rewrite": (["Hi", "Bye"], ["Hi 1", "Bye 2"]),
    "off": (["Hi", "Bye"], None),
}


@pytest.mark.parametrize("mode", WITHOUT)
def test_without_a_file(project, mode):
    """``none`` asks nobody and fails, ``off`` keeps nothing, the others record."""
    asked, answers = WITHOUT[mode]
    project.write(TWICE)
    result = project.run(f"--logprobs-record={mode}")
    assert outcome(result) == ({"failed": 1} if mode == "none" else {"passed": 1})
    assert project.server.asked == asked
    assert project.files == ([] if answers is None else ["cassettes/test_it/test_it.json"])
    if answers:
        assert project.cassette() == (True, answers)


LACKING = {
    "none": ([], ["Hi 1", "Bye 2"]),
    "once": ([], ["Hi 1", "Bye 2"]),
    "new_episodes": (["More"], ["Hi 1", "Bye 2", "More 3"]),
    "all": (["More", "Hi"], ["Hi 4", "Bye 2", "More 3"]),
    "rewrite": (["More", "Hi"], ["More 3", "Hi 4"]),
    "off": (["More", "Hi"], ["Hi 1", "Bye 2"]),
}


@pytest.mark.parametrize("mode", LACKING)
def test_with_a_file_that_lacks_a_request(project, mode):
    """What was recorded is replayed, except by ``all``, ``rewrite`` and ``off``.

    ``none`` and ``once`` fail for what is new, the others record it: ``new_episodes`` adds it,
    ``all`` replaces what was asked, ``rewrite`` the whole file. ``off`` leaves the file alone.
    """
    asked, answers = LACKING[mode]
    project.write(TWICE)
    project.record("once")
    project.write(MORE)
    before = len(project.server.asked)
    result = project.run(f"--logprobs-record={mode}")
    assert outcome(result) == ({"failed": 1} if mode in ("none", "once") else {"passed": 1})
    assert project.server.asked[before:] == asked
    assert project.cassette() == (True, answers)


@pytest.mark.parametrize("mode", ["none", "once", "new_episodes"])
def test_what_is_recorded_is_replayed(project, mode):
    """The server is not asked, and the file not touched."""
    project.write(TWICE)
    project.record("once")
    before = project.path().read_bytes(), project.path().stat().st_mtime_ns
    assert project.record(mode) == []
    assert (project.path().read_bytes(), project.path().stat().st_mtime_ns) == before


def test_none_is_the_default(project):
    """A run that says nothing replays, and never asks."""
    project.write(TWICE)
    assert outcome(project.run()) == {"failed": 1}
    project.record("once")
    assert outcome(project.run()) == {"passed": 1}
    assert project.server.asked == ["Hi", "Bye"]


def test_identical_requests_are_recorded_each(project):
    """The n-th identical request gets the n-th recording."""
    project.write('@cassette\ndef test_it():\n    print("\\n=>", [ask() for _ in range(3)])')
    recorded = project.run("--logprobs-record=once", "-s")
    replayed = project.run("-s")
    for result in (recorded, replayed):
        result.stdout.fnmatch_lines(["=> ['Hi 1', 'Hi 2', 'Hi 3']"])


@pytest.mark.parametrize(
    ("repeats", "expected"),
    [("last", "['Hi 1', 'Hi 2', 'Hi 2', 'Hi 2']"), ("cycle", "['Hi 1', 'Hi 2', 'Hi 1', 'Hi 2']")],
)
def test_repeats_says_what_follows_the_last_recording(project, repeats, expected):
    """``repeats="last"`` and ``"cycle"`` answer a request that is made more often."""
    tests = '@pytest.mark.logprobs_cassette(repeats="{}")\ndef test_it():\n    print("\\n=>", {})'
    project.write(tests.format(repeats, "[ask() for _ in range(2)]"))
    project.record("once")
    project.write(tests.format(repeats, "[ask() for _ in range(4)]"))
    project.run("-s").stdout.fnmatch_lines([f"=> {expected.replace('[', '[[]', 1)}"])


@pytest.mark.parametrize("place", ["the marker", "the configuration"])
def test_what_is_ignored_does_not_matter(project, pytester, place):
    """``ignore=`` and ``logprobs_ignore`` name body paths that vary, in any mode."""
    marker = 'ignore=["metadata.trace_id"]' if place == "the marker" else ""
    lines = "logprobs_ignore =\n    user\n    metadata.trace_id" if not marker else ""
    pytester.makeini(f"[pytest]\n{lines}\n")
    test = (
        "@pytest.mark.logprobs_cassette({})\ndef test_it():\n    ask(metadata={{'trace_id': {}}})"
    )
    project.write(test.format(marker, 1))
    project.record("once")
    project.write(test.format(marker, 2))
    assert outcome(project.run()) == {"passed": 1}
    assert project.record("all") == ["Hi"]
    assert project.cassette() == (True, ["Hi 2"])


# Which of several modes holds

SETTINGS = {  # command line, marker, configuration, CI → whether the server is asked
    "command line": ("once", None, None, "", True),
    "marker": (None, "once", None, "", True),
    "configuration": (None, None, "once", "", True),
    "command line over marker": ("none", "once", "once", "", False),
    "command line over marker again": ("once", "none", "none", "", True),
    "marker over configuration": (None, "none", "once", "", False),
    "marker over configuration again": (None, "once", "none", "", True),
    "marker in CI": (None, "once", None, "true", False),
    "marker in CI over configuration": (None, "once", "once", "1", False),
    "no marker in CI": (None, None, "once", "true", True),
    "command line in CI": ("once", None, None, "true", True),
    "command line in CI over marker": ("rewrite", "once", None, "true", True),
    "CI that is not set": (None, "once", None, "0", True),
    "CI that is false": (None, "once", None, "False", True),
}


@pytest.mark.parametrize("case", SETTINGS)
def test_which_mode_holds(project, pytester, monkeypatch, case):
    """Command line > marker > configuration.

    "With ``CI`` set, a marker's own recording mode counts as ``none`` unless the command line says
    otherwise." "``CI`` counts as set unless empty, ``0`` or ``false``."
    """
    command, marker, ini, ci, asks = SETTINGS[case]
    monkeypatch.setenv("CI", ci)
    pytester.makeini(f"[pytest]\n{f'logprobs_record = {ini}' if ini else ''}\n")
    project.write(f"@pytest.mark.logprobs_cassette(record={marker!r})\ndef test_it():\n    ask()")
    project.run(*([f"--logprobs-record={command}"] if command else []))
    assert project.server.asked == (["Hi"] if asks else [])


def test_the_narrowest_marker_holds_keyword_by_keyword(project):
    """What a marker of the test does not say is taken from that of its class or module."""
    project.write(
        """
pytestmark = pytest.mark.logprobs_cassette(record="once", ignore=["user"])

class TestIt:
    pytestmark = pytest.mark.logprobs_cassette(record="none")

    def test_none(self):
        ask("class")

    @pytest.mark.logprobs_cassette(record="new_episodes", name="mine")
    def test_new(self):
        ask("test")

def test_once():
    ask("module")
"""
    )
    assert outcome(project.run()) == {"passed": 2, "failed": 1}
    assert project.server.asked == ["test", "module"]
    assert project.files == ["cassettes/test_it/mine.json", "cassettes/test_it/test_once.json"]


# The file is stable


def without_what_varies(path):
    """Return a cassette without what the server makes up, and without when it was recorded."""
    content = json.loads(path.read_text()) | {"checksum": "of all this"}
    for number, each in enumerate(content["interactions"]):
        each["recorded"]["at"] = each["response"]["json"]["id"] = number
        text = each["response"]["json"]["choices"][0]["message"]["content"]
        each["response"] = json.loads(json.dumps(each["response"]).replace(text, text.split()[0]))
    return content


def test_recording_twice_changes_only_what_differs(project):
    """The answers' ids and texts, which the server numbers, and the time; nothing else."""
    project.write(TWICE)
    project.record("rewrite")
    first, lines = without_what_varies(project.path()), project.path().read_text().split("\n")
    project.record("rewrite")
    assert without_what_varies(project.path()) == first
    pairs = zip(lines, project.path().read_text().split("\n"), strict=True)
    changed = [line.lstrip()[:8] for line, again in pairs if line != again]
    assert set(changed) <= {'"id": "c', '"message', '{"token"', '"recorde', '"checksu'}


def test_saving_what_was_loaded_changes_nothing_else(project):
    """An addition leaves every line of what was there as it is."""
    project.write(TWICE)
    project.record("once")
    before = project.path().read_text().partition("\n ],\n")[0]
    project.write(MORE)
    project.record("new_episodes")
    after = project.path().read_text()
    assert after.startswith(f"{before},\n")
    assert project.cassette() == (True, ["Hi 1", "Bye 2", "More 3"])


# Usage errors

TAKES = "it takes name=, record=, ignore=, repeats="
MODES = "none, once, new_episodes, all, rewrite"
MARKERS = {
    "nam='x'": f"the marker logprobs_cassette does not take nam; {TAKES}",
    "'x', 1, mode='once'": f"the marker logprobs_cassette does not take 'x', 1, mode; {TAKES}",
    "record='ones'": f"record= of the marker logprobs_cassette is one of {MODES}, off, got 'ones'",
    "record=['once']": (
        f"record= of the marker logprobs_cassette is one of {MODES}, off, got ['once']"
    ),
    "repeats='first'": (
        "repeats= of the marker logprobs_cassette is one of error, last, cycle, got 'first'"
    ),
    "ignore='user'": (
        "ignore= of the marker logprobs_cassette is a list of paths in the body, got 'user'"
    ),
    "ignore=[1]": "ignore= of the marker logprobs_cassette is a list of paths in the body, got [1]",
    "name=''": "name= of the marker logprobs_cassette is a text, got ''",
    "name=7": "name= of the marker logprobs_cassette is a text, got 7",
}


@pytest.mark.parametrize("arguments", MARKERS)
def test_a_mistake_in_the_marker_is_a_usage_error(project, arguments):
    """It ends the run before any test, with exit 4 and one line."""
    project.write(f"@pytest.mark.logprobs_cassette({arguments})\ndef test_it():\n    ask()")
    result = project.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.stderr.str() == f"ERROR: test_it.py::test_it: {MARKERS[arguments]}\n"


@pytest.mark.parametrize("mode", ["ones", "", "NONE", "new-episodes"])
def test_a_mode_that_there_is_not_is_a_usage_error(project, pytester, mode):
    """On the command line and in the configuration alike."""
    takes = f"takes {MODES} or off (default: none); got {mode!r}"
    option = project.run(f"--logprobs-record={mode}")
    pytester.makeini(f"[pytest]\nlogprobs_record = {mode}\n")
    configuration = project.run()
    assert (option.ret, configuration.ret) == (4, 4)
    assert option.stderr.str() == f"ERROR: --logprobs-record {takes}\n"
    assert configuration.stderr.str() == f"ERROR: logprobs_record in the configuration {takes}\n"


@pytest.mark.parametrize("where", ["the marker", "the command line"])
def test_usage_errors_under_xdist(project, where):
    """They end the run as they end it in one process."""
    pytest.importorskip("xdist")
    project.write("@pytest.mark.logprobs_cassette(mode=1)\ndef test_it():\n    ask()")
    arguments = ["--logprobs-record=ones"] if where == "the command line" else []
    alone = project.run(*arguments)
    shared = project.run("-n2", *arguments, subprocess=True)
    assert shared.ret == alone.ret == pytest.ExitCode.USAGE_ERROR
    assert alone.stderr.str() in shared.stderr.str()
