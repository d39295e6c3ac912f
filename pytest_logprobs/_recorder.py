"""When cassettes open and close: the hooks for the tests that have one.

A cassette opens before the first fixture of its test is set up and closes after the last is torn
down. While a fixture of a broader scope is set up, which happens in whichever test comes first,
calls go to a cassette of the fixture's own.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any, cast

import pytest

from pytest_logprobs._age import explain_age
from pytest_logprobs._deck import Deck, Running, fail
from pytest_logprobs._marked import MARKER, Marked, check_paths, has_cassette, marked
from pytest_logprobs._places import Places
from pytest_logprobs._rules import check_rules
from pytest_logprobs._sections import CASSETTES, SECTION, broken_off
from pytest_logprobs._settings import Settings
from pytest_logprobs._traffic import Traffic
from pytest_logprobs.cassettes import CassetteMissError, Ending, LogprobsCassette
from pytest_logprobs.errors import LogprobsError

__all__ = ["Recorder"]
__tracebackhide__ = True  # a failed test shows its own lines

_Wrapper = Generator[None, object, object]


class Recorder:
    """The plugin that gives tests their cassettes; registered where a test asks for one."""

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        self._settings = settings
        self._deck = Deck(config, settings)
        self._item: pytest.Item | None = None  # from its set-up to its teardown
        self._fixtures: set[str] = set()
        self._aside: list[dict[str, Any]] = []  # what fixtures did for a test without a cassette
        self._first: dict[str, tuple[str, str]] = {}  # who has a cassette, and the first test of it
        self.expected: list[tuple[pytest.Item, Path]] = []

    @classmethod
    def of(cls, config: pytest.Config, settings: Settings) -> Recorder:
        """Return the recorder of a run; the first time, make and register it.

        Raises ``pytest.UsageError`` for a setting that only cassettes can check.
        """
        name = "logprobs_recorder"
        if not config.pluginmanager.has_plugin(name):
            try:
                check_paths(settings.ignore)
            except ValueError as error:
                raise pytest.UsageError(f"logprobs_ignore in the configuration: {error}") from None
            try:
                check_rules(settings)
            except ValueError as error:
                problem = f"logprobs_keep_headers in the configuration: {error}"
                raise pytest.UsageError(problem) from None
            config.pluginmanager.register(cls(config, settings), name)
        return cast("Recorder", config.pluginmanager.get_plugin(name))

    def expecting(self, item: pytest.Item) -> Recorder:
        """Note a test with a cassette, and its fixtures, to know them when they are set up.

        ``expected`` has all of these tests, and the files of their cassettes. Raises
        ``pytest.UsageError`` naming the test for what its markers do not take, and for a file that
        another test has without sharing it.
        """
        said = marked(item)
        if said is not None:
            self._fixtures.update(getattr(item, "fixturenames", ()))
            path = self.places.of_test(item, said.name)
            self._check_owner(item, said.name, path)
            self._deck.expect(item, said)
            self.expected.append((item, path))
        return self

    def records(self, item: pytest.Item) -> bool:
        """Return whether a test may record, or asks for real without a cassette."""
        said = marked(item)
        return said is not None and self._deck.mode(said) != "none"

    def repeat(self, number: int) -> None:
        """Record what comes as the repeat of a test with this number; the first time is 1."""
        self._deck.repeat = number

    @property
    def places(self) -> Places:
        """Where cassettes are."""
        return self._deck.places

    @property
    def traffic(self) -> Traffic | None:
        """What crossed the wire in the running test, ``None`` where it has no cassette."""
        return self._deck.running.traffic if self._deck.running else None

    @property
    def cassette(self) -> LogprobsCassette:
        """The running test's own cassette."""
        if self._deck.running is None:
            raise pytest.fail.Exception(
                f"the fixture {MARKER} was asked for while the test runs, and a cassette opens "
                f"before its first fixture: name it in the arguments, or mark the test",
                pytrace=False,
            )
        return self._deck.running.cassettes[0]

    @pytest.hookimpl(wrapper=True, trylast=True)  # what fails here fails inside of pytest's own
    def pytest_runtest_setup(self, item: pytest.Item) -> _Wrapper:
        """Open the cassette before the first fixture is set up."""
        try:
            said = marked(item)
        except pytest.UsageError as error:  # the marker was added after the collection
            fail(str(error))
        other, has_cassettes = self._item, said or self._deck.running
        if other not in (None, item) and has_cassettes:
            fail(
                f"{item.nodeid} begins while {other.nodeid} runs in this process: what two tests "
                f"ask at the same time cannot be told apart; run them one after the other, or in "
                f"processes of their own: pytest -n 2 (pytest-xdist)"
            )
        self._item = item
        if said is not None:
            self._deck.begin(item, said)
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
    ) -> _Wrapper:
        """Open a cassette of its own for a fixture that outlives the test."""
        if fixturedef.scope == "function" or self._item is None:
            return (yield)
        if self._deck.running is not None:
            return (yield from self._around(self._deck.running, fixturedef, request))
        if fixturedef.argname not in self._fixtures:
            return (yield)
        # a test without a cassette comes first: tests that have one will find the fixture set up
        self._deck.running = running = Running(self._item, Marked(), self._settings.record)
        try:
            return (yield from self._around(running, fixturedef, request))
        finally:
            self._deck.end(running, go_on=False)
            self._deck.running = None
            self._aside += running.done

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> _Wrapper:
        """Fail with the first miss, whatever the code under test made of it, or for an age."""
        try:
            result = yield
        except (KeyboardInterrupt, pytest.exit.Exception):
            raise
        except BaseException:
            self._tell()
            raise
        self._tell()
        self._tell_age()
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: pytest.Item | None) -> _Wrapper:
        """Close the cassette after the last fixture is torn down."""
        if self._item is item:
            self._item = None
        running = self._running(item)
        if running is None:
            return (yield)
        try:
            result = yield
            self._tell()
        except BaseException:
            running.ending = "stopped"
            raise
        finally:
            self._deck.end(running, go_on=nextitem is not None and has_cassette(nextitem))
        return result

    @pytest.hookimpl(wrapper=True, trylast=True)  # inside of the terminal's, which tells of it
    def pytest_sessionfinish(self, session: pytest.Session) -> _Wrapper:
        """Close the cassette of a test that Ctrl-C or ``pytest.exit`` broke off."""
        try:
            return (yield)
        finally:
            if self._deck.running is not None:
                self._deck.running.ending = "stopped"
                self._deck.end(self._deck.running, go_on=False)
                broken_off(session.config, self._deck.running.done)
                self._deck.running = None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note how the test ends, and give the report what there is to say."""
        report = yield
        running, error = self._running(item), call.excinfo and call.excinfo.value
        if running is None:
            if call.when == "teardown" and self._aside:
                setattr(report, CASSETTES, self._aside)
                self._aside = []
            return report
        if isinstance(error, CassetteMissError):
            running.told = True
            if hasattr(report, "wasxfail"):  # nobody expects that a request is not recorded
                del report.wasxfail
                report.outcome = "failed"
            if error.section:
                report.sections.append((SECTION, error.section))
        if not (report.passed or hasattr(report, "wasxfail")):
            # the answer is not as it should be, or not such that it can be judged
            asserted = call.when == "call" and isinstance(error, (AssertionError, LogprobsError))
            running.ending = "asserted" if asserted and running.ending != "stopped" else "stopped"
        if call.when == "teardown":
            if running.done:
                setattr(report, CASSETTES, running.done)
            self._deck.running = None
        return report

    def _running(self, item: pytest.Item) -> Running | None:
        """Return what is open for a test; for one that was refused, nothing is."""
        running = self._deck.running
        return running if running is not None and running.item is item else None

    def _check_owner(self, item: pytest.Item, name: str | None, path: Path) -> None:
        """Reject a second owner of a file; where case is ignored, two names may be one file."""
        owner = f"test {item.nodeid}" if name is None else f"name {name}"
        file = os.path.normpath(path).casefold()
        first, test = self._first.setdefault(file, (owner, item.nodeid))
        if first != owner:
            raise pytest.UsageError(
                f"{test} and {item.nodeid} would have one cassette, "
                f"{self.places.shown(path)}: rename one of them, or give both the same name= "
                f"in the marker {MARKER}"
            )

    def _around(
        self,
        running: Running,
        fixturedef: pytest.FixtureDef[object],
        request: pytest.FixtureRequest,
    ) -> _Wrapper:
        """Set a fixture up with a cassette of its own."""
        path = self._deck.places.of_fixture(running.item, fixturedef, request)
        ending: Ending = "stopped"
        cassette = self._deck.open(running, path, own=False)
        try:
            if len(running.cassettes) == 1:
                self._deck.replay(running, cassette)
            result = yield
            ending = "passed"
            self._deck.threads.begin()  # a server that a fixture runs is for all tests
        finally:
            self._deck.close(running, cassette, ending)
        return result

    def _tell_age(self) -> None:
        """Fail a test that would pass on recordings that are older than they may be."""
        if self._settings.max_age and self._settings.max_age.fails:
            cassettes = self._deck.running.cassettes if self._deck.running else []
            found = [each.too_old for each in cassettes] + [each["too_old"] for each in self._aside]
            for old in filter(None, found):
                fail(explain_age(old))

    def _tell(self) -> None:
        if self._deck.running and (miss := self._deck.running.miss()):
            self._deck.running.told = True
            raise miss from None
