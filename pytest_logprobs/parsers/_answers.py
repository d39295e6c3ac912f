"""Decoded JSON → the answers in it: one, a stream's chunks, or one of each of several."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import Any, Final

from pytest_logprobs.errors import MalformedResponseError, ResponseError, UnknownFormatError
from pytest_logprobs.parsers._body import Stream
from pytest_logprobs.parsers._provider_error import check_is_no_error, check_no_error_in
from pytest_logprobs.parsers._wire import Chunk, got, is_list, is_object

__all__ = ["ENTRIES", "answers_in", "unwrapped"]
__tracebackhide__ = True  # a failed test shows its own lines

_DEPTH: Final = 4
"""Lists of lists of answers are what evaluations keep: prompts, samples, choices."""

_FIRST_ERROR: Final = 400
"""Statuses from here on say that the request failed."""

ENTRIES: Final = ""
"""The only name in the chunk that stands for a list of tokens taken out of its response."""

_Ends = Callable[[Chunk], bool]
_Named = Callable[[Chunk], "str | None"]


def answers_in(
    value: object, ends: _Ends, named: _Named, path: str = "$", depth: int = 0
) -> Iterator[list[Chunk]]:
    """Yield the chunks of each answer.

    A list holds one answer's chunks, unless it holds lists, lines of a batch, or nothing but
    chunks that end an answer, as ``ends`` tells, and are of different answers, as ``named`` does.
    """
    if not is_list(value):
        yield _without_events([unwrapped(path, value)])
        return
    if _are_entries(value):
        yield [(path, {ENTRIES: value})]
        return
    if not value:
        raise _empty(path, value)
    places = [f"{path}[{i}]" for i in range(len(value))]
    if any(map(is_list, value)) and depth < _DEPTH:
        for where, each in zip(places, value, strict=True):
            yield from answers_in(each, ends, named, where, depth + 1)
        return
    chunks = [_listed(*each) for each in zip(places, value, strict=True)]
    are_lines = any(path != where for (path, _), where in zip(chunks, places, strict=True))
    if are_lines:
        yield from ([chunk] for chunk in chunks)
    elif not isinstance(value, Stream) and all(map(ends, chunks)):
        yield from _told_apart(chunks, named)
    else:
        yield _without_events(chunks)


def _empty(path: str, value: list[Any]) -> MalformedResponseError:
    if isinstance(value, Stream):
        return MalformedResponseError(path, "the stream has no chunks")
    return MalformedResponseError(path, "there are no chunks; an iterator gives them only once")


def _told_apart(chunks: Sequence[Chunk], named: _Named) -> Iterator[list[Chunk]]:
    """Yield the answers in chunks that each end one: some servers end a stream in every chunk."""
    for name, group in groupby(chunks, lambda chunk: named(chunk) or _id_of(chunk[1])):
        found = list(group)
        if name is None or not _are_of_one(found):
            yield from ([chunk] for chunk in found)
        else:
            yield found


def _id_of(chunk: dict[str, Any]) -> str | None:
    """Return the id of the answer whose choices are in a chunk, if these are no whole messages."""
    name, nodes = chunk.get("id"), _nodes(chunk)
    is_whole = any(node.get("message") is not None for node in nodes)
    return name if isinstance(name, str) and name and nodes and not is_whole else None


def _are_of_one(chunks: Sequence[Chunk]) -> bool:
    """Return whether chunks of one id are one answer's, and no answers that are only named so."""
    found = [node.get("index") for _, chunk in chunks for node in _nodes(chunk)]
    numbers = [index if type(index) is int else 0 for index in found]
    is_repeated = len(chunks) > 1 and all(one == other for (_, one), (_, other) in pairwise(chunks))
    return len(set(numbers)) == len(numbers) and not is_repeated


def _nodes(chunk: dict[str, Any]) -> list[dict[str, Any]]:
    choices = chunk.get("choices")
    return [node for node in choices if is_object(node)] if is_list(choices) else []


def _without_events(chunks: list[Chunk]) -> list[Chunk]:
    """Return the chunks in the events that OpenAI's client makes of a stream.

    The other events, which have a type as well, repeat parts of them.
    """
    if not any(map(_is_event, chunks)):
        return chunks
    others = [each for each in chunks if not isinstance(each[1].get("type"), str)]
    found = [(f"{path}.chunk", chunk["chunk"]) for path, chunk in filter(_is_event, chunks)]
    return [*others, *found]


def _is_event(chunk: Chunk) -> bool:
    inner = chunk[1].get("chunk")
    return chunk[1].get("type") == "chunk" and is_object(inner) and "choices" in inner


def _listed(path: str, value: object) -> Chunk:
    """Return ``unwrapped``, whose error says how the other lines of a batch are read."""
    try:
        return unwrapped(path, value)
    except ResponseError as error:
        if is_object(value) and (_is_of_google(value) or "custom_id" in value):
            error.args = (f"{error}; parse_batch reads the other lines",)
        raise


def unwrapped(path: str, value: object) -> Chunk:
    """Return a chunk without what a batch puts around it, at the path where it stands.

    Raises ``ResponseError`` where that says that there is no answer in it.
    """
    chunk = _object(path, value)
    _check_no_error(path, chunk)
    if "custom_id" in chunk and "response" in chunk and chunk["response"] is None:
        problem = "the line of a batch holds neither an answer nor an error"
        raise MalformedResponseError(path, problem)
    response, result = chunk.get("response"), chunk.get("result")
    if is_object(response):
        where = f"{path}.response"
        if "status_code" in response or is_object(response.get("body")):
            return _from_openai(where, response)
        if _is_of_google(chunk) or "candidates" in response:
            return where, response
    elif "custom_id" in chunk and is_object(result) and isinstance(result.get("type"), str):
        return _from_anthropic(f"{path}.result", result)
    return path, chunk


def _from_openai(path: str, response: dict[str, Any]) -> Chunk:
    """Return the body in a line of OpenAI's batches, which vLLM and Mistral write too."""
    status, where, body = response.get("status_code"), f"{path}.body", response.get("body")
    if isinstance(status, int) and status >= _FIRST_ERROR:
        if is_object(body):
            _check_no_error(where, body)
            check_is_no_error(where, body)
        said = body if body and isinstance(body, str) else got(body)
        said = "without a body" if body is None else said
        check_no_error_in(path, {"error": {"message": said, "code": status}})
    return where, _object(where, body)


def _is_of_google(line: dict[str, Any]) -> bool:
    """Return whether this is a line of Vertex's, which repeats the request, or of Gemini's."""
    return isinstance(line.get("key"), str) or is_object(line.get("request"))


def _from_anthropic(path: str, result: dict[str, Any]) -> Chunk:
    """Return the message in a line of Anthropic's batches."""
    _check_no_error(path, result)
    if result["type"] != "succeeded":  # expired, canceled
        check_no_error_in(path, {"error": result["type"]})
    where = f"{path}.message"
    return where, _object(where, result.get("message"))


def _check_no_error(path: str, part: dict[str, Any]) -> None:
    error, status = part.get("error"), part.get("status")
    if is_object(error) and not error.get("message"):
        check_no_error_in(f"{path}.error", error)  # one inside of another says more
    check_no_error_in(path, part)
    if isinstance(status, str) and is_object(part.get("request")):
        check_no_error_in(path, {"error": status})  # Vertex's, which is empty where all went well


def _object(path: str, value: object) -> dict[str, Any]:
    if is_object(value):
        return value
    raise UnknownFormatError(f"{path}: a response is an object, got {got(value)}")


def _are_entries(value: list[Any]) -> bool:
    first = value[0] if value else None
    if not is_object(first):
        return False
    is_of_cohere = is_list(first.get("token_ids")) and is_list(first.get("logprobs"))
    return is_of_cohere or (isinstance(first.get("token"), str) and "logprob" in first)
