"""Answers that a stream tells several times over: piece by piece, then whole, then all together.

One telling of each answer is read and the others are left alone, but for their text: what a
stream repeats, loses or brings out of order shows where it tells the text again. They differ: the
last may be rounded or bare.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from pytest_logprobs._model import Draft
from pytest_logprobs.errors import MalformedResponseError
from pytest_logprobs.parsers._content import drafts_in
from pytest_logprobs.parsers._pieces import Piece, joined

__all__ = ["Said", "Telling", "best_of", "by_answer", "text_of"]
__tracebackhide__ = True  # a failed test shows its own lines


class Said(NamedTuple):
    """A piece of an answer: which answer and which part of it, its text, and its entries.

    ``path`` is that of the entries; they are ``None`` or empty where nothing is told. ``order`` is
    the number of the event, ``None`` where it has none.
    """

    answer: int | str
    part: int
    path: str
    text: str
    entries: object
    is_refusal: bool = False
    order: int | None = None

    @property
    def has_entries(self) -> bool:
        """Whether its tokens are told; whether soundly, is seen when they are read."""
        return self.entries not in (None, [], ())


Telling = Sequence[Said]
"""The pieces of an answer, in the order of its parts."""


def by_answer(tellings: Sequence[Sequence[Said]]) -> list[list[Telling]]:
    """Return the tellings of each answer, in the order of those that tell the most answers."""
    answers: list[dict[int | str, list[Said]]] = []
    for telling in tellings:
        answers.append({})
        for said in telling:
            answers[-1].setdefault(said.answer, []).append(said)
    names = dict.fromkeys(name for each in sorted(answers, key=len, reverse=True) for name in each)
    return [
        [sorted(each[name], key=lambda said: said.part) for each in answers if name in each]
        for name in names
    ]


def best_of(tellings: Sequence[Telling]) -> tuple[Telling, list[Draft] | None]:
    """Return the telling of an answer to read and its tokens, ``None`` where none has any.

    ``tellings`` come in the order in which they are preferred, which is that of the stream. One
    whose text is not that of the answer, or whose tokens cannot be read, gives way to the next.
    """
    errors: list[MalformedResponseError] = []
    whole = [telling for at, telling in enumerate(tellings) if _is_whole(at, tellings)]
    for telling in whole:
        try:
            drafts = _drafts_of(telling)
        except MalformedResponseError as error:  # noqa: PERF203 - five tellings at most
            errors.append(error)
        else:
            if drafts:
                return telling, drafts
    if errors:
        raise errors[0]
    for said in (said for telling in tellings for said in telling if said.has_entries):
        raise MalformedResponseError(
            said.path,
            "the text that these spell is not the one, or not all of the one, that the stream "
            "tells of this answer elsewhere",
        )
    return next(iter(whole or tellings), ()), None


def text_of(telling: Telling) -> str:
    """Return the text of all pieces."""
    return "".join(said.text for said in telling)


def _is_whole(at: int, tellings: Sequence[Telling]) -> bool:
    """Return whether no later telling says otherwise, and no earlier one says the same and more."""
    telling = tellings[at]
    more = (each for each in tellings[:at] if not _is_alike(each, telling))
    return all(_covers(telling, later) for later in tellings[at + 1 :]) and not any(
        _covers(earlier, telling) for earlier in more
    )


def _covers(telling: Telling, other: Telling) -> bool:
    """Return whether a telling says the same as another of the parts that the other tells."""
    parts = {said.part for said in other}
    own = [said for said in telling if said.part in parts]
    return not text_of(other).strip() or _is_alike(telling, other) or _is_alike(own, other)


def _is_alike(telling: Telling, other: Telling) -> bool:
    """Return whether two tellings have the same text; some servers trim the last."""
    return text_of(telling).strip() == text_of(other).strip()


def _drafts_of(pieces: Telling) -> list[Draft] | None:
    for _, part in groupby(pieces, key=lambda said: said.part):
        _check_order([said for said in part if said.order is not None])
    return joined([_piece(said) for said in pieces])


def _check_order(events: Sequence[Said]) -> None:
    """Refuse events that come again or out of order."""
    for before, said in pairwise(events):
        if (said.order or 0) <= (before.order or 0):
            raise MalformedResponseError(
                said.path,
                f"this event is out of order: its sequence_number is {said.order}, that of the "
                f"one before is {before.order}",
            )


def _piece(said: Said) -> Piece:
    """Return a piece to be joined; a refusal has no tokens, its text is not held against it."""
    drafts = drafts_in(said.entries, said.path) if said.has_entries else None
    return Piece(said.path, "" if said.is_refusal else said.text, drafts)
