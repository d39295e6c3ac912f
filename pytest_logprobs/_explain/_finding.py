"""The two parts of an explanation, and which tokens they show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pytest_logprobs._heatmap import (
    SURE,
    alternatives,
    heat_map,
    quantity_of,
    token_table,
    weakest,
    window,
)
from pytest_logprobs._numbers import percent, plain
from pytest_logprobs._quote import clip, one_line, quote
from pytest_logprobs._score import Evidence, EvidenceToken
from pytest_logprobs.metrics import Quantity

__all__ = ["SENTENCE", "Finding", "blamed"]
__tracebackhide__ = True  # a failed test shows its own lines

_MOST_LINES: Final = 8
SENTENCE: Final = 100
_WIDTH: Final = 76
"""A sentence and seven lines fit into the 640 characters that pytest never cuts."""

_ROOM: Final = 70
"""Where a line can be made shorter, it is: pytest indents it by ten of a terminal's 80 columns."""

_MOST_TOKENS: Final = 4  # with a line of their own


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, the tokens to blame, and what to do.

    ``quantity`` orders the tokens; ``notes`` and ``advice`` are lines of their own; ``listed`` is
    how many alternatives of a token are worth showing.
    """

    sentence: str
    evidence: Evidence
    quantity: Quantity = "logprob"
    notes: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    listed: int = 2

    @property
    def lines(self) -> list[str]:
        """The short part: at most 8 lines and 640 characters, no control character."""
        weak = blamed(self.evidence, self.quantity)
        shown = window(self.evidence, weak, _ROOM - len("text: "))
        lines = [*self.notes, *([f"text: {shown}"] if shown else [])]
        room = max(0, _MOST_LINES - 1 - len(lines) - len(self.advice))
        lines += [_row(token, self.quantity, self.listed) for token in weak[:room]]
        lines += [f"next: {line}" for line in self.advice]
        return [self._title, *(clip(one_line(line), _WIDTH) for line in lines[: _MOST_LINES - 1])]

    def section(self, rows: int) -> str:
        """Return the long part: the whole text as a heat map, and at most ``rows`` tokens."""
        sure = f"{SURE * 100:.0f} %"
        legend = f"⟦token|57⟧ had 57 % (?: not known); unmarked: {sure} or more, or not at issue"
        table = token_table(self.evidence, self.quantity, rows, max(self.listed, 5))
        return "\n\n".join((self._title, heat_map(self.evidence), legend, table))

    @property
    def _title(self) -> str:
        return clip(one_line(self.sentence), SENTENCE)


def blamed(evidence: Evidence, quantity: Quantity) -> list[EvidenceToken]:
    """Return the worst token, and further ones only if they are weak at all."""
    worst = weakest(evidence, quantity, _MOST_TOKENS)
    return worst[:1] + [token for token in worst[1:] if _is_weak(token, quantity)]


def _is_weak(token: EvidenceToken, quantity: Quantity) -> bool:
    if quantity == "rank":
        return quantity_of(token, quantity) != 1
    return token.probability is None or token.probability < SURE


def _row(token: EvidenceToken, quantity: Quantity, listed: int) -> str:
    value = None if quantity == "logprob" else quantity_of(token, quantity)
    more = "" if value is None else f", {quantity} {plain(value)}"
    row = f"#{token.index} {quote(token.text, 24)} {percent(token.probability)}{more}"
    instead = alternatives(token, listed, _ROOM - len(f"{row}; instead: "))
    return f"{row}; instead: {instead}" if instead else row
