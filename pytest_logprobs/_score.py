"""A score: a float that remembers what it was computed from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NoReturn, Protocol, cast

from pytest_logprobs.metrics import Metric

__all__ = ["Evidence", "EvidenceAlternative", "EvidenceToken", "Score", "without_scores"]
__tracebackhide__ = True  # a failed test shows its own lines


class EvidenceAlternative(Protocol):
    """What an explanation reads of an alternative."""

    @property
    def text(self) -> str: ...
    @property
    def probability(self) -> float | None: ...


class EvidenceToken(Protocol):
    """What an explanation reads of a token."""

    @property
    def text(self) -> str: ...
    @property
    def index(self) -> int: ...
    @property
    def start(self) -> int | None: ...
    @property
    def end(self) -> int | None: ...
    @property
    def logprob(self) -> float | None: ...
    @property
    def probability(self) -> float | None: ...
    @property
    def entropy(self) -> float | None: ...
    @property
    def margin(self) -> float | None: ...
    @property
    def rank(self) -> int | None: ...
    @property
    def alternatives(self) -> Sequence[EvidenceAlternative]: ...
    def is_same_as(self, other: Any, /) -> bool: ...  # noqa: ANN401 - the alternatives of its own kind


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was measured: the tokens, and the text in which their offsets count.

    ``text`` is ``None`` where the tokens belong to no known text. ``quantities`` are what a score
    read of each token, its metric's quantity, so that nobody has to work it out again. ``asked`` is
    the body of the request, where one is known.
    """

    tokens: Sequence[EvidenceToken]
    text: str | None = None
    quantities: Sequence[float] | None = None
    asked: Mapping[str, Any] | None = None


class Score(float):
    """A score of a span: a ``float`` with its name, unit, direction and tokens.

    It prints, hashes and compares as the float it is. Arithmetic, copying and pickling give a
    plain ``float``, and so does ``Score(x)`` without evidence: what is computed from a score is no
    score. Some libraries refuse subclasses of ``float`` (orjson, safe YAML): hand them
    ``float(score)``.

    >>> from pytest_logprobs import Span, Token
    >>> score = Span([Token("Paris", -0.25)]).mean_logprob
    >>> score, score.name, score.unit, score.direction
    (-0.25, 'mean_logprob', 'nats/token', 'higher')
    >>> type(score + 1), type(Score(-0.25))
    (<class 'float'>, <class 'float'>)
    """

    __slots__ = ("_evidence", "_metric")
    _evidence: Evidence
    _metric: Metric

    def __new__(  # noqa: PYI034 - a subclass would be no Score
        cls, value: float, metric: Metric | None = None, evidence: Evidence | None = None
    ) -> Score:
        """Return a score, or a plain float where the evidence is missing."""
        if metric is None or evidence is None:
            return float(value)  # type: ignore[return-value] # on purpose, for ``type(x)(y)``
        score = float.__new__(cls, value)
        object.__setattr__(score, "_metric", metric)
        object.__setattr__(score, "_evidence", evidence)
        return score

    @property
    def metric(self) -> Metric:
        """Everything that is to be known of the score besides its number."""
        return self._metric

    @property
    def name(self) -> str:
        """The score's name, as the attribute of a span: ``mean_logprob``."""
        return self._metric.name

    @property
    def unit(self) -> str:
        """What one unit of the number is: ``nats/token``, ``probability``."""
        return self._metric.unit

    @property
    def higher_is_better(self) -> bool:
        """Whether a higher number is the more confident one."""
        return self._metric.higher_is_better

    @property
    def direction(self) -> Literal["higher", "lower"]:
        """Which way is more confident."""
        return "higher" if self._metric.higher_is_better else "lower"

    @property
    def tokens(self) -> Sequence[EvidenceToken]:
        """The tokens that the number was computed from."""
        return self._evidence.tokens

    @property
    def evidence(self) -> Evidence:
        """The tokens with the text they stand in."""
        return self._evidence

    def __setattr__(self, name: str, value: object) -> NoReturn:
        msg = f"{name} cannot be set: a Score is read only"
        raise AttributeError(msg)

    def __reduce__(self) -> tuple[type[float], tuple[float]]:
        return float, (float(self),)  # for copies too


def without_scores(value: object) -> object:
    """Return a value, and what built-in containers hold of it, with floats in place of scores.

    >>> without_scores({"drop": [0.5, 1]})
    {'drop': [0.5, 1]}
    """
    if isinstance(value, Score):
        return float(value)
    if type(value) is list:
        return [without_scores(each) for each in cast("list[object]", value)]
    if type(value) is tuple:
        return tuple(without_scores(each) for each in cast("tuple[object, ...]", value))
    if type(value) is dict:
        items = cast("dict[object, object]", value).items()
        return {without_scores(key): without_scores(each) for key, each in items}
    return value
