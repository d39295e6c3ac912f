"""What stays and what changes between two sequences, and the words of a long line that changed.

The work is bounded: what two sequences begin and end with in common is set aside first; where more
than ``_MOST`` items are left, they count as replaced as a whole; and where many are the same, such
items alone make no match.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import takewhile
from operator import eq
from typing import Final

__all__ = ["changed_words", "likeness", "steps", "words"]
__tracebackhide__ = True  # a failed test shows its own lines

_MOST: Final = 2000
_PAIRS: Final = 100_000  # of items that are the same
_CONTEXT: Final = 36  # characters around a change
_KEY: Final = 24  # of the beginning of a line, which names what it is the value of
_CHANGE: Final = 160  # characters of each of the two sides of a change
_LEAST: Final = 5  # characters that stay between two changes, or these are read as one

# Runs of ASCII, and other characters one by one: many scripts put no spaces between words.
_WORD: Final = re.compile(r"[!-~]+|\S")
# To be shown, accented letters are of one word, and the spaces behind a word go with it. Of what
# looks like a word and is data, a piece is enough.
_PIECE: Final = re.compile(r"[^\W\u2e80-\uffff\U00010000-\U0010ffff]{1,40}\s*|\S\s*|\s+")


def words(text: str) -> list[str]:
    """Return the words of a text."""
    return _WORD.findall(text)


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """Return how much two lists of words have in common, from 0 to 1.

    The order of the words does not count, which keeps the work linear.

    >>> likeness(["capital", "of", "France"], ["capital", "of", "Peru"]) == 2 / 3
    True
    """
    total = len(one) + len(other)
    return 2 * (Counter(one) & Counter(other)).total() / total if total else 1.0


def steps(
    old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[Sequence[str], Sequence[str], Sequence[str]]]:
    """Yield what goes, what comes in its place, and what stays behind them, in order.

    >>> [*steps("abcd", "axd")]
    [('', '', 'a'), ('bc', 'x', 'd')]
    """
    begin = _alike(old, new)
    shorter = min(len(old), len(new))
    end = min(_alike(old[::-1], new[::-1]), shorter - begin)
    inner = old[begin : len(old) - end], new[begin : len(new) - end]
    blocks = [(0, 0, begin)] if begin else []
    if max(map(len, inner)) <= _MOST:
        matcher = SequenceMatcher(None, *inner, autojunk=_pairs(*inner) > _PAIRS)
        *found, _ = matcher.get_matching_blocks()  # the last one is empty
        blocks += [(one + begin, other + begin, size) for one, other, size in found]
    blocks.append((len(old) - end, len(new) - end, end))
    at_old = at_new = 0
    for one, other, size in blocks:
        if one > at_old or other > at_new or size:
            yield old[at_old:one], new[at_new:other], old[one : one + size]
        at_old, at_new = one + size, other + size


def changed_words(old: str, new: str) -> str:
    """Show on one line which words of a text changed: ``[-old-]{+new+}``.

    What stays is shown around them, and at the beginning; the rest is an ellipsis.

    >>> changed_words("What is the capital of France?", "What is the capital of Peru?")
    'What is the capital of [-France-]{+Peru+}?'
    """
    shown: list[str] = []
    *changes, last = _changes(old, new)
    for gone, come, same in changes:
        shown += [_change(gone, come), _ends(same, _CONTEXT if shown else _KEY, _CONTEXT)]
    gone, come, same = last
    return "".join([*shown, _change(gone, come), _ends(same, _CONTEXT, 0)])


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """Return with how many of the same items two sequences begin."""
    return sum(takewhile(bool, map(eq, one, other)))


def _pairs(one: Sequence[str], other: Sequence[str]) -> int:
    counts = Counter(other)
    return sum(counts[item] for item in one)


def _changes(old: str, new: str) -> Iterator[tuple[str, str, str]]:
    """Yield changes as :func:`steps` does, those that stand close to each other as one."""
    gone = come = ""
    *found, last = (
        ["".join(each) for each in step] for step in steps(_PIECE.findall(old), _PIECE.findall(new))
    )
    for out, into, same in found:
        gone, come = gone + out, come + into
        if (gone or come) and len(same) < min(max(_LEAST, len(gone + come) / 8), _CONTEXT):
            gone, come = gone + same, come + same
        else:
            yield gone, come, same
            gone = come = ""
    yield gone + last[0], come + last[1], last[2]


def _change(gone: str, come: str) -> str:
    space = gone[len(gone.rstrip()) :]
    if not come or come[len(come.rstrip()) :] != space:
        space = ""
    sides = ((gone, "[-{}-]"), (come, "{{+{}+}}"))
    half = _CHANGE // 2
    shown = (
        form.format(_ends(side.removesuffix(space), half, half)) for side, form in sides if side
    )
    return f"{''.join(shown)}{space}"


def _ends(text: str, head: int, tail: int) -> str:
    """Cut the middle of a text out, between two words where there are some."""
    if len(text) <= head + tail + 2:
        return text
    first, last = text[:head], text[len(text) - tail :]
    first = first.rpartition(" ")[0] or first
    return f"{first} … {last.partition(' ')[2] or last}" if tail else f"{first} …"
