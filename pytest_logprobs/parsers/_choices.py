"""The choices of a response in OpenAI's manner, whole or streamed.

A response in one piece is a stream of one chunk: a choice is the list of its pieces, and text and
tokens are read piece by part. Nothing is merged first, so the path of an error is that of the
chunk it stands in.

A cloud may put its own envelope around the response, ``chatResponse`` or ``inferenceResponse``
beside a ``modelId``, and write ``finishReason`` and ``promptTokens`` (OCI's generative AI, read
2026-11).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from pytest_logprobs._model import Draft
from pytest_logprobs.errors import MalformedResponseError
from pytest_logprobs.parsers._pieces import Piece, joined
from pytest_logprobs.parsers._provider_error import check_no_error_in
from pytest_logprobs.parsers._wire import (
    Chunk,
    another_answer,
    as_list,
    as_object,
    as_said,
    as_whole,
    first_word,
    got,
    is_list,
    is_object,
)

__all__ = ["Choice", "Part", "Usage", "choices_of", "drafts_of", "ends", "nodes_in", "nodes_of"]
__tracebackhide__ = True  # a failed test shows its own lines

_CALLS: Final = ("tool_calls", "function_call")
_REASONING: Final = ("reasoning", "reasoning_content")
_ENVELOPES: Final = ("chatResponse", "inferenceResponse")
_MOST_CHOICES: Final = 2**31
_TELLING: Final = ("prompt", "prompt_logprobs", "prompt_token_ids", "x_groq")


class Part(NamedTuple):
    """What one chunk brings of a choice: the path and the object there, and what it says."""

    path: str
    node: dict[str, Any]
    said: dict[str, Any]
    text: str

    @property
    def where(self) -> str:
        """The path of its log-probabilities."""
        return f"{self.path}.logprobs"

    @property
    def logprobs(self) -> Any:
        """What stands there, ``None`` for nothing."""
        found = self.node.get("logprobs")
        return None if found == [] else found

    @property
    def is_hidden(self) -> bool:
        """Whether it brings reasoning or a tool call, which are no part of the text."""
        return any(self.said.get(key) for key in (*_CALLS, *_REASONING))

    @property
    def reasoning(self) -> str:
        """The reasoning that it brings."""
        found = (self.said.get(key) for key in _REASONING)
        return next((each for each in found if isinstance(each, str) and each), "")


class Usage(NamedTuple):
    """The numbers of tokens in a response, of all its ``choices`` together.

    ``asked`` of the prompt and ``generated`` in answer are ``None`` where the response does not
    count them; ``listed`` are those that have an entry in some ``logprobs``. ``common`` is how
    many characters all answers begin with.
    """

    asked: int | None = None
    generated: int | None = None
    listed: int = 0
    choices: int = 1
    common: int = 0


_NONE: Final = Usage()


@dataclass(slots=True)
class Choice:
    """One of several answers: its number, and its pieces in the order they came.

    ``chunks`` are those of the whole response that tell something beside the choices.
    """

    number: int
    model: str | None
    chunks: Sequence[Chunk] = ()
    usage: Usage = _NONE
    parts: list[Part] = field(default_factory=list[Part])
    finish_reason: str | None = None

    @property
    def text(self) -> str:
        """The whole text, refusals included."""
        return "".join(part.text for part in self.parts)

    @property
    def is_text(self) -> bool:
        """Whether this is the text of a completion and no message."""
        return not any(part.node.get(key) for part in self.parts for key in ("message", "delta"))

    @property
    def calls_tool(self) -> bool:
        """Whether the answer is a call of a tool."""
        return any(part.said.get(key) for part in self.parts for key in _CALLS)

    def add(self, part: Part) -> None:
        """Append a part. What comes after the end, or beside a message, is another answer's."""
        if self.parts and (_is_whole(part.node) or _is_whole(self.parts[-1].node)):
            raise another_answer(part.path)
        if self.finish_reason and (part.text or _count(part.node)):
            raise another_answer(part.path)
        self.parts.append(part)
        self.finish_reason = _reason(part.node) or self.finish_reason


def nodes_in(chunks: Sequence[Chunk]) -> Iterator[dict[str, Any]]:
    """Yield every choice object, whatever else may stand there: to know a response by."""
    for chunk in chunks:
        found = _opened(chunk)[1].get("choices")
        yield from (node for node in (found if is_list(found) else ()) if is_object(node))


def nodes_of(chunk: Chunk) -> Iterator[Chunk]:
    """Yield every choice object of a chunk with its path."""
    path, fields = _opened(chunk)
    where = f"{path}.choices"
    for i, node in enumerate(as_list(fields.get("choices"), where)):
        yield f"{where}[{i}]", as_object(node, f"{where}[{i}]")


def choices_of(chunks: Sequence[Chunk]) -> list[Choice]:
    """Group the pieces by choice, in the order of the choices' numbers.

    Raises ``MalformedResponseError`` where there is none, or where the chunks are not of one
    answer. Their ids do not tell: servers give one to each choice, or to each chunk.
    """
    names = (chunk.get(key) for _, chunk in chunks for key in ("model", "modelId"))
    model = first_word(names)
    streamed = len(chunks) > 1
    telling = [chunk for chunk in chunks if any(chunk[1].get(key) is not None for key in _TELLING)]
    choices: dict[int, Choice] = {}
    for chunk in chunks:
        nodes = list(nodes_of(chunk))
        for number, node in zip(_numbers(nodes, chunk[0], streamed=streamed), nodes, strict=True):
            if number not in choices:
                choices[number] = Choice(number, model, telling)
            choices[number].add(_part(*node, streamed=streamed))
    if not choices:
        raise MalformedResponseError("$", "there is no choice in the response")
    ordered = [choices[number] for number in sorted(choices)]
    usage = _usage(chunks, ordered)
    for choice in ordered:
        choice.usage = usage
    return ordered


def drafts_of(choice: Choice, read: Callable[[Part], Sequence[Draft] | None]) -> list[Draft] | None:
    """Return the tokens of a choice, ``None`` where it has no log-probabilities.

    ``read`` reads those of one part, ``None`` where there is no list.
    """
    return joined(
        [
            Piece(part.where, part.text, _drafts(part, read(part)), part.is_hidden, part.reasoning)
            for part in choice.parts
        ]
    )


def ends(chunk: Chunk) -> bool:
    """Return whether every choice in a chunk ends with it."""
    nodes = _opened(chunk)[1].get("choices")
    return is_list(nodes) and bool(nodes) and all(is_object(n) and _is_end(n) for n in nodes)


def _opened(chunk: Chunk) -> Chunk:
    """Return a response out of the envelope that it may come in."""
    path, fields = chunk
    if "choices" not in fields:
        for key in _ENVELOPES:
            inner = fields.get(key)
            if is_object(inner) and is_list(inner.get("choices")):
                return f"{path}.{key}", inner
    return chunk


def _drafts(part: Part, drafts: Sequence[Draft] | None) -> Sequence[Draft] | None:
    """Return the tokens of a part; those of one that is hidden and has no text are hidden too."""
    if not drafts or part.text or not part.is_hidden:
        return drafts
    return [draft._replace(hidden=True) for draft in drafts]


def _usage(chunks: Sequence[Chunk], choices: Sequence[Choice]) -> Usage:
    """Return what the last chunk that counts tokens says, and how many are listed."""
    found: dict[str, Any] = {}
    for chunk in chunks:
        usage = _opened(chunk)[1].get("usage")
        found = usage if is_object(usage) else found
    asked, generated = (
        next((found[key] for key in keys if type(found.get(key)) is int and found[key] >= 0), None)
        for keys in (("prompt_tokens", "promptTokens"), ("completion_tokens", "completionTokens"))
    )
    total = found.get("total_tokens")
    if generated is None and asked and type(total) is int and total >= asked:
        generated = total - asked
    listed = sum(_count(part.node) for choice in choices for part in choice.parts)
    return Usage(asked, generated, listed, len(choices), _common([each.text for each in choices]))


def _common(texts: Sequence[str]) -> int:
    """Return the length of what all texts begin with."""
    first, last = min(texts), max(texts)
    if first == last:
        return len(first)
    pairs = enumerate(zip(first, last, strict=False))
    return next((i for i, (one, other) in pairs if one != other), len(first))


def _count(node: dict[str, Any]) -> int:
    """Return how many tokens a choice lists, a bare number being that of one."""
    logprobs = node.get("logprobs")
    if not is_object(logprobs):
        return int(type(logprobs) in {int, float})
    keys = ("tokens",) if is_list(logprobs.get("tokens")) else ("content", "refusal")
    found = (logprobs.get(key) for key in keys)
    return sum(len(each) if is_list(each) else int(is_object(each)) for each in found)


def _is_end(node: dict[str, Any]) -> bool:
    return _is_whole(node) or _reason(node) is not None


def _is_whole(node: dict[str, Any]) -> bool:
    return is_object(node.get("message")) and node.get("delta") is None


def _reason(node: dict[str, Any]) -> str | None:
    reason = node.get("finish_reason") or node.get("finishReason")
    return reason if isinstance(reason, str) and reason not in ("", "null") else None  # Friendli's


def _numbers(nodes: Sequence[Chunk], path: str, *, streamed: bool) -> Sequence[int]:
    """Return the number of each choice of a chunk: its ``index``, else its place."""
    numbers = [_number(node.get("index"), f"{where}.index") for where, node in nodes]
    if None not in numbers and len(set(numbers)) == len(numbers):
        return [number or 0 for number in numbers]
    if streamed and len(nodes) > 1 and any(number is not None for number in numbers):
        shown = ", ".join(map(str, numbers)).replace("None", "null")
        problem = f"the choices of a chunk need an index each to be told apart, got {shown}"
        raise MalformedResponseError(f"{path}.choices", problem)
    return range(len(nodes))


def _number(value: object, path: str) -> int | None:
    number = as_whole(value, path)
    if number is not None and not 0 <= number < _MOST_CHOICES:
        raise MalformedResponseError(path, f"expected the number of a choice, got {got(value)}")
    return number


def _part(path: str, node: dict[str, Any], *, streamed: bool) -> Part:
    check_no_error_in(path, node)
    # ``object`` is not trusted to say which; where there are both, one only repeats
    for key in ("delta", "message") if streamed else ("message", "delta"):
        if node.get(key) is not None:
            said = as_object(node[key], f"{path}.{key}")
            return Part(path, node, said, "".join(_texts(said, f"{path}.{key}")))
    return Part(path, node, {}, as_said(node.get("text"), f"{path}.text"))


def _texts(said: dict[str, Any], path: str) -> Iterator[str]:
    content, where = said.get("content"), f"{path}.content"
    if is_list(content):  # content parts
        for i, part in enumerate(content):
            yield as_said(as_object(part, f"{where}[{i}]").get("text"), f"{where}[{i}].text")
    else:
        yield as_said(content, where)
    yield as_said(said.get("refusal"), f"{path}.refusal")
