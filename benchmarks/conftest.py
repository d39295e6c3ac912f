"""One table at the end of the run: what was done, how long it took, how many times what.

Nothing is asserted on a time: a slow machine is no bug. A ratio is one of timings of the same run.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import NamedTuple

import pytest
from rounds import Seconds, ratio

_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))


class Row(NamedTuple):
    """One line of the table, its cells as they are shown; ``group`` is its heading."""

    group: str
    what: str
    time: str
    ratio: str
    aim: str


_rows_key = pytest.StashKey[list[Row]]()


def shown(seconds: float) -> str:
    """Show a time with three digits, in the unit that suits it."""
    size, unit = next((each for each in _UNITS if seconds >= each[0]), _UNITS[-1])
    return f"{seconds / size:.3g} {unit}"


class Table:
    """What the benchmarks of a run have to say."""

    def __init__(self, rows: list[Row]) -> None:
        self._rows = rows

    def line(
        self,
        group: str,
        what: str,
        taken: Seconds,
        *,
        to: str,
        aim: str = "",
        show: Callable[[float], str] = shown,
    ) -> None:
        """Add the median of ``taken[what]``, and how many times that of ``taken[to]`` it is.

        ``show`` is for what is measured in another unit than seconds.
        """
        times = "" if what == to else f"{ratio(taken, what, to):.2f} ×"
        self._rows.append(Row(group, what, show(median(taken[what])), times, aim))


@pytest.fixture
def table(request: pytest.FixtureRequest) -> Table:
    """The table at the end of the run."""
    return Table(request.config.stash.setdefault(_rows_key, []))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    rows = terminalreporter.config.stash.get(_rows_key, [])
    if not rows:
        return
    terminalreporter.section("medians of one run, and their ratios")
    width = max(len(row.what) for row in rows)
    group = None
    for row in rows:
        if row.group != group:
            group = row.group
            heads = f"{'time':>9} {'ratio':>9}  aim"
            terminalreporter.write_line(f"\n{group:<{width + 2}} {heads}")
        cells = f"  {row.what:<{width}} {row.time:>9} {row.ratio:>9}  {row.aim}"
        terminalreporter.write_line(cells.rstrip())
