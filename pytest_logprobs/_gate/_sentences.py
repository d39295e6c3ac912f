"""What a verdict means in one sentence, and what else is to be said of a group."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from pytest_logprobs._gate._decision import Decision, Verdict
from pytest_logprobs._gate._summary import CaseResult
from pytest_logprobs._ledger import Policy
from pytest_logprobs._numbers import apart, plain
from pytest_logprobs._quote import one_line

__all__ = ["case_notes", "decided_by", "decision_notes", "policy_notes", "reason_for"]
__tracebackhide__ = True  # a failed test shows its own lines

_COUNTED: Final = {
    Verdict.NOT_COMPARABLE: ("cannot be compared", "cannot be compared"),
    Verdict.MISSING: ("of the baseline is missing", "of the baseline are missing"),
    Verdict.NEW: ("is not in the baseline", "are not in the baseline"),
}


def reason_for(
    results: Sequence[CaseResult], unreported: int, decision: Decision | None, decided: str
) -> str:
    """Say in one sentence why a group has its verdict, the worst first.

    ``decided`` is what the decision on the differences means.
    """
    counts = Counter(each.verdict for each in results)
    told = [f"nothing was reported of {unreported} of its tests"] if unreported else []
    if not_run := counts[Verdict.NOT_RUN]:
        total = sum(each.before is not None for each in results)
        were = "was" if not_run == 1 else "were"
        told.append(f"{not_run} of {_cases(total)} of the baseline {were} not run")
        return "; ".join(told) + ": shown, not judged" * (not unreported)
    if not any(each.after for each in results):
        told.append("nothing was measured")
    shown_worse = decision is not None and decision.verdict is Verdict.FAIL
    if shown_worse:
        told.append(decided)
    for kind, (one, many) in _COUNTED.items():
        if count := counts[kind]:
            told.append(f"{_cases(count)} {one if count == 1 else many}")
    if decided and not shown_worse:
        told.append(decided)
    return "; ".join(told)


def decided_by(decision: Decision, policy: Policy, kind: str) -> str:
    """Say what a decision means; ``kind`` is what was counted, cases or clusters."""
    mean, lower, upper = decision.mean, decision.lower, decision.upper
    if mean is None or lower is None or upper is None or _is_few(decision, policy):
        return _too_few(decision, policy, kind)
    if decision.verdict is Verdict.INCONCLUSIVE:
        return _undecided(decision, policy, kind)
    if mean == lower == upper == 0:
        return f"{policy.metric} is the same on both sides"
    worse, better = ("fell", "rose") if policy.score.higher_is_better else ("rose", "fell")
    sure = f"{plain(policy.confidence * 100)} % sure"
    if mean < 0:
        is_beyond = decision.verdict is Verdict.FAIL
        bound, margin = apart(-upper if is_beyond else -lower, policy.margin)
        sure += f": by {'more' if is_beyond else 'less'} than {bound}"
        within = f"{'beyond' if is_beyond else 'within'} the margin of {margin} ({policy.unit})"
        by = f"{worse} by {plain(-mean)}"
        return f"{policy.metric} {by} ({_every(decision, kind) or sure}), {within}"
    by = f"{better} by {plain(mean)}" if mean else "is the same on average"
    if lower >= 0:
        known = _every(decision, kind) or f"{sure}: by more than {plain(lower)}"
        return f"{policy.metric} {by} ({known})"
    ruled_out = f"a {_worsening(policy)} of more than {plain(-lower)} is ruled out"
    return f"{policy.metric} {by}; {ruled_out} ({sure})"


def _every(decision: Decision, kind: str) -> str:
    """Say of differences that are all the same that they are."""
    return f"in each of the {decision.count} {kind}" if decision.lower == decision.upper else ""


def _worsening(policy: Policy) -> str:
    return "fall" if policy.score.higher_is_better else "rise"


def _is_few(decision: Decision, policy: Policy) -> bool:
    # where nothing has changed, few are enough
    return decision.verdict is Verdict.INCONCLUSIVE and decision.count < policy.min_cases


def _too_few(decision: Decision, policy: Policy, kind: str) -> str:
    count, enough = decision.count, decision.enough
    few = f"{count} {kind} are" if count > 1 else f"1 {kind.removesuffix('s')} is"
    shown = f"{few} too few (min_cases is {policy.min_cases})"
    if enough is None or enough <= policy.min_cases:
        return shown
    return f"{shown}; {_passing(enough, kind)}"


def _undecided(decision: Decision, policy: Policy, kind: str) -> str:
    worsening, margin = f"the {_worsening(policy)} of {policy.metric}", plain(policy.margin)
    if every := _every(decision, kind):
        return f"{worsening} is {margin} {every}, which is the margin ({policy.unit})"
    low, high = (-(bound or 0.0) for bound in (decision.upper, decision.lower))
    shown = (
        f"{worsening} lies between {plain(low)} and {plain(high)}, and the margin is {margin} "
        f"({policy.unit}, {plain(policy.confidence * 100)} % sure of each bound)"
    )
    return shown if decision.enough is None else f"{shown}; {_passing(decision.enough, kind)}"


def _passing(enough: int, kind: str) -> str:
    more = f"an unchanged prompt would pass with about {enough} {kind}"
    return f"{more}, a true change near the margin needs far more"


def policy_notes(before: Policy | None, after: Policy | None) -> Iterator[str]:
    """Yield what of a policy has moved: the one of the baseline was applied."""
    if before is None or after is None:
        return
    for name in ("metric", "margin", "confidence", "min_cases"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield f"{name} was {old} in the baseline and is {new} now; {old} was applied"


def decision_notes(
    decision: Decision, policy: Policy, carrier: Sequence[CaseResult], kind: str
) -> Iterator[str]:
    """Yield what the differences can show, and which case (or cluster) makes up most of them."""
    if decision.smallest_margin and not _is_few(decision, policy):
        least = plain(decision.smallest_margin)
        yield f"these {decision.count} {kind} are enough for margins from {least} on"
    if carrier:
        cluster = carrier[0].cluster
        who = carrier[0].name if cluster is None else f"cluster {cluster}"
        note = f"{one_line(who)} makes up more than half of the spread"
        own = math.fsum(each.difference or 0.0 for each in carrier) / len(carrier)
        if own < min(decision.mean or 0.0, 0.0):
            note += ": an average cannot see a rare disaster, a limit for each case can"
        yield note


def case_notes(results: Iterable[CaseResult], group: str) -> Iterator[str]:
    """Yield how many cases have something that their difference does not show."""
    paired = [each for each in results if each.before and each.after]
    unknown = Counter(name for each in paired for name in each.unknown)
    if unknown:
        told = ", ".join(f"{name} in {_cases(count)}" for name, count in unknown.items())
        yield f"not known on a side, and so not compared: {told}"
    moved = sum(
        each.before.groups.get(group) != each.after.groups.get(group)
        for each in paired
        if each.before and each.after
    )
    if moved:
        have = "has another cluster" if moved == 1 else "have other clusters"
        yield f"{_cases(moved)} {have} than in the baseline, whose clusters were applied"
    failed = sum(each.after is not None and each.after.outcome == "failed" for each in results)
    if failed:
        yield f"{_cases(failed)} {'is' if failed == 1 else 'are'} of tests that failed"


def _cases(count: int) -> str:
    return "1 case" if count == 1 else f"{count} cases"
