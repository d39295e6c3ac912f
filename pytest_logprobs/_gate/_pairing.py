"""The two sides of a case: whether they can be compared, and what became of one without a side."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from pytest_logprobs._gate._decision import Verdict
from pytest_logprobs._gate._divergence import first_divergence, greatest_loss
from pytest_logprobs._gate._summary import CaseResult
from pytest_logprobs._ledger import Case, Ledger, Row
from pytest_logprobs._quote import clip, one_line
from pytest_logprobs.metrics import METRICS

__all__ = [
    "Answers",
    "TokensOf",
    "absent",
    "beside",
    "incomparable",
    "newcomer",
    "own_tokens",
    "paired",
]
__tracebackhide__ = True  # a failed test shows its own lines

TokensOf = Callable[[Case], Sequence[Row]]

_WIDTH: Final = 60  # of a value that is shown: a schema may have thousands of characters

_LARGEST: Final = 1e100  # the square of a larger one may be none; only a perplexity grows so
_LEFT: Final = "it is no longer of this group"
_UNLIMITED: Final = "it has no limit any more"
_SKIPPED: Final = "its module was skipped"
_WHY: Final = {
    "passed": "its test passed and did not measure it",
    "failed": "its test failed before it was measured",
    "skipped": "its test was skipped",
    "unreported": "its test was to run, and nothing was reported of it",
}


class Answers(NamedTuple):
    """Who gives the tokens of a case, in the baseline and now; nothing where there are none."""

    before: TokensOf
    after: TokensOf


def own_tokens(case: Case) -> Sequence[Row]:
    """Return the tokens that a case has of its first answer."""
    return case.samples[0].tokens


def incomparable(before: Case, after: Case) -> str:
    """Say in words why two sides of a case are not compared; empty where they can be.

    What is not known on a side is no reason.

    >>> old = Case(test="t", label=None, samples=(), model="a", sampling={"temperature": 0})
    >>> new = Case(test="t", label=None, samples=(), model="a", sampling={"temperature": 0.7})
    >>> incomparable(old, new)
    'temperature was 0 and is 0.7'
    """
    return "; ".join(_changes(before, after))


def paired(before: Case, after: Case, metric: str, group: str | None = None) -> CaseResult:
    """Compare a score of the two sides of a case; without a verdict it is data.

    Its cluster is that of the baseline, as all is that a verdict depends on.
    """
    old, new = before.score(metric), after.score(metric)
    reason = incomparable(before, after)
    difference = None
    if not reason:
        if old is None or new is None:
            sides = ("in the baseline",) * (old is None) + ("in this run",) * (new is None)
            reason = f"{metric} is not known {' or '.join(sides)}"
        elif max(abs(old), abs(new)) > _LARGEST:
            reason = f"{metric} is too large a number"
        else:
            gain = new - old if METRICS[metric].higher_is_better else old - new
            difference = float(f"{gain:.12g}") + 0.0  # -0.4 and -0.3 are 0.1 apart, and no more
    return CaseResult(
        key=before.key,
        name=before.name,
        outcome=after.outcome,
        verdict=Verdict.NOT_COMPARABLE if reason else None,
        reason=reason,
        baseline=old,
        candidate=new,
        difference=difference,
        cluster=before.groups.get(group) if group is not None else None,
        unknown=_unknown(before, after),
        before=before,
        after=after,
    )


def beside(result: CaseResult, answers: Answers) -> CaseResult:
    """Set the first answers of both sides beside each other, where their tokens are at hand."""
    before = answers.before(result.before) if result.before else ()
    after = answers.after(result.after) if before and result.after else ()
    if not after:
        return result
    return replace(
        result, divergence=first_divergence(before, after) or greatest_loss(before, after)
    )


def newcomer(after: Case, metric: str, baseline: Ledger) -> CaseResult:
    """Return what is said of a case that has no counterpart in the baseline."""
    known = after.key in baseline.cases
    return CaseResult(
        key=after.key,
        name=after.name,
        outcome=after.outcome,
        verdict=Verdict.NEW,
        reason="the baseline has it, but not in this group" if known else "",
        candidate=after.score(metric),
        after=after,
    )


def absent(before: Case, metric: str, run: Ledger, group: str | None = None) -> CaseResult:
    """Return what is said of a case of the baseline that the run does not have.

    It is missing if its test ran, or would have, had there been one; without a ``group`` it is one
    under a limit of its own.
    """
    test = before.test
    is_run = test in run.outcomes or test in run.asked or run.covers(test)
    return CaseResult(
        key=before.key,
        name=before.name,
        outcome=run.ended(test),
        verdict=Verdict.MISSING if is_run else Verdict.NOT_RUN,
        reason=_why_missing(before, run, group) if is_run else "",
        baseline=before.score(metric),
        before=before,
    )


def _why_missing(before: Case, run: Ledger, group: str | None) -> str:
    if before.key in run.cases:
        return _UNLIMITED if group is None else _LEFT
    outcome = run.ended(before.test)
    if outcome is None:
        return "its test is gone, or has another name"
    asked = run.asked.get(before.test)
    if outcome == "passed" and (asked is None or (group is not None and group not in asked)):
        return _UNLIMITED if group is None else _LEFT
    return _WHY[outcome] if before.test in {*run.outcomes, *run.asked} else _SKIPPED


def _changes(before: Case, after: Case) -> Iterator[str]:
    if before.model and after.model and before.model != after.model:
        yield _change("model", before.model, after.model)
    if before.sampling is not None and after.sampling is not None:
        for name in {**before.sampling, **after.sampling}:
            old, new = before.sampling.get(name), after.sampling.get(name)
            if old != new:
                yield _change(name, _shown(old), _shown(new))
    if before.parameters and after.parameters and before.parameters != after.parameters:
        yield "the parameters of this case changed: give the test `ids=`"


def _shown(value: object) -> str:
    return "not sent" if value is None else json.dumps(value, ensure_ascii=False, default=repr)


def _change(name: str, old: str, new: str) -> str:
    shown = [clip(one_line(each), _WIDTH) for each in (old, new)]
    return (
        f"{name} is another" if shown[0] == shown[1] else f"{name} was {shown[0]} and is {shown[1]}"
    )


def _unknown(before: Case, after: Case) -> tuple[str, ...]:
    """Name what is known of one side at most, where a test without parameters has none."""
    return (
        *(("model",) if not (before.model and after.model) else ()),
        *(("sampling",) if before.sampling is None or after.sampling is None else ()),
        *(("parameters",) if bool(before.parameters) != bool(after.parameters) else ()),
    )
