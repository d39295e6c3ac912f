"""The cassettes that are open: the test's own, and those of fixtures while they are set up."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import pytest

from pytest_logprobs._marked import Marked
from pytest_logprobs._places import Places
from pytest_logprobs._rules import rules_of
from pytest_logprobs._sections import not_hidden
from pytest_logprobs._settings import Settings, on_ci
from pytest_logprobs._threads import Threads
from pytest_logprobs._traffic import Traffic
from pytest_logprobs.cassettes import (
    PLACEHOLDER_KEYS,
    CassetteMissError,
    Ending,
    LogprobsCassette,
    Plan,
    bypassed,
    configured,
    guarded,
    patched_clients,
    placeholder_keys,
)
from pytest_logprobs.errors import CassetteError, LogprobsError

__all__ = ["Deck", "Running", "fail"]
__tracebackhide__ = True  # a failed test shows its own lines


@dataclass(slots=True)
class Running:
    """The test that runs: its cassettes, the innermost that is open last."""

    item: pytest.Item
    marked: Marked
    mode: str
    traffic: Traffic = field(default_factory=Traffic)
    context: ExitStack = field(default_factory=ExitStack)
    cassettes: list[LogprobsCassette] = field(default_factory=list[LogprobsCassette])
    open: list[LogprobsCassette] = field(default_factory=list[LogprobsCassette])
    done: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    places: list[str] = field(default_factory=list[str])
    strangers: set[str] = field(default_factory=set[str])  # tests whose threads asked
    ending: Ending = "passed"
    told: bool = False

    def miss(self) -> CassetteMissError | None:
        """Return the first miss, unless the test failed with one already."""
        misses = [miss for cassette in self.cassettes for miss in cassette.misses]
        return misses[0] if misses and not self.told else None

    def past(self) -> list[str]:
        """Return where the test went past its cassettes while they recorded."""
        return bypassed(self.places, {host for each in self.cassettes for host in each.hosts})


class Deck:
    """Where cassettes open and close, and what is so meanwhile: clients, keys, connections."""

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        self.running: Running | None = None
        self.places = Places(config, settings.cassette_dir)
        self._config = config
        self._settings = settings
        self._written: dict[Path, frozenset[bytes]] = {}
        self._clients: ExitStack | None = None  # as long as they are patched
        self._vcr: object = None  # what they are patched with
        self.threads = Threads()
        self.repeat = 1  # of a test that runs several times to be recorded

    def expect(self, item: pytest.Item, said: Marked) -> None:
        """Note what there is of cassettes that a test may record, before any test runs."""
        if self.mode(said) not in ("none", "off"):
            self.places.note(item)

    def begin(self, item: pytest.Item, said: Marked) -> None:
        """Open the cassette of a test, before its first fixture is set up."""
        self.running = running = Running(item, said, self.mode(said))
        self.threads.begin()
        own = self.open(running, self.places.of_test(item, said.name), own=True)
        self.replay(running, own)

    def replay(self, running: Running, cassette: LogprobsCassette) -> None:
        """Patch the clients; where the cassette only replays, give keys and guard the way out."""
        if not cassette.is_recording:
            usual = PLACEHOLDER_KEYS if self._settings.placeholder_keys != () else ()
            names = (*usual, *(self._settings.placeholder_keys or ()))
            running.context.enter_context(placeholder_keys(names))
        if running.mode == "none":
            running.context.enter_context(guarded(self._settings.allowed_hosts, cassette.refuse))
        elif running.mode != "off":
            note = running.places.append  # makes no refusal
            running.context.enter_context(guarded(self._settings.allowed_hosts, note))
        if self._clients is None:
            clients = patched_clients(self._innermost, self._configured())
            self._clients = ExitStack()
            self._clients.enter_context(clients)

    def _configured(self) -> object:
        """Return what clients are patched with; the project is asked once."""
        if self._vcr is None:
            configure = self._config.hook.pytest_logprobs_configure_vcr
            try:
                self._vcr = configured(lambda vcr: configure(config=self._config, vcr=vcr))
            except LogprobsError as error:
                fail(str(error))
        return self._vcr

    def open(self, running: Running, path: Path, *, own: bool) -> LogprobsCassette:
        """Open a cassette: the test's ``own``, or that of a fixture."""
        mode = running.mode
        saves = mode not in ("none", "off")
        named = own and running.marked.name is not None
        sharer = running.item.nodeid if named else ""
        shared = named or not own
        plan = Plan(
            path=path,
            shown=self.places.shown(path),
            test=running.item.nodeid,
            mode=mode,
            command=lambda mode: self.places.command(running.item, mode),
            root=self._config.rootpath,
            journal=self.places.journal(path, sharer) if saves else None,
            lock=self.places.lock(path) if saves else None,
            ignore=(*self._settings.ignore, *running.marked.ignore),
            repeats=running.marked.repeats,
            shared=shared,
            **(self._shared(path) if shared and saves else {}),
            foreign=lambda: self.places.foreign(running.item if own and not named else None, path),
            max_age=self._settings.max_age,
            rules=rules_of(running.item, self._settings),
            repeat=self.repeat if own else 1,
            deferred=not own,  # pytest cannot bear that a fixture fails before its function runs
        )
        try:
            cassette = LogprobsCassette(plan, running.traffic)
        except CassetteError as error:
            fail(str(error))
        running.cassettes.append(cassette)
        running.open.append(cassette)
        return cassette

    def close(self, running: Running, cassette: LogprobsCassette, ending: Ending) -> None:
        """Close a cassette, and note what it did."""
        running.open.remove(cassette)
        try:
            done = cassette.close(ending)
        except CassetteError as error:
            fail(str(error))
        if done:
            running.done.append(done)
            own = cassette is running.cassettes[0]
            done["past"] = running.past() if own else []
            done["strangers"] = sorted(running.strangers) if own else []
            if done["state"] in ("kept", "incomplete"):
                before = self._written.get(cassette.path, frozenset())
                self._written[cassette.path] = before | cassette.written

    def _shared(self, path: Path) -> dict[str, Any]:
        """Return what others of this run made of a cassette."""
        written = self._written.get(path, frozenset())
        return {"changed": self.places.change_of(path), "written": written}

    def mode(self, said: Marked) -> str:
        """Return how the cassette of a test records."""
        # a run on a server for continuous integration records only if its command says so
        record = "none" if said.record and on_ci() else said.record
        return self._settings.settled("record", record)

    def _innermost(self) -> LogprobsCassette:
        if self.running is None or not self.running.open:
            raise CassetteMissError("a request was made while no cassette was open, between tests")
        if test := self.threads.left_by(threading.current_thread()):
            self.running.strangers.add(test)
        return self.running.open[-1]

    def end(self, running: Running, *, go_on: bool) -> None:
        """Close what is open; clients stay patched, which takes time, if the next test goes on."""
        self.threads.end(running.item.nodeid)
        with ExitStack() as closing:
            if self._clients is not None and not go_on:
                closing.push(self._clients)
                self._clients = None
            closing.push(running.context)
            for cassette in running.open:
                closing.callback(self.close, running, cassette, running.ending)


def fail(message: str) -> NoReturn:
    """Fail the running test."""
    __tracebackhide__ = not_hidden  # or pytest adds that everything is hidden
    raise pytest.fail.Exception(message, pytrace=False) from None
