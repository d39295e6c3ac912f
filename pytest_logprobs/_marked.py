"""What the marker ``logprobs_cassette`` says, checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import pytest

from pytest_logprobs._settings import RECORD_MODES, REPEATS

__all__ = ["MARKER", "Marked", "check_paths", "has_cassette", "marked"]
__tracebackhide__ = True  # a failed test shows its own lines

MARKER: Final = "logprobs_cassette"
"""The marker, and the fixture that does the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """What the markers of a test say, taken together."""

    name: str | None = None
    record: str | None = None
    ignore: tuple[str, ...] = ()
    repeats: str = REPEATS[0]


def _are_texts(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)


_TAKES: Final[Mapping[str, tuple[str, Callable[[object], bool]]]] = {
    "name": ("a text", lambda value: isinstance(value, str) and bool(value.strip())),
    "record": (f"one of {', '.join(RECORD_MODES)}", lambda value: value in RECORD_MODES),
    "ignore": (
        "a list of paths in the body",
        lambda value: isinstance(value, (list, tuple)) and _are_texts(cast("list[object]", value)),
    ),
    "repeats": (f"one of {', '.join(REPEATS)}", lambda value: value in REPEATS),
}
"""Keyword of the marker → what it takes, and whether a value is that; ``None`` is its default."""


def check_paths(paths: Iterable[str]) -> None:
    """Raise ``ValueError`` for what is no path into a body."""
    from pytest_logprobs.cassettes import check_path  # noqa: PLC0415 - where a test has a cassette

    for path in paths:
        check_path(path)


def has_cassette(item: pytest.Item) -> bool:
    """Return whether a test has a cassette: by a marker, or because it asks for the fixture."""
    is_marked = item.get_closest_marker(MARKER) is not None
    return is_marked or MARKER in getattr(item, "fixturenames", ())


def marked(item: pytest.Item) -> Marked | None:
    """Return what the markers of a test say, the closest first; ``None``: it has no cassette.

    Raises ``pytest.UsageError`` naming the test for what a marker does not take.
    """
    if not has_cassette(item):
        return None
    said: dict[str, Any] = {}
    for mark in item.iter_markers(MARKER):
        if wrong := [*map(repr, mark.args), *(name for name in mark.kwargs if name not in _TAKES)]:
            raise pytest.UsageError(
                f"{item.nodeid}: the marker {MARKER} does not take {', '.join(wrong)}; it takes "
                f"{', '.join(f'{name}=' for name in _TAKES)}"
            )
        for name, value in mark.kwargs.items():
            takes, holds = _TAKES[name]
            if value is not None and not holds(value):
                raise pytest.UsageError(
                    f"{item.nodeid}: {name}= of the marker {MARKER} is {takes}, got {value!r}"
                )
            said.setdefault(name, value)
    try:
        check_paths(said.get("ignore") or ())
    except ValueError as error:
        raise pytest.UsageError(f"{item.nodeid}: ignore= of the marker {MARKER}: {error}") from None
    return Marked(**{name: value for name, value in said.items() if value is not None})
