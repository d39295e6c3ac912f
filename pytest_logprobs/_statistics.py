"""Student's t distribution: how far an average may lie from the truth by chance.

The standard library has the normal distribution alone; SciPy is a hundred times the size of this
package.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist
from typing import Final

__all__ = ["t_quantile"]
__tracebackhide__ = True  # a failed test shows its own lines

_STEP: Final = 1 / 24  # of the quadrature: half of it changes no digit
_END: Final = 4.0  # where its weights are lost in rounding
_CENTRE: Final = 0.5  # up to here a tail is too much of the whole to tell how little is missing
_EPSILON: Final = 2**-52


@lru_cache(maxsize=1024)
def t_quantile(p: float, df: float) -> float:
    """Return what Student's t with ``df`` degrees of freedom stays below with the probability p.

    The relative error is about 1e-14, for any ``df``. Raises ``ValueError`` unless 0.5 ≤ ``p`` < 1
    (the other half is this one with a minus), and ``df`` is finite and 1 at least.

    >>> round(t_quantile(0.95, df=23), 12)
    1.713871527747
    """
    if not 0.5 <= p < 1:  # noqa: PLR2004 - the middle
        raise ValueError(f"p={p!r} is no probability from 0.5 on and below 1")
    if not 1 <= df < math.inf:
        raise ValueError(f"df={df!r} is no finite number of degrees of freedom from 1 on")
    # Newton's method. It starts with the quantile of the normal distribution, which lies to the
    # left: the tails of t are heavier. As the tail is convex, no step leads past the root, and
    # the steps shrink until one is lost in rounding.
    t = step = NormalDist().inv_cdf(p)
    whole = 2 * _beyond(0.0, df)
    while step > _EPSILON * t:
        if t <= _CENTRE:
            step = ((p - 0.5) * whole - _up_to(t, df)) / _kernel(t, df)
        else:
            step = _beyond(t, df) - (1 - p) * whole / _kernel(t, df)
        t += step
    return t


def _kernel(t: float, df: float) -> float:
    """Return the density, but for a factor that makes it 1 at 0."""
    return math.exp(-(df + 1) / 2 * math.log1p(t * t / df))


def _up_to(t: float, df: float) -> float:
    """Integrate the kernel from 0 to a small ``t``, by a series of positive terms.

    It is that of the incomplete beta function (DLMF 8.17.8). Near 0, a half less the tail would
    have no digits left.
    """
    y = t * t / (df + t * t)
    term, total, n = 1.0, 0.0, 0
    while term > total * _EPSILON:
        total += term
        term *= ((df + 1) / 2 + n) * y / (1.5 + n)
        n += 1
    return t * _kernel(t, df) * total


def _beyond(t: float, df: float) -> float:
    """Integrate the kernel from ``t`` on, in units of what it is at ``t``.

    By the trapezoidal rule after a substitution that makes both ends fall off double
    exponentially, s = exp(π/2 · sinh x) (Takahasi and Mori 1974): for such integrands it gives all
    digits, and here of any tail, however small.
    """
    square, power = df + t * t, -(df + 1) / 2
    length = square / (df + 1) / max(t, 1.0)  # over which the kernel falls off
    places = ((length * node, weight) for node, weight in _NODES)
    return length * math.fsum(
        weight * math.exp(power * math.log1p(s * (s + 2 * t) / square)) for s, weight in places
    )


def _nodes() -> tuple[tuple[float, float], ...]:
    count = round(_END / _STEP)
    xs = [k * _STEP for k in range(-count, count + 1)]
    nodes = [(x, math.exp(math.pi / 2 * math.sinh(x))) for x in xs]
    return tuple((s, s * math.pi / 2 * math.cosh(x) * _STEP) for x, s in nodes)


_NODES: Final = _nodes()
"""Where the integrand is evaluated, in units of its length, and what each value counts."""
