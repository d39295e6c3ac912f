"""A group has one verdict: of its clusters, by the policy of the baseline, the worst of all."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledgers import TEST, case, changed, ledger, ledgers, sample, several

from pytest_logprobs._gate import Divergence, Verdict, decide, judge
from pytest_logprobs._ledger import Ledger, Policy, Row, Scope

MODEL = {"model": "m", "sampling": {}}
SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # ledgers are large
STEPS = (0.01, -0.02, 0.0, 0.03, -0.01, 0.02)


def judged(before, after):
    """Return the one group of a comparison."""
    (group,) = judge(before, after).groups
    return group


def worse(number):
    """Give a score that is 0.3 below -0.25, more or less."""
    return round(-0.55 + STEPS[number % len(STEPS)], 4)


def in_clusters(score=-0.25, **more):
    """Give twelve cases in four clusters of one to five."""
    sizes = {"a": 1, "b": 2, "c": 4, "d": 5}
    names = [name for name, size in sizes.items() for _ in range(size)]
    cases = several(12, score, **MODEL, **more)
    return [
        replace(each, groups={"capitals": name}) for each, name in zip(cases, names, strict=True)
    ]


def test_the_decision_is_on_the_differences_of_the_cases():
    """The averages of both sides are of the same cases."""
    after = [*several(12, worse, **MODEL), case("t.py::test_new", -9.0)]
    result = judged(ledger(*several(12, **MODEL)), ledger(*after))
    differences = [round(worse(number) + 0.25, 12) for number in sorted(range(12), key=str)]
    assert result.decision == decide(differences, Policy(margin=0.1))
    assert (result.verdict, result.clusters) == (Verdict.FAIL, None)
    assert result.baseline == -0.25
    assert result.candidate == pytest.approx(math.fsum(map(worse, range(12))) / 12)


def test_a_cluster_counts_once():
    """Its cases are averaged first, on both sides."""
    after = in_clusters(lambda number: -0.25 if number else -0.65)
    result = judged(ledger(*in_clusters()), ledger(*after))
    assert result.decision == decide([-0.4, 0.0, 0.0, 0.0], Policy(margin=0.1))
    assert (result.clusters, result.baseline) == (4, -0.25)
    assert result.candidate == pytest.approx(-0.35)


def test_a_case_without_a_cluster_counts_for_itself():
    """Where others have one."""
    sides = [[*in_clusters(), case("t.py::test_alone", **MODEL)] for _ in range(2)]
    assert judged(*(ledger(*side) for side in sides)).clusters == 5


def test_the_clusters_are_those_of_the_baseline():
    """A branch that gives every case one of its own would be surer than it may."""
    after = [replace(each, groups={"capitals": None}) for each in in_clusters()]
    result = judged(ledger(*in_clusters()), ledger(*after))
    assert result.clusters == 4
    assert result.notes == (
        "12 cases have other clusters than in the baseline, whose clusters were applied",
    )
    result = judged(ledger(*in_clusters()), ledger(*after[:1], *in_clusters()[1:]))
    assert result.notes == (
        "1 case has another cluster than in the baseline, whose clusters were applied",
    )


def test_the_policy_is_that_of_the_baseline():
    """A branch cannot move its own yardstick; that it tried is a line each."""
    policies = (
        Policy(margin=0.05, confidence=0.95),
        Policy(margin=0.5, metric="perplexity", confidence=0.6, min_cases=2),
    )
    scores = [{"mean_logprob": each, "perplexity": 9.0} for each in (-0.25, -0.55)]
    sides = [
        ledger(*several(12, score, **MODEL), policies={"capitals": policy})
        for score, policy in zip(scores, policies, strict=True)
    ]
    result = judged(*sides)
    assert (result.policy, result.verdict) == (policies[0], Verdict.FAIL)
    assert result.moved == (
        "metric was mean_logprob in the baseline and is perplexity now; mean_logprob was applied",
        "margin was 0.05 in the baseline and is 0.5 now; 0.05 was applied",
        "confidence was 0.95 in the baseline and is 0.6 now; 0.95 was applied",
        "min_cases was 10 in the baseline and is 2 now; 10 was applied",
    )


def test_a_group_that_only_the_baseline_has_is_judged_by_it():
    """Whoever takes the marker off all tests does not pass by it."""
    after = Ledger(cases={}, policies={}, outcomes={TEST: "passed"})
    result = judged(ledger(case()), after)
    assert (result.verdict, result.policy) == (Verdict.MISSING, Policy(margin=0.1))
    assert result.reason == "nothing was measured; 1 case of the baseline is missing"


def test_a_group_without_a_policy_is_an_error():
    """Its file was written by hand."""
    bare = replace(ledger(case()), policies={})
    with pytest.raises(ValueError, match=r"^the group 'capitals' has a policy on neither side$"):
        judge(bare, bare)


def test_a_crash_fails_its_gate_in_a_part_of_the_tests_too():
    """Cases that were not run hide no test of which nothing was reported."""
    cases = several(12)
    asked = {each.test: tuple(each.groups) for each in cases[:3]}
    part = Scope(paths=("elsewhere",))
    run = replace(ledger(*cases[:2], asked=asked), scopes=(part,), outcomes={})
    run = replace(run, outcomes={each.test: "passed" for each in cases[:2]})
    result = judged(ledger(*cases), run)
    assert (result.verdict, result.unreported) == (Verdict.FAIL, (cases[2].test,))
    assert result.reason == (
        "nothing was reported of 1 of its tests; 9 of 12 cases of the baseline were not run"
    )
    run = replace(run, outcomes={each.test: "passed" for each in cases[:3]})
    assert judged(ledger(*cases), run).verdict is Verdict.NOT_RUN


def test_a_gate_that_saw_nothing_fails():
    """It was asked for, and no test measured anything for it."""
    asked = Ledger(
        cases={},
        policies={"capitals": Policy(margin=0.1)},
        asked={TEST: ("capitals",)},
        outcomes={TEST: "skipped"},
    )
    empty = Ledger(cases={}, policies={})
    assert [(each.verdict, each.reason) for each in judge(empty, asked).groups] == [
        (Verdict.FAIL, "nothing was measured")
    ]
    result = judged(ledger(*several(3)), asked)
    assert (result.verdict, result.reason) == (
        Verdict.FAIL,
        "nothing was measured; 3 cases of the baseline are missing",
    )


def test_a_test_that_never_reported_fails_its_gates():
    """Its process died: it is named, whatever the others say."""
    cases = several(12, **MODEL)
    crashed = ("t.py::test_b", "t.py::test_a")
    asked = {each.test: ("capitals",) for each in cases} | dict.fromkeys(crashed, ("capitals",))
    outcomes = {each.test: "passed" for each in cases} | {crashed[0]: "unreported"}
    result = judged(ledger(*cases), ledger(*cases, asked=asked, outcomes=outcomes))
    assert (result.verdict, result.unreported) == (Verdict.FAIL, ("t.py::test_a", "t.py::test_b"))
    assert result.reason == (
        "nothing was reported of 2 of its tests; mean_logprob is the same on both sides"
    )


def test_the_worst_verdict_is_that_of_the_group():
    """The sentence says all of them, the worst first."""
    cases = several(15, **MODEL)
    after = [
        replace(cases[0], model="n"),
        replace(cases[1], model="n"),
        *cases[4:],
        *several(2, at=20, **MODEL),
    ]
    result = judged(ledger(*cases), ledger(*after))
    assert result.verdict is Verdict.NOT_COMPARABLE
    assert result.reason == (
        "2 cases cannot be compared; 2 cases of the baseline are missing; "
        "2 cases are not in the baseline; mean_logprob is the same on both sides"
    )


def test_cases_of_failed_tests_are_data_and_counted():
    """A failed test measured what it measured."""
    after = several(12, **MODEL)
    after[3] = replace(after[3], outcome="failed")
    result = judged(ledger(*several(12, **MODEL)), ledger(*after))
    assert result.verdict is Verdict.PASS
    assert result.notes == ("1 case is of tests that failed",)


def test_the_worst_cases_come_first_and_those_without_a_number_last():
    """The worse, the earlier; then by verdict."""
    cases = several(5, **MODEL)
    after = [
        replace(cases[4], model="n"),
        replace(cases[1], samples=(sample(-0.5),)),
        replace(cases[2], samples=(sample(-0.1),)),
        replace(cases[3], samples=(sample(-0.9),)),
        case("t.py::test_new"),
    ]
    result = judged(ledger(*cases), ledger(*after))
    numbers = [each.key[0].partition("[")[2] for each in result.cases]
    assert numbers == ["3]", "1]", "2]", "4]", "0]", ""]


def test_tokens_are_asked_for_where_they_are_shown():
    """Of the five worst cases, and of none where the group passes: each may cost a ``git show``."""
    asked = []

    def tokens_of(each):
        asked.append(each.test)
        return (Row("Rome", -0.1),)

    def tokens_now(each):
        return (Row("Oslo", -0.1),)

    before, after = (ledger(*several(12, score, **MODEL)) for score in (-0.25, worse))
    (result,) = judge(before, after, tokens_of=tokens_of, tokens_now=tokens_now).groups
    assert asked == [each.key[0] for each in result.cases[:5]]
    assert {each.divergence for each in result.cases[:5]} == {
        Divergence(0, "", Row("Rome", -0.1), Row("Oslo", -0.1))
    }
    assert {each.divergence for each in result.cases[5:]} == {None}
    judge(before, before, tokens_of=tokens_of)
    assert len(asked) == 5


def test_without_tokens_nothing_is_set_beside_each_other():
    """A baseline file has none."""
    before, after = (ledger(*several(12, score, **MODEL)) for score in (-0.25, worse))
    for none in ({"tokens_of": lambda _: ()}, {"tokens_now": lambda _: ()}):
        (result,) = judge(before, after, **none).groups
        assert {each.divergence for each in result.cases} == {None}


def test_gates_on_the_same_cases_are_told_together():
    """Each has an error rate of its own, so that all of them have to pass."""
    two = several(12, groups=("tone", "length"), **MODEL)
    chain = several(12, at=20, groups=("tone", "style"), **MODEL)
    alone = several(12, at=40, groups=("alone",), **MODEL)
    run = ledger(*two, *chain, *alone)
    together = "the gates length, style, tone judge the same cases: "
    together += '"nothing got worse" needs all of them to pass'
    assert judge(run, run).lines == (together,)


def test_a_replay_says_what_its_intervals_speak_of():
    """Once, where there is an interval, and each case has a single answer, which is recorded."""
    replay = (
        "one recorded answer for each case: what the model would say another time is not in these "
        "intervals (--logprobs-repeat records several)"
    )
    before, after = several(12, **MODEL), several(12, worse, cassette="a.json", **MODEL)
    assert judge(ledger(*before), ledger(*after)).lines == (replay,)
    live = [*after[1:], replace(after[0], cassette=None)]
    assert judge(ledger(*before), ledger(*live)).lines == ()
    again = [*after[1:], replace(after[0], samples=after[0].samples * 2)]
    assert judge(ledger(*before), ledger(*again)).lines == ()
    stored = [*before[1:], replace(before[0], repeats=2)]
    assert judge(ledger(*stored), ledger(*after)).lines == ()
    same = several(12, cassette="a.json", **MODEL)
    assert judge(ledger(*before), ledger(*same)).lines == ()


@SLOW
@given(before=ledgers(), seed=st.integers())
def test_the_order_of_cases_changes_nothing(before, seed):
    """Shards and workers come in any order; whatever they hold, there is a result."""
    order = random.Random(seed)  # noqa: S311 - drawn
    after = changed(before, order)
    shuffled = [_shuffled(each, order) for each in (before, after)]
    assert judge(*shuffled) == judge(before, after)


@SLOW
@given(ledgers())
def test_an_identical_run_is_never_worse(run):
    """What can be compared with itself is the same."""
    asked = {each.test: tuple(each.groups) for each in run.cases.values()}
    run = replace(run, asked=asked, outcomes=dict.fromkeys(asked, "passed"))
    summary = judge(run, run)
    verdicts = {each.verdict for each in summary.groups}
    assert verdicts <= {Verdict.PASS, Verdict.NOT_COMPARABLE}
    assert all(
        "not known" in each.reason or "too large" in each.reason
        for group in summary.groups
        for each in group.cases
        if each.verdict
    )


def _shuffled(run, order):
    cases = [*run.cases.items()]
    asked = [*run.asked.items()]
    order.shuffle(cases)
    order.shuffle(asked)
    return replace(run, cases=dict(cases), asked=dict(asked))
