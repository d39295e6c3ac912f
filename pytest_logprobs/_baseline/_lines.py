"""JSON in lines: an object whose members are laid out so that files can be reviewed and merged."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NoReturn, cast

from pytest_logprobs._flaws import FlawError, syntax_flaw
from pytest_logprobs._quote import quote

__all__ = ["decoded_members", "place_in", "text_of"]
__tracebackhide__ = True  # a failed test shows its own lines

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_OPENING: Final = "{["
_TWICE: Final = "the key {} is there twice"
_ENCODE: Final = json.JSONEncoder(allow_nan=False).encode


def text_of(members: Mapping[str, object]) -> str:
    """Return the text of an object: a member that is an object or a list has a line for each part.

    A list may be any iterable: what it yields is needed one at a time.

    >>> print(text_of({"groups": {}, "cases": [{"test": "a"}, {"test": "b"}]}), end="")
    {
    "groups": {},
    "cases": [
    {"test": "a"},
    {"test": "b"}
    ]
    }
    """
    lines = ",\n".join(f"{_ENCODE(name)}: {_laid_out(value)}" for name, value in members.items())
    return f"{{\n{lines}\n}}\n"


def decoded_members(text: str) -> dict[str, Any]:
    """Return the members of the object that a text is.

    Raises ``FlawError`` where it is no JSON, has a key twice, or is something else than an object.
    """
    if not text or text.isspace():
        raise FlawError(0, "the file is empty")
    try:
        value = _STRICT.decode(text)
    except json.JSONDecodeError as error:
        raise syntax_flaw(text, error.pos, error.msg) from None
    except (ValueError, RecursionError):  # JSON, but for what a part of it holds
        raise _flaw_in(text) from None
    if not isinstance(value, dict):
        raise FlawError(0, "the JSON is no object", "foreign")
    return cast("dict[str, Any]", value)


def place_in(text: str, *place: str | int) -> int:
    """Return where a member begins, or a part of a member, in the text of an object.

    >>> place_in('{"cases": [{"test": "a"}, {"test": "b"}]}', "cases", 1)
    26
    """
    return next((offset for each, offset, _ in _places(text) if each == place), 0)


def _laid_out(value: object) -> str:
    brackets, parts = "[]", []
    if isinstance(value, Mapping):
        held = cast("Mapping[str, object]", value)
        brackets, parts = "{}", [f"{_ENCODE(key)}: {_ENCODE(held[key])}" for key in held]
    elif isinstance(value, Iterable) and not isinstance(value, str):
        parts = [_ENCODE(each) for each in cast("Iterable[object]", value)]
    else:
        return _ENCODE(value)
    return "\n".join([brackets[0], ",\n".join(parts), brackets[1]]) if parts else brackets


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):  # of two branches that were merged, both lines were kept
        keys = [key for key, _ in pairs]
        key = next(key for at, key in enumerate(keys) if key in keys[:at])
        raise ValueError(_TWICE.format(quote(key)))
    return found


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _flaw_in(text: str) -> FlawError:
    """Return what is wrong with the first member, or part of one, that cannot be read."""
    seen: set[tuple[str | int, ...]] = set()
    for place, offset, value in _places(text):
        if place in seen:
            return FlawError(offset, _TWICE.format(quote(str(place[-1]))))
        seen.add(place)
        if len(place) > 1 or text[value] not in _OPENING:
            try:
                _STRICT.raw_decode(text, value)
            except ValueError as error:  # an integer of thousands of digits, too
                return FlawError(offset, str(error))
            except RecursionError:
                return FlawError(offset, "nested too deeply")
    return FlawError(0, "nested too deeply")


def _places(text: str) -> Iterator[tuple[tuple[str | int, ...], int, int]]:
    """Yield each member and each part of one: its place, where it begins, where its value does."""
    for name, offset, value in _parts(text, _next(text, 0)):
        yield (name,), offset, value
        for part, inner, inner_value in _parts(text, value):
            yield (name, part), inner, inner_value


def _parts(text: str, start: int) -> Iterator[tuple[str | int, int, int]]:
    """Yield what an object or a list in sound JSON holds: the key or number, and where it is."""
    if text[start] not in _OPENING:
        return
    number, at = 0, _next(text, start + 1)
    while text[at] not in "}]":
        key, offset = number, at
        if text[start] == "{":
            key, at = _SKIPPING(text, at)
            at = _next(text, _next(text, at) + 1)
        yield key, offset, at
        at = _next(text, _SKIPPING(text, at)[1])
        at = _next(text, at + 1) if text[at] == "," else at
        number += 1


def _next(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


_STRICT: Final = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refuse)
# Only where a value ends is wanted, or the text of a key.
_SKIPPING: Final = json.JSONDecoder(
    parse_int=len, parse_float=len, object_pairs_hook=len
).raw_decode
