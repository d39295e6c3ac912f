"""What the tests of a run did with their cassettes, by their reports, and what that leaves over."""

from __future__ import annotations

import itertools
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Final

import pytest

from pytest_logprobs._sections import CASSETTES
from pytest_logprobs._unused import Leftover, digest_of
from pytest_logprobs.cassettes import begins_like_cassette, begins_like_ours

__all__ = ["Played"]
__tracebackhide__ = True  # a failed test shows its own lines

_OF_FIXTURE: Final = "fixture."
_FOREIGN: Final = (".yaml", ".yml")
_NOT_PASSED: Final = frozenset({"failed", "skipped", "expected"})


class Played:
    """What was collected, and what became of it.

    ``selections`` are those of the processes that collected, ``reports`` all of the run, ``root``
    is the project's directory. ``to_the_end``: nothing broke the run off.
    ``alone``: no other plugin replays cassettes beside ours.
    """

    def __init__(
        self,
        selections: Sequence[Mapping[str, Any]],
        reports: Iterable[object],
        root: Path,
        *,
        to_the_end: bool,
        alone: bool,
    ) -> None:
        self._root = root
        self._is_alone = alone
        self._claims: dict[str, str] = {}
        self._directories: set[str] = set()
        for each in selections:
            self._claims |= each["claims"]
            self._directories.update(each["directories"])
        self._tests: dict[str, list[str]] = defaultdict(list)  # that have a cassette
        for test, path in self._claims.items():
            self._tests[path].append(test)
        self._outcomes: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self._done: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        self._opened: set[str] = set()  # tests: those that are live open nothing
        has_skipped_files = False
        for report in reports:
            if isinstance(report, pytest.TestReport):
                self._note(report)
            has_skipped_files |= isinstance(report, pytest.CollectReport)  # none that passed
        self._all_passed = (
            self._have_passed(self._claims)
            and self._claims.keys() <= self._opened  # else fixtures asked past their cassettes
            and not has_skipped_files
            and all(each["fixtures"] for each in selections)
        )
        self._is_whole = (
            to_the_end
            and all(each["whole"] for each in selections)
            and all(self._has_ended(test) for test in self._claims)
        )

    def _note(self, report: pytest.TestReport) -> None:
        outcome = "expected" if hasattr(report, "wasxfail") else report.outcome
        self._outcomes[report.nodeid].add((report.when, outcome))
        for done in getattr(report, CASSETTES, ()):
            self._done[done["path"]].append(done)
            self._opened.add(report.nodeid)

    def unused(self) -> dict[str, Leftover]:
        """Return what nobody used; nothing unless every test was collected, and came to its end."""
        return dict([*self._unopened(), *self._unplayed()]) if self._is_whole else {}

    def unsaid(self, record: Mapping[str, Leftover]) -> dict[str, Leftover]:
        """Return what still holds of an earlier run: this one did not judge or use it."""
        used = {*self._claims.values(), *self._done}
        judged = self._directories if self._is_whole else ()
        return {
            path: each
            for path, each in record.items()
            if path not in used and path.rpartition("/")[0] not in judged
            if os.path.exists(self._root / path)  # noqa: PTH110 - raises nothing
        }

    def _unopened(self) -> Iterator[tuple[str, Leftover]]:
        """Yield the files of cassettes that no test has or opened.

        None where a test looks for its cassette in vain: one of them may be that, and the test, its
        class or its module have another name now.
        """
        if any(map(_has_no_file, itertools.chain(*self._done.values()))):
            return
        used = {path.casefold() for path in (*self._claims.values(), *self._done)}
        for directory in sorted(self._directories):
            for file in sorted((self._root / directory).glob("*.json")):
                path = f"{directory}/{file.name}"
                if path.casefold() in used:  # a file system may take both for one
                    continue
                if file.name.startswith(_OF_FIXTURE) and not self._all_passed:
                    continue  # the test that did not pass may be the one that asks for the fixture
                if (data := _data(file)) and begins_like_ours(data):  # else another plugin's
                    yield path, Leftover(digest_of(data))
        yield from self._replaced()

    def _replaced(self) -> Iterator[tuple[str, Leftover]]:
        """Yield the cassettes of another plugin that are not replayed, for there is one of ours."""
        opened = {each["instead_of"] for done in self._done.values() for each in done}
        for path in self._claims.values() if self._is_alone else ():
            for suffix in _FOREIGN:
                file = (self._root / path).with_suffix(suffix)
                data = _data(file) if os.path.exists(self._root / path) else b""  # noqa: PTH110 - as above
                theirs = PurePosixPath(path).with_suffix(suffix).as_posix()
                if begins_like_cassette(data) and theirs not in opened:
                    yield theirs, Leftover(digest_of(data))

    def _unplayed(self) -> Iterator[tuple[str, Leftover]]:
        """Yield what nobody played of cassettes that were replayed, the same bytes each time."""
        for path, done in self._done.items():
            if not all(map(_is_replay, done)) or not self._are_all_through(path):
                continue
            digests: set[str] = {each["digest"] for each in done}
            unplayed: list[set[int]] = [{*each["unplayed"]} for each in done]
            positions = unplayed[0].intersection(*unplayed)
            if positions and len(digests) == 1:
                yield path, Leftover(digests.pop(), (*sorted(positions),))

    def _are_all_through(self, path: str) -> bool:
        """Return whether all tests that can play a cassette have passed."""
        if tests := self._tests.get(path):
            return self._have_passed(tests)
        # that of a fixture, which any of them may ask for
        return self._all_passed and path.rpartition("/")[0] in self._directories

    def _has_ended(self, test: str) -> bool:
        return any(when == "teardown" for when, _ in self._outcomes[test])

    def _have_passed(self, tests: Iterable[str]) -> bool:
        """Return whether tests have run and passed, each in its last attempt."""
        outcomes = [self._outcomes[test] for test in tests]
        return all(
            ("call", "passed") in each and not any(outcome in _NOT_PASSED for _, outcome in each)
            for each in outcomes
        )


def _data(file: Path) -> bytes:
    """Return the bytes of a file; of what is none, or cannot be read, there are none."""
    try:
        return file.read_bytes() if file.is_file() else b""
    except OSError:
        return b""


def _has_no_file(done: Mapping[str, Any]) -> bool:
    """Return whether something was asked of a cassette of ours that is not there."""
    return bool(done["missed"]) and not done["digest"]


def _is_replay(done: Mapping[str, Any]) -> bool:
    """Return whether a cassette of ours was there, and nothing was recorded or to be recorded."""
    replayed = done["state"] == "unchanged" and not done["unanswered"]
    return replayed and bool(done["digest"])
