"""A run is held against a baseline: which cases are data, and why others are not (METRICS §6)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ledgers import TEST, case, ledger, sample, several

from pytest_logprobs._gate import Verdict, fails, incomparable, judge
from pytest_logprobs._ledger import Ledger, Policy, Scope

EMPTY = Ledger(cases={}, policies={})
CHANGED_IDS = "the parameters of this case changed: give the test `ids=`"


def judged(before, after):
    """Return the one group of a comparison."""
    (group,) = judge(before, after).groups
    return group


def the_case(before, after):
    """Return what is said of the one case of two ledgers."""
    (found,) = judged(before, after).cases
    return found


def told(result):
    """Return what is said of cases without a number."""
    return [(each.name, each.verdict, each.reason) for each in result.cases if each.verdict]


def test_a_case_on_both_sides_is_data():
    """Its difference is candidate minus baseline, and it has no verdict of its own."""
    found = the_case(ledger(case(score=-0.25)), ledger(case(score=-0.5)))
    assert (found.verdict, found.baseline, found.candidate, found.difference) == (
        *(None, -0.25, -0.5),
        -0.25,
    )


def test_worse_is_negative_where_lower_is_better():
    """A perplexity that rose by 2 is a difference of -2."""
    policies = {"capitals": Policy(margin=1, metric="perplexity")}
    sides = [ledger(case(score={"perplexity": each}), policies=policies) for each in (1.5, 3.5)]
    assert the_case(*sides).difference == -2


def test_both_sides_are_rounded_before_they_are_compared():
    """What a baseline keeps seven digits of is no other than what was measured."""
    before, after = case(score=-0.1234568), case(score=-0.12345678901)
    assert the_case(ledger(before), ledger(after)).difference == 0


def test_repeats_are_averaged():
    """Several answers of a case are one number."""
    after = case(samples=(sample(-0.2), sample(-0.5)))
    assert the_case(ledger(case(score=-0.25)), ledger(after)).candidate == -0.35


def test_a_case_that_the_baseline_does_not_have_is_new():
    """It is told by name."""
    result = judged(ledger(case()), ledger(case(), case("t.py::test_new", label="x")))
    assert told(result) == [("t.py::test_new (x)", Verdict.NEW, "")]
    assert result.verdict is Verdict.NEW
    assert result.reason == (
        "1 case is not in the baseline; mean_logprob is the same on both sides"
    )


def test_without_a_baseline_everything_is_new():
    """There is nothing to decide on."""
    result = judged(EMPTY, ledger(*several(12)))
    assert (result.verdict, result.decision) == (Verdict.NEW, None)
    assert result.reason == "12 cases are not in the baseline"


def test_who_joins_a_group_is_new_there():
    """Which cases a group has is a part of the yardstick."""
    elsewhere = replace(case(), groups={"tone": None})
    before = ledger(elsewhere, policies={"tone": Policy(margin=1)})
    after = ledger(case(groups=("capitals", "tone")))
    (capitals, tone) = judge(before, after).groups
    reason = "the baseline has it, but not in this group"
    assert told(capitals) == [(TEST, Verdict.NEW, reason)]
    assert tone.verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("run", "reason"),
    [
        pytest.param({}, "its test is gone, or has another name", id="gone"),
        pytest.param({"outcomes": {TEST: "skipped"}}, "its test was skipped", id="skipped"),
        pytest.param(
            {"outcomes": {TEST: "failed"}}, "its test failed before it was measured", id="failed"
        ),
        pytest.param(
            {"outcomes": {TEST: "passed"}, "asked": {TEST: ("capitals",)}},
            "its test passed and did not measure it",
            id="other-label",
        ),
        pytest.param(
            {"outcomes": {TEST: "passed"}}, "it is no longer of this group", id="no-marker"
        ),
        pytest.param(
            {"outcomes": {TEST: "unreported"}, "asked": {TEST: ("capitals",)}},
            "its test was to run, and nothing was reported of it",
            id="unreported",
        ),
        pytest.param(
            {"asked": {TEST: ("capitals",)}},
            "its test was to run, and nothing was reported of it",
            id="silent",
        ),
    ],
)
def test_a_case_that_was_not_measured_is_missing(run, reason):
    """It is said why."""
    other = case("t.py::test_other")
    after = ledger(other, asked={other.test: ("capitals",), **run.get("asked", {})})
    after = replace(after, outcomes={other.test: "passed", **run.get("outcomes", {})})
    result = judge(ledger(case(), other), after).groups[0]
    assert told(result) == [(TEST, Verdict.MISSING, reason)]
    assert fails(result.verdict, inconclusive="warn", new="warn")


def test_a_case_that_left_its_group_is_missing_there():
    """It was measured, for others."""
    before = ledger(case(), case("t.py::test_other"))
    after = ledger(case(groups=("tone",)), case("t.py::test_other"))
    assert told(judge(before, after).groups[0]) == [
        (TEST, Verdict.MISSING, "it is no longer of this group")
    ]


@pytest.mark.parametrize(
    "scope",
    [
        Scope(left_out=frozenset({TEST})),
        Scope(paths=("tests/test_other.py",)),
        Scope(paths=()),
        Scope(ignored=("tests/test_it.py",)),
    ],
)
def test_a_test_that_was_not_chosen_is_not_run(scope):
    """Its group is shown, and not judged, however bad the rest of it is."""
    others = several(11, at=1)
    worse = [replace(each, samples=(sample(-9.0),)) for each in others]
    run = ledger(*worse, scopes=(scope,))
    result = judged(ledger(case(), *others), run)
    assert told(result) == [(TEST, Verdict.NOT_RUN, "")]
    assert (result.verdict, result.decision.verdict) == (Verdict.NOT_RUN, Verdict.FAIL)
    assert result.reason == "1 of 12 cases of the baseline was not run: shown, not judged"
    assert not fails(result.verdict, inconclusive="fail", new="fail")


def test_a_test_that_ran_was_run_whatever_the_selection_says():
    """A test that reported is known to have been there."""
    run = Ledger(cases={}, policies={}, outcomes={TEST: "skipped"}, scopes=())
    assert told(judged(ledger(case()), run)) == [(TEST, Verdict.MISSING, "its test was skipped")]


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ({"model": "a"}, {"model": "b"}, "model was a and is b"),
        (
            {"sampling": {"temperature": 0}},
            {"sampling": {"temperature": 0.7}},
            "temperature was 0 and is 0.7",
        ),
        (
            {"sampling": {"top_p": None}},
            {"sampling": {"top_p": 0.9, "choice": ["a", "ä"]}},
            'top_p was not sent and is 0.9; choice was not sent and is ["a", "ä"]',
        ),
        (
            {"sampling": {"grammar": "x" * 80}},
            {"sampling": {"grammar": "x" * 81}},
            "grammar is another",
        ),
        ({"parameters": "00"}, {"parameters": "ff"}, CHANGED_IDS),
        (
            {"model": "a\x1b[31m", "parameters": "00"},
            {"model": "b\n", "parameters": "ff"},
            f"model was a\\x1b[31m and is b\\n; {CHANGED_IDS}",
        ),
    ],
)
def test_what_differs_makes_a_case_not_comparable(before, after, reason):
    """Each thing that differs is told, old and new."""
    old, new = case(**before), case(**after)
    assert incomparable(old, new) == reason
    result = judged(ledger(old), ledger(new))
    assert told(result) == [(TEST, Verdict.NOT_COMPARABLE, reason)]
    assert (result.verdict, result.decision) == (Verdict.NOT_COMPARABLE, None)


@pytest.mark.parametrize(
    "pair",
    [
        ({"sampling": {"temperature": 0}}, {"sampling": {"temperature": 0.0, "top_p": None}}),
        ({"prompt": "00"}, {"prompt": "ff"}),
        ({"cassette": "a.json"}, {"cassette": "b.json"}),
    ],
)
def test_what_may_differ(pair):
    """The prompt is what has changed; what was not sent may be said or not."""
    old, new = (case(**each) for each in pair)
    assert incomparable(old, new) == ""


def test_what_is_not_known_is_no_reason_and_is_counted():
    """A baseline may be older than what tells the model."""
    before = ledger(case(model="a", parameters="00"), case("t.py::test_b", sampling={}))
    after = ledger(case(sampling={}), case("t.py::test_b", model="b", sampling={}))
    result = judged(before, after)
    assert result.verdict is Verdict.PASS
    told_of = "model in 2 cases, sampling in 1 case, parameters in 1 case"
    assert result.notes == (f"not known on a side, and so not compared: {told_of}",)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ({}, -0.1, "mean_logprob is not known in the baseline"),
        (-0.1, {"perplexity": 1.5}, "mean_logprob is not known in this run"),
        ({}, {}, "mean_logprob is not known in the baseline or in this run"),
        (-0.1, float("nan"), "mean_logprob is not known in this run"),
        (float("-inf"), -0.1, "mean_logprob is not known in the baseline"),
        (-1e300, -0.1, "mean_logprob is too large a number"),
    ],
)
def test_a_score_that_is_not_known_is_not_compared(old, new, reason):
    """Neither is NaN, nor what no square can be taken of."""
    before, after = (_scored(each) for each in (old, new))
    result = judged(ledger(before), ledger(after))
    assert told(result) == [(TEST, Verdict.NOT_COMPARABLE, reason)]


def _scored(score):
    scores = score if isinstance(score, dict) else {"mean_logprob": score}
    return case(samples=(replace(sample(), scores=scores),))


def test_one_answer_without_the_score_leaves_the_case_without():
    """An average over some of the answers would be another number."""
    after = case(samples=(sample(-0.1), replace(sample(), scores={})))
    found = the_case(ledger(case()), ledger(after))
    assert found.reason == "mean_logprob is not known in this run"


def test_each_verdict_fails_a_run_or_does_not():
    """What is not listed as harmless fails."""
    harmless = {
        (inconclusive, new): [
            each.value for each in Verdict if not fails(each, inconclusive=inconclusive, new=new)
        ]
        for inconclusive in ("fail", "warn")
        for new in ("fail", "warn")
    }
    assert harmless == {
        ("fail", "fail"): ["pass", "not_run"],
        ("fail", "warn"): ["new", "pass", "not_run"],
        ("warn", "fail"): ["inconclusive", "pass", "not_run"],
        ("warn", "warn"): ["inconclusive", "new", "pass", "not_run"],
    }
