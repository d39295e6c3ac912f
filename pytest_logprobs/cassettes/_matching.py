"""Which recording answers a request: the one with the same method, URL and body.

Two JSON bodies are the same if they hold the same values. How these are spelled, and in which order
an object has its members, is the client's choice of today. With which key a request is sent does
not count.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from typing import Any, Final, TypeGuard, cast

from pytest_logprobs._quote import quote
from pytest_logprobs._text import encode
from pytest_logprobs.cassettes._body import body_of
from pytest_logprobs.cassettes._known_keys import REDACTED
from pytest_logprobs.cassettes._placeholder_keys import PLACEHOLDER
from pytest_logprobs.cassettes._scrub import matched_url

__all__ = [
    "body_value",
    "canonical",
    "check_path",
    "in_repeat",
    "is_list",
    "is_object",
    "key_of",
    "key_of_recording",
]
__tracebackhide__ = True  # a failed test shows its own lines

_STEP: Final = r"""\.(?!\s)([^.\[\]]+)(?<!\s)|\[([0-9]*|\*)\]|\[("[^"\\]*(?:\\.[^"\\]*)*")\]"""
_ROOT: Final = re.compile(r"\.\$(?=[.\[]|\Z)")
_PATH: Final = re.compile(rf"(?:{_STEP})+")
_EVERY: Final = None  # no text: a name may be a "*" itself
_PLACEHOLDER_IN_JSON: Final = re.compile(rf'(?<!\\)"{PLACEHOLDER}"(?!:)')  # a whole text, no name
_PLACEHOLDER_IN_FORM: Final = re.compile(rb"(?m)(?:^|(?<==))%s(?=\r?$|&)" % PLACEHOLDER.encode())


def canonical(value: object) -> str:
    """Return the one spelling of a decoded JSON value; equal values share it.

    Integral numbers are equal however they are written: 0, 0.0, -0.0; 100, 1e2. Numbers too large
    for a float are all infinite, unless they are integers, which are exact. Everything else
    matters: an absent member is no null, true is no 1, and a list has an order.

    >>> canonical({"n": 1, "temperature": 0.0}) == canonical({"temperature": 0, "n": 1.0})
    True
    """
    # What stands in C is fast, and needs no place on a stack that may be nearly full.
    numbers = json.loads(json.dumps(value), parse_float=_number)
    return json.dumps(numbers, sort_keys=True, separators=(",", ":"))


def body_value(request: Mapping[str, object], ignore: Sequence[str] = ()) -> object:
    """Return what a stored request sends: its decoded JSON, or its bytes if it is none.

    ``ignore`` names paths into the JSON that are left out, as ``check_path`` takes them. A path
    that leads nowhere is nothing. A list keeps its length: what is ignored of it counts as null.

    >>> body_value({"json": '{"n": 1, "user": "me"}'}, ignore=["user"])
    {'n': 1}
    """
    if "json" not in request:
        return body_of(request)
    try:
        value = json.loads(cast("str", request["json"]), object_hook=_joined)
    except ValueError:  # an integer with more digits than Python reads
        return body_of(request)
    for path in ignore:
        _leave_out(value, _steps(path))
    return value


def check_path(path: str) -> None:
    """Raise ``ValueError`` for what is no path into a body.

    A path has the names of members, and places in lists counted from 0, between dots; ``*`` is
    every one: ``"user"``, ``"messages.0.content"``, ``"tools.*.id"``. It can be spelled as a miss
    does, too: ``"$.messages[0].content"``, ``"tools[*].id"`` or ``"tools[].id"``, and
    ``'$["a.b"]'`` for a name with a dot in it.

    >>> check_path("messages[0")
    Traceback (most recent call last):
        ...
    ValueError: 'messages[0' is no path into a body: write messages.0.content or metadata.trace_id
    """
    _steps(path)


def key_of(request: Mapping[str, object], ignore: Sequence[str] = ()) -> bytes:
    """Return what a stored request is found by: equal for requests that match, and else not.

    ``ignore`` names paths into the body that do not count, as ``body_value`` takes them.
    """
    value = body_value(request, ignore)
    is_bytes = isinstance(value, bytes)
    head = json.dumps([str(request["method"]).upper(), matched_url(str(request["url"])), is_bytes])
    # what stands for a key where there is none is the same as what is left of one
    if isinstance(value, bytes):
        body = _PLACEHOLDER_IN_FORM.sub(REDACTED.encode(), value)
    else:
        body = encode(_PLACEHOLDER_IN_JSON.sub(f'"{REDACTED}"', canonical(value)))
    return blake2b(encode(head) + body, digest_size=16).digest()


def key_of_recording(interaction: Mapping[str, Any], ignore: Sequence[str] = ()) -> bytes:
    """Return what a recording answers: a request, or the same in a repeat of the test."""
    return in_repeat(key_of(interaction["request"], ignore), interaction.get("repeat", 1))


def in_repeat(key: bytes, repeat: int) -> bytes:
    """Return the key of a request in a repeat of a test; the first time, 1, it is as it is.

    >>> in_repeat(b"k", 1), in_repeat(b"k", 2)
    (b'k', b'k#2')
    """
    return key if repeat == 1 else b"%b#%d" % (key, repeat)


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Return whether a decoded JSON value is an object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Return whether a decoded JSON value is a list."""
    return isinstance(value, list)


def _number(spelled: str) -> int | float:
    value = float(spelled)
    return int(value) if value.is_integer() else value


def _joined(members: dict[str, Any]) -> object:
    """Join the lines of a text that is stored as such, and leave other objects alone."""
    lines = members.get("\n")
    if len(members) == 1 and is_list(lines) and all(isinstance(line, str) for line in lines):
        return "\n".join(lines)
    return members


@functools.cache
def _steps(path: str) -> tuple[str | None, ...]:
    """Return the names and the places, as texts, that a path leads through."""
    dotted = path if path.startswith("[") else f".{path}"
    root = _ROOT.match(dotted)
    steps = dotted[root.end() :] if root else dotted
    if _PATH.fullmatch(steps):
        with suppress(ValueError):  # of a name that is quoted badly
            return tuple(_step(*found) for found in re.findall(_STEP, steps))
    example = "write messages.0.content or metadata.trace_id"
    raise ValueError(f"{quote(path)} is no path into a body: {example}")


def _step(name: str, place: str, quoted: str) -> str | None:
    if quoted:
        return str(json.loads(quoted))
    step = name or place or "*"
    return _EVERY if step == "*" else step


def _leave_out(value: object, path: Sequence[str | None]) -> None:
    step, rest = path[0], path[1:]
    if is_object(value):
        members: list[Any] = [key for key in value if step in (key, _EVERY)]
    elif is_list(value):
        members = [index for index in range(len(value)) if step in (str(index), _EVERY)]
    else:
        return
    for member in members:
        if rest:
            _leave_out(value[member], rest)
        elif is_object(value):
            del value[member]
        else:
            value[member] = None  # to take it out would move the others
