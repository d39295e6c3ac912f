"""A case with ``max_mean_logprob_drop`` has a verdict of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ledgers import TEST, case, ledger

from pytest_logprobs._gate import Verdict, judge
from pytest_logprobs._ledger import Ledger, Row, Scope


def limited(score=-0.25, max_drop=0.1, **more):
    """Give a case that is under a limit and in no group."""
    return case(score=score, max_drop=max_drop, groups=(), **more)


def found(before, after):
    """Return the one result of a comparison, and the lines of its summary."""
    summary = judge(before, after)
    (result,) = summary.limited
    return result, summary.lines


def verdict(before, after):
    """Return the verdict on the one case, and why."""
    result, _ = found(before, after)
    return result.verdict, result.reason


@pytest.mark.parametrize("now", [-0.25, -0.1, -0.35])
def test_a_drop_within_the_limit_passes(now):
    """A drop of exactly the limit is within it."""
    assert verdict(ledger(limited()), ledger(limited(now))) == (Verdict.PASS, "")


def test_a_drop_that_is_the_limit_by_its_digits_is_within_it():
    """In floats, -0.3 and -0.4 are 0.10000000000000003 apart."""
    assert verdict(ledger(limited(-0.3)), ledger(limited(-0.4))) == (Verdict.PASS, "")


def test_a_drop_beyond_the_limit_fails():
    """It is said by how much, and where the answers part."""
    result, _ = found(ledger(limited()), ledger(limited(-0.5)))
    assert (result.verdict, result.difference) == (Verdict.FAIL, -0.25)
    assert result.reason == "mean_logprob fell by 0.25, more than 0.1 (nats/token)"
    assert result.divergence.after == Row("Paris", -0.5)


def test_numbers_that_look_alike_are_told_apart():
    """As many digits as it takes."""
    assert verdict(ledger(limited()), ledger(limited(-0.350001))) == (
        Verdict.FAIL,
        "mean_logprob fell by 0.100001, more than 0.1 (nats/token)",
    )


def test_a_case_that_the_baseline_does_not_have_is_new():
    """There is nothing to compare it with."""
    empty = Ledger(cases={}, policies={})
    assert verdict(empty, ledger(limited())) == (Verdict.NEW, "")


def test_a_case_of_the_baseline_is_compared_whatever_it_was_stored_for():
    """It was in a group, and had no limit."""
    before = ledger(case(score=-0.1, groups=()))
    assert verdict(before, ledger(limited(-0.5)))[0] is Verdict.FAIL


def test_a_case_that_was_not_measured_is_missing():
    """The limit stands in the baseline."""
    run = Ledger(cases={}, policies={}, outcomes={TEST: "passed"})
    passed = "it has no limit any more"
    assert verdict(ledger(limited()), run) == (Verdict.MISSING, passed)
    gone = "its test is gone, or has another name"
    assert verdict(ledger(limited()), replace(run, outcomes={})) == (Verdict.MISSING, gone)
    elsewhere = replace(run, outcomes={}, scopes=(Scope(paths=("elsewhere",)),))
    assert verdict(ledger(limited()), elsewhere) == (Verdict.NOT_RUN, "")


def test_a_case_whose_limit_was_lifted_is_missing():
    """A branch cannot leave the baseline by it."""
    run = ledger(limited(-9.0, max_drop=None))
    assert verdict(ledger(limited()), run) == (Verdict.MISSING, "it has no limit any more")


def test_another_model_is_not_comparable():
    """As in a group."""
    sides = [ledger(limited(model=name)) for name in "ab"]
    assert verdict(*sides) == (Verdict.NOT_COMPARABLE, "model was a and is b")


def test_a_limit_that_moved_is_told():
    """The stricter one holds, as it does in the test itself."""
    names = [f"t.py::test[{number}]" for number in range(3)]
    before = ledger(*(limited(test=name) for name in names))
    after = ledger(*(limited(-0.5, 0.5, test=name) for name in names))
    summary = judge(before, after)
    assert {each.verdict for each in summary.limited} == {Verdict.FAIL}
    assert summary.lines == (
        (
            "max_mean_logprob_drop of t.py::test[0] and 2 more was 0.1 in the baseline and is 0.5 "
            "now; 0.1, the stricter, was applied"
        ),
    )
    one = judge(ledger(limited()), ledger(limited(max_drop=0.2)))
    told = f"max_mean_logprob_drop of {TEST} was 0.1 in the baseline and is 0.2 now; "
    assert one.lines == (f"{told}0.1, the stricter, was applied",)


def test_a_case_of_a_group_may_have_a_limit_too():
    """It is judged twice."""
    before, after = (case(score=score, max_drop=0.1) for score in (-0.25, -0.5))
    summary = judge(ledger(before), ledger(after))
    assert [each.verdict for each in summary.limited] == [Verdict.FAIL]
    assert [each.verdict for each in summary.groups] == [Verdict.INCONCLUSIVE]
