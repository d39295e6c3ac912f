"""What type checkers know of the public names: mypy and pyright read this, nothing runs it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from pytest_logprobs import (
    Alternative,
    Completion,
    ConfidenceError,
    LimitError,
    Logprobs,
    LogprobsError,
    MalformedResponseError,
    Score,
    Span,
    Token,
    assert_forbidden_alternatives,
    assert_max_mean_logprob_drop,
    assert_min_mean_logprob,
    assert_ranked_first,
    assert_required_alternatives,
    parse,
    parse_all,
    ranked,
)

if TYPE_CHECKING:
    from typing_extensions import assert_type  # noqa: TC004 - nothing runs this


def read(body: bytes) -> Completion:
    """Anything may hold a response; what comes out is a completion."""
    assert_type(parse_all(body), tuple[Completion, ...])
    assert_type(parse({"choices": []}, choice=1, format="openai-chat"), Completion)
    return parse(body)


def look(completion: Completion) -> None:
    """A completion is a span, and a span a sequence of tokens."""
    assert_type(completion.text, str)
    assert_type(completion.model, "str | None")
    assert_type(completion.choice, int)
    assert_type(completion.prompt_tokens, "Span | None")
    assert_type(completion[0], Token)
    assert_type(completion[1:3], Span)
    assert_type(completion.span(re.compile("x")), Span)
    assert_type(completion.spans("x"), tuple[Span, ...])
    assert_type(completion.uncertain(), tuple[Span, ...])
    tokens: Sequence[Token] = completion
    for token in tokens:
        assert_type(token.logprob, "float | None")
        assert_type(token.alternatives, tuple[Alternative, ...])
        assert_type(token.probability_of("x"), "float | None")


def compare(completion: Completion, spans: list[Span]) -> None:
    """A score is a float, and what is computed from it is one too."""
    assert_type(completion.mean_logprob, Score)
    assert_type(completion.mean_logprob - 1, float)
    assert_type(completion.perplexity < completion.perplexity, bool)
    number: float = completion.min_probability
    assert_type(ranked(spans, by="perplexity"), tuple[Span, ...])
    assert_type(ranked([completion]), tuple[Completion, ...])
    assert number >= 0.8


@pytest.mark.logprobs(min_token_probability=0.5, max_perplexity=None)
def measure(logprobs: Logprobs, body: bytes) -> None:
    """The fixture is annotated with its public type, and gives a completion."""
    completion = logprobs(body, label="first", choice=0)
    assert_type(completion, Completion)
    assert_min_mean_logprob(completion, -0.5)
    assert_min_mean_logprob(body, -1)
    assert_max_mean_logprob_drop(completion, completion.mean_logprob, 0.1)
    assert_required_alternatives(completion, "yes", at=0, fold=True)
    assert_forbidden_alternatives(completion, ["no", "maybe"], max_probability=0.1)
    assert_ranked_first(completion, [completion[:1]], by="perplexity")


def catch(error: MalformedResponseError, limit: LimitError) -> tuple[LogprobsError, AssertionError]:
    """The errors carry their data; a broken limit is an assertion that failed."""
    assert_type(error.path, str)
    assert_type(limit.explanation, str)
    confidence: ConfidenceError = limit
    return error, confidence


def misuse(completion: Completion) -> None:
    """A bound is a number: type checkers say so before the test runs."""
    assert_min_mean_logprob(completion, "-0.5")  # type: ignore[arg-type]
