"""Gemini and Vertex: ``candidates[].logprobsResult``, one list of chosen tokens, one of the best.

``chosenCandidates[i]`` and ``topCandidates[i].candidates[]`` belong together. Known by
``candidates``, in camel case as on the wire or in snake case as SDKs dump it. Read as they are:

- fields that are left out: ``index`` of the first candidate, an empty ``token``, ``tokenId``; a
  ``logProbability`` that is left out may have been 0.0 or lost, so it is not known;
- ``topCandidates`` absent, a step of it without ``candidates``, a chosen token not among them;
- tokens of what is not said: those of a tool's call spell code that stands nowhere in the text;
- parts with ``thought``, which are no part of the answer's text;
- ``avgLogprobs``, sent unasked and at times as "NaN": an average is no token's, it is not read;
- -1.2676506e30 for a token that a grammar ruled out.

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

from pytest_logprobs._model import Alternative, Completion, Draft, assemble
from pytest_logprobs._quote import clip, one_line
from pytest_logprobs.errors import (
    MalformedResponseError,
    MissingLogprobsError,
    ResponseError,
)
from pytest_logprobs.parsers._missing import missing
from pytest_logprobs.parsers._pieces import Piece, joined
from pytest_logprobs.parsers._wire import (
    Chunk,
    Readers,
    as_list,
    as_number,
    as_object,
    as_said,
    as_whole,
    got,
    is_list,
    is_object,
)

__all__ = ["NAME", "drafts", "ends", "read", "recognises"]
__tracebackhide__ = True  # a failed test shows its own lines

NAME: Final = "gemini"

_ASK: Final = "generationConfig: {responseLogprobs: true, logprobs: 5}"
_CHOSEN: Final = ("chosenCandidates", "chosen_candidates")
_TOP: Final = ("topCandidates", "top_candidates")
_LOGPROB: Final = ("logProbability", "log_probability")
_TOKEN_ID: Final = ("tokenId", "token_id")
_RESULT: Final = ("logprobsResult", "logprobs_result")
_AVERAGE: Final = ("avgLogprobs", "avg_logprobs")
_REASON: Final = ("finishReason", "finish_reason")
_MODEL: Final = ("modelVersion", "model_version")
_ID: Final = ("responseId", "response_id")
_FEEDBACK: Final = ("promptFeedback", "prompt_feedback")
_BLOCKED: Final = ("blockReason", "block_reason")
_BLOCKED_FOR: Final = ("blockReasonMessage", "block_reason_message")
_HIDDEN: Final = ("thought", "functionCall", "function_call", "executableCode", "executable_code")


@dataclass(slots=True)
class _Candidate:
    """One of several answers: its number, and the objects and texts that the chunks bring of it."""

    number: int
    model: str | None
    nodes: list[Chunk] = field(default_factory=list[Chunk])
    said: list[tuple[str, bool]] = field(default_factory=list[tuple[str, bool]])

    def of(self, names: tuple[str, str]) -> Any:
        """Return the last value of a field."""
        values = [node[_key(node, names)] for _, node in self.nodes if _key(node, names) in node]
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
        return all(is_object(node) and node.get(_key(node, _REASON)) for node in nodes)
    return _block(chunk[1]) is not None


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
    if not found:
        for path, chunk in chunks:
            _check_is_not_blocked(path, chunk)
        raise MalformedResponseError("$", "there is no candidate in the response")
    return {number: partial(_completion, found[number]) for number in sorted(found)}


def drafts(logprobs_result: object, path: str) -> list[Draft] | None:
    """Return the tokens in a ``logprobsResult`` of either spelling, ``None`` where it lists none.

    Raises ``MalformedResponseError`` where the two lists do not belong together.
    """
    fields = as_object(logprobs_result, path)
    names = _key(fields, _CHOSEN), _key(fields, _TOP)
    chosen, top = (as_list(fields.get(name), f"{path}.{name}") for name in names)
    if not chosen and not top:
        return None
    if top and len(top) != len(chosen):
        raise MalformedResponseError(
            f"{path}.{names[1]}",
            f"{len(top)} entries for {len(chosen)} tokens: they belong together one by one",
        )
    found: list[Draft] = []
    for i, each in enumerate(chosen):
        text, logprob, token_id = _fields(each, f"{path}.{names[0]}[{i}]")
        where = f"{path}.{names[1]}[{i}]"
        listed = as_object(top[i], where).get("candidates") if top else None
        none = listed in (None, [], ())
        alternatives = () if none else partial(_alternatives, listed, f"{where}.candidates")
        found.append(Draft(text, logprob, None, token_id, alternatives))
    return found


def _alternatives(entries: object, path: str) -> tuple[Alternative, ...]:
    listed = as_list(entries, path)
    fields = [_fields(entry, f"{path}[{i}]") for i, entry in enumerate(listed)]
    return tuple(Alternative(text, logprob, token_id=at) for text, logprob, at in fields)


def _fields(value: object, path: str) -> tuple[str, float | None, int | None]:
    """Read what a token and an alternative have in common."""
    entry = as_object(value, path)
    logprob, token_id = _key(entry, _LOGPROB), _key(entry, _TOKEN_ID)
    return (
        as_said(entry.get("token"), f"{path}.token"),
        as_number(entry.get(logprob), f"{path}.{logprob}"),
        as_whole(entry.get(token_id), f"{path}.{token_id}"),
    )


def _completion(candidate: _Candidate) -> Completion:
    pieces: list[Piece] = []
    for (path, node), (text, is_hidden) in zip(candidate.nodes, candidate.said, strict=True):
        name = _key(node, _RESULT)
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
    because = None
    if not candidate.text and reason not in (None, "STOP"):
        because = f"it has no text, its finishReason is {clip(one_line(reason), 40)}"
    elif candidate.of(_AVERAGE) is not None:
        because = (
            "avgLogprobs is an average only, which is not enough; ask for those of the tokens "
            f"with {_ASK} in the request"
        )
    return missing(NAME, candidate.number, _ASK, because)


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
        is_hidden = is_hidden or any(fields.get(key) for key in _HIDDEN)
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


def _block(chunk: dict[str, Any]) -> str | None:
    """Return why a prompt was blocked, ``None`` where it was not."""
    feedback = chunk.get(_key(chunk, _FEEDBACK))
    return _word(feedback, _BLOCKED) if is_object(feedback) else None


def _check_is_not_blocked(path: str, chunk: dict[str, Any]) -> None:
    reason = _block(chunk)
    if reason:
        said = _word(chunk[_key(chunk, _FEEDBACK)], _BLOCKED_FOR) or reason
        where = "" if path == "$" else f" at {path}"
        shown = f"({clip(one_line(reason), 40)}): {clip(one_line(said), 300)}"
        raise ResponseError(
            f"the response{where} holds no answer, the prompt was blocked {shown}",
            provider_message=said,
        )


def _check_is_one_answer(chunks: Sequence[Chunk]) -> None:
    """Refuse chunks of several answers; a ``finishReason`` does not tell, some send it in each."""
    first = None
    for path, chunk in chunks:
        name = _word(chunk, _ID)
        first = first or name
        if name != first and name is not None:
            raise MalformedResponseError(
                path, "another answer begins here: give each answer in a list of its own"
            )


def _key(node: dict[str, Any], names: tuple[str, str]) -> str:
    """Return which of its two spellings a field has here, that of the wire where it is absent."""
    return names[1] if names[1] in node and names[0] not in node else names[0]


def _word(node: dict[str, Any], names: tuple[str, str]) -> str | None:
    return _plain(node.get(_key(node, names)))


def _plain(value: object) -> str | None:
    """Return a name, also where an SDK makes it a member of an enumeration."""
    name = value.value if isinstance(value, Enum) else value
    return name if isinstance(name, str) and name else None
