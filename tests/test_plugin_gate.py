"""A group of tests is judged once, by a test of its own at the end of the run."""

from __future__ import annotations

import pytest
from gating import OTHER, TONE, junit, told, verdicts
from terminal import sections

WAYS = [(), ("-p", "no:xdist"), ("-n0",), ("-n2",), ("-n2", "--dist=loadfile"), ("-v",)]


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
def test_what_is_not_worse_passes_and_what_is_worse_fails(gates, way):
    """In any number of processes: as a test, in the counts, in the exit status, in JUnit's XML."""
    gates.store(TONE + OTHER)
    fine = gates.run("-rA", "--junitxml=fine.xml", *way)
    fine.assert_outcomes(passed=14)
    assert (fine.ret, verdicts(fine)) == (0, ["PASSED gate[tone]"])
    assert junit(gates.root / "fine.xml") == {"gate[tone]": []}
    worse = gates.run("-rA", "--junitxml=worse.xml", *way, worse=0.5)
    worse.assert_outcomes(passed=13, failed=1)
    assert (worse.ret, verdicts(worse)) == (1, ["FAILED gate[tone]"])
    ((first, *_),) = junit(gates.root / "worse.xml").values()
    assert first.startswith("fail: mean_logprob fell by ")


def test_a_verdict_is_shown_like_any_test(gates):
    """As a line of dots, or with its name and the progress."""
    gates.store()
    short, long = gates.run(), gates.run("-v")
    assert [line for line in short.stdout.lines if line.startswith("logprobs .")]
    long.stdout.fnmatch_lines(["logprobs::gate[[]tone] PASSED *[[]100%]"])
    short.stdout.no_fnmatch_line("*<-*")


TOLD = """\
gate tone: fail (mean_logprob, nats/token)
  cases  baseline  candidate   drop          interval  margin
     12    -0.255      -0.81  0.555  0.5363 to 0.5737     0.1

to accept what has changed: pytest --logprobs-baseline=update"""


def test_the_table_stands_before_the_short_summary(gates):
    """What fails says it as a test, and the whole is told once, with what accepts it."""
    gates.store()
    result = gates.run(worse=0.5)
    (shown,) = sections(result)
    assert shown == TOLD
    lines = result.stdout.lines
    assert lines.index("gate tone: fail (mean_logprob, nats/token)") < lines.index(
        "FAILED logprobs::gate[tone] - fail: mean_logprob fell by 0.555 (95 % sure: by..."
    )


@pytest.mark.parametrize("style", ["no", "line"])
def test_without_failures_the_table_says_why(gates, style):
    """``--tb=no`` shows no words of a test that fails, ``--tb=line`` the first."""
    gates.store()
    (shown,) = sections(gates.run(f"--tb={style}", worse=0.5))
    assert "mean_logprob fell by 0.555 (95 % sure: by more than 0.5363)" in shown


LIMITED = """
@pytest.mark.logprobs(max_mean_logprob_drop=0.1)
@pytest.mark.parametrize("number", range(2))
def test_limited(number, logprobs):
    logprobs(said(number))
"""


@pytest.mark.parametrize("way", [(), ("-n2",)], ids=" ".join)
def test_a_case_under_a_limit_that_is_gone_fails_a_test_of_the_baseline(gates, way):
    """No test of its own is there to fail; one that breaks its limit fails itself alone."""
    gates.store(LIMITED)
    fine, worse = gates.run("-rA", *way), gates.run("-rA", *way, worse=0.5)
    assert (fine.ret, verdicts(fine)) == (0, [])
    worse.assert_outcomes(failed=2)
    assert verdicts(worse) == []
    gates.write(LIMITED.replace("range(2)", "range(1)"))
    gone = gates.run("-rA", "--junitxml=gone.xml", *way)
    assert (gone.ret, verdicts(gone)) == (1, ["FAILED baseline"])
    assert junit(gates.root / "gone.xml") == {
        "baseline": [
            "Failed: missing: test_tone.py::test_limited[1]: its test is gone, or has another name"
        ]
    }


def test_quiet_shows_what_fails_alone(gates):
    """``-q`` says nothing of a group that passes."""
    gates.store(TONE + TONE.replace("tone", "mood").replace("said(number)", "said(0)"))
    assert "gate tone" in gates.run().stdout.str()
    assert "gate" not in gates.run("-q").stdout.str()
    shown = gates.run("-q", worse=0.5).stdout.str()
    assert "gate tone: fail" in shown


def test_the_verdict_has_a_colour(gates):
    """Where the terminal has colours."""
    gates.store()
    assert "\ngate tone: \x1b[32mpass\x1b[0m (" in gates.run("--color=yes").stdout.str()
    worse = gates.run("--color=yes", worse=0.5).stdout.str()
    assert "\ngate tone: \x1b[31mfail\x1b[0m (" in worse


INCONCLUSIVE = TONE.replace("12", "4")


@pytest.mark.parametrize(("mild", "status"), [("fail", 1), ("warn", 0)])
def test_too_few_cases_are_inconclusive(gates, mild, status):
    """Which fails unless ``--logprobs-inconclusive=warn`` says otherwise; it is shown anyway."""
    gates.store(INCONCLUSIVE)
    result = gates.run("-rA", f"--logprobs-inconclusive={mild}", worse=0.01)
    assert (result.ret, verdicts(result)) == (
        status,
        [f"{['PASSED', 'FAILED'][status]} gate[tone]"],
    )
    result.stdout.fnmatch_lines(["gate tone: inconclusive *"])


@pytest.mark.parametrize(
    ("ci", "option", "status"), [("", "", 0), ("1", "", 1), ("1", "warn", 0), ("", "fail", 1)]
)
def test_new_cases_warn_here_and_fail_in_ci(gates, monkeypatch, ci, option, status):
    """``--logprobs-new`` says otherwise; an inconclusive verdict that warns does not hide them."""
    gates.store(INCONCLUSIVE)
    gates.write(TONE.replace("12", "5"))
    monkeypatch.setenv("CI", ci)
    options = [f"--logprobs-new={option}"] if option else []
    result = gates.run("-rA", "--logprobs-inconclusive=warn", *options, worse=0.01)
    assert (result.ret, verdicts(result)) == (
        status,
        [f"{['PASSED', 'FAILED'][status]} gate[tone]"],
    )


def test_off_reads_nothing(gates):
    """Neither a broken baseline nor a worse answer is an issue."""
    gates.write()
    gates.baseline.write_text("{")
    result = gates.run("--logprobs-baseline=off", worse=0.5)
    result.assert_outcomes(passed=12)
    assert (result.ret, told(result)) == (0, [])
    assert gates.baseline.read_text() == "{"


def test_a_suite_that_asks_for_nothing_reads_no_baseline(gates):
    """A broken one is nothing to it."""
    gates.write(OTHER)
    gates.baseline.write_text("{")
    result = gates.run()
    result.assert_outcomes(passed=1)
    assert gates.run("--logprobs-baseline=check").ret == pytest.ExitCode.USAGE_ERROR


def test_collecting_alone_judges_nothing(gates):
    """``--collect-only`` shows the tests that there are."""
    gates.store()
    result = gates.run("--collect-only", "--logprobs-baseline=check", worse=0.5)
    assert (result.ret, told(result)) == (0, [])
    assert "gate" not in result.stdout.str()


def test_the_next_run_of_what_failed_is_of_all_if_the_gate_failed_alone(gates):
    """``--lf`` finds no test of its name, and runs the tests that are judged."""
    gates.store()
    gates.run(worse=0.5)
    again = gates.run("--lf", "-rA", worse=0.5)
    assert verdicts(again) == ["FAILED gate[tone]"]
