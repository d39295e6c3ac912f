"""A cassette from its opening to its closing: which file, what it answers, what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, Final, cast

from pytest_logprobs._model import Completion
from pytest_logprobs._traffic import Traffic
from pytest_logprobs.cassettes._file import CassetteFile, read_cassette, write_cassette
from pytest_logprobs.cassettes._journal import Journal
from pytest_logprobs.cassettes._messages import (
    exchange_of,
    provenance,
    stored_request,
    stored_response,
)
from pytest_logprobs.cassettes._miss import CassetteMissError, explain, explain_connection
from pytest_logprobs.cassettes._plan import Ending, Plan
from pytest_logprobs.cassettes._tape import Asked, Interaction, Tape, answered, is_error
from pytest_logprobs.errors import CassetteReadError

__all__ = ["LogprobsCassette"]
__tracebackhide__ = True  # a failed test shows its own lines

_Headers = Mapping[str, Any]


_STATES: Final[Mapping[Ending, str]] = {"passed": "kept", "asserted": "incomplete"}
_EXPLAINED: Final = 3  # misses; to find the nearest recording takes time, and the first is shown
_RECENT: Final = timedelta(days=1)


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
        self._flaw: CassetteReadError | None = None
        self._mode = plan.does
        self._file = self._read()
        self._begun = self._file is not None and not self._file.complete
        self.is_recording: Final = self._mode.records or (
            plan.mode == "once" and (not self._file or self._begun)
        )
        saves = self.is_recording and plan.mode != "off"
        self._journal = Journal(plan.journal) if saves and plan.journal else None
        loaded = self._file.interactions if self._file else ()
        if self._begun and self.is_recording:
            loaded = answered(loaded)
        self._tape = Tape(
            loaded,
            self._offered(),
            playing=self._playing(),
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
    def written(self) -> frozenset[bytes]:
        """The keys of the requests whose answers this test recorded."""
        return self._tape.written

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
        if self._flaw is not None:
            self._misses.append(miss := CassetteMissError(str(self._flaw)))
            raise miss
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
            command=plan.command(self._remedy()),
        )
        self._misses.append(miss)
        return miss

    def close(self, ending: Ending) -> dict[str, Any] | None:
        """Keep what was recorded as the test's end allows, and say what was done.

        ``None`` without a cassette, live. Raises ``CassetteWriteError`` where the file cannot be
        written; the answers are in the journal then, if there is one.
        """
        if self._plan.mode == "off":
            return None
        new, state = self._tape.new, "unchanged"
        try:
            if ending == "stopped":
                state = self._left() if new else state
            elif self.is_recording and (new or self._is_completed(ending)):
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
            "taken_up": self._tape.taken_up,
            "errors": sorted({each["response"]["status"] for each in new if is_error(each)}),
            "unanswered": self._tape.unanswered if self.is_recording else 0,
            "state": state,
        }

    def _read(self) -> CassetteFile | None:
        plan = self._plan
        if plan.mode == "off":
            return None
        try:
            return read_cassette(plan.path, record=plan.command("once"))
        except CassetteReadError as error:
            if plan.mode == "rewrite":  # it alone replaces what cannot be read
                return None
            if not plan.deferred:
                raise
            self._flaw = error
            return None

    def _playing(self) -> frozenset[bytes] | None:
        """Return the keys of what answers: all of the file, or what this run has rewritten."""
        if self._mode.plays:
            return None
        written = self._plan.written if self._plan.mode == "rewrite" else None
        return written or frozenset()

    def _offered(self) -> Sequence[Interaction]:
        """Return what an earlier run was answered and could not keep.

        Who records everything anew wants no old answers, but those of a run that was broken off.
        """
        found = answered(self._journal.read()) if self._journal else ()
        recent = (datetime.now(timezone.utc) - _RECENT).isoformat()
        return found if self._mode.plays else [each for each in found if _made(each) >= recent]

    def _save(self, ending: Ending) -> None:
        if self._mode.plays:
            interactions = self._tape.loaded + self._tape.new
        elif self._mode.forgets and ending == "passed":
            interactions = self._tape.rewritten()
        else:  # a test that failed may not have asked for all
            interactions = self._tape.replaced_by_new()
        # a test that passes says nothing of another with the same file
        complete = ending == "passed" and not (self._plan.written is not None and self._begun)
        write_cassette(self.path, complete, interactions)

    def _is_completed(self, ending: Ending) -> bool:
        return self._mode.plays and self._begun and ending == "passed"

    def _left(self) -> str:
        """Return where the answers are that were not kept."""
        return "journal" if self._journal and not self._journal.failed else "lost"

    def _pass(self, number: int, asked: Asked, response: Mapping[str, Any]) -> None:
        interaction = {"request": asked.request, "response": response}
        self._traffic.add(number, exchange_of(interaction))

    def _missed(self, asked: Asked) -> CassetteMissError:
        plan, loaded = self._plan, len(self._tape.loaded)
        count = f", {loaded} recording{'' if loaded == 1 else 's'}"
        state = f"{count}{', not complete' if self._begun else ''}"
        miss = explain(
            asked,
            self._tape,
            cassette=f"{plan.shown}{state if self._file else ' does not exist'}",
            root=plan.root,
            command=plan.command(self._remedy()),
            ignore=plan.ignore,
            briefly=len(self._misses) >= _EXPLAINED,
        )
        self._misses.append(miss)
        return miss

    def _remedy(self) -> str:
        """Return the mode that records what is missing, and leaves what is of other tests."""
        if not self._file or self._begun:
            return "once"
        return "new_episodes" if self._plan.shared else "rewrite"


def _made(interaction: Interaction) -> str:
    """Return when an interaction was recorded, in a form that sorts; empty if that is not known."""
    return str(interaction.get("recorded", {}).get("at", ""))
