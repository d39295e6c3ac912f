"""Ollama's own endpoints: ``logprobs``, a bare list beside ``message`` or ``response``.

``/api/chat`` answers with a ``message``, ``/api/generate`` with a ``response``; the chunks of a
stream are lines of JSON, and the last one is ``done``. What is read as it is: ``thinking`` and
calls of tools, whose tokens are listed though they are no part of the text; ``bytes`` of what was
decoded, left out where that is empty; a log-probability of 0.0 sent as the probability 1.0, which
is not known then; a last line without tokens.

Source: github.com/ollama/ollama, api/types.go and llm/llama_server.go, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from pytest_logprobs._model import Completion, assemble
from pytest_logprobs.parsers._content import drafts_in
from pytest_logprobs.parsers._missing import missing
from pytest_logprobs.parsers._pieces import Piece, joined
from pytest_logprobs.parsers._wire import (
    Chunk,
    Readers,
    as_object,
    as_said,
    check_is_one,
    first_word,
    is_object,
)

__all__ = ["NAME", "ends", "read", "recognises"]
__tracebackhide__ = True  # a failed test shows its own lines

NAME: Final = "ollama"

_ASK: Final = "logprobs=True, top_logprobs=5 (Ollama 0.12.11 or later)"


def recognises(chunks: Sequence[Chunk]) -> bool:
    """Return whether the response has this family's shape."""
    return any(_is_chunk(chunk) for _, chunk in chunks)


def ends(chunk: Chunk) -> bool:
    """Return whether an answer ends with a chunk."""
    return chunk[1].get("done") is True


def read(chunks: Sequence[Chunk]) -> Readers:
    """Return what reads each choice; there is one."""
    return {0: partial(_completion, chunks)}


def _is_chunk(chunk: dict[str, Any]) -> bool:
    says = is_object(chunk.get("message")) or isinstance(chunk.get("response"), str)
    return isinstance(chunk.get("done"), bool) and says and "choices" not in chunk


def _completion(chunks: Sequence[Chunk]) -> Completion:
    check_is_one(chunks, ends)
    pieces = [_piece(path, chunk) for path, chunk in chunks]
    found = joined(pieces)
    if found is None:
        raise missing(NAME, 0, _ASK)
    return assemble(
        "".join(piece.text for piece in pieces),
        found,
        model=first_word(chunk.get("model") for _, chunk in reversed(chunks)),
        finish_reason=first_word(chunk.get("done_reason") for _, chunk in reversed(chunks)),
        format=NAME,
    )


def _piece(path: str, chunk: dict[str, Any]) -> Piece:
    message = as_object(chunk.get("message"), f"{path}.message")
    text = as_said(message.get("content"), f"{path}.message.content")
    text += as_said(chunk.get("response"), f"{path}.response")
    where, entries = f"{path}.logprobs", chunk.get("logprobs")
    thinking = (chunk.get("thinking"), message.get("thinking"))
    is_hidden = any((*thinking, message.get("tool_calls")))
    beside = "".join(each for each in thinking if isinstance(each, str))
    drafts = None if entries is None else drafts_in(entries, where)
    return Piece(where, text, drafts, is_hidden, beside)
