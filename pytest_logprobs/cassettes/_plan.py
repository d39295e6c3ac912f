"""What a cassette is opened for, and what the ways to record do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from pytest_logprobs._age import MaxAge
from pytest_logprobs.cassettes._scrub import Rules

__all__ = ["Ending", "Mode", "Plan"]
__tracebackhide__ = True  # a failed test shows its own lines

Ending = Literal["passed", "asserted", "stopped"]
"""How a test ended: it passed, it failed for an answer, or anything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a cassette is opened for.

    ``shown`` is its path as users know it, ``test`` the test that it is opened for, ``command``
    gives the command that records it in a mode. ``root``: the project's directory. ``journal``:
    where answers wait that are not kept yet. ``lock``: what to hold while the file is written.
    ``shared``: other tests have the same file. ``changed`` tells whether they have written to it in
    this run, in whatever process; ``written`` are the keys of what they wrote in this one. This one
    goes on from there.
    ``deferred``: that it cannot be read is told to who asks it, and not when it is opened.
    ``rules``: what is kept of requests and responses, and what is taken out.
    ``max_age``: how old what it plays may be. ``foreign`` tells where a cassette of vcrpy may be
    that answers while there is no file; each with its path as users know it.
    ``repeat``: which of its runs the test is in while it is recorded, from 1 on.
    """

    path: Path
    shown: str
    test: str
    mode: str
    command: Callable[[str], str]
    root: Path
    journal: Path | None = None
    lock: Path | None = None
    ignore: Sequence[str] = ()
    repeats: str = "error"
    shared: bool = False
    changed: Callable[[], bool] = lambda: False
    written: frozenset[bytes] = frozenset()
    deferred: bool = False
    rules: Rules = field(default_factory=Rules)
    max_age: MaxAge | None = None
    foreign: Callable[[], Mapping[Path, str]] = dict[Path, str]
    repeat: int = 1

    @property
    def does(self) -> Mode:
        """What the mode does; to a file that others have too, nothing that loses what is theirs.

        Each repeat of a test is another one's to the rest.
        """
        if not self.shared and self.repeat == 1:
            return _MODES[self.mode]
        if self.mode == "once" and (self.repeat > 1 or self.changed()):
            return _MODES["new_episodes"]
        return _MODES["all" if self.mode == "rewrite" else self.mode]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """What a way to record does: answer from the file, record the rest, forget what was there."""

    plays: bool = False
    records: bool = False
    forgets: bool = False


_MODES: Final = {
    "none": Mode(plays=True),
    "once": Mode(plays=True),  # records where the file is not complete
    "new_episodes": Mode(plays=True, records=True),
    "all": Mode(records=True),
    "rewrite": Mode(records=True, forgets=True),
    "off": Mode(records=True, forgets=True),
}
