"""What a number is, and how it is printed."""

from __future__ import annotations

import math
from numbers import Real
from typing import Final, TypeGuard

__all__ = ["apart", "as_float", "is_number", "percent", "plain"]
__tracebackhide__ = True  # a failed test shows its own lines

_DIGITS: Final = (4, 6, 9, 13)


def is_number(value: object) -> TypeGuard[float]:
    """Return whether a value is a real number; a boolean is none.

    >>> is_number(0.5), is_number(1), is_number(True), is_number("10 %")
    (True, True, False, False)
    """
    return isinstance(value, Real) and not isinstance(value, bool)


def as_float(value: float) -> float:
    """Return a real number as a float; an integer that no float can hold is infinite.

    >>> as_float(3), as_float(-(10**400))
    (3.0, -inf)
    """
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def plain(value: float) -> str:
    """Print a number with four significant digits.

    >>> plain(-0.74211), plain(3.0), plain(float("nan"))
    ('-0.7421', '3', 'nan')
    """
    return f"{as_float(value) + 0.0:.4g}"  # + 0.0: there is no "-0"


def apart(first: float, second: float) -> tuple[str, str]:
    """Print two numbers with as many digits as it takes to tell them apart, at least four.

    >>> apart(-0.50000001, -0.5)
    ('-0.50000001', '-0.5')
    """
    pair = as_float(first) + 0.0, as_float(second) + 0.0
    for digits in _DIGITS:
        texts = f"{pair[0]:.{digits}g}", f"{pair[1]:.{digits}g}"
        if texts[0] != texts[1] or pair[0] == pair[1]:
            return texts
    return repr(pair[0]), repr(pair[1])


def percent(probability: float | None) -> str:
    """Print a probability as a percentage of at most six characters.

    ``100 %`` and ``0 %`` stand for exactly 1.0 and 0.0 alone; ``?`` is not known.

    >>> [percent(p) for p in (0.3121, 0.99999, 1.0, 0.0001, None)]
    ['31.2 %', '>99.9%', '100 %', '<0.1 %', '?']
    """
    if probability is None:
        return "?"
    if probability in (0.0, 1.0):
        return f"{abs(probability) * 100:.0f} %"
    if probability >= 0.9995:  # noqa: PLR2004 - would round to 100.0
        return ">99.9%"
    if probability < 0.0005:  # noqa: PLR2004 - would round to 0.0
        return "<0.1 %"
    return f"{probability * 100:.1f} %"
