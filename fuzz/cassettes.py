"""Send 10,000 responses through the file of a cassette, and see whether they come back.

Numbers of every spelling, names given twice, deep nesting, half characters, streams, bytes, up to
8 MB, compressed in all ways: each is stored, written, read and made a body again. Prints how many
there were; 1 if one came back with another value, header, status or order.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from findings import FINDINGS

COUNT = 10_000
LARGE = {1_000: 8_000_000, 6_000: 8_000_000}
"""Which of them are of what size, in bytes."""
TOGETHER = 25
"""In one file."""


def main() -> int:
    """Send them, and say how many came back."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=time.time_ns())
    seed = parser.parse_args().seed
    for path in FINDINGS.glob("cassette-*.txt"):  # of a run before: each has its seed in its name
        path.unlink()
    begin = time.monotonic()
    found = [*wrong(Random(seed))]  # noqa: S311 - to be had again
    for number, problem in found:
        FINDINGS.mkdir(exist_ok=True)
        (FINDINGS / f"cassette-{seed}-{number}.txt").write_text(problem)
        print(f"  body {number}: {problem[:200]}")
    seconds = time.monotonic() - begin
    print(f"cassettes: {COUNT:,} bodies in {seconds:.0f} s, {len(found)} lost (--seed {seed})")
    return int(bool(found))


def wrong(random: Random) -> Iterator[tuple[int, str]]:
    """Yield the numbers of the messages that did not come back, and how they differ."""
    from bodies import message
    from looping import problem, sent_through

    with tempfile.TemporaryDirectory() as folder:
        for first in range(0, COUNT, TOGETHER):
            numbers = range(first, first + TOGETHER)
            sent = [message(random, size=LARGE.get(number, 0)) for number in numbers]
            back = sent_through(Path(folder) / "cassette.json", sent)
            for number, one, other in zip(numbers, sent, back, strict=True):
                if different := problem(one, other):
                    yield number, different


if __name__ == "__main__":
    sys.exit(main())
