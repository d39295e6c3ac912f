"""Tests that run several times to be recorded: how much answers to the same request differ.

The answers of each run are stored as a repeat of the first. On replay the test runs once, and gets
the first; the ledger gets all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from pytest_logprobs._marked import has_cassette
from pytest_logprobs._measuring import earlier_key
from pytest_logprobs._sections import CASSETTES
from pytest_logprobs._settings import Settings

if TYPE_CHECKING:
    from pytest_logprobs._recorder import Recorder

__all__ = ["Repeating"]
__tracebackhide__ = True  # a failed test shows its own lines

_REPEATED: Final = "logprobs_repeated"  # the attribute of the last report of a test that recorded
_ANEW: Final = ("all", "rewrite", "off")  # who asks, whatever there is


class Repeating:
    """The plugin that runs each test that records several times; one that fails is not repeated.

    Users see one test: the reports of its last run, which say what all of them did.
    """

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        self._config = config
        self._settings = settings
        self._has_run = self._has_repeated = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> object:
        """Run a test that records again and again."""
        recorder = self._config.pluginmanager.get_plugin("logprobs_recorder")
        if not has_cassette(item) or not cast("Recorder", recorder).records(item):
            return None
        hook = item.ihook
        hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for report in self._reports(item, nextitem, cast("Recorder", recorder)):
            hook.pytest_runtest_logreport(report=report)
        hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note whether a test was repeated, in whichever process."""
        self._has_run = True
        self._has_repeated |= hasattr(report, _REPEATED)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say so where none was, and that was asked for."""
        settings = self._settings
        if self._has_run and not self._has_repeated and "repeat" in settings.commanded:
            remedy = "and none did" if settings.record in _ANEW else "add --logprobs-record=rewrite"
            terminalreporter.write_line(
                "logprobs: no test was repeated: --logprobs-repeat repeats those that record; "
                + remedy
            )

    def _reports(
        self, item: pytest.Item, nextitem: pytest.Item | None, recorder: Recorder
    ) -> list[pytest.TestReport]:
        from _pytest.runner import runtestprotocol  # noqa: PLC0415 - plugins have no other way

        item.stash[earlier_key] = []  # what each run measures becomes cases together
        done: list[dict[str, Any]] = []
        number = 1
        reports: list[pytest.TestReport] = []
        try:
            for number in range(1, self._settings.repeat + 1):
                recorder.repeat(number)
                reports = runtestprotocol(item, log=False, nextitem=nextitem)
                done += (each for report in reports for each in getattr(report, CASSETTES, ()))
                replays = done and not any(each["recorded"] for each in done)
                if replays or not all(report.passed for report in reports):
                    break
        finally:
            recorder.repeat(1)
            del item.stash[earlier_key]
        if done:
            setattr(reports[-1], CASSETTES, done)
        if number > 1 or any(each["recorded"] for each in done):
            setattr(reports[-1], _REPEATED, True)
        return reports
