"""What the file of a cassette has to hold, as tables.

After the four members that it must have a file may end with ``"checksum"``: ``"crc32:"`` and, in
eight hexadecimal digits, the CRC-32 of all bytes before these digits. We always write it. Where it
is right, the file is as we wrote it and is not looked through once more; where it is wrong or
missing, somebody edited or merged the file, which is as good.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from pytest_logprobs._quote import quote
from pytest_logprobs.cassettes._checksum import CHECKSUM

__all__ = [
    "CASSETTE",
    "FORMAT",
    "INTERACTION",
    "VERSION",
    "List",
    "Object",
    "Value",
    "is_base64",
    "is_text",
]
__tracebackhide__ = True  # a failed test shows its own lines

FORMAT: Final = "pytest-logprobs cassette"
VERSION: Final = 1


@dataclass(frozen=True)
class Value:
    """What a value has to be."""

    expected: str
    holds: Callable[[Any], bool]


@dataclass(frozen=True)
class List:
    """A list of objects."""

    element: Object
    expected: str = "a list"


@dataclass(frozen=True)
class Object:
    """What an object has to hold.

    A member that is not named here is kept as it is spelled: a body, and what a later plugin may
    add. ``bodies``: of these there is one at most, and where there is none an unknown member is a
    flaw: it may be a body misspelled, and an empty one would be replayed.
    """

    members: Mapping[str, Value | List | Object]
    required: tuple[str, ...] = ()
    bodies: tuple[str, ...] | None = None
    expected: str = "an object"

    def problems(self, found: Mapping[str, object]) -> Iterator[str]:
        """Yield what is wrong with the names of an object's members."""
        yield from (f'expected the key "{key}"' for key in self.required if key not in found)
        if self.bodies is not None:
            there = [body for body in self.bodies if body in found]
            if len(there) > 1:
                yield f"expected one body, got {' and '.join(there)}"
            strays = [key for key in found if key not in self.members]
            if strays and not there:
                known = ", ".join(dict.fromkeys((*self.members, *self.bodies)))
                yield f"unknown key {quote(strays[0])}; known are {known}"


def is_text(value: object) -> bool:
    """Return whether a value is a text that can be written as UTF-8."""
    if type(value) is not str:  # a number's spelling is of a class of its own
        return False
    try:
        value.encode()
    except UnicodeEncodeError:  # half a character: no request or response can hold it
        return False
    return True


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(is_text, cast("list[object]", value)))


def _is_text_or_lines(value: object) -> bool:
    if not isinstance(value, dict):
        return is_text(value)
    lines = cast("dict[str, object]", value)
    return [*lines] == ["\n"] and _are_texts(lines["\n"])


def _are_headers(value: object) -> bool:
    return isinstance(value, dict) and all(
        is_text(name) and (is_text(each) or _are_texts(each))
        for name, each in cast("dict[str, object]", value).items()
    )


def is_base64(value: object) -> bool:
    """Return whether a value is a text in base64."""
    if not isinstance(value, str):
        return False
    try:
        base64.b64decode(value, validate=True)
    except ValueError:
        return False
    return True


_TEXT: Final = Value("a text", is_text)
_EVENT: Final = Object(
    {"comment": _TEXT, "event": _TEXT, "id": _TEXT, "retry": _TEXT, "text": _TEXT},
    bodies=("data", "text"),
)
_PARTS: Final[dict[str, Value | List | Object]] = {
    "headers": Value("an object of texts or lists of texts", _are_headers),
    "events": List(_EVENT),
    "text": Value('a text, or {"\\n": [its lines]}', _is_text_or_lines),
    "base64": Value("base64", is_base64),
}
_BODIES: Final = ("json", "events", "text", "base64")
_REQUEST: Final = Object({"method": _TEXT, "url": _TEXT, **_PARTS}, ("method", "url"), _BODIES)
_RESPONSE: Final = Object(
    {"status": Value("a number", lambda each: type(each) is int), **_PARTS}, ("status",), _BODIES
)
INTERACTION: Final = Object(
    {
        "request": _REQUEST,
        "response": _RESPONSE,
        "recorded": Value("an object", lambda each: isinstance(each, dict)),
        "repeat": Value("a number from 2 on", lambda each: type(each) is int and each > 1),
    },
    ("request", "response"),
)
CASSETTE: Final = Object(
    {
        "format": Value(f'"{FORMAT}"', lambda each: each == FORMAT),
        "version": Value(str(VERSION), lambda each: type(each) is int and each == VERSION),
        "complete": Value("true or false", lambda each: isinstance(each, bool)),
        "interactions": List(INTERACTION),
        CHECKSUM: _TEXT,
    },
    ("format", "version", "complete", "interactions"),
    bodies=(),  # it has none: no other member is accepted, for none would be written back
)
