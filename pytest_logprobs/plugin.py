"""The pytest plugin: hooks and fixtures, nothing else.

Being installed costs a suite that never uses it nothing: at import this module loads the standard
library and pytest alone, and what a hook needs is imported where a test is seen to use it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, Final, cast

import pytest

from pytest_logprobs._settings import SETTINGS, Settings, settle
from pytest_logprobs.errors import confidence_errors

if TYPE_CHECKING:
    from pytest_logprobs._explain import Finding
    from pytest_logprobs._measure import Logprobs

_Wrapper = Generator[None, object, object]
_SECTION: Final = "logprobs"
_USAGE_ERROR: Final = "logprobs_usage_error"
_settings_key: Final = pytest.StashKey[Settings]()
_findings_key: Final[pytest.StashKey[list[Finding]]] = pytest.StashKey()
_logprobs_key: Final[pytest.StashKey[Logprobs]] = pytest.StashKey()
_MARKER: Final = (
    "logprobs(**limits): limits that every completion of the test must keep, such as "
    "min_token_probability=0.5 or min_mean_logprob=-0.5."
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register every setting as an option and as a line of the configuration."""
    group = parser.getgroup("logprobs", "log-probabilities of language-model answers")
    for setting in SETTINGS:
        group.addoption(setting.option, metavar=setting.metavar, help=setting.help)
        parser.addini(setting.ini, setting.help, type="int", default=None)


def pytest_configure(config: pytest.Config) -> None:
    """Settle the settings: a wrong one ends the run with a usage error."""
    config.addinivalue_line("markers", _MARKER)
    try:
        config.stash[_settings_key] = settle(config.getoption, config.getini)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[_findings_key] = []


@pytest.hookimpl(trylast=True)  # a conftest.py adds markers in this hook
def pytest_collection_modifyitems(config: pytest.Config, items: Sequence[pytest.Item]) -> None:
    """Reject a marker that nobody could keep before any test runs."""
    try:
        for item in items:
            if marks := list(item.iter_markers("logprobs")):
                from pytest_logprobs._limits import limits_of

                limits_of(marks, item.nodeid)
    except pytest.UsageError as error:
        getattr(config, "workeroutput", {})[_USAGE_ERROR] = str(error)  # for xdist's controller
        raise


@pytest.hookimpl(optionalhook=True)  # one of xdist
def pytest_testnodedown(node: object) -> None:
    """End the run as it ends without xdist, where a worker has rejected a marker."""
    if problem := getattr(node, "workeroutput", {}).get(_USAGE_ERROR):
        raise pytest.UsageError(problem)


@pytest.fixture
def logprobs(request: pytest.FixtureRequest) -> Logprobs:
    """Parse and measure a response; calling it gives the Completion."""
    from pytest_logprobs._measure import Logprobs

    item = cast("pytest.Item", request.node)  # pyright: ignore[reportUnknownMemberType]
    item.stash[_logprobs_key] = logprobs = Logprobs()
    return logprobs


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> _Wrapper:
    """Check the limits where the test itself has passed."""
    result = yield
    if marks := list(item.iter_markers("logprobs")):
        from pytest_logprobs._limits import check

        logprobs = item.stash.get(_logprobs_key, None)
        check(marks, item.nodeid, logprobs.measured if logprobs else ())
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
    errors = confidence_errors(call.excinfo and call.excinfo.value)
    explained = [(e.explanation.split("\n")[0], e.section) for e in errors if e.section]
    explained += [(finding.lines[0], finding.section) for finding in findings]
    shown = report.longreprtext if explained else ""
    rows = item.config.stash[_settings_key].rows
    texts = {section(rows): None for sentence, section in explained if sentence in shown}
    report.sections += [(_SECTION, text) for text in texts]
    if call.when == "teardown":  # items live as long as the run, and may run again
        findings.clear()
        if _logprobs_key in item.stash:
            del item.stash[_logprobs_key]
    if "pytest_logprobs._score" in sys.modules and report.user_properties:
        from pytest_logprobs._score import without_scores

        report.user_properties = [(k, without_scores(v)) for k, v in report.user_properties]
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> _Wrapper:
    """Colour the heat maps while the terminal prints them, and only there."""
    markup = terminalreporter.config.get_terminal_writer().markup
    kinds = "failed", "error", "xfailed"
    plain = [(r, r.sections) for kind in kinds for r in terminalreporter.getreports(kind)]
    for report, sections in plain:
        report.sections = [
            (name, _coloured(text, markup) if name == _SECTION else text) for name, text in sections
        ]
    result = yield
    for report, sections in plain:
        report.sections = sections
    return result


def _coloured(text: str, markup: Callable[..., str]) -> str:
    from pytest_logprobs._heatmap import coloured

    return coloured(text, lambda part, colour: markup(part, **{colour: True}))
