"""A score that fell from what it was."""

from __future__ import annotations

from dataclasses import replace

from pytest_logprobs._explain._comparison import compare, holds
from pytest_logprobs._explain._finding import Finding
from pytest_logprobs._ledger import rounded
from pytest_logprobs._numbers import as_float, plain
from pytest_logprobs._score import Evidence, Score
from pytest_logprobs.metrics import MEAN_LOGPROB_DROP

__all__ = ["explain_drop"]
__tracebackhide__ = True  # a failed test shows its own lines


def explain_drop(before: float, now: float, maximum: float, evidence: Evidence) -> Finding | None:
    """Explain that an average log-probability fell by more than a maximum, ``None`` if it did not.

    ``evidence`` is what is measured now. The drop is before minus now, in nats per token, and all
    three have the seven digits of a baseline.
    """
    drop = rounded(rounded(as_float(before)) - rounded(as_float(now)))
    score = Score(drop, MEAN_LOGPROB_DROP, evidence)
    if holds(score, "<=", maximum):
        return None
    note = f"mean_logprob went from {plain(before)} (baseline) to {plain(now)}"
    return replace(compare(score, "<=", maximum), notes=(note,))
