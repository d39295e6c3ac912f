"""The ``openai-transcription`` family: a flat ``logprobs`` beside the ``text`` that was heard.

Its entries are those of a chat without alternatives. Known by such a list, by ``segments`` or by
the ``usage`` of a transcription beside a ``text``; a stream by ``transcript.text.*`` events, or by
those of a realtime session, whose items are a completion each. The last event repeats what the
deltas told; one of both is read, the deltas if their text is the same. Segments have an
``avg_logprob`` only, which is not read: the average of a segment is no token's.

Source: platform.openai.com/docs/api-reference/audio/json-object and
realtime-server-events/conversation/item/input_audio_transcription, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from pytest_logprobs._model import Completion, assemble
from pytest_logprobs.parsers._missing import missing
from pytest_logprobs.parsers._retold import Said, Telling, best_of, by_answer, text_of
from pytest_logprobs.parsers._wire import (
    Chunk,
    Readers,
    another_answer,
    as_said,
    as_whole,
    is_list,
    is_object,
)

__all__ = ["NAME", "ends", "read", "recognises"]
__tracebackhide__ = True  # a failed test shows its own lines

NAME: Final = "openai-transcription"

_ASK: Final = 'include=["logprobs"], response_format="json"'
_AVERAGES: Final = (
    "avg_logprob is the average of a segment, not its tokens'; ask for those with "
    f"{_ASK} of a model that gives them, as gpt-4o-transcribe does"
)
_REALTIME: Final = "conversation.item.input_audio_transcription."
_DELTAS: Final = ("transcript.text.delta", f"{_REALTIME}delta")
_WHOLES: Final = {"transcript.text.done": "text", f"{_REALTIME}completed": "transcript"}
_EVENTS: Final = ("transcript.text.", _REALTIME)


def recognises(chunks: Sequence[Chunk]) -> bool:
    """Return whether the response has this family's shape."""
    return any(_is_whole(chunk) or _type(chunk).startswith(_EVENTS) for _, chunk in chunks)


def ends(chunk: Chunk) -> bool:
    """Return whether an answer ends with a chunk."""
    return _is_whole(chunk[1]) or _type(chunk[1]) == "transcript.text.done"


def read(chunks: Sequence[Chunk]) -> Readers:
    """Return what reads each transcription."""
    deltas: list[Said] = []
    wholes: dict[object, Said] = {}
    for path, chunk in chunks:
        kind = _type(chunk)
        if kind in _DELTAS:
            deltas.append(_said(chunk, path, "delta"))
        elif kind in _WHOLES or _is_whole(chunk):
            said = _said(chunk, path, _WHOLES.get(kind, "text"))
            if said[:2] in wholes:
                raise another_answer(path)
            wholes[said[:2]] = said
    answers = by_answer([deltas, [*wholes.values()]])
    averaged = any(_has_averages(chunk) for _, chunk in chunks)
    return {
        number: partial(_completion, tellings, number, _AVERAGES if averaged else None)
        for number, tellings in enumerate(answers or [[]])
    }


def _completion(tellings: Sequence[Telling], number: int, because: str | None) -> Completion:
    pieces, found = best_of(tellings)
    if found is None:
        raise missing(NAME, number, _ASK, because)
    return assemble(text_of(pieces), found, choice=number, format=NAME)


def _said(chunk: dict[str, Any], path: str, name: str) -> Said:
    item = chunk.get("item_id")
    part = as_whole(chunk.get("content_index"), f"{path}.content_index")
    text = as_said(chunk.get(name), f"{path}.{name}")
    answer = item if isinstance(item, str) else 0
    return Said(answer, part or 0, f"{path}.logprobs", text, chunk.get("logprobs"))


def _is_whole(chunk: dict[str, Any]) -> bool:
    if not isinstance(chunk.get("text"), str) or _type(chunk):
        return False
    logprobs, usage = chunk.get("logprobs"), chunk.get("usage")
    if is_list(logprobs):
        return not logprobs or (is_object(logprobs[0]) and "token" in logprobs[0])
    return is_list(chunk.get("segments")) or (
        is_object(usage) and usage.get("type") in ("tokens", "duration")
    )


def _has_averages(chunk: dict[str, Any]) -> bool:
    segments = chunk.get("segments")
    return is_list(segments) and any(is_object(s) and "avg_logprob" in s for s in segments)


def _type(chunk: dict[str, Any]) -> str:
    kind = chunk.get("type")
    return kind if isinstance(kind, str) else ""
