"""The ``openai-chat`` family: ``choices[].logprobs.content[]``, one object per token.

Known by a ``message`` or ``delta``, or by ``content`` or ``refusal`` in ``logprobs``; what the
body says of itself in ``object`` is not trusted. Its servers' habits that are read as they are:
``content`` null or empty where nothing is known, stray null siblings of ``content``, tokens of a
refusal in a list of their own, ``bytes`` null, absent or empty, tokens named ``token_id:123``, a
``delta`` in an answer that was not streamed, several tokens in one chunk, chunks without choices.

Source: platform.openai.com/docs/api-reference/chat/object, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from pytest_logprobs._model import Alternative, Completion, Draft, assemble
from pytest_logprobs.errors import MissingLogprobsError
from pytest_logprobs.parsers._choices import Choice, choices_of, drafts_of, nodes_of
from pytest_logprobs.parsers._wire import (
    Chunk,
    Readers,
    as_list,
    as_number,
    as_object,
    as_text,
    as_whole,
    bytes_of,
    id_in,
    is_list,
    is_object,
)

__all__ = ["NAME", "read", "recognises"]
__tracebackhide__ = True  # a failed test shows its own lines

NAME: Final = "openai-chat"

_LISTS: Final = ("content", "refusal")


def recognises(chunks: Sequence[Chunk]) -> bool:
    """Return whether the response has this family's shape."""
    nodes = [node for _, node in nodes_of(chunks)]
    if not nodes:
        return any(is_list(chunk.get("choices")) for _, chunk in chunks)  # empty: read() says so
    for node in nodes:
        logprobs = node.get("logprobs")
        if is_object(node.get("message")) or is_object(node.get("delta")):
            return True
        if is_object(logprobs) and any(key in logprobs for key in _LISTS):
            return True
    return False


def read(chunks: Sequence[Chunk]) -> Readers:
    """Return what reads each choice."""
    return {choice.number: partial(_completion, choice) for choice in choices_of(chunks)}


def _completion(choice: Choice) -> Completion:
    drafts = drafts_of(choice, _drafts)
    if drafts is None:
        raise _missing(choice)
    return assemble(
        choice.text,
        drafts,
        model=choice.model,
        finish_reason=choice.finish_reason,
        choice=choice.number,
        format=NAME,
    )


def _drafts(logprobs: dict[str, Any], path: str) -> list[Draft] | None:
    lists = [
        (f"{path}.{key}", as_list(logprobs[key], f"{path}.{key}"))
        for key in _LISTS
        if logprobs.get(key) is not None
    ]
    if not lists:
        return None
    return [_draft(entry, where, i) for where, entries in lists for i, entry in enumerate(entries)]


def _draft(entry: object, path: str, i: int) -> Draft:
    where = f"{path}[{i}]"
    fields = as_object(entry, where)
    listed = as_list(fields.get("top_logprobs"), f"{where}.top_logprobs")
    text, logprob, spelled, token_id = _fields(fields, where)
    alternatives = partial(_alternatives, listed, where) if listed else ()
    return Draft(text, logprob, spelled, token_id, alternatives)


def _alternatives(entries: Sequence[Any], path: str) -> tuple[Alternative, ...]:
    alternatives: list[Alternative] = []
    for i, entry in enumerate(entries):
        where = f"{path}.top_logprobs[{i}]"
        text, logprob, spelled, token_id = _fields(as_object(entry, where), where)
        alternatives.append(Alternative(text, logprob, bytes=spelled, token_id=token_id))
    return tuple(alternatives)


def _fields(entry: dict[str, Any], path: str) -> tuple[str, float | None, bytes | None, int | None]:
    """Read what a token and an alternative have in common."""
    text = as_text(entry.get("token"), f"{path}.token")
    logprob, listed = entry.get("logprob"), entry.get("bytes")
    spelled = None if listed is None else bytes_of(listed, f"{path}.bytes")
    named_id = id_in(text)
    if named_id is not None and spelled == text.encode():
        spelled = None  # vLLM: those of an alternative's name, not of what it stands for
    return (
        text,
        logprob if type(logprob) is float else as_number(logprob, f"{path}.logprob"),
        spelled,
        named_id if named_id is not None else _token_id(entry, path),
    )


def _token_id(entry: dict[str, Any], path: str) -> int | None:
    if entry.get("token_id") is not None:
        return as_whole(entry["token_id"], f"{path}.token_id")
    found = entry.get("id")  # a number is the token's; anything else names the entry
    is_number = type(found) is int or (type(found) is float and found.is_integer())
    return as_whole(found, f"{path}.id") if is_number else None


def _missing(choice: Choice) -> MissingLogprobsError:
    what = f"choice {choice.number} of the {NAME} response carries no log-probabilities: "
    if choice.calls_tool and not choice.text:
        return MissingLogprobsError(
            f"{what}it is a tool call, and providers give none for its arguments", format=NAME
        )
    return MissingLogprobsError(
        f"{what}ask for them with logprobs=True, top_logprobs=5 in the request; if it did, this "
        "model or provider gives none",
        format=NAME,
    )
