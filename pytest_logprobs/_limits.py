"""The marker ``logprobs``: limits that every completion of a test must keep."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from pytest_logprobs._cases import Measured, Seen, check_cases, check_scores
from pytest_logprobs._explain import Finding, compare, explain_drop, holds
from pytest_logprobs._gate import first_divergence, greatest_loss, limit_of, paired, parted
from pytest_logprobs._ledger import Case, Row
from pytest_logprobs._model import Completion
from pytest_logprobs._numbers import as_float, is_number
from pytest_logprobs._quote import quote
from pytest_logprobs._score import Score
from pytest_logprobs._stored import Stored
from pytest_logprobs.errors import BaselineCaseError, ConfidenceError, LogprobsError

if TYPE_CHECKING:
    from _pytest.outcomes import Failed as _Failed
else:
    _Failed = pytest.fail.Exception  # its public name, which type checkers do not see as a class

__all__ = ["DROP", "LIMITS", "LimitError", "check", "check_drop", "check_gated", "limits_of"]
__tracebackhide__ = True  # a failed test shows its own lines

DROP: Final = "max_mean_logprob_drop"
"""The limit that a case keeps against the baseline."""

LIMITS: Final[Mapping[str, tuple[str, str]]] = {
    "max_mean_entropy": ("mean_entropy", "<="),
    DROP: ("mean_logprob_drop", "<="),
    "max_perplexity": ("perplexity", "<="),
    "min_margin": ("min_margin", ">="),
    "min_mean_logprob": ("mean_logprob", ">="),
    "min_token_probability": ("min_probability", ">="),
}
"""Keyword of the marker → the score it limits, and how."""


class LimitError(_Failed, ConfidenceError):
    """A completion breaks a limit of the ``logprobs`` marker, or no completion was seen.

    A ``pytest.fail`` without traceback, since no line of the test is to blame, and an
    ``AssertionError`` with an explanation and a section like any other.
    """

    __module__ = "pytest_logprobs"  # where users import it from, and shorter in a summary

    def __init__(self, explanation: str, section: Callable[[int], str] | None = None) -> None:
        ConfidenceError.__init__(self, explanation, section)
        self.msg = explanation
        self.pytrace = False

    def __str__(self) -> str:
        return ConfidenceError.__str__(self)


def limits_of(marks: Iterable[pytest.Mark], test: str) -> dict[str, float]:
    """Merge the limits of a test's markers, the closest first; ``None`` lifts a limit.

    Raises ``pytest.UsageError`` naming the test for an unknown keyword, a positional argument, or
    a value that is no number.
    """
    limits: dict[str, float | None] = {}
    for mark in marks:
        unknown = [*map(repr, mark.args), *(key for key in mark.kwargs if key not in LIMITS)]
        if unknown:
            meant = [name for name, (score, _) in LIMITS.items() if score in unknown]
            hint = f" (did you mean {', '.join(meant)}?)" if meant else ""
            raise pytest.UsageError(
                f"{test}: the marker logprobs does not take {', '.join(unknown)}{hint}; its limits "
                f"are {', '.join(f'{name}=' for name in LIMITS)}"
            )
        for name, value in mark.kwargs.items():
            if value is not None and not _is_limit(name, value):
                number = "finite number" if name == DROP else "number"
                raise pytest.UsageError(
                    f"{test}: the limit {name} of the marker logprobs is a {number}, or None to "
                    f"lift it, got {value!r}"
                )
            limits.setdefault(name, value)
    return {name: value for name, value in limits.items() if value is not None}


def _is_limit(name: str, value: object) -> bool:
    # that of a drop is written down with its case, in JSON
    return is_number(value) and (name != DROP or math.isfinite(as_float(value)))


def check(marks: Iterable[pytest.Mark], test: str, seen: Sequence[Seen]) -> None:
    """Hold every completion against every limit of a test's markers but :data:`DROP`.

    Raises ``LimitError`` for the first that is broken or cannot be judged, and where there is no
    completion to look at.
    """
    try:
        limits = limits_of(marks, test)
    except pytest.UsageError as error:  # the marker was added after the collection
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    if limits and not seen:
        raise LimitError(
            f"the marker logprobs limits {', '.join(limits)}, but no completion was seen, so "
            "nothing was checked\nnext: give the response to the fixture: logprobs(response), or "
            "make the call under the marker logprobs_cassette, which sees what crosses the wire"
        )
    for number, each in enumerate(seen):
        for name, bound in limits.items():
            if name == DROP:  # one of a case, which may have several completions
                continue
            where = f"limit {name}={bound!r} on {_named(each, number, len(seen))}"
            metric, op = LIMITS[name]
            try:
                score = _score(each, metric)
            except LogprobsError as error:
                raise LimitError(f"{where} cannot be judged\n{error}") from None
            if not holds(score, op, bound):
                finding = replace(compare(score, op, bound), notes=(where,))
                raise LimitError("\n".join(finding.lines), finding.section)


def check_gated(seen: Sequence[Seen], why: str, metric: str | None = None) -> None:
    """Raise ``LimitError`` where what a test measured cannot be told apart as cases.

    ``why`` says what asks for cases; with a ``metric``, where one has no such score.
    """
    try:
        if metric is None:
            check_cases(seen, why)
        else:
            check_scores(seen, metric, why)
    except LogprobsError as error:
        raise LimitError(str(error)) from None


def check_drop(cases: Iterable[Case], seen: Sequence[Seen], stored: Stored) -> None:
    """Hold the cases of a test against the baseline's; ``seen`` is all that they were made from.

    Raises ``LimitError`` for the first whose average log-probability fell by more than its limit
    (that of the baseline, where that is stricter), or cannot be compared. One that the baseline
    does not have is let pass where the setting ``new`` says so. Where the baseline is no judge,
    nothing is held against it.
    """
    for case in cases if stored.is_judge else ():
        if case.max_drop is None:
            continue
        limit = limit_of(stored.case(case.label), case.max_drop)
        named = "the completion" if case.label is None else _labelled(case.label)
        where = f"limit {DROP}={limit!r} on {named}"
        moved = f"{limit!r} is the limit of the baseline, stricter than {case.max_drop!r} here"
        own = [e.completion for e in seen if isinstance(e, Measured) and e.label == case.label]
        try:
            finding = _drop_of(case, limit, own, stored)
        except LogprobsError as error:
            raise LimitError(f"{where} cannot be judged\n{error}") from None
        if finding:
            told = (where, moved) if limit < case.max_drop else (where,)
            finding = replace(finding, notes=(*told, *finding.notes))
            raise LimitError("\n".join(finding.lines), finding.section)


def _drop_of(
    case: Case, maximum: float, own: Sequence[Completion], stored: Stored
) -> Finding | None:
    worst = min(own, key=lambda each: each.mean_logprob)  # raises where it is not known
    before = stored.case(case.label)
    if before is None:
        if stored.new == "warn":
            return None
        raise BaselineCaseError(stored.yardstick.shown, stored.missing(case.label))
    pair = paired(before, case, "mean_logprob")
    if pair.baseline is None or pair.candidate is None or pair.reason:
        raise BaselineCaseError(
            stored.yardstick.shown,
            f"its case cannot be compared: {pair.reason}\nnext: if that is meant, "
            f"{stored.remedy('store it anew')}",
        )
    finding = explain_drop(pair.baseline, pair.candidate, maximum, worst.mean_logprob.evidence)
    tokens = stored.yardstick.tokens_of(before) if finding else ()
    if finding and tokens:
        rows = [Row(token.text, token.logprob) for token in worst]
        if apart := first_divergence(tokens, rows) or greatest_loss(tokens, rows):
            return replace(finding, notes=(*finding.notes, parted(apart)))
    return finding


def _score(seen: Seen, metric: str) -> Score:
    if isinstance(seen, LogprobsError):
        raise seen
    score: Score = getattr(seen.completion, metric)
    return score


def _named(seen: Seen, number: int, count: int) -> str:
    if isinstance(seen, Measured) and seen.label is not None:
        return _labelled(seen.label)
    return "the completion" if count == 1 else f"completion {number + 1} of {count}"


def _labelled(label: str) -> str:
    return f"the completion {quote(label)}"
