"""Where two answers part: the first token that is another, and what both sides might have said."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pytest_logprobs._ledger import Row
from pytest_logprobs._numbers import percent
from pytest_logprobs._quote import one_line, quote

__all__ = [
    "Divergence",
    "distribution",
    "end_of",
    "first_divergence",
    "greatest_loss",
    "others",
    "parted",
]
__tracebackhide__ = True  # a failed test shows its own lines

_LINE: Final = 76
_TOKEN: Final = 12  # characters of a token, where two of them are on a line with the rest
_WIDTH: Final = 18  # of one where it stands with what might have stood there


@dataclass(frozen=True, slots=True)
class Divergence:
    """``prefix`` is the text that both begin with; ``before`` and ``after`` are the tokens there.

    One of them is ``None`` where an answer has ended. Where both have the same text, all that the
    answers say is the same, and it is the token that has lost most of its log-probability.
    """

    index: int
    prefix: str
    before: Row | None
    after: Row | None

    @property
    def is_other_text(self) -> bool:
        """Whether the answers say different things."""
        return self.before is None or self.after is None or self.before.text != self.after.text


def first_divergence(before: Sequence[Row], after: Sequence[Row]) -> Divergence | None:
    """Return where two answers part, ``None`` where their tokens are the same.

    >>> found = first_divergence([Row("Par", -0.1), Row("is", -0.1)], [Row("Par", -0.2)])
    >>> found.index, found.prefix, found.before.text, found.after
    (1, 'Par', 'is', None)
    """
    for index in range(max(len(before), len(after))):
        old = before[index] if index < len(before) else None
        new = after[index] if index < len(after) else None
        if old is None or new is None or old.text != new.text:
            return _at(index, before, old, new)
    return None


def greatest_loss(before: Sequence[Row], after: Sequence[Row]) -> Divergence | None:
    """Return the token of two equal answers that has lost most, ``None`` where none has."""
    losses = [
        -math.inf if old.logprob is None or new.logprob is None else old.logprob - new.logprob
        for old, new in zip(before, after, strict=True)
    ]
    index = max(range(len(losses)), key=losses.__getitem__, default=0)
    if not losses or losses[index] <= 0:
        return None
    return _at(index, before, before[index], after[index])


def parted(divergence: Divergence) -> str:
    """Say on one line, of 76 characters at most, where two answers part.

    >>> parted(Divergence(2, "It is", Row(" Paris", -0.1), Row(" Lyon", -0.9)))
    "at token 2, after 'It is', ' Paris' 90.5 % became ' Lyon' 40.7 %"
    """
    index, old, new = divergence.index, divergence.before, divergence.after
    if old is not None and new is not None and old.text == new.text:
        share = percent(_probability(new.logprob))
        return f"the same text; at token {index}, {_share(old, _TOKEN)} became {share}"
    sides = (_share(row, _TOKEN) if row else "the end" for row in (old, new))
    where, what = f"at token {index}", f", {' became '.join(sides)}"
    room = _LINE - len(f"{where}, after {what}")
    return (
        f"{where}{f', after {end_of(divergence.prefix, room)}' if divergence.prefix else ''}{what}"
    )


def distribution(row: Row | None, room: int = 70) -> str:
    """Say what stands at a place, and as much of what might have stood there as fits.

    >>> distribution(Row(" Lyon", -0.9, ((" Paris", -1.0),)))
    "' Lyon' 40.7 %; instead: ' Paris' 36.8 %"
    """
    if row is None:
        return "the end of the answer"
    chosen = _share(row, _WIDTH)
    instead = others(row, room - len(f"{chosen}; instead: "))
    return f"{chosen}; instead: {instead}" if instead else chosen


def others(row: Row, room: int) -> str:
    """Say what might have stood at a place, the most likely first, in ``room`` characters.

    Empty where nothing else is known, or the first is too long.
    """
    shown = ""
    for text, logprob in row.alternatives:
        if text != row.text:
            longer = f"{shown}{', ' if shown else ''}{_share(Row(text, logprob), _WIDTH)}"
            if len(longer) > room:
                break
            shown = longer
    return shown


def end_of(text: str, width: int) -> str:
    r"""Show the end of a text on one line between single quotes, in ``width`` characters.

    >>> print(end_of("the capital\nof France is", 17))
    '…\nof France is'
    """
    cells = [one_line(character) for character in text[-max(width, 1) :]]
    room = width - 2
    if len(cells) == len(text) and sum(map(len, cells)) <= room:
        return f"'{''.join(cells)}'"
    begin, room = len(cells), room - 1
    while begin and len(cells[begin - 1]) <= room:
        begin -= 1
        room -= len(cells[begin])
    return f"'…{''.join(cells[begin:])}'"


def _at(index: int, tokens: Sequence[Row], old: Row | None, new: Row | None) -> Divergence:
    return Divergence(index, "".join(row.text for row in tokens[:index]), old, new)


def _share(row: Row, width: int) -> str:
    return f"{quote(row.text, width)} {percent(_probability(row.logprob))}"


def _probability(logprob: float | None) -> float | None:
    return None if logprob is None else math.exp(min(logprob, 0.0))
