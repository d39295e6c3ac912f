"""What a group of cases is judged by."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pytest_logprobs._numbers import as_float, is_number
from pytest_logprobs.metrics import METRICS, Metric

__all__ = ["Policy", "is_group_name"]
__tracebackhide__ = True  # a failed test shows its own lines

_FEWEST = 2  # one difference has no spread
_LEAST_CONFIDENCE = 0.5  # of a bound that lies on its own side of the mean
_APART = ("::", "[", "]")  # what node ids are made of


def is_group_name(name: object) -> bool:
    """Return whether a group may have a name: one printable line that a node id can hold.

    >>> is_group_name("tone of voice"), is_group_name("tone::voice"), is_group_name("")
    (True, False, False)
    """
    return (
        isinstance(name, str)
        and name.isprintable()
        and bool(name)
        and name == name.strip()
        and not any(each in name for each in _APART)
    )


@dataclass(frozen=True, slots=True)
class Policy:
    """How much worse a group may be, by which score, and how sure the verdict must be.

    ``margin`` is in the unit of the score and above 0: a drop that nobody minds. ``confidence`` is
    that of each one-sided bound, in (0.5, 1). ``min_cases`` are the fewest cases (clusters, where
    the group has some) that are judged, 2 at least. Raises ``ValueError`` for anything else.

    >>> Policy(margin=0.05).confidence
    0.95
    """

    margin: float
    metric: str = "mean_logprob"
    confidence: float = 0.95
    min_cases: int = 10

    def __post_init__(self) -> None:
        if self.metric not in METRICS:
            raise ValueError(
                f"metric={self.metric!r} is no score; the scores are {', '.join(METRICS)}"
            )
        if not is_number(self.margin) or not 0 < as_float(self.margin) < math.inf:
            wrong = "; percentages are not taken" if "%" in repr(self.margin) else ""
            raise ValueError(
                f"margin={self.margin!r}: give a number above 0 in {self.unit}, such as 0.05{wrong}"
            )
        if not is_number(self.confidence) or not _LEAST_CONFIDENCE < as_float(self.confidence) < 1:
            raise ValueError(f"confidence={self.confidence!r} is no number between 0.5 and 1")
        if type(self.min_cases) is not int or self.min_cases < _FEWEST:
            raise ValueError(f"min_cases={self.min_cases!r} is no whole number from 2 on")

    @property
    def score(self) -> Metric:
        """The score that is compared: its unit, and which direction is more confident."""
        return METRICS[self.metric]

    @property
    def unit(self) -> str:
        """The unit of the score and of the margin."""
        return self.score.unit
