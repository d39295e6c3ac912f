"""Whether paired differences show that a group has become worse, and how sure that is."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from statistics import median
from typing import Final

from pytest_logprobs._ledger import Policy
from pytest_logprobs._statistics import t_quantile

__all__ = ["Decision", "Verdict", "decide"]
__tracebackhide__ = True  # a failed test shows its own lines

_POWER: Final = 0.8  # "four times in five"
_MOST: Final = 2**53  # cases beyond which a float does not count them one by one


class Verdict(Enum):
    """What is said of a case or a group, from the worst to the best; only listed ones pass."""

    FAIL = "fail"
    NOT_COMPARABLE = "not_comparable"
    MISSING = "missing"
    INCONCLUSIVE = "inconclusive"
    NEW = "new"
    PASS = "pass"  # noqa: S105 - a verdict, no password
    NOT_RUN = "not_run"

    @property
    def words(self) -> str:
        """What a sentence calls it.

        >>> Verdict.NOT_RUN.words
        'not run'
        """
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The verdict on differences, and the numbers behind it; worse is negative.

    ``count`` is how many differences there are (of clusters, where there are some), ``mean`` their
    average and ``deviation`` their standard deviation. ``lower`` and ``upper`` are one-sided bounds
    of what the mean estimates, each at the confidence of the policy. ``smallest_margin`` is the one
    that an unchanged prompt passes four times in five, given such differences. All of these are
    ``None`` where there are too few differences to say, or one is not finite.

    ``enough``, where the verdict is inconclusive, is how many cases it takes for an unchanged
    prompt to pass four times in five, ``None`` where that cannot be told. ``carrier`` is the
    position of a difference that lies farther from the median than all others together.
    """

    verdict: Verdict
    count: int
    mean: float | None = None
    deviation: float | None = None
    lower: float | None = None
    upper: float | None = None
    smallest_margin: float | None = None
    enough: int | None = None
    carrier: int | None = None


_SAME: Final = Decision(
    verdict=Verdict.PASS,
    count=0,
    mean=0.0,
    deviation=0.0,
    lower=0.0,
    upper=0.0,
    smallest_margin=0.0,
)


def decide(differences: Sequence[float], policy: Policy, *, same: bool | None = None) -> Decision:
    r"""Judge paired differences, candidate minus baseline with worse negative.

    With the mean :math:`\bar d` of n differences, their standard deviation s and :math:`h =
    t_{1-\alpha,n-1} \, s / \sqrt n`, the verdict is a pass if :math:`\bar d - h` is above minus
    the margin, a failure if :math:`\bar d + h` is below it, and inconclusive otherwise: a test of
    non-inferiority that says which of "not worse" and "worse" is shown.

    Nothing is shown by fewer than ``min_cases`` differences, unless every case is the ``same`` on
    both sides, which passes; ``None``: they are where all differences are 0. Differences that are
    not finite show nothing.

    >>> decide([0.0, -0.02, 0.01, 0.0, -0.01] * 5, Policy(margin=0.05)).verdict
    <Verdict.PASS: 'pass'>
    """
    count = len(differences)
    if not count or not all(map(math.isfinite, differences)):
        return Decision(verdict=Verdict.INCONCLUSIVE, count=count)
    if not any(differences) if same is None else same:
        return replace(_SAME, count=count)
    found = _described(differences)
    if found.mean is None or found.deviation is None:
        return found
    is_few = count < policy.min_cases
    if is_few and not found.deviation:  # a few that agree are not certain
        return replace(found, enough=policy.min_cases)
    half = t_quantile(policy.confidence, count - 1) * found.deviation / math.sqrt(count)
    lower, upper = found.mean - half, found.mean + half
    verdict = Verdict.INCONCLUSIVE if is_few else _verdict(lower, upper, policy.margin)
    enough = None
    if verdict is Verdict.INCONCLUSIVE:
        enough = _enough(policy, found.deviation, max(count + 1, policy.min_cases))
    return replace(
        found,
        verdict=verdict,
        lower=lower,
        upper=upper,
        smallest_margin=_smallest_margin(policy, found.deviation, count),
        enough=enough,
    )


def _verdict(lower: float, upper: float, margin: float) -> Verdict:
    if lower > -margin:
        return Verdict.PASS
    return Verdict.FAIL if upper < -margin else Verdict.INCONCLUSIVE


def _described(differences: Sequence[float]) -> Decision:
    """Describe differences of which nothing is shown yet; a single one has no deviation.

    All is computed in units of a power of two, which changes no digit: the squares of very small
    differences would else be 0 (which is: certain), and the sum of very large ones no float.
    """
    unit = math.ldexp(1.0, math.frexp(max(map(abs, differences)))[1] - 1)
    values = [difference / unit for difference in differences]
    count = len(values)
    # A rounded mean can lie beside values that are all the same.
    mean = min(max(math.fsum(values) / count, min(values)), max(values))
    deviation = None
    if count > 1:
        squares = ((value - mean) ** 2 for value in values)
        deviation = math.sqrt(math.fsum(squares) / (count - 1)) * unit
    return Decision(
        verdict=Verdict.INCONCLUSIVE,
        count=count,
        mean=mean * unit + 0.0,
        deviation=deviation,
        carrier=_carrier(values),
    )


def _carrier(values: Sequence[float]) -> int | None:
    """Return which value makes up more than half of all distances from the median.

    Not from the mean: distances below and above it are equal in sum, so none is ever more than
    half of them.
    """
    if len(values) < 3:  # noqa: PLR2004 - two are equally far from it
        return None
    middle = median(values)
    distances = [abs(value - middle) for value in values]
    farthest = max(range(len(values)), key=distances.__getitem__)
    return farthest if distances[farthest] > math.fsum(distances) / 2 else None


def _smallest_margin(policy: Policy, deviation: float, count: int) -> float:
    quantiles = t_quantile(policy.confidence, count - 1) + t_quantile(_POWER, count - 1)
    return quantiles * deviation / math.sqrt(count)


def _enough(policy: Policy, deviation: float, first: int) -> int | None:
    """Return the least number of cases, from ``first`` on, with which the margin is not too small.

    ``None`` where it is astronomical.
    """

    def is_enough(count: int) -> bool:
        return _smallest_margin(policy, deviation, count) <= policy.margin

    if is_enough(first):
        return first
    # So many would be, even if t did not fall with their number.
    times = _smallest_margin(policy, deviation, first) / policy.margin
    last = first * times * times
    if not last < _MOST:
        return None
    return first + bisect_left(range(first, math.ceil(last)), x=True, key=is_enough)
