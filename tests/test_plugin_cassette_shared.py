"""Tests that share a cassette by its name: CONTRACT §3.

"With a shared ``name=``, ``once`` looks at whether the file existed when the run began, and each
test replays from its beginning."
"""

from __future__ import annotations

import pytest

SHARED = """
shared = pytest.mark.logprobs_cassette(name="shared")

@shared
def test_a():
    assert ask("Hi").startswith("Hi ")
    {a}

@shared
def test_b():
    assert ask("Hi").startswith("Hi ")
    assert ask("Bye").startswith("Bye ")
    {b}
"""


def write(project, a="pass", b="pass"):
    """Write the two tests, with what they do at the end."""
    project.write(SHARED.format(a=a, b=b))


@pytest.mark.parametrize("mode", ["once", "new_episodes", "rewrite"])
def test_what_one_recorded_the_other_replays(project, mode):
    """Nothing is asked for twice in a run, and the file holds it once."""
    write(project)
    assert project.record(mode) == ["Hi", "Bye"]
    assert project.cassette("shared") == (True, ["Hi 1", "Bye 2"])
    project.run().assert_outcomes(passed=2)
    project.run("-k", "test_b").assert_outcomes(passed=1, deselected=1)


def test_once_does_not_add_to_a_file_that_was_there(project):
    """Not even after another test of the same run had it open."""
    write(project)
    project.record("once")
    write(project, b='ask("More")')
    result = project.run("--logprobs-record=once")
    result.assert_outcomes(passed=1, failed=1)
    assert project.server.asked == ["Hi", "Bye"]
    assert project.cassette("shared") == (True, ["Hi 1", "Bye 2"])


def test_the_command_of_a_miss_leaves_what_others_recorded(project):
    """``rewrite`` would throw it away, ``new_episodes`` adds what is missing."""
    write(project)
    project.record("once")
    write(project, b='ask("More")')
    command = "pytest test_it.py::test_b --logprobs-record=new_episodes"
    result = project.run()
    assert f"next: if this request is meant, record it: {command}" in result.outlines
    project.run(*command.split()[1:]).assert_outcomes(passed=1)
    assert project.cassette("shared") == (True, ["Hi 1", "Bye 2", "More 3"])
    project.run().assert_outcomes(passed=2)


def test_rewrite_records_everything_once_in_a_run(project):
    """The first test replaces what it asks for, the second goes on from there."""
    write(project)
    project.record("once")
    assert project.record("rewrite") == ["Hi", "Bye"]
    assert project.cassette("shared") == (True, ["Hi 3", "Bye 4"])


def test_all_asks_for_everything(project):
    """What both ask is recorded by both; the file holds the latest."""
    write(project, a='ask("Hi")')
    project.record("once")
    assert project.cassette("shared") == (True, ["Hi 1", "Hi 2", "Bye 3"])
    assert project.record("all") == ["Hi", "Hi", "Hi", "Bye"]
    assert project.cassette("shared") == (True, ["Hi 6", "Hi 5", "Bye 7"])
    project.run().assert_outcomes(passed=2)


@pytest.mark.parametrize("failing", ["a", "b"])
def test_the_file_is_complete_when_the_last_of_them_has_passed(project, failing):
    """One that failed may go on recording, though another passed after it."""
    write(project, **{failing: "assert not 'as expected'"})
    project.record("once")
    assert project.cassette("shared") == (False, ["Hi 1", "Bye 2"])
    write(project, **{failing: 'ask("More")'})
    assert project.record("once") == ["More"]
    assert project.cassette("shared") == (True, ["Hi 1", "Bye 2", "More 3"])


def test_each_has_a_journal_of_its_own(project):
    """A test that passes does not tidy up the answers of one that was broken off."""
    write(project, a='ask("More")\n    raise RuntimeError')
    assert project.record("once") == ["Hi", "More", "Hi", "Bye"]
    assert project.journals == [["Hi 1", "More 2"]]
    write(project, a='ask("More")')
    assert project.record("new_episodes") == []
    assert project.cassette("shared") == (True, ["Hi 3", "Bye 4", "More 2"])
    assert project.journals == []
