"""A cassette from its opening to its closing: which file, what it answers, what is kept of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast
from urllib.parse import urlsplit

from pytest_logprobs._model import Completion
from pytest_logprobs._traffic import Exchange, Traffic
from pytest_logprobs._writing import tidy
from pytest_logprobs.cassettes._file import write_cassette
from pytest_logprobs.cassettes._journal import Journal
from pytest_logprobs.cassettes._locking import locked
from pytest_logprobs.cassettes._matching import key_of, key_of_recording
from pytest_logprobs.cassettes._merging import extended, replaced, rewritten
from pytest_logprobs.cassettes._messages import exchange_of
from pytest_logprobs.cassettes._miss import CassetteMissError, explain, explain_connection
from pytest_logprobs.cassettes._offers import offers
from pytest_logprobs.cassettes._plan import Ending, Plan
from pytest_logprobs.cassettes._scrubbing import Scrubbing
from pytest_logprobs.cassettes._source import Source, source_of
from pytest_logprobs.cassettes._tape import Asked, Interaction, Tape, answered, is_error
from pytest_logprobs.cassettes._too_old import too_old
from pytest_logprobs.errors import CassetteReadError

__all__ = ["LogprobsCassette"]
__tracebackhide__ = True  # a failed test shows its own lines

_Headers = Mapping[str, Any]
_STATES: Final[Mapping[Ending, str]] = {"passed": "kept", "asserted": "incomplete"}
_EXPLAINED: Final = 3  # misses; to find the nearest recording takes time, and the first is shown


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
        self._scrubbing = Scrubbing(plan.rules, self._misses)
        self._hosts: set[str] = set()
        self._flaw: CassetteReadError | None = None
        self._file, self._foreign = self._opened()
        self._mode = plan.does  # once it is read: what others write from now on is merged
        self._begun = self._file is not None and not self._file.complete
        self.is_recording: Final = self._mode.records or (
            plan.mode == "once" and (not self._file or self._begun)
        )
        saves = self.is_recording and plan.mode != "off"
        self._journal = Journal(plan.journal) if saves and plan.journal else None
        loaded = self._file.interactions if self._file else ()
        offered: Sequence[Interaction] = ()
        if self._journal:
            offered = offers(self._journal, self._file, only_recent=not self._mode.plays)
        self._dropped: Sequence[Interaction] = ()
        if self._begun and self.is_recording:
            self._dropped = [each for each in loaded if is_error(each)]
            loaded = answered(loaded)
        self._tape = Tape(
            loaded,
            offered,
            playing=self._playing(),
            ignore=plan.ignore,
            repeats=plan.repeats,
            repeat=plan.repeat,
        )

    def __repr__(self) -> str:
        return f"<LogprobsCassette {self._shown}, {self.record_mode}>"

    @property
    def _shown(self) -> str:
        """What answers: the file, or a cassette of vcrpy that stands in for it."""
        return self._foreign or self._plan.shown

    @property
    def play_count(self) -> int:
        """How many requests were answered from recordings."""
        return self._tape.play_count

    @property
    def written(self) -> frozenset[bytes]:
        """The keys of the requests whose answers this test recorded."""
        return self._tape.written

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts of the requests that this cassette was asked for."""
        return frozenset(self._hosts)

    @property
    def misses(self) -> tuple[CassetteMissError, ...]:
        """The requests that nothing answered, in order; the test fails with the first."""
        return tuple(self._misses)

    @property
    def completions(self) -> tuple[Completion, ...]:
        """The completions that crossed the wire in this test, like ``logprobs.completions``."""
        return self._traffic.completions

    @property
    def too_old(self) -> dict[str, Any] | None:
        """What is to be told of recordings that were played and are too old."""
        return too_old(self._tape, self._plan, self._shown)

    def ask(self, method: str, url: str, headers: _Headers, body: bytes) -> tuple[int, Asked]:
        """Look a request up: its number, and what is known of it.

        Raises ``CassetteMissError`` where nothing answers it and the mode does not record.
        """
        self._hosts.add(urlsplit(url).hostname or "")
        if self._flaw is not None:
            self._misses.append(miss := CassetteMissError(str(self._flaw)))
            raise miss
        asked = self._tape.ask(self._scrubbing.request(method, url, headers, body))
        if asked.answer is None and not self.is_recording:
            raise self._missed(asked)
        return self._traffic.begin(), asked

    def play(self, number: int, asked: Asked) -> tuple[dict[str, Any], bytes]:
        """Return the stored response to a request that was found to have one, and its body."""
        response: dict[str, Any] = cast("Interaction", asked.answer)["response"]
        return response, self._pass(number, asked, response, self._repeats(asked))

    def record(
        self, number: int, asked: Asked, sent: _Headers, response: tuple[int, _Headers, bytes]
    ) -> None:
        """Record the response to a request; ``sent`` are the request's headers."""
        answer = self._scrubbing.response(asked.request, sent, response)
        interaction = self._tape.record(asked, *answer)
        if self._journal:
            if self._scrubbing.is_clean(interaction):
                self._journal.append(interaction)
            else:  # closing will tell, if it comes to that
                self._journal.failed = True
        self._pass(number, asked, interaction["response"])

    def refuse(self, where: str) -> CassetteMissError:
        """Return the error for a connection that the test made around the cassette."""
        plan = self._plan
        miss = explain_connection(
            where,
            test=plan.test,
            cassette=self._shown,
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
            if self._journal and self._needs_no_journal(ending):
                self._journal.discard()
        finally:
            if self._journal:
                self._journal.close()
        return {
            "path": self._shown if state == "unchanged" else self._plan.shown,
            "instead_of": self._foreign if state in _STATES.values() else None,
            "replayed": self.play_count,
            "journal": self._journal.path.name if self._journal and state == "journal" else "",
            "recorded": len(new),
            "taken_up": self._tape.taken_up,
            "errors": sorted({each["response"]["status"] for each in new if is_error(each)}),
            "unanswered": self._tape.unanswered if self.is_recording else 0,
            "state": state,
            "digest": self._file.digest if self._file else "",
            "unplayed": [*self._tape.unplayed],
            "missed": len(self._misses),
            "too_old": self.too_old,
        }

    def _opened(self) -> Source:
        try:
            return Source() if self._plan.mode == "off" else source_of(self._plan)
        except CassetteReadError as error:
            if not self._plan.deferred:
                raise
            self._flaw = error
            return Source()

    def _playing(self) -> frozenset[bytes] | None:
        """Return the keys of what answers: all of the file, or what this run has rewritten."""
        if self._mode.plays:
            return None
        return self._plan.written if self._plan.mode == "rewrite" else frozenset()

    def _save(self, ending: Ending) -> None:
        """Write what was recorded into the file as it is now, whoever has written to it."""
        merged = replaced  # a test that failed may not have asked for all
        if self._mode.plays:
            merged = extended
        elif self._mode.forgets and ending == "passed" and not self._tape.lacks:
            merged = rewritten
        with locked(self.path, self._plan.lock):
            now = source_of(self._plan).file
            loaded = cast("Sequence[Interaction]", now.interactions if now else ())
            there = [
                each
                for each in loaded
                if each not in self._dropped and not self._is_repeat_of_new(each)
            ]
            base = [(key_of_recording(each, self._plan.ignore), each) for each in there]
            # a test that passes says nothing of another with the same file
            failed = now is not None and not now.complete
            failed = failed and (now != self._file or self._plan.changed())
            complete = ending == "passed" and not failed
            interactions = merged(base, self._tape.used)
            self._scrubbing.refuse(self.path, interactions)
            write_cassette(self.path, complete, interactions)
            tidy(self.path)

    def _needs_no_journal(self, ending: Ending) -> bool:
        """Return whether the file has it all; who failed early took up a part of what waited."""
        return ending == "passed" or (ending == "asserted" and self._tape.is_taken_up)

    def _is_completed(self, ending: Ending) -> bool:
        return self._mode.plays and self._begun and ending == "passed"

    def _left(self) -> str:
        """Return where the answers are that were not kept."""
        return "journal" if self._journal and not self._journal.failed else "lost"

    def _pass(
        self,
        number: int,
        asked: Asked,
        response: Mapping[str, Any],
        repeats: Callable[[], Sequence[Exchange]] = tuple,
    ) -> bytes:
        """Tell the test's traffic of an answer, and return its body: to make one takes time."""
        exchange = exchange_of({"request": asked.request, "response": response})
        self._traffic.add(number, exchange, repeats)
        return exchange.body

    def _repeats(self, asked: Asked) -> Callable[[], Sequence[Exchange]]:
        """Return what gives the answers to a request in the repeats of the test."""
        answer = cast("Interaction", asked.answer)
        return lambda: [exchange_of(each) for each in self._tape.repeats_of(answer)]

    def _is_repeat_of_new(self, recording: Interaction) -> bool:
        """Return whether a recording repeats what was recorded anew, and so is of another time."""
        if self._mode.plays or self._plan.repeat > 1 or "repeat" not in recording:
            return False
        return key_of(recording["request"], self._plan.ignore) in self._tape.written

    def _missed(self, asked: Asked) -> CassetteMissError:
        plan, loaded = self._plan, len(self._tape.loaded)
        count = f", {loaded} recording{'' if loaded == 1 else 's'}"
        state = f"{count}{', not complete' if self._begun else ''}"
        miss = explain(
            asked,
            self._tape,
            cassette=f"{self._shown}{state if self._file else ' does not exist'}",
            root=plan.root,
            command=plan.command(self._remedy()),
            ignore=plan.ignore,
            missing=None if self._file else plan.path,
            briefly=len(self._misses) >= _EXPLAINED,
        )
        self._misses.append(miss)
        return miss

    def _remedy(self) -> str:
        """Return the mode that records what is missing, and leaves what is of other tests."""
        if not self._file or self._begun:
            return "once"
        return "new_episodes" if self._plan.shared else "rewrite"
