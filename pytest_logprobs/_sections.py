"""What a report shows beside the failure: the long part of explanations, and what was recorded."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import pytest

from pytest_logprobs._age import told_of_ages
from pytest_logprobs.errors import confidence_errors

if TYPE_CHECKING:
    from pytest_logprobs._explain import Finding

__all__ = [
    "CASES",
    "CASSETTES",
    "SECTION",
    "SELECTION",
    "broken_off",
    "coloured_sections",
    "not_hidden",
    "sections_of",
    "summary_of_cassettes",
]
__tracebackhide__ = True  # a failed test shows its own lines

CASES: Final = "logprobs_cases"
"""The attribute of a test's last report that has what the test measured."""

CASSETTES: Final = "logprobs_cassettes"
"""The attribute of a report that says what the test's cassettes did."""

SECTION: Final = "logprobs"
"""The title of what a report shows beside a failure."""

SELECTION: Final = "logprobs_selection"
"""The attribute of a worker's first report that says which tests the worker collected."""

_broken_off_key: Final = pytest.StashKey[list[Mapping[str, Any]]]()

_UNKEPT: Final = {
    "incomplete": "the test failed, and the file says that it is not complete",
    "journal": "not kept, for the test did not come to its end; the next recording run has them",
    "lost": "not kept, for the test did not come to its end",
}


def not_hidden(_: object) -> bool:
    """Return ``False``: a function shows its lines.

    As the ``__tracebackhide__`` of one that raises a failure of a single message it keeps pytest
    from adding that everything is hidden.
    """
    return False


def sections_of(
    error: BaseException | None, findings: Iterable[Finding], report: pytest.TestReport, rows: int
) -> list[tuple[str, str]]:
    """Return the long part of every explanation that a failure shows, as sections of its report.

    ``findings`` are those of plain asserts in the test, ``rows`` is how many tokens a table lists.
    """
    errors = confidence_errors(error)
    explained = [(e.explanation.split("\n")[0], e.section) for e in errors if e.section]
    explained += [(finding.lines[0], finding.section) for finding in findings]
    shown = report.longreprtext if explained else ""
    texts = {section(rows): None for sentence, section in explained if sentence in shown}
    return [(SECTION, text) for text in texts]


@contextmanager
def coloured_sections(reporter: pytest.TerminalReporter) -> Generator[None]:
    """Colour the heat maps in the reports of a terminal, inside a ``with`` block."""
    markup = reporter.config.get_terminal_writer().markup
    plain = [
        (r, r.sections)
        for kind in ("failed", "error", "xfailed")
        for r in reporter.getreports(kind)
    ]
    for report, sections in plain:
        report.sections = [
            (name, _coloured(text, markup) if name == SECTION else text) for name, text in sections
        ]
    yield
    for report, sections in plain:
        report.sections = sections


def _coloured(text: str, markup: Callable[..., str]) -> str:
    from pytest_logprobs._heatmap import coloured  # noqa: PLC0415 - where there is a heat map

    return coloured(text, lambda part, colour: markup(part, **{colour: True}))


def broken_off(config: pytest.Config, done: Iterable[Mapping[str, Any]]) -> None:
    """Note what the cassettes did of a test that was broken off, and so has no last report."""
    config.stash.setdefault(_broken_off_key, []).extend(done)


def summary_of_cassettes(reporter: pytest.TerminalReporter) -> Iterator[str]:
    """Yield what this run replayed, what it recorded, and what of that a user may not expect.

    To whom wants it quiet, what was replayed is not told.
    """
    reports = (report for reports in reporter.stats.values() for report in reports)
    done: list[Mapping[str, Any]] = [
        each for report in reports for each in getattr(report, CASSETTES, ())
    ]
    without_report = reporter.config.stash.setdefault(_broken_off_key, [])
    done += without_report
    replayed = sum(each["replayed"] - each["taken_up"] for each in done)
    if replayed and reporter.verbosity >= 0:
        paths = [each["path"] for each in done if each["replayed"]]
        yield f"logprobs: replayed {_answers(replayed)} from {_where(paths)}"
    kept = [each for each in done if each["recorded"] and each["state"] not in _UNKEPT]
    if kept:
        yield f"logprobs: recorded {_recorded(kept)} in {_where(each['path'] for each in kept)}"
    if anew := [each for each in done if each["instead_of"]]:
        old, new = (_where(each[key] for each in anew) for key in ("instead_of", "path"))
        yield f"logprobs: from now on {new} will answer instead of {old}"
    for each in done:
        if each["recorded"] and (why := _UNKEPT.get(each["state"])):
            yield f"logprobs: recorded {_recorded([each])} in {each['path']}: {why}"
        if each["errors"]:
            statuses = ", ".join(map(str, each["errors"]))
            yield f"logprobs: errors of the server are among them in {each['path']}: {statuses}"
        if places := ", ".join(each["past"]):
            unseen = "nothing was recorded of it, and a replay will refuse it"
            yield f"logprobs: connected to {places} past {each['path']}: {unseen}"
        for test in each["strangers"]:
            yield f"logprobs: a thread that {test} left running asked {each['path']}, not its own"
    if count := sum(each["unanswered"] for each in done):  # of every test, where a server is down
        requests = "1 request" if count == 1 else f"{count} requests"
        where = _where(each["path"] for each in done if each["unanswered"])
        yield f"logprobs: {requests} got no answer to keep in {where}"
    yield from told_of_ages(old for each in done if (old := each["too_old"]))


def _recorded(done: Sequence[Mapping[str, Any]]) -> str:
    count, taken_up = (sum(each[key] for each in done) for key in ("recorded", "taken_up"))
    return f"{_answers(count)} ({taken_up} of an earlier run)" if taken_up else _answers(count)


def _answers(count: int) -> str:
    return f"{count} answer{'' if count == 1 else 's'}"


def _where(paths: Iterable[str]) -> str:
    each = [*dict.fromkeys(paths)]
    return each[0] if len(each) == 1 else f"{len(each)} cassettes"
