"""A run of tokens: what every score and every assertion works on."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, overload

from pytest_logprobs._model._scores import Scores, not_scored
from pytest_logprobs._model._token import Token
from pytest_logprobs._numbers import plain
from pytest_logprobs._quote import quote
from pytest_logprobs._score import Evidence
from pytest_logprobs._text import Extent, Pattern, occurrences
from pytest_logprobs.errors import LogprobsError, SpanNotFoundError

__all__ = ["Span"]
__tracebackhide__ = True  # a failed test shows its own lines


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Span(Scores, Sequence[Token]):
    """An immutable sequence of tokens with every score as an attribute.

    A :class:`Completion` is a span, and so is a slice of one, a regex match in it, an uncertain
    passage. ``match`` is what was looked for, where the span was found by ``.span()``. An empty
    span is false.

    >>> span = Span([Token("The", -0.1), Token(" city", -0.3)])
    >>> span.text, len(span), span.mean_logprob, span[1:]
    ('The city', 2, -0.2, <Span ' city' 1 token, mean_logprob -0.3>)
    """

    _tokens: tuple[Token, ...]
    _source: str | None
    match: Pattern | None
    _asked: Mapping[str, Any] | None = field(compare=False)  # the body of the request

    def __init__(
        self, tokens: Iterable[Token], *, source: str | None = None, match: Pattern | None = None
    ) -> None:
        """Make a span of tokens; ``source`` is the text in which their offsets count, if any."""
        put = object.__setattr__
        put(self, "_tokens", tuple(tokens))
        put(self, "_source", source)
        put(self, "match", match)
        put(self, "_asked", None)

    @property
    def text(self) -> str:
        """The text that the tokens cover; where there are gaps, the parts joined."""
        return self._covered(self._tokens)

    @property
    def start(self) -> int | None:
        """Where the span begins in the answer's text; ``None`` if no token has an offset."""
        return next((t.start for t in self._tokens if t.start is not None), None)

    @property
    def end(self) -> int | None:
        """Where the span ends in the answer's text (half open), or ``None``."""
        return next((t.end for t in reversed(self._tokens) if t.end is not None), None)

    @property
    def evidence(self) -> Evidence:
        """The tokens that scores look at, with the text they stand in."""
        return Evidence(self._conditional(), self._source, asked=self._asked)

    def span(self, pattern: Pattern, occurrence: int = 0) -> Span:
        """Return the tokens that a piece of the text stands on.

        ``pattern`` is a string, taken as it is, or a compiled regex; a group named ``span``
        narrows a regex's match. ``occurrence`` counts from 0, or back from −1. A token belongs to
        the span if it holds any character of the match.

        Raises ``SpanNotFoundError`` if it is not there, or if no token covers it.
        """
        found = list(self._extents(pattern))
        if not -len(found) <= occurrence < len(found):
            raise self._not_found(pattern, occurrence, len(found))
        return self._cover(found[occurrence], pattern, self._placed())

    def spans(self, pattern: Pattern) -> tuple[Span, ...]:
        """Return every place where a pattern stands, in order; empty if there is none.

        See :meth:`span` for the pattern, and for what it raises if no token covers a place.
        """
        placed = self._placed()
        return tuple(self._cover(extent, pattern, placed) for extent in self._extents(pattern))

    def uncertain(self, below: float = 0.5) -> tuple[Span, ...]:
        """Return the maximal runs of tokens with a probability below a bound, in order.

        Raises ``UnscoredTokenError`` at a token whose probability is not known: doubt that cannot
        be seen is no certainty.
        """
        return tuple(
            self._part(run)
            # "not >=" and not "<": a bound of NaN finds everything doubtful, not nothing
            for sure, run in groupby(self._conditional(), lambda t: _probability(t) >= below)
            if not sure
        )

    def scored(self) -> Span:
        """Return the span without the tokens whose log-probability is not known."""
        return self._part(token for token in self._tokens if token.logprob is not None)

    def _part(self, tokens: Iterable[Token], match: Pattern | None = None) -> Span:
        part = Span(tokens, source=self._source, match=match)
        object.__setattr__(part, "_asked", self._asked)
        return part

    def _conditional(self) -> Sequence[Token]:
        return tuple([token for token in self._tokens if not token.unconditional])

    def _covered(self, tokens: Sequence[Token]) -> str:
        if self._source is None:
            return "".join(token.text for token in tokens)
        parts: list[str] = []
        begin = reached = 0  # of the tokens that stand without a gap
        for token in tokens:
            if token.start is None or token.end is None:
                continue
            if token.start > reached:
                parts.append(self._source[begin:reached])
                begin = token.start
            reached = max(reached, token.end)
        parts.append(self._source[begin:reached])
        return "".join(parts)

    def _placed(self) -> list[Token]:
        return [token for token in self._tokens if token.start is not None]

    def _extents(self, pattern: Pattern) -> Iterator[Extent]:
        if pattern == "" or not isinstance(pattern, (str, re.Pattern)):
            msg = f"a span is looked for by a non-empty string or a compiled regex, got {pattern!r}"
            raise TypeError(msg)
        return occurrences(pattern, self._source or "", *self._bounds())

    def _bounds(self) -> Extent:
        """Return the part of the source in which the span is searched."""
        return self.start or 0, self.end or 0

    def _cover(self, extent: Extent, pattern: Pattern, placed: Sequence[Token]) -> Span:
        start, end = extent
        first = bisect_right(placed, start, key=_end)
        tokens = placed[first : bisect_left(placed, end, key=_start)]
        covered = {at for token in tokens for at in range(_start(token), _end(token))}
        source = self._source or ""
        bare = [at for at in range(start, end) if at not in covered and not source[at].isspace()]
        if bare or not tokens:
            part = source[bare[0] : bare[-1] + 1] if bare else source[start:end]
            raise SpanNotFoundError(
                f"{_shown(pattern)} stands at {start}:{end} of the text, but no token covers "
                f"{quote(part)}: the response's tokens do not spell this part of the text, so "
                "nothing is known about it"
            )
        return self._part(tokens, match=pattern)

    def _not_found(self, pattern: Pattern, occurrence: int, count: int) -> SpanNotFoundError:
        text = self.text
        if not text:
            problem = f"the tokens of {self!r} cover no text"
        elif count:
            often = "once" if count == 1 else f"{count} times"
            problem = f"it stands there {often}, and occurrence={occurrence} was asked for"
        elif isinstance(pattern, str) and pattern.casefold() in text.casefold():
            problem = "it is there in another case: spell it so, or use a regex that ignores it"
        elif isinstance(pattern, re.Pattern) and pattern.search(text):
            problem = "it matches no character there, or its group 'span' does not"
        else:
            problem = "it is not in the text"
        return SpanNotFoundError(f"{_shown(pattern)} in {quote(text, 60)}: {problem}")

    def __len__(self) -> int:
        return len(self._tokens)

    @overload
    def __getitem__(self, index: int) -> Token: ...
    @overload
    def __getitem__(self, index: slice) -> Span: ...
    def __getitem__(self, index: int | slice) -> Token | Span:
        if not isinstance(index, slice):
            return self._tokens[index]
        if index.step not in (None, 1):
            msg = f"a span has no step of {index.step!r}: tokens that are apart are no passage"
            raise ValueError(msg)
        return self._part(self._tokens[index])

    def __iter__(self) -> Iterator[Token]:
        return iter(self._tokens)

    def __contains__(self, value: object) -> bool:
        return self.count(value) > 0

    def count(self, value: object) -> int:
        """Return how often a token stands in the span; ``TypeError`` for a text, see ``.text``."""
        if isinstance(value, str):
            msg = f"{quote(value)} in span: a span holds tokens; ask {quote(value)} in span.text"
            raise TypeError(msg)
        return self._tokens.count(value)

    def __repr__(self) -> str:
        return f"<{self._summary()}>"

    def _summary(self) -> str:
        count = f"{len(self)} token{'' if len(self) == 1 else 's'}"
        try:
            score = f"mean_logprob {plain(self.mean_logprob)}"
        except LogprobsError:
            score = "not scored"
        return f"{type(self).__name__} {quote(self.text, 30)} {count}, {score}"


def _probability(token: Token) -> float:
    probability = token.probability
    if probability is None:
        raise not_scored("uncertain", token, "leave such tokens out with .scored()")
    return probability


def _start(token: Token) -> int:
    return -1 if token.start is None else token.start


def _end(token: Token) -> int:
    return -1 if token.end is None else token.end


def _shown(pattern: Pattern) -> str:
    return quote(pattern) if isinstance(pattern, str) else f"the regex {quote(pattern.pattern)}"
