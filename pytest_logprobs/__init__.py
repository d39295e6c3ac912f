"""Log-probabilities of language-model answers as assertions in a normal test suite.

The names below are the public API. Each is imported when first used (PEP 562): the plugin's entry
point imports this package at the start of every pytest run, also in suites that never use it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pytest_logprobs._assertions import (
        assert_forbidden_alternatives,
        assert_max_mean_entropy,
        assert_max_mean_logprob_drop,
        assert_max_perplexity,
        assert_min_margin,
        assert_min_mean_logprob,
        assert_min_token_probability,
        assert_no_uncertain_span,
        assert_ranked_first,
        assert_required_alternatives,
    )
    from pytest_logprobs._batch import BatchLine, parse_batch
    from pytest_logprobs._ledger import BaselineCase
    from pytest_logprobs._limits import LimitError
    from pytest_logprobs._measure import Logprobs
    from pytest_logprobs._model import (
        Alternative,
        Capabilities,
        Completion,
        Request,
        Span,
        Token,
        ranked,
    )
    from pytest_logprobs._score import Score
    from pytest_logprobs.cassettes import CassetteMissError, LogprobsCassette
    from pytest_logprobs.errors import (
        BaselineCaseError,
        BaselineError,
        BaselineReadError,
        BaselineWriteError,
        CassetteError,
        CassetteReadError,
        CassetteSecretError,
        CassetteWriteError,
        ChoiceError,
        ConfidenceError,
        EmptySpanError,
        LogprobsError,
        MalformedResponseError,
        MissingAlternativesError,
        MissingLogprobsError,
        ResponseError,
        SpanNotFoundError,
        UnknownFormatError,
        UnscoredTokenError,
    )
    from pytest_logprobs.parsers import TransformersOutput, parse, parse_all

__all__ = [
    "Alternative",
    "BaselineCase",
    "BaselineCaseError",
    "BaselineError",
    "BaselineReadError",
    "BaselineWriteError",
    "BatchLine",
    "Capabilities",
    "CassetteError",
    "CassetteMissError",
    "CassetteReadError",
    "CassetteSecretError",
    "CassetteWriteError",
    "ChoiceError",
    "Completion",
    "ConfidenceError",
    "EmptySpanError",
    "LimitError",
    "Logprobs",
    "LogprobsCassette",
    "LogprobsError",
    "MalformedResponseError",
    "MissingAlternativesError",
    "MissingLogprobsError",
    "Request",
    "ResponseError",
    "Score",
    "Span",
    "SpanNotFoundError",
    "Token",
    "TransformersOutput",
    "UnknownFormatError",
    "UnscoredTokenError",
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
    "parse",
    "parse_all",
    "parse_batch",
    "ranked",
]

_HOME: Final = {
    "Alternative": "_model",
    "BaselineCase": "_ledger",
    "BatchLine": "_batch",
    "Capabilities": "_model",
    "CassetteMissError": "cassettes",
    "Completion": "_model",
    "LimitError": "_limits",
    "Logprobs": "_measure",
    "LogprobsCassette": "cassettes",
    "Request": "_model",
    "Score": "_score",
    "Span": "_model",
    "Token": "_model",
    "TransformersOutput": "parsers",
    "parse": "parsers",
    "parse_all": "parsers",
    "parse_batch": "_batch",
    "ranked": "_model",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    home = _HOME.get(name) or ("_assertions" if name.startswith("assert_") else "errors")
    # Not kept in this module's globals: pytester unloads what an inner run has loaded, and a class
    # kept here would then be another one than that of the modules that are loaded next.
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
