"""The baseline as one test sees it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from pytest_logprobs._cases import Measured, asked_of, cases_of
from pytest_logprobs._gate import incomparable
from pytest_logprobs._ledger import BaselineCase, Case, Ledger, Row
from pytest_logprobs.errors import BaselineCaseError

__all__ = ["Stored", "Yardstick"]
__tracebackhide__ = True  # a failed test shows its own lines


class Yardstick(Protocol):
    """What a run is compared with, read when it is first looked at.

    ``ledger`` is ``None`` where there is no such file. ``shown`` is how users know it, ``against``
    what they named instead of the baseline, and ``tokens_of`` gives the tokens of a case of it, as
    far as they are at hand.
    """

    @property
    def against(self) -> str | None: ...
    @property
    def ledger(self) -> Ledger | None: ...
    @property
    def shown(self) -> str: ...
    def tokens_of(self, case: Case, /) -> tuple[Row, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What a baseline holds of a test.

    ``mode`` and ``new`` are the settings ``baseline`` and ``new``; ``command`` is what stores the
    cases of the test, typed where the run was started; ``parameters`` is a hash of the test's.
    """

    test: str
    yardstick: Yardstick
    mode: str
    new: str
    command: str
    parameters: str | None = None

    @property
    def is_judge(self) -> bool:
        """Whether tests are held against it."""
        return self.mode == "check"

    def case(self, label: str | None) -> Case | None:
        """Return the case of a label, ``None`` where there is none."""
        ledger = self.yardstick.ledger
        return ledger.cases.get((self.test, label)) if ledger else None

    def baseline(self, label: str | None, measured: Iterable[Measured]) -> BaselineCase:
        """Return the case of a label for the test itself.

        Where the baseline is no judge it is what the test has ``measured`` so far under that label:
        a test that compares the two can run before there is a baseline, and store the first.
        Raises ``BaselineCaseError`` where there is none, or none that can be compared.
        """
        found = [*measured]
        alike = [each for each in found if each.label == label]
        others = [*dict.fromkeys(each.label for each in found)]
        if self.is_judge:
            if not alike and others and self.case(label) is None:
                problem = f"{self._lacks(label)}; {_measured(others, label)}"
                raise BaselineCaseError(self.yardstick.shown, problem)
            return BaselineCase(self._comparable(label, alike), self.yardstick.shown)
        for case in cases_of(self.test, alike):
            return BaselineCase(case, self.yardstick.shown)
        first = "logprobs(response)" if label is None else f"logprobs(response, label={label!r})"
        none = f"this test measured nothing so far; measure it first: {first}"
        raise BaselineCaseError(
            self.yardstick.shown,
            f"with --logprobs-baseline={self.mode}, {self._named(label)} is what the test itself "
            f"has measured; {_measured(others, label) if others else none}",
        )

    def missing(self, label: str | None) -> str:
        """Say that there is no case of a label, and how to store it."""
        return f"{self._lacks(label)}; {self.remedy('store it')}"

    def remedy(self, store: str) -> str:
        """Say how to store a case, in the words of ``store``, or what else can be done.

        Where tests are compared with something else, what is stored is not found there.
        """
        against = self.yardstick.against
        if against is None:
            return f"{store}: {self.command}"
        if against.startswith("git:"):
            return f"{store}, which counts once it is in {against}: {self.command}"
        return "give --logprobs-against another file, or leave it out to compare with the baseline"

    def _lacks(self, label: str | None) -> str:
        is_file = self.yardstick.ledger is not None
        where = "it has no case" if is_file else "there is no such file, and no case"
        return f"{where} {self._named(label)}"

    def _comparable(self, label: str | None, measured: Iterable[Measured]) -> Case:
        case = self.case(label)
        if case is None:
            raise BaselineCaseError(self.yardstick.shown, self.missing(label))
        for each in measured:
            now = replace(asked_of(each.completion), parameters=self.parameters)
            if difference := incomparable(case, now):
                raise BaselineCaseError(
                    self.yardstick.shown,
                    f"{case.name} cannot be compared: {difference}; if that is meant, "
                    f"{self.remedy('store it anew')}",
                )
        return case

    def _named(self, label: str | None) -> str:
        return Case(test=self.test, label=label, samples=()).name


def _measured(labels: Sequence[str | None], label: str | None) -> str:
    """Say under which labels a test has measured, where that is none that was asked for.

    >>> _measured(["a", "b"], None)
    "this test measured 'a' and 'b' so far, and nothing without a label: logprobs.baseline('a')"
    """
    *most, last = ("something without a label" if each is None else repr(each) for each in labels)
    told = f"{', '.join(most)} and {last}" if most else last
    none = "without a label" if label is None else f"as {label!r}"
    first = "" if labels[0] is None else repr(labels[0])
    return f"this test measured {told} so far, and nothing {none}: logprobs.baseline({first})"
