"""Gemini and Vertex: ``candidates[].logprobsResult``, one list of chosen tokens, one of the best.

``chosenCandidates[i]`` and ``topCandidates[i].candidates[]`` belong together. Known by
``candidates``, in camel case as on the wire or in snake case as SDKs dump it. Read as they are:

- fields that are left out: ``index`` of the first candidate, an empty ``token``, ``tokenId``; a
  ``logProbability`` that is left out may have been 0.0 or lost, so it is not known;
- ``topCandidates`` absent, a step of it without ``candidates``, a chosen token not among them;
- tokens of what is not said: those of a tool's call spell code that stands nowhere in the text;
- parts with ``thought``, which are no part of the answer's text;
- ``avgLogprobs``, sent unasked and at times as "NaN": an average is no token's, it is not read;
- -1.2676506e30 for a token that a grammar ruled out;
- ``finishReason`` in the last chunk of a stream, and in every chunk.

A prompt that was blocked has no answer, so it is the provider's error and not an answer that lacks
log-probabilities: no parameter would bring any.

Source: ai.google.dev/api/generate-content#LogprobsResult, read 2026-11; google-genai 3.4,
``types.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import Any, Final

from pytest_logprobs._model import Completion, assemble
from pytest_logprobs._quote import clip, one_line
from pytest_logprobs.errors import (
    MalformedResponseError,
    MissingLogprobsError,
    ResponseError,
)
from pytest_logprobs.parsers._logprobs_result import drafts, key
from pytest_logprobs.parsers._missing import missing
from pytest_logprobs.parsers._pieces import Piece, joined
from pytest_logprobs.parsers._wire import (
    Chunk,
    Readers,
    another_answer,
    as_list,
    as_object,
    as_said,
    as_whole,
    got,
    is_list,
    is_object,
)

__all__ = ["NAME", "answer_id", "drafts", "ends", "read", "recognises"]
__tracebackhide__ = True  # a failed test shows its own lines

NAME: Final = "gemini"

_ASK: Final = "generationConfig: {responseLogprobs: true, logprobs: 5}"
_ASK_SDK: Final = f"{_ASK} (google-genai: response_logprobs=True, logprobs=5)"
_RESULT: Final = ("logprobsResult", "logprobs_result")
_AVERAGE: Final = ("avgLogprobs", "avg_logprobs")
_REASON: Final = ("finishReason", "finish_reason")
_MODEL: Final = ("modelVersion", "model_version")
_ID: Final = ("responseId", "response_id")
_FEEDBACK: Final = ("promptFeedback", "prompt_feedback")
_BLOCKED: Final = ("blockReason", "block_reason")
_BLOCKED_FOR: Final = ("blockReasonMessage", "block_reason_message")
_CALL: Final = ("functionCall", "function_call")
_HIDDEN: Final = ("thought", *_CALL, "executableCode", "executable_code")


@dataclass(slots=True)
class _Candidate:
    """One of several answers: its number, and the objects and texts that the chunks bring of it."""

    number: int
    model: str | None
    nodes: list[Chunk] = field(default_factory=list[Chunk])
    said: list[tuple[str, bool]] = field(default_factory=list[tuple[str, bool]])

    def of(self, names: tuple[str, str]) -> Any:
        """Return the last value of a field."""
        values = [node[key(node, names)] for _, node in self.nodes if key(node, names) in node]
        return next((value for value in reversed(values) if value is not None), None)

    @property
    def text(self) -> str:
        """The whole text, thoughts left out."""
        return "".join(text for text, _ in self.said)


def recognises(chunks: Sequence[Chunk]) -> bool:
    """Return whether the response has this family's shape."""
    return any(_is_answer(chunk) or _block(chunk) for _, chunk in chunks)


def ends(chunk: Chunk) -> bool:
    """Return whether an answer ends with a chunk."""
    nodes = chunk[1].get("candidates")
    if is_list(nodes) and nodes:
        return all(is_object(node) and _is_over(node) for node in nodes)
    return _block(chunk[1]) is not None


def answer_id(chunk: Chunk) -> str | None:
    """Return the name that all chunks of an answer share, ``None`` where the server gives none."""
    return _word(chunk[1], _ID)


def read(chunks: Sequence[Chunk]) -> Readers:
    """Return what reads each choice; ``ResponseError`` where the prompt was blocked."""
    _check_is_one_answer(chunks)
    model = next(filter(None, (_word(chunk, _MODEL) for _, chunk in chunks)), None)
    found: dict[int, _Candidate] = {}
    for path, chunk in chunks:
        for number, where, node in _numbered(path, chunk):
            candidate = found.setdefault(number, _Candidate(number, model))
            candidate.nodes.append((where, node))
            candidate.said.append(_said(node, where))
    if not all(map(answer_id, (each for each in chunks if each[1].get("candidates")))):
        for candidate in found.values():
            _check_is_one(candidate)
    if not found:
        for path, chunk in chunks:
            _check_is_not_blocked(path, chunk)
        raise MalformedResponseError("$", "there is no candidate in the response")
    return {number: partial(_completion, found[number]) for number in sorted(found)}


def _completion(candidate: _Candidate) -> Completion:
    pieces: list[Piece] = []
    for (path, node), (text, is_hidden) in zip(candidate.nodes, candidate.said, strict=True):
        name = key(node, _RESULT)
        where = f"{path}.{name}"
        pieces.append(Piece(where, text, drafts(node.get(name), where), is_hidden))
    found = joined(pieces)
    reason = _plain(candidate.of(_REASON))
    if found is None:
        raise _missing(candidate, reason)
    return assemble(
        candidate.text,
        found,
        model=candidate.model,
        finish_reason=reason,
        choice=candidate.number,
        format=NAME,
    )


def _missing(candidate: _Candidate, reason: str | None) -> MissingLogprobsError:
    is_of_sdk = any(names[1] in node for names in (_REASON, _RESULT) for _, node in candidate.nodes)
    ask = _ASK_SDK if is_of_sdk else _ASK
    because = None
    if not candidate.text and reason not in (None, "STOP"):
        because = f"it has no text, its finishReason is {clip(one_line(reason), 40)}"
        if reason == "MAX_TOKENS":
            because += ": raise maxOutputTokens, which thinking uses up too"
    elif not candidate.text and any(_calls(node) for _, node in candidate.nodes):
        because = "it has no text, it calls a function"
    elif candidate.of(_AVERAGE) is not None:
        because = (
            "avgLogprobs is an average only, which is not enough; ask for those of the tokens "
            f"with {ask} in the request"
        )
    return missing(NAME, candidate.number, ask, because)


def _numbered(path: str, chunk: dict[str, Any]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Yield each candidate of a chunk with its number and path: its index, 0 where left out."""
    places: list[Chunk] = []
    for i, node in enumerate(as_list(chunk.get("candidates"), f"{path}.candidates")):
        where = f"{path}.candidates[{i}]"
        places.append((where, as_object(node, where)))
    told = [as_whole(node.get("index"), f"{where}.index") for where, node in places]
    numbers = [index or 0 for index in told]
    if len(set(numbers)) != len(numbers):
        if any(index is not None for index in told):
            shown = ", ".join(map(str, numbers))
            raise MalformedResponseError(
                f"{path}.candidates", f"two candidates of a chunk have the same index, got {shown}"
            )
        numbers = list(range(len(told)))
    for number, (where, node) in zip(numbers, places, strict=True):
        if number < 0:
            problem = f"expected the number of a candidate, got {got(number)}"
            raise MalformedResponseError(f"{where}.index", problem)
        yield number, where, node


def _said(node: dict[str, Any], path: str) -> tuple[str, bool]:
    """Return the text of a candidate, and whether there is more that is no part of it."""
    content = as_object(node.get("content"), f"{path}.content")
    texts: list[str] = []
    is_hidden = False
    for i, part in enumerate(as_list(content.get("parts"), f"{path}.content.parts")):
        where = f"{path}.content.parts[{i}]"
        fields = as_object(part, where)
        is_hidden = is_hidden or any(fields.get(name) for name in _HIDDEN)
        if not fields.get("thought"):
            texts.append(as_said(fields.get("text"), f"{where}.text"))
    return "".join(texts), is_hidden


def _is_answer(chunk: dict[str, Any]) -> bool:
    nodes = chunk.get("candidates")
    if nodes:
        return is_list(nodes) and all(map(is_object, nodes))
    # nothing was said: SDKs dump a null, the wire leaves it out
    is_empty = "candidates" in chunk and is_object(chunk.get("usage_metadata"))
    return is_empty or is_object(chunk.get("usageMetadata"))


def _is_over(node: dict[str, Any]) -> bool:
    reason = node.get(key(node, _REASON))
    return bool(reason) and _plain(reason) != "FINISH_REASON_UNSPECIFIED"


def _calls(node: dict[str, Any]) -> bool:
    """Return whether a function is called, of a candidate whose parts were read."""
    parts = as_list(as_object(node.get("content"), "").get("parts"), "")
    return any(as_object(part, "").get(name) for part in parts for name in _CALL)


def _block(chunk: dict[str, Any]) -> str | None:
    """Return why a prompt was blocked, ``None`` where it was not."""
    feedback = chunk.get(key(chunk, _FEEDBACK))
    return _word(feedback, _BLOCKED) if is_object(feedback) else None


def _check_is_not_blocked(path: str, chunk: dict[str, Any]) -> None:
    reason = _block(chunk)
    if reason:
        said = _word(chunk[key(chunk, _FEEDBACK)], _BLOCKED_FOR)
        where = "" if path == "$" else f" at {path}"
        problem = (
            f"the response{where} holds no answer, the prompt was blocked "
            f"({clip(one_line(reason), 40)})"
        )
        if said:
            problem += f": {clip(one_line(said), 300)}"
        raise ResponseError(problem, provider_message=said or reason)


def _check_is_one_answer(chunks: Sequence[Chunk]) -> None:
    """Refuse chunks of several answers, as their names tell."""
    first = None
    for path, chunk in chunks:
        name = answer_id((path, chunk))
        first = first or name
        if name not in (first, None):
            raise another_answer(path)


def _check_is_one(candidate: _Candidate) -> None:
    """Refuse what is said behind a ``finishReason``, unless a server sends one in each chunk."""
    places = zip(candidate.nodes, candidate.said, strict=True)
    nodes = [node for node, said in places if any(said)]
    are_over = [_is_over(node) for _, node in nodes]
    if True in are_over[:-1] and not all(are_over):
        raise another_answer(nodes[are_over.index(True) + 1][0])


def _word(node: dict[str, Any], names: tuple[str, str]) -> str | None:
    return _plain(node.get(key(node, names)))


def _plain(value: object) -> str | None:
    """Return a name, also where an SDK makes it a member of an enumeration."""
    name = value.value if isinstance(value, Enum) else value
    return name if isinstance(name, str) and name else None
