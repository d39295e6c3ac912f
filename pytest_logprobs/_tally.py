"""What the processes of a run tell of it, as one ledger.

Texts cross the border between processes: JSON on reports. Each process tells once which tests it
collected, and the last report of a test has its cases.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pytest_logprobs._gate import incomparable
from pytest_logprobs._ledger import (
    Case,
    Key,
    Ledger,
    Outcome,
    Policy,
    Scope,
    case_json,
    case_of,
    policy_json,
    policy_of,
    scope_json,
    scope_of,
)
from pytest_logprobs._sections import CASES
from pytest_logprobs.errors import BaselineError

if TYPE_CHECKING:
    import pytest

__all__ = ["Tally", "cases_text", "selection_text"]
__tracebackhide__ = True  # a failed test shows its own lines

_PHASES: Final = ("setup", "call", "teardown")
_ORDER: Final[tuple[Outcome, ...]] = ("passed", "skipped", "failed", "unreported")
_RERUN: Final = "rerun"  # what pytest-rerunfailures makes of the outcome of an attempt that failed


def selection_text(
    *,
    asked: Mapping[str, Iterable[str]],
    policies: Mapping[str, Policy],
    scope: Scope,
    skipped: Iterable[str],
    names: Mapping[str, str],
    environment: Mapping[str, str],
) -> str:
    """Return what a process collected, to be sent.

    ``skipped`` are modules, and ``names`` has the node ids to which something was appended there.
    """
    selection: dict[str, Any] = {
        "asked": {test: [*groups] for test, groups in asked.items()},
        "policies": {group: policy_json(policy) for group, policy in policies.items()},
        "scope": scope_json(scope),
        "skipped": [*skipped],
        "names": names,
        "environment": environment,
    }
    return json.dumps(selection)


def cases_text(cases: Iterable[Case], *, asks: bool) -> str:
    """Return the cases of a test, to be sent; ``asks``: something judges them, or looks at them.

    Raises ``FormError`` for a case that nobody could read.
    """
    written = [*map(case_json, cases)]
    for each in written:
        case_of(each)
    return json.dumps({"cases": written, "asks": asks})


class _Reports:
    """What reports told of tests; ``failed`` are those that make pytest's own run fail."""

    def __init__(self) -> None:
        self.asking: set[str] = set()
        self.cases: dict[str, tuple[Case, ...]] = {}
        self.failed: set[str] = set()
        self._phases: dict[str, dict[str, Outcome]] = {}

    @property
    def outcomes(self) -> Mapping[str, Outcome]:
        return {test: _ended(phases) for test, phases in self._phases.items()}

    def note(self, test: str, report: pytest.TestReport) -> None:
        """Take over what a report says; a test that runs again begins anew."""
        if report.when == "setup" or str(report.outcome) == _RERUN:
            self.cases.pop(test, None)
            self.failed.discard(test)
            self._phases[test] = {}
        if str(report.outcome) == _RERUN:
            return
        phases, phase = self._phases.setdefault(test, {}), str(report.when)
        phases[phase] = _worst([phases.get(phase, "passed"), _outcome(report)])
        if report.failed:
            self.failed.add(test)
        if report.when == "teardown" and (text := getattr(report, CASES, "")):
            told = json.loads(text)
            self.cases[test] = (*map(case_of, told["cases"]),)
            if told["asks"]:
                self.asking.add(test)


class Tally:
    """All that was told of a run so far.

    ``policies`` are those of the groups that tests ask for, and ``asks`` says whether anything of
    the run is to be judged. ``is_each``: every test runs on each worker, not on one of them.
    """

    def __init__(self, *, is_each: bool = False) -> None:
        self.policies: dict[str, Policy] = {}
        self.asks = False
        self._asked: dict[str, tuple[str, ...]] = {}
        self._skipped: dict[str, Outcome] = {}
        self._names: dict[str, str] = {}
        self._scopes: dict[Scope, None] = {}
        self._environments: dict[str, Mapping[str, str]] = {}
        self._is_each = is_each
        self._reports: dict[str, _Reports] = {}

    @property
    def failed(self) -> frozenset[str]:
        """The tests that make the run fail themselves, as one that is expected to fail does not."""
        return frozenset[str]().union(*(each.failed for each in self._reports.values()))

    def select(self, text: str, paths: tuple[str, ...] | None = None) -> None:
        """Take over what a process collected; ``paths`` are those of its scope, if it is wrong."""
        told = json.loads(text)
        self._asked |= {test: (*groups,) for test, groups in told["asked"].items()}
        self.policies |= {group: policy_of(each) for group, each in told["policies"].items()}
        self._skipped |= dict.fromkeys(told["skipped"], "skipped")
        self._names |= told["names"]
        scope = scope_of(told["scope"])
        self._scopes[scope if paths is None else replace(scope, paths=paths)] = None
        self._environments[json.dumps(told["environment"])] = told["environment"]
        self.asks |= bool(self._asked)

    def note(self, report: pytest.TestReport) -> None:
        """Take over what a report says."""
        if report.when not in _PHASES:  # of xdist, about a worker that died
            return
        worker = str(getattr(report, "worker_id", "")) if self._is_each else ""
        reports = self._reports.setdefault(worker, _Reports())
        reports.note(self._names.get(report.nodeid, report.nodeid), report)
        self.asks |= bool(reports.asking)

    def ledger(self, *, everything: bool) -> Ledger:
        """Return what was measured: of each test, or only of those whose cases something asks for.

        A test that was to run and did not come to its end is unreported. What several workers say
        of a test is worth the worst of it; their answers are repeats. Raises ``BaselineError``
        where they are none.
        """
        reports = [self._reports[worker] for worker in sorted(self._reports)] or [_Reports()]
        outcomes = self._outcomes(reports)
        alike: dict[Key, list[Case]] = defaultdict(list)
        for each in reports:
            for test, measured in each.cases.items():
                for case in measured if everything or test in each.asking else ():
                    alike[case.key].append(case)
        return Ledger(
            cases={
                key: replace(_repeats(cases), outcome=outcomes[key[0]])
                for key, cases in alike.items()
                if len(cases) == len(reports)  # else it is missing on one of them
            },
            policies=self.policies,
            asked=self._asked,
            outcomes=outcomes,
            scopes=tuple(self._scopes) or (Scope(paths=()),),
            environments=tuple(self._environments.values()),
        )

    def _outcomes(self, reports: Iterable[_Reports]) -> dict[str, Outcome]:
        told = [each.outcomes for each in reports]
        tests = dict.fromkeys([*self._asked, *(test for each in told for test in each)])
        worst: dict[str, Outcome] = {
            test: _worst([each.get(test, "unreported") for each in told]) for test in tests
        }
        return {**self._skipped, **worst}


def _ended(phases: Mapping[str, Outcome]) -> Outcome:
    """Return how a test ended; one that was set up and torn down, and not called, did not pass."""
    outcome = _worst(phases.values())
    is_whole = "teardown" in phases and (outcome != "passed" or "call" in phases)
    return outcome if is_whole else "unreported"


def _repeats(cases: Sequence[Case]) -> Case:
    """Return the one case of which several workers measured repeats; equal ones are one."""
    first, *others = cases
    for other in others:
        if difference := incomparable(first, other):
            raise BaselineError(
                first.name,
                f"workers disagree on what it is a case of: {difference}; with --dist=each, let "
                "all ask the same",
            )
    if all(other.samples == first.samples for other in others):
        return first
    samples = tuple(sample for case in cases for sample in case.samples)
    return replace(first, samples=samples, repeats=len(samples))


def _outcome(report: pytest.TestReport) -> Outcome:
    if report.failed or (report.skipped and hasattr(report, "wasxfail")):
        return "failed"
    is_part = hasattr(report, "context")  # a subtest; the others go on
    return "skipped" if report.skipped and not is_part else "passed"


def _worst(outcomes: Iterable[Outcome]) -> Outcome:
    return _ORDER[max(map(_ORDER.index, outcomes), default=0)]
