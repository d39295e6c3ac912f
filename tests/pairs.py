"""Which token has which number: the pairs of a text and a log-probability on a wire."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator
from itertools import zip_longest
from typing import Any

from evidence import IDS, MAPS, NUMBERS, TRIPLES, as_float, key, together

TEXTS = ("token", "text", "decoded_token", "tok_str", "decoded", "content")
SAID = ("content", "refusal", "reasoning", "reasoning_content")
Pair = tuple[object, Hashable]


def pairs_of(value: object) -> set[Pair]:
    """Collect the pairs of decoded JSON; a token without a text is ``token_id:N``."""
    found: set[Pair] = set()
    waiting: list[tuple[object, object]] = [(None, value)]
    while waiting:
        name, each = waiting.pop()
        if isinstance(each, dict):
            found.update(_of_object(name, each))
            waiting += each.items()
        elif isinstance(each, (list, tuple)):
            if name in TRIPLES and len(each) > 1 and not isinstance(each[0], (list, dict)):
                found.update(_together([*each[2:3], *_named(each[1])], each[0]))
            waiting += [(name, inner) for inner in each]
    return found


def _of_object(name: object, fields: dict[Any, Any]) -> Iterator[Pair]:
    texts = _texts(name, fields)
    for number in NUMBERS:
        for each in _listed(fields.get(number)):
            yield from _together([*texts, ""], each)
    prob = fields.get("prob")
    if isinstance(prob, (int, float)) and prob >= 0:
        yield from _together(texts, math.log(as_float(prob)) if prob else -math.inf)
    if name in MAPS:
        for text, number in fields.items():
            yield from _together([text, *_named(text)], number)
    for listed in ("token_logprobs", "tokenLogprobs"):
        yield from _of_arrays(fields, listed)


def _texts(name: object, fields: dict[Any, Any]) -> list[Any]:
    """Return what the token may be called that an object is about; ``name`` is the object's."""
    texts = [fields[text] for text in TEXTS if isinstance(fields.get(text), str)]
    for each in (*(each for id_ in IDS for each in _listed(fields.get(id_))), name):
        texts += _named(each)
    for inner in ("delta", "message"):  # a number for the whole of a chunk
        if isinstance(fields.get(inner), dict):
            said = [_joined(fields[inner].get(part)) for part in SAID]
            texts += [*said, together(fields[inner]), *_named(fields[inner].get("token_id"))]
    return texts


def _joined(said: object) -> object:
    """Return a text that may come in parts."""
    if not isinstance(said, list):
        return said
    parts = (part.get("text") for part in said if isinstance(part, dict))
    return "".join(part for part in parts if isinstance(part, str))


def _of_arrays(fields: dict[Any, Any], listed: str) -> Iterator[Pair]:
    arrays = (fields.get(each) for each in ("tokens", "token_ids", "tokenIds", listed))
    *others, numbers = (array if isinstance(array, list) else [] for array in arrays)
    for text, first, second, number in zip_longest(*others, numbers):
        yield from _together([text, *_named(first), *_named(second), *_named(text)], number)


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _together(texts: list[Any], number: object) -> Iterator[Pair]:
    if isinstance(number, (int, float, str)) and not isinstance(number, bool):
        found = as_float(number)
        if found is not None:
            yield from ((text, key(found)) for text in texts if isinstance(text, str))


def _named(token_id: object) -> list[str]:
    if isinstance(token_id, str) and token_id.isascii() and token_id.isdigit():
        return [f"token_id:{token_id}"]
    if isinstance(token_id, float) and token_id.is_integer():
        token_id = int(token_id)
    if isinstance(token_id, int) and not isinstance(token_id, bool):
        return [f"token_id:{token_id}"]
    return []
