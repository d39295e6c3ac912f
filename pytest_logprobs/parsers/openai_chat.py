"""The ``openai-chat`` family: ``choices[].logprobs.content[]``, one object per token.

Known by a ``message`` or ``delta``, or by ``content`` or ``refusal`` in ``logprobs``; what the
body says of itself in ``object`` is not trusted. Its servers' habits that are read as they are:

- ``content`` null or empty where nothing is known, stray null siblings of ``content``, tokens of a
  refusal in a list of their own; what an entry looks like is told in ``_content``;
- a ``text`` instead of a message: llama.cpp answers /v1/completions in this shape too;
- a ``delta`` in an answer that was not streamed, several tokens in one chunk, chunks without
  choices;
- log-probabilities of the reasoning in ``reasoning_logprobs`` (Cerebras) or beside ``content`` in
  ``reasoning_content`` (DeepSeek): they are no part of the answer;
- those of the prompt, see ``_prompt`` and ``_echo``.

Source: platform.openai.com/docs/api-reference/chat/object, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from pytest_logprobs._model import Completion, Draft, assemble
from pytest_logprobs.parsers._choices import Choice, choices_of, drafts_of, ends, nodes_in
from pytest_logprobs.parsers._content import drafts_in, processed_in
from pytest_logprobs.parsers._echo import is_echo, prompt_count
from pytest_logprobs.parsers._missing import missing
from pytest_logprobs.parsers._prompt import prompt_of
from pytest_logprobs.parsers._wire import Chunk, Readers, as_object, is_object

__all__ = ["NAME", "drafts", "ends", "read", "recognises"]
__tracebackhide__ = True  # a failed test shows its own lines

NAME: Final = "openai-chat"

_LISTS: Final = ("content", "refusal")
_ASK: Final = "logprobs=True, top_logprobs=5"


def recognises(chunks: Sequence[Chunk]) -> bool:
    """Return whether the response has this family's shape."""
    nodes = list(nodes_in(chunks))
    if not nodes:  # read() says what is wrong with the choices
        return any(chunk.get("choices") is not None for _, chunk in chunks)
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
    found = drafts_of(choice, lambda part: drafts(part.logprobs, part.where))
    because = None if found else _because(choice)
    if found is None or because:
        raise missing(NAME, choice.number, _ASK, because)
    echoed = choice.is_text and is_echo(choice, found)
    count = prompt_count(choice, found) if echoed else 0
    return assemble(
        choice.text,
        found,
        model=choice.model,
        finish_reason=choice.finish_reason,
        choice=choice.number,
        format=NAME,
        echoed=count > 0,
        prompt_count=count,
        prompt=None if count else prompt_of(choice),
        processed=_processed(choice),
    )


def drafts(logprobs: object, path: str) -> list[Draft] | None:
    """Return the tokens in a ``logprobs`` of this family, ``None`` where it has no list."""
    fields = as_object(logprobs, path)
    lists = [key for key in _LISTS if fields.get(key) is not None]
    if not lists:
        return None
    return [draft for key in lists for draft in drafts_in(fields[key], f"{path}.{key}")]


def _processed(choice: Choice) -> bool | None:
    """Return what the first tokens tell; all of an answer are of one kind."""
    for part in choice.parts:
        for key in _LISTS:
            entries = part.logprobs.get(key) if is_object(part.logprobs) else None
            if entries:
                return processed_in(entries)
    return None


def _because(choice: Choice) -> str | None:
    """Return why there are none, where the response tells."""
    if any("x_groq" in chunk for _, chunk in choice.chunks):
        return "this provider, Groq, gives none, whatever is asked"
    if any(map(_scores_reasoning, (part.node for part in choice.parts))):
        return "there are some for its reasoning alone, which is no part of the answer"
    if choice.calls_tool and not choice.text:
        return "it is a tool call, and providers give none for its arguments"
    return None


def _scores_reasoning(node: dict[str, object]) -> bool:
    logprobs, beside = node.get("logprobs"), node.get("reasoning_logprobs")
    inside = logprobs.get("reasoning_content") if is_object(logprobs) else None
    return bool(inside or (is_object(beside) and any(beside.get(key) for key in _LISTS)))
