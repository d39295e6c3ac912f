"""Why an assertion does not hold, in words: a pure function of what was compared.

An explanation says where, then how far, then what next. It has two parts: a few lines that pytest
never cuts, and a section with the whole text as a heat map and a table of tokens. Nothing here
raises, whatever the numbers and the texts are: an exception would take the place of the failure
that it should explain.
"""

from __future__ import annotations

from pytest_logprobs._explain._comparison import OPERATORS, compare, explain, holds
from pytest_logprobs._explain._drop import explain_drop
from pytest_logprobs._explain._finding import Finding
from pytest_logprobs._explain._tokens import (
    explain_forbidden,
    explain_required,
    explain_uncertain,
    folded,
)

__all__ = [
    "OPERATORS",
    "Finding",
    "compare",
    "explain",
    "explain_drop",
    "explain_forbidden",
    "explain_required",
    "explain_uncertain",
    "folded",
    "holds",
]
