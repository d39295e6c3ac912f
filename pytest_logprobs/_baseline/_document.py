"""A file of cases, of either kind, as a ledger; or what is wrong with it, and in which line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

from pytest_logprobs._baseline._lines import decoded_members, place_in
from pytest_logprobs._flaws import FlawError, decoded_text
from pytest_logprobs._ledger import (
    Case,
    FormError,
    Key,
    Ledger,
    Outcome,
    case_of,
    is_group_name,
    policy_of,
    scope_of,
)
from pytest_logprobs._ledger._reading import (
    Read,
    count_from,
    list_of,
    members_of,
    object_of,
    one_of,
    some_text,
)
from pytest_logprobs._quote import one_line
from pytest_logprobs.errors import BaselineReadError

__all__ = ["BASELINE", "RUN", "VERSION", "Kind", "ledger_of"]
__tracebackhide__ = True  # a failed test shows its own lines

VERSION: Final = 1
"""The version of the files that are written, and the newest that is read."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its name, and how each of its members is read; all of them have to be there.

    ``source`` says what writes it, ``remedy`` what to do about a broken one, and ``merging`` about
    one that git could not merge.
    """

    name: str
    members: Mapping[str, Read[Any]]
    source: str
    remedy: str
    merging: str


_NO_NAME: Final = "the name of a group is one line of printable text without ::, [ and ]"
_GROUPS: Final = object_of(policy_of)
_CASES: Final = list_of(case_of)
BASELINE: Final = Kind(
    "a baseline",
    {"version": count_from(1), "groups": _GROUPS, "cases": _CASES},
    "what pytest --logprobs-baseline=update writes",
    "mend it (one line for each case), take a sound one from git, or delete it and run the tests "
    "with --logprobs-baseline=update",
    "keep one line for each case, either side's, and run the tests with --logprobs-baseline=update",
)
RUN: Final = Kind(
    "a run file",
    {
        "version": count_from(1),
        "kind": one_of(("run",)),
        "environments": list_of(object_of(some_text)),
        "scopes": list_of(scope_of),
        "groups": _GROUPS,
        "asked": object_of(list_of(some_text)),
        "outcomes": object_of(one_of(get_args(Outcome))),
        "cases": _CASES,
    },
    "what pytest --logprobs-report=FILE.json writes",
    "run the tests again with --logprobs-report",
    "run the tests again with --logprobs-report",
)


def ledger_of(data: bytes, shown: str, *wanted: Kind) -> Ledger:
    """Return what the bytes of a file hold, if it is of a kind that is wanted.

    ``shown`` is how users know the file. Raises ``BaselineReadError`` with line, reason and remedy.
    """
    text, kind = data.decode("utf-8", "replace"), wanted[0]
    try:
        text = decoded_text(data)
        members = decoded_members(text)
        kind = _kind_of(members, text, wanted)
        return _ledger(members_of(members, kind.members, tuple(kind.members)), text)
    except FormError as error:
        flaw = FlawError(place_in(text, *error.path[:2]), str(error))
        raise _error(flaw, text, shown, kind) from None
    except FlawError as flaw:
        raise _error(flaw, text, shown, kind) from None


def _kind_of(members: Mapping[str, Any], text: str, wanted: Sequence[Kind]) -> Kind:
    if members.get("kind") == "run":
        kind = RUN
    elif "kind" not in members and "cases" in members:
        kind = BASELINE
    else:
        raise FlawError(0, "this is neither a baseline nor a run file", "foreign")
    if kind not in wanted:
        raise FlawError(0, f"this is {kind.name}, and {wanted[0].name} is wanted", "foreign")
    version = members.get("version")
    if type(version) is int and version > VERSION:
        problem = f"{kind.name} of version {version}; this pytest-logprobs reads {VERSION}"
        raise FlawError(place_in(text, "version"), problem, "newer")
    return kind


def _ledger(read: dict[str, Any], text: str) -> Ledger:
    cases: tuple[Case, ...] = read["cases"]
    policies = read["groups"]
    for group in policies:
        if not is_group_name(group):
            raise FormError(_NO_NAME, "groups", group)
    found: dict[Key, Case] = {}
    for number, case in enumerate(cases):
        if case.key in found:
            first = _line(text, place_in(text, "cases", [*found].index(case.key)))
            raise FormError(f"{case.name} is there twice, first in line {first}", "cases", number)
        for group in case.groups:
            if group not in policies:
                raise FormError(f'"groups" has no {group}', "cases", number, "groups")
        found[case.key] = case
    for test, groups in read.get("asked", {}).items():
        for group in groups:
            if group not in policies:
                raise FormError(f'"groups" has no {group}', "asked", test)
    others = ("environments", "scopes", "asked", "outcomes")
    return Ledger(
        cases=found, policies=policies, **{name: read[name] for name in others if name in read}
    )


def _error(flaw: FlawError, text: str, shown: str, kind: Kind) -> BaselineReadError:
    remedies = {
        "damaged": kind.remedy,
        "foreign": f"give {kind.source}",
        "newer": "upgrade pytest-logprobs",
        "conflict": kind.merging,
    }
    problem = f"{one_line(str(flaw))}; {remedies[flaw.kind]}"
    return BaselineReadError(shown, problem, line=_line(text, flaw.offset))


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
