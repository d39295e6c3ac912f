"""Watsonx's text generation: ``results[].generated_tokens[]``, one object per token.

``{"text", "logprob", "rank", "top_tokens": [{"text", "logprob"}]}``; ``input_tokens`` are the
prompt's, the first of which has no log-probability. One of the results is read by itself too. A
stream's chunks have the same shape and say
``not_finished`` until the last. Its habits that are read as they are: more ``top_tokens`` than were
asked for, where some are equally likely; tokens as a vocabulary writes them, with ``▁`` or ``Ġ``
for a space, which have no place in the text.

Source: cloud.ibm.com/apidocs/watsonx-ai#text-generation, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from pytest_logprobs._model import Alternative, Completion, Draft, assemble
from pytest_logprobs.errors import MalformedResponseError
from pytest_logprobs.parsers._missing import missing
from pytest_logprobs.parsers._pieces import Piece, joined
from pytest_logprobs.parsers._wire import (
    Chunk,
    Readers,
    another_answer,
    as_list,
    as_number,
    as_object,
    as_said,
    as_text,
    first_word,
    is_list,
    is_object,
)

__all__ = ["NAME", "ends", "read", "recognises"]
__tracebackhide__ = True  # a failed test shows its own lines

NAME: Final = "watsonx"

_ASK: Final = (
    'return_options={"generated_tokens": True, "token_logprobs": True, "top_n_tokens": 5} '
    "among the parameters"
)
_UNFINISHED: Final = "not_finished"


class _Part(NamedTuple):
    """What one chunk brings of a result: the path and the object there."""

    path: str
    node: dict[str, Any]

    @property
    def text(self) -> str:
        """What it adds to the answer."""
        return as_said(self.node.get("generated_text"), f"{self.path}.generated_text")

    @property
    def stop_reason(self) -> str | None:
        """Why the answer ends with it, ``None`` where it does not."""
        reason = self.node.get("stop_reason")
        is_end = isinstance(reason, str) and reason.lower() not in ("", _UNFINISHED)
        return reason if is_end else None

    def drafts(self, key: str) -> list[Draft] | None:
        """Return the tokens in one of its lists, ``None`` where there is no such list."""
        if self.node.get(key) is None:
            return None
        where = f"{self.path}.{key}"
        entries = as_list(self.node[key], where)
        return [_draft(entry, f"{where}[{i}]") for i, entry in enumerate(entries)]


def recognises(chunks: Sequence[Chunk]) -> bool:
    """Return whether the response has this family's shape."""
    return any(isinstance(n.get("generated_text"), str) for c in chunks for n in _nodes(c))


def ends(chunk: Chunk) -> bool:
    """Return whether every result in a chunk ends with it."""
    nodes = list(_nodes(chunk))
    return bool(nodes) and all(_Part("", node).stop_reason for node in nodes)


def read(chunks: Sequence[Chunk]) -> Readers:
    """Return what reads each choice."""
    model = first_word(chunk.get("model_id") for _, chunk in chunks)
    choices: dict[int, list[_Part]] = {}
    for path, chunk in chunks:
        for i, (where, node) in enumerate(_results(path, chunk)):
            choices.setdefault(i, []).append(_Part(where, as_object(node, where)))
    if not choices:
        raise MalformedResponseError("$", "there is no result in the response")
    return {i: partial(_completion, parts, i, model) for i, parts in choices.items()}


def _nodes(chunk: Chunk) -> Iterator[dict[str, Any]]:
    results = [chunk[1]] if _is_alone(chunk[1]) else chunk[1].get("results")
    return filter(is_object, results) if is_list(results) else iter(())


def _results(path: str, chunk: dict[str, Any]) -> Sequence[tuple[str, Any]]:
    if _is_alone(chunk):
        return [(path, chunk)]
    where = f"{path}.results"
    return [(f"{where}[{i}]", each) for i, each in enumerate(as_list(chunk.get("results"), where))]


def _is_alone(chunk: dict[str, Any]) -> bool:
    """Return whether this is one of the results, taken out of its response."""
    return is_list(chunk.get("generated_tokens")) and chunk.get("results") is None


def _completion(parts: Sequence[_Part], choice: int, model: str | None) -> Completion:
    finish_reason = None
    for part in parts:
        if finish_reason and part.text:
            raise another_answer(part.path)
        finish_reason = part.stop_reason or finish_reason
    key = "generated_tokens"
    found = joined([Piece(f"{part.path}.{key}", part.text, part.drafts(key)) for part in parts])
    if found is None or (found and all(draft.logprob is None for draft in found)):
        raise missing(NAME, choice, _ASK)
    prompt = [draft for part in parts for draft in part.drafts("input_tokens") or ()]
    return assemble(
        "".join(part.text for part in parts),
        found,
        model=model,
        finish_reason=finish_reason,
        choice=choice,
        format=NAME,
        prompt=prompt or None,
    )


def _draft(entry: object, where: str) -> Draft:
    fields = as_object(entry, where)
    listed = as_list(fields.get("top_tokens"), f"{where}.top_tokens")
    alternatives = partial(_alternatives, listed, where) if listed else ()
    return Draft(*_fields(fields, where), alternatives=alternatives)


def _alternatives(entries: Sequence[object], path: str) -> tuple[Alternative, ...]:
    places = [(f"{path}.top_tokens[{i}]", entry) for i, entry in enumerate(entries)]
    return tuple(Alternative(*_fields(as_object(each, where), where)) for where, each in places)


def _fields(entry: dict[str, Any], path: str) -> tuple[str, float | None]:
    """Read what a token and an alternative have in common."""
    text = as_text(entry.get("text"), f"{path}.text")
    return text, as_number(entry.get("logprob"), f"{path}.logprob")
