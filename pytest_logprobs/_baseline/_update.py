"""A baseline brought up to date: it takes over what a run measured, and says what that changed."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import Path
from typing import Final

from pytest_logprobs._baseline._changes import Change, changes, moves
from pytest_logprobs._baseline._file import read_baseline, stored, write_baseline
from pytest_logprobs._ledger import Case, Ledger
from pytest_logprobs._quote import one_line
from pytest_logprobs._writing import holding, tidy
from pytest_logprobs.errors import BaselineWriteError

__all__ = ["Update", "update_baseline", "updated"]
__tracebackhide__ = True  # a failed test shows its own lines

_PATIENCE: Final = 60.0  # seconds; to read and write a baseline takes a small part of one
_SHOWN: Final = 10  # cases of a kind
_WIDTH: Final = 78  # of a line, which stands below the one that names the file
_EMPTY: Final = Ledger(cases={}, policies={})
_NOTHING: Final = "measured anything that is compared with it"
_NOT_PASSED: Final = ("failed", "unreported")


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """The baseline as it is now, and what became of its cases, in their order.

    ``changes`` are the greatest first, measured by the margins of the case's groups and by its own
    limit. Of tests that did not pass, the cases in ``kept`` did not change, and those in
    ``not_stored`` were never there. ``policies`` says what of a group's policy is another. ``same``
    counts the cases that were measured as before, ``aside`` those that were not run. ``is_written``
    says whether the file is another now.
    """

    ledger: Ledger
    new: tuple[Case, ...]
    changes: tuple[Change, ...]
    removed: tuple[Case, ...]
    kept: tuple[Case, ...]
    not_stored: tuple[Case, ...]
    policies: tuple[str, ...]
    same: int
    aside: int
    is_written: bool = False

    def headline(self, shown: str) -> str:
        """Say what became of the file, which users know as ``shown``."""
        count = len(self.ledger.cases)
        if self.is_written:
            return f"wrote {shown}"
        if count:
            return f"{shown} is unchanged ({count} case{'' if count == 1 else 's'})"
        who = "that measured anything passed" if self.not_stored else _NOTHING
        return f"{shown} was not written: no test {who}"

    @property
    def lines(self) -> tuple[str, ...]:
        """What was done, for users: the counts, then at most ten cases of each kind by name."""
        return tuple(self._lines())

    def _lines(self) -> Iterator[str]:
        judged = [each for each in self.changes if each.words]
        beyond = [each for each in judged if not each.extent <= 1]
        within = [each for each in judged if each.extent <= 1]
        free = [each for each in self.changes if not (each.words or each.models)]
        yield from _listed("new", map(Change, self.new))
        models = Counter(each.models for each in self.changes if each.models)
        for (old, new), count in sorted(models.items()):
            yield from _wrapped(f"{count} measured with another model ({old} → {new})")
        yield from _listed("changed beyond the margin", beyond)
        yield from _listed("changed within the margin", within)
        yield from _listed("changed, under no gate", free)
        yield from _listed("removed, not measured any more", map(Change, self.removed))
        for cases, what in ((self.kept, "kept as before"), (self.not_stored, "not stored")):
            whose = "its test" if len(cases) == 1 else "their tests"
            yield from _listed(f"{what}, for {whose} did not pass", map(Change, cases))
        counts = f"{self.same} unchanged", f"{self.aside} not run"
        yield from (each for each in counts if not each.startswith("0 "))
        for each in self.policies:
            yield from _wrapped(each)


def update_baseline(path: Path, run: Ledger, *, lock: Path | None = None) -> Update:
    """Bring a baseline file up to date; no file is made where there is nothing to write.

    It is read and written under the ``lock``, so that of two runs at once nothing is lost. Raises
    ``BaselineReadError`` for a file that cannot be read, which is never overwritten, and
    ``BaselineWriteError``.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(holding(lock, _PATIENCE))
        except TimeoutError as error:
            raise BaselineWriteError(str(path), f"{error}, and run the tests again") from None
        old = read_baseline(path)
        update = updated(old, run)
        if old is not None or update.ledger.cases:
            update = replace(update, is_written=write_baseline(path, update.ledger))
            tidy(path)
        return update


def updated(old: Ledger | None, run: Ledger) -> Update:
    """Return a baseline that has taken over what a run measured.

    Only cases of tests that passed are taken over, in place of all that the baseline had of them;
    those of tests that would have run and are gone are removed. What the run says nothing about,
    or whose test was skipped or failed, stays as it is. The policies of the groups of what was
    taken over are those of the run.
    """
    before, policies = (old or _EMPTY).cases, (old or _EMPTY).policies
    measured = run.cases.items()
    taken = {key: stored(case) for key, case in measured if run.ended(case.test) == "passed"}
    stay = {key: case for key, case in before.items() if key in taken or not _goes(case, run)}
    cases = _ordered({**stay, **taken}.values())
    groups = {group for case in cases for group in case.groups}
    moved = {group: run.policies[group] for case in taken.values() for group in case.groups}
    kept, not_passed = (
        {key: each for key, each in some.items() if run.ended(each.test) in _NOT_PASSED}
        for some in (before, run.cases)
    )
    return Update(
        ledger=Ledger(
            cases={case.key: case for case in cases},
            policies={name: each for name, each in {**policies, **moved}.items() if name in groups},
        ),
        new=_ordered(case for key, case in taken.items() if key not in before),
        # by the baseline's own policies, where it has one
        changes=changes(before, taken, {**moved, **policies}),
        removed=_ordered(case for key, case in before.items() if key not in stay),
        kept=_ordered(kept.values()),
        not_stored=_ordered(case for key, case in not_passed.items() if key not in before),
        policies=tuple(moves(policies, moved)),
        same=sum(before.get(key) == case for key, case in taken.items()),
        aside=len(stay.keys() - taken.keys() - kept.keys()),
    )


def _goes(case: Case, run: Ledger) -> bool:
    """Return whether a case that was not measured is one no more."""
    ended = run.ended(case.test)
    return ended == "passed" or (ended is None and run.covers(case.test))


def _ordered(cases: Iterable[Case]) -> tuple[Case, ...]:
    return tuple(sorted(cases, key=attrgetter("order")))


def _listed(title: str, changed: Iterable[Change]) -> Iterator[str]:
    """Yield how many cases there are of a kind, and the first of them by name."""
    found = [*changed]
    if found:
        yield f"{len(found)} {title}:"
    for each in found[:_SHOWN]:
        name = f"  {one_line(each.case.name)}"
        line = f"{name}: {each.words}" if each.words else name
        yield from [line] if len(line) <= _WIDTH else [name, *_wrapped(each.words, "    ")]
    if len(found) > _SHOWN:
        yield f"  … and {len(found) - _SHOWN} more"


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        one_line(text),
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent or "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
