"""What counts as passed: a test that was called, on each worker, and whose verdict was told."""

from __future__ import annotations

import pytest
from gating import OTHER, TONE, told, verdicts
from terminal import failures

TWO = TONE.replace("12", "2")
LIMITED = """
@pytest.mark.logprobs(max_mean_logprob_drop=0.1)
@pytest.mark.parametrize("number", range(2))
def test_limited(number, logprobs):
    logprobs(said(number))
"""


@pytest.mark.parametrize("option", ["--setup-plan", "--setup-only"])
def test_what_is_only_set_up_is_not_judged(gates, option):
    """Nothing is written, and nothing fails."""
    gates.store()
    before = gates.baseline.read_bytes()
    updated = gates.run(option, "--logprobs-baseline=update")
    checked = gates.run(option, "--logprobs-baseline=check")
    assert (updated.ret, told(updated), gates.baseline.read_bytes()) == (0, [], before)
    assert (checked.ret, told(checked)) == (0, [])
    checked.stdout.no_fnmatch_line("*gate*")


def test_a_test_that_was_never_called_has_not_passed(gates, pytester):
    """A plugin that reports its set-up and tear-down alone does not empty the baseline."""
    gates.store()
    before = gates.baseline.read_bytes()
    pytester.makeconftest(
        """
from _pytest import runner

def pytest_runtest_protocol(item, nextitem):
    if item.nodeid.startswith("logprobs::"):
        return None
    runner.call_and_report(item, "setup")
    runner.call_and_report(item, "teardown", nextitem=nextitem)
    return True
"""
    )
    assert gates.run("--logprobs-baseline=update").ret == 0
    assert gates.baseline.read_bytes() == before
    result = gates.run("-rA")
    assert (result.ret, verdicts(result)) == (1, ["FAILED gate[tone]"])


SKIPPING = [
    "pytest.skip('not here', allow_module_level=True)\n",
    "pytest.importorskip('nothing_like_it')\n",
]


@pytest.mark.parametrize("line", SKIPPING)
@pytest.mark.parametrize("way", [(), ("-n1",)], ids=" ".join)
def test_a_module_that_is_skipped_keeps_its_cases(gates, line, way):
    """They are missing, as those of a test that is skipped, and no update removes them."""
    gates.write(TWO.replace("tone", "mood"), file="test_mood.py")
    gates.store(TWO)
    gates.write(line + TWO)
    before = gates.baseline.read_bytes()
    gates.run("--logprobs-baseline=update", *way)
    assert gates.baseline.read_bytes() == before
    result = gates.run("-rA", *way, "--logprobs-inconclusive=warn")
    assert (result.ret, verdicts(result)) == (1, ["PASSED gate[mood]", "FAILED gate[tone]"])
    assert "2 cases: its module was skipped" in result.stdout.str()


@pytest.mark.parametrize("answer", ["said(number)", "said(number) if WORSE else None"])
def test_a_limit_that_breaks_where_a_failure_is_expected(gates, answer):
    """The test does not make the run fail, and so the verdict does."""
    gates.store(LIMITED)
    text = LIMITED.replace("@pytest.mark.logprobs(", "@pytest.mark.xfail\n@pytest.mark.logprobs(")
    gates.write(text.replace("said(number)", answer))
    result = gates.run("-rA", worse=0.5)
    result.assert_outcomes(xfailed=2, failed=1)
    assert (result.ret, verdicts(result)) == (1, ["FAILED baseline"])


def test_a_limit_that_is_gone_is_told(gates):
    """Of a test that passed and has none any more, beside one that has."""
    limit = "@pytest.mark.logprobs(max_mean_logprob_drop=0.1)\n"
    one, other = (f"def test_{name}(logprobs): logprobs(said())\n" for name in ("one", "other"))
    gates.store(limit + one + limit + other)
    gates.write(limit + one + other)
    result = gates.run("-rA")
    assert (result.ret, verdicts(result)) == (1, ["FAILED baseline"])
    result.stdout.fnmatch_lines(["missing: test_tone.py::test_other: it has no limit any more"])


HOOKS = {
    "skips": "def pytest_runtest_setup(item):\n    GATE and pytest.skip('no')",
    "expects": "def pytest_runtest_setup(item):\n    GATE and item.add_marker(LENIENT)",
    "takes": "def pytest_runtest_protocol(item):\n    return GATE or None",
}


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_that_hides_a_verdict_hides_no_failure(gates, pytester, hook):
    """Where the test of a failing gate does not fail, the run does."""
    gates.store()
    code = HOOKS[hook].replace("GATE", "item.nodeid.startswith('logprobs::')")
    pytester.makeconftest(f"import pytest\nLENIENT = pytest.mark.xfail(strict=False)\n{code}\n")
    assert gates.run().ret == 0
    result = gates.run(worse=0.5)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["gate tone: fail *"])


def test_a_verdict_has_what_hooks_look_at(gates, pytester):
    """A project's hooks take it for a test of Python."""
    gates.store()
    pytester.makeconftest(
        """
def pytest_runtest_setup(item):
    if item.nodeid.startswith("logprobs::"):
        assert (item.cls, item.instance, item.function()) == (None, None, None)
        assert "page" not in (*item.fixturenames, *item.funcargs)
        assert item.function.__name__ and item.module.__name__ and item.obj.__doc__
"""
    )
    result = gates.run("-rA")
    assert (result.ret, verdicts(result)) == (0, ["PASSED gate[tone]"])


ODD = {
    "Completion('Paris', [Token('Paris', -0.2)], model=77)": (
        "the marker logprobs_gate('tone') needs a completion, and one cannot be read\n"
        "it cannot be written down: $.model: expected a text, got 77"
    ),
    "Completion('', [])": (
        "the marker logprobs_gate('tone') judges mean_logprob, which is not known of the "
        "completion\n"
    ),
    "Completion('Paris', [Token('Paris', -900.0)])": (
        "the marker logprobs_gate('tone') judges perplexity, which is not known of the "
        "completion: it is inf"
    ),
}


@pytest.mark.parametrize("answer", ODD)
def test_an_answer_that_nobody_could_judge_fails_its_test(gates, answer):
    """It is not stored either."""
    metric = "margin=0.1, metric='perplexity'" if "900" in answer else "margin=0.1"
    tests = TONE.replace("12", "1").replace("margin=0.1", metric)
    gates.write(tests.replace("said(number)", answer))
    result = gates.run()
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert failures(result)["test_tone[0]"].startswith(ODD[answer])
    gates.run("--logprobs-baseline=update")
    assert not gates.baseline.exists()


def test_a_second_gate_that_comes_while_the_test_runs_fails_it(gates):
    """As the first does."""
    gates.write(
        """
@pytest.fixture(autouse=True)
def late(request):
    request.applymarker(gate("mood", margin=0.2))

@gate("tone", margin=0.1)
def test_it(logprobs):
    logprobs(said())
"""
    )
    assert failures(gates.run())["test_it"] == "the marker logprobs_gate came after the collection"


def test_a_margin_that_no_float_can_hold_is_a_usage_error(gates):
    """It ends the run before any test."""
    gates.write(OTHER.replace("def", "@gate('g', margin=10**400)\ndef"))
    result = gates.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "the marker logprobs_gate('g'): margin=1000" in result.stderr.str()
