"""The choices of a response in OpenAI's manner, whole or streamed.

A response in one piece is a stream of one chunk: a choice is the list of its pieces, and text and
tokens are read piece by piece. Nothing is merged first, so the path of an error is that of the
chunk it stands in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from pytest_logprobs._model import Draft
from pytest_logprobs._text import encode
from pytest_logprobs.errors import MalformedResponseError
from pytest_logprobs.parsers._provider_error import check_no_error_in
from pytest_logprobs.parsers._wire import (
    Chunk,
    as_list,
    as_object,
    as_said,
    as_whole,
    got,
    is_list,
    is_object,
)

__all__ = ["Choice", "Piece", "choices_of", "drafts_of", "nodes_of"]
__tracebackhide__ = True  # a failed test shows its own lines

_CALLS: Final = ("tool_calls", "function_call")
_REASONING: Final = ("reasoning", "reasoning_content")
_MOST_CHOICES: Final = 2**31


class Piece(NamedTuple):
    """What one chunk brings of a choice: the path and the object there, and what it says."""

    path: str
    node: dict[str, Any]
    said: dict[str, Any]
    text: str

    @property
    def is_hidden(self) -> bool:
        """Whether it brings reasoning or a tool call, which are no part of the text."""
        return any(self.said.get(key) for key in (*_CALLS, *_REASONING))


@dataclass(slots=True)
class Choice:
    """One of several answers: its number, and its pieces in the order they came.

    ``usage`` is empty where there are several, which it counts together.
    """

    number: int
    model: str | None
    usage: dict[str, Any] = field(default_factory=dict[str, Any])
    pieces: list[Piece] = field(default_factory=list[Piece])
    finish_reason: str | None = None

    @property
    def text(self) -> str:
        """The whole text, refusals included."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def calls_tool(self) -> bool:
        """Whether the answer is a call of a tool."""
        return any(piece.said.get(key) for piece in self.pieces for key in _CALLS)

    def add(self, piece: Piece) -> None:
        """Append a piece. What comes after the end, or as a second message, is another answer's."""
        is_whole = is_object(piece.node.get("message")) and piece.node.get("delta") is None
        if self.pieces and (is_whole or (self.finish_reason and piece.text)):
            raise _several_answers(piece.path)
        self.pieces.append(piece)
        reason = piece.node.get("finish_reason")
        if isinstance(reason, str) and reason not in ("", "null"):  # one server sends that string
            self.finish_reason = reason


def nodes_of(chunks: Sequence[Chunk]) -> Iterator[Chunk]:
    """Yield every choice object with its path."""
    for path, chunk in chunks:
        where = f"{path}.choices"
        for i, node in enumerate(as_list(chunk.get("choices"), where)):
            yield f"{where}[{i}]", as_object(node, f"{where}[{i}]")


def choices_of(chunks: Sequence[Chunk]) -> list[Choice]:
    """Group the pieces by choice, in the order of the choices' numbers.

    Raises ``MalformedResponseError`` where there is none, or where the chunks are not of one
    answer. Their ids do not tell: servers give one to each choice, or to each chunk.
    """
    models = (chunk.get("model") for _, chunk in chunks)
    model = next((name for name in models if isinstance(name, str) and name), None)
    streamed = len(chunks) > 1
    choices: dict[int, Choice] = {}
    for chunk in chunks:
        nodes = list(nodes_of([chunk]))
        for number, node in zip(_numbers(nodes, chunk[0], streamed=streamed), nodes, strict=True):
            if number not in choices:
                choices[number] = Choice(number, model)
            choices[number].add(_piece(*node, streamed=streamed))
    if not choices:
        raise MalformedResponseError("$", "there is no choice in the response")
    ordered = [choices[number] for number in sorted(choices)]
    if len(ordered) == 1:
        for _, each in chunks:
            usage = each.get("usage")
            ordered[0].usage = usage if is_object(usage) else ordered[0].usage
    return ordered


def drafts_of(
    choice: Choice, entries: Callable[[dict[str, Any], str], list[Draft] | None]
) -> list[Draft] | None:
    """Return the tokens of a choice, ``None`` where it has no log-probabilities.

    ``entries`` reads what stands in one ``logprobs``, ``None`` where there is no list.
    """
    found: list[list[Draft] | None] = []
    for piece in choice.pieces:
        where = f"{piece.path}.logprobs"
        logprobs = piece.node.get("logprobs")
        found.append(entries(as_object(None if logprobs == [] else logprobs, where), where))
    drafts = [draft for each in found for draft in each or ()]
    if not drafts and (choice.text or all(each is None for each in found)):
        return None
    if len(choice.pieces) > 1:
        _check_none_lost(choice.pieces, [each or [] for each in found])
    return drafts


def _check_none_lost(pieces: Sequence[Piece], found: Sequence[Sequence[Draft]]) -> None:
    """Refuse a stream that lost log-probabilities: scores of the rest would pass for its own.

    A server may send tokens first and their text later, which is a surplus to draw on, or a text
    without any tokens first and all of them later, which is a debt that may be paid.
    """
    surplus, debtor = 0, None
    for piece, drafts in zip(pieces, found, strict=True):
        spelled, said = sum(map(_size, drafts)), _count(encode(piece.text.replace("\ufffd", "")))
        if spelled <= said or not piece.is_hidden:  # what is hidden spells no text of the answer
            surplus += spelled - said
        if any(map(_is_unknown, drafts)):
            surplus = max(surplus, 0)
        if surplus >= 0:
            debtor = None
        elif drafts and spelled < said and not debtor:
            raise _lost(piece, "too few")
        else:
            debtor = debtor or piece
    if debtor:
        raise _lost(debtor, "none")


def _lost(piece: Piece, found: str) -> MalformedResponseError:
    rest = " though other chunks of the stream have them" if found == "none" else ""
    return MalformedResponseError(
        f"{piece.path}.logprobs",
        f"there are {found} for the text of this chunk{rest}: the scores would be those of a part "
        "of the answer",
    )


def _size(draft: Draft) -> int:
    return _count(draft.spelled or encode(draft.text))


def _count(spelled: bytes) -> int:
    """Count bytes without blanks: some servers leave out those that a token begins with."""
    return sum(map(len, spelled.split()))


def _is_unknown(draft: Draft) -> bool:
    """Return whether what a token spells got lost: lost characters are no lost tokens."""
    return not draft.spelled and (not draft.text or "\ufffd" in draft.text)


def _several_answers(path: str) -> MalformedResponseError:
    return MalformedResponseError(
        path, "another answer begins here: the list holds several, parse each of them"
    )


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


def _piece(path: str, node: dict[str, Any], *, streamed: bool) -> Piece:
    check_no_error_in(path, node)
    # ``object`` is not trusted to say which; where there are both, one only repeats
    for key in ("delta", "message") if streamed else ("message", "delta"):
        if node.get(key) is not None:
            said = as_object(node[key], f"{path}.{key}")
            return Piece(path, node, said, "".join(_texts(said, f"{path}.{key}")))
    return Piece(path, node, {}, as_said(node.get("text"), f"{path}.text"))


def _texts(said: dict[str, Any], path: str) -> Iterator[str]:
    content, where = said.get("content"), f"{path}.content"
    if is_list(content):  # content parts
        for i, part in enumerate(content):
            yield as_said(as_object(part, f"{where}[{i}]").get("text"), f"{where}[{i}].text")
    else:
        yield as_said(content, where)
    yield as_said(said.get("refusal"), f"{path}.refusal")
