"""The project whose tests run: what its own hooks say."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

from pytest_logprobs._implementations import place_of
from pytest_logprobs._own_formats import OWN_FORMATS

if TYPE_CHECKING:
    from pluggy import HookCaller

__all__ = ["Project"]
__tracebackhide__ = True  # a failed test shows its own lines

_Wrapper = Generator[None, object, object]


class Project:
    """The plugin that asks the project for its own wire formats, in one run of pytest.

    A test is read with the hooks of its own directory and those above, as pytest has it.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._node: pytest.Item | pytest.Collector | None = None  # what is run, or collected
        OWN_FORMATS.append(self)
        config.add_cleanup(self._end)

    def read(self, payload: object) -> object:
        """Return what the first implementation says that knows a payload."""
        return self._hook(payload=payload)

    def place_of(self, error: Exception | None) -> str:
        """Return the line of an implementation that raised, or where each begins, as asked."""
        return place_of(self._hook, error, self._config.rootpath)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> _Wrapper:
        """Ask what stands beside and above a module, while it is imported."""
        return (yield from self._at(collector))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> _Wrapper:
        """Ask what stands beside and above a test, while it runs."""
        return (yield from self._at(item))

    def _at(self, node: pytest.Item | pytest.Collector) -> _Wrapper:
        outer, self._node = self._node, node
        try:
            return (yield)
        finally:
            self._node = outer

    @property
    def _hook(self) -> HookCaller:
        hooks = self._node.ihook if self._node else self._config.hook
        caller: HookCaller = hooks.pytest_logprobs_parse
        return caller

    def _end(self) -> None:
        OWN_FORMATS.remove(self)
