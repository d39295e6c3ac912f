"""The plugins that record with the marker ``vcr``: pytest-recording and pytest-vcr.

With ``logprobs_vcr_marker = true`` the tests that are marked for them have cassettes of ours, and
they themselves open none.
"""

from __future__ import annotations

from typing import Final

import pytest

from pytest_logprobs._marked import MARKER, has_cassette
from pytest_logprobs._settings import RECORD_MODES

__all__ = ["NEIGHBOURS", "adopt", "take_over"]
__tracebackhide__ = True  # a failed test shows its own lines

NEIGHBOURS: Final = ("recording", "vcr")
"""pytest-recording and pytest-vcr, as pytest knows them."""

_RECORDING, _VCR = NEIGHBOURS
_OPENING: Final = "_vcr_marker"  # the fixture by which pytest-vcr opens one
_OFF: Final = {"--disable-recording": "off", "--disable-vcr": "off"}
_RECORD: Final = ("--record-mode", "--vcr-record", "--vcr-record-mode")


def take_over(config: pytest.Config, record: str) -> None:
    """Keep the two from opening cassettes, and their marker known where neither is installed.

    ``record`` is how ours record, for pytest-recording blocks the network where nobody does.

    Raises ``pytest.UsageError`` for an option of theirs that says how to record.
    """
    plugins = config.pluginmanager
    if not any(map(plugins.has_plugin, NEIGHBOURS)):
        config.addinivalue_line("markers", "vcr: give the test a cassette of pytest-logprobs.")
        return
    if not hasattr(config, "workerinput"):  # whose options are those of the controller
        for option in (*_RECORD, *_OFF):
            if given := config.getoption(option, default=None):
                mode = _OFF.get(option, given)
                shown = option if given is True else f"{option}={given}"
                raise pytest.UsageError(
                    f"{shown} records nothing: with logprobs_vcr_marker = true the cassettes are "
                    f"of pytest-logprobs; say --logprobs-record={mode}"
                )
    if plugins.has_plugin(_RECORDING):
        config.option.disable_recording = True
        config.option.record_mode = "all" if record == "off" else record


def adopt(config: pytest.Config, item: pytest.Item, *, taken_over: bool) -> None:
    """Give a test that is marked for them a cassette of ours, if they are ``taken_over``.

    Raises ``pytest.UsageError`` naming the test where they and we would both open one, and for what
    their marker says that ours cannot do.
    """
    mark = item.get_closest_marker("vcr")
    if mark is None:
        return
    if not taken_over:
        _refuse_both(config, item)
        return
    if mark.args:
        named = ", ".join(map(repr, mark.args))
        raise pytest.UsageError(
            f"{item.nodeid}: the marker vcr names other cassettes ({named}), and a cassette of "
            f"pytest-logprobs is one file; share it by logprobs_cassette(name=...)"
        )
    fixtures: list[str] = getattr(item, "fixturenames", [])
    if "vcr_cassette" in fixtures:
        raise pytest.UsageError(
            f"{item.nodeid}: the fixture vcr_cassette opens a cassette of pytest-vcr beside the "
            f"test's own; ask for {MARKER}"
        )
    if _OPENING in fixtures:  # of every test; tests that differ in parameters alone share the list
        fixtures.remove(_OPENING)
    record = mark.kwargs.get("record_mode")
    item.add_marker(getattr(pytest.mark, MARKER)(record=record if record in RECORD_MODES else None))


def _refuse_both(config: pytest.Config, item: pytest.Item) -> None:
    plugins = config.pluginmanager
    disabled = config.getoption("--disable-recording", default=True)
    opens = plugins.has_plugin(_VCR) or not disabled  # there is no such option without it
    if opens and has_cassette(item):
        raise pytest.UsageError(
            f"{item.nodeid}: both the marker vcr and {MARKER} give it a cassette, and one "
            f"alone can answer: remove one of them, or set logprobs_vcr_marker = true for all tests"
        )
