"""Assertions that hold a score of the subject against a bound."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pytest_logprobs._assertions._subject import check_number, fail, span_of
from pytest_logprobs._explain import compare, explain_drop, holds
from pytest_logprobs._ledger import BaselineCase
from pytest_logprobs._model import Span, Token, ranked
from pytest_logprobs._numbers import as_float, is_number, plain
from pytest_logprobs._quote import quote
from pytest_logprobs._score import Score
from pytest_logprobs.metrics import MEAN_LOGPROB_DROP, Metric

__all__ = [
    "assert_max_mean_entropy",
    "assert_max_mean_logprob_drop",
    "assert_max_perplexity",
    "assert_min_margin",
    "assert_min_mean_logprob",
    "assert_min_token_probability",
    "assert_ranked_first",
]
__tracebackhide__ = True  # a failed test shows its own lines


def assert_min_token_probability(subject: object, minimum: float) -> None:
    """Assert that every token's probability is at least ``minimum``, in [0, 1].

    >>> assert_min_token_probability(Token("Paris", -0.1), 0.9)
    """
    _require(span_of(subject).min_probability, ">=", minimum)


def assert_min_mean_logprob(subject: object, minimum: float) -> None:
    """Assert that the average log-probability is at least ``minimum``, in nats per token.

    >>> assert_min_mean_logprob(Span([Token("Par", -0.1), Token("is", -0.3)]), -0.5)
    """
    _require(span_of(subject).mean_logprob, ">=", minimum)


def assert_max_perplexity(subject: object, maximum: float) -> None:
    """Assert that the perplexity is at most ``maximum``; 1 is certain.

    >>> assert_max_perplexity(Token("Paris", -0.1), 1.2)
    """
    _require(span_of(subject).perplexity, "<=", maximum)


def assert_max_mean_entropy(subject: object, maximum: float) -> None:
    """Assert that the average token entropy is at most ``maximum``, in nats per token.

    It needs alternatives in the response.
    """
    _require(span_of(subject).mean_entropy, "<=", maximum)


def assert_min_margin(subject: object, minimum: float) -> None:
    """Assert that at every token the best alternative leads the second by ``minimum`` at least.

    The lead is a difference of probabilities, in [0, 1]. It needs alternatives in the response.
    """
    _require(span_of(subject).min_margin, ">=", minimum)


def assert_max_mean_logprob_drop(subject: object, baseline: object, maximum: float) -> None:
    """Assert that the average log-probability fell by at most ``maximum``, in nats per token.

    ``baseline`` is what it fell from: a ``Span`` (or anything ``parse`` reads), its
    ``mean_logprob``, that number, or a stored case (``logprobs.baseline()``). The drop is baseline
    minus subject, to the seven digits of a baseline: a gain is negative, and a negative maximum
    demands one. Percentages of a log-probability mean nothing and are refused.

    >>> assert_max_mean_logprob_drop(Token("Paris", -0.3), baseline=-0.2, maximum=0.15)
    """
    now = span_of(subject).mean_logprob
    before = _baseline(baseline)
    check_number(maximum, _bound_of(MEAN_LOGPROB_DROP))
    if finding := explain_drop(before, now, maximum, now.evidence):
        fail(finding)


def assert_ranked_first(
    best: object, others: Iterable[object], *, by: str = "mean_logprob", margin: float = 0.0
) -> None:
    """Assert that ``best`` is more confident than each of the others by more than ``margin``.

    ``others`` are several, or one span. ``by`` is the name of any score, whose own direction
    counts; ``margin`` is in its unit. A tie does not hold.

    >>> assert_ranked_first(Token("yes", -0.1), [Token("no", -2.4)], margin=1.0)
    """
    check_number(margin, "margin")
    one = isinstance(others, (Span, Token))  # a span is a sequence, though not one of rivals
    rivals = ranked(map(span_of, [others] if one else others), by=by)
    if not rivals:
        msg = "others is empty: there is nothing to be ranked before"
        raise ValueError(msg)
    score: Score = getattr(span_of(best), by)
    rival: Score = getattr(rivals[0], by)
    lead = f", margin {plain(margin)}" if margin else ""
    note = f"best rival: {plain(rival)} of {quote(rivals[0].text, 40)}{lead}"
    if score.higher_is_better:
        _require(score, ">", float(rival) + as_float(margin), note)
    else:
        _require(score, "<", float(rival) - as_float(margin), note)


def _baseline(baseline: object) -> float:
    if isinstance(baseline, Score) and baseline.name != "mean_logprob":
        msg = f"a drop is measured from a mean_logprob, and the baseline is a {baseline.name}"
        raise TypeError(msg)
    if isinstance(baseline, BaselineCase):
        return baseline.mean_logprob
    if not is_number(baseline):
        return span_of(baseline).mean_logprob
    if baseline > 0:
        msg = f"a baseline is a mean_logprob, which is never above 0, got {plain(baseline)}"
        raise ValueError(msg)
    return baseline


def _require(score: Score, op: str, bound: float, *notes: str) -> None:
    check_number(bound, _bound_of(score.metric))
    if not holds(score, op, bound):
        finding = compare(score, op, bound)
        fail(replace(finding, notes=notes) if notes else finding)


def _bound_of(metric: Metric) -> str:
    return f"a bound for {metric.name}, in {metric.unit},"
