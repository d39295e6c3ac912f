"""Which tests have a cassette, and when it opens and closes: the marker ``logprobs_cassette``.

A cassette opens before the first fixture of its test is set up and closes after the last is torn
down. While a fixture of a broader scope is set up, which happens in whichever test comes first,
calls go to a cassette of the fixture's own.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NoReturn, cast

import pytest

from pytest_logprobs._marked import MARKER, Marked, has_cassette, marked
from pytest_logprobs._places import Places
from pytest_logprobs._sections import CASSETTES
from pytest_logprobs._settings import Settings
from pytest_logprobs._traffic import Traffic
from pytest_logprobs.cassettes import (
    PLACEHOLDER_KEYS,
    CassetteMissError,
    Ending,
    LogprobsCassette,
    Plan,
    guarded,
    patched_clients,
    placeholder_keys,
)
from pytest_logprobs.errors import CassetteError

__all__ = ["Recorder"]
__tracebackhide__ = True  # a failed test shows its own lines

_Wrapper = Generator[None, object, object]
_SECTION: Final = "logprobs"


@dataclass(slots=True)
class _Running:
    """The test that runs: its cassettes, the innermost that is open last."""

    item: pytest.Item
    marked: Marked
    mode: str
    traffic: Traffic = field(default_factory=Traffic)
    context: ExitStack = field(default_factory=ExitStack)
    cassettes: list[LogprobsCassette] = field(default_factory=list[LogprobsCassette])
    open: list[LogprobsCassette] = field(default_factory=list[LogprobsCassette])
    done: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    ending: Ending = "passed"
    told: bool = False

    def miss(self) -> CassetteMissError | None:
        """Return the first miss, unless the test failed with one already."""
        misses = [miss for cassette in self.cassettes for miss in cassette.misses]
        return misses[0] if misses and not self.told else None


class Recorder:
    """The plugin that gives tests their cassettes; registered where a test asks for one."""

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        self._config = config
        self._settings = settings
        self._places = Places(config, settings.cassette_dir)
        self._running: _Running | None = None
        self._written: set[Path] = set()
        self._clients: ExitStack | None = None  # as long as they are patched

    @classmethod
    def of(cls, config: pytest.Config, settings: Settings) -> Recorder:
        """Return the recorder of a run; the first time, make and register it."""
        name = "logprobs_recorder"
        if not config.pluginmanager.has_plugin(name):
            config.pluginmanager.register(cls(config, settings), name)
        return cast("Recorder", config.pluginmanager.get_plugin(name))

    @property
    def traffic(self) -> Traffic | None:
        """What crossed the wire in the running test, ``None`` where it has no cassette."""
        return self._running.traffic if self._running else None

    @property
    def cassette(self) -> LogprobsCassette:
        """The running test's own cassette."""
        if self._running is None:
            raise pytest.fail.Exception(
                f"the fixture {MARKER} was asked for while the test runs, and a cassette opens "
                f"before its first fixture: name it in the arguments, or mark the test",
                pytrace=False,
            )
        return self._running.cassettes[0]

    @pytest.hookimpl(wrapper=True, trylast=True)  # what fails here fails inside of pytest's own
    def pytest_runtest_setup(self, item: pytest.Item) -> _Wrapper:
        """Open the cassette before the first fixture is set up."""
        try:
            said = marked(item)
        except pytest.UsageError as error:  # the marker was added after the collection
            _fail(error)
        if said is not None:
            self._begin(item, said)
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
    ) -> _Wrapper:
        """Open a cassette of its own for a fixture that outlives the test."""
        running = self._running
        if running is None or fixturedef.scope == "function":
            return (yield)
        path = self._places.of_fixture(running.item, fixturedef, request)
        cassette = self._open(running, path, own=False)
        ending: Ending = "stopped"
        try:
            result = yield
            ending = "passed"
        finally:
            self._close(running, cassette, ending)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> _Wrapper:
        """Fail with the first miss, whatever the code under test made of it."""
        try:
            result = yield
        except (KeyboardInterrupt, pytest.exit.Exception):
            raise
        except BaseException:
            self._tell()
            raise
        self._tell()
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, nextitem: pytest.Item | None) -> _Wrapper:
        """Close the cassette after the last fixture is torn down."""
        running = self._running
        if running is None:
            return (yield)
        try:
            result = yield
            self._tell()
        except BaseException:
            running.ending = "stopped"
            raise
        finally:
            self._end(running, go_on=nextitem is not None and has_cassette(nextitem))
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self) -> _Wrapper:
        """Close the cassette of a test that Ctrl-C or ``pytest.exit`` broke off."""
        try:
            return (yield)
        finally:
            if self._running is not None:
                self._running.ending = "stopped"
                self._end(self._running, go_on=False)
                self._running = None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note how the test ends, and give the report what there is to say."""
        report = yield
        running, error = self._running, call.excinfo and call.excinfo.value
        if running is None:
            return report
        if isinstance(error, CassetteMissError):
            running.told = True
            if error.section:
                report.sections.append((_SECTION, error.section))
        if not (report.passed or hasattr(report, "wasxfail")):
            asserted = call.when == "call" and isinstance(error, AssertionError)
            running.ending = "asserted" if asserted and running.ending != "stopped" else "stopped"
        if call.when == "teardown":
            if running.done:
                setattr(report, CASSETTES, running.done)
            self._running = None
        return report

    def _begin(self, item: pytest.Item, said: Marked) -> None:
        # a run on a server for continuous integration records only if its command says so
        record = "none" if said.record and _on_ci() else said.record
        mode = self._settings.settled("record", record)
        self._running = running = _Running(item, said, mode)
        own = self._open(running, self._places.of_test(item, said.name), own=True)
        if mode == "none":
            usual = PLACEHOLDER_KEYS if self._settings.placeholder_keys != () else ()
            names = (*usual, *(self._settings.placeholder_keys or ()))
            running.context.enter_context(placeholder_keys(names))
            running.context.enter_context(guarded(self._settings.allowed_hosts, own.refuse))
        if self._clients is None:
            self._clients = ExitStack()
            self._clients.enter_context(patched_clients(self._innermost))

    def _open(self, running: _Running, path: Path, *, own: bool) -> LogprobsCassette:
        """Open a cassette: the test's ``own``, or that of a fixture."""
        mode = running.mode
        shared = own and running.marked.name is not None
        sharer = running.item.nodeid if shared else ""
        plan = Plan(
            path=path,
            shown=self._places.shown(path),
            test=running.item.nodeid,
            mode=mode,
            command=lambda mode: self._places.command(running.item, mode),
            root=self._config.rootpath,
            journal=None if mode in ("none", "off") else self._places.journal(path, sharer),
            ignore=(*self._settings.ignore, *running.marked.ignore),
            repeats=running.marked.repeats,
            shared=shared,
            resumed=path in self._written and (shared or not own),
        )
        try:
            cassette = LogprobsCassette(plan, running.traffic)
        except CassetteError as error:
            _fail(error)
        running.cassettes.append(cassette)
        running.open.append(cassette)
        return cassette

    def _close(self, running: _Running, cassette: LogprobsCassette, ending: Ending) -> None:
        running.open.remove(cassette)
        try:
            done = cassette.close(ending)
        except CassetteError as error:
            _fail(error)
        if done:
            running.done.append(done)
            if done["state"] in ("kept", "incomplete"):
                self._written.add(cassette.path)

    def _innermost(self) -> LogprobsCassette:
        if self._running is None or not self._running.open:
            raise CassetteMissError("a request was made while no cassette was open, between tests")
        return self._running.open[-1]

    def _end(self, running: _Running, *, go_on: bool) -> None:
        """Close what is open; clients stay patched, which takes time, if the next test goes on."""
        with ExitStack() as closing:
            if self._clients is not None and not go_on:
                closing.push(self._clients)
                self._clients = None
            closing.push(running.context)
            for cassette in running.open:
                closing.callback(self._close, running, cassette, running.ending)

    def _tell(self) -> None:
        if self._running and (miss := self._running.miss()):
            self._running.told = True
            raise miss from None


def _fail(error: Exception) -> NoReturn:
    """Fail the running test with what an error says."""
    __tracebackhide__ = _never  # or pytest adds that everything is hidden
    raise pytest.fail.Exception(str(error), pytrace=False) from None


def _never(_: object) -> bool:
    return False


def _on_ci() -> bool:
    return os.environ.get("CI", "").lower() not in ("", "0", "false")
