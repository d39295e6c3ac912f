"""Timings that can be divided by each other: taken in one run, in turn, without the collector."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter

Seconds = Mapping[str, list[float]]


def take_turns(
    work: Mapping[str, Callable[[], object]], rounds: int, clock: Callable[[], float] = perf_counter
) -> dict[str, list[float]]:
    """Time each function once a round, each round beginning with another of them.

    What slows the machine for a while slows them all. A first round, which fills caches, does not
    count. As in ``timeit``, freeing what was made is part of the time, and the garbage collector,
    whose runs depend on all else that is in memory, is not.
    """
    taken: dict[str, list[float]] = {name: [] for name in work}
    names = list(work)
    gc.collect()
    gc.disable()
    try:
        for turn in range(rounds + 1):
            first = turn % len(names)
            for name in (*names[first:], *names[:first]):
                begin = clock()
                work[name]()
                end = clock()
                if turn:
                    taken[name].append(end - begin)
    finally:
        gc.enable()
    return taken


def ratio(taken: Seconds, name: str, yardstick: str) -> float:
    """Return how many times the yardstick's time one took: the median over the rounds."""
    return median(a / b for a, b in zip(taken[name], taken[yardstick], strict=True))
