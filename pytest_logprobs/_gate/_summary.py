"""What a comparison found: everything that a report shows, and nothing that it has to work out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pytest_logprobs._gate._decision import Decision, Verdict
from pytest_logprobs._gate._divergence import Divergence
from pytest_logprobs._ledger import Case, Key, Outcome, Policy

__all__ = ["CaseResult", "GroupResult", "Summary"]
__tracebackhide__ = True  # a failed test shows its own lines

_WORST: Final = 5
_SETTLED: Final = (None, Verdict.PASS, Verdict.NOT_RUN)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """A case, of a group or under its own limit.

    ``verdict`` is ``None`` for what is data of its group and has none of its own. ``difference`` is
    in the score's unit with worse negative. ``reason`` says in words why there is no number, or
    how a limit was broken. ``unknown``: which of what makes cases comparable is not known.
    ``outcome`` is how its test ended, ``None`` if it is gone or was not run.
    """

    key: Key
    name: str
    verdict: Verdict | None
    reason: str = ""
    baseline: float | None = None
    candidate: float | None = None
    difference: float | None = None
    cluster: str | None = None
    unknown: tuple[str, ...] = ()
    before: Case | None = None
    after: Case | None = None
    divergence: Divergence | None = None
    outcome: Outcome | None = None

    @property
    def is_open(self) -> bool:
        """Whether it stands against the baseline by a verdict of its own."""
        return self.verdict not in _SETTLED

    @property
    def is_stored_by_update(self) -> bool:
        """Whether an update takes it over: not as long as its test is to be mended.

        A test that failed by its limit alone passes there.
        """
        has_limit = self.after is not None and self.after.max_drop is not None
        return has_limit or self.outcome in (None, "passed")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupResult:
    """A group: its verdict, the decision on its differences, and its cases.

    ``reason`` is the verdict in one sentence, ``moved`` what of the policy is another than in the
    baseline, ``notes`` what else is to be said, a line each.
    ``policy`` is the one that was applied. ``cases`` are first those with a difference, the worst
    first, then the others. ``baseline`` and ``candidate`` are the averages of the cases that were
    compared, over ``clusters`` where there are some. ``unreported`` are tests that were to measure
    cases and of which nothing was reported.
    """

    group: str
    verdict: Verdict
    reason: str
    policy: Policy
    cases: tuple[CaseResult, ...]
    decision: Decision | None
    baseline: float | None
    candidate: float | None
    clusters: int | None
    unreported: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def open_cases(self) -> tuple[CaseResult, ...]:
        """The cases that keep the group from passing; none where there are too few to tell."""
        if self.verdict is Verdict.NOT_RUN:
            return ()
        found, decision = [each for each in self.cases if each.is_open], self.decision
        if decision is not None and decision.verdict is not Verdict.PASS:
            is_few = decision.count < self.policy.min_cases
            found += [each for each in self.cases if each.difference and not is_few]
        return (*found,)

    @property
    def worst(self) -> tuple[CaseResult, ...]:
        """The cases that have lost most, a few; none where the differences pass or go unjudged."""
        passed = self.decision is None or self.decision.verdict is Verdict.PASS
        if passed or self.verdict is Verdict.NOT_RUN:
            return ()
        return tuple(each for each in self.cases[:_WORST] if (each.difference or 0) < 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """All that a comparison found: a result for each group, and one for each case with a limit.

    ``lines`` are what is to be said of all groups or limits together.
    """

    groups: tuple[GroupResult, ...]
    limited: tuple[CaseResult, ...]
    lines: tuple[str, ...] = ()

    @property
    def is_acceptable(self) -> bool:
        """Whether an update of the baseline would change a verdict."""
        return any(each.is_stored_by_update for each in self._open_cases)

    @property
    def is_for_mending(self) -> bool:
        """Whether tests must pass before an update can take over what they measured."""
        return any(each.unreported for each in self.groups) or any(
            not each.is_stored_by_update for each in self._open_cases
        )

    @property
    def _open_cases(self) -> tuple[CaseResult, ...]:
        grouped = (each for group in self.groups for each in group.open_cases)
        return (*grouped, *(each for each in self.limited if each.is_open))
