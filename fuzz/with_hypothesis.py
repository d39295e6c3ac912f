"""Fuzz for some seconds with hypothesis, which makes what it finds smaller.

A kind that was found once is passed over from then on, so that it does not hide the next.
"""

from __future__ import annotations

import argparse
import sys
import time

from findings import keep, kind_of, wrong_with
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

ROUND = 500
"""Examples between two looks at the clock."""


def main() -> int:
    """Run rounds until the time is up; 1 if anything was found."""
    from cases import case_of, seeds

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, required=True)
    end = time.monotonic() + parser.parse_args().seconds
    executions, found = 0, set()

    quiet = settings(
        max_examples=ROUND,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )

    @quiet
    @given(st.sampled_from(sorted(seeds())), st.randoms(use_true_random=False), st.integers(0, 5))
    def law(name, random, changes):
        nonlocal executions
        executions += 1
        case = case_of(name, random, changes)
        wrong = wrong_with(case)
        if wrong and kind_of(wrong) not in found:
            last[:] = [case, wrong]
            raise AssertionError(kind_of(wrong))

    rounds = 0
    while time.monotonic() < end:
        last: list = []
        try:
            seed(time.time_ns())(law)()
        except BaseException:  # a group of them if there are several
            if not last:
                raise
            keep(*last)
            found.add(kind_of(last[1]))
        rounds += 1
    print(f"hypothesis: {executions} executions in {rounds} rounds, {len(found)} kinds of findings")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
