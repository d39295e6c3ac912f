"""The gate: it decides whether a run is worse than a baseline; reports print what it found."""

from __future__ import annotations

from pytest_logprobs._gate._decision import Decision, Verdict, decide
from pytest_logprobs._gate._divergence import (
    Divergence,
    distribution,
    end_of,
    first_divergence,
    greatest_loss,
    others,
    parted,
)
from pytest_logprobs._gate._judging import fails, failures, judge
from pytest_logprobs._gate._limited import limit_of
from pytest_logprobs._gate._pairing import incomparable, paired
from pytest_logprobs._gate._summary import CaseResult, GroupResult, Summary

__all__ = [
    "CaseResult",
    "Decision",
    "Divergence",
    "GroupResult",
    "Summary",
    "Verdict",
    "decide",
    "distribution",
    "end_of",
    "fails",
    "failures",
    "first_divergence",
    "greatest_loss",
    "incomparable",
    "judge",
    "limit_of",
    "others",
    "paired",
    "parted",
]
__tracebackhide__ = True  # a failed test shows its own lines
