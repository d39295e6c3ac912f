r"""Where in a text something stands: strings and offsets, no tokens.

Offsets count code points and are half open, as in Python's slices. Tokens are aligned with the
text by *bytes*: a character may be split over several tokens, and a token's own text may be a
spelling of its bytes (``\xf0\x9f``) instead of what it adds to the answer.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby, pairwise
from typing import Final, TypeAlias

__all__ = ["Extent", "Pattern", "align", "encode", "occurrences"]
__tracebackhide__ = True  # a failed test shows its own lines

Extent: TypeAlias = "tuple[int, int]"
Pattern: TypeAlias = "str | re.Pattern[str]"
_Places: TypeAlias = "list[Extent | None]"
_Spellings: TypeAlias = "Sequence[Sequence[bytes]]"

_CONTINUATION_MASK: Final = 0xC0
_CONTINUATION: Final = 0x80
_REPLACEMENT: Final = "\ufffd".encode()
_FENCE: Final = b"\xff"
"""A byte of no text: what stands beside it stands at an end."""

_LENGTHS_IN_ALL: Final = 4096
"""What the lengths of tokens may add up to, each counted once: it keeps the work linear."""


def encode(text: str) -> bytes:
    """Return the UTF-8 of a text; lone surrogates are encoded like other code points."""
    return text.encode("utf-8", "surrogatepass")


def occurrences(pattern: Pattern, text: str, start: int, end: int) -> Iterator[Extent]:
    r"""Yield where a pattern stands in ``text[start:end]``, in the order of its matches.

    A string is looked for as it is. A compiled regex may name a group ``span``, which narrows the
    result to that group. Matches do not overlap. Empty ones are passed over: they cover nothing.

    >>> list(occurrences(re.compile(r"is (?P<span>[A-Z]\w+)"), "It is Paris.", 0, 12))
    [(6, 11)]
    """
    if isinstance(pattern, str):
        pattern = re.compile(re.escape(pattern))
    group = "span" if "span" in pattern.groupindex else 0
    for match in pattern.finditer(text, start, end):
        if match.start(group) < match.end(group):
            yield match.span(group)


def align(text: str, spellings: _Spellings, starts: Sequence[int] | None = None) -> _Places:
    """Find where in a text each of its tokens stands.

    ``spellings`` gives for each token the byte strings that it may stand for, the most
    trustworthy first. ``starts`` are the offsets that the wire claims, counted from any origin;
    they decide only where the bytes leave a choice.

    Returns one extent per token: the characters of which the token holds at least one byte, so
    that the pieces of a split character share it. ``None``: the token is no part of the text (a
    special token, tokens past a stop sequence, hidden reasoning), or it cannot be told where.

    The tokens are taken to spell the text in the simplest way that they can:

    1. all of them do;
    2. those do to which the wire's offsets give a place;
    3. one run of them does, its ends stripped of white space or cut by a stop sequence;
    4. some of them do, in order, with others in between;
    5. they do but for characters that were lost: a token has no bytes, or only U+FFFD;
    6. they spell pieces of it, in order; the rest has no token at all.

    The first way that is possible counts. Where it leaves a choice, a token has a place only if
    that is the same whatever is chosen.

    >>> align("Hi!", [[b"Hi"], [b"!"], [b"</s>"]])
    [(0, 2), (2, 3), None]
    """
    data = encode(text)
    pieces = [next(iter(candidates), b"") for candidates in spellings]
    if not data:
        return [None] * len(pieces)
    if b"".join(pieces) == data:
        places = _in_a_row(pieces)
    else:
        places = (
            _claimed(text, data, spellings, starts)
            or _one_run(data, pieces)
            or _chosen(data, spellings)
            or _between_gaps(data, spellings)
        )
    return places if data.isascii() else _in_characters(data, places)


def _in_characters(data: bytes, places: _Places) -> _Places:
    begins = (int((byte & _CONTINUATION_MASK) != _CONTINUATION) for byte in data)
    nth = list(accumulate(begins))
    return [place and (nth[place[0]] - 1, nth[place[1] - 1]) for place in places]


def _in_a_row(pieces: Sequence[bytes], begin: int = 0) -> _Places:
    ends = accumulate(map(len, pieces), initial=begin)
    return [place if place[0] < place[1] else None for place in pairwise(ends)]


def _claimed(
    text: str, data: bytes, spellings: _Spellings, starts: Sequence[int] | None
) -> _Places | None:
    """Take the wire's offsets at their word if the tokens there spell the text without a gap.

    A token that is no part of the text has the offset of its successor. It must not spell what
    stands there: offsets that do not move on (-1 throughout, frozen at a stop) tell nothing.
    """
    if not starts or len(starts) != len(spellings):
        return None
    bounds = [
        min(max(0, start - starts[0]), len(text)) for start in (*starts, len(text) + starts[0])
    ]
    offsets = list(accumulate((len(encode(character)) for character in text), initial=0))
    places: _Places = []
    for (begin, end), candidates in zip(
        pairwise(offsets[bound] for bound in bounds), spellings, strict=True
    ):
        if begin < end and data[begin:end] in candidates:
            places.append((begin, end))
        elif begin == end and not any(s and data.startswith(s, begin) for s in candidates):
            places.append(None)
        else:
            return None
    return places


def _one_run(data: bytes, pieces: Sequence[bytes]) -> _Places | None:
    """Find the text in what the tokens spell: a run of whole tokens before one that is cut."""
    nowhere: _Places = [None] * len(pieces)
    joined, size = b"".join(pieces), len(data)
    found: list[int] = []
    at = joined.find(data)
    while at >= 0:
        if found and at < found[-1] + size:  # one too many: to list all that overlap takes n²
            return nowhere
        found.append(at)
        at = joined.find(data, at + 1)
    ends = {0, *accumulate(map(len, pieces))}
    whole = [at for at in found if at in ends and at + size in ends]
    if len(whole) > 1:
        return nowhere
    if not whole and len(found) != 1:
        return None
    if whole and found[0] != whole[0]:  # the first may be the text too, if it was stripped
        behind = found[0] + size
        rest = joined[behind : min(end for end in ends if end >= behind)]
        if _is_blank(joined[: found[0]]) and _is_blank(rest):
            return nowhere
    places: _Places = []
    for piece, place in zip(pieces, _in_a_row(pieces, -(whole or found)[0]), strict=True):
        if not place or place[1] <= 0 or place[0] >= size:
            places.append(None)
            continue
        begin, end = max(0, place[0]), min(size, place[1])
        before, after = piece[: begin - place[0]], piece[len(piece) - (place[1] - end) :]
        if not _is_blank(before):
            return None
        places.append((begin, end) if _is_blank(after) else None)
    return places


def _is_blank(cut: bytes) -> bool:
    return not cut.decode("utf-8", "replace").strip()


def _chosen(data: bytes, spellings: _Spellings) -> _Places | None:
    """Leave tokens out so that the others spell the text.

    Any token may be left out. So a position of the text can be stood on before every token from
    the first that can follow it there to the last; where it is the only one both before a token
    and behind it, every choice has the token in between.
    """
    earliest, latest = _reach(data, spellings)
    positions = [at for at in earliest if earliest[at] <= latest.get(at, -1)]
    if not positions:
        return None
    count, total = [0] * (len(spellings) + 2), [0] * (len(spellings) + 2)
    for at in positions:
        for i, sign in ((earliest[at], 1), (latest[at] + 1, -1)):
            count[i] += sign
            total[i] += sign * at
    standing = zip(accumulate(count[:-1]), accumulate(total[:-1]), strict=True)
    only = [at if n == 1 else None for n, at in standing]
    return [
        (begin, end) if begin is not None and end is not None and begin < end else None
        for begin, end in pairwise(only)
    ]


def _reach(data: bytes, spellings: _Spellings) -> tuple[dict[int, int], dict[int, int]]:
    """Return behind how many tokens a position can be reached and left, at the least and most."""
    tokens: dict[bytes, list[int]] = {}
    for i, candidates in enumerate(spellings):
        for spelled in candidates:
            tokens.setdefault(spelled, []).append(i)
    lengths = _lengths(spellings)
    earliest = {0: 0}
    steps: list[tuple[int, int, list[int]]] = []
    for begin in range(len(data)):
        if begin not in earliest:
            continue
        for end in (begin + length for length in lengths if begin + length <= len(data)):
            there = tokens.get(data[begin:end], [])
            nth = bisect_left(there, earliest[begin])
            if nth < len(there):
                earliest[end] = min(earliest.get(end, there[nth] + 1), there[nth] + 1)
                steps.append((begin, end, there))
    latest = {len(data): len(spellings)}
    for begin, end, there in reversed(steps):
        nth = bisect_left(there, latest.get(end, 0))
        if nth:
            latest[begin] = max(latest.get(begin, 0), there[nth - 1])
    return earliest, latest


def _between_gaps(data: bytes, spellings: _Spellings) -> _Places:
    """Place the tokens of a text that they do not spell."""
    nowhere: _Places = [None] * len(spellings)
    wanted = {spelled for candidates in spellings for spelled in candidates}
    there = {
        piece
        for length in _lengths(spellings)
        for begin in range(len(data) - length + 1)
        if (piece := data[begin : begin + length]) in wanted
    }
    fitting = [[spelled for spelled in candidates if spelled in there] for candidates in spellings]
    pieces = [fits[0] if len(fits) == 1 else b"" for fits in fitting]
    lost = [
        len(fits) > 1 or (not fits and (not any(given) or _REPLACEMENT in b"".join(given)))
        for fits, given in zip(fitting, spellings, strict=True)
    ]
    kept = groupby(range(len(spellings) + 2), [False, *lost, False].__getitem__)
    runs = [list(run) for gone, run in kept if not gone]
    places = _agreed(_FENCE + data + _FENCE, [_FENCE, *pieces, _FENCE], runs)
    if places:
        return [place and (place[0] - 1, place[1] - 1) for place in places[1:-1]]
    if all(fits or gone for fits, gone in zip(fitting, lost, strict=True)):
        places = _agreed(data, pieces, [[i] for i in range(len(pieces))])
    return places or nowhere


def _agreed(data: bytes, pieces: Sequence[bytes], runs: Sequence[Sequence[int]]) -> _Places | None:
    """Place runs of tokens in order, where as far left as they go is as far right."""
    joined = [b"".join(pieces[i] for i in run) for run in runs]
    left = _leftmost(data, joined)
    right = _leftmost(data[::-1], [run[::-1] for run in reversed(joined)])
    if left is None or right is None:
        return None
    places: _Places = [None] * len(pieces)
    for run, begin, mirrored, spelled in zip(runs, left, reversed(right), joined, strict=True):
        if begin + len(spelled) + mirrored == len(data):
            for i, place in zip(run, _in_a_row([pieces[i] for i in run], begin), strict=True):
                places[i] = place
    return places


def _leftmost(data: bytes, runs: Sequence[bytes]) -> list[int] | None:
    begins: list[int] = []
    reached = 0
    for run in runs:
        begin = data.find(run, reached)
        if begin < 0:
            return None
        begins.append(begin)
        reached = begin + len(run)
    return begins


def _lengths(spellings: _Spellings) -> list[int]:
    """Return the different lengths of tokens, none where they would be too much work."""
    lengths = sorted({len(spelled) for candidates in spellings for spelled in candidates} - {0})
    return lengths if sum(lengths) <= _LENGTHS_IN_ALL else []
