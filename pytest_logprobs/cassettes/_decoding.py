"""The text of a cassette as the interactions that it holds, or the place where it is none.

The text is walked, not just decoded: a body stays the slice of the text that it is, so that every
number keeps its spelling, and saving what was read changes nothing. Most of the time is for finding
where a body ends. In a text that is as we wrote it the lines tell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final, NoReturn, cast

from pytest_logprobs._flaws import FlawError, syntax_flaw
from pytest_logprobs._quote import clip, one_line
from pytest_logprobs.cassettes._layout import Raw, dumps
from pytest_logprobs.cassettes._schema import (
    CASSETTE,
    FORMAT,
    INTERACTION,
    VERSION,
    List,
    Object,
    Value,
)

__all__ = ["decoded_cassette", "decoded_interaction", "walked"]
__tracebackhide__ = True  # a failed test shows its own lines

_SPACE: Final = re.compile(r"[ \t\n\r]*")
# What stands before a member that begins a line, and an event that is a line and ends with data.
_TEXT: Final = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_BEFORE: Final = re.compile(rf"( *){_TEXT}: ")
_EVENT: Final = re.compile(rf'\{{((?:{_TEXT}: {_TEXT}, )*)"data": (\{{[^\n]*\}})\}}(?=,?\n)')
_CLOSING: Final = {"{": "}", "[": "]"}


def decoded_cassette(
    text: str, *, as_written: bool = False
) -> tuple[bool, tuple[dict[str, object], ...]]:
    """Return whether the cassette is complete, and its interactions.

    Bodies of JSON, and members that are unknown, are ``Raw``, as they are spelled in the text. With
    ``as_written`` they are what the lines of the layout say, and not looked into. Raises
    ``FlawError`` where the text is no cassette of this version.
    """
    value, flaws = walked(text, CASSETTE, as_written=as_written)
    _refuse_foreign(value)
    version = value.get("version")
    if type(version) is int and version > VERSION:
        problem = f"a cassette of version {version}; this pytest-logprobs reads {VERSION}"
        raise FlawError(flaws["version"].offset, problem, "newer")
    if flaws:
        raise next(iter(flaws.values()))
    return value["complete"], tuple(value["interactions"])


def _refuse_foreign(value: object) -> None:
    """Raise ``FlawError`` for the JSON of something else."""
    if not isinstance(value, dict):
        raise FlawError(0, "no cassette of pytest-logprobs: the JSON is no object", "foreign")
    members = cast("dict[str, object]", value)
    if members.get("format") != FORMAT:
        shown = _shown(members["format"]) if "format" in members else "missing"
        raise FlawError(0, f'no cassette of pytest-logprobs: "format" is {shown}', "foreign")


def decoded_interaction(text: str) -> dict[str, object]:
    """Return the one interaction that the text is.

    Raises ``FlawError`` if it is none.
    """
    value, flaws = walked(text, INTERACTION)
    if flaws:
        raise next(iter(flaws.values()))
    return dict(value)


def walked(
    text: str, kind: Object, *, as_written: bool = False
) -> tuple[Any, dict[str, FlawError]]:
    """Return the value that a JSON text is, and by their paths the values of a wrong type.

    Raises ``FlawError`` where it is no JSON.
    """
    if not text or text.isspace():
        raise FlawError(0, "the file is empty")
    walk = _WalkByLines(text) if as_written else _Walk(text)
    try:
        return walk.whole(kind), walk.flaws
    except json.JSONDecodeError as error:
        raise syntax_flaw(text, error.pos, error.msg) from None
    except RecursionError:
        raise syntax_flaw(text, walk.at, "nested too deeply") from None
    except ValueError as error:  # NaN; an integer of thousands of digits
        raise syntax_flaw(text, walk.at, str(error)) from None


class _Walk:
    """A reader of JSON that keeps some values as they are spelled; ``at`` is how far it came."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.flaws: dict[str, FlawError] = {}

    def whole(self, kind: Object) -> Any:  # noqa: ANN401 - decoded JSON
        self._skip(0)
        value = self._value(kind, "")
        if self.at < len(self.text):
            self._fail("Extra data")
        return value

    def _value(self, kind: Value | List | Object | None, path: str) -> Any:  # noqa: ANN401 - decoded JSON
        start = self.at
        opening = self.text[start : start + 1]
        value: Any
        if kind is None:
            self.at = self._end(start)
            value = Raw(self.text[start : self.at])
        elif isinstance(kind, Object) and opening == "{":
            value = self._object(kind, path)
        elif isinstance(kind, List) and opening == "[":
            items = enumerate(self._items("]"))
            value = [self._value(kind.element, f"{path}[{number}]") for number, _ in items]
        else:
            value, self.at = _DECODING(self.text, start)
            if not (isinstance(kind, Value) and kind.holds(value)):
                self._note(start, path, f"expected {kind.expected}, got {_shown(value)}")
        self._skip(0)
        return value

    def _object(self, kind: Object, path: str) -> dict[str, Any]:
        start = self.at
        found: dict[str, Any] = {}
        for _ in self._items("}"):
            key_start = self.at
            key = self._key()
            if key in found:
                self._note(key_start, path, f"the key {_shown(key)} is there twice")
            found[key] = self._value(kind.members.get(key), f"{path}.{key}" if path else key)
        for problem in kind.problems(found):
            self._note(start, path, problem)
        return found

    def _key(self) -> str:
        if not self._sees('"'):
            self._fail("Expecting a key in double quotes")
        key, self.at = _DECODING(self.text, self.at)
        self._skip(0)
        if not self._sees(":"):
            self._fail("Expecting ':'")
        self._skip(1)
        return str(key)

    def _items(self, close: str) -> Iterator[None]:
        """Stop at each item between an opening bracket and the closing one."""
        self._skip(1)
        if not self._sees(close):
            yield
            while self._sees(","):
                self._skip(1)
                yield
            if not self._sees(close):
                self._fail(f"Expecting ',' or '{close}'")
        self._skip(1)

    def _end(self, start: int) -> int:
        """Return where a value of any kind ends."""
        return _SKIPPING(self.text, start)[1]

    def _sees(self, character: str) -> bool:
        return self.text.startswith(character, self.at)

    def _skip(self, count: int) -> None:
        """Go on by some characters, and over the white space that follows."""
        space = _SPACE.match(self.text, self.at + count)
        self.at = space.end() if space else self.at

    def _fail(self, problem: str) -> NoReturn:
        raise json.JSONDecodeError(problem, self.text, self.at)

    def _note(self, offset: int, path: str, problem: str) -> None:
        # Read on: only the whole text tells whether it is a cassette of this version at all.
        self.flaws.setdefault(path, FlawError(offset, f"{path}: {problem}" if path else problem))


class _WalkByLines(_Walk):
    """A reader of what ``lay_out`` wrote, which need not look into most bodies."""

    def _object(self, kind: Object, path: str) -> dict[str, Any]:
        event = _EVENT.match(self.text, self.at) if "data" in (kind.bodies or ()) else None
        if event is None:
            return super()._object(kind, path)
        self.at = event.end()
        before: dict[str, Any] = json.loads(f"{{{event[1][:-2]}}}")
        return {**before, "data": Raw(event[2])}

    def _end(self, start: int) -> int:
        text = self.text
        before = _BEFORE.fullmatch(text, text.rfind("\n", 0, start) + 1, start)
        if before is None:
            return super()._end(start)
        if text[start] in _CLOSING and text.startswith("\n", start + 1):
            closing = f"\n{before[1]}{_CLOSING[text[start]]}"
            return text.index(closing, start) + len(closing)
        end = text.index("\n", start)
        return end - text.startswith(",", end - 1)


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


# A fraction is no value of this format; in what is kept for a later one it keeps its spelling.
_DECODING: Final = json.JSONDecoder(parse_float=Raw, parse_constant=_refuse).raw_decode
# Only where the value ends is wanted. ``len`` is the cheapest function that takes what the hooks
# are given: a third of the time is saved, and no number can have too many digits.
_SKIPPING: Final = json.JSONDecoder(
    parse_int=len, parse_float=len, object_pairs_hook=len, parse_constant=_refuse
).raw_decode


def _shown(value: object) -> str:
    return clip(one_line(dumps(value)), 40)
