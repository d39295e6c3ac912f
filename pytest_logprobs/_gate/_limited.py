"""Cases that have a limit of their own: how far their confidence may fall."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from pytest_logprobs._gate._decision import Verdict
from pytest_logprobs._gate._pairing import Answers, absent, beside, newcomer, paired
from pytest_logprobs._gate._summary import CaseResult
from pytest_logprobs._ledger import Case, Ledger, rounded
from pytest_logprobs._numbers import apart
from pytest_logprobs.metrics import MEAN_LOGPROB_DROP

__all__ = ["judge_limits", "limit_notes", "limit_of"]
__tracebackhide__ = True  # a failed test shows its own lines

_METRIC: Final = "mean_logprob"


def judge_limits(baseline: Ledger, run: Ledger, answers: Answers) -> tuple[CaseResult, ...]:
    """Judge every case that is under a limit on either side, in the order of the cases."""
    cases = {
        key: case
        for ledger in (baseline, run)
        for key, case in ledger.cases.items()
        if case.max_drop is not None
    }
    return tuple(
        _judged(cases[key], baseline, run, answers)
        for key in sorted(cases, key=lambda key: cases[key].order)
    )


def limit_of(before: Case | None, own: float) -> float:
    """Return the limit that a case keeps: its ``own``, but no laxer one than the baseline has.

    >>> before = Case(test="t", label=None, samples=(), max_drop=0.1)
    >>> limit_of(before, 9.0), limit_of(before, 0.05), limit_of(None, 9.0)
    (0.1, 0.05, 9.0)
    """
    return own if before is None or before.max_drop is None else min(before.max_drop, own)


def _judged(case: Case, baseline: Ledger, run: Ledger, answers: Answers) -> CaseResult:
    before, after = baseline.cases.get(case.key), run.cases.get(case.key)
    if after is None or after.max_drop is None:
        return absent(case, _METRIC, run)
    if before is None:
        return newcomer(after, _METRIC, baseline)
    result = paired(before, after, _METRIC)
    if result.difference is None:
        return result
    drop = rounded(-result.difference)  # of -0.3 and -0.4 it is 0.1, not 0.10000000000000003
    limit = limit_of(before, after.max_drop)
    if drop <= limit:
        return replace(result, verdict=Verdict.PASS)
    far, allowed = apart(drop, limit)
    reason = f"{_METRIC} fell by {far}, more than {allowed} ({MEAN_LOGPROB_DROP.unit})"
    return beside(replace(result, verdict=Verdict.FAIL, reason=reason), answers)


def limit_notes(limited: Iterable[CaseResult]) -> Iterator[str]:
    """Yield which limits are others than in the baseline, a line for each change."""
    moved: dict[tuple[float, float], list[str]] = {}
    for each in limited:
        old = each.before.max_drop if each.before else None
        new = each.after.max_drop if each.after else None
        if old is not None and new is not None and old != new:
            moved.setdefault((old, new), []).append(each.name)
    for (old, new), names in moved.items():
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        yield (
            f"max_mean_logprob_drop of {names[0]}{more} was {old} in the baseline and is {new} "
            f"now; {min(old, new)}, the stricter, was applied"
        )
