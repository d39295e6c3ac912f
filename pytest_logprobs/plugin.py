"""The pytest plugin: hooks and fixtures, nothing else.

Being installed costs a suite that never uses it nothing: at import this module loads the standard
library and pytest alone, and what a hook needs is imported where a test is seen to use it.
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from typing import TYPE_CHECKING, Final, cast

import pytest

from pytest_logprobs import hookspecs
from pytest_logprobs._gating import Gating, logprobs_key
from pytest_logprobs._leftovers import Leftovers
from pytest_logprobs._marked import MARKER
from pytest_logprobs._markers import Markers
from pytest_logprobs._project import Project
from pytest_logprobs._settings import SETTINGS, Settings, settle
from pytest_logprobs._workers import Workers
from pytest_logprobs.errors import confidence_errors

if TYPE_CHECKING:
    from pytest_logprobs._explain import Finding
    from pytest_logprobs._measure import Logprobs
    from pytest_logprobs._traffic import Traffic
    from pytest_logprobs.cassettes import LogprobsCassette

_Wrapper = Generator[None, object, object]
_settings_key: Final = pytest.StashKey[Settings]()
_markers_key: Final = pytest.StashKey[Markers]()
_findings_key: Final[pytest.StashKey[list[Finding]]] = pytest.StashKey()
_gating_key: Final = pytest.StashKey[Gating]()


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Let a project say what it alone knows."""
    pluginmanager.add_hookspecs(hookspecs)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register every setting as an option and as a line of the configuration."""
    group = parser.getgroup("logprobs", "log-probabilities of language-model answers")
    for setting in SETTINGS:
        if setting.metavar:
            action = "append" if setting.kind == "linelist" else "store"
            metavar, about = setting.metavar, setting.help
            group.addoption(setting.option, action=action, metavar=metavar, help=about)
        parser.addini(setting.ini, setting.help, type=setting.kind, default=None)


def pytest_configure(config: pytest.Config) -> None:
    """Settle the settings: a wrong one ends the run with a usage error."""
    try:
        config.stash[_settings_key] = settings = settle(config.getoption, config.getini)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[_findings_key] = []
    config.stash[_markers_key] = markers = Markers(config, settings)
    config.pluginmanager.register(markers, "logprobs_markers")
    config.pluginmanager.register(Leftovers(config, settings), "logprobs_leftovers")
    config.pluginmanager.register(Project(config), "logprobs_project")
    config.pluginmanager.register(Workers(config), "logprobs_workers")
    config.stash[_gating_key] = gating = Gating(config, settings)
    config.pluginmanager.register(gating, "logprobs_gating")
    if settings.repeat > 1:
        from pytest_logprobs._repeating import Repeating

        config.pluginmanager.register(Repeating(config, settings), "logprobs_repeating")


@pytest.fixture
def logprobs(request: pytest.FixtureRequest) -> Logprobs:
    """Parse and measure a response; calling it gives the Completion."""
    from pytest_logprobs._measure import Logprobs

    item = cast("pytest.Item", request.node)  # pyright: ignore[reportUnknownMemberType]
    gating = item.config.stash[_gating_key]
    item.stash[logprobs_key] = logprobs = Logprobs(_traffic(item), lambda: gating.stored(item))
    return logprobs


@pytest.fixture
def logprobs_cassette(request: pytest.FixtureRequest) -> LogprobsCassette:
    """Record the HTTP traffic of the test once and replay it from then on."""
    from pytest_logprobs._recorder import Recorder

    return Recorder.of(request.config, request.config.stash[_settings_key]).cassette


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> _Wrapper:
    """Check the limits where the test itself has passed."""
    traffic = _traffic(item)
    result = yield
    if marks := list(item.iter_markers("logprobs")):
        from pytest_logprobs._limits import check
        from pytest_logprobs._measure import seen

        check(marks, item.nodeid, seen(item.stash.get(logprobs_key, None), traffic))
    return result


def pytest_assertrepr_compare(
    config: pytest.Config, op: str, left: object, right: object
) -> list[str] | None:
    """Explain a comparison of a score with a number, or of two scores."""
    if "pytest_logprobs._score" not in sys.modules:
        return None  # there is no score in this process yet
    from pytest_logprobs._explain import explain

    finding = explain(left, op, right)
    if finding is None:
        return None
    if finding.evidence.tokens:  # else a section would show nothing
        config.stash[_findings_key].append(finding)
    return finding.lines


def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> None:
    """Leave out of a failure what gets a section of its own."""
    # not done by the wrapper below: pytest puts the failure of a TestCase into the call later
    for error in confidence_errors(call.excinfo and call.excinfo.value):
        error.section_reported = True


@pytest.hookimpl(wrapper=True, specname="pytest_runtest_makereport")
def pytest_runtest_sections(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Give the report the long part of every explanation that its failure shows."""
    report = yield
    findings = item.config.stash[_findings_key]
    if call.excinfo:
        from pytest_logprobs._sections import sections_of

        rows = item.config.stash[_settings_key].rows
        report.sections += sections_of(call.excinfo.value, findings, report, rows)
    if call.when == "teardown":  # items live as long as the run, and may run again
        findings.clear()
        if logprobs_key in item.stash:
            del item.stash[logprobs_key]
    if "pytest_logprobs._score" in sys.modules and report.user_properties:
        from pytest_logprobs._score import without_scores

        report.user_properties = [(k, without_scores(v)) for k, v in report.user_properties]
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> _Wrapper:
    """Colour the heat maps while the terminal prints them; say what was recorded."""
    from pytest_logprobs._sections import coloured_sections, summary_of_cassettes

    with coloured_sections(terminalreporter):
        result = yield
    for line in summary_of_cassettes(terminalreporter):
        terminalreporter.write_line(line)
    return result


def _traffic(item: pytest.Item) -> Traffic | None:
    recorder = item.config.stash[_markers_key].recorder
    traffic = recorder.traffic if recorder else None
    if traffic is None and item.get_closest_marker(MARKER):
        pytest.fail(f"the marker {MARKER} came after the collection", pytrace=False)
    return traffic
