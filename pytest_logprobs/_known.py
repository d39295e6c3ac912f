"""Which numbers of a wire are log-probabilities, and which stand for "not known".

A missing number is never invented: it is neither 0.0, which would mean "certain", nor -9999 in an
average.
"""

from __future__ import annotations

import math
from typing import Final

__all__ = ["ALTERNATIVES", "known_logprob", "unknown_because"]
__tracebackhide__ = True  # a failed test shows its own lines

ALTERNATIVES: Final = "top_logprobs=5, or what the API calls it"
"""What to put into a request for the alternatives to be known, whichever wire format answers."""

_ROUNDING: Final = 1e-6
"""A value in (0, 1e-6] is a rounded 0.0."""

_SENTINEL: Final = -999.0
"""At or below this a value stands for "outside the list" or "masked".

Seen on wires: -1000, -9999.0, -3.4028234663852886e+38, -1.2676506e30, -Infinity.
"""


def known_logprob(raw: float | None) -> float | None:
    """Return a wire's log-probability, or ``None`` where it says nothing.

    Not known are: absent or null, NaN, positive beyond rounding, and sentinels. 0.0, -0.0 and 0
    are genuine; so is -100.

    >>> known_logprob(-0.25), known_logprob(3e-7), known_logprob(-9999.0)
    (-0.25, 0.0, None)
    """
    if raw is None or not _SENTINEL < raw <= _ROUNDING:  # a NaN fails this too
        return None
    return float(raw) if raw < 0 else 0.0  # never -0.0


def unknown_because(raw: float | None) -> str:
    """Say in a few words why :func:`known_logprob` gives ``None`` for this value.

    >>> unknown_because(-9999.0)
    'its logprob is -9999.0, a sentinel for "outside the list" or "masked"'
    """
    if raw is None:
        return "the response gives no logprob for it"
    if math.isnan(raw):
        return "its logprob is NaN"
    if raw > 0:
        return f"its logprob is {raw!r}, and no log-probability is positive"
    return f'its logprob is {raw!r}, a sentinel for "outside the list" or "masked"'
