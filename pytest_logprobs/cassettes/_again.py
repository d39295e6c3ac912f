"""Recordings of one request: the first time that a test ran, and in its repeats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pytest_logprobs.cassettes._matching import in_repeat

__all__ = ["Again"]
__tracebackhide__ = True  # a failed test shows its own lines

_Interaction = dict[str, Any]


class Again:
    """Which recordings belong together: the n-th of a request in each repeat.

    ``keys`` are those of the recordings, as ``key_of_recording`` gives them.
    """

    def __init__(self, recordings: Sequence[_Interaction], keys: Sequence[bytes]) -> None:
        self._by_key: dict[bytes, list[_Interaction]] = {}
        self._place: dict[int, tuple[bytes, int]] = {}
        self._last = 1
        for key, each in zip(keys, recordings, strict=True):
            alike = self._by_key.setdefault(key, [])
            self._place[id(each)] = key, len(alike)
            alike.append(each)
            self._last = max(self._last, _repeat(each))

    def first(self, recording: _Interaction) -> _Interaction:
        """Return what was recorded the first time: itself, where there is nothing."""
        key, place = self._place[id(recording)]
        base = key.removesuffix(in_repeat(b"", _repeat(recording)))
        return next(self._at(base, place), recording)

    def repeats(self, recording: _Interaction) -> tuple[_Interaction, ...]:
        """Return what was recorded in the repeats, in their order."""
        if id(recording) not in self._place:  # it is of this run
            return ()
        key, place = self._place[id(recording)]
        numbers = range(2, self._last + 1)
        return tuple(each for n in numbers for each in self._at(in_repeat(key, n), place))

    def _at(self, key: bytes, place: int) -> Iterator[_Interaction]:
        yield from self._by_key.get(key, ())[place : place + 1]


def _repeat(recording: Mapping[str, Any]) -> int:
    number: int = recording.get("repeat", 1)
    return number
