r"""Parallel arrays: ``tokens[i]``, ``token_logprobs[i]`` and ``top_logprobs[i]`` belong together.

Servers' habits that are read as they are:

- ``top_logprobs`` null or absent, a ``{token: logprob}`` map per token, a list of
  ``{"token", "logprob"}`` objects, or one map alone, which is that of the only token;
- ``token_ids`` beside them, which an SDK may type as floats;
- names in camel case, and then numbers of alternatives as strings (OCI);
- pieces of a character spelled ``bytes:\xe2\x80``, and tokens named ``token_id:123``.

Source: friendli 0.16's ``CompletionsLogprobs``, together 3.1's ``LogProbs``, fireworks-ai 1.2's
``LogProbs``, oci 2.189's ``Logprobs``, read 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final, NamedTuple

from pytest_logprobs._model import Alternative, Draft
from pytest_logprobs._quote import quote
from pytest_logprobs.errors import MalformedResponseError
from pytest_logprobs.parsers._wire import (
    as_list,
    as_number,
    as_object,
    as_text,
    as_whole,
    check_paired,
    got,
    id_in,
    is_list,
    is_object,
)

__all__ = ["alternatives_in", "arrays_in", "has_arrays", "offsets_in"]
__tracebackhide__ = True  # a failed test shows its own lines

_NOTHING: Final[tuple[object, ...]] = (None, {}, [], ())
_BYTES: Final = re.compile(r"bytes:((?:\\x[0-9a-f]{2})+)", re.IGNORECASE)


class _Names(NamedTuple):
    """What the arrays are called; ``spelled``: numbers of alternatives may be strings."""

    numbers: str
    listed: str
    offsets: str
    spelled: bool


_SNAKE: Final = _Names("token_logprobs", "top_logprobs", "text_offset", spelled=False)
_CAMEL: Final = _Names("tokenLogprobs", "topLogprobs", "textOffset", spelled=True)


def has_arrays(logprobs: object) -> bool:
    """Return whether there is at least one of the arrays that make this shape."""
    return is_object(logprobs) and (
        logprobs.get("tokens") is not None or logprobs.get(_names(logprobs).numbers) is not None
    )


def arrays_in(logprobs: object, path: str) -> list[Draft] | None:
    """Return the tokens that the arrays describe, ``None`` where there are none."""
    fields = as_object(logprobs, path)
    if not has_arrays(fields):
        return None
    names = _names(fields)
    tokens = _array(fields, "tokens", path)
    numbers = _array(fields, names.numbers, path)
    check_paired(len(numbers), len(tokens), f"{path}.{names.numbers}")
    ids = _ids(fields, tokens, path)
    listed = _listed(fields.get(names.listed), tokens, f"{path}.{names.listed}", names)
    found: list[Draft] = []
    for i, (token, number, alternatives) in enumerate(zip(tokens, numbers, listed, strict=True)):
        # a path is put together only where it is needed: this is done for every token
        text = token if type(token) is str else as_text(token, f"{path}.tokens[{i}]")
        is_plain = number is None or type(number) is float
        logprob = number if is_plain else as_number(number, f"{path}.{names.numbers}[{i}]")
        token_id = as_whole(ids[i], f"{path}.token_ids[{i}]") if ids else None
        spelled = None
        if ":" in text:
            spelled, token_id = _bytes(text), id_in(text) if token_id is None else token_id
        found.append(Draft(text, logprob, spelled, token_id, alternatives))
    return found


def offsets_in(logprobs: object) -> list[int]:
    """Return the offsets that the wire claims, from whatever origin."""
    offsets = logprobs.get(_names(logprobs).offsets) if is_object(logprobs) else None
    return [each for each in offsets if type(each) is int] if is_list(offsets) else []


def alternatives_in(top: object, path: str, *, spelled: bool = False) -> tuple[Alternative, ...]:
    """Return the alternatives in a map, or a list of objects; ``path`` is that of ``top``.

    ``spelled``: a string may stand for a number.
    """
    if is_list(top):
        return tuple(_entry(each, f"{path}[{i}]") for i, each in enumerate(top))
    alternatives: list[Alternative] = []
    for key, value in as_object(top, path).items():
        text, number = as_text(key, path), value
        if spelled and isinstance(value, str):
            with suppress(ValueError):
                number = float(value)
        if type(number) is not float:
            number = as_number(number, f"{path}[{quote(text)}]")
        alternatives.append(_alternative(text, number))
    return tuple(alternatives)


def _names(logprobs: dict[str, Any]) -> _Names:
    return _CAMEL if _CAMEL.numbers in logprobs else _SNAKE


def _array(fields: dict[str, Any], key: str, path: str) -> Sequence[Any]:
    if fields.get(key) is None:
        raise MalformedResponseError(f"{path}.{key}", f"expected a list, got {got(None)}")
    return as_list(fields[key], f"{path}.{key}")


def _ids(fields: dict[str, Any], tokens: Sequence[Any], path: str) -> Sequence[Any]:
    ids = as_list(fields.get("token_ids"), f"{path}.token_ids")
    if ids:
        check_paired(len(ids), len(tokens), f"{path}.token_ids")
    return ids


def _listed(
    value: object, tokens: Sequence[Any], path: str, names: _Names
) -> list[tuple[()] | partial[tuple[Alternative, ...]]]:
    """Return what lists the alternatives of each token."""
    if is_object(value) and value:
        read = partial(alternatives_in, value, path, spelled=names.spelled)
        return [read if len(tokens) == 1 else partial(_undivided, path) for _ in tokens]
    entries = as_list(value, path) or [None] * len(tokens)
    check_paired(len(entries), len(tokens), path)
    return [
        () if top in _NOTHING else partial(_alternatives_at, top, path, i, names)
        for i, top in enumerate(entries)
    ]


def _alternatives_at(top: object, path: str, i: int, names: _Names) -> tuple[Alternative, ...]:
    return alternatives_in(top, f"{path}[{i}]", spelled=names.spelled)


def _undivided(path: str) -> tuple[Alternative, ...]:
    raise MalformedResponseError(
        path, "one map for several tokens does not tell which of them it belongs to"
    )


def _entry(value: object, path: str) -> Alternative:
    entry = as_object(value, path)
    text = as_text(entry.get("token"), f"{path}.token")
    return _alternative(text, as_number(entry.get("logprob"), f"{path}.logprob"))


def _alternative(text: str, logprob: float | None) -> Alternative:
    return Alternative(text, logprob, bytes=_bytes(text), token_id=id_in(text))


def _bytes(text: str) -> bytes | None:
    """Return the bytes of a piece of a character, which is spelled out; else ``None``."""
    match = _BYTES.fullmatch(text) if text.startswith("bytes:") else None
    return bytes.fromhex(match.group(1).replace("\\x", "")) if match else None
