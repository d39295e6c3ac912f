"""Answers that a stream tells several times over: piece by piece, then whole, then all together.

One telling is read and the others are left alone. They differ: the last may be rounded or bare.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pytest_logprobs._model import Draft
from pytest_logprobs.parsers._content import drafts_in
from pytest_logprobs.parsers._pieces import Piece, joined

__all__ = ["Said", "best_of", "by_answer", "drafts_of"]
__tracebackhide__ = True  # a failed test shows its own lines


class Said(NamedTuple):
    """A piece of an answer: which answer and which part of it, its text, and its entries.

    ``path`` is that of the entries; they are ``None`` or empty where nothing is told.
    """

    answer: int | str
    part: int
    path: str
    text: str
    entries: object

    @property
    def has_entries(self) -> bool:
        """Whether its tokens are told; whether soundly, is seen when they are read."""
        return self.entries not in (None, [], ())


def best_of(tellings: Sequence[Sequence[Said]]) -> Sequence[Said]:
    """Return the telling to read: of those with log-probabilities, the first that says most.

    ``tellings`` come in the order in which they are preferred, and only the text that one lacks,
    since its beginning was not caught, puts it behind a later one.
    """
    scored = [telling for telling in tellings if any(said.has_entries for said in telling)]
    return max(scored or tellings, key=_size, default=())


def _size(telling: Sequence[Said]) -> int:
    return sum(len(said.text) for said in telling)


def by_answer(telling: Sequence[Said]) -> list[list[Said]]:
    """Return the pieces of each answer: answers as they come, pieces in the order of the parts."""
    answers: dict[int | str, list[Said]] = {}
    for said in telling:
        answers.setdefault(said.answer, []).append(said)
    return [sorted(pieces, key=lambda said: said.part) for pieces in answers.values()]


def drafts_of(pieces: Sequence[Said]) -> list[Draft] | None:
    """Return the tokens of an answer, ``None`` where it has no log-probabilities."""
    return joined([Piece(said.path, said.text, _drafts(said)) for said in pieces])


def _drafts(said: Said) -> list[Draft] | None:
    return drafts_in(said.entries, said.path) if said.has_entries else None
