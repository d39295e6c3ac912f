"""The marker ``logprobs``: limits that every completion of a test must keep."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from pytest_logprobs._explain import compare, holds
from pytest_logprobs._measure import Measured
from pytest_logprobs._numbers import is_number
from pytest_logprobs._quote import quote
from pytest_logprobs._score import Score
from pytest_logprobs.errors import ConfidenceError, LogprobsError

if TYPE_CHECKING:
    from _pytest.outcomes import Failed as _Failed
else:
    _Failed = pytest.fail.Exception  # its public name, which type checkers do not see as a class

__all__ = ["LIMITS", "LimitError", "check", "limits_of"]
__tracebackhide__ = True  # a failed test shows its own lines

LIMITS: Final[Mapping[str, tuple[str, str]]] = {
    "max_mean_entropy": ("mean_entropy", "<="),
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
            if value is not None and not is_number(value):
                raise pytest.UsageError(
                    f"{test}: the limit {name} of the marker logprobs is a number, or None to lift "
                    f"it, got {value!r}"
                )
            limits.setdefault(name, value)
    return {name: value for name, value in limits.items() if value is not None}


def check(
    marks: Iterable[pytest.Mark], test: str, seen: Sequence[Measured | LogprobsError]
) -> None:
    """Hold every completion against every limit of a test's markers, the closest first.

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
            where = f"limit {name}={bound!r} on {_named(each, number, len(seen))}"
            metric, op = LIMITS[name]
            try:
                score = _score(each, metric)
            except LogprobsError as error:
                raise LimitError(f"{where} cannot be judged\n{error}") from None
            if not holds(score, op, bound):
                finding = replace(compare(score, op, bound), notes=(where,))
                raise LimitError("\n".join(finding.lines), finding.section)


def _score(seen: Measured | LogprobsError, metric: str) -> Score:
    if isinstance(seen, LogprobsError):
        raise seen
    score: Score = getattr(seen.completion, metric)
    return score


def _named(seen: Measured | LogprobsError, number: int, count: int) -> str:
    if isinstance(seen, Measured) and seen.label is not None:
        return f"the completion {quote(seen.label)}"
    return "the completion" if count == 1 else f"completion {number + 1} of {count}"
