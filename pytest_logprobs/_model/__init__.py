"""Tokens, spans, completions: what a response says, whatever wire format said it."""

from __future__ import annotations

from pytest_logprobs._model._assembling import Draft, assemble
from pytest_logprobs._model._capabilities import Capabilities
from pytest_logprobs._model._completion import Completion
from pytest_logprobs._model._request import Request
from pytest_logprobs._model._scores import not_scored, ranked
from pytest_logprobs._model._span import Span
from pytest_logprobs._model._token import Alternative, Token

__all__ = [
    "Alternative",
    "Capabilities",
    "Completion",
    "Draft",
    "Request",
    "Span",
    "Token",
    "assemble",
    "not_scored",
    "ranked",
]
