"""At the end of a whole run: what no test used, in a few lines, an exit status and a record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from asking import Project

TWO = """
@cassette
def test_one():
    assert ask("One")
    assert ask("Two")
    assert ask("Three")

@cassette
def test_two():
    assert ask("One")
"""
FEWER = """
@cassette
def test_one():
    assert ask("Two")
"""
REMOVES = "logprobs: pytest-logprobs check --prune removes what is unused"
FAILS = "logprobs: the run fails for what is unused, as logprobs_unused says"
FOUND = [
    "logprobs: 2 recordings that no test asked for: cassettes/test_it/test_one.json (1, 3)",
    "logprobs: 1 cassette that no test opened: cassettes/test_it/test_two.json",
]


def told(result: pytest.RunResult) -> list[str]:
    """Return what a run says of itself, without what it replayed."""
    lines = [line for line in result.outlines if line.startswith("logprobs: ")]
    return [line for line in lines if not line.startswith("logprobs: replayed ")]


def kept(project: Project) -> dict[str, list[int]]:
    """Return what the record says: files, and positions in them."""
    file = project.root / ".pytest_cache/v/logprobs/unused"
    record = json.loads(file.read_text()) if file.exists() else {}
    return {path: each["positions"] for path, each in record.items()}


@pytest.fixture
def leftover(project: Project) -> Project:
    """Give a project that recorded more than its tests ask for now."""
    project.write(TWO)
    assert project.record("once") == ["One", "Two", "Three", "One"]
    project.write(FEWER)
    return project


def test_a_whole_run_tells_what_is_unused(leftover):
    """A line for recordings, one for cassettes, and who removes both."""
    result = leftover.run()
    assert (told(result), result.ret) == ([*FOUND, REMOVES], 0)
    assert kept(leftover) == {
        "cassettes/test_it/test_one.json": [0, 2],
        "cassettes/test_it/test_two.json": [],
    }


def test_without_a_cache_nothing_is_offered(leftover):
    """What is to be removed would have to be kept there."""
    assert told(leftover.run("-p", "no:cacheprovider")) == FOUND


ENDS = {"ignore": ([], 0), "warn": ([*FOUND, REMOVES], 0), "fail": ([*FOUND, REMOVES, FAILS], 1)}


@pytest.mark.parametrize("what", ENDS)
def test_the_setting_says_what_to_do(leftover, pytester, what):
    """``ignore`` says nothing, ``warn`` tells, ``fail`` ends the run with exit status 1."""
    commanded = leftover.run(f"--logprobs-unused={what}")
    assert (told(commanded), commanded.ret) == ENDS[what]
    pytester.makeini(f"[pytest]\nlogprobs_unused = {what}")
    configured = leftover.run()
    assert (told(configured), configured.ret) == ENDS[what]
    assert kept(leftover) != {}


def test_a_wrong_value_is_a_usage_error(pytester):
    """It names what is accepted."""
    result = pytester.runpytest("--logprobs-unused=error")
    assert (result.ret, result.stderr.str()) == (
        4,
        "ERROR: --logprobs-unused takes ignore, warn or fail (default: warn); got 'error'\n",
    )


def test_a_whole_run_that_used_everything_says_nothing(project):
    """Neither when it records nor when it replays; and nothing is kept."""
    project.write(TWO)
    project.record("once")
    result = project.run("--logprobs-unused=fail")
    assert (told(result), result.ret, kept(project)) == ([], 0, {})


def test_a_worse_end_stays_as_it_is(leftover):
    """A test that failed is the reason for the exit status, and what is unused is told."""
    leftover.write(f"{FEWER}\ndef test_fails():\n    assert False")
    result = leftover.run("--logprobs-unused=fail")
    assert (told(result), result.ret) == ([*FOUND, REMOVES], 1)


def test_what_is_used_again_is_no_longer_in_the_record(leftover):
    """A run of a part takes out of the record what it used; a whole run makes it anew."""
    leftover.run()
    leftover.write(TWO)
    assert told(leftover.run("test_it.py::test_two")) == []
    assert kept(leftover) == {"cassettes/test_it/test_one.json": [0, 2]}
    assert told(leftover.run()) == []
    assert kept(leftover) == {}


def test_what_was_removed_is_no_longer_in_the_record(leftover):
    """Nor is that of a module that is gone together with its cassettes."""
    leftover.run()
    leftover.path("test_two").unlink()
    leftover.run("-k", "nothing")
    leftover.run("test_it.py::test_one")
    assert kept(leftover) == {}


def test_repeats_play_what_they_reach(project):
    """One that answers again and again is played once, and none is played by less than it takes."""
    project.write("@cassette\ndef test_it():\n    assert [ask(), ask(), ask()]")
    project.record("once")
    for repeats in ("cycle", "last"):
        mark = f'@pytest.mark.logprobs_cassette(repeats="{repeats}")'
        project.write(f"{mark}\ndef test_it():\n    assert [ask() for _ in range(7)]")
        assert told(project.run()) == []
        project.write(f"{mark}\ndef test_it():\n    assert [ask(), ask()]")
        assert told(project.run())[0] == (
            "logprobs: 1 recording that no test asked for: cassettes/test_it/test_it.json (3)"
        )


def test_a_suite_without_cassettes_has_nothing_judged(project):
    """Who uses none is not told of files that lie around."""
    project.write(TWO)
    project.record("once")
    project.write("def test_plain(): ...")
    assert told(project.run("--logprobs-unused=fail")) == []


def test_a_run_tells_what_it_replayed(project):
    """In one line, which names a single cassette; who wants it quiet is spared it."""
    project.write(TWO)
    project.record("once")
    lines = [line for line in project.run().outlines if line.startswith("logprobs: ")]
    assert lines == ["logprobs: replayed 4 answers from 2 cassettes"]
    result = project.run("test_it.py::test_two")
    path = "cassettes/test_it/test_two.json"
    assert f"logprobs: replayed 1 answer from {path}" in result.outlines
    assert "logprobs" not in project.run("-q").stdout.str()
