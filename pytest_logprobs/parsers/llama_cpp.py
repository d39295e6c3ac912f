r"""The ``llama-cpp`` family: llama-server's own ``completion_probabilities``.

``content`` beside a list of ``{"id", "token", "bytes", "logprob", "top_logprobs"}``, the entries of
a chat's ``logprobs.content``; streamed, a chunk with ``stop: false`` per token and one with ``stop:
true`` at the end. Its habits that are read as they are:

- the numbers are the model's own, so that a sampler or a grammar may have chosen a token that is
  not listed; with ``post_sampling_probs`` they are probabilities after sampling, under the keys
  ``prob`` and ``top_probs``, and only those that sampling left;
- the token that ends an answer is listed, with ``""`` and no bytes, and so is one whose text the
  server held back for the next token's;
- a character made of several tokens is one entry, with the last one's id and number: its
  alternative has the same id and another text;
- several prompts are answered by a list, numbered by ``index``;
- before 2024-12 the list is ``[{"content", "probs": [{"tok_str", "prob"}]}]``, after sampling.
  The chosen token's number is that of the alternative with its text; there may be none, or
  several. A piece of a character is spelled ``byte: \xe2``. The last chunk of a stream repeats
  the whole list.

Source: llama.cpp, ``tools/server/server-task.cpp`` and, for the older shape,
``examples/server/utils.hpp``, read 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from pytest_logprobs._model import Alternative, Completion, Draft, assemble
from pytest_logprobs.parsers._content import drafts_in
from pytest_logprobs.parsers._missing import missing
from pytest_logprobs.parsers._pieces import Piece, joined
from pytest_logprobs.parsers._wire import (
    Chunk,
    Readers,
    as_list,
    as_log,
    as_object,
    as_said,
    as_text,
    by_index,
    check_is_one,
    first_word,
    is_list,
    is_object,
)

__all__ = ["NAME", "ends", "read", "recognises"]
__tracebackhide__ = True  # a failed test shows its own lines

NAME: Final = "llama-cpp"

_ASK: Final = '"n_probs": 5'
_SCORES: Final = "completion_probabilities"
_BYTE: Final = re.compile(r"byte: \\x([0-9a-f]{2})")
_STOPS: Final = ("eos", "word", "limit")


def recognises(chunks: Sequence[Chunk]) -> bool:
    """Return whether the response has this family's shape."""
    return any(_is_answer(chunk) for _, chunk in chunks)


def ends(chunk: Chunk) -> bool:
    """Return whether an answer ends with a chunk."""
    return chunk[1].get("stop") is not False  # response_fields may leave it out of the last one


def read(chunks: Sequence[Chunk]) -> Readers:
    """Return what reads each choice."""
    return {number: partial(_completion, number, own) for number, own in by_index(chunks).items()}


def _is_answer(chunk: dict[str, Any]) -> bool:
    if "choices" in chunk:
        return False
    is_plain = isinstance(chunk.get("content"), str) and isinstance(chunk.get("stop"), bool)
    return is_plain or is_list(chunk.get(_SCORES))


def _completion(number: int, chunks: Sequence[Chunk]) -> Completion:
    check_is_one(chunks, ends)
    repeated = _repeats(chunks)
    pieces = [_piece(*chunk) for chunk in chunks]
    drafts = list(pieces[-1].drafts or ()) if repeated else joined(pieces)
    if drafts is None:
        raise missing(NAME, number, _ASK)
    return assemble(
        "".join(piece.text for piece in pieces),
        drafts,
        model=first_word(chunk.get("model") for _, chunk in chunks),
        finish_reason=_reason(chunks[-1][1]),
        choice=number,
        format=NAME,
        processed=_are_processed(chunks),
    )


def _repeats(chunks: Sequence[Chunk]) -> bool:
    """Return whether the last chunk of a stream lists again what those before it listed."""
    *before, (_, last) = chunks
    entries = [entry for _, chunk in before for entry in _entries(chunk)]
    whole = _entries(last)
    return bool(entries) and not last.get("content") and list(whole[: len(entries)]) == entries


def _entries(chunk: dict[str, Any]) -> Sequence[Any]:
    entries = chunk.get(_SCORES)
    return entries if is_list(entries) else ()


def _are_processed(chunks: Sequence[Chunk]) -> bool | None:
    """Return whether the numbers are those after sampling, which their names tell."""
    entries = [each for _, chunk in chunks for each in _entries(chunk) if is_object(each)]
    kinds = {"prob" in each or "probs" in each for each in entries}
    return kinds.pop() if len(kinds) == 1 else None


def _reason(last: dict[str, Any]) -> str | None:
    reason = last.get("stop_type")
    if isinstance(reason, str):
        return None if reason == "none" else reason
    return next((reason for reason in _STOPS if last.get(f"stopped_{reason}") is True), None)


def _piece(path: str, chunk: dict[str, Any]) -> Piece:
    where, entries = f"{path}.{_SCORES}", chunk.get(_SCORES)
    text = as_said(chunk.get("content"), f"{path}.content")
    if entries is None:
        return Piece(where, text, None)
    if any("probs" in each for each in _entries(chunk) if is_object(each)):
        drafts = [_old(each, f"{where}[{i}]") for i, each in enumerate(as_list(entries, where))]
        return Piece(where, text, drafts)
    return Piece(where, text, drafts_in(entries, where))


def _old(entry: object, path: str) -> Draft:
    fields = as_object(entry, path)
    text = as_text(fields.get("content"), f"{path}.content")
    listed = as_list(fields.get("probs"), f"{path}.probs")
    same = [
        as_log(each.get("prob"), f"{path}.probs[{i}].prob")
        for i, each in enumerate(listed)
        if is_object(each) and each.get("tok_str") == text
    ]
    logprob = same[0] if len(same) == 1 else None  # of several it cannot be told which
    alternatives = partial(_alternatives, listed, f"{path}.probs") if listed else ()
    return Draft(text, logprob, _spelled(text), alternatives=alternatives)


def _alternatives(listed: Sequence[Any], path: str) -> tuple[Alternative, ...]:
    alternatives: list[Alternative] = []
    for i, entry in enumerate(listed):
        where, fields = f"{path}[{i}]", as_object(entry, f"{path}[{i}]")
        text = as_text(fields.get("tok_str"), f"{where}.tok_str")
        logprob = as_log(fields.get("prob"), f"{where}.prob")
        alternatives.append(Alternative(text, logprob, bytes=_spelled(text)))
    return tuple(alternatives)


def _spelled(text: str) -> bytes | None:
    """Return the byte that is a piece of a character, which is spelled out; else ``None``."""
    match = _BYTE.fullmatch(text)
    return bytes.fromhex(match.group(1)) if match else None
