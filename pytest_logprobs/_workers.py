"""One run in many processes: what they agree on, and what the controller of xdist tells of them."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Generator
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

__all__ = ["JOURNALS", "Run", "Workers", "name_of", "run_of"]
__tracebackhide__ = True  # a failed test shows its own lines

JOURNALS: Final = "logprobs-journal"
"""The directory in pytest's cache where answers wait that are not kept yet."""

_RUN: Final = "logprobs_run"
_Wrapper = Generator[None, object, object]


class Run(NamedTuple):
    """A run, in whatever process: its name, and when it began, in nanoseconds of the epoch."""

    name: str
    began: int


_run_key: Final = pytest.StashKey[Run]()


def run_of(config: pytest.Config) -> Run:
    """Return the run of a process: its own, or that of the controller.

    Xdist's name of a run is not taken: who starts two runs may call both the same.
    """
    if _run_key not in config.stash:
        told = getattr(config, "workerinput", {}).get(_RUN)
        config.stash[_run_key] = Run(*told) if told else Run(os.urandom(8).hex(), time.time_ns())
    return config.stash[_run_key]


def name_of(item: pytest.Item) -> str:
    """Return the node id that a test has in every run: without the group that xdist appends."""
    own = f"{item.parent.nodeid}::{item.name}" if item.parent else item.name
    is_grouped = item.config.getoption("loadgroup", default=False)  # xdist sets it on a worker
    return own if is_grouped and item.nodeid.startswith(f"{own}@") else item.nodeid


class Workers:
    """The plugin that tells workers which run they are of, and users what workers left behind."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._has_any = False
        self._died = False

    @pytest.hookimpl(optionalhook=True)  # one of xdist, like the next
    def pytest_configure_node(self, node: Any) -> None:  # noqa: ANN401 - xdist's
        """Tell a worker of the run, also one that takes the place of another."""
        self._has_any = True
        node.workerinput[_RUN] = tuple(run_of(self._config))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, error: object) -> None:
        """Note that a worker died: nothing is reported of the test that it ran."""
        self._died |= error is not None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter, exitstatus: pytest.ExitCode
    ) -> _Wrapper:
        """Say how much waits of tests that workers ran and nothing was reported of."""
        result = yield
        if self._has_any and (self._died or exitstatus == pytest.ExitCode.INTERRUPTED):
            from pytest_logprobs._sections import CASSETTES  # noqa: PLC0415 - where it is needed

            reports = (report for each in terminalreporter.stats.values() for report in each)
            told = {done["journal"] for each in reports for done in getattr(each, CASSETTES, ())}
            if count := self._waiting(told):
                wait, them = (
                    ("1 answer waits", "it") if count == 1 else (f"{count} answers wait", "them")
                )
                terminalreporter.write_line(
                    f"logprobs: {wait} of tests that a worker did not bring to their end; the next "
                    f"recording run has {them}"
                )
        return result

    def _waiting(self, told: Collection[str]) -> int:
        """Count the answers in the journals of this run, without those that users were told of."""
        if getattr(self._config, "cache", None) is None:  # -p no:cacheprovider
            return 0
        # asked for it, the cache would make the directory in every suite that is broken off
        cache = Path(os.path.expandvars(self._config.getini("cache_dir"))).expanduser()
        journals = self._config.rootpath / cache / "d" / JOURNALS
        found = journals.glob(f"*.{run_of(self._config).name}-*")
        texts = (path.read_bytes() for path in found if path.name not in told)
        return sum(1 for text in texts for line in text.split(b"\n") if line)
