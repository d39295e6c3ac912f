"""The markers: how pytest lists them, and that a wrong one ends the run before any test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import pytest

from pytest_logprobs._marked import has_cassette
from pytest_logprobs._neighbours import adopt, take_over
from pytest_logprobs._settings import Settings

if TYPE_CHECKING:
    from pytest_logprobs._recorder import Recorder

__all__ = ["Markers"]
__tracebackhide__ = True  # a failed test shows its own lines

_USAGE_ERROR: Final = "logprobs_usage_error"
_LINES: Final = """\
logprobs(**limits): limits that every completion of the test must keep, such as \
min_token_probability=0.5 or min_mean_logprob=-0.5.
logprobs_gate(group, metric='mean_logprob', margin=..., confidence=0.95, cluster=None, \
min_cases=10): judge the completions of all tests of the group against the baseline, at the end.
logprobs_cassette(name=None, record=None, ignore=(), repeats='error'): record the HTTP traffic of \
the test once, and replay it from then on."""


class Markers:
    """The plugin that looks at the markers of the tests that were collected.

    ``recorder`` is what gives them their cassettes, ``None`` while none has one.
    """

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        self._settings = settings
        self.recorder: Recorder | None = None
        for line in _LINES.splitlines():
            config.addinivalue_line("markers", line)
        if settings.vcr_marker:
            take_over(config, settings.record)

    @pytest.hookimpl(trylast=True)  # a conftest.py adds markers in this hook
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: Sequence[pytest.Item]
    ) -> None:
        """Reject a marker that nobody could keep before any test runs."""
        try:
            for item in items:
                self._check(config, item)
            _check_gates(items)
        except pytest.UsageError as error:
            getattr(config, "workeroutput", {})[_USAGE_ERROR] = str(error)  # for the controller
            raise

    @pytest.hookimpl(optionalhook=True)  # one of xdist
    def pytest_testnodedown(self, node: object) -> None:
        """End the run as it ends without xdist, where a worker has rejected a marker."""
        if problem := getattr(node, "workeroutput", {}).get(_USAGE_ERROR):
            raise pytest.UsageError(problem)

    def _check(self, config: pytest.Config, item: pytest.Item) -> None:
        if marks := list(item.iter_markers("logprobs")):
            from pytest_logprobs._limits import limits_of  # noqa: PLC0415 - where there is one

            limits_of(marks, item.nodeid)
        adopt(config, item, taken_over=self._settings.vcr_marker)
        if has_cassette(item):
            from pytest_logprobs._recorder import Recorder  # noqa: PLC0415 - where there is one

            self.recorder = Recorder.of(config, self._settings).expecting(item)


def _check_gates(items: Sequence[pytest.Item]) -> None:
    gated = [item for item in items if item.get_closest_marker("logprobs_gate")]
    if gated:
        from pytest_logprobs._gated import check_agreement, gates_of  # noqa: PLC0415 - as above

        check_agreement((item.nodeid, gates_of(item)) for item in gated)
