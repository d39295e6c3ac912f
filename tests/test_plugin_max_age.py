"""``logprobs_max_age``: how old the recordings may be that tests replay."""

from __future__ import annotations

import re
import shlex
from datetime import datetime, timedelta, timezone

import pytest
from terminal import failures

TESTS = """
pytestmark = cassette

def test_two():
    assert ask("a") and ask("b")

def test_one():
    assert ask("c")
"""


@pytest.fixture
def recorded(project):
    """Record a suite of two tests."""
    project.write(TESTS)
    assert len(project.record("once")) == 3
    return project


def date(project, *days, name="test_it", module="test_it"):
    """Write into a cassette that its recordings are of so many days ago; ``None``: no one knows."""
    path, ages = project.path(name, module), iter(days)
    now = datetime.now(timezone.utc)

    def dated(found):
        age = next(ages)
        at = age if age is None else (now - timedelta(days=age)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return '"before": 1' if at is None else f'"at": "{at}"'

    text, count = re.subn('"at": "[^"]*"', dated, path.read_text("utf-8"))
    assert count == len(days)
    path.write_text(text, "utf-8")


def run(project, value, *arguments, **options):
    """Replay the suite with a setting."""
    return project.run("-o", f"logprobs_max_age={value}", *arguments, **options)


def lines(result):
    """Return what is said of ages at the end of a run."""
    return [line for line in result.outlines if re.match("logprobs: .* older than ", line)]


def test_one_line_for_a_run(recorded):
    """The run says how many recordings are older, in how many cassettes, and names the oldest."""
    date(recorded, 91, 412, name="test_two")
    date(recorded, 100, name="test_one")
    result = run(recorded, "90d")
    result.assert_outcomes(passed=2)
    (line,) = lines(result)
    assert line == (
        "logprobs: 3 recordings in 2 cassettes are older than 90d, the oldest 412 days in "
        "cassettes/test_it/test_two.json; record it anew: pytest test_it.py::test_two "
        "--logprobs-record=rewrite"
    )
    assert len(recorded.server.asked) == 3


def test_what_is_not_older(recorded):
    """Without the setting nothing is said, nor of the last day, nor of a time that is not known."""
    date(recorded, 90, None, name="test_two")
    date(recorded, 412, name="test_one")
    assert lines(recorded.run()) == []
    assert lines(run(recorded, "90d", "-k", "two")) == []
    assert lines(run(recorded, "90d fail", "-k", "two")) == []


def test_what_was_not_played(recorded):
    """A recording that no test asked for is not what the tests rest on."""
    date(recorded, 412, 1, name="test_two")
    recorded.write(TESTS.replace('ask("a") and ', ""))
    assert lines(run(recorded, "90d fail", "-k", "two")) == []


def test_the_command_records_it_anew(recorded):
    """The command that is printed makes the recordings young again."""
    date(recorded, 91, 412, name="test_two")
    (line,) = lines(run(recorded, "12w"))
    run(recorded, "12w", *shlex.split(line.partition("pytest ")[2])).assert_outcomes(passed=1)
    assert len(recorded.server.asked) == 5
    assert lines(run(recorded, "12w")) == []


def test_a_test_fails(recorded):
    """``fail`` fails the tests that would pass on older recordings; nothing is asked again."""
    date(recorded, 91, 412, name="test_two")
    result = run(recorded, "90d fail")
    result.assert_outcomes(passed=1, failed=1)
    assert failures(result) == {
        "test_two": (
            "this test replays what is older than logprobs_max_age allows, which is 90d\n"
            "cassette: cassettes/test_it/test_two.json, 2 recordings are older\n"
            "oldest: recording 2 of 2, recorded 412 days ago on m\n"
            "next: record the test anew: pytest test_it.py::test_two --logprobs-record=rewrite"
        )
    }
    assert len(lines(result)) == 1
    assert len(recorded.server.asked) == 3


@pytest.mark.parametrize("mode", ["once", "new_episodes"])
def test_it_never_records_by_itself(recorded, mode):
    """A mode that would record what is missing replays what is there, and fails as well."""
    date(recorded, 412, name="test_one")
    result = run(recorded, "90d fail", f"--logprobs-record={mode}")
    result.assert_outcomes(passed=1, failed=1)
    assert len(recorded.server.asked) == 3


def test_another_failure_goes_first(recorded):
    """A test that fails for its answer, or for a miss, fails with that."""
    recorded.write(
        """
pytestmark = cassette

def test_two():
    assert ask("a") == "another"

def test_one():
    ask("c")
    ask("d")
"""
    )
    date(recorded, 412, 412, name="test_two")
    date(recorded, 412, name="test_one")
    result = run(recorded, "90d fail")
    result.assert_outcomes(failed=2)
    shown = failures(result)
    assert "max_age" not in shown["test_two"]
    assert shown["test_one"].startswith("no recording answers ")


def test_what_a_fixture_played(project):
    """A fixture's cassette counts for the test for which it is set up."""
    project.write(
        """
@pytest.fixture(scope="module")
def answer():
    return ask("a")

@cassette
def test_first(answer):
    pass

@cassette
def test_second(answer):
    pass
"""
    )
    assert project.record("once") == ["a"]
    date(project, 412, name="fixture.answer")
    result = run(project, "90d fail")
    result.assert_outcomes(passed=1, failed=1)
    text = failures(result)["test_first"]
    assert "cassette: cassettes/test_it/fixture.answer.json, 1 recording is older\n" in text
    (line,) = lines(result)
    assert line.startswith(
        "logprobs: 1 recording is older than 90d, 412 days in cassettes/test_it/fixture.answer.json"
    )


def test_a_fixture_that_a_test_without_a_cassette_sets_up(project):
    """What it played counts for the test that set it up."""
    project.write(
        """
@pytest.fixture(scope="module")
def answer():
    return ask("a")

def test_first(answer):
    pass

@cassette
def test_second(answer):
    pass
"""
    )
    assert project.record("once") == ["a"]
    date(project, 412, name="fixture.answer")
    result = run(project, "90d fail")
    result.assert_outcomes(passed=1, failed=1)
    assert list(failures(result)) == ["test_first"]
    assert len(lines(result)) == 1
    result = run(project, "90d")
    result.assert_outcomes(passed=2)
    assert len(lines(result)) == 1


def test_a_shared_cassette_counts_once(project):
    """Two tests that replay the same recording make it no two."""
    project.write(
        """
pytestmark = pytest.mark.logprobs_cassette(name="shared", repeats="last")

def test_first():
    ask("a")

def test_second():
    ask("a")
"""
    )
    project.record("once", "-k", "first")
    date(project, 412, name="shared")
    (line,) = lines(run(project, "90d"))
    assert line.startswith("logprobs: 1 recording is older than 90d, 412 days in ")


def test_xdist(recorded):
    """The controller says it once for all workers."""
    pytest.importorskip("xdist")
    date(recorded, 91, 412, name="test_two")
    date(recorded, 100, name="test_one")
    result = run(recorded, "90d", "-n2", subprocess=True)
    result.assert_outcomes(passed=2)
    (line,) = lines(result)
    assert line.startswith(
        "logprobs: 3 recordings in 2 cassettes are older than 90d, the oldest 412 days in "
    )


@pytest.mark.parametrize("value", ["90", "0d", "90d later", "soon"])
def test_a_usage_error(project, value):
    """What is no age ends the run before anything is collected."""
    result = run(project, value)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.stderr.str() == (
        "ERROR: logprobs_max_age in the configuration takes days or weeks, such as 90d or 12w, and "
        "then whether to warn or fail (90d fail); default: of any age, and warn; "
        f"got {value!r}\n"
    )


def test_it_is_listed(project):
    """``pytest --help`` has the line of the configuration."""
    shown = " ".join(project.run("--help").stdout.str().split())
    assert (
        "logprobs_max_age (string): how old the recordings may be that tests replay: days or "
        "weeks, such as 90d or 12w, and then whether to warn or fail (90d fail); default: of any "
        "age, and warn"
    ) in shown
