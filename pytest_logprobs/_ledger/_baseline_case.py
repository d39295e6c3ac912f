"""A case of a baseline, as a test asks for it."""

from __future__ import annotations

from pytest_logprobs._ledger._case import Case
from pytest_logprobs.errors import BaselineCaseError
from pytest_logprobs.metrics import METRICS

__all__ = ["BaselineCase"]
__tracebackhide__ = True  # a failed test shows its own lines


class BaselineCase:
    """What a baseline holds of a case: every score is an attribute, a plain number.

    Each is the average over the repeats, to seven significant digits. One that the baseline does
    not have, for the answers that it was made from had no alternatives, say, raises
    ``BaselineCaseError``.

    >>> from pytest_logprobs._ledger import Sample
    >>> sample = Sample({"mean_logprob": -0.25}, count=1)
    >>> BaselineCase(Case(test="t.py::test_it", label=None, samples=(sample,)), "b.json")
    <BaselineCase t.py::test_it, mean_logprob -0.25>
    """

    __slots__ = ("_case", "_path")

    def __init__(self, case: Case, path: str) -> None:
        """Take a case, and how users know the file that it stands in."""
        self._case = case
        self._path = path

    def __getattr__(self, name: str) -> float:
        if name.startswith("_") or name not in METRICS:
            names = ", ".join(METRICS)
            raise AttributeError(f"a baseline has no {name!r} of a case; it has {names}")
        score = self._case.score(name)
        if score is None:
            have = [each for each in METRICS if self._case.score(each) is not None]
            raise BaselineCaseError(
                self._path,
                f"{name} of {self._case.name} is not known; known are {', '.join(have) or 'none'}",
            )
        return score

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *METRICS})

    def __repr__(self) -> str:
        score = self._case.score("mean_logprob")
        return f"<BaselineCase {self._case.name}, mean_logprob {'?' if score is None else score}>"
