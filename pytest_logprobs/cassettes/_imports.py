"""Modules that something has to be done about as soon as they are imported, whenever that is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

__all__ = ["Imports"]
__tracebackhide__ = True  # a failed test shows its own lines

_Then = Callable[[str, ModuleType], object]


class Imports(MetaPathFinder):
    """Finds what is found behind it, and calls ``then`` once one of the modules is executed.

    Nobody else has the module by then; of one that fails to be executed nothing is said.
    """

    def __init__(self, names: Collection[str], then: _Then) -> None:
        self._names = names
        self._then = then

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        finders = list(sys.meta_path)
        if fullname not in self._names or self not in finders:
            return None
        behind = finders[finders.index(self) + 1 :]
        found = (each.find_spec(fullname, path, target) for each in behind)
        spec = next(filter(None, found), None)
        if spec is not None and spec.loader is not None:
            spec.loader = _Telling(spec.loader, self._then)
        return spec


class _Telling(Loader):
    """Stands before a loader, which others may share, until a module is executed."""

    def __init__(self, loader: Loader, then: _Then) -> None:
        self._loader = loader
        self._then = then

    def __getattr__(self, name: str) -> object:
        return getattr(self._loader, name)  # who looks for a module may ask for its source

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._then(module.__name__, module)
