"""What a terminal and a log of CI show of a comparison, in full."""

from __future__ import annotations

from dataclasses import replace

from comparing import ACCEPT, KNOWN, STEPS, cases, shown
from ledgers import ledger, several

from pytest_logprobs._gate import judge
from pytest_logprobs._ledger import Ledger, Policy, Scope
from pytest_logprobs.reports import render


def test_an_unchanged_run():
    """It passes in four lines, and asks for nothing."""
    expected = """\
gate capitals: pass (mean_logprob, nats/token)
  mean_logprob is the same on both sides
  cases  baseline  candidate  drop  interval  margin
     12     -0.25      -0.25     0    0 to 0     0.1"""
    assert shown(cases(), cases()) == expected


def test_a_drop_within_the_margin():
    """It says how much it can be at most, and what the gate can tell."""
    expected = """\
gate capitals: pass (mean_logprob, nats/token)
  mean_logprob fell by 0.035 (95 % sure: by less than 0.04425), within the
  margin of 0.1 (nats/token)
  cases  baseline  candidate   drop            interval  margin
     12     -0.25     -0.285  0.035  0.02575 to 0.04425     0.1
  - these 12 cases are enough for margins from 0.01376 on"""
    assert shown(cases(), cases(drop=0.03)) == expected


def test_a_gain():
    """Nothing fell."""
    expected = """\
gate capitals: pass (mean_logprob, nats/token)
  mean_logprob rose by 0.095 (95 % sure: by more than 0.08575)
  cases  baseline  candidate    drop             interval  margin
     12     -0.25     -0.155  -0.095  -0.1042 to -0.08575     0.1
  - these 12 cases are enough for margins from 0.01376 on"""
    assert shown(cases(), cases(drop=-0.1)) == expected


def test_a_drop_beyond_the_margin():
    """By how much at least, how sure, which cases, and what to do if it is meant."""
    expected = """\
gate capitals: fail (mean_logprob, nats/token)
  mean_logprob fell by 0.305 (95 % sure: by more than 0.2958), beyond the margin
  of 0.1 (nats/token)
  cases  baseline  candidate   drop          interval  margin
     12     -0.25     -0.555  0.305  0.2958 to 0.3142     0.1
  - these 12 cases are enough for margins from 0.01376 on
  the 5 worst of 12 cases:
    drop  baseline  candidate  case
    0.33     -0.25      -0.58  tests/test_it.py::test_capital[3]
    0.33     -0.25      -0.58  tests/test_it.py::test_capital[9]
    0.32     -0.25      -0.57  tests/test_it.py::test_capital[11]
    0.32     -0.25      -0.57  tests/test_it.py::test_capital[5]
    0.31     -0.25      -0.56  tests/test_it.py::test_capital[0]

one recorded answer for each case: what the model would say another time is not
in these intervals (--logprobs-repeat records several)

to accept what has changed: pytest --logprobs-baseline=update"""
    assert shown(cases(), cases(drop=0.3, cassette="a.json")) == expected


def test_a_score_that_rises_where_it_gets_worse():
    """The words and the column follow; without a command there is none."""
    policies = {"tone": Policy(margin=0.5, metric="perplexity", confidence=0.975)}
    sides = [
        several(12, lambda n, up=up: {"perplexity": 1.5 + up * (2 + STEPS[n % 6])}, **KNOWN)
        for up in (0, 1)
    ]
    ledgers = [
        ledger(*(replace(each, groups={"tone": None}) for each in side), policies=policies)
        for side in sides
    ]
    expected = """\
gate tone: fail (perplexity, equal choices)
  perplexity rose by 2.005 (97.5 % sure: by more than 1.994), beyond the margin
  of 0.5 (equal choices)
  cases  baseline  candidate   rise        interval  margin
     12       1.5      3.505  2.005  1.994 to 2.016     0.5
  - these 12 cases are enough for margins from 0.01584 on"""
    assert render(judge(*ledgers), accept="").split("\n  the 5 worst")[0] == expected


def test_too_few_cases():
    """How many would do."""
    expected = """\
gate capitals: inconclusive (mean_logprob, nats/token)
  3 cases are too few (min_cases is 10)
  cases  baseline  candidate     drop              interval  margin
      3     -0.25    -0.2767  0.02667  0.0009148 to 0.05242     0.1
  - tests/test_it.py::test_capital[1] makes up more than half of the spread
  the 3 worst of 3 cases:
    drop  baseline  candidate  case
    0.04     -0.25      -0.29  tests/test_it.py::test_capital[0]
    0.03     -0.25      -0.28  tests/test_it.py::test_capital[2]
    0.01     -0.25      -0.26  tests/test_it.py::test_capital[1]"""
    assert shown(cases(3), cases(3, drop=0.03)) == expected


def test_one_case():
    """One difference has no interval."""
    expected = """\
gate capitals: inconclusive (mean_logprob, nats/token)
  1 case is too few (min_cases is 10)
  cases  baseline  candidate  drop  interval  margin
      1     -0.25      -0.29  0.04         ?     0.1
  the case:
    drop  baseline  candidate  case
    0.04     -0.25      -0.29  tests/test_it.py::test_capital[0]"""
    assert shown(cases(1), cases(1, drop=0.03)) == expected


def test_a_drop_that_may_or_may_not_be_too_large():
    """The margin lies within the interval."""
    expected = """\
gate capitals: inconclusive (mean_logprob, nats/token)
  the fall of mean_logprob lies between 0.09075 and 0.1092, and the margin is
  0.1 (nats/token, 95 % sure of each bound); an unchanged prompt would pass with
  about 13 cases, a true change near the margin needs far more
  cases  baseline  candidate  drop           interval  margin
     12     -0.25      -0.35   0.1  0.09075 to 0.1092     0.1
  - these 12 cases are enough for margins from 0.01376 on"""
    assert shown(cases(), cases(drop=0.095)).split("\n  the 5 worst")[0] == expected


def test_cases_without_a_difference():
    """Each with the reason; of many the first five."""
    before = cases(20)
    after = [replace(before[0], model="n"), *before[8:], *cases(22)[20:]]
    expected = """\
gate capitals: not comparable (mean_logprob, nats/token)
  1 case cannot be compared; 7 cases of the baseline are missing; 2 cases are
  not in the baseline; mean_logprob is the same on both sides
  cases  baseline  candidate  drop  interval  margin
     12     -0.25      -0.25     0    0 to 0     0.1
  not comparable:
    tests/test_it.py::test_capital[0]: model was m and is n
  missing:
    7 cases: its test is gone, or has another name
      tests/test_it.py::test_capital[1]
      tests/test_it.py::test_capital[2]
      tests/test_it.py::test_capital[3]
      tests/test_it.py::test_capital[4]
      tests/test_it.py::test_capital[5]
      … and 2 more
  new:
    tests/test_it.py::test_capital[20]
    tests/test_it.py::test_capital[21]

to accept what has changed: pytest --logprobs-baseline=update"""
    assert shown(before, after) == expected


def test_no_baseline():
    """All is new."""
    empty = Ledger(cases={}, policies={})
    expected = """\
gate capitals: new (mean_logprob, nats/token)
  2 cases are not in the baseline
  new:
    tests/test_it.py::test_capital[0]
    tests/test_it.py::test_capital[1]

to accept what has changed: pytest --logprobs-baseline=update"""
    assert render(judge(empty, ledger(*cases(2))), accept=ACCEPT) == expected


def test_tests_that_were_not_run():
    """What there is is shown, and nothing is asked for."""
    run = ledger(*cases(8, drop=0.5), scopes=(Scope(paths=("elsewhere",)),))
    expected = """\
gate capitals: not run (mean_logprob, nats/token)
  4 of 12 cases of the baseline were not run: shown, not judged
  cases  baseline  candidate    drop          interval  margin
      8     -0.25    -0.7525  0.5025  0.4902 to 0.5148     0.1"""
    assert render(judge(ledger(*cases()), run), accept=ACCEPT) == expected


def test_nothing_measured():
    """A gate that saw nothing, and tests whose process died."""
    run = Ledger(
        cases={},
        policies={"capitals": Policy(margin=0.1)},
        asked={f"t.py::test[{number}]": ("capitals",) for number in range(7)},
    )
    empty = Ledger(cases={}, policies={})
    expected = """\
gate capitals: fail (mean_logprob, nats/token)
  nothing was reported of 7 of its tests; nothing was measured
  nothing was reported of:
    t.py::test[0]
    t.py::test[1]
    t.py::test[2]
    t.py::test[3]
    t.py::test[4]
    … and 2 more

mend the tests that did not pass first: an update takes over nothing that they
measured"""
    assert render(judge(empty, run), accept=ACCEPT) == expected


def test_a_policy_that_moved():
    """The first thing after the numbers."""
    policies = {"capitals": Policy(margin=0.5, min_cases=2)}
    summary = judge(ledger(*cases()), ledger(*cases(), policies=policies))
    expected = """\
gate capitals: pass (mean_logprob, nats/token)
  mean_logprob is the same on both sides
  cases  baseline  candidate  drop  interval  margin
     12     -0.25      -0.25     0    0 to 0     0.1
  - margin was 0.1 in the baseline and is 0.5 now; 0.1 was applied
  - min_cases was 10 in the baseline and is 2 now; 10 was applied"""
    assert render(summary, accept=ACCEPT) == expected


def test_nothing_to_judge():
    """No group, no limit, no word."""
    empty = Ledger(cases={}, policies={})
    assert render(judge(empty, empty), accept=ACCEPT) == ""
