"""What several tests or processes share is unused only if none of them used it."""

from __future__ import annotations

import pytest


def told(result):
    """Return what a run says of what is unused."""
    return [line for line in result.outlines if "that no test" in line]


SHARED = """
shared = pytest.mark.logprobs_cassette(name="shared")

@shared
def test_one():
    assert ask("One")

@shared
def test_two():
    assert ask("Two")
"""
THREE = "logprobs: 1 recording that no test asked for: cassettes/test_it/shared.json (3)"


@pytest.fixture
def sharing(project):
    """Give a project whose two tests share a cassette of three recordings."""
    project.write(SHARED.replace('ask("Two")', 'ask("Two") and ask("Three")'))
    assert project.record("once") == ["One", "Two", "Three"]
    project.write(SHARED)
    return project


@pytest.mark.parametrize("arguments", [(), ("-n2",), ("-n2", "--dist=loadgroup")])
def test_tests_that_share_a_cassette_are_taken_together(sharing, arguments):
    """In one process or in several, each of which sees some of the tests."""
    if arguments:
        pytest.importorskip("xdist")
    sharing.path("shared").with_stem("gone").write_bytes(sharing.path("shared").read_bytes())
    gone = "logprobs: 1 cassette that no test opened: cassettes/test_it/gone.json"
    result = sharing.run("--logprobs-unused=fail", *arguments)
    assert (told(result), result.ret) == ([THREE, gone], 1)


def test_one_that_did_not_pass_may_have_asked_for_the_rest(sharing):
    """Skipped, or failed before it asked for all."""
    for start in ("pytest.skip()", "assert 0"):
        sharing.write(SHARED.replace('    assert ask("Two")', f"    {start}"))
        assert told(sharing.run()) == []


def test_a_cassette_that_is_recorded_is_not_judged(sharing):
    """What stays of the file is what the mode keeps."""
    sharing.write(SHARED.replace('ask("Two")', 'ask("Four")'))
    assert told(sharing.run("--logprobs-record=new_episodes")) == []
    assert told(sharing.run("--logprobs-record=all")) == []
    two = "logprobs: 2 recordings that no test asked for: cassettes/test_it/shared.json (2, 3)"
    assert told(sharing.run()) == [two]


def test_a_worker_that_crashes_leaves_nothing_judged(sharing):
    """Nobody knows what it was about to use."""
    pytest.importorskip("xdist")
    sharing.write(f"{SHARED}\ndef test_crash():\n    os._exit(1)")
    result = sharing.run("-n1")
    assert "crashed" in result.stdout.str()
    assert told(result) == []


def test_a_part_is_a_part_in_several_processes_too(sharing):
    """Each deselects for itself."""
    pytest.importorskip("xdist")
    assert told(sharing.run("-n1", "-k", "one")) == []
    assert told(sharing.run("-n1", "test_it.py::test_one", "test_it.py::test_two")) == []


CONFTEST = """
@pytest.fixture(scope="session")
def answer():
    return ask("Answer")

@pytest.fixture(scope="module")
def other():
    return ask("Other")
"""
USING = """
@cassette
def test_one(answer):
    assert ask("One")

@cassette
def test_two(answer, other):
    assert ask("Two")
"""
FIXTURE = "logprobs: 1 cassette that no test opened: cassettes/conftest/fixture.other.json"


@pytest.fixture
def fixtures(project):
    """Give a project whose tests had two fixtures with cassettes, and have one now."""
    project.write(CONFTEST, "conftest.py")
    project.write(USING)
    assert sorted(project.record("once")) == ["Answer", "One", "Other", "Two"]
    assert told(project.run("--logprobs-unused=fail")) == []
    project.write(USING.replace(", other", ""))
    return project


def test_a_fixture_that_no_test_asks_for_leaves_its_cassette(fixtures):
    """It is told where all tests that could ask for it were run."""
    assert told(fixtures.run()) == [FIXTURE]
    assert told(fixtures.run("test_it.py")) == []
    pytest.importorskip("xdist")
    assert told(fixtures.run("-n2")) == [FIXTURE]


def test_a_test_that_did_not_pass_may_ask_for_any_fixture(fixtures):
    """A fixture that is not set up for a test that is skipped has its cassette all the same."""
    fixtures.write(USING.replace("def test_two", "@pytest.mark.skip\ndef test_two"))
    assert told(fixtures.run()) == []
    fixtures.write("pytest.skip('not here', allow_module_level=True)", "test_other.py")
    fixtures.write(USING.replace(", other", ""))
    assert told(fixtures.run()) == []


def test_a_file_that_was_left_out_may_ask_for_any_fixture(fixtures):
    """By whatever way; directories that are never entered have no tests."""
    for name in ("sub/test_sub.py", "build/test_build.py"):
        fixtures.write("def test_plain(): ...", name)
    assert told(fixtures.run()) == [FIXTURE]
    for left_out in ("--ignore=sub", "--ignore-glob=*sub*", "--ignore=sub/test_sub.py"):
        assert told(fixtures.run(left_out)) == []
    with (fixtures.root / "conftest.py").open("a") as conftest:
        conftest.write("\ncollect_ignore = ['sub']\n")
    assert told(fixtures.run()) == []


def test_a_live_run_uses_the_cassettes_of_fixtures(fixtures):
    """It opens none, and another run will."""
    assert told(fixtures.run("--logprobs-record=off")) == []


@pytest.mark.parametrize("argument", ["..", "../../{}", "../sub/.."])
def test_a_fixture_is_known_wherever_a_run_is_started(fixtures, monkeypatch, argument):
    """A path to the project through others names the same cassettes."""
    (fixtures.root / "sub").mkdir()
    monkeypatch.chdir(fixtures.root / "sub")
    assert told(fixtures.run(argument.format(fixtures.root.name))) == [FIXTURE]


def test_a_fixture_leaves_what_it_no_longer_asks_for(fixtures):
    """As a test does."""
    fixtures.write(USING)
    fixtures.write(CONFTEST.replace('ask("Answer")', '"answer"'), "conftest.py")
    assert told(fixtures.run()) == [
        "logprobs: 1 recording that no test asked for: cassettes/conftest/fixture.answer.json (1)"
    ]
    assert told(fixtures.run("test_it.py")) == []


RERUNS = """
import pytest
from _pytest.runner import runtestprotocol

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    for attempt in (1, 2):
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        failed = any(report.failed for report in reports)
        for report in reports:
            if report.failed and attempt == 1:
                report.outcome = "rerun"
            item.ihook.pytest_runtest_logreport(report=report)
        if not failed:
            return True

def pytest_report_teststatus(report):
    if report.outcome == "rerun":
        return "rerun", "R", "RERUN"
"""
FAILS_ONCE = """
attempts = []

def on_second():
    attempts.append(1)
    return len(attempts) == 2
"""


@pytest.mark.parametrize("arguments", [(), ("-n2",)])
def test_a_test_that_passes_when_it_is_run_again_has_passed(sharing, pytester, arguments):
    """What its attempts played is taken together, as plugins that rerun tests report them."""
    pytest.importorskip("xdist")
    pytester.makeconftest(RERUNS)
    sharing.write(FAILS_ONCE + SHARED.replace('ask("Two")', 'ask("Two") and on_second()'))
    result = sharing.run(*arguments)
    result.assert_outcomes(passed=2)
    assert told(result) == [THREE]
