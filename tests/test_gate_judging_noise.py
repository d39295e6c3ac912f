"""Repeats say how much a case varies by itself, and that bounds the margins that are honest."""

from __future__ import annotations

import math
import statistics
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgers import ledger, sample, several

from pytest_logprobs._gate import judge
from pytest_logprobs._ledger import Policy
from pytest_logprobs._statistics import t_quantile

STEPS = (-0.02, 0.0, 0.02)  # their standard deviation is 0.02
SCORES = st.lists(st.lists(st.floats(-3, 0), min_size=1, max_size=4), min_size=2, max_size=5)


def repeated(count, steps=STEPS, *, clusters=None, **more):
    """Give cases with several answers each."""
    cases = several(count, model="m", sampling={}, **more)
    samples = tuple(sample(-0.3 + step) for step in steps)
    names = clusters or [None] * count
    return [
        replace(each, samples=samples, groups={"capitals": name})
        for each, name in zip(cases, names, strict=True)
    ]


def stored(cases, repeats):
    """Give cases as a baseline has them: one answer, of averages."""
    return [
        replace(each, samples=(sample(each.score("mean_logprob")),), repeats=repeats)
        for each in cases
    ]


def notes(before, after, margin=0.05):
    """Return what is said of repeats."""
    policies = {"capitals": Policy(margin=margin)}
    (group,) = judge(ledger(*before, policies=policies), ledger(*after, policies=policies)).groups
    return group.notes


def test_without_repeats_nothing_is_said():
    """One answer has no spread; neither has the average that a baseline keeps."""
    cases = repeated(12, STEPS[:1])
    assert notes(stored(cases, 5), cases) == ()


def test_the_deviation_within_a_case_is_told():
    """Pooled over the cases that have several answers."""
    cases = repeated(12)
    assert notes(stored(cases, 3), cases) == (
        (
            "12 cases have several answers, and their mean_logprob varies within a case by 0.02 "
            "(standard deviation)"
        ),
    )
    one = [cases[0], *repeated(12, STEPS[1:2])[1:]]
    assert notes(stored(cases, 3), one) == (
        (
            "1 case has several answers, and their mean_logprob varies within a case by 0.02 "
            "(standard deviation)"
        ),
    )


def test_a_margin_below_the_noise_is_warned_of():
    """The smallest honest margin is what noise alone lets an unchanged prompt pass."""
    cases = repeated(12)
    honest = (t_quantile(0.95, 11) + t_quantile(0.8, 11)) * 0.02 * math.sqrt((1 / 3 + 1) / 12)
    assert notes(stored(cases, 1), cases, margin=0.01)[1:] == (
        (
            "warning: the margin of 0.01 is below what this noise allows; "
            f"the smallest honest margin is {honest:.4g}"
        ),
    )
    assert notes(stored(cases, 1), cases, margin=honest + 1e-9)[1:] == ()


def test_more_repeats_and_more_cases_allow_a_smaller_margin():
    """Those of the baseline count as well: it keeps how many there were."""

    def honest(count, repeats):
        cases = repeated(count)
        return float(notes(stored(cases, repeats), cases, margin=1e-9)[1].rpartition(" ")[2])

    assert honest(12, 1) > honest(12, 3) > honest(12, 5) > honest(24, 5)


def test_a_cluster_averages_the_noise_of_its_cases():
    """Four clusters of three cases: 1/n² times the sum of the variances, each divided by 3²."""
    cases = repeated(12, clusters=[*"aaabbbcccddd"])
    se = 0.02 * math.sqrt(12 * (1 / 3 + 1 / 3) / (3 * 4) ** 2)
    honest = (t_quantile(0.95, 3) + t_quantile(0.8, 3)) * se
    told = notes(stored(cases, 3), cases, margin=0.001)[1]
    assert told.rpartition(" ")[2] == f"{honest:.4g}"


def test_one_case_has_a_deviation_and_no_margin():
    """There are no degrees of freedom."""
    cases = repeated(1)
    assert len(notes(stored(cases, 1), cases, margin=1e-9)) == 1


@settings(deadline=None)
@given(before=SCORES, after=SCORES)
def test_the_deviation_is_that_of_an_analysis_of_variance(before, after):
    """The square root of the mean square within cases, of both sides."""
    count = min(len(before), len(after))
    sides = [
        [
            replace(each, samples=tuple(map(sample, scores)))
            for each, scores in zip(several(count), side[:count], strict=True)
        ]
        for side in (before, after)
    ]
    several_each = [scores for side in (before, after) for scores in side[:count] if scores[1:]]
    freedom = sum(len(scores) - 1 for scores in several_each)
    told = [each for each in notes(*sides) if "several answers" in each]
    if not freedom:
        assert told == []
        return
    squares = sum(statistics.variance(each) * (len(each) - 1) for each in several_each)
    number = float(told[0].partition("within a case by ")[2].partition(" ")[0])
    assert number == pytest.approx(math.sqrt(squares / freedom), rel=1e-3, abs=1e-12)
