"""What a whole run found unused: recordings that no test asked for, cassettes that none opened.

A record of it maps the path of a cassette, as users know it (with slashes, below the project's
directory, else absolute), to what is unused there. The run keeps it in pytest's cache, as JSON and
under :data:`KEY`: ``.pytest_cache/v/logprobs/unused``, unless the ``cache_dir`` is another. Later
runs of a part of the tests take out of it what they open. Who prunes looks whether a file still
has the digest of its leftover.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

__all__ = ["KEY", "Leftover", "as_json", "digest_of", "record_of", "summary"]
__tracebackhide__ = True  # a failed test shows its own lines

KEY: Final = "logprobs/unused"
"""The name of the record in pytest's cache."""

_SHOWN: Final = 5  # names, and numbers behind each


@dataclass(frozen=True, slots=True)
class Leftover:
    """What is unused of a cassette.

    ``digest`` is of the bytes that the run saw: the rest is said of no others. ``positions`` are
    those of the interactions that nobody played, ascending from 0; empty: no test opened the file.
    """

    digest: str
    positions: tuple[int, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether all of the file is unused."""
        return not self.positions


def digest_of(data: bytes) -> str:
    """Return by what the bytes of a file are known again: every test with a cassette asks."""
    return f"{len(data)}-{zlib.crc32(data):08x}"


def as_json(record: Mapping[str, Leftover]) -> dict[str, object]:
    """Return a record as JSON has it.

    >>> as_json({"cassettes/test_it/test_a.json": Leftover("00ff", (1, 4))})
    {'cassettes/test_it/test_a.json': {'digest': '00ff', 'positions': [1, 4]}}
    """
    return {
        path: {"digest": each.digest, "positions": list(each.positions)}
        for path, each in record.items()
    }


def record_of(value: object) -> dict[str, Leftover]:
    """Read a record; what is none, which another version may have written, is an empty one.

    >>> record_of({"a.json": {"digest": "00ff", "positions": []}})
    {'a.json': Leftover(digest='00ff', positions=())}
    """
    try:
        entries = cast("Mapping[str, Any]", value).items()
        return {path: Leftover(each["digest"], (*each["positions"],)) for path, each in entries}
    except (AttributeError, KeyError, TypeError):
        return {}


def summary(record: Mapping[str, Leftover]) -> Iterator[str]:
    r"""Yield what is unused, in a text for each kind; nothing of an empty record.

    Several names have a line each: what a terminal breaks up cannot be copied.

    >>> print(*summary({"a.json": Leftover("", (1, 4)), "b.json": Leftover("")}), sep="\n")
    2 recordings that no test asked for: a.json (2, 5)
    1 cassette that no test opened: b.json
    """
    parts = {path: each.positions for path, each in sorted(record.items()) if not each.whole}
    if parts:
        count = sum(map(len, parts.values()))
        names = [f"{path} ({_listed([str(at + 1) for at in parts[path]])})" for path in parts]
        where = f" in {len(parts)} cassettes" if len(parts) > 1 else ""
        yield _with_names(f"{_counted(count, 'recording')} that no test asked for{where}", names)
    files = [path for path, each in sorted(record.items()) if each.whole]
    if files:
        yield _with_names(f"{_counted(len(files), 'cassette')} that no test opened", files)


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _with_names(what: str, names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"{what}: {names[0]}"
    more = len(names) - _SHOWN
    rest = [f"and {more} more"] if more > 0 else []
    return "\n  ".join([f"{what}:", *names[:_SHOWN], *rest])


def _listed(numbers: Sequence[str]) -> str:
    """List the first of some numbers, and how many more there are."""
    shown = ", ".join(numbers[:_SHOWN])
    more = len(numbers) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
