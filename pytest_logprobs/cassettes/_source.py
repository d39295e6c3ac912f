"""What a cassette answers from: its file, or a cassette of vcrpy that stands in for it."""

from __future__ import annotations

from typing import NamedTuple

from pytest_logprobs.cassettes._file import CassetteFile, read_cassette
from pytest_logprobs.cassettes._plan import Plan
from pytest_logprobs.errors import CassetteReadError

__all__ = ["Source", "source_of"]
__tracebackhide__ = True  # a failed test shows its own lines


class Source(NamedTuple):
    """What was read, if there was anything; ``instead``: the stand-in's path as users know it."""

    file: CassetteFile | None = None
    instead: str | None = None


def source_of(plan: Plan) -> Source:
    """Read what answers a test. Raises ``CassetteReadError`` where that cannot be read."""
    record = plan.command("once")
    try:
        if ours := read_cassette(plan.path, record=record, rules=plan.rules):
            return Source(ours)
        for path, shown in plan.foreign().items():
            found = read_cassette(path, record=record, rules=plan.rules)
            if found and found.foreign:
                return Source(found, shown)
        return Source()
    except CassetteReadError:
        if plan.mode == "rewrite":  # it alone replaces what cannot be read
            return Source()
        raise
