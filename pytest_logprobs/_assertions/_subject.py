"""What an assertion is about, and how it fails."""

from __future__ import annotations

from typing import NoReturn

from pytest_logprobs._explain import Finding
from pytest_logprobs._model import Span, Token
from pytest_logprobs._numbers import is_number
from pytest_logprobs.errors import ConfidenceError, EmptySpanError
from pytest_logprobs.parsers import parse

__all__ = ["check_number", "fail", "some_span_of", "span_of"]
__tracebackhide__ = True  # a failed test shows its own lines


def span_of(subject: object) -> Span:
    """Return what is asserted about as a span."""
    if isinstance(subject, Span):
        return subject
    return Span([subject]) if isinstance(subject, Token) else parse(subject)


def some_span_of(subject: object) -> Span:
    """Return what is asserted about as a span that has tokens: nothing can be said of none."""
    span = span_of(subject)
    if not span:
        raise EmptySpanError("probability", "a span without tokens has none")
    return span


def check_number(value: object, name: str) -> None:
    """Raise ``TypeError`` where a bound is no number."""
    if not is_number(value):
        msg = f"{name} is a number, got {value!r}"
        raise TypeError(msg)


def fail(finding: Finding) -> NoReturn:
    """Raise what an assertion that does not hold raises."""
    raise ConfidenceError("\n".join(finding.lines), finding.section)
