"""What LangChain keeps of a response: its messages, and the results of its models.

A message has the ``logprobs`` of its provider in ``response_metadata``, as that gave it; merged
chunks have those of each in one list. Its Vertex models have a list ``logprobs_result``, without
the tokens whose number is none: it is refused where it does not spell the text. A result has
``generations``, each with its message or, of models that complete a text, with a
``generation_info``. A conversation, which an agent has in ``messages``, is the answers in it.

Source: langchain-core 1.7, langchain-openai 1.7, langchain-ollama 1.1 and
langchain-google-vertexai 3, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from pytest_logprobs.errors import MalformedResponseError
from pytest_logprobs.parsers._input import decoded
from pytest_logprobs.parsers._wire import (
    Chunk,
    Readers,
    as_list,
    as_object,
    as_said,
    got,
    is_list,
    is_object,
)
from pytest_logprobs.parsers.kept import Answer, Part, readers_of

__all__ = ["NAME", "ends", "read", "recognises"]
__tracebackhide__ = True  # a failed test shows its own lines

NAME: Final = "langchain"

_CHUNK: Final = "AIMessageChunk"
_ANSWERS: Final = ("ai", _CHUNK)
_CALLS: Final = ("tool_calls", "invalid_tool_calls", "tool_call_chunks")
_GOOGLE: Final = "logprobs_result"
_DROPPED: Final = (
    "LangChain drops those of the Responses API; logprobs.completions has what crossed the wire"
)


def recognises(chunks: Sequence[Chunk]) -> bool:
    """Return whether these are messages, or results of a model."""
    found = [chunk for _, chunk in chunks]
    kinds = (_is_message, _is_result, _is_state)
    return bool(found) and any(all(map(each, found)) for each in kinds)


def ends(chunk: Chunk) -> bool:
    """Return whether it is a whole answer, or several."""
    is_answer = _is_message(chunk[1]) and chunk[1]["type"] == "ai"
    return is_answer or _is_result(chunk[1]) or _is_state(chunk[1])


def _is_message(chunk: dict[str, Any]) -> bool:
    has_keys = is_object(chunk.get("response_metadata")) and "content" in chunk
    return has_keys and isinstance(chunk.get("type"), str)


def _is_result(chunk: dict[str, Any]) -> bool:
    return is_list(chunk.get("generations")) and "llm_output" in chunk


def _is_state(chunk: dict[str, Any]) -> bool:
    messages = chunk.get("messages")
    if not is_list(messages) or not messages:
        return False
    return all(
        _is_message(each) if is_object(each) else hasattr(each, "response_metadata")
        for each in messages
    )


def read(chunks: Sequence[Chunk]) -> Readers:
    """Return what reads each answer of a model, by its place among them."""
    if _is_state(chunks[0][1]):
        chunks = [message for chunk in chunks for message in _held(*chunk)]
    if all(_is_message(chunk) for _, chunk in chunks):
        return readers_of(_spoken(chunks), NAME)
    return readers_of((each for chunk in chunks for each in _generated(*chunk)), NAME)


def _held(path: str, state: dict[str, Any]) -> Iterator[Chunk]:
    for i, each in enumerate(state["messages"]):
        where = f"{path}.messages[{i}]"
        message = as_object(each if is_object(each) else decoded(each), where)
        if not _is_message(message):
            raise MalformedResponseError(where, f"expected a message, got {got(message)}")
        yield where, message


def _spoken(messages: Sequence[Chunk]) -> Iterator[Answer]:
    """Yield the answers of a conversation; the chunks of one have the same id."""
    for streamed, group in groupby(messages, _stream_of):
        answers = [message for message in group if message[1]["type"] in _ANSWERS]
        for parts in [answers] if streamed else [[answer] for answer in answers]:
            yield _answer(parts)


def _stream_of(message: Chunk) -> tuple[object] | None:
    return (str(message[1].get("id")),) if message[1]["type"] == _CHUNK else None


def _answer(messages: Sequence[Chunk]) -> Answer:
    about: dict[str, Any] = {}
    for _, message in messages:
        about |= {key: value for key, value in message["response_metadata"].items() if value}
    because = _DROPPED if about.get("object") == "response" else None
    return Answer([_part(*message) for message in messages], about, because)


def _part(path: str, message: dict[str, Any]) -> Part:
    metadata = message["response_metadata"]
    name = _GOOGLE if metadata.get(_GOOGLE) is not None else "logprobs"
    return Part(
        f"{path}.response_metadata.{name}",
        metadata.get(name),
        _text(message["content"], f"{path}.content"),
        is_hidden=any(message.get(key) for key in _CALLS),
        is_merged=message["type"] == _CHUNK,
        is_thinned=name == _GOOGLE,
    )


def _text(content: object, path: str) -> str:
    """Return the text of a message: a string, or blocks of which some are text."""
    if not is_list(content):
        return as_said(content, path)
    texts: list[str] = []
    for i, block in enumerate(content):
        if isinstance(block, str):
            texts.append(block)
        elif is_object(block) and block.get("type") == "text":
            texts.append(as_said(block.get("text"), f"{path}[{i}].text"))
    return "".join(texts)


def _generated(path: str, result: dict[str, Any]) -> Iterator[Answer]:
    """Yield the answers in a result: some have a list for each prompt, some only one."""
    about = as_object(result["llm_output"], f"{path}.llm_output")
    for i, prompt in enumerate(result["generations"]):
        where = f"{path}.generations[{i}]"
        if is_list(prompt):
            for j, node in enumerate(as_list(prompt, where)):
                yield _generation(f"{where}[{j}]", node, about)
        else:
            yield _generation(where, prompt, about)


def _generation(path: str, node: object, about: dict[str, Any]) -> Answer:
    generation = as_object(node, path)
    message = generation.get("message")
    if is_object(message) and _is_message(message):
        return _answer([(f"{path}.message", message)])
    info = as_object(generation.get("generation_info"), f"{path}.generation_info")
    text = as_said(generation.get("text"), f"{path}.text")
    part = Part(f"{path}.generation_info.logprobs", info.get("logprobs"), text)
    return Answer([part], {**about, **info})
