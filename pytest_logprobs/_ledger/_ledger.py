"""What one or more runs measured, or a baseline holds: the two sides of every comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pytest_logprobs._ledger._case import Case, Key, Outcome
from pytest_logprobs._ledger._policy import Policy
from pytest_logprobs._ledger._scope import Scope

__all__ = ["Ledger"]
__tracebackhide__ = True  # a failed test shows its own lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Cases by their keys, the policies of their groups, and what else a judge must know.

    ``asked`` maps the tests that were to run to the groups they were to measure cases of, and
    ``outcomes`` the tests that have run to how they ended; a module that was skipped before it had
    any stands there for its tests. ``scopes`` are what the run was of, one for each shard.
    ``environments`` say in what surroundings, each once. A baseline has cases and policies alone.
    """

    cases: Mapping[Key, Case]
    policies: Mapping[str, Policy]
    asked: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, "tuple[str, ...]"])
    outcomes: Mapping[str, Outcome] = field(default_factory=dict[str, Outcome])
    scopes: tuple[Scope, ...] = (Scope(),)
    environments: tuple[Mapping[str, str], ...] = ()

    def ended(self, test: str) -> Outcome | None:
        """Return how a test ended, ``None`` if it is gone or was not to run.

        >>> Ledger(cases={}, policies={}, outcomes={"t.py": "skipped"}).ended("t.py::test_it")
        'skipped'
        """
        if test in self.outcomes:
            return self.outcomes[test]
        return "unreported" if test in self.asked else self.outcomes.get(test.partition("::")[0])

    def covers(self, test: str) -> bool:
        """Return whether a test would have run if there is one of that node id."""
        return any(scope.covers(test) for scope in self.scopes)
