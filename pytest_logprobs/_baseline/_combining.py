"""One run out of its parts: what the shards of a CI job, or several machines, measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, Final

from pytest_logprobs._baseline._scopes import united_scopes
from pytest_logprobs._ledger import Case, Key, Ledger, Outcome, Policy, policy_json
from pytest_logprobs.errors import BaselineError

__all__ = ["combined", "in_order"]
__tracebackhide__ = True  # a failed test shows its own lines

_ONCE: Final = "run each test in one part alone"
_ALIKE: Final = "run all parts from the same state of the repository"


def combined(parts: Mapping[str, Ledger]) -> Ledger:
    """Return one run out of its parts, which are given by how users know their files.

    The order of the parts, their number and what was combined before change nothing. Raises
    ``BaselineError`` where two parts have a case with different values, different outcomes of a
    test, or different policies of a group.
    """
    asked: defaultdict[str, set[str]] = defaultdict(set)
    for part in parts.values():
        for test, groups in part.asked.items():
            asked[test].update(groups)
    return in_order(
        Ledger(
            cases=_united(parts, "cases", _cases_differ),
            policies=_united(parts, "policies", _policies_differ),
            asked={test: tuple(groups) for test, groups in asked.items()},
            outcomes=_united(parts, "outcomes", _outcomes_differ),
            scopes=tuple(scope for part in parts.values() for scope in part.scopes),
            environments=tuple(each for part in parts.values() for each in part.environments),
        )
    )


def in_order(run: Ledger) -> Ledger:
    """Return the same run in the one order that files have, and nothing twice."""
    environments = {tuple(sorted(each.items())) for each in run.environments}
    return Ledger(
        cases=dict(sorted(run.cases.items(), key=lambda item: item[1].order)),
        policies=dict(sorted(run.policies.items())),
        asked={test: tuple(sorted(groups)) for test, groups in sorted(run.asked.items())},
        outcomes=dict(sorted(run.outcomes.items())),
        scopes=united_scopes(run.scopes),
        environments=tuple(dict(each) for each in sorted(environments)),
    )


def _united(
    parts: Mapping[str, Ledger], name: str, differ: Callable[[Any, Any, Any, str], str]
) -> dict[Any, Any]:
    """Return the union of what each part has under a name.

    ``differ`` says of a key and two values of it what that means; it is told where the second is.
    """
    found: dict[Any, Any] = {}
    for shown, part in parts.items():
        for key, value in getattr(part, name).items():
            known = found.setdefault(key, value)
            if known is not value and known != value:
                other = next(each for each in parts if key in getattr(parts[each], name))
                raise BaselineError(shown, differ(key, value, known, other))
    return found


def _cases_differ(_: Key, mine: Case, theirs: Case, other: str) -> str:  # noqa: ARG001 - as the others
    return f"{mine.name} was measured in {other} too, and not the same; {_ONCE}"


def _outcomes_differ(test: str, mine: Outcome, theirs: Outcome, other: str) -> str:
    return f"{test} is {mine} here and {theirs} in {other}; {_ONCE}"


def _policies_differ(group: str, mine: Policy, theirs: Policy, other: str) -> str:
    here, there = policy_json(mine), policy_json(theirs)
    moved = [name for name in here if here[name] != there[name]]
    differences = [
        ", ".join(f"{name}={policy[name]!r}" for name in moved) for policy in (here, there)
    ]
    return f"the gate {group} has {differences[0]} here and {differences[1]} in {other}; {_ALIKE}"
