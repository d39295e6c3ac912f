"""The verdicts of a run as tests: what reports, counts and exit statuses know how to show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType, ModuleType
from typing import Any, NamedTuple

import pytest

from pytest_logprobs._sections import not_hidden

__all__ = ["GateVerdict", "gate_name", "run_verdicts"]
__tracebackhide__ = True  # a failed test shows its own lines

_FILE = "logprobs"  # where a test would be; there is none


def gate_name(group: str) -> str:
    """Return the name of the test that stands for a group.

    >>> gate_name("sentiment")
    'gate[sentiment]'
    """
    return f"gate[{group}]"


class GateVerdict(NamedTuple):
    """What a test that stands for a verdict says: why it fails, if it does, and what is known.

    ``headline`` is the problem in a line, for summaries; ``properties`` are for reports in JUnit.
    """

    problem: str = ""
    headline: str = ""
    properties: tuple[tuple[str, object], ...] = ()


class _VerdictItem(pytest.Item):
    """A test that fails with the words of a verdict, if there are some."""

    verdict = GateVerdict()

    # what a project's hooks expect of any test that pytest collects from Python
    cls = instance = None
    fixturenames: tuple[str, ...] = ()
    funcargs: Mapping[str, object] = MappingProxyType({})
    module = ModuleType(_FILE)

    @staticmethod
    def function() -> None:
        """Do nothing: a verdict is the code of no test."""

    obj = function

    def runtest(self) -> None:
        """Fail where there is something to say."""
        __tracebackhide__ = not_hidden  # or pytest adds that everything is hidden
        if self.verdict.problem:
            raise pytest.fail.Exception(self.verdict.problem, pytrace=False)

    def repr_failure(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - what pytest gives
        """Show the problem once: a summary has its headline alone."""
        shown = super().repr_failure(*args, **kwargs)
        crash = getattr(shown, "reprcrash", None)
        if crash is not None:
            crash.message = self.verdict.headline or crash.message
        return shown

    def reportinfo(self) -> tuple[str, None, str]:
        """Say what it is called; no line of a file is to blame."""
        return str(self.config.rootpath / _FILE), None, self.nodeid


def run_verdicts(session: pytest.Session, verdicts: Mapping[str, GateVerdict]) -> None:
    """Run a test for each name; those with a problem fail with it."""
    items = [*_items(session, verdicts)]
    session.testscollected += len(items)
    for item, following in zip(items, [*items[1:], None], strict=False):  # there may be none
        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)


def _items(session: pytest.Session, verdicts: Mapping[str, GateVerdict]) -> Iterable[pytest.Item]:
    for name, verdict in verdicts.items():
        item: _VerdictItem = _VerdictItem.from_parent(  # pyright: ignore[reportUnknownMemberType]
            session, name=name, nodeid=f"{_FILE}::{name}"
        )
        item.verdict = verdict
        item.user_properties += verdict.properties
        if item.config.pluginmanager.has_plugin("rerunfailures"):
            item.add_marker(pytest.mark.flaky(reruns=0))  # the next attempt would say the same
        yield item
