"""The log-probabilities of a prompt that stand apart from the answer's.

- ``prompt_logprobs`` of the response or of a choice: for each token ``null`` or a map from the ids
  of tokens to ``{"logprob", "rank", "decoded_token"}``, or to bare numbers (vLLM). The order of
  its keys means nothing. The prompt's own token is the one in ``prompt_token_ids``, else the only
  one, else the only one whose rank is beyond the length of the list. Otherwise it is not known;
- ``prompt_logprobs`` of a choice in the shape of its ``logprobs`` (Mistral);
- ``prompt`` of the response, ``[{"text", "logprobs"}]``, if there is one (Together).

Source: vllm 0.33's entrypoints/openai, mistralai 3.7's ``ChatCompletionChoice``, together 3.1's
``ChatCompletionPrompt``, read 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

from pytest_logprobs._model import Alternative, Draft
from pytest_logprobs._quote import quote
from pytest_logprobs.errors import MalformedResponseError
from pytest_logprobs.parsers._arrays import arrays_in
from pytest_logprobs.parsers._choices import Choice
from pytest_logprobs.parsers._content import drafts_in
from pytest_logprobs.parsers._wire import (
    Chunk,
    as_list,
    as_number,
    as_object,
    as_text,
    as_whole,
    check_paired,
    is_list,
    is_object,
    named,
    text_or_name,
)

__all__ = ["prompt_of"]
__tracebackhide__ = True  # a failed test shows its own lines

_ID: Final = re.compile("0|[1-9][0-9]{0,17}")


def prompt_of(choice: Choice) -> list[Draft] | None:
    """Return the tokens of the prompt, ``None`` where it has no numbers of its own."""
    for path, node in _holders(choice):
        found = node.get("prompt_logprobs")
        if is_object(found):
            return _listed(found, f"{path}.prompt_logprobs")
        maps = as_list(found, f"{path}.prompt_logprobs")
        if maps:
            return _mapped(maps, f"{path}.prompt_logprobs", _ids(choice))
    for path, chunk in choice.chunks:
        prompt = chunk.get("prompt")
        if is_list(prompt) and len(prompt) == 1 and is_object(prompt[0]):
            return _listed(prompt[0].get("logprobs"), f"{path}.prompt[0].logprobs")
    return None


def _holders(choice: Choice) -> Iterator[Chunk]:
    yield from ((part.path, part.node) for part in choice.parts)
    yield from choice.chunks


def _listed(logprobs: object, path: str) -> list[Draft] | None:
    """Return tokens that are listed like those of an answer."""
    fields = as_object(logprobs, path)
    if fields.get("content") is not None:
        return drafts_in(fields["content"], f"{path}.content") or None
    return arrays_in(fields, path) or None


def _ids(choice: Choice) -> tuple[str, Sequence[Any]] | None:
    """Return the ids of the prompt's tokens, with their path."""
    for path, node in _holders(choice):
        where = f"{path}.prompt_token_ids"
        ids = as_list(node.get("prompt_token_ids"), where)
        if ids:
            return where, ids
    return None


def _mapped(maps: Sequence[Any], path: str, known: tuple[str, Sequence[Any]] | None) -> list[Draft]:
    if known is None:
        return [_draft(each, f"{path}[{i}]", None) for i, each in enumerate(maps)]
    where, ids = known
    check_paired(len(ids), len(maps), where)
    return [
        _draft(each, f"{path}[{i}]", as_whole(ids[i], f"{where}[{i}]"))
        for i, each in enumerate(maps)
    ]


def _draft(value: object, path: str, token_id: int | None) -> Draft:
    fields = as_object(value, path)
    key = _own(fields) if token_id is None else str(token_id)
    alternatives = partial(_alternatives, fields, path) if fields else ()
    if key is None or key not in fields:
        text = "" if token_id is None else named(token_id)
        return Draft(text, None, None, token_id, alternatives)
    text, number, own_id = _fields(key, fields[key], path)
    return Draft(text, number, None, own_id, alternatives)


def _own(fields: dict[str, Any]) -> str | None:
    """Return the key of the prompt's token, ``None`` where it cannot be told."""
    if len(fields) == 1:
        return next(iter(fields))
    beyond = [key for key, value in fields.items() if _rank(value) > len(fields)]
    return beyond[0] if len(beyond) == 1 else None


def _rank(value: object) -> int:
    rank = value.get("rank") if is_object(value) else None
    return rank if type(rank) is int else 0


def _alternatives(fields: dict[str, Any], path: str) -> tuple[Alternative, ...]:
    alternatives: list[Alternative] = []
    for key, value in fields.items():
        text, number, token_id = _fields(key, value, path)
        alternatives.append(Alternative(text, number, token_id=token_id))
    return tuple(alternatives)


def _fields(key: object, value: object, path: str) -> tuple[str, float | None, int]:
    """Read a token out of the map of a place."""
    name = as_text(key, path)
    if not _ID.fullmatch(name):
        problem = f"expected the ids of tokens for keys, got {quote(name, 30)}"
        raise MalformedResponseError(path, problem)
    token_id, where = int(name), f"{path}[{quote(name)}]"
    if not is_object(value):
        return named(token_id), as_number(value, where), token_id
    return (
        text_or_name(value.get("decoded_token"), token_id, f"{where}.decoded_token"),
        as_number(value.get("logprob"), f"{where}.logprob"),
        token_id,
    )
