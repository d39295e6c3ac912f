"""Responses of providers that give no log-probabilities, or none of tokens.

They are known by their shapes, so that the error names the provider instead of an unknown format.
What belongs to no model's answer (embeddings, lists of models) is none of these.

Source: docs.anthropic.com/en/api/messages; docs.aws.amazon.com/bedrock, Converse and
ConverseStream; textsynth.com/documentation.html; docs.cohere.com/v1/reference/chat;
openai 3.54's types/decision.py, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from pytest_logprobs._model import Completion
from pytest_logprobs.parsers._missing import missing
from pytest_logprobs.parsers._wire import Chunk, Readers, is_list, is_object

__all__ = ["NAME", "ends", "read", "recognises"]
__tracebackhide__ = True  # a failed test shows its own lines

NAME: Final = "unscored"

_Is = Callable[[dict[str, Any]], bool]


def _never(_: dict[str, Any]) -> bool:
    return False


class _Kind(NamedTuple):
    """Responses of one shape: their name, and why there are no log-probabilities.

    ``is_whole`` knows an answer, ``is_event`` a part of a streamed one.
    """

    name: str
    because: str
    is_whole: _Is
    is_event: _Is = _never


def _is_message(body: dict[str, Any]) -> bool:
    return body.get("type") == "message" and is_list(body.get("content")) and "stop_reason" in body


def _is_message_event(body: dict[str, Any]) -> bool:
    keys = {"message_start": "message", "content_block_delta": "delta", "message_delta": "delta"}
    kind = body.get("type")
    return isinstance(kind, str) and kind in keys and is_object(body.get(keys[kind]))


def _is_converse(body: dict[str, Any]) -> bool:
    output = body.get("output")
    message = output.get("message") if is_object(output) else None
    return is_object(message) and is_list(message.get("content")) and "stopReason" in body


def _is_converse_event(body: dict[str, Any]) -> bool:
    return any(is_object(body.get(key)) for key in ("contentBlockDelta", "messageStop"))


def _is_textsynth(body: dict[str, Any]) -> bool:
    is_sum = isinstance(body.get("is_greedy"), bool) and {"logprob", "num_tokens"} <= body.keys()
    return is_sum or (isinstance(body.get("reached_end"), bool) and "text" in body)


def _is_old_chat(body: dict[str, Any]) -> bool:
    return all(isinstance(body.get(key), str) for key in ("text", "generation_id"))


def _is_old_chat_event(body: dict[str, Any]) -> bool:
    return isinstance(body.get("event_type"), str) and isinstance(body.get("is_finished"), bool)


def _are_decisions(body: dict[str, Any]) -> bool:
    answers = body.get("answers")
    return is_list(answers) and any(
        is_object(each)
        and isinstance(each.get("type"), str)
        and ("probability" in each or "probabilities" in each)
        for each in answers
    )


_KINDS: Final = (
    _Kind(
        "anthropic-messages",
        "Anthropic's API gives none, and no parameter turns them on",
        _is_message,
        _is_message_event,
    ),
    _Kind(
        "bedrock-converse",
        "Bedrock's Converse gives none, whichever model answers",
        _is_converse,
        _is_converse_event,
    ),
    _Kind(
        "textsynth",
        "TextSynth gives none of tokens, at most one number for a whole text",
        _is_textsynth,
    ),
    _Kind(
        "cohere-chat-v1",
        "version 1 of Cohere's chat gives none: ask version 2, with logprobs=True",
        _is_old_chat,
        _is_old_chat_event,
    ),
    _Kind(
        "decisions",
        "these are probabilities of whole answers, and there are none of tokens",
        _are_decisions,
    ),
)
"""Which shapes there are; no two of them have a response in common."""


def recognises(chunks: Sequence[Chunk]) -> bool:
    """Return whether the response is one without log-probabilities."""
    return any(_kind(body) for _, body in chunks)


def ends(chunk: Chunk) -> bool:
    """Return whether an answer ends with a chunk."""
    return any(kind.is_whole(chunk[1]) for kind in _KINDS)


def read(chunks: Sequence[Chunk]) -> Readers:
    """Return what raises the error."""
    kinds = [kind for _, body in chunks if (kind := _kind(body))]
    return {0: partial(_refuse, kinds[0])}


def _kind(body: dict[str, Any]) -> _Kind | None:
    return next((kind for kind in _KINDS if kind.is_whole(body) or kind.is_event(body)), None)


def _refuse(kind: _Kind) -> Completion:
    raise missing(kind.name, 0, "", kind.because)
