"""A score that does not keep its bound."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Final

from pytest_logprobs._explain._advice import TURNED, advise
from pytest_logprobs._explain._finding import Finding
from pytest_logprobs._numbers import apart, as_float, is_number, plain
from pytest_logprobs._quote import quote
from pytest_logprobs._score import Evidence, Score

__all__ = ["OPERATORS", "compare", "explain", "gap", "holds"]
__tracebackhide__ = True  # a failed test shows its own lines

OPERATORS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
"""The comparisons that have an explanation."""


def holds(left: float, op: str, right: float) -> bool:
    """Return whether a comparison is true; with NaN none is, but ``!=``."""
    return OPERATORS[op](left, right)


def explain(left: object, op: str, right: object) -> Finding | None:
    """Explain a comparison of a score with a number, or of two scores.

    One that holds, as an operand may or what stands under a ``not``, gets one neutral line.
    ``None`` for everything else: other operators, other operands.
    """
    if op not in OPERATORS:
        return None
    if isinstance(left, Score):
        score, bound = left, right
    elif isinstance(right, Score):
        score, op, bound = right, op.translate(TURNED), left
    else:
        return None
    if not is_number(bound):
        return None
    if holds(score, op, bound):
        value, limit = apart(score, as_float(bound))
        return Finding(f"{score.name} is {value}, which is {op} {limit}", Evidence(()))
    return compare(score, op, bound)


def compare(score: Score, op: str, bound: float) -> Finding:
    """Explain that a score does not keep a bound."""
    number = as_float(bound)
    value, limit = apart(float(score), number)
    far = gap(score, op, number, score.unit)
    other, advice = "", tuple(advise(score, op, number))[:2]
    notes: tuple[str, ...] = ()
    if isinstance(bound, Score):
        notes = (f"against: {_one(bound)}",)
        if bound.name != score.name:
            other = f"{bound.name} "
        if bound.unit != score.unit:
            advice = (f"{score.unit} and {bound.unit} do not compare: take one score of both",)
    sentence = f"{score.name} is {value}, not {op} {other}{limit} ({far})"
    return Finding(sentence, score.evidence, score.metric.quantity, notes, advice)


def gap(value: float, op: str, bound: float, unit: str) -> str:
    """Say how far a value is from what it should be."""
    if math.isnan(value) or math.isnan(bound):
        return "NaN compares false with everything"
    if value == bound:
        return "they are equal"
    far = plain(abs(bound - value))
    if op == "==":
        return f"{far} apart, in {unit}"
    return f"{far} too {'low' if op in ('>', '>=') else 'high'}, in {unit}"


def _one(score: Score) -> str:
    text = "".join(token.text for token in score.tokens)
    return f"{score.name} {plain(score)} of {quote(text)}"
