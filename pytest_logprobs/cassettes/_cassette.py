"""A cassette from its opening to its closing: which file, what it answers, what is kept of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, cast

from pytest_logprobs._model import Completion
from pytest_logprobs._traffic import Traffic
from pytest_logprobs.cassettes._file import read_cassette, write_cassette
from pytest_logprobs.cassettes._journal import Journal
from pytest_logprobs.cassettes._messages import (
    exchange_of,
    provenance,
    stored_request,
    stored_response,
)
from pytest_logprobs.cassettes._miss import CassetteMissError, explain, explain_connection
from pytest_logprobs.cassettes._tape import Asked, Interaction, Tape, answered

__all__ = ["Ending", "LogprobsCassette", "Plan"]
__tracebackhide__ = True  # a failed test shows its own lines

Ending = Literal["passed", "asserted", "stopped"]
"""How a test ended: it passed, an ``AssertionError`` failed it, or anything else."""

_Headers = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a cassette is opened for.

    ``shown`` is its path as users know it, ``test`` the test that it is opened for, ``command``
    gives the command that records it in a mode. ``root``: the project's directory. ``journal``:
    where answers wait that are not kept yet. ``shared``: other tests have the same file.
    ``resumed``: one of them wrote it in this run, and this one goes on.
    """

    path: Path
    shown: str
    test: str
    mode: str
    command: Callable[[str], str]
    root: Path
    journal: Path | None = None
    ignore: Sequence[str] = ()
    repeats: str = "error"
    shared: bool = False
    resumed: bool = False


@dataclass(frozen=True, slots=True)
class _Mode:
    """What a way to record does: read the file, answer from it, record what it does not answer."""

    reads: bool
    plays: bool
    records: bool
    replaces: bool = False


_MODES: Final = {
    "none": _Mode(reads=True, plays=True, records=False),
    "once": _Mode(reads=True, plays=True, records=False),  # records where the file is not complete
    "new_episodes": _Mode(reads=True, plays=True, records=True),
    "all": _Mode(reads=True, plays=False, records=True, replaces=True),
    "rewrite": _Mode(reads=False, plays=False, records=True),
    "off": _Mode(reads=False, plays=False, records=True),
}
_RESUMED: Final = {"once": "new_episodes", "rewrite": "new_episodes"}
"""Mode → what it is where this run has written the file already."""

_STATES: Final[Mapping[Ending, str]] = {"passed": "kept", "asserted": "incomplete"}


class LogprobsCassette:
    """The cassette of a test, as the fixture ``logprobs_cassette`` gives it.

    ``path`` is its file, ``record_mode`` how it records, and ``is_recording`` whether it does so
    in this test: ``once`` replays what is there and complete.
    """

    def __init__(self, plan: Plan, traffic: Traffic) -> None:
        """Read the file. Raises ``CassetteReadError`` where it cannot be read."""
        self.path: Final = plan.path
        self.record_mode: Final = plan.mode
        self._plan = plan
        self._traffic = traffic
        self._misses: list[CassetteMissError] = []
        mode = _MODES[_RESUMED.get(plan.mode, plan.mode) if plan.resumed else plan.mode]
        self._file = read_cassette(plan.path) if mode.reads else None
        self._begun = self._file is not None and not self._file.complete
        self.is_recording: Final = mode.records or (
            plan.mode == "once" and (not self._file or self._begun)
        )
        self._replaces = mode.replaces
        saves = self.is_recording and plan.mode != "off"
        self._journal = Journal(plan.journal) if saves and plan.journal else None
        loaded = self._file.interactions if self._file else ()
        self._tape = Tape(
            answered(loaded) if self._begun and self.is_recording else loaded,
            answered(self._journal.read()) if self._journal and mode.plays else (),
            plays=mode.plays,
            ignore=plan.ignore,
            repeats=plan.repeats,
        )

    def __repr__(self) -> str:
        return f"<LogprobsCassette {self._plan.shown}, {self.record_mode}>"

    @property
    def play_count(self) -> int:
        """How many requests were answered from recordings."""
        return self._tape.play_count

    @property
    def misses(self) -> tuple[CassetteMissError, ...]:
        """The requests that nothing answered, in order; the test fails with the first."""
        return tuple(self._misses)

    @property
    def completions(self) -> tuple[Completion, ...]:
        """The completions that crossed the wire in this test, like ``logprobs.completions``."""
        return self._traffic.completions

    def ask(self, method: str, url: str, headers: _Headers, body: bytes) -> tuple[int, Asked]:
        """Look a request up: its number, and what is known of it.

        Raises ``CassetteMissError`` where nothing answers it and the mode does not record.
        """
        asked = self._tape.ask(stored_request(method, url, headers, body))
        if asked.answer is None and not self.is_recording:
            raise self._missed(asked)
        return self._traffic.begin(), asked

    def play(self, number: int, asked: Asked) -> dict[str, Any]:
        """Return the stored response that answers a request which was found to have one."""
        response: dict[str, Any] = cast("Interaction", asked.answer)["response"]
        self._pass(number, asked, response)
        return response

    def record(
        self, number: int, asked: Asked, sent: _Headers, response: tuple[int, _Headers, bytes]
    ) -> None:
        """Record the response to a request; ``sent`` are the request's headers."""
        stored = stored_response(*response)
        interaction = self._tape.record(asked, stored, provenance(sent))
        if self._journal:
            self._journal.append(interaction)
        self._pass(number, asked, stored)

    def refuse(self, where: str) -> CassetteMissError:
        """Return the error for a connection that the test made around the cassette."""
        plan = self._plan
        miss = explain_connection(
            where,
            test=plan.test,
            cassette=plan.shown,
            root=plan.root,
            command=plan.command("rewrite"),
        )
        self._misses.append(miss)
        return miss

    def close(self, ending: Ending) -> dict[str, Any] | None:
        """Keep what was recorded as the test's end allows, and say what was done.

        ``None`` without a cassette, live. Raises ``CassetteWriteError`` where the file cannot be
        written; the answers are in the journal then.
        """
        if self._plan.mode == "off":
            return None
        new, state = self._tape.new, "unchanged"
        try:
            if ending == "stopped":
                state = self._left() if new else state
            elif self.is_recording and (new or (self._begun and ending == "passed")):
                self._save(ending)
                state = _STATES[ending]
            if self._journal and ending != "stopped":
                self._journal.discard()
        finally:
            if self._journal:
                self._journal.close()
        return {
            "path": self._plan.shown,
            "replayed": self.play_count,
            "recorded": len(new),
            "state": state,
        }

    def _save(self, ending: Ending) -> None:
        interactions = self._tape.loaded + self._tape.new
        if self._replaces:
            interactions = self._tape.replaced_by_new()
        # a test that passes says nothing of another with the same file
        complete = ending == "passed" and not (self._plan.resumed and self._begun)
        write_cassette(self.path, complete, interactions)

    def _left(self) -> str:
        """Return where the answers are that were not kept."""
        return "journal" if self._journal and not self._journal.failed else "lost"

    def _pass(self, number: int, asked: Asked, response: Mapping[str, Any]) -> None:
        interaction = {"request": asked.request, "response": response}
        self._traffic.add(number, exchange_of(interaction))

    def _missed(self, asked: Asked) -> CassetteMissError:
        plan, loaded = self._plan, len(self._tape.loaded)
        count = f", {loaded} recording{'' if loaded == 1 else 's'}"
        state = count if self._file else " does not exist"
        miss = explain(
            asked,
            self._tape,
            cassette=f"{plan.shown}{state}",
            root=plan.root,
            command=plan.command(self._remedy()),
            ignore=plan.ignore,
        )
        self._misses.append(miss)
        return miss

    def _remedy(self) -> str:
        """Return the mode that records what is missing, and leaves what is of other tests."""
        if not self._file:
            return "once"
        return "new_episodes" if self._plan.shared else "rewrite"
