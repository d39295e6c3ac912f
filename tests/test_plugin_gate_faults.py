"""What lets other gates pass, and fails this one."""

from __future__ import annotations

import pytest
from gating import OTHER, TONE, verdicts
from terminal import failures

FAILED = ["FAILED gate[tone]"]
ELSEWHERE = TONE.replace("tone", "mood").replace("12", "2")


def test_a_test_that_has_another_name(gates):
    """Its old cases are missing; its new ones are new."""
    gates.store()
    gates.write(TONE.replace("def test_tone", "def test_sound"))
    result = gates.run("-rA")
    assert (result.ret, verdicts(result)) == (1, FAILED)
    result.stdout.fnmatch_lines(["gate tone: missing *"])
    result.stdout.fnmatch_lines(["*missing:", "*12 cases: its test is gone, or has another name"])
    result.stdout.fnmatch_lines(["*new:", "*test_tone.py::test_sound[[]0]*"])


@pytest.mark.parametrize("way", [(), ("-n2",)], ids=" ".join)
def test_a_case_that_is_gone(gates, way):
    """One of twelve fails the gate, and is named."""
    gates.store()
    gates.write(TONE.replace("range(12)", "range(11)"))
    result = gates.run("-rA", *way)
    assert (result.ret, verdicts(result)) == (1, FAILED)
    assert "    test_tone.py::test_tone[11]: " in result.stdout.str()


@pytest.mark.parametrize("way", [(), ("-n2",)], ids=" ".join)
def test_a_file_that_is_gone(gates, way):
    """Where another test asks for the gate, or the command line for the baseline."""
    gates.store(TONE, file="test_tone.py")
    gates.write(ELSEWHERE, file="test_mood.py")
    gates.run("--logprobs-baseline=update")
    (gates.root / "test_tone.py").unlink()
    result = gates.run("-rA", *way)
    assert (result.ret, verdicts(result)) == (1, ["PASSED gate[mood]", *FAILED])
    gates.write(OTHER, file="test_mood.py")
    assert gates.run(*way).ret == 0  # nothing asks
    assert gates.run(*way, "--logprobs-baseline=check").ret == 1


def test_everything_is_gone(gates):
    """A run without tests fails if the command line asks for the baseline."""
    gates.store()
    (gates.root / "test_tone.py").unlink()
    result = gates.run("-rA", "--logprobs-baseline=check")
    assert (result.ret, verdicts(result)) == (1, FAILED)
    assert gates.run("-n2", "--logprobs-baseline=check").ret == pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.mark.parametrize("reason", ["skip", "xfail(run=False)", "skipif(True, reason='x')"])
def test_a_test_that_is_skipped(gates, reason):
    """Its cases are missing."""
    gates.store()
    gates.write(TONE.replace("range(12)", f"[pytest.param(0, marks=pytest.mark.{reason}), 1]"))
    result = gates.run("-rA")
    assert (result.ret, verdicts(result)) == (1, FAILED)


def test_a_marker_that_is_gone(gates):
    """A test that measures and is no longer asked is missing in its group."""
    gates.store(TONE + ELSEWHERE)
    gates.write(TONE.replace("@gate", "# @gate") + ELSEWHERE)
    result = gates.run("-rA")
    assert (result.ret, verdicts(result)) == (1, ["PASSED gate[mood]", *FAILED])


def test_a_score_that_is_not_known(gates):
    """NaN is no number to compare."""
    gates.store()
    gates.write(TONE.replace("said(number)", "Completion('Paris', [Token('Paris', float('nan'))])"))
    result = gates.run("-rA")
    assert (result.ret, verdicts(result)) == (1, FAILED)
    result.stdout.fnmatch_lines(["gate tone: not comparable *"])


@pytest.mark.parametrize("changed", ["model='n'", "temperature=0.7", "top_p=0.5"])
def test_an_answer_to_another_question(gates, changed):
    """Another model or other sampling parameters are not comparable."""
    gates.store(TONE.replace("said(number)", "said(number, temperature=0)"))
    keywords = changed if "temperature" in changed else f"temperature=0, {changed}"
    gates.write(TONE.replace("said(number)", f"said(number, {keywords})"))
    result = gates.run("-rA")
    assert (result.ret, verdicts(result)) == (1, FAILED)
    result.stdout.fnmatch_lines(["gate tone: not comparable *"])


def test_other_parameters_under_the_same_name(gates):
    """A test whose ids are numbers of positions is not compared with the one that was there."""
    gates.store(TONE.replace("range(12)", "[{'city': 'Paris'}]").replace("said(number)", "said()"))
    gates.write(TONE.replace("range(12)", "[{'city': 'Lyon'}]").replace("said(number)", "said()"))
    result = gates.run("-rA")
    assert (result.ret, verdicts(result)) == (1, FAILED)
    assert "the parameters of this case changed: give the test `ids=`" in " ".join(
        result.stdout.str().split()
    )


def test_no_baseline(gates, monkeypatch):
    """All cases are new: a warning here, a failure in CI."""
    gates.write()
    result = gates.run("-rA")
    assert (result.ret, verdicts(result)) == (0, ["PASSED gate[tone]"])
    result.stdout.fnmatch_lines(["gate tone: new *"])
    monkeypatch.setenv("CI", "true")
    result = gates.run("-rA")
    assert (result.ret, verdicts(result)) == (1, FAILED)


NOTHING = """\
the marker logprobs_gate('tone') needs a completion, and none was seen
next: give the response to the fixture: logprobs(response), or make the call under the marker \
logprobs_cassette, which sees what crosses the wire"""


def test_nothing_is_measured(gates):
    """A test that was to measure and does not fails itself, and so does its gate."""
    gates.store()
    gates.write(TONE.replace("logprobs(said(number))", "..."))
    result = gates.run("-rA")
    assert (result.ret, verdicts(result)) == (1, FAILED)
    result.assert_outcomes(failed=13)
    assert failures(result)["test_tone[0]"].endswith(NOTHING)


def test_several_without_a_label(gates):
    """Which is which cannot be told."""
    gates.write(TONE.replace("logprobs(said(number))", "logprobs(said()), logprobs(said())"))
    result = gates.run("-k", "0")
    assert failures(result)["test_tone[0]"].startswith(
        "the marker logprobs_gate('tone') needs each completion to have a label"
    )


def test_a_failing_test_is_judged_by_what_it_measured(gates):
    """Its case is kept and marked: a broken assertion hides nothing of the answer."""
    gates.store()
    gates.write(TONE.replace("said(number))", "said(number))\n    assert number"))
    result = gates.run("-rA", worse=0.5)
    assert (result.ret, verdicts(result)) == (1, FAILED)
    result.assert_outcomes(failed=2, passed=11)
    assert "     12 " in result.stdout.str()


def test_the_margin_of_a_branch_does_not_count(gates):
    """A group is judged by the policy of the baseline, and one that moved is told."""
    gates.store()
    gates.write(TONE.replace("margin=0.1", "margin=9"))
    result = gates.run("-rA", worse=0.5)
    assert (result.ret, verdicts(result)) == (1, FAILED)
    assert "margin was 0.1 in the baseline and is 9.0 now; 0.1 was applied" in " ".join(
        result.stdout.str().split()
    )
