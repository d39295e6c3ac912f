"""What repeats say: how much a case varies by itself, and which margins that leaves honest."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

from pytest_logprobs._gate._summary import CaseResult
from pytest_logprobs._ledger import Case, Policy
from pytest_logprobs._numbers import apart, plain
from pytest_logprobs._statistics import t_quantile

__all__ = ["honest_margin", "noise_notes", "within_case_deviation"]
__tracebackhide__ = True  # a failed test shows its own lines

_Units = Sequence[Sequence[CaseResult]]
"""The cases that were compared, by clusters; a case without one is alone."""

_POWER: Final = 0.8  # of runs with an unchanged prompt, as many are to pass


def noise_notes(units: _Units, policy: Policy) -> Iterator[str]:
    """Yield what is to be said of repeats: nothing where no case has several answers."""
    deviation = within_case_deviation(units, policy.metric)
    if deviation is None:
        return
    count = sum(
        any(len(side.samples) > 1 for side in _sides(each)) for unit in units for each in unit
    )
    cases = "1 case has" if count == 1 else f"{count} cases have"
    yield (
        f"{cases} several answers, and their {policy.metric} varies within a case by "
        f"{plain(deviation)} (standard deviation)"
    )
    least = honest_margin(units, policy, deviation)
    if least is not None and not policy.margin >= least:
        margin, honest = apart(policy.margin, least)
        yield (
            f"warning: the margin of {margin} is below what this noise allows; "
            f"the smallest honest margin is {honest}"
        )


def within_case_deviation(units: _Units, metric: str) -> float | None:
    r"""Return how much a score varies between the answers of a case: pooled over all cases.

    :math:`\sqrt{\sum_i \sum_k (s_{ik} - \bar s_i)^2 / \sum_i (K_i - 1)}` over the sides of the
    cases that have several answers; ``None`` where there are none.
    """
    deviations: list[float] = []
    freedom = 0
    for side in (side for unit in units for each in unit for side in _sides(each)):
        if len(side.samples) > 1:
            scores = [sample.scores[metric] for sample in side.samples]
            mean = math.fsum(scores) / len(scores)
            deviations += [score - mean for score in scores]
            freedom += len(scores) - 1
    return math.hypot(*deviations) / math.sqrt(freedom) if freedom else None


def honest_margin(units: _Units, policy: Policy, deviation: float) -> float | None:
    r"""Return the smallest margin that an unchanged prompt passes four times in five, by noise.

    With the deviation :math:`s_w` within cases, the difference of a case of :math:`K_x` and
    :math:`K_y` answers has the variance :math:`s_w^2 (1/K_x + 1/K_y)` from noise alone. Averaged
    over the m cases of each of n clusters and over the clusters, :math:`SE_w^2 = \sum_u \sum_{i
    \in u} s_w^2 (1/K_{x,i} + 1/K_{y,i}) / (m_u n)^2`, and the margin is
    :math:`(t_{1-\alpha,n-1} + t_{0.8,n-1}) SE_w`. ``None`` with fewer than two clusters.

    How much the cases differ from one another is not in it: the margin that the gate can show
    with these cases may be larger, and is never honest below this one.
    """
    n = len(units)
    if n < 2:  # noqa: PLR2004 - one has no spread
        return None
    shares = (
        sum(1 / _answers(side) for side in _sides(each)) / (len(unit) * n) ** 2
        for unit in units
        for each in unit
    )
    quantiles = t_quantile(policy.confidence, n - 1) + t_quantile(_POWER, n - 1)
    return quantiles * deviation * math.sqrt(math.fsum(shares))


def _sides(result: CaseResult) -> Iterator[Case]:
    yield from (side for side in (result.before, result.after) if side is not None)


def _answers(case: Case) -> int:
    return max(case.repeats, len(case.samples))
