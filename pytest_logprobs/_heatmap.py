"""Tokens as text: a window on the weak ones, the whole text as a heat map, a table.

All of it is plain text that says everything without colour. ``coloured`` adds colour to a heat
map afterwards, from its marks alone, in the one process that knows the terminal.
"""

from __future__ import annotations

import heapq
import math
import re
from collections.abc import Callable, Sequence
from typing import Final

from pytest_logprobs._numbers import percent, plain
from pytest_logprobs._quote import one_line, quote, visible
from pytest_logprobs._score import Evidence, EvidenceToken
from pytest_logprobs.errors import LogprobsError
from pytest_logprobs.metrics import Quantity

__all__ = [
    "SURE",
    "alternatives",
    "coloured",
    "heat_map",
    "quantity_of",
    "token_table",
    "weakest",
    "window",
]
__tracebackhide__ = True  # a failed test shows its own lines

SURE: Final = 0.9
"""From this probability on a token is not marked as weak."""

_MARK: Final = re.compile(r"⟦[^⟦⟧\n]*\|(\d{1,3}|\?)⟧")
_Extent = tuple[int, int]


def quantity_of(token: EvidenceToken, quantity: Quantity) -> float | None:
    """Return what is known of a token; nothing is where its alternatives cannot be read."""
    try:
        value: float | None = getattr(token, quantity)
    except LogprobsError:
        return None
    return value


def weakest(evidence: Evidence, quantity: Quantity, count: int) -> list[EvidenceToken]:
    """Return the tokens with the worst quantity, worst first; unknown ones last."""
    sign = 1 if quantity in ("logprob", "margin") else -1
    tokens = evidence.tokens
    values: Sequence[float | None] = evidence.quantities or [
        quantity_of(token, quantity) for token in tokens
    ]

    def key(at: int) -> tuple[bool, float]:
        value = values[at]
        return value is None, 0.0 if value is None else sign * value

    return [tokens[at] for at in heapq.nsmallest(count, range(len(tokens)), key=key)]


def alternatives(token: EvidenceToken, count: int, room: float = math.inf) -> str:
    """Say what the model could have said instead of a token, most likely first.

    At most ``count`` of them, and after the first no more than ``room`` characters hold. Empty
    where nothing else is listed; where the list cannot be read, the text says so.
    """
    try:
        others = [a for a in token.alternatives if not token.is_same_as(a)]
    except LogprobsError as error:
        problem = f"(unreadable: {one_line(str(error))})"
        return problem if len(problem) <= room else "(unreadable)"
    shown = ""
    for other in others[:count]:
        longer = (
            f"{shown}{', ' if shown else ''}{quote(other.text, 24)} {percent(other.probability)}"
        )
        if shown and len(longer) > room:
            break
        shown = longer
    return shown


def window(evidence: Evidence, marked: Sequence[EvidenceToken], width: int) -> str:
    """Show as much text around the first marked token as fits on a line, marked ones in ⟦ ⟧.

    Empty where none of them has a place in the text.
    """
    text, extents = _layout(evidence)
    places = {id(t): e for t, e in zip(evidence.tokens, extents, strict=True) if e and e[0] < e[1]}
    marks = [places[id(token)] for token in marked if id(token) in places]
    if not marks:
        return ""
    focus = marks[0][0]
    # a character takes one column at least: what is further away cannot be in the window
    low, high = max(0, focus - width), min(len(text), focus + width)
    cells = [one_line(character) for character in text[low:high]]
    for start, stop in set(marks):
        if low <= start < high:
            cells[start - low] = f"⟦{cells[start - low]}"
        if low < stop <= high:
            cells[stop - 1 - low] += "⟧"
    begin, end = _around(focus - low, cells, width - 2)
    left, right = "…" * (low + begin > 0), "…" * (low + end < len(text))
    return f"{left}{''.join(cells[begin:end])}{right}"


def _around(focus: int, cells: Sequence[str], room: int) -> _Extent:
    """Return the cells around one that fit into some room, as many before it as after it."""
    begin = end = focus
    wider = True
    while wider:
        wider = False
        if end < len(cells) and len(cells[end]) <= room:
            room -= len(cells[end])
            end += 1
            wider = True
        if begin > 0 and len(cells[begin - 1]) <= room:
            begin -= 1
            room -= len(cells[begin])
            wider = True
    return begin, end


def heat_map(evidence: Evidence) -> str:
    """Show the whole text, each token below ``SURE`` as ``⟦token|percent⟧``.

    Only what was compared is marked. Tokens that are no part of the text follow on a line of
    their own.
    """
    text, extents = _layout(evidence)
    parts: list[str] = []
    outside: list[str] = []
    at = 0
    for token, extent in zip(evidence.tokens, extents, strict=True):
        probability = token.probability
        if probability is not None and probability >= SURE:
            continue
        # what is marked is below 90, and says so
        heat = "?" if probability is None else f"{min(round(probability * 100), 89)}"
        if extent is None:
            outside.append(f"#{token.index} ⟦{one_line(token.text)}|{heat}⟧")
            continue
        if at < extent[0]:
            parts.append(visible(text[at : extent[0]]))
        piece = text[max(at, extent[0]) : extent[1]] or token.text  # a split character's next part
        parts.append(f"⟦{one_line(piece)}|{heat}⟧" + "\n" * piece.count("\n"))
        at = max(at, extent[1])
    parts.append(visible(text[at:]))
    if outside:
        parts.append(f"\n(no part of the text: {' '.join(outside)})")
    return "".join(parts)


def coloured(shown: str, markup: Callable[[str, str], str]) -> str:
    """Colour the marks of a heat map: ``markup(text, colour)`` per mark.

    >>> coloured("is⟦ Paris|31⟧.", lambda text, colour: f"<{colour}>{text}</>")
    'is<red>⟦ Paris|31⟧</>.'
    """

    def paint(match: re.Match[str]) -> str:
        heat = match.group(1)
        colour = "purple" if heat == "?" else "red" if int(heat) < 50 else "yellow"  # noqa: PLR2004
        return markup(match.group(), colour)

    return _MARK.sub(paint, shown)


def token_table(evidence: Evidence, quantity: Quantity, rows: int, listed: int = 5) -> str:
    """List the weakest tokens in the order of the text, at most ``rows`` of them, 0 for all.

    ``listed`` is how many alternatives each has at most.
    """
    tokens = evidence.tokens
    if rows and len(tokens) > rows:
        kept = {id(token) for token in weakest(evidence, quantity, rows)}
        tokens = [token for token in tokens if id(token) in kept]
    extra = "" if quantity == "logprob" else f" {quantity:>10}"
    lines = [f"{'#':>5}  {'token':<20} {'prob':>6} {'logprob':>10}{extra}  alternatives"]
    for token in tokens:
        cells = f"{token.index:>5}  {quote(token.text, 20):<20} {percent(token.probability):>6}"
        more = f" {_cell(quantity_of(token, quantity))}" if extra else ""
        shown = alternatives(token, listed)
        lines.append(f"{cells} {_cell(token.logprob)}{more}  {shown}".rstrip())
    left_out = len(evidence.tokens) - len(tokens)
    if left_out:
        every = "all: --logprobs-rows=0; in show: --rows=0"
        lines.append(f"       … and {left_out} less doubtful ({every})")
    return "\n".join(lines)


def _cell(value: float | None) -> str:
    return f"{'?' if value is None else plain(value):>10}"


def _layout(evidence: Evidence) -> tuple[str, list[_Extent | None]]:
    """Return the text and the place of each token in it; without a text, the tokens' own."""
    extents: list[_Extent | None] = []
    text = evidence.text
    if text is None:
        reached = 0
        for token in evidence.tokens:
            extents.append((reached, reached + len(token.text)))
            reached += len(token.text)
        return "".join(token.text for token in evidence.tokens), extents
    size = len(text)
    for token in evidence.tokens:
        start, end = token.start, token.end
        placed = start is not None and end is not None and 0 <= start <= end <= size
        extents.append((start or 0, end or 0) if placed else None)  # by hand it may be outside
    return text, extents
