"""Cohere's chat: ``logprobs``, a list of ``{"text", "token_ids", "logprobs"}`` beside the message.

One item is a piece of text and the ids and numbers of all tokens that it is made of; it may lack
its text, and there are no alternatives. In a stream an event of type ``content-delta`` brings one
item. The endpoints that were there before are read too: ``token_likelihoods`` of ``generations``,
where those of the prompt come first if they were asked for, and ``prompt_tokens`` beside
``completion_tokens`` of a log-likelihood.

Source: cohere 7.3's ``LogprobItem`` and ``SingleGeneration``, 4.57's ``TokenLogLikelihood``;
docs.cohere.com/reference/chat, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import zip_longest
from typing import Any, Final

from pytest_logprobs._model import Completion, Draft, assemble
from pytest_logprobs._text import encode
from pytest_logprobs.parsers._missing import missing
from pytest_logprobs.parsers._pieces import Piece, joined
from pytest_logprobs.parsers._provider_error import check_no_error_in
from pytest_logprobs.parsers._wire import (
    Chunk,
    Readers,
    as_list,
    as_number,
    as_object,
    as_said,
    as_text,
    as_whole,
    check_is_one,
    check_paired,
    is_list,
    is_object,
    text_or_name,
)

__all__ = ["NAME", "drafts", "ends", "read", "recognises"]
__tracebackhide__ = True  # a failed test shows its own lines

NAME: Final = "cohere"

_ASK: Final = "logprobs=True"
_ASK_LIKELIHOODS: Final = 'return_likelihoods="GENERATION"'
_END: Final = "message-end"
_EVENTS: Final = ("message-start", "content-start", "content-delta", _END)
_HIDDEN: Final = ("tool_plan", "tool_calls")


def recognises(chunks: Sequence[Chunk]) -> bool:
    """Return whether the response has this family's shape."""
    return any(
        _is_event(chunk) or _is_message(chunk) or _are_generations(chunk) or _is_scored(chunk)
        for _, chunk in chunks
    )


def ends(chunk: Chunk) -> bool:
    """Return whether an answer ends with a chunk."""
    _, body = chunk
    is_whole = _is_message(body) or _are_generations(body) or _is_scored(body)
    return is_whole or (_is_event(body) and body["type"] == _END)


def read(chunks: Sequence[Chunk]) -> Readers:
    """Return what reads each choice."""
    check_is_one(chunks, ends)
    path, body = chunks[0]
    if _is_scored(body):
        return {0: partial(_log_likelihood, path, body)}
    if not _are_generations(body):
        return {0: partial(_chat, chunks)}
    count = len(body["generations"])
    return {i: partial(_generation, body, f"{path}.generations[{i}]", i) for i in range(count)}


def _is_event(chunk: dict[str, Any]) -> bool:
    return chunk.get("type") in _EVENTS and is_object(chunk.get("delta"))


def _is_message(chunk: dict[str, Any]) -> bool:
    message = chunk.get("message")
    if not is_object(message) or not isinstance(chunk.get("finish_reason"), str):
        return False
    # one of OpenAI's choices has an index, and its text is no list
    said = is_list(message.get("content")) or any(message.get(key) for key in _HIDDEN)
    return said and "index" not in chunk


def _are_generations(chunk: dict[str, Any]) -> bool:
    nodes = chunk.get("generations")
    first = nodes[0] if is_list(nodes) and nodes else None
    return is_object(first) and isinstance(first.get("text"), str) and "id" in first


def _is_scored(chunk: dict[str, Any]) -> bool:
    return is_list(chunk.get("prompt_tokens")) and is_list(chunk.get("completion_tokens"))


# The chat: pieces of text, each of several tokens


def _chat(chunks: Sequence[Chunk]) -> Completion:
    pieces = [_piece(path, chunk) for path, chunk in chunks]
    found = joined(pieces)
    if found is None:
        raise missing(NAME, 0, _ASK)
    _, last = chunks[-1]
    return assemble(
        "".join(piece.text for piece in pieces),
        found,
        finish_reason=_reason(last) or _reason(last.get("delta")),
        format=NAME,
    )


def _piece(path: str, chunk: dict[str, Any]) -> Piece:
    said, where = chunk, path
    if chunk.get("delta") is not None:
        where = f"{path}.delta"
        said = as_object(chunk["delta"], where)
        check_no_error_in(where, said)
    message = as_object(said.get("message"), f"{where}.message")
    parts = list(_each(message.get("content"), f"{where}.message.content"))
    text = "".join(as_said(part.get("text"), f"{place}.text") for place, part in parts)
    thinks = any(part.get("thinking") for _, part in parts)
    is_hidden = thinks or any(message.get(key) for key in _HIDDEN)
    place = f"{path}.logprobs"
    return Piece(place, text, drafts(chunk.get("logprobs"), place) or None, is_hidden)


def drafts(items: object, path: str) -> list[Draft]:
    """Return the tokens in the ``logprobs`` of a chat."""
    return [draft for each in _each(items, path) for draft in _item(*each)]


def _each(value: object, path: str) -> Iterator[Chunk]:
    """Yield the objects of a list, or the one in the place of a list, with their paths."""
    if is_object(value):
        yield path, value
        return
    for i, each in enumerate(as_list(value, path)):
        yield f"{path}[{i}]", as_object(each, f"{path}[{i}]")


def _item(path: str, item: dict[str, Any]) -> Iterator[Draft]:
    """Yield the tokens of one piece of text: the first has the text, the others continue it."""
    given = [item.get(key) for key in ("token_ids", "logprobs")]
    ids, numbers = as_list(given[0], f"{path}.token_ids"), as_list(given[1], f"{path}.logprobs")
    if None not in given:
        check_paired(len(numbers), len(ids), f"{path}.logprobs")
    text = as_said(item.get("text"), f"{path}.text")
    if not ids and not numbers and text:
        yield Draft(text, None)
    for i, (token_id, number) in enumerate(zip_longest(ids, numbers)):
        found = as_whole(token_id, f"{path}.token_ids[{i}]")
        logprob = as_number(number, f"{path}.logprobs[{i}]")
        if item.get("text") is None:
            name = text_or_name(None, found, f"{path}.text")
            yield Draft(name, logprob, token_id=found)
        else:
            yield Draft("" if i else text, logprob, token_id=found, continues=i > 0)


def _reason(node: object) -> str | None:
    reason = node.get("finish_reason") if is_object(node) else None
    return reason if isinstance(reason, str) else None


# The endpoints that were there before: one object per token


def _generation(body: dict[str, Any], path: str, choice: int) -> Completion:
    node = as_object(body["generations"][choice], path)
    text = as_text(node.get("text"), f"{path}.text")
    if node.get("token_likelihoods") is None:
        raise missing(NAME, choice, _ASK_LIKELIHOODS)
    found = _likelihoods(node, path, "token_likelihoods", ("token", "likelihood", ""))
    begin = _begin(found, text) if found and found[0].logprob is None else 0
    return assemble(
        text,
        found[begin or 0 :],
        finish_reason=_reason(node),
        choice=choice,
        format=NAME,
        echoed=begin is None,
        prompt=found[:begin] if begin else None,
    )


def _begin(drafts: Sequence[Draft], text: str) -> int | None:
    """Return the place of a text's first token behind a prompt's, ``None`` if it cannot be told.

    It is 0 where the tokens spell the text and no more: the number of the first got lost.
    """
    data = encode(text)
    end, begin = len(data), len(drafts)
    while end and begin:
        spelled = encode(drafts[begin - 1].text)
        if not data.endswith(spelled, 0, end):
            return None
        end, begin = end - len(spelled), begin - 1
    return None if end else begin


def _log_likelihood(path: str, body: dict[str, Any]) -> Completion:
    keys = ("decoded", "log_likelihood", "encoded")
    found = _likelihoods(body, path, "completion_tokens", keys)
    prompt = _likelihoods(body, path, "prompt_tokens", keys)
    text = "".join(draft.text for draft in found)
    return assemble(text, found, format=NAME, prompt=prompt or None)


def _likelihoods(
    node: dict[str, Any], path: str, key: str, keys: tuple[str, str, str]
) -> list[Draft]:
    """Return the tokens of a list whose objects call text, number and id by these keys."""
    found: list[Draft] = []
    for where, entry in _each(node[key], f"{path}.{key}"):
        text, number, token_id = (entry.get(each) for each in keys)
        said = as_text(text, f"{where}.{keys[0]}")
        logprob = as_number(number, f"{where}.{keys[1]}")
        found.append(Draft(said, logprob, token_id=as_whole(token_id, f"{where}.{keys[2]}")))
    return found
