"""What the process that has the reports does: it judges the run, or writes what was measured."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

import pytest

from pytest_logprobs._baseline import read_baseline, update_baseline, write_run
from pytest_logprobs._gate import Summary, Verdict, failures, judge
from pytest_logprobs._gate_items import GateVerdict, gate_name, run_verdicts
from pytest_logprobs._ledger import Ledger
from pytest_logprobs._selection import declared_paths
from pytest_logprobs._tally import Tally
from pytest_logprobs.errors import BaselineError
from pytest_logprobs.reports.terminal import explain, headline, render

if TYPE_CHECKING:
    from pytest_logprobs._baseline import Yardstick
    from pytest_logprobs._gate import CaseResult, GroupResult
    from pytest_logprobs._places import Places
    from pytest_logprobs._settings import Settings

__all__ = ["Controller"]
__tracebackhide__ = True  # a failed test shows its own lines

_UPDATE: Final = "pytest --logprobs-baseline=update"
_COLOURS: Final = {
    Verdict.PASS.words: "green",
    Verdict.INCONCLUSIVE.words: "yellow",
    Verdict.NEW.words: "yellow",
    Verdict.NOT_RUN.words: "yellow",
}
_VERDICT: Final = re.compile(
    rf"(gate .*: )({'|'.join(each.words for each in Verdict)})((?:, against .*)? \(.*\))"
)
_LIMITS: Final = "baseline"  # the test that stands for cases with a limit that no test told of


class _About(Protocol):
    """What is known of the run before it begins."""

    settings: Settings
    new: str

    @property
    def yardstick(self) -> Yardstick: ...
    @property
    def places(self) -> Places: ...


class Controller:
    """The one process of a run that compares with the baseline, and that writes.

    ``has_crashed``: a process of it died; ``owes``: the run must not pass. Mistakes in
    files end the run as usage errors.
    """

    def __init__(self, config: pytest.Config, about: _About) -> None:
        dist = config.getoption("dist", default="no")  # of xdist
        self._tally = Tally(is_each=dist == "each")
        self.has_crashed = self.owes = False
        self._config = config
        self._about = about
        self._settings = about.settings
        self._path = config.rootpath / about.settings.baseline_file
        self._baseline: Ledger | None = None
        self._lines: list[str] = []
        self._summary: Summary | None = None

    def read(self) -> None:
        """Read what the run is compared with, or the baseline that it is to bring up to date."""
        if self._baseline is None and self._settings.baseline != "off":
            with _usage_errors():
                if self._settings.baseline == "update":
                    found = read_baseline(self._path)
                else:
                    found = self._about.yardstick.ledger
            self._baseline = found or Ledger(cases={}, policies={})

    def select(self, selection: str) -> None:
        """Take over what a process collected."""
        self._tally.select(selection, declared_paths(self._config))
        self._ask()

    def note(self, report: pytest.TestReport) -> None:
        """Take over what a report has."""
        self._tally.note(report)
        self._ask()

    def _ask(self) -> None:
        if self._tally.asks:
            self.read()

    def finish(self, session: pytest.Session) -> None:
        """Judge a run that came to its end, or update the baseline; write the reports."""
        if self._settings.baseline == "update" and self.has_crashed:
            self.stop()
            return
        self._write_reports()
        if self._baseline is None:
            return
        with _usage_errors():
            run = self._tally.ledger(everything=False)
        if self._settings.baseline == "update":
            self._update(run)
        else:
            with _usage_errors():
                self._summary = judge(
                    self._baseline,
                    run,
                    tokens_of=self._about.yardstick.tokens_of,
                    tokens_now=self._about.yardstick.tokens_now,
                )
            is_there = self._about.yardstick.ledger is not None
            if not is_there and (self._summary.groups or self._summary.limited):
                file = self._settings.baseline_file
                self._lines += (
                    f"logprobs: there is no {file} yet, so every case is new",
                    f"  to write it: {_UPDATE}",
                )
            verdicts = dict(self._verdicts(self._summary))
            # a project's hook may skip what is to fail
            self.owes = any(each.problem for each in verdicts.values())
            run_verdicts(session, verdicts)

    def stop(self) -> None:
        """Judge nothing, for the run did not come to its end; say of what nothing is known."""
        self._write_reports()
        if self._baseline is None:
            return
        self.owes = True
        if self._settings.baseline == "update":
            self._lines.append(
                "logprobs: the run did not come to its end: the baseline stays as it was"
            )
            return
        groups = sorted({*self._tally.policies, *self._baseline.policies})
        names = ", ".join(map(gate_name, groups)) or "the limits of single cases"
        self._lines.append(
            f"logprobs: the run did not come to its end, and was not judged: {names}"
        )

    def summary(self, reporter: pytest.TerminalReporter) -> None:
        """Tell the terminal what was found; to whom wants it quiet, not what passed as before."""
        found, is_quiet = self._summary, reporter.verbosity < 0
        if found is not None and is_quiet:
            found = replace(
                found,
                groups=tuple(
                    each for each in found.groups if each.moved or each.verdict is not Verdict.PASS
                ),
                limited=tuple(each for each in found.limited if each.verdict is not Verdict.PASS),
            )
        reporter.ensure_newline()  # after the dots
        if found is not None and (found.groups or found.limited):
            reporter.section("logprobs")
            # those that have failed, beyond their first line
            are_shown = reporter.config.getoption("tbstyle") not in ("no", "line")
            failed = {each.group for each in found.groups if self._fails(each)}
            shown = render(
                found,
                accept=self._accept,
                against=self._settings.against or "",
                briefly=failed if are_shown else (),
                tersely={each.group for each in found.groups} - failed if is_quiet else (),
            )
            for line in shown.splitlines():
                _write(reporter, line)
        for line in self._lines:
            reporter.write_line(line)

    @property
    def _accept(self) -> str:
        against = self._settings.against
        if against is not None:
            return (
                f"compared with {against}, where an update here changes nothing: to propose the "
                f"change, commit what {_UPDATE} writes"
            )
        is_there = self._about.yardstick.ledger is not None
        return f"to accept what has changed: {_UPDATE}" if is_there else ""

    def _verdicts(self, summary: Summary) -> Iterator[tuple[str, GateVerdict]]:
        """Yield the tests that stand for verdicts, each with what it says."""
        for result in summary.groups:
            if result.verdict is not Verdict.NOT_RUN:
                problem = explain(result) if self._fails(result) else ""
                verdict = GateVerdict(problem, headline(result), (*_properties(result),))
                yield gate_name(result.group), verdict
        untold = [
            each
            for each in summary.limited
            if self._fails(each) and each.key[0] not in self._tally.failed
        ]
        if untold:
            yield _LIMITS, GateVerdict("\n".join(map(_told, untold)))

    def _fails(self, result: GroupResult | CaseResult) -> bool:
        inconclusive, new = self._settings.inconclusive, self._about.new
        return bool(failures(result, inconclusive=inconclusive, new=new))

    def _update(self, run: Ledger) -> None:
        places = self._about.places
        with _usage_errors():
            update = update_baseline(self._path, run, lock=places.lock(self._path))
        self._lines.append(f"logprobs: {update.headline(places.shown(self._path))}")
        self._lines += (f"  {line}" for line in update.lines)

    def _write_reports(self) -> None:
        for each in self._settings.report:
            path = self._config.invocation_params.dir / each
            with _usage_errors():
                write_run(path, self._tally.ledger(everything=True))
            self._lines.append(f"logprobs: wrote the run to {each}")


@contextmanager
def _usage_errors() -> Generator[None]:
    """Let what is wrong with a file end the run as a mistake in its command would."""
    try:
        yield
    except BaselineError as error:
        raise pytest.UsageError(str(error)) from None


def _properties(result: GroupResult) -> Iterator[tuple[str, object]]:
    """Yield a verdict and its numbers, those of a drop: below 0 where the score got better."""
    yield "logprobs.verdict", result.verdict.value
    if (decision := result.decision) is not None:
        for name, value in (
            ("drop", decision.mean),
            ("lower", decision.upper),
            ("upper", decision.lower),
        ):
            if value is not None:
                yield f"logprobs.{name}", 0.0 - value
        yield "logprobs.margin", result.policy.margin


def _told(result: CaseResult) -> str:
    verdict = result.verdict.words if result.verdict else ""
    return f"{verdict}: {result.name}{f': {result.reason}' if result.reason else ''}"


def _write(reporter: pytest.TerminalReporter, line: str) -> None:
    """Write a line; where it says the verdict of a group, that in its colour."""
    found = _VERDICT.fullmatch(line)
    if found is None:
        reporter.write_line(line)
        return
    begin, verdict, end = found.groups()
    reporter.write(begin)
    reporter.write(verdict, **{_COLOURS.get(verdict, "red"): True})
    reporter.write(f"{end}\n")  # write_line would begin another
