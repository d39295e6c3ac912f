"""A run of a part of the suite: what it did not run it says nothing about."""

from __future__ import annotations

import json
import shutil

import pytest
from gating import TONE, verdicts

FACTS = TONE.replace("tone", "facts")
IN_PART = {
    "a keyword": ("-k", "tone"),
    "a marker": ("-m", "not slow"),
    "a path": ("sub/test_tone.py",),
    "a directory": ("sub",),
    "a path from outside": ("--rootdir=.", "./sub/../sub/test_tone.py"),
    "node ids": ("sub/test_tone.py::test_tone",),
    "one that is ignored": ("--ignore=test_facts.py",),
    "a pattern that is ignored": ("--ignore-glob=*facts*",),
    "one that is not selected": ("--deselect=test_facts.py::test_facts[3]",),
    "a name of a module": ("--pyargs", "sub.test_tone"),
}
SLOW = FACTS.replace("range(12)", "[*range(11), pytest.param(11, marks=pytest.mark.slow)]")


@pytest.fixture
def two(gates, pytester):
    """Give a project with a gate in each of two directories, and a baseline."""
    pytester.makeconftest(
        "def pytest_configure(config): config.addinivalue_line('markers', 'slow: x')"
    )
    (gates.root / "sub").mkdir()
    (gates.root / "sub/__init__.py").touch()
    gates.write(TONE, file="sub/test_tone.py")
    gates.store(SLOW, file="test_facts.py")
    pytester.syspathinsert()
    return gates


@pytest.mark.parametrize("part", [*IN_PART.values(), ("-n2", *IN_PART["a keyword"])], ids=" ".join)
def test_a_group_of_which_a_case_did_not_run_is_shown_and_no_test(two, part):
    """However the part was chosen; the other group is judged."""
    result = two.run("-rA", *part)
    assert verdicts(result) == ["PASSED gate[tone]"]
    assert result.ret == 0
    result.stdout.fnmatch_lines(["gate facts: not run *"])


def test_in_a_part_what_is_gone_is_missing(two):
    """A path whose file has lost a test says so; of what is not below it nothing is said."""
    two.write(TONE.replace("range(12)", "range(11)"), file="sub/test_tone.py")
    result = two.run("-rA", "sub")
    assert (result.ret, verdicts(result)) == (1, ["FAILED gate[tone]"])


def test_the_last_failed_alone(two):
    """``--lf`` leaves even files out unread."""
    two.write(TONE.replace("said(number))", "said(number))\n    assert 0"), file="sub/test_tone.py")
    two.run()
    result = two.run("-rA", "--lf")
    assert verdicts(result) == ["PASSED gate[tone]"]  # of which each has failed
    result.stdout.fnmatch_lines(["gate facts: not run *"])


def test_the_last_failed_of_a_file_alone(two):
    """Tests of it that passed are not even collected: nothing is known of them."""
    before = two.baseline.read_bytes()
    failing = "said(number))\n    assert number < 9"
    two.write(TONE.replace("said(number))", failing), file="sub/test_tone.py")
    two.run()
    two.write(TONE, file="sub/test_tone.py")
    result = two.run("-rA", "--lf")
    assert (result.ret, verdicts(result)) == (0, [])
    result.stdout.fnmatch_lines(["gate tone: not* *"])
    two.write(TONE.replace("said(number))", failing), file="sub/test_tone.py")
    two.run()
    two.write(TONE, file="sub/test_tone.py")
    assert two.run("--lf", "--logprobs-baseline=update").ret == 0
    assert two.baseline.read_bytes() == before


IGNORING = [
    "collect_ignore = ['test_facts.py']",
    "collect_ignore_glob = ['*facts*']",
    "def pytest_ignore_collect(collection_path): return 'facts' in collection_path.name or None",
]


@pytest.mark.parametrize("line", IGNORING)
def test_what_a_project_ignores_itself_is_missing(two, line):
    """No line of its own switches a gate off; only the command line chooses a part."""
    conftest = two.root / "conftest.py"
    conftest.write_text(f"{conftest.read_text()}\n{line}\n")
    result = two.run("-rA")
    assert (result.ret, verdicts(result)) == (1, ["PASSED gate[tone]", "FAILED gate[facts]"])


@pytest.mark.parametrize("way", [(), ("-n1",)], ids=" ".join)
@pytest.mark.parametrize("words", ["sub more", "sub more/d*"])
def test_a_directory_of_testpaths_that_is_gone_is_missing(two, pytester, words, way):
    """Pytest takes what there is of the option."""
    two.store(TONE.replace("tone", "mood"), "more", file="more/deep/test_mood.py")
    pytester.makeini(f"[pytest]\ntestpaths = {words}\n")
    shutil.rmtree(two.root / "more")
    result = two.run("-rA", *way)
    assert (result.ret, verdicts(result)) == (1, ["PASSED gate[tone]", "FAILED gate[mood]"])


def test_a_plugin_that_runs_a_part_of_what_was_collected(two, pytester):
    """A shard cuts the list of tests; what it cut off did not run."""
    pytester.makeconftest(
        """
import pytest

def pytest_configure(config):
    config.addinivalue_line("markers", "slow: x")

@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    del items[::2]
"""
    )
    result = two.run("-rA")
    assert (result.ret, verdicts(result)) == (0, [])
    result.stdout.fnmatch_lines(["gate facts: not run *", "gate tone: not run *"])


def test_nothing_is_selected(two):
    """No gate is judged, and pytest's own exit status says that no test ran."""
    for way in ((), ("-n2",)):
        result = two.run("-rA", "-k", "nothing", "--logprobs-baseline=check", *way)
        assert (result.ret, verdicts(result)) == (pytest.ExitCode.NO_TESTS_COLLECTED, [])


def test_from_another_directory(two, monkeypatch):
    """Paths of the command line count from where it was typed, and node ids from the root."""
    monkeypatch.chdir(two.root / "sub")
    result = two.run("-rA", "--rootdir=..", "-c", "../tox.ini", "test_tone.py")
    assert (result.ret, verdicts(result)) == (0, ["PASSED gate[tone]"])
    result = two.run("-rA", "--rootdir=..", "-c", "../tox.ini", "..")
    assert verdicts(result) == ["PASSED gate[facts]", "PASSED gate[tone]"]


def test_the_scope_stands_in_the_run_file(two):
    """As paths below the root directory, and what was left out."""
    two.run("sub", "test_facts.py", "-k", "not 1", "--logprobs-report=run.json")
    (scope,) = json.loads((two.root / "run.json").read_text())["scopes"]
    assert sorted(scope["paths"]) == ["sub", "test_facts.py"]
    assert "sub/test_tone.py::test_tone[11]" in scope["left_out"]
    two.run("--logprobs-report=run.json")
    assert json.loads((two.root / "run.json").read_text())["scopes"] == [{}]
