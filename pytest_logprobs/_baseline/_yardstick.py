"""What a run is compared with: the baseline, the baseline at a revision of git, or another run."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Final

from pytest_logprobs._baseline._disk import data_of
from pytest_logprobs._baseline._document import BASELINE, RUN, ledger_of
from pytest_logprobs._baseline._file import read_baseline
from pytest_logprobs._baseline._git import Revision
from pytest_logprobs._baseline._recorded import Recorded
from pytest_logprobs._ledger import Case, Ledger, Row
from pytest_logprobs.errors import BaselineReadError

__all__ = ["Yardstick"]
__tracebackhide__ = True  # a failed test shows its own lines

_GIT: Final = "git:"


class Yardstick:
    """What cases are compared with.

    ``root`` is the project's directory, ``file`` its baseline, below it if it is relative.
    ``against`` is what is to be compared with instead: a run file or another baseline, below
    ``root`` too, or ``git:REV`` for the baseline as committed at a revision.
    """

    def __init__(self, root: Path, file: str, against: str | None = None) -> None:
        self._root = root
        self._file = file
        self._against = against
        self._working = Recorded(self._read)

    @property
    def against(self) -> str | None:
        """What was asked for instead of the baseline, as users know it."""
        return self._against

    @property
    def shown(self) -> str:
        """What it is, as users know it.

        >>> Yardstick(Path("project"), "logprobs-baseline.json", "git:main").shown
        'git:main:logprobs-baseline.json'
        """
        if self._against is None:
            return self._file
        return f"{self._against}:{self._file}" if self._is_committed else self._against

    @cached_property
    def ledger(self) -> Ledger | None:
        """The cases, ``None`` if there is no baseline file yet.

        Raises ``BaselineReadError`` for what cannot be read, and for what was asked for by name and
        is not there.
        """
        if self._against is None:
            return read_baseline(self._root / self._file)
        if not self._is_committed:
            path = self._root / self._against
            if path.suffix != ".json" and not path.exists():
                raise BaselineReadError(
                    self.shown, f"there is no such file; did you mean git:{self._against}?"
                )
            return ledger_of(data_of(path), self.shown, RUN, BASELINE)
        data = self._revision.read(self._file)
        if data is None:
            raise BaselineReadError(
                self.shown,
                "there is no such file at that revision; write one there with "
                "--logprobs-baseline=update, commit it, or give a revision that has one",
            )
        return ledger_of(data, self.shown, BASELINE)

    def tokens_of(self, case: Case) -> tuple[Row, ...]:
        """Return the tokens of a case of :attr:`ledger`, of its first answer if it has several.

        They come out of a run file, or out of the cassette at the revision. There are none where
        they are not at hand.
        """
        tokens = case.samples[0].tokens
        return tokens or (self._committed.tokens_of(case) if self._is_committed else ())

    def tokens_now(self, case: Case) -> tuple[Row, ...]:
        """Return the tokens of a case that was measured just now, of its first answer.

        With the alternatives that the cassette in the working tree has, where it is that answer.
        """
        return self._working.tokens_of(case) or case.samples[0].tokens

    @property
    def _is_committed(self) -> bool:
        return self._against is not None and self._against.startswith(_GIT)

    @cached_property
    def _revision(self) -> Revision:
        return Revision(self._root, (self._against or "").removeprefix(_GIT))

    @cached_property
    def _committed(self) -> Recorded:
        return Recorded(self._revision.read)

    def _read(self, path: str) -> bytes | None:
        try:
            return (self._root / path).read_bytes()
        except OSError:
            return None
