"""What the process that runs the tests does for the gate: each test's completions become cases."""

from __future__ import annotations

import platform
import sys
from collections.abc import Generator, Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import pytest

from pytest_logprobs._cases import cases_of, parameters_of
from pytest_logprobs._gated import GATE, gates_of
from pytest_logprobs._ledger import FormError
from pytest_logprobs._limits import DROP, check_drop, check_gated, limits_of
from pytest_logprobs._measure import judged, repeated
from pytest_logprobs._sections import CASES, not_hidden
from pytest_logprobs._tally import cases_text, selection_text
from pytest_logprobs._workers import name_of
from pytest_logprobs.errors import LogprobsError

if TYPE_CHECKING:
    from pytest_logprobs._cases import Seen
    from pytest_logprobs._ledger import Case, Scope
    from pytest_logprobs._measure import Logprobs
    from pytest_logprobs._settings import Settings
    from pytest_logprobs._stored import Stored
    from pytest_logprobs._traffic import Traffic

__all__ = ["Measuring", "earlier_key"]
__tracebackhide__ = True  # a failed test shows its own lines

_ALTERNATIVES: Final = 5  # of each token, where somebody will read them
_Wrapper = Generator[None, object, object]

earlier_key: Final[pytest.StashKey[list[Seen]]] = pytest.StashKey()
"""Of a test that is run several times for the same cases: what each run of it measured."""

_text_key: Final = pytest.StashKey[str]()


class _About(Protocol):
    """What is known of the run and its tests."""

    settings: Settings

    def logprobs_of(self, item: pytest.Item) -> Logprobs | None:
        """Return what is behind the fixture of a test, ``None`` if it did not ask for it."""
        ...

    @property
    def cassettes(self) -> Mapping[pytest.Item, str]:
        """The files that tests have their answers from, as users know them."""
        ...

    @property
    def traffic(self) -> Traffic | None:
        """What crossed the wire in the running test, ``None`` where it has no cassette."""
        ...

    def stored(self, item: pytest.Item) -> Stored:
        """Return the baseline as a test sees it."""
        ...


class _Noted(NamedTuple):
    """What a run of a test measured, what its cases are made from (earlier runs too), the cases."""

    seen: Sequence[Seen] = ()
    made_from: Sequence[Seen] = ()
    cases: Sequence[Case] = ()


class Measuring:
    """The plugin that makes cases of what tests measure, and sends them with their reports.

    ``gates`` are the groups that each test has cases of.
    """

    def __init__(self, about: _About, items: Iterable[pytest.Item]) -> None:
        self._about = about
        self.gates = {item: gates_of(item) for item in items}
        self._cassettes = about.cassettes

    def selection(self, scope: Scope, skipped: Iterable[str]) -> str:
        """Return what this process collected, to be sent; ``skipped`` are modules."""
        asked = {
            name_of(item): [*gates]
            for item, gates in self.gates.items()
            if gates or _drop(item) is not None
        }
        policies = {
            group: gate.policy for gates in self.gates.values() for group, gate in gates.items()
        }
        names = {item.nodeid: name for item in self.gates if (name := name_of(item)) != item.nodeid}
        return selection_text(
            asked=asked,
            policies=policies,
            scope=scope,
            skipped=skipped,
            names=names,
            environment=_environment(),
        )

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> _Wrapper:
        """Note what a test measured, however it ends; if it passed, see that it can be judged."""
        __tracebackhide__ = not_hidden  # or pytest adds that everything is hidden
        if item not in self.gates:  # one of a verdict
            return (yield)
        try:
            result = yield
        except BaseException:
            self._note(item)
            raise
        noted = self._note(item)
        if asked := self._asked(item):
            check_gated(noted.seen, asked)
            for group, gate in self.gates[item].items():
                check_gated(noted.made_from, _marker(group), gate.policy.metric)
        if _drop(item) is not None:
            check_drop(noted.cases, noted.made_from, self._about.stored(item))
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Send the cases of a test with its last report."""
        report = yield
        if report.when == "teardown" and _text_key in item.stash:
            setattr(report, CASES, item.stash[_text_key])
            del item.stash[_text_key]  # it may run again
        return report

    def _note(self, item: pytest.Item) -> _Noted:
        """Make cases of what a test measured, and keep them to be sent."""
        asks, settings = bool(self._asked(item)), self._about.settings
        if not (asks or settings.report):
            return _Noted()
        traffic = self._about.traffic
        seen = judged(self._about.logprobs_of(item), traffic)
        none: list[Seen] = []
        made_from = item.stash.get(earlier_key, none)
        try:
            made_from += repeated(seen, traffic)
        except LogprobsError as error:
            seen = (*seen, error)
            made_from += seen
        callspec = getattr(item, "callspec", None)
        cases = cases_of(
            name_of(item),
            made_from,
            groups={group: gate.cluster for group, gate in self.gates[item].items()},
            max_drop=_drop(item),
            parameters=parameters_of(callspec.params) if callspec else None,
            cassette=self._cassettes.get(item),
            alternatives=_ALTERNATIVES if settings.report else 0,
        )
        try:
            item.stash[_text_key] = cases_text(cases, asks=asks)
        except FormError as error:
            problem = f"it cannot be written down: {error}"
            return _Noted((*seen, LogprobsError(problem)), made_from)
        return _Noted(seen, made_from, cases)

    def _asked(self, item: pytest.Item) -> str:
        """Return what asks for cases of a test; nothing may."""
        if gates := self.gates.get(item):
            return _marker(next(iter(gates)))
        drop, logprobs = _drop(item), self._about.logprobs_of(item)
        if drop is not None:
            return f"the limit {DROP}={drop!r}"
        return "logprobs.baseline()" if logprobs is not None and logprobs.asks_baseline else ""


def _marker(group: str) -> str:
    return f"the marker {GATE}({group!r})"


def _drop(item: pytest.Item) -> float | None:
    if not (marks := [*item.iter_markers("logprobs")]):
        return None
    try:
        return limits_of(marks, item.nodeid).get(DROP)
    except pytest.UsageError:  # the marker was added after the collection: the test fails with it
        return None


def _environment() -> dict[str, str]:
    """Return in what surroundings tests run here: what a reader of a run file may look for."""
    packages = ("pytest", "pytest-logprobs")
    return {
        "python": platform.python_version(),
        "platform": sys.platform,
        **{name: version(name) for name in packages},
    }
