"""Checked reading of decoded JSON: every surprise is an error with a path."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, TypeGuard

from pytest_logprobs._model import Completion
from pytest_logprobs._numbers import as_float
from pytest_logprobs._quote import clip, one_line
from pytest_logprobs.errors import MalformedResponseError

__all__ = [
    "Chunk",
    "Readers",
    "another_answer",
    "as_list",
    "as_log",
    "as_number",
    "as_object",
    "as_said",
    "as_text",
    "as_whole",
    "by_index",
    "bytes_of",
    "check_is_one",
    "check_paired",
    "first_word",
    "got",
    "id_in",
    "is_list",
    "is_object",
    "named",
    "text_or_name",
]
__tracebackhide__ = True  # a failed test shows its own lines

Chunk = tuple[str, "dict[str, Any]"]
"""A part of a response: its path, and the object there. A response in one piece is one chunk."""

Readers = Mapping[int, Callable[[], Completion]]
"""What reads each choice of a response, by the choices' numbers, in their order."""

_KINDS: Final[tuple[tuple[type, str], ...]] = (
    (bool, "a boolean"),  # before int, of which it is one
    (str, "a string"),
    (int, "a number"),
    (float, "a number"),
    (dict, "an object"),
    (list, "a list"),
    (tuple, "a list"),
)
_BYTE: Final = 255
_MOST_ANSWERS: Final = 2**31
_ID: Final = re.compile("token_id:([0-9]{1,18})")


def got(value: object) -> str:
    """Name what was found, for an error: its JSON kind and a short excerpt."""
    if value is None:
        return "null"
    python_type = type(value)
    name = next((name for kind, name in _KINDS if issubclass(python_type, kind)), None)
    if name is None:
        return f"a Python object ({python_type.__qualname__})"
    try:
        shown = json.dumps(value, default=lambda each: type(each).__qualname__)
    except (ValueError, RecursionError, TypeError):  # huge, deep, or keys that are no strings
        return name
    return f"{name} {clip(one_line(shown[:80]), 40)}"


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Return whether a value is a JSON object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Return whether a value is a JSON list; an SDK may make it a tuple."""
    return isinstance(value, (list, tuple))


def as_object(value: object, path: str) -> dict[str, Any]:
    """Return a JSON object, ``{}`` for null."""
    if value is None:
        return {}
    if is_object(value):
        return value
    raise MalformedResponseError(path, f"expected an object, got {got(value)}")


def as_list(value: object, path: str) -> Sequence[Any]:
    """Return a JSON list, ``()`` for null."""
    if value is None:
        return ()
    if is_list(value):
        return value
    raise MalformedResponseError(path, f"expected a list, got {got(value)}")


def as_text(value: object, path: str) -> str:
    """Return a string; nothing stands in for a missing one."""
    if isinstance(value, str):
        return value
    raise MalformedResponseError(path, f"expected a string, got {got(value)}")


def as_said(value: object, path: str) -> str:
    """Return a part of what the model said, ``""`` for null."""
    return "" if value is None else as_text(value, path)


def as_number(value: object, path: str) -> float | None:
    """Return a number as a float, ``None`` for null; an integer no float can hold is infinite."""
    if value is None or type(value) is float:
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise MalformedResponseError(path, f"expected a number or null, got {got(value)}")
    return as_float(value)


def as_log(value: object, path: str) -> float | None:
    """Return the logarithm of a probability, ``None`` for null and NaN; of zero it is -inf."""
    number = as_number(value, path)
    if number is None or math.isnan(number):
        return None
    if number < 0:
        raise MalformedResponseError(path, f"expected a probability, got {got(value)}")
    return math.log(number) if number else -math.inf


def as_whole(value: object, path: str) -> int | None:
    """Return a whole number, ``None`` for null; some SDKs type one as a float."""
    if value is None or type(value) is int:
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise MalformedResponseError(path, f"expected a whole number or null, got {got(value)}")


def id_in(text: str) -> int | None:
    """Return the id of a token that is named by it instead of its text, as vLLM does if asked."""
    match = _ID.fullmatch(text) if text.startswith("token_id:") else None
    return int(match.group(1)) if match else None


def named(token_id: int) -> str:
    """Return how a token is called whose text is not known, as vLLM calls it."""
    return f"token_id:{token_id}"


def text_or_name(value: object, token_id: int | None, path: str) -> str:
    """Return a token's text, or how it is called where that is null and only its id is known."""
    return as_text(value, path) if token_id is None or value is not None else named(token_id)


def first_word(values: Iterable[object]) -> str | None:
    """Return the first string that is not empty, ``None`` where there is none."""
    return next((value for value in values if isinstance(value, str) and value), None)


def another_answer(path: str) -> MalformedResponseError:
    """Return the error of a chunk behind the end of its answer."""
    problem = "another answer begins here: give each answer in a list of its own"
    return MalformedResponseError(path, problem)


def bytes_of(value: object, path: str) -> bytes:
    """Return a list of byte values as bytes, which an SDK may have made of it."""
    if isinstance(value, bytes):
        return value
    entries = as_list(value, path)
    try:
        return bytes(entries)
    except (TypeError, ValueError):  # one of them is wrong, or an SDK typed them as floats
        return bytes(_byte(entry, f"{path}[{i}]") for i, entry in enumerate(entries))


def by_index(chunks: Sequence[Chunk]) -> dict[int, list[Chunk]]:
    """Group chunks by the ``index`` of the answer they belong to, 0 where they name none."""
    groups: dict[int, list[Chunk]] = {}
    for path, chunk in chunks:
        number = as_whole(chunk.get("index"), f"{path}.index") or 0
        if not 0 <= number < _MOST_ANSWERS:
            problem = f"expected the number of an answer, got {got(chunk['index'])}"
            raise MalformedResponseError(f"{path}.index", problem)
        groups.setdefault(number, []).append((path, chunk))
    return dict(sorted(groups.items()))


def check_is_one(chunks: Sequence[Chunk], ends: Callable[[Chunk], bool]) -> None:
    """Refuse chunks that come after an answer's end: they are another answer's."""
    for ended, (path, _) in pairwise(chunks):
        if ends(ended):
            raise another_answer(path)


def check_paired(entries: int, tokens: int, path: str) -> None:
    """Refuse a list that has not as many entries as there are tokens."""
    if entries != tokens:
        problem = f"{entries} entries for {tokens} tokens: they belong together one by one"
        raise MalformedResponseError(path, problem)


def _byte(value: object, path: str) -> int:
    number = as_whole(value, path)
    if number is None or not 0 <= number <= _BYTE:
        raise MalformedResponseError(path, f"expected a number from 0 to 255, got {got(value)}")
    return number
