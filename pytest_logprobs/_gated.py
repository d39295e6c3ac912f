"""The marker ``logprobs_gate``: which groups a test's cases are judged in, and by what policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import Enum
from string import Formatter
from typing import Any, Final

import pytest

from pytest_logprobs._ledger import Policy, is_group_name

__all__ = ["GATE", "Gate", "check_agreement", "gates_of"]
__tracebackhide__ = True  # a failed test shows its own lines

GATE: Final = "logprobs_gate"
"""The marker."""

_POLICY: Final = tuple(field.name for field in fields(Policy))
_TAKES: Final = ("group", "metric", "margin", "confidence", "cluster", "min_cases")


@dataclass(frozen=True, slots=True)
class Gate:
    """A group that a test has cases of: its policy, and the cluster they belong to, if any."""

    policy: Policy
    cluster: str | None = None


def gates_of(item: pytest.Item) -> dict[str, Gate]:
    """Merge the markers of a test, keyword by keyword for each group, the closest first.

    ``None`` stands for a default. Raises ``pytest.UsageError`` naming the test for what a marker
    does not take.
    """
    said: dict[str, dict[str, Any]] = {}
    for mark in item.iter_markers(GATE):
        group = _group(item.nodeid, mark)
        merged = said.setdefault(group, {})
        for name, value in mark.kwargs.items():
            merged.setdefault(name, value)
    return {group: _gate(item, group, merged) for group, merged in said.items()}


def check_agreement(asked: Iterable[tuple[str, Mapping[str, Gate]]]) -> None:
    """Raise ``pytest.UsageError`` where two tests would have a group judged in two ways."""
    first: dict[str, tuple[str, Policy]] = {}
    for test, gates in asked:
        for group, gate in gates.items():
            other, policy = first.setdefault(group, (test, gate.policy))
            if policy != gate.policy:
                ours, theirs = (
                    _differing(*pair) for pair in ((gate.policy, policy), (policy, gate.policy))
                )
                raise pytest.UsageError(
                    f"{other} and {test} would have the group {group!r} judged by {theirs} and by "
                    f"{ours}, and a group is judged once: mark their module or class, or give both "
                    f"the same"
                )


def _group(test: str, mark: pytest.Mark) -> str:
    given = [*mark.args, *([mark.kwargs["group"]] if "group" in mark.kwargs else [])]
    wrong = [*map(repr, given[1:]), *(name for name in mark.kwargs if name not in _TAKES)]
    if wrong:
        raise pytest.UsageError(
            f"{test}: the marker {GATE} does not take {', '.join(wrong)}; it takes the name of a "
            f"group and {', '.join(f'{name}=' for name in _TAKES[1:])}"
        )
    group = given[0] if given else None
    if not is_group_name(group):
        got = repr(group) if given else "none"
        raise pytest.UsageError(
            f"{test}: the marker {GATE} takes the name of a group, one line without ::, [ and ], "
            f"got {got}"
        )
    return str(group)


def _gate(item: pytest.Item, group: str, said: Mapping[str, Any]) -> Gate:
    given = {name: said[name] for name in _POLICY if said.get(name) is not None}
    where = f"{item.nodeid}: the marker {GATE}({group!r})"
    if "margin" not in given:
        raise pytest.UsageError(
            f"{where} needs a margin, the drop of the group's average that nobody minds, such as "
            f"margin=0.05, here or on its class or module"
        )
    try:
        return Gate(Policy(**given), _cluster(item, said.get("cluster")))
    except ValueError as error:
        raise pytest.UsageError(f"{where}: {error}") from None


def _cluster(item: pytest.Item, template: object) -> str | None:
    """Fill the parameters of a test into the name of a cluster."""
    if template is None:
        return None
    if not isinstance(template, str):
        raise ValueError(f"cluster={template!r} is no text")  # noqa: TRY004 - as below
    callspec = getattr(item, "callspec", None)
    parameters: Mapping[str, object] = callspec.params if callspec else {}
    try:
        parts = [(text, name) for text, name, *_ in Formatter().parse(template)]
    except ValueError as error:
        raise ValueError(f"cluster={template!r} cannot be filled in: {error}") from None
    cluster = ""
    for text, name in parts:
        cluster += text
        if name is not None:
            cluster += _shown(template, name, parameters)
    return cluster


def _shown(template: str, name: str, parameters: Mapping[str, object]) -> str:
    if name not in parameters:
        some = (
            f"those of the test are {', '.join(parameters)}" if parameters else "the test has none"
        )
        raise ValueError(f"cluster={template!r} names {name!r}, which is no parameter; {some}")
    value = parameters[name]
    if isinstance(value, Enum):
        return value.name
    if value is None or isinstance(value, (str, int, float)):
        return str(value)
    raise ValueError(
        f"cluster={template!r}: {name} is {type(value).__name__}, which has no text that is the "
        f"same in every run; parametrize a text or a number beside it"
    )


def _differing(policy: Policy, other: Policy) -> str:
    pairs = [
        (name, getattr(policy, name))
        for name in _POLICY
        if getattr(policy, name) != getattr(other, name)
    ]
    return ", ".join(f"{name}={value!r}" for name, value in pairs)
