"""Two tests that run at the same time in one process: the limit, detected and named."""

from __future__ import annotations

import pytest

CONFTEST = """
import threading
from _pytest.runner import SetupState, runtestprotocol

class Local(threading.local, SetupState):
    "What pytest knows of a test that is set up, for each thread its own."

def pytest_runtestloop(session):
    session._setupstate = Local()
    threads = [threading.Thread(target=run, args=(item,)) for item in session.items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return True

def run(item):
    if item.name == "test_second":
        item.module.BEGUN.wait(10)
    for report in runtestprotocol(item, log=False):
        item.config.hook.pytest_runtest_logreport(report=report)
    if item.name == "test_second":
        item.module.ENDED.set()
"""
"""Runs each test in a thread, as plugins do that run tests in threads: the second in the first."""

TESTS = """
import threading
BEGUN, ENDED = threading.Event(), threading.Event()

{first}
def test_first():
    BEGUN.set()
    assert ENDED.wait(10)
    assert {asked} == {answered}

{second}
def test_second():
    assert ask("Second") == "Second 1"
"""

TOLD = (
    "test_it.py::test_second begins while test_it.py::test_first runs in this process: what two "
    "tests ask at the same time cannot be told apart; run them one after the other, or in "
    "processes of their own: pytest -n 2 (pytest-xdist)"
)


@pytest.mark.parametrize(
    ("first", "second"), [("@cassette", "@cassette"), ("@cassette", ""), ("", "@cassette")]
)
def test_the_second_of_two_tests(project, first, second):
    """It fails before it asks anything, and leaves the first alone, which keeps its answers."""
    (project.root / "conftest.py").write_text(CONFTEST)
    asked = {"asked": 'ask("First")', "answered": '"First 1"'}
    project.write(TESTS.format(first=first, second=second, **asked))
    result = project.run("--logprobs-record=once", "-p", "no:xdist")
    result.assert_outcomes(passed=1, errors=1)
    assert TOLD in result.outlines
    assert project.server.asked == ["First"]
    assert project.names == (["test_it/test_first"] if first else [])


LEFT = """
import threading
from concurrent.futures import ThreadPoolExecutor
GO = threading.Event()
POOL = ThreadPoolExecutor(1)

def later():
    GO.wait(10)
    ask("Later")

THREAD = threading.Thread(target=later)

@pytest.fixture(scope="module")
def served():
    THREAD.start()

@cassette
def test_one({fixture}):
    {start}
    POOL.submit(ask, "First").result()

@cassette
def test_two():
    GO.set()
    THREAD.join()
    POOL.submit(ask, "Second").result()
"""

STRANGER = (
    "logprobs: a thread that test_it.py::test_one left running asked "
    "cassettes/test_it/test_two.json, not its own"
)


def test_a_thread_that_a_test_leaves_running(project):
    """It asks the cassette of the test that runs by then, and the end of the run names both."""
    project.write(LEFT.format(fixture="", start="THREAD.start()"))
    result = project.run("--logprobs-record=once")
    result.assert_outcomes(passed=2)
    assert [line for line in result.outlines if "left running" in line] == [STRANGER]
    assert project.server.asked == ["First", "Later", "Second"]


def test_a_thread_that_belongs_to_all_tests(project):
    """A server that a fixture of the module runs, and a pool, are named for no test."""
    project.write(LEFT.format(fixture="served", start="pass"))
    result = project.run("--logprobs-record=once")
    result.assert_outcomes(passed=2)
    assert "left running" not in result.stdout.str()
