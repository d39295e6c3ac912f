"""When cassettes open and close: the hooks for the tests that have one.

A cassette opens before the first fixture of its test is set up and closes after the last is torn
down. While a fixture of a broader scope is set up, which happens in whichever test comes first,
calls go to a cassette of the fixture's own.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import cast

import pytest

from pytest_logprobs._deck import Deck, Running, fail
from pytest_logprobs._marked import MARKER, Marked, check_paths, has_cassette, marked
from pytest_logprobs._sections import CASSETTES, SECTION
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
            config.pluginmanager.register(cls(config, settings), name)
        return cast("Recorder", config.pluginmanager.get_plugin(name))

    def expecting(self, item: pytest.Item) -> Recorder:
        """Note which fixtures a test with a cassette has, to know them when they are set up.

        Raises ``pytest.UsageError`` naming the test for what its markers do not take.
        """
        if marked(item) is not None:
            self._fixtures.update(getattr(item, "fixturenames", ()))
        return self

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
        self._item = item
        try:
            said = marked(item)
        except pytest.UsageError as error:  # the marker was added after the collection
            fail(str(error))
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
        running, self._item = self._deck.running, None
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

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self) -> _Wrapper:
        """Close the cassette of a test that Ctrl-C or ``pytest.exit`` broke off."""
        try:
            return (yield)
        finally:
            if self._deck.running is not None:
                self._deck.running.ending = "stopped"
                self._deck.end(self._deck.running, go_on=False)
                self._deck.running = None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note how the test ends, and give the report what there is to say."""
        report = yield
        running, error = self._deck.running, call.excinfo and call.excinfo.value
        if running is None:
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
        finally:
            self._deck.close(running, cassette, ending)
        return result

    def _tell(self) -> None:
        if self._deck.running and (miss := self._deck.running.miss()):
            self._deck.running.told = True
            raise miss from None
