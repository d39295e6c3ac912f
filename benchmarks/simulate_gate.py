"""How often the gate is wrong, and how often it decides: drawn suites through the gate's own rule.

    python benchmarks/simulate_gate.py [--suites 10000]

prints three tables as Markdown (two or three minutes). The same numbers in every run: each cell
has random numbers of its own. A suite is n differences of a known distribution, moved so that its
true mean is what the table says. The margin is half a standard deviation of these differences;
the first table does not depend on it.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import NamedTuple

from pytest_logprobs._gate import Verdict, decide
from pytest_logprobs._ledger import Policy

SIZES = (10, 24, 50, 100, 300)
MARGIN = 0.5  # standard deviations of a difference
RARE = 0.05  # of cases that fall, all by the same
OF_EQUAL = 4  # cases of every cluster, half of whose variance they share
OF_UNEQUAL = (1, 2, 4, 8, 16, 32)

Suite = Callable[[Random, int], list[float]]


class Shape(NamedTuple):
    """A distribution of differences: n of them, their mean and their standard deviation."""

    draw: Suite
    mean: float = 0.0
    deviation: float = 1.0


def each(draw: Callable[[Random], float]) -> Suite:
    """Draw differences that know nothing of each other."""
    return lambda random, n: [draw(random) for _ in range(n)]


def t3(random: Random) -> float:
    """Draw from Student's t with three degrees of freedom: now and then far out."""
    return random.gauss(0, 1) / math.sqrt(random.gammavariate(1.5, 2) / 3)


def rare(random: Random) -> float:
    """Draw a disaster, or next to nothing."""
    return random.gauss(0, 0.05) - (random.random() < RARE)


def clusters(random: Random, n: int, sizes: tuple[int, ...]) -> Iterator[list[float]]:
    """Draw n clusters, whose cases have half of their variance in common."""
    for _ in range(n):
        common, size = random.gauss(0, math.sqrt(0.5)), random.choice(sizes)
        yield [common + random.gauss(0, math.sqrt(0.5)) for _ in range(size)]


def averaged(sizes: tuple[int, ...]) -> Shape:
    """Draw clusters as the gate sees them that knows of them: an average of each."""

    def draw(random: Random, n: int) -> list[float]:
        return [math.fsum(cluster) / len(cluster) for cluster in clusters(random, n, sizes)]

    return Shape(draw, deviation=math.sqrt(0.5 + 0.5 * sum(1 / m for m in sizes) / len(sizes)))


def ignored(random: Random, n: int) -> list[float]:
    """Draw clusters as the gate sees them that was not told of them."""
    return [case for cluster in clusters(random, n, (OF_EQUAL,)) for case in cluster]


SHAPES: Mapping[str, Shape] = {
    "normal": Shape(each(lambda random: random.gauss(0, 1))),
    "Student's t, 3 degrees of freedom": Shape(each(t3), deviation=math.sqrt(3)),
    f"n clusters of {OF_EQUAL}": averaged((OF_EQUAL,)),
    f"n clusters of {OF_UNEQUAL[0]} to {OF_UNEQUAL[-1]}": averaged(OF_UNEQUAL),
    "skewed (lognormal, long low tail)": Shape(
        each(lambda random: -random.lognormvariate(0, 1)),
        mean=-math.exp(0.5),
        deviation=math.sqrt((math.e - 1) * math.e),
    ),
    f"rare ({RARE * 100:.0f} % of cases fall far)": Shape(
        each(rare), mean=-RARE, deviation=math.hypot(math.sqrt(RARE * (1 - RARE)), 0.05)
    ),
    f"n clusters of {OF_EQUAL}, no `cluster=` given": Shape(ignored),
}

QUESTIONS: Mapping[str, tuple[int, Verdict]] = {
    "A true drop of exactly the margin passes": (1, Verdict.PASS),
    "A true drop of twice the margin fails": (2, Verdict.FAIL),
    "An unchanged prompt passes": (0, Verdict.PASS),
}
"""Question → how many margins the true drop is, and the verdict that is counted."""


def rates(name: str, n: int, suites: int) -> list[float]:
    """Answer each question by the share of the drawn suites; the same suites for all."""
    shape, random = SHAPES[name], Random(f"{name}, {n}")  # noqa: S311 - no secret
    policy = Policy(margin=MARGIN * shape.deviation)
    counts = [0] * len(QUESTIONS)
    for _ in range(suites):
        centred = [value - shape.mean for value in shape.draw(random, n)]
        for at, (margins, counted) in enumerate(QUESTIONS.values()):
            moved = [value - margins * policy.margin for value in centred]
            counts[at] += decide(moved, policy).verdict is counted
    return [count / suites for count in counts]


def main() -> None:
    """Print a table for each question."""
    parser = argparse.ArgumentParser(
        description="How often the gate is wrong, and how often it decides."
    )
    parser.add_argument("--suites", type=int, default=10_000, help="drawn for each cell (10000)")
    suites = parser.parse_args().suites
    cells = {(name, n): rates(name, n, suites) for name in SHAPES for n in SIZES}
    width = max(map(len, SHAPES))
    for at, question in enumerate(QUESTIONS):
        print(f"\n**{question}** ({suites:,} suites each, confidence 0.95)\n")
        print(f"| {'differences':<{width}} |", " | ".join(f"{f'n = {n}':>7}" for n in SIZES), "|")
        print(f"|:{'-' * (width + 1)}|" + f"{'-' * 8}:|" * len(SIZES))
        for name in SHAPES:
            row = (f"{cells[name, n][at] * 100:>5.1f} %" for n in SIZES)
            print(f"| {name:<{width}} |", " | ".join(row), "|")


if __name__ == "__main__":
    main()
