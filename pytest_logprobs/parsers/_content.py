"""One object per token: ``{"token", "logprob", "bytes", "top_logprobs": [{"token", …}]}``.

The entries of ``logprobs.content`` in a chat, which many other formats list too. Servers' habits
that are read as they are: one object where a list is documented (SambaNova, AI21), ``prob`` and
``top_probs`` instead of log-probabilities (llama.cpp after sampling), ids without the tokens'
texts (mlx_lm, vLLM's ``/inference/v1/generate``), ids called ``token_id`` or ``id``,
``sampling_logprob`` beside the model's own number (Fireworks), ``bytes`` and ``top_logprobs``
null, absent or empty.

Not known is what llama.cpp never computed: with speculative decoding it gives 0.0 and lists nothing
for a token whose neighbours have alternatives.

Refused: mlx_lm's ``top_logprobs``, whose first is put in the place of the token that was sampled.

Source: llama.cpp's tools/server/server-task.cpp, mlx_lm 0.32's server.py, fireworks-ai 1.2's
``NewLogProbsContent``, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final, NamedTuple

from pytest_logprobs._model import Alternative, Draft
from pytest_logprobs.errors import MalformedResponseError
from pytest_logprobs.parsers._wire import (
    as_list,
    as_log,
    as_number,
    as_object,
    as_text,
    as_whole,
    bytes_of,
    id_in,
    is_list,
    is_object,
    named,
)

__all__ = ["drafts_in", "processed_in"]
__tracebackhide__ = True  # a failed test shows its own lines


class _Keys(NamedTuple):
    """What the entries of a list call a token's number, and the list of what it was chosen from."""

    number: str
    listed: str


_LOGPROBS: Final = _Keys("logprob", "top_logprobs")
_PROBS: Final = _Keys("prob", "top_probs")


def drafts_in(entries: object, path: str) -> list[Draft]:
    """Return the tokens that a list of entries describes; ``path`` is that of the list."""
    places = list(_places(entries, path))
    first = _first(entries)
    keys = _PROBS if _are_probabilities(first) else _LOGPROBS
    if _is_head(first):
        where = next(where for where, entry in places if entry is first)
        raise MalformedResponseError(
            where,
            "this is not the token that was sampled: this server puts the first of top_logprobs, "
            "which it does not sort, in its place; ask without top_logprobs",
        )
    found = [_draft(entry, where, keys) for where, entry in places]
    if any(draft.alternatives for draft in found):
        for i, (_, entry) in enumerate(places):
            if found[i].logprob == 0 and _is_placeholder(entry, keys):
                found[i] = found[i]._replace(logprob=None)
    return found


def _is_placeholder(entry: dict[str, Any], keys: _Keys) -> bool:
    """Return whether an entry has the look of llama.cpp's, and lists nothing."""
    is_its = type(entry.get("id")) is int and "bytes" in entry
    return is_its and entry.get(keys.listed) == []


def processed_in(entries: object) -> bool | None:
    """Return whether a list's numbers are those after sampling, ``None`` where it does not tell."""
    first = _first(entries)
    if _are_probabilities(first):
        return True
    return False if "sampling_logprob" in first else None


def _first(entries: object) -> dict[str, Any]:
    """Return the first entry that says something, by which all of a list are known."""
    listed = entries if is_list(entries) else (entries,)
    for entry in listed:
        if is_object(entry) and any(value is not None for value in entry.values()):
            return entry
    return {}


def _are_probabilities(first: dict[str, Any]) -> bool:
    return "prob" in first and first.get("logprob") is None


def _is_head(first: dict[str, Any]) -> bool:
    """Return whether an entry is the first of its own alternatives, which have no bytes."""
    listed = first.get("top_logprobs")
    if type(first.get("id")) is not int or first.get("bytes") is not None or not is_list(listed):
        return False
    head = listed[0] if listed else None
    return is_object(head) and type(head.get("id")) is int and head["id"] == first["id"]


def _places(entries: object, path: str) -> Iterator[tuple[str, Any]]:
    """Yield each entry with its path. One that stands in the place of a list is the only one."""
    if _is_entry(entries):
        yield path, entries
        return
    for i, entry in enumerate(as_list(entries, path)):
        yield f"{path}[{i}]", entry


def _is_entry(value: object) -> bool:
    return is_object(value) and "token" in value


def _draft(entry: object, where: str, keys: _Keys) -> Draft:
    fields = as_object(entry, where)
    listed = fields.get(keys.listed)
    if listed == {}:
        listed = None
    elif type(listed) is not list and not _is_entry(listed):
        listed = as_list(listed, f"{where}.{keys.listed}")
    text, number, spelled, token_id = _fields(fields, where, keys)
    alternatives = partial(_alternatives, listed, where, keys) if listed else ()
    return Draft(text, number, spelled, token_id, alternatives)


def _alternatives(listed: object, path: str, keys: _Keys) -> tuple[Alternative, ...]:
    alternatives: list[Alternative] = []
    for where, entry in _places(listed, f"{path}.{keys.listed}"):
        text, number, spelled, token_id = _fields(as_object(entry, where), where, keys)
        alternatives.append(Alternative(text, number, bytes=spelled, token_id=token_id))
    return tuple(alternatives)


def _fields(
    entry: dict[str, Any], path: str, keys: _Keys
) -> tuple[str, float | None, bytes | None, int | None]:
    """Read what a token and an alternative have in common."""
    text, logprob, listed = entry.get("token"), entry.get(keys.number), entry.get("bytes")
    if type(text) is not str:
        text = _text(entry, path)
    if keys is _PROBS:
        logprob = as_log(logprob, f"{path}.{keys.number}")
    elif type(logprob) is not float:
        logprob = as_number(logprob, f"{path}.logprob")
    spelled = None if listed is None else bytes_of(listed, f"{path}.bytes")
    named_id = id_in(text)
    if named_id is None:
        return text, logprob, spelled, _token_id(entry, path)
    if spelled == text.encode():
        spelled = None  # vLLM: those of an alternative's name, not of what it stands for
    return text, logprob, spelled, named_id


def _text(entry: dict[str, Any], path: str) -> str:
    """Return the text of a token that is no plain string: it may have an id and no text."""
    if entry.get("token") is None and entry.get("text") is None:
        found = _token_id(entry, path)
        if found is not None and found >= 0:
            return named(found)
    return as_text(entry.get("token"), f"{path}.token")


def _token_id(entry: dict[str, Any], path: str) -> int | None:
    found = entry.get("token_id")
    if found is not None:
        return as_whole(found, f"{path}.token_id")
    found = entry.get("id")  # a number is the token's; anything else names the entry
    if type(found) is float and found.is_integer():
        return int(found)
    return found if type(found) is int else None
