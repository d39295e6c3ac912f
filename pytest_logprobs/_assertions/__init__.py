"""Assertions about the confidence of an answer.

Each takes a ``Token``, a ``Span``, a ``Completion``, or anything that
:func:`~pytest_logprobs.parse` reads, and raises :class:`~pytest_logprobs.errors.ConfidenceError`,
an ``AssertionError``, with the same explanation as a plain ``assert`` on a score. They work
outside pytest and under ``--assert=plain`` too. What cannot be judged, an empty span or a token
without a log-probability, raises a ``LogprobsError`` instead: it is no verdict on the model.

A comparison with NaN does not hold.
"""

from __future__ import annotations

from pytest_logprobs._assertions._bounds import (
    assert_max_mean_entropy,
    assert_max_mean_logprob_drop,
    assert_max_perplexity,
    assert_min_margin,
    assert_min_mean_logprob,
    assert_min_token_probability,
    assert_ranked_first,
)
from pytest_logprobs._assertions._tokens import (
    assert_forbidden_alternatives,
    assert_no_uncertain_span,
    assert_required_alternatives,
)

__all__ = [
    "assert_forbidden_alternatives",
    "assert_max_mean_entropy",
    "assert_max_mean_logprob_drop",
    "assert_max_perplexity",
    "assert_min_margin",
    "assert_min_mean_logprob",
    "assert_min_token_probability",
    "assert_no_uncertain_span",
    "assert_ranked_first",
    "assert_required_alternatives",
]
