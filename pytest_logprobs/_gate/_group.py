"""A group of cases is judged: its verdict, the decision behind it, and what is to be said of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from pytest_logprobs._gate._decision import Decision, Verdict, decide
from pytest_logprobs._gate._noise import noise_notes
from pytest_logprobs._gate._pairing import Answers, absent, beside, newcomer, paired
from pytest_logprobs._gate._sentences import (
    case_notes,
    decided_by,
    decision_notes,
    policy_notes,
    reason_for,
)
from pytest_logprobs._gate._summary import CaseResult, GroupResult
from pytest_logprobs._ledger import Case, Key, Ledger, Policy

__all__ = ["Sides", "judge_group"]
__tracebackhide__ = True  # a failed test shows its own lines

_ORDER: Final = {verdict: place for place, verdict in enumerate(Verdict)}


class Sides(NamedTuple):
    """The two ledgers, and the cases that a group has in each."""

    baseline: Ledger
    run: Ledger
    before: Mapping[Key, Case]
    after: Mapping[Key, Case]


def judge_group(
    group: str,
    sides: Sides,
    asking: Sequence[str],
    answers: Answers,
) -> GroupResult:
    """Judge a group, for which the tests ``asking`` were to measure cases."""
    stored, own = (ledger.policies.get(group) for ledger in sides[:2])
    policy = stored or own
    if policy is None:
        raise ValueError(f"the group {group!r} has a policy on neither side")
    outcomes = sides.run.outcomes
    lost = [test for test in asking if outcomes.get(test, "unreported") == "unreported"]
    results = [*_results(group, policy.metric, sides)]
    units = _units(results)
    kind = "clusters" if any(unit[0].cluster is not None for unit in units) else "cases"
    decision = _decided(units, policy)
    is_blind = bool(asking) and not sides.after
    verdict = Verdict.FAIL if lost else _worst(results, decision, failing=is_blind)
    notes, decided = list[str](), ""
    if decision is not None:
        decided = decided_by(decision, policy, kind)
        carrier = () if decision.carrier is None else units[decision.carrier]
        notes += decision_notes(decision, policy, carrier, kind)
    result = GroupResult(
        group=group,
        verdict=verdict,
        reason=reason_for(results, len(lost), decision, decided),
        policy=policy,
        cases=tuple(sorted(results, key=_badness)),
        decision=decision,
        baseline=_average(units, "baseline"),
        candidate=_average(units, "candidate"),
        clusters=len(units) if kind == "clusters" else None,
        unreported=tuple(sorted(lost)),
        moved=(*policy_notes(stored, own),),
        notes=(*notes, *case_notes(results, group), *noise_notes(units, policy)),
    )
    worst = [beside(each, answers) for each in result.worst]
    return replace(result, cases=(*worst, *result.cases[len(worst) :]))


def _results(group: str, metric: str, sides: Sides) -> Iterator[CaseResult]:
    cases = {**sides.before, **sides.after}
    for key in sorted(cases, key=lambda key: cases[key].order):
        before, after = sides.before.get(key), sides.after.get(key)
        if before is None:
            yield newcomer(cases[key], metric, sides.baseline)
        elif after is None:
            yield absent(before, metric, sides.run, group)
        else:
            yield paired(before, after, metric, group)


def _units(results: Iterable[CaseResult]) -> Sequence[Sequence[CaseResult]]:
    """Put together the cases of each cluster that have a difference."""
    units: dict[str | Key, list[CaseResult]] = {}
    for each in results:
        if each.difference is not None:
            units.setdefault(each.key if each.cluster is None else each.cluster, []).append(each)
    return [*units.values()]


def _decided(units: Sequence[Sequence[CaseResult]], policy: Policy) -> Decision | None:
    if not units:
        return None
    # cases of a cluster may differ and cancel each other out
    same = all(not each.difference for unit in units for each in unit)
    return decide([_mean(unit, "difference") for unit in units], policy, same=same)


def _mean(unit: Sequence[CaseResult], field: str) -> float:
    return math.fsum(getattr(each, field) for each in unit) / len(unit)


def _average(units: Sequence[Sequence[CaseResult]], field: str) -> float | None:
    return math.fsum(_mean(unit, field) for unit in units) / len(units) if units else None


def _worst(results: Iterable[CaseResult], decision: Decision | None, *, failing: bool) -> Verdict:
    verdicts = {each.verdict for each in results if each.verdict is not None}
    if Verdict.NOT_RUN in verdicts:
        return Verdict.NOT_RUN
    if decision is not None:
        verdicts.add(decision.verdict)
    # a group without any case was asked for by nobody else
    return Verdict.FAIL if failing or not verdicts else min(verdicts, key=_ORDER.__getitem__)


def _badness(result: CaseResult) -> tuple[bool, float]:
    """Sort the cases that have a difference first, the worst before others."""
    if result.difference is not None:
        return False, result.difference
    return True, _ORDER[result.verdict or Verdict.PASS]
