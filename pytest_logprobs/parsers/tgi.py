"""The ``tgi`` family: Text Generation Inference's own ``details.tokens``.

``generated_text`` beside ``details``, an object or a list of such; streamed, a chunk per ``token``,
the last of which has ``generated_text`` and ``details`` without tokens. Its habits that are read as
they are:

- the numbers are those after temperature, top-k and the like: an exact 0.0 is common, and a token
  that they rule out has null, be it the chosen one;
- ``prefill`` scores the prompt, whose first token has null; it is empty where that was not asked
  for or the server does not allow it;
- special tokens are listed and are no part of the text, and no token has bytes;
- ``top_tokens`` is absent, null or empty where none were asked for;
- ``best_of_sequences`` are further choices, numbered from 1;
- ``index`` in a stream counts tokens, not choices; some servers have none;
- the text begins with the prompt if ``return_full_text`` was asked for.

Other servers have the same shape, and what their numbers are is not known: DJL, whose details have
``inputs``, and DeepInfra, whose streams have neither an index nor details.

Source: huggingface.co/docs/text-generation-inference, ``router/src/lib.rs``, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import Any, Final

from pytest_logprobs._model import Alternative, Completion, Draft, assemble
from pytest_logprobs.parsers._missing import missing
from pytest_logprobs.parsers._pieces import Piece, check_counted, joined
from pytest_logprobs.parsers._wire import (
    Chunk,
    Readers,
    another_answer,
    as_list,
    as_number,
    as_object,
    as_text,
    as_whole,
    check_is_one,
    check_paired,
    is_list,
    is_object,
    text_or_name,
)

__all__ = ["NAME", "ends", "read", "recognises"]
__tracebackhide__ = True  # a failed test shows its own lines

NAME: Final = "tgi"

_ASK: Final = '"parameters": {"details": true, "top_n_tokens": 5}'


def recognises(chunks: Sequence[Chunk]) -> bool:
    """Return whether the response has this family's shape."""
    return any(_is_event(chunk) or _is_whole(chunk) for _, chunk in chunks)


def ends(chunk: Chunk) -> bool:
    """Return whether an answer ends with a chunk."""
    return isinstance(chunk[1].get("generated_text"), str)


def read(chunks: Sequence[Chunk]) -> Readers:
    """Return what reads each choice."""
    check_is_one(chunks, ends)
    if any(_is_event(chunk) for _, chunk in chunks):
        return {0: partial(_streamed, chunks)}
    path, chunk = next(each for each in chunks if _is_whole(each[1]))
    where, details = f"{path}.details", chunk.get("details")
    further = f"{where}.best_of_sequences"
    readers = {0: partial(_whole, 0, (path, chunk), (where, details))}
    listed = as_object(details, where).get("best_of_sequences")
    for i, sequence in enumerate(as_list(listed, further)):
        found = (f"{further}[{i}]", sequence)
        readers[i + 1] = partial(_whole, i + 1, found, found)
    return readers


def _is_event(chunk: dict[str, Any]) -> bool:
    token = None if "choices" in chunk else chunk.get("token")
    return is_object(token) and "text" in token and ("logprob" in token or "id" in token)


def _is_whole(chunk: dict[str, Any]) -> bool:
    if "choices" in chunk or is_list(chunk.get("generated_tokens")):  # watsonx lists tokens there
        return False
    details = chunk.get("details")
    has_tokens = is_object(details) and is_list(details.get("tokens"))
    return has_tokens or isinstance(chunk.get("generated_text"), str)


def _whole(number: int, said: tuple[str, Any], scored: tuple[str, Any]) -> Completion:
    """Read an answer in one piece from the objects with its text and with its tokens."""
    where, details = scored[0], as_object(scored[1], scored[0])
    fields = as_object(said[1], said[0])
    text = as_text(fields.get("generated_text"), f"{said[0]}.generated_text")
    return _completion(number, text, (where, details), _tokens(details, where))


def _streamed(chunks: Sequence[Chunk]) -> Completion:
    path, last = chunks[-1]
    is_told = _check_order(chunks) or bool(last.get("details"))
    pieces = [_piece(*chunk) for chunk in chunks]
    text = "".join(piece.text for piece in pieces)
    if last.get("generated_text") is not None:
        text = as_text(last["generated_text"], f"{path}.generated_text")
        # the tokens come first and their text in the end: together they must spell it
        pieces = [each._replace(text="") for each in pieces[:-1]] + [pieces[-1]._replace(text=text)]
    where = f"{path}.details"
    found = (where, as_object(last.get("details"), where))
    return _completion(0, text, found, joined(pieces), is_told=is_told)


def _check_order(chunks: Sequence[Chunk]) -> bool:
    """Return whether a stream numbers its tokens; where the numbers go back, another begins."""
    numbers = [(path, chunk.get("index")) for path, chunk in chunks]
    numbered = [(path, number) for path, number in numbers if type(number) is int]
    for (_, before), (path, number) in pairwise(numbered):
        if number <= before:
            raise another_answer(path)
    return bool(numbered)


def _piece(path: str, chunk: dict[str, Any]) -> Piece:
    where = f"{path}.token"
    if chunk.get("token") is None:
        return Piece(where, "", None)
    draft = _draft(chunk["token"], where)._replace(
        alternatives=_listed(chunk.get("top_tokens"), f"{path}.top_tokens")
    )
    return Piece(where, "" if chunk["token"].get("special") is True else draft.text, [draft])


def _completion(
    number: int, text: str, found: Chunk, drafts: list[Draft] | None, *, is_told: bool = True
) -> Completion:
    """Put an answer together; ``is_told``: it is TGI's own, unless its details are not."""
    path, details = found
    if drafts is None:
        raise missing(NAME, number, _ASK)
    count = f"{path}.generated_tokens"
    check_counted(details.get("generated_tokens"), "generated", len(drafts), count)
    reason = details.get("finish_reason")
    prefill, where = details.get("prefill"), f"{path}.prefill"
    prompt = [_draft(each, f"{where}[{i}]") for i, each in enumerate(as_list(prefill, where))]
    return assemble(
        text,
        drafts,
        finish_reason=reason if isinstance(reason, str) else None,
        choice=number,
        format=NAME,
        prompt=prompt or None,
        processed=True if is_told and details.get("inputs") is None else None,
    )


def _tokens(details: dict[str, Any], path: str) -> list[Draft] | None:
    """Return the tokens of an answer in one piece, ``None`` where they are not listed."""
    if details.get("tokens") is None:
        return None
    tokens = as_list(details["tokens"], f"{path}.tokens")
    tops = as_list(details.get("top_tokens"), f"{path}.top_tokens") or [None] * len(tokens)
    check_paired(len(tops), len(tokens), f"{path}.top_tokens")
    return [
        _draft(token, f"{path}.tokens[{i}]")._replace(
            alternatives=_listed(top, f"{path}.top_tokens[{i}]")
        )
        for i, (token, top) in enumerate(zip(tokens, tops, strict=True))
    ]


def _draft(token: object, path: str) -> Draft:
    text, logprob, token_id = _fields(token, path)
    return Draft(text, logprob, token_id=token_id)


def _listed(top: object, path: str) -> partial[tuple[Alternative, ...]] | tuple[()]:
    return partial(_alternatives, top, path) if top not in (None, []) else ()


def _alternatives(top: object, path: str) -> tuple[Alternative, ...]:
    found = [_fields(each, f"{path}[{i}]") for i, each in enumerate(as_list(top, path))]
    return tuple(Alternative(text, logprob, token_id=at) for text, logprob, at in found)


def _fields(token: object, path: str) -> tuple[str, float | None, int | None]:
    """Read what a token and an alternative have in common."""
    fields = as_object(token, path)
    token_id = as_whole(fields.get("id"), f"{path}.id")
    text = text_or_name(fields.get("text"), token_id, f"{path}.text")
    return text, as_number(fields.get("logprob"), f"{path}.logprob"), token_id
