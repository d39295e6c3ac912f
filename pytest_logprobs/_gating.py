"""The gate: what of a run is judged, and when.

It costs a suite that asks for none a look at its markers: all else is imported where something is
to be judged, sent or written.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import pytest

from pytest_logprobs._sections import SELECTION, not_hidden
from pytest_logprobs._settings import Settings, on_ci
from pytest_logprobs._workers import name_of

if TYPE_CHECKING:
    from pytest_logprobs._baseline import Yardstick
    from pytest_logprobs._controller import Controller
    from pytest_logprobs._gated import Gate
    from pytest_logprobs._measure import Logprobs
    from pytest_logprobs._places import Places
    from pytest_logprobs._recorder import Recorder
    from pytest_logprobs._stored import Stored
    from pytest_logprobs._traffic import Traffic

__all__ = ["Gating", "logprobs_key"]
__tracebackhide__ = True  # a failed test shows its own lines

_GATE: Final = "logprobs_gate"
_DROP: Final = "max_mean_logprob_drop"
_FIXTURE: Final = "logprobs"
_Wrapper = Generator[None, object, object]

logprobs_key: Final[pytest.StashKey[Logprobs]] = pytest.StashKey()
"""What is behind the fixture of a test."""


class Gating:
    """The plugin that finds out whether anything of a run is judged, and has that done."""

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        self._config = config
        self.settings = settings
        self.new = settings.new or ("fail" if on_ci() else "warn")
        self._yardstick: Yardstick | None = None
        self._controller: Controller | None = None
        self._collected: Sequence[pytest.Item] = ()
        self._ignored: list[Path] = []
        self._skipped: list[str] = []
        self._gates: Mapping[pytest.Item, Mapping[str, Gate]] = {}
        self._selection = ""  # of a worker, until it is sent
        self._is_broken = False

    @property
    def yardstick(self) -> Yardstick:
        """What this run is compared with; nothing is read before it is asked."""
        if self._yardstick is None:
            from pytest_logprobs._baseline import Yardstick  # noqa: PLC0415 - where it is needed

            settings = self.settings
            self._yardstick = Yardstick(
                self._config.rootpath, settings.baseline_file, settings.against
            )
        return self._yardstick

    @property
    def places(self) -> Places:
        """Where cassettes are, and how files and tests are told."""
        from pytest_logprobs._places import Places  # noqa: PLC0415 - where it is needed

        return Places(self._config, self.settings.cassette_dir)

    def logprobs_of(self, item: pytest.Item) -> Logprobs | None:
        """Return what is behind the fixture of a test, ``None`` if it did not ask for it."""
        return item.stash.get(logprobs_key, None)

    @property
    def cassettes(self) -> dict[pytest.Item, str]:
        """The files that tests have their answers from, as users know them."""
        recorder = self._recorder
        expected = recorder.expected if recorder else ()
        return {item: recorder.places.shown(path) for item, path in expected if recorder}

    @property
    def traffic(self) -> Traffic | None:
        """What crossed the wire in the running test, ``None`` where it has no cassette."""
        return self._recorder.traffic if self._recorder else None

    @property
    def _recorder(self) -> Recorder | None:
        plugin = self._config.pluginmanager.get_plugin("logprobs_recorder")
        return cast("Recorder | None", plugin)

    def stored(self, item: pytest.Item) -> Stored:
        """Return the baseline as a test sees it."""
        from pytest_logprobs._cases import parameters_of  # noqa: PLC0415 - where it is needed
        from pytest_logprobs._stored import Stored  # noqa: PLC0415 - where it is needed

        callspec = getattr(item, "callspec", None)
        return Stored(
            test=name_of(item),
            # pyright takes a cached_property for the descriptor where a protocol has a property
            yardstick=self.yardstick,  # pyright: ignore[reportArgumentType]
            mode=self.settings.baseline,
            new=self.new,
            command=self.places.running(item, "--logprobs-baseline=update"),
            parameters=parameters_of(callspec.params) if callspec else None,
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Read the baseline before any test where the command line names it."""
        settings = self.settings
        if self._is_worker or self._runs_nothing:
            return
        if settings.baseline != "check" and "against" in settings.commanded:
            raise pytest.UsageError(
                f"--logprobs-against says what to compare with, and "
                f"--logprobs-baseline={settings.baseline} compares nothing: leave out one of them"
            )
        if self._is_commanded:
            self._control().read()

    @pytest.hookimpl(wrapper=True)
    def pytest_ignore_collect(self, collection_path: Path) -> _Wrapper:
        """Note what is not looked into: nothing is known of tests there."""
        result = yield
        if result:
            self._ignored.append(collection_path)
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: Sequence[pytest.Item]) -> _Wrapper:
        """Note what was collected, before others choose from it."""
        self._collected = (*items,)
        return (yield)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """See whether anything asks for the gate, and have each test's completions noted."""
        chosen = {*map(id, session.items)}
        left_out = [item for item in self._collected if id(item) not in chosen]
        self._collected = ()
        asks = self._is_commanded or bool(self.settings.report)
        if self._runs_nothing or not (asks or any(map(_may_ask, session.items))):
            return
        from pytest_logprobs._measuring import Measuring  # noqa: PLC0415 - where something asks
        from pytest_logprobs._selection import scope_of_session  # noqa: PLC0415 - as above

        measuring = Measuring(self, session.items)
        self._config.pluginmanager.register(measuring, "logprobs_measuring")
        self._gates = measuring.gates
        scope = scope_of_session(session, left_out, self._ignored)
        selection = measuring.selection(scope, self._skipped)
        if self._is_worker:
            self._selection = selection
        else:
            self._select(selection)

    def pytest_runtest_call(self, item: pytest.Item) -> None:
        """Reject a gate that nobody knew of when it was decided what to judge."""
        __tracebackhide__ = not_hidden  # or pytest adds that everything is hidden
        if item.get_closest_marker(_GATE) is None:
            return
        from pytest_logprobs._gated import gates_of  # noqa: PLC0415 - where there is one

        try:
            is_known = gates_of(item) == self._gates.get(item)
        except pytest.UsageError:
            is_known = False
        if not is_known:
            problem = f"the marker {_GATE} came after the collection"
            raise pytest.fail.Exception(problem, pytrace=False)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Send what a worker collected with its first report, or take over what a report has."""
        if self._is_worker:
            if self._selection:
                setattr(report, SELECTION, self._selection)
                self._selection = ""
            return
        if selection := getattr(report, SELECTION, ""):
            self._select(selection)
        if self._controller is not None:
            self._controller.note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note what could not be collected, of whose tests nothing is known, and what skips all."""
        self._is_broken |= report.failed
        if report.skipped:
            self._skipped.append(report.nodeid)

    @pytest.hookimpl(optionalhook=True)  # one of xdist
    def pytest_testnodedown(self, error: object) -> None:
        """Note that a worker died."""
        if error is not None and self._controller is not None:
            self._controller.has_crashed = True

    @pytest.hookimpl(wrapper=True, trylast=True)  # inside of what tells that all tests have run
    def pytest_runtestloop(self, session: pytest.Session) -> _Wrapper:
        """Judge a run once all of its tests have run."""
        try:
            result = yield
        except pytest.UsageError:
            raise
        except BaseException:
            self._end(None)
            raise
        self._end(None if self._is_broken else session)
        return result

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Let no run pass in which nothing was judged of what was to be."""
        owes = self._controller is not None and self._controller.owes
        if owes and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was found."""
        if self._controller is not None:
            self._controller.summary(terminalreporter)

    @property
    def _is_worker(self) -> bool:
        return hasattr(self._config, "workerinput")

    @property
    def _runs_nothing(self) -> bool:
        """Whether no test is called: they are listed, or set up alone."""
        options = ("collectonly", "setuponly")  # --setup-plan sets the latter
        return any(self._config.getoption(each, default=False) for each in options)

    @property
    def _is_commanded(self) -> bool:
        settings = self.settings
        return settings.baseline != "off" and bool(settings.commanded & {"against", "baseline"})

    def _select(self, selection: str) -> None:
        controller = self._control()
        controller.select(selection)

    def _control(self) -> Controller:
        if self._controller is None:
            from pytest_logprobs._controller import Controller  # noqa: PLC0415 - see above

            self._controller = Controller(self._config, self)
        return self._controller

    def _end(self, session: pytest.Session | None) -> None:
        if self._controller is None or self._runs_nothing:
            return
        if session is None:
            self._controller.stop()
        else:
            self._controller.finish(session)


def _may_ask(item: pytest.Item) -> bool:
    """Return whether a test may have something compared with the baseline."""
    return (
        item.get_closest_marker(_GATE) is not None
        or _FIXTURE in getattr(item, "fixturenames", ())  # of which it can ask the stored case
        or any(_DROP in mark.kwargs for mark in item.iter_markers("logprobs"))
    )
