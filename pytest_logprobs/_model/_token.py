"""A token of an answer, and what the model could have said instead."""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from pytest_logprobs._known import known_logprob
from pytest_logprobs._numbers import percent
from pytest_logprobs._quote import quote
from pytest_logprobs.metrics import token_entropy, token_margin, token_rank

__all__ = ["Alternative", "ListAlternatives", "Token"]
__tracebackhide__ = True  # a failed test shows its own lines

ListAlternatives = Callable[[], "tuple[Alternative, ...]"]


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Alternative:
    """A token that the model could have said at some position.

    ``logprob`` is in nats, ``None`` where it is not known; ``raw_logprob`` is what the wire said.
    ``bytes`` and ``token_id`` are ``None`` where the wire gives none.

    >>> Alternative(" Lyon", -2.5)
    <Alternative ' Lyon' 8.2 %>
    """

    text: str
    logprob: float | None
    raw_logprob: float | None
    bytes: builtins.bytes | None
    token_id: int | None

    def __init__(
        self,
        text: str,
        logprob: float | None,
        *,
        bytes: builtins.bytes | None = None,
        token_id: int | None = None,
    ) -> None:
        """Take the log-probability as the wire gives it; a sentinel reads as not known."""
        put = object.__setattr__
        put(self, "text", text)
        put(self, "logprob", known_logprob(logprob))
        put(self, "raw_logprob", logprob)
        put(self, "bytes", bytes)
        put(self, "token_id", token_id)

    @property
    def probability(self) -> float | None:
        """The probability, in [0, 1]; ``None`` where it is not known."""
        return None if self.logprob is None else math.exp(self.logprob)

    def __repr__(self) -> str:
        return f"<Alternative {quote(self.text)} {percent(self.probability)}>"


@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Token:
    """One token of an answer.

    - ``text``: what it adds to the answer, as the wire spells it.
    - ``logprob``: nats, ``None`` where it is not known; ``raw_logprob`` is what the wire said.
    - ``bytes``, ``token_id``: as on the wire, ``None`` where it gives none.
    - ``index``: its place among the answer's tokens, 0-based.
    - ``start``, ``end``: offsets in code points into the answer's text, half open; ``None`` where
      the token is no part of it (a special token, tokens past a stop sequence).
    - ``unconditional``: the first token of an echoed prompt, which nothing came before: it has no
      log-probability by definition and scores skip it.

    >>> token = Token(" Paris", -0.25, alternatives=[Alternative(" Paris", -0.25)])
    >>> token, token.rank
    (<Token ' Paris' 77.9 %>, 1)
    """

    text: str
    logprob: float | None
    raw_logprob: float | None
    bytes: builtins.bytes | None
    token_id: int | None
    index: int
    start: int | None
    end: int | None
    unconditional: bool
    _alternatives: tuple[Alternative, ...] | ListAlternatives

    def __init__(
        self,
        text: str,
        logprob: float | None,
        *,
        alternatives: Iterable[Alternative] | ListAlternatives = (),
        bytes: builtins.bytes | None = None,
        token_id: int | None = None,
        index: int = 0,
        extent: tuple[int, int] | None = None,
        unconditional: bool = False,
    ) -> None:
        """Take the log-probability as the wire gives it; a sentinel reads as not known.

        ``alternatives`` are given, or a function that lists them when they are first looked at.
        """
        _text(self, text)
        _logprob(self, known_logprob(logprob))
        _raw_logprob(self, logprob)
        _bytes(self, bytes)
        _token_id(self, token_id)
        _index(self, index)
        _start(self, extent and extent[0])
        _end(self, extent and extent[1])
        _unconditional(self, unconditional)
        _alternatives(self, alternatives if callable(alternatives) else _ordered(alternatives))

    @property
    def alternatives(self) -> tuple[Alternative, ...]:
        """What the response lists for this position, most likely first; unknown ones last.

        The chosen token is usually among them, though not always. They are read from the response
        when first looked at: ``MalformedResponseError`` with the path if they are not sound.
        """
        listed = self._alternatives
        if callable(listed):
            listed = _ordered(listed())
            object.__setattr__(self, "_alternatives", listed)
        return listed

    @property
    def probability(self) -> float | None:
        """The probability, in [0, 1]; ``None`` where it is not known."""
        return None if self.logprob is None else math.exp(self.logprob)

    @property
    def entropy(self) -> float | None:
        """An estimate from below of the entropy here, in nats; lower is more confident.

        See :func:`pytest_logprobs.metrics.token_entropy`. ``None`` when nothing is listed.
        """
        logprobs, at = self._listed()
        return token_entropy(logprobs, chosen=self.logprob, chosen_index=at)

    @property
    def margin(self) -> float | None:
        """By how much probability the best listed leads the second, in [0, 1].

        See :func:`pytest_logprobs.metrics.token_margin`. ``None`` where that cannot be known.
        """
        logprobs, at = self._listed()
        return token_margin(logprobs, chosen_index=at)

    @property
    def rank(self) -> int | None:
        """The token's place among the listed, 1 is the most likely; ``None`` if nothing is."""
        return token_rank(self._listed()[0], chosen=self.logprob)

    def probability_of(self, text: str) -> float | None:
        """Return how probable exactly this text was here.

        The sum over the alternatives with that text and the chosen token, which counts once.
        ``None``, not 0.0, where none is listed: what is not listed is not known.

        >>> Token("yes", -0.5, alternatives=[Alternative("no", -1.5)]).probability_of("maybe")
        """
        found = [alternative for alternative in self.alternatives if alternative.text == text]
        known = [alternative.logprob for alternative in found if alternative.logprob is not None]
        if self.text == text and self.logprob is not None and not any(map(self.is_same_as, found)):
            known.append(self.logprob)
        return min(1.0, math.fsum(map(math.exp, known))) if known else None

    def is_same_as(self, alternative: Alternative) -> bool:
        """Return whether an alternative is the chosen token: same id, else bytes, else text."""
        if self.token_id is not None and alternative.token_id is not None:
            return self.token_id == alternative.token_id
        if self.bytes and alternative.bytes:  # empty ones are what some servers give for all
            return self.bytes == alternative.bytes
        return self.text == alternative.text

    def _listed(self) -> tuple[list[float], int | None]:
        """Return the known log-probabilities of the alternatives and where the chosen stands."""
        known = [(a, a.logprob) for a in self.alternatives if a.logprob is not None]
        same = [i for i, (alternative, _) in enumerate(known) if self.is_same_as(alternative)]
        # texts may repeat where the wire has no ids: the chosen one has the chosen's number
        at = min(same, key=lambda i: abs(known[i][1] - (self.logprob or 0.0)), default=None)
        return [logprob for _, logprob in known], at

    def _key(self) -> tuple[object, ...]:
        return (
            *(self.text, self.logprob, self.bytes, self.token_id),
            *(self.index, self.start, self.end, self.unconditional),
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Token):
            return NotImplemented
        return self._key() == other._key() and self.alternatives == other.alternatives

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"<Token {quote(self.text)} {percent(self.probability)}>"


# A frozen class lets nobody set its fields but through ``object.__setattr__``, which looks each of
# them up by its name. Their slots do not, and an answer has thousands of tokens.
_text, _logprob, _raw_logprob, _bytes, _token_id, _index, _start, _end, _unconditional = (
    Token.__dict__[name].__set__
    for name in (
        *("text", "logprob", "raw_logprob", "bytes", "token_id", "index", "start", "end"),
        "unconditional",
    )
)
_alternatives = Token.__dict__["_alternatives"].__set__

_LAST: Final = -math.inf


def _ordered(alternatives: Iterable[Alternative]) -> tuple[Alternative, ...]:
    return tuple(
        sorted(alternatives, key=lambda a: _LAST if a.logprob is None else a.logprob, reverse=True)
    )
