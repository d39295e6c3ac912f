"""Measured completions as cases: what is known of them, in plain values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

__all__ = ["Case", "Key", "Outcome", "Row", "Sample", "rounded"]
__tracebackhide__ = True  # a failed test shows its own lines

Key = tuple[str, str | None]
"""Of a case: the node id of its test, and the label that the test gave it, if any."""

Outcome = Literal["passed", "failed", "skipped", "unreported"]
"""How a test ended; ``unreported``: it was to run, and nobody knows, for its process died."""


class Row(NamedTuple):
    """A token of an answer: its text, its log-probability if known, what it nearly was instead.

    ``alternatives`` are texts with their log-probabilities, the most likely first; none where they
    were not asked for.
    """

    text: str
    logprob: float | None
    alternatives: tuple[tuple[str, float | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """One answer of a case.

    ``scores`` are those of its span that are known and finite, by name. ``count`` is how many
    tokens it has; ``text`` and ``tokens`` are there where they are at hand.
    """

    scores: Mapping[str, float]
    count: int
    text: str | None = None
    tokens: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a test measured under one label: an answer, or several as repeats of it.

    - ``samples``: the answers, one at least. A baseline has one, of averages over ``repeats``.
    - ``model``: the one that answered, else the one that was asked for; ``None``: not known.
    - ``sampling``: the parameters that must be equal for two cases to be compared, by the names of
      :data:`~pytest_logprobs._ledger.SAMPLING`; what was not sent is ``None`` in it. ``None`` as a
      whole: the request is not known.
    - ``prompt``, ``parameters``: hashes of the prompt and of the test's parameters; ``None``: not
      known, or not such that they can be written as JSON.
    - ``groups``: the gates it is a case of, each with the cluster that it belongs to, if any.
    - ``max_drop``: its own limit, ``max_mean_logprob_drop``, in nats per token.
    - ``cassette``: where the answer was recorded, as users know the file.
    """

    test: str
    label: str | None
    samples: tuple[Sample, ...]
    model: str | None = None
    sampling: Mapping[str, Any] | None = None
    prompt: str | None = None
    parameters: str | None = None
    groups: Mapping[str, str | None] = field(default_factory=dict[str, "str | None"])
    max_drop: float | None = None
    cassette: str | None = None
    outcome: Outcome = "passed"
    repeats: int = 1

    @property
    def key(self) -> Key:
        """What it is known by in every run."""
        return self.test, self.label

    @property
    def order(self) -> tuple[str, bool, str]:
        """By what cases are sorted."""
        return self.test, self.label is not None, self.label or ""

    @property
    def name(self) -> str:
        """The case in a line for users.

        >>> Case(test="test_it.py::test_capital", label="before", samples=()).name
        'test_it.py::test_capital (before)'
        """
        return self.test if self.label is None else f"{self.test} ({self.label})"

    def score(self, metric: str) -> float | None:
        """Return the average of a score over the repeats, to seven digits, ``None`` if not known.

        >>> samples = Sample({"mean_logprob": -0.2}, 1), Sample({"mean_logprob": -0.5}, 1)
        >>> Case(test="t", label=None, samples=samples).score("mean_logprob")
        -0.35
        """
        values = [sample.scores.get(metric) for sample in self.samples]
        known = [value for value in values if value is not None and math.isfinite(value)]
        if not known or len(known) < len(values):
            return None
        return rounded(math.fsum(value / len(known) for value in known))  # a sum may be no float


def rounded(value: float) -> float:
    """Round to the seven significant digits of a baseline.

    Both sides of a difference are: else what has not changed would differ by 1e-8.

    >>> rounded(-0.123456789)
    -0.1234568
    """
    return float(f"{value:.7g}") + 0.0  # there is no -0.0
