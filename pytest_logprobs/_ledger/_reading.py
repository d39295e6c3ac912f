"""Values of JSON as what they have to be, or the place where they are not.

A reader takes a value and returns what it stands for; it raises ``FormError`` for anything else.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeGuard, TypeVar, cast

from pytest_logprobs._numbers import as_float, is_number
from pytest_logprobs._quote import clip

__all__ = [
    "FormError",
    "Read",
    "any_json",
    "count_from",
    "expected",
    "finite_number",
    "list_of",
    "members_of",
    "object_of",
    "one_of",
    "or_null",
    "some_list",
    "some_text",
]
__tracebackhide__ = True  # a failed test shows its own lines

_SHOWN: Final = 40  # characters of a value that is not what it should be

_T = TypeVar("_T")
Read = Callable[[object], _T]


class FormError(ValueError):
    """A value is not what it has to be.

    ``path`` are the names and positions that lead to it from the value that was read.

    >>> print(FormError("expected a text, got 1", "cases", 3, "test"))
    $.cases[3].test: expected a text, got 1
    """

    def __init__(self, problem: str, *path: str | int) -> None:
        self.problem = problem
        self.path = path
        super().__init__(problem, *path)

    def __str__(self) -> str:
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return f"${''.join(steps)}: {self.problem}"

    def below(self, *path: str | int) -> FormError:
        """Return the error of what a path leads to this value from."""
        return FormError(self.problem, *path, *self.path)


def members_of(
    value: object, readers: Mapping[str, Read[Any]], required: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Read the members of an object, each by its own reader.

    >>> members_of({"label": 1}, {"label": some_text})
    Traceback (most recent call last):
    ...
    pytest_logprobs._ledger._reading.FormError: $.label: expected a text, got 1
    """
    members = _object(value)
    for name in required:
        if name not in members:
            raise expected(f'the member "{name}"', value)
    found: dict[str, Any] = {}
    for name, each in members.items():
        if name not in readers:
            known = ", ".join(readers)
            raise FormError(f"unknown member {_shown(name)}; known are {known}")
        try:
            found[name] = readers[name](each)
        except FormError as error:
            raise error.below(name) from None
    return found


def object_of(read: Read[_T]) -> Read[dict[str, _T]]:
    """Return the reader of an object whose members may have any name."""

    def read_object(value: object) -> dict[str, _T]:
        members = _object(value)
        return members_of(members, dict.fromkeys(members, read))

    return read_object


def list_of(read: Read[_T]) -> Read[tuple[_T, ...]]:
    """Return the reader of a list."""

    def read_list(value: object) -> tuple[_T, ...]:
        items = some_list(value)
        found: list[_T] = []
        try:
            for each in items:
                found.append(read(each))  # noqa: PERF401 - how many there are says which was wrong
        except FormError as error:
            raise error.below(len(found)) from None
        return tuple(found)

    return read_list


def or_null(read: Read[_T]) -> Read[_T | None]:
    """Return the reader of what may be null as well."""

    def read_or_null(value: object) -> _T | None:
        return None if value is None else read(value)

    return read_or_null


def one_of(choices: tuple[str, ...]) -> Read[str]:
    """Return the reader of one of some words."""

    def read_one(value: object) -> str:
        if type(value) is not str or value not in choices:
            raise expected(f"one of {', '.join(choices)}", value)
        return value

    return read_one


def count_from(least: int) -> Read[int]:
    """Return the reader of a whole number that is not below another."""

    def read_count(value: object) -> int:
        if type(value) is not int or value < least:
            raise expected(f"a whole number from {least} on", value)
        return value

    return read_count


def some_list(value: object, lengths: tuple[int, ...] = (), what: str = "a list") -> list[object]:
    """Return a list, of one of some lengths if any are given."""
    if _is_list(value) and (not lengths or len(value) in lengths):
        return value
    raise expected(what, value)


def some_text(value: object) -> str:
    """Read a text."""
    if type(value) is not str:
        raise expected("a text", value)
    return value


def finite_number(value: object) -> float:
    """Read a number that is neither infinite nor NaN."""
    if type(value) is float and math.isfinite(value):  # the usual one, and there are many
        return value
    if is_number(value) and math.isfinite(number := as_float(value)):
        return number
    raise expected("a finite number", value)


def any_json(value: object) -> object:
    """Read any value that JSON has."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        raise expected("JSON with finite numbers", value) from None
    return value


def expected(what: str, value: object) -> FormError:
    """Return the error of a value that is not what it should be."""
    return FormError(f"expected {what}, got {_shown(value)}")


def _shown(value: object) -> str:
    return clip(json.dumps(value, default=repr), _SHOWN)


def _is_list(value: object) -> TypeGuard[list[object]]:
    return type(value) is list


def _object(value: object) -> dict[str, Any]:
    if type(value) is not dict:
        raise expected("an object", value)
    return cast("dict[str, Any]", value)
