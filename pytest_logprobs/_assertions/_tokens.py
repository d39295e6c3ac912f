"""Assertions about single tokens: what was or could have been said."""

from __future__ import annotations

from collections.abc import Iterable
from math import fsum

from pytest_logprobs._assertions._subject import check_number, fail, some_span_of
from pytest_logprobs._explain import (
    explain_forbidden,
    explain_required,
    explain_uncertain,
    folded,
)
from pytest_logprobs._known import ALTERNATIVES
from pytest_logprobs._model import Alternative, Span, Token, not_scored
from pytest_logprobs._quote import quote
from pytest_logprobs.errors import (
    MissingAlternativesError,
    SpanNotFoundError,
)

__all__ = [
    "assert_forbidden_alternatives",
    "assert_no_uncertain_span",
    "assert_required_alternatives",
]
__tracebackhide__ = True  # a failed test shows its own lines

_SPACES = ("\u0120", "\u2581")
"""How vocabularies write the space that a token begins with; some servers do not decode them."""


def assert_required_alternatives(
    subject: object,
    required: str | Iterable[str],
    *,
    at: int = 0,
    min_probability: float = 0.0,
    fold: bool = False,
) -> None:
    """Assert that each required text is the chosen token or among the alternatives at a token.

    ``at`` is the token's place in the subject, 0-based, negative from the end.
    ``min_probability`` is what each must have there at least. ``fold=True`` ignores case and one
    leading space, and adds up what then has the same text.

    Raises ``MissingAlternativesError`` where a required text is not the chosen token and the
    response lists no alternatives, or lists them without their texts: what is not seen cannot be
    told absent. Raises
    ``UnscoredTokenError`` where it is the chosen token, and how probable that was is not known.

    >>> from pytest_logprobs import Alternative
    >>> token = Token("yes", -0.4, alternatives=[Alternative("No", -1.2)])
    >>> assert_required_alternatives(token, ["yes", "no"], min_probability=0.2, fold=True)
    """
    span, wanted = some_span_of(subject), _texts(required, "required")
    check_number(min_probability, "min_probability")
    token = _token_at(span, at)
    for text in wanted:
        probability = _probability_of(token, text, fold=fold)
        if probability is None and _spells(token.text, text, fold=fold):
            if min_probability <= 0:
                continue
            remedy = "without min_probability its text alone is checked"
            raise not_scored("min_probability", token, remedy)
        if probability is None:
            _check_listed(token, f"{quote(text)} is required")
        if probability is None or not probability >= min_probability:
            evidence = span.evidence
            fail(explain_required(evidence, token, text, probability, min_probability, fold=fold))


def assert_forbidden_alternatives(
    subject: object,
    forbidden: str | Iterable[str],
    *,
    at: int | None = None,
    max_probability: float = 0.0,
    fold: bool = False,
) -> None:
    """Assert that no forbidden text is chosen, or listed above a probability.

    ``at`` is the one token to look at, 0-based; ``None`` looks at all. ``fold=True`` ignores case
    and one leading space, and adds up what then has the same text.

    It speaks of what is listed: a text below the end of the list is not seen. A token without any
    alternatives, or with some that are known by their ids alone, raises
    ``MissingAlternativesError``.

    >>> from pytest_logprobs import Alternative
    >>> token = Token("yes", -0.4, alternatives=[Alternative("maybe", -1.6)])
    >>> assert_forbidden_alternatives(token, "no")
    """
    span, unwanted = some_span_of(subject), _texts(forbidden, "forbidden")
    check_number(max_probability, "max_probability")
    for token in span if at is None else [_token_at(span, at)]:
        for text in unwanted:
            probability = _probability_of(token, text, fold=fold)
            chosen = _spells(token.text, text, fold=fold)
            if chosen or (probability is not None and not probability <= max_probability):
                finding = explain_forbidden(
                    span.evidence, token, text, probability, max_probability, chosen=chosen
                )
                fail(finding)
        _check_listed(token, f"{quote(unwanted[0])} is forbidden")


def assert_no_uncertain_span(subject: object, below: float, *, length: int = 1) -> None:
    """Assert that no run of ``length`` or more tokens has a probability below ``below`` each.

    >>> assert_no_uncertain_span(Span([Token("Par", -0.1), Token("is", -1.3)]), 0.5, length=2)
    """
    if length < 1:
        msg = f"length={length!r}: a run has one token at least"
        raise ValueError(msg)
    span = some_span_of(subject)
    check_number(below, "below")
    runs = [run for run in span.uncertain(below) if len(run) >= length]
    if runs:
        fail(explain_uncertain([run.evidence for run in runs], below, length))


def _texts(texts: str | Iterable[str], name: str) -> list[str]:
    listed = [texts] if isinstance(texts, str) else list(texts)
    if not listed or "" in listed or not all(isinstance(each, str) for each in listed):
        msg = f"{name} is a text or several, none of them empty, got {texts!r}"
        raise ValueError(msg)
    return listed


def _token_at(span: Span, at: int) -> Token:
    try:
        return span[at]
    except IndexError:
        count = len(span)
        raise SpanNotFoundError(
            f"at={at} of {span!r}: there is no such token, at goes from {-count} to {count - 1}"
        ) from None


def _spells(given: str, wanted: str, *, fold: bool) -> bool:
    """Return whether a token's text is what is wanted, also as a vocabulary writes it."""
    spelled = {given, " " + given[1:]} if given.startswith(_SPACES) else {given}
    return folded(wanted) in map(folded, spelled) if fold else wanted in spelled


def _probability_of(token: Token, text: str, *, fold: bool) -> float | None:
    """Return the probability of a text at a token, ``None`` where it is not listed."""
    spelled = {token.text, *(alternative.text for alternative in token.alternatives)}
    same = sorted(each for each in spelled if _spells(each, text, fold=fold))
    found = [p for p in map(token.probability_of, same) if p is not None]
    return min(1.0, fsum(found)) if found else None


def _check_listed(token: Token, need: str) -> None:
    """Refuse a token at which it cannot be told whether a text is among the alternatives."""
    if not token.alternatives:
        problem = f"the response lists no alternatives for {_shown(token)}, so it cannot be told"
        raise MissingAlternativesError(f"{need}, and {problem}; ask for some ({ALTERNATIVES})")
    if any(map(_is_named, token.alternatives)):
        problem = f"alternatives of {_shown(token)} are known by their ids alone"
        raise MissingAlternativesError(
            f"{need}, and {problem}, so it cannot be told; ask for the texts of the tokens"
        )


def _shown(token: Token) -> str:
    return f"token {token.index} {quote(token.text)}"


def _is_named(alternative: Alternative) -> bool:
    """Return whether an alternative has its id for a name, and nothing that it spells."""
    named = alternative.token_id is not None and not alternative.bytes
    return named and alternative.text == f"token_id:{alternative.token_id}"
