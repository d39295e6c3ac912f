"""The pieces of an answer, put together: one of a whole answer, one a chunk of a streamed one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, chain
from typing import Final, NamedTuple

from pytest_logprobs._model import Draft
from pytest_logprobs._text import encode
from pytest_logprobs.errors import MalformedResponseError
from pytest_logprobs.parsers._wire import named

__all__ = ["Piece", "check_counted", "joined"]
__tracebackhide__ = True  # a failed test shows its own lines

_BLANK: Final = " \t\r\n\ufffd"


class Piece(NamedTuple):
    """What one chunk brings of an answer.

    ``path`` is that of its log-probabilities; ``drafts`` are its tokens, ``None`` where the chunk
    has no list of them. ``is_hidden``: it brings reasoning or a tool call, no part of the text;
    ``beside`` is that reasoning.
    """

    path: str
    text: str
    drafts: Sequence[Draft] | None
    is_hidden: bool = False
    beside: str = ""


def joined(pieces: Sequence[Piece]) -> list[Draft] | None:
    """Return the tokens of an answer, ``None`` where it has no log-probabilities.

    Raises ``MalformedResponseError`` where some chunks of a stream lost theirs: scores of the rest
    would pass for scores of the whole.
    """
    drafts = [draft for piece in pieces for draft in piece.drafts or ()]
    has_text = any(piece.text for piece in pieces)
    if not drafts and (has_text or all(piece.drafts is None for piece in pieces)):
        return None
    if len(pieces) > 1:
        _check_none_lost(pieces)
    return drafts


def check_counted(counted: object, done: str, listed: int, path: str) -> None:
    """Refuse an answer whose tokens are not as many as it counts itself, where it does."""
    if type(counted) is not int or counted == listed:
        return
    problem = f"{counted} tokens were {done} and {listed} are listed"
    if counted > listed:
        problem += ": the scores would be those of a part of the answer"
    else:
        problem += ": some would be counted twice"
    raise MalformedResponseError(path, problem)


def _check_none_lost(pieces: Sequence[Piece]) -> None:
    """Refuse a stream in which the text of a chunk has no tokens."""
    bare = [piece for piece in pieces if not piece.drafts and piece.text.strip(_BLANK)]
    if bare and not _spell_all(pieces):
        raise _lost(bare[0], "none")
    if bare:
        return
    surplus = 0  # a server may send tokens first, and their text later
    for piece in filter(_is_of_the_text, pieces):
        surplus += sum(map(_size, piece.drafts or ())) - len(_said(piece))
        if any(map(_is_unknown, piece.drafts or ())):
            surplus = max(surplus, 0)
        if surplus < 0:
            raise _lost(piece, "too few")


def _spell_all(pieces: Sequence[Piece]) -> bool:
    """Return whether the tokens spell all of the text, in order, whichever chunks they came in.

    Tokens in between spell something else: the end of the answer, what is behind a stop sequence.
    What lost characters spell is not known; it is no more than the text of their own chunk.
    """
    known = [piece for piece in pieces if not any(map(_is_unknown, piece.drafts or ()))]
    text = b"".join(map(_said, known))
    at = 0
    for draft in chain.from_iterable(map(_behind, known)):
        spelled = _without_blanks(_spelled(draft))
        if text.startswith(spelled, at):
            at += len(spelled)
        elif spelled.startswith(text[at : at + len(spelled)]):  # a stop sequence cuts a token
            at = len(text)
    return at == len(text)


def _behind(piece: Piece) -> Sequence[Draft]:
    """Return the tokens of a piece behind those of its reasoning."""
    drafts, rest = piece.drafts or (), len(_without_blanks(encode(piece.beside)))
    sizes = accumulate(map(_size, drafts), initial=0)
    return [draft for draft, before in zip(drafts, sizes, strict=False) if before >= rest]


def _is_of_the_text(piece: Piece) -> bool:
    """Return whether the tokens of a piece are those of its text; what is hidden spells none."""
    return not piece.is_hidden or sum(map(_size, piece.drafts or ())) <= len(_said(piece))


def _lost(piece: Piece, found: str) -> MalformedResponseError:
    rest = " though other chunks of the stream have them" if found == "none" else ""
    return MalformedResponseError(
        piece.path,
        f"there are {found} for the text of this chunk{rest}: the scores would be those of a part "
        "of the answer",
    )


def _said(piece: Piece) -> bytes:
    return _without_blanks(encode(piece.text.replace("\ufffd", "")))


def _size(draft: Draft) -> int:
    return len(_without_blanks(_spelled(draft)))


def _spelled(draft: Draft) -> bytes:
    return draft.spelled or (b"" if _is_named(draft) else encode(draft.text))


def _without_blanks(spelled: bytes) -> bytes:
    """Drop blanks: some servers leave out those that a token begins with."""
    return b"".join(spelled.split())


def _is_unknown(draft: Draft) -> bool:
    """Return whether what a token spells got lost: lost characters are no lost tokens."""
    if draft.text and not _is_named(draft) and "\ufffd" not in draft.text:
        return False
    return draft.spelled in (None, b"", encode(draft.text)) and not draft.continues


def _is_named(draft: Draft) -> bool:
    """Return whether a token is named by its id, for its text is not known."""
    return draft.token_id is not None and draft.text == named(draft.token_id)
