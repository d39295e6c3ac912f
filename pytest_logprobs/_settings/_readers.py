"""How the text of a setting is read; ``ValueError`` for what it does not take."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

__all__ = [
    "REPORTS",
    "from_one",
    "host_names",
    "one_of",
    "report_paths",
    "some_path",
    "whole_number",
]
__tracebackhide__ = True  # a failed test shows its own lines

REPORTS: Final = (".json",)
"""The endings of reports that there are."""


def whole_number(value: object) -> int:
    """Read a whole number."""
    text = str(value)  # pytest reads the numbers of a configuration itself
    if not text.strip().isdecimal():
        raise ValueError(f"got {text!r}")
    return int(text)


def one_of(choices: Collection[str]) -> Callable[[str], str]:
    """Return what reads one of some words."""

    def read(value: str) -> str:
        if value not in choices:
            raise ValueError(f"got {value!r}")
        return value

    return read


def some_path(value: str) -> str:
    """Read the path of a file or a directory."""
    if not value.strip():
        raise ValueError(f"got {value!r}")
    return value


def host_names(values: Collection[str]) -> tuple[str, ...]:
    """Read names of hosts."""
    for value in values:  # a URL, a port or a pattern would allow nothing, and say nothing
        if value.count(":") == 1 or "]:" in value or not {*"/*"}.isdisjoint(value):
            raise ValueError(f"got {value!r}")
    return tuple(values)


def from_one(value: object) -> int:
    """Read a whole number from 1 on."""
    if (count := whole_number(value)) < 1:
        raise ValueError(f"got {str(value)!r}")
    return count


def report_paths(values: Collection[str]) -> tuple[str, ...]:
    """Read the paths of reports, whose endings say what they are."""
    for value in values:
        if not value.endswith(REPORTS):
            raise ValueError(f"got {value!r}")
    return tuple(values)
