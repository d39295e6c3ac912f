"""What frameworks keep of a response, known by the shape of their objects and of their dumps.

None of them is a wire format: each has a ``logprobs`` as its provider gave it, beside a text and a
few names. Read are

- LangChain's messages and results (``langchain``);
- Pydantic AI's responses: ``provider_details["logprobs"]``, of the response or of its parts;
- Haystack's messages, chunks and replies: ``meta["logprobs"]``;
- DSPy's outputs, ``{"text", "logprobs"}``, and uqlm's results, a list for each response;
- a choice that was taken out of its response.

LlamaIndex keeps the alternatives without the chosen tokens: what is read is the response in
``raw``. llm keeps no more of a stream, and is refused. Those of LiteLLM and Inspect have the shape
of a chat's response and are read as that; a message of a user or a tool is passed over.

Source: pydantic-ai 2.68, haystack-ai 3.4, dspy 3.4, llama-index-core 0.14, inspect-ai 0.3.285,
github.com/cvs-health/uqlm and github.com/simonw/llm, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from pytest_logprobs._model import Completion
from pytest_logprobs.errors import MalformedResponseError
from pytest_logprobs.parsers import (
    gemini,
    langchain,
    ollama,
    openai_chat,
    openai_completions,
    openai_responses,
)
from pytest_logprobs.parsers._input import decoded
from pytest_logprobs.parsers._missing import missing
from pytest_logprobs.parsers._wire import (
    Chunk,
    Readers,
    as_list,
    as_object,
    as_said,
    is_list,
    is_object,
)
from pytest_logprobs.parsers.kept import Answer, Part, readers_of

__all__ = ["NAME", "ends", "read", "recognises"]
__tracebackhide__ = True  # a failed test shows its own lines

NAME: Final = "frameworks"

_ASK: Final = "logprobs=True, top_logprobs=5"
_ALTERNATIVES_ALONE: Final = (
    "keeps the alternatives and neither the chosen tokens nor their places; logprobs.completions "
    "has what crossed the wire"
)
_PROVIDERS: Final = (openai_responses, gemini, ollama, openai_completions, openai_chat)
_HIDDEN: Final = ("tool_calls", "function_call", "reasoning", "reasoning_content")
_PAIRS: Final = (("responses", "logprobs"), ("sampled_responses", "multiple_logprobs"))


class _Framework(NamedTuple):
    """A shape: what knows its objects, which of them are whole answers, and what reads them."""

    recognises: Callable[[Sequence[Chunk]], bool]
    ends: Callable[[Chunk], bool]
    read: Callable[[Sequence[Chunk]], Readers]


def recognises(chunks: Sequence[Chunk]) -> bool:
    """Return whether these are objects of one of the frameworks."""
    return _framework(chunks) is not None


def ends(chunk: Chunk) -> bool:
    """Return whether it is a whole answer, or several."""
    framework = _framework([chunk])
    return framework is not None and framework.ends(chunk)


def read(chunks: Sequence[Chunk]) -> Readers:
    """Return what reads each answer, by its place among them."""
    framework = _framework(chunks)
    readers: Readers = framework.read(chunks) if framework else {}
    if not readers:
        raise MalformedResponseError(chunks[0][0], "there is no answer of a model in it")
    return readers


def _framework(chunks: Sequence[Chunk]) -> _Framework | None:
    return next((each for each in _FRAMEWORKS if each.recognises(chunks)), None)


def _shape(knows: Callable[[dict[str, Any]], bool]) -> Callable[[Sequence[Chunk]], bool]:
    return lambda chunks: bool(chunks) and all(knows(chunk) for _, chunk in chunks)


def _reading(
    name: str, answers: Callable[[str, dict[str, Any]], Iterator[Answer]]
) -> Callable[[Sequence[Chunk]], Readers]:
    """Return what reads objects that are whole answers, or several."""
    return lambda chunks: readers_of((each for chunk in chunks for each in answers(*chunk)), name)


def _is_turn(chunk: dict[str, Any]) -> bool:
    return chunk.get("kind") in ("request", "response") and is_list(chunk.get("parts"))


def _is_response(chunk: Chunk) -> bool:
    return chunk[1].get("kind") == "response"


def _turn(path: str, turn: dict[str, Any]) -> Iterator[Answer]:
    if turn["kind"] == "request":
        return
    texts: list[Part] = []
    for i, each in enumerate(turn["parts"]):
        where = f"{path}.parts[{i}]"
        part = as_object(each, where)
        if part.get("part_kind") == "text":
            details = as_object(part.get("provider_details"), f"{where}.provider_details")
            said = as_said(part.get("content"), f"{where}.content")
            texts.append(Part(f"{where}.provider_details.logprobs", details.get("logprobs"), said))
    where = f"{path}.provider_details"
    whole = as_object(turn.get("provider_details"), where).get("logprobs")
    if whole is not None or not texts:
        said = "".join(part.text or "" for part in texts)
        texts = [Part(f"{where}.logprobs", whole, said)]
    yield Answer(texts, turn)


def _is_meta(chunk: dict[str, Any]) -> bool:
    is_message = "content" in chunk and ("role" in chunk or "component_info" in chunk)
    return is_message and is_object(chunk.get("meta"))


def _is_said(chunk: Chunk) -> bool:
    return chunk[1].get("role") == "assistant"


def _metas(chunks: Sequence[Chunk]) -> Readers:
    if not any("role" in chunk for _, chunk in chunks):  # those of a stream
        about: dict[str, Any] = {}
        for _, chunk in chunks:
            about |= {key: value for key, value in chunk["meta"].items() if value}
        return readers_of([Answer([_meta(*chunk) for chunk in chunks], about)], "haystack")
    said = filter(_is_said, chunks)
    return readers_of((Answer([_meta(*each)], each[1]["meta"]) for each in said), "haystack")


def _meta(path: str, chunk: dict[str, Any]) -> Part:
    logprobs, content = chunk["meta"].get("logprobs"), chunk["content"]
    texts: list[str] = []
    for i, part in enumerate(content if is_list(content) else [{"text": content}]):
        where = f"{path}.content[{i}]"
        texts.append(as_said(as_object(part, where).get("text"), f"{where}.text"))
    is_merged = is_list(logprobs)  # a list for each chunk that has one
    return Part(f"{path}.meta.logprobs", logprobs, "".join(texts), is_merged=is_merged)


def _is_reply(chunk: dict[str, Any]) -> bool:
    return is_list(chunk.get("replies"))


def _replies(chunks: Sequence[Chunk]) -> Readers:
    found: list[Chunk] = []
    for path, chunk in chunks:
        metas = dict(enumerate(as_list(chunk.get("meta"), f"{path}.meta")))
        for i, reply in enumerate(chunk["replies"]):
            where = f"{path}.replies[{i}]"
            message = _reply(reply, metas.get(i))
            if not (is_object(message) and _is_meta(message)):
                raise MalformedResponseError(where, "expected a message with its meta")
            found.append((where, message))
    return _metas(found) if found else {}


def _reply(reply: object, meta: object) -> object:
    if isinstance(reply, str):  # of a generator that completes a text
        return {"role": "assistant", "content": reply, "meta": meta}
    return reply if is_object(reply) else decoded(reply)


def _is_output(chunk: dict[str, Any]) -> bool:
    return "logprobs" in chunk and isinstance(chunk.get("text"), str) and "choices" not in chunk


def _output(path: str, output: dict[str, Any]) -> Iterator[Answer]:
    yield Answer([Part(f"{path}.logprobs", output["logprobs"], output["text"])], output)


def _is_choice(chunk: dict[str, Any]) -> bool:
    keys = ("logprobs", "finish_reason")
    return is_object(chunk.get("message")) and all(key in chunk for key in keys)


def _choice(path: str, choice: dict[str, Any]) -> Iterator[Answer]:
    where, message, texts = f"{path}.message", choice["message"], list[str]()
    content = message.get("content")
    for i, part in enumerate(content if is_list(content) else [{"text": content}]):
        at = f"{where}.content[{i}]" if is_list(content) else f"{where}.content"
        texts.append(as_said(as_object(part, at).get("text"), at))
    texts.append(as_said(message.get("refusal"), f"{where}.refusal"))
    is_hidden = any(message.get(key) for key in _HIDDEN)
    part = Part(f"{path}.logprobs", choice["logprobs"], "".join(texts), is_hidden=is_hidden)
    yield Answer([part], choice)


def _is_table(chunk: dict[str, Any]) -> bool:
    data = chunk.get("data")
    return is_object(data) and any(all(is_list(data.get(k)) for k in pair) for pair in _PAIRS)


def _rows(path: str, table: dict[str, Any]) -> Iterator[Answer]:
    for texts, logprobs in _PAIRS:
        data = table["data"]
        if is_list(data.get(logprobs)):
            where = f"{path}.data.{logprobs}"
            yield from _column(
                where, data[logprobs], as_list(data.get(texts), f"{path}.data.{texts}")
            )


def _column(path: str, entries: Sequence[Any], texts: Sequence[Any]) -> Iterator[Answer]:
    """Yield the answers of a column, which holds one for each prompt, or a list of samples."""
    if len(entries) != len(texts):
        problem = (
            f"{len(entries)} entries for {len(texts)} responses: they belong together one by one"
        )
        raise MalformedResponseError(path, problem)
    for i, (entry, text) in enumerate(zip(entries, texts, strict=True)):
        where = f"{path}[{i}]"
        if is_list(text):
            yield from _column(where, as_list(entry, where), text)
        else:
            yield Answer([Part(where, entry, as_said(text, where))], {})


def _is_wrapper(chunk: dict[str, Any]) -> bool:
    return all(key in chunk for key in ("raw", "delta", "logprobs", "additional_kwargs"))


def _is_whole(chunk: Chunk) -> bool:
    raw = _raw(chunk)
    if not raw:
        return chunk[1]["delta"] is None
    return any(each.recognises(raw) and each.ends(raw[0]) for each in _PROVIDERS)


def _raw(chunk: Chunk) -> list[Chunk]:
    path, wrapper = chunk
    raw = wrapper["raw"]
    return [(f"{path}.raw", raw)] if is_object(raw) else []


def _wrapped(chunks: Sequence[Chunk]) -> Readers:
    raws = [raw for chunk in chunks for raw in _raw(chunk)]
    for provider in _PROVIDERS:
        if raws and provider.recognises(raws):
            readers: Readers = provider.read(raws)
            return readers
    kept = any(chunk["logprobs"] for _, chunk in chunks)
    because = f"LlamaIndex {_ALTERNATIVES_ALONE}" if kept else None
    return {0: partial(_none_kept, "llama-index", because)}


def _none_kept(name: str, because: str | None) -> Completion:
    raise missing(name, 0, _ASK, because)


def _is_log(chunk: dict[str, Any]) -> bool:
    entries = chunk.get("logprobs")
    first = entries[0] if is_list(entries) and entries else None
    return "content" in chunk and is_object(first) and first.keys() == {"text", "top_logprobs"}


def _log(_: Sequence[Chunk]) -> Readers:
    return {0: partial(_none_kept, "llm", f"llm {_ALTERNATIVES_ALONE}")}


def _yes(_: Chunk) -> bool:
    return True


_FRAMEWORKS: Final = (
    _Framework(langchain.recognises, langchain.ends, langchain.read),
    _Framework(_shape(_is_turn), _is_response, _reading("pydantic-ai", _turn)),
    _Framework(_shape(_is_meta), _is_said, _metas),
    _Framework(_shape(_is_reply), _yes, _replies),
    _Framework(_shape(_is_wrapper), _is_whole, _wrapped),
    _Framework(_shape(_is_log), _yes, _log),
    _Framework(_shape(_is_choice), _yes, _reading(openai_chat.NAME, _choice)),
    _Framework(_shape(_is_output), _yes, _reading("dspy", _output)),
    _Framework(_shape(_is_table), _yes, _reading("uqlm", _rows)),
)
