"""The scores, as pure functions on bare numbers.

Every function takes natural-log probabilities (nats) of the chosen tokens, one per token in the
order of the text, and returns one number; ``METRICS`` says of each score what its unit is and
which direction is more confident. Nothing here knows a token, so a formula can be checked against
a paper with a list of numbers.

An empty sequence raises :class:`~pytest_logprobs.errors.EmptySpanError` everywhere.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pytest_logprobs.errors import EmptySpanError

__all__ = [
    "FORMULAS",
    "MEAN_LOGPROB_DROP",
    "METRICS",
    "Metric",
    "Quantity",
    "bits_per_byte",
    "geomean_probability",
    "joint_probability",
    "mean_logprob",
    "mean_probability",
    "min_logprob",
    "min_probability",
    "perplexity",
    "tail_mean_logprob",
    "token_entropy",
    "token_margin",
    "token_rank",
    "total_logprob",
]
__tracebackhide__ = True  # a failed test shows its own lines

Quantity = Literal["logprob", "entropy", "margin", "rank"]
"""What a score needs to know of every token."""


def total_logprob(logprobs: Sequence[float]) -> float:
    """Sum the log-probabilities: the log-probability of the whole sequence, in nats.

    >>> total_logprob([-0.5, -1.5])
    -2.0
    """
    return math.fsum(_some(logprobs, "total_logprob"))


def mean_logprob(logprobs: Sequence[float]) -> float:
    """Average the log-probabilities, in nats per token: the "average logprob" of the field.

    >>> mean_logprob([-0.5, -1.5])
    -1.0
    """
    return math.fsum(_some(logprobs, "mean_logprob")) / len(logprobs)


def min_logprob(logprobs: Sequence[float]) -> float:
    """Return the lowest log-probability, in nats.

    >>> min_logprob([-0.5, -1.5])
    -1.5
    """
    return min(_some(logprobs, "min_logprob"))


def joint_probability(logprobs: Sequence[float]) -> float:
    """Return the probability of the whole sequence, exp of the total.

    It underflows to 0.0 near 745 nats: compare long sequences by their total.

    >>> joint_probability([math.log(0.5), math.log(0.5)])
    0.25
    """
    return math.exp(total_logprob(_some(logprobs, "joint_probability")))


def geomean_probability(logprobs: Sequence[float]) -> float:
    """Return exp of the mean: the geometric mean of the tokens' probabilities.

    Elsewhere called "normalized probability", though it is the probability of nothing.

    >>> round(geomean_probability([math.log(0.9), math.log(0.1)]), 6)
    0.3
    """
    return math.exp(mean_logprob(_some(logprobs, "geomean_probability")))


def min_probability(logprobs: Sequence[float]) -> float:
    """Return the lowest probability of any token.

    >>> round(min_probability([math.log(0.9), math.log(0.1)]), 6)
    0.1
    """
    return math.exp(min(_some(logprobs, "min_probability")))


def mean_probability(logprobs: Sequence[float]) -> float:
    """Average the probabilities of the tokens.

    >>> round(mean_probability([math.log(0.9), math.log(0.1)]), 6)
    0.5
    """
    return math.fsum(map(math.exp, _some(logprobs, "mean_probability"))) / len(logprobs)


def perplexity(logprobs: Sequence[float]) -> float:
    """Return exp(-mean): among how many equally likely tokens the model chose, on average.

    Lower is more confident. What a float cannot hold is ``inf``.

    >>> round(perplexity([math.log(0.25)] * 3), 6)
    4.0
    """
    try:
        return math.exp(-mean_logprob(_some(logprobs, "perplexity")))
    except OverflowError:
        return math.inf


def bits_per_byte(logprobs: Sequence[float], n_bytes: int) -> float:
    """Return the cost of the text in bits per UTF-8 byte; lower is more confident.

    ``n_bytes`` is the length of the text that the tokens spell, which makes the number comparable
    between tokenizers; 0 bytes raise ``EmptySpanError``.

    >>> bits_per_byte([math.log(0.25)], n_bytes=2)
    1.0
    """
    if n_bytes <= 0:
        raise EmptySpanError("bits_per_byte", "the tokens spell no text")
    return -math.fsum(_some(logprobs, "bits_per_byte")) / (math.log(2) * n_bytes) + 0.0  # no -0.0


def tail_mean_logprob(logprobs: Sequence[float]) -> float:
    """Average the lowest tenth of the log-probabilities (at least one), in nats per token.

    A robust sibling of the minimum.

    >>> tail_mean_logprob([-0.1] * 18 + [-2.0, -4.0])
    -3.0
    """
    count = -(-len(_some(logprobs, "tail_mean_logprob")) // 10)  # rounded up
    return math.fsum(heapq.nsmallest(count, logprobs)) / count


def token_entropy(
    listed: Sequence[float], *, chosen: float | None = None, chosen_index: int | None = None
) -> float | None:
    """Estimate, from below, the entropy in nats of what could have stood at one position.

    ``listed`` are the known log-probabilities of the alternatives, ``chosen`` the one of the
    chosen token, ``chosen_index`` where it stands in ``listed`` (``None``: it is not listed).
    What the list leaves open (the tail) is shared out in lumps as large as the least likely
    alternative, the most even-handed way that the list allows no tail outcome to exceed. That
    bound must not come from the chosen token, which is listed *because* it was chosen.
    Not known (``None``) when nothing is listed.

    >>> round(token_entropy([math.log(0.5), math.log(0.5)]), 6) == round(math.log(2), 6)
    True
    """
    if not listed:
        return None
    probabilities = [math.exp(logprob) for logprob in listed]
    others = [p for i, p in enumerate(probabilities) if i != chosen_index and p > 0]
    if chosen is not None and chosen_index is None:
        probabilities.append(math.exp(chosen))
    lump = min(others, default=1.0)
    tail = max(0.0, 1.0 - math.fsum(probabilities))
    rest = math.fmod(tail, lump)
    lumps = (tail - rest) * math.log(lump)
    return -math.fsum([*(p * math.log(p) for p in (*probabilities, rest) if p > 0), lumps]) + 0.0


def token_margin(listed: Sequence[float], *, chosen_index: int | None = None) -> float | None:
    """Return by how much probability the best alternative leads the second best, in [0, 1].

    Not known with fewer than two listed, nor when there are two and the less likely one is the
    chosen token (it is listed because it was chosen; the true second is unseen).

    >>> round(token_margin([math.log(0.7), math.log(0.2), math.log(0.1)]), 6)
    0.5
    """
    if len(listed) < 2:  # noqa: PLR2004 - a lead needs two
        return None
    first, second = heapq.nlargest(2, range(len(listed)), key=listed.__getitem__)
    less_likely = second if listed[second] < listed[first] else None  # of equal ones neither
    if len(listed) == 2 and chosen_index is not None and chosen_index == less_likely:  # noqa: PLR2004
        return None
    return math.exp(listed[first]) - math.exp(listed[second])


def token_rank(listed: Sequence[float], *, chosen: float | None) -> int | None:
    """Return the chosen token's place among the listed: 1 is the most likely.

    Equal log-probabilities share a place. A lower bound where the chosen token is not listed; not
    known when nothing is listed or the chosen token has no log-probability.

    >>> token_rank([-0.1, -2.0, -3.0], chosen=-2.0)
    2
    """
    if not listed or chosen is None:
        return None
    return 1 + sum(logprob > chosen for logprob in listed)


@dataclass(frozen=True, slots=True)
class Metric:
    """What is to be known of a score besides its number.

    ``quantity`` names what the score reads of every token: where a score is bad, the tokens to
    blame are those whose quantity is worst.
    """

    name: str
    unit: str
    higher_is_better: bool
    quantity: Quantity


def _some(values: Sequence[float], name: str) -> Sequence[float]:
    if not values:
        raise EmptySpanError(name)
    return values


def _mean(name: str) -> Callable[[Sequence[float]], float]:
    def mean(values: Sequence[float]) -> float:
        return math.fsum(_some(values, name)) / len(values)

    return mean


def _extreme(
    name: str, pick: Callable[[Sequence[float]], float]
) -> Callable[[Sequence[float]], float]:
    def extreme(values: Sequence[float]) -> float:
        return pick(_some(values, name))

    return extreme


_TABLE: Final[tuple[tuple[str, str, bool, Quantity], ...]] = (
    # name, unit, higher is better, quantity
    ("total_logprob", "nats", True, "logprob"),
    ("mean_logprob", "nats/token", True, "logprob"),
    ("min_logprob", "nats", True, "logprob"),
    ("joint_probability", "probability", True, "logprob"),
    ("geomean_probability", "probability", True, "logprob"),
    ("min_probability", "probability", True, "logprob"),
    ("mean_probability", "probability", True, "logprob"),
    ("perplexity", "equal choices", False, "logprob"),
    ("bits_per_byte", "bits/byte", False, "logprob"),
    ("tail_mean_logprob", "nats/token", True, "logprob"),
    ("mean_entropy", "nats/token", False, "entropy"),
    ("max_entropy", "nats", False, "entropy"),
    ("mean_margin", "probability", True, "margin"),
    ("min_margin", "probability", True, "margin"),
    ("worst_rank", "ranks", False, "rank"),
)

METRICS: Final[Mapping[str, Metric]] = {row[0]: Metric(*row) for row in _TABLE}
"""Every score of a span by name."""

FORMULAS: Final[Mapping[str, Callable[[Sequence[float]], float]]] = {
    "total_logprob": total_logprob,
    "mean_logprob": mean_logprob,
    "min_logprob": min_logprob,
    "joint_probability": joint_probability,
    "geomean_probability": geomean_probability,
    "min_probability": min_probability,
    "mean_probability": mean_probability,
    "perplexity": perplexity,
    "tail_mean_logprob": tail_mean_logprob,
    "mean_entropy": _mean("mean_entropy"),
    "max_entropy": _extreme("max_entropy", max),
    "mean_margin": _mean("mean_margin"),
    "min_margin": _extreme("min_margin", min),
    "worst_rank": _extreme("worst_rank", max),
}
"""Score name → its formula over the tokens' quantities (``bits_per_byte`` needs a length too)."""

MEAN_LOGPROB_DROP: Final = Metric(
    "mean_logprob_drop", "nats/token", higher_is_better=False, quantity="logprob"
)
"""Baseline mean minus subject mean: how much confidence was lost."""
