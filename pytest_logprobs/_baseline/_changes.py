"""How a case, or what a group is judged by, is another than it was in the baseline."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Final

from pytest_logprobs._gate import incomparable, paired
from pytest_logprobs._ledger import Case, Key, Policy, policy_json
from pytest_logprobs._numbers import apart, plain

__all__ = ["Change", "changes", "moves"]
__tracebackhide__ = True  # a failed test shows its own lines

_LIMIT: Final = "mean_logprob"  # what max_mean_logprob_drop is about


@dataclass(frozen=True, slots=True)
class Change:
    """A case that is another now: how, in words, and how far in units of its margin.

    ``extent`` is infinite where the two cannot be compared, and 0.0 where nothing of a score that
    something judges is another. ``words`` are empty where nothing judges the case. ``models`` are
    the two that answered, where they alone are why it cannot be compared.
    """

    case: Case
    words: str = ""
    extent: float = 0.0
    models: tuple[str, str] | None = None


def changes(
    before: Mapping[Key, Case], after: Mapping[Key, Case], policies: Mapping[str, Policy]
) -> tuple[Change, ...]:
    """Return how cases have changed, the greatest change first."""
    both = before.keys() & after.keys()
    found = [_change(before[k], after[k], policies) for k in both if before[k] != after[k]]
    return tuple(sorted(found, key=lambda each: (-each.extent, each.case.order)))


def moves(old: Mapping[str, Policy], new: Mapping[str, Policy]) -> Iterator[str]:
    """Yield what of a policy is another now."""
    for group in sorted(old.keys() & new.keys()):
        before, after = policy_json(old[group]), policy_json(new[group])
        moved = [name for name in after if before[name] != after[name]]
        if moved:
            told = ", ".join(f"{name} from {before[name]} to {after[name]}" for name in moved)
            yield f"the gate {group} has another policy: {told}"


def _change(before: Case, after: Case, policies: Mapping[str, Policy]) -> Change:
    """Say how a case has changed, by the score of which it changed most in units of its margin."""
    models = before.model, after.model
    if incomparable(before, after) and not incomparable(before, replace(after, model=models[0])):
        return Change(after, extent=math.inf, models=(models[0] or "", models[1] or ""))
    judged = {
        (policies[group].metric, policies[group].margin)
        for group in {*before.groups, *after.groups}
        if group in policies
    }
    judged |= {(_LIMIT, limit) for limit in (before.max_drop, after.max_drop) if limit is not None}
    found = [_by(before, after, *each) for each in sorted(judged)]
    return max(found, key=attrgetter("extent"), default=Change(after))


def _by(before: Case, after: Case, metric: str, margin: float) -> Change:
    result = paired(before, after, metric)
    if result.difference is None or result.baseline is None or result.candidate is None:
        return Change(after, result.reason, math.inf)
    if not result.difference:
        return Change(after, f"{metric} is as before")
    old, new = apart(result.baseline, result.candidate)
    direction = "worse" if result.difference < 0 else "better"
    extent = abs(result.difference) / margin if margin > 0 else math.inf
    return Change(
        after, f"{metric} from {old} to {new}, {direction} (margin {plain(margin)})", extent
    )
