"""The scores of a span, each an attribute."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from pytest_logprobs._known import ALTERNATIVES, unknown_because
from pytest_logprobs._model._token import Token
from pytest_logprobs._quote import quote
from pytest_logprobs._score import Evidence, Score
from pytest_logprobs._text import encode
from pytest_logprobs.errors import UnscoredTokenError
from pytest_logprobs.metrics import (
    FORMULAS,
    METRICS,
    Quantity,
    bits_per_byte,
)

__all__ = ["Scores", "not_scored", "ranked"]
__tracebackhide__ = True  # a failed test shows its own lines


class Scores(ABC):
    """Every score of the tokens at hand.

    A score is computed when it is read, from the tokens alone. It raises ``EmptySpanError`` where
    there is no token, and ``UnscoredTokenError`` where a number that it needs is not known:
    ``.scored()`` is the explicit way to leave such tokens out. The formulas are in
    :mod:`pytest_logprobs.metrics`.
    """

    __slots__ = ()

    @property
    @abstractmethod
    def evidence(self) -> Evidence:
        """The tokens, with the text they stand in: what an explanation is made from."""

    @abstractmethod
    def _conditional(self) -> Sequence[Token]:
        """Return the tokens that have a probability given what stands before them."""

    @abstractmethod
    def _covered(self, tokens: Sequence[Token]) -> str:
        """Return the text that some of the tokens cover."""

    @property
    def total_logprob(self) -> Score:
        """Sum of the log-probabilities, in nats; (−∞, 0], higher is more confident."""
        return self._score("total_logprob")

    @property
    def mean_logprob(self) -> Score:
        """Average log-probability, in nats per token; (−∞, 0], higher is more confident."""
        return self._score("mean_logprob")

    @property
    def min_logprob(self) -> Score:
        """Lowest log-probability, in nats; (−∞, 0], higher is more confident."""
        return self._score("min_logprob")

    @property
    def joint_probability(self) -> Score:
        """Probability of the whole sequence; [0, 1], higher is more confident."""
        return self._score("joint_probability")

    @property
    def geomean_probability(self) -> Score:
        """Geometric mean of the probabilities; [0, 1], higher is more confident."""
        return self._score("geomean_probability")

    @property
    def min_probability(self) -> Score:
        """Lowest probability of any token; [0, 1], higher is more confident."""
        return self._score("min_probability")

    @property
    def mean_probability(self) -> Score:
        """Average probability of the tokens; [0, 1], higher is more confident."""
        return self._score("mean_probability")

    @property
    def perplexity(self) -> Score:
        """exp(−mean): among how many equal choices the model chose; [1, ∞], lower is better."""
        return self._score("perplexity")

    @property
    def bits_per_byte(self) -> Score:
        """Bits per UTF-8 byte of the text covered; [0, ∞), lower is more confident."""
        values = self._quantities("bits_per_byte", "logprob")
        value = bits_per_byte(values, len(encode(self._covered(self._conditional()))))
        return Score(value, METRICS["bits_per_byte"], replace(self.evidence, quantities=values))

    @property
    def tail_mean_logprob(self) -> Score:
        """Average of the lowest tenth of the log-probabilities, in nats per token; higher."""
        return self._score("tail_mean_logprob")

    @property
    def mean_entropy(self) -> Score:
        """Average token entropy, in nats per token; [0, ∞), lower is more confident."""
        return self._score("mean_entropy")

    @property
    def max_entropy(self) -> Score:
        """Highest token entropy, in nats; [0, ∞), lower is more confident."""
        return self._score("max_entropy")

    @property
    def mean_margin(self) -> Score:
        """Average lead of the best alternative over the second; [0, 1], higher is better."""
        return self._score("mean_margin")

    @property
    def min_margin(self) -> Score:
        """Smallest lead of the best alternative over the second; [0, 1], higher is better."""
        return self._score("min_margin")

    @property
    def worst_rank(self) -> Score:
        """Highest rank of any chosen token, 1 is the most likely; ≥ 1, lower is better."""
        return self._score("worst_rank")

    def _score(self, name: str) -> Score:
        metric = METRICS[name]
        values = self._quantities(name, metric.quantity)
        return Score(FORMULAS[name](values), metric, replace(self.evidence, quantities=values))

    def _quantities(self, name: str, quantity: Quantity) -> list[float]:
        values: list[float] = []
        for token in self._conditional():
            value: float | None = getattr(token, quantity)
            if value is None:
                raise _unscored(name, quantity, token)
            values.append(value)
        return values


_Scored = TypeVar("_Scored", bound=Scores)


def ranked(completions: Iterable[_Scored], by: str = "mean_logprob") -> tuple[_Scored, ...]:
    """Return completions (or spans) from the most to the least confident.

    ``by`` is the name of any score; its own direction decides, and equal ones keep their order.
    ``ValueError`` for a name that is no score.

    >>> from pytest_logprobs import Span
    >>> sure, unsure = Span([Token("Yes", -0.1)]), Span([Token("No", -1.2)])
    >>> [span.text for span in ranked([unsure, sure], by="perplexity")]
    ['Yes', 'No']
    """
    if by not in METRICS:
        msg = f"by={by!r} is no score; the scores are {', '.join(METRICS)}"
        raise ValueError(msg)
    best_first = METRICS[by].higher_is_better
    return tuple(sorted(completions, key=lambda each: getattr(each, by), reverse=best_first))


def not_scored(name: str, token: Token, remedy: str) -> UnscoredTokenError:
    """Return the error that what is asked for needs a log-probability that is not known."""
    where = f"token {token.index} {quote(token.text)}"
    because = unknown_because(token.raw_logprob)
    return UnscoredTokenError(f"{name}: {where} is not scored: {because}; {remedy}", token=token)


def _unscored(name: str, quantity: Quantity, token: Token) -> UnscoredTokenError:
    if token.logprob is None and quantity in ("logprob", "rank"):
        remedy = "leave such tokens out with .scored(), or check a span without them"
        return not_scored(name, token, remedy)
    if not token.alternatives:
        why = f"the response lists no alternatives for it; ask for some ({ALTERNATIVES})"
    elif any(each.logprob is not None for each in token.alternatives):
        why = f"the response lists too few alternatives for it; ask for more ({ALTERNATIVES})"
    else:
        why = "no alternative that the response lists for it has a known logprob"
    where = f"token {token.index} {quote(token.text)}"
    return UnscoredTokenError(f"{name}: {where} has no {quantity}: {why}", token=token)
