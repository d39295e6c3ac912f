"""The end of a run: which cassettes and recordings no test used, told and kept for pruning.

That is judged where every test was collected, ran and reported: in the process that has the
reports, from what each process that collected says of its selection.
"""

from __future__ import annotations

import warnings
from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from pytest_logprobs._settings import Settings

if TYPE_CHECKING:
    from pytest_logprobs._played import Played
    from pytest_logprobs._recorder import Recorder
    from pytest_logprobs._unused import Leftover

__all__ = ["Leftovers"]
__tracebackhide__ = True  # a failed test shows its own lines

_SELECTION: Final = "logprobs_selection"
_TO_THE_END: Final = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
_Wrapper = Generator[None, object, object]


class Leftovers:
    """The plugin that tells at the end of a run what nobody used."""

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        self._config = config
        self._settings = settings
        self._collected: Sequence[pytest.Item] = ()
        self._selections: list[Mapping[str, Any]] = []  # of the processes that collected
        self._crashed = False
        self._lines: list[str] = []

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: Sequence[pytest.Item]) -> _Wrapper:
        """Note what was collected, before others choose from it."""
        self._collected = (*items,)
        return (yield)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note what this process runs; a worker of xdist sends it to the controller."""
        left_out = {*map(id, self._collected)} - {*map(id, session.items)}
        self._collected = ()
        plugin = self._config.pluginmanager.get_plugin("logprobs_recorder")
        if plugin is None:  # no test has a cassette
            return
        from pytest_logprobs._selection import selection_of  # noqa: PLC0415 - see above

        recorder = cast("Recorder", plugin)
        expected = {item.nodeid: path for item, path in recorder.expected}
        selection = selection_of(session, expected, recorder.places, is_all=not left_out)
        self._selections.append(selection)
        getattr(self._config, "workeroutput", {})[_SELECTION] = selection

    @pytest.hookimpl(optionalhook=True)  # one of xdist
    def pytest_testnodedown(self, node: object, error: object) -> None:
        """Take over what a worker ran."""
        if selection := getattr(node, "workeroutput", {}).get(_SELECTION):
            self._selections.append(selection)
        self._crashed |= error is not None

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Judge what nobody used, and let the run fail for it if that is asked for."""
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if not self._selections or reporter is None or hasattr(self._config, "workerinput"):
            return
        from pytest_logprobs._neighbours import NEIGHBOURS  # noqa: PLC0415 - where a test has one
        from pytest_logprobs._played import Played  # noqa: PLC0415 - where a test has a cassette
        from pytest_logprobs._unused import summary  # noqa: PLC0415 - as above

        reports = (report for reports in reporter.stats.values() for report in reports)
        to_the_end = session.exitstatus in _TO_THE_END and not self._crashed
        neighbours = any(map(self._config.pluginmanager.has_plugin, NEIGHBOURS))
        played = Played(
            self._selections,
            reports,
            self._config.rootpath,
            to_the_end=to_the_end,
            alone=self._settings.vcr_marker or not neighbours,
        )
        unused = played.unused()
        is_kept = self._keep(played, unused)
        if not unused or self._settings.unused == "ignore":
            return
        self._lines = [*summary(unused)]
        if is_kept:
            self._lines.append("pytest-logprobs check --prune removes what is unused")
        if self._settings.unused == "fail" and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            self._lines.append("the run fails for what is unused, as logprobs_unused says")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> _Wrapper:
        """Say it, after what was recorded."""
        result = yield
        for line in self._lines:
            terminalreporter.write_line(f"logprobs: {line}")
        return result

    def _keep(self, played: Played, unused: Mapping[str, Leftover]) -> bool:
        """Keep what is unused for who prunes; what a part of the tests used is so no more."""
        cache: Any = getattr(self._config, "cache", None)  # there is none with -p no:cacheprovider
        if cache is None:
            return False
        from pytest_logprobs._unused import KEY, as_json, record_of  # noqa: PLC0415 - as above

        before = record_of(cache.get(KEY, None))
        after = {**played.unsaid(before), **unused}
        if after != before:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # pytest tells itself what it cannot write
                cache.set(KEY, as_json(after))
        return record_of(cache.get(KEY, None)) == after
