"""Clients that vcrpy does not know of until somebody imports them.

vcrpy imports every client there is, to patch it, and most suites use one. Those below take the
longest, and can be patched at any time. The others derive from ``http.client``, which must not be
patched while they are imported: vcrpy imports them when it is loaded. Of requests, which asks by
urllib3, it only reads the version.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Generator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from threading import Lock, local
from types import ModuleType
from typing import Any, Final

from pytest_logprobs.cassettes._imports import Imports

__all__ = ["LateClients"]
__tracebackhide__ = True  # a failed test shows its own lines

_MODULES: Final = frozenset(
    {"aiohttp", "httpx", "httpx2", "httpx_curl_cffi"}
    | {"pyreqwest", "pyreqwest.compatibility", "pyreqwest.compatibility.httpx"}
    | {"tornado", "tornado.simple_httpclient", "tornado.curl_httpclient"}
)
_NEVER_PATCHED: Final = frozenset({"requests"})
_GROUPS: Final = ("tornado", "aiohttp", "httpx", "httpx2")  # as ``skip_patchers`` names them


class _Hiding(local):
    now = False


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    cassette: Any  # vcrpy's
    patchers: ExitStack
    places: set[object] = field(default_factory=set[object])


class LateClients(Imports):
    """Finds no client for vcrpy, and tells it of each that somebody else imports.

    vcrpy has to be loaded in a block of ``unimported``; then ``patch`` is its module ``vcr.patch``.
    """

    patch: Any = None

    def __init__(self) -> None:
        super().__init__(_MODULES, self._imported)
        self._hiding = _Hiding()
        self._lock = Lock()
        self._open: list[_Block] = []
        self._known = _present()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if self._hiding.now and fullname in _MODULES | _NEVER_PATCHED:
            raise ModuleNotFoundError(f"nobody has imported {fullname}", name=fullname)
        return super().find_spec(fullname, path, target)

    @contextmanager
    def unimported(self) -> Generator[None]:
        """Let this thread find no client that nobody has imported."""
        if self not in sys.meta_path:  # or no longer: a test may have put back an older list
            sys.meta_path.insert(0, self)
        before, self._hiding.now = self._hiding.now, True
        try:
            yield
        finally:
            self._hiding.now = before

    @contextmanager
    def patched(self, cassette: object) -> Generator[None]:
        """Patch the clients for a block, also those that are imported inside it."""
        self._learn([name for name, _ in _present().items() - self._known.items()])
        with ExitStack() as patchers:
            block = _Block(cassette, patchers)
            with self.unimported():
                for each in self._builder(block).build():
                    block.places.add(_place(each))
                    patchers.enter_context(each)
            with self._lock:
                self._open.append(block)
            try:
                self._complete(block)  # with what a thread has imported meanwhile
                yield
            finally:
                with self._lock:
                    self._open.remove(block)

    def _imported(self, name: str, module: ModuleType) -> None:
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, module)  # as is done anyway, in a moment
        self._learn([name])
        for block in list(self._open):
            self._complete(block)

    def _learn(self, names: Collection[str]) -> None:
        """Tell vcrpy what it would know had the modules been there when it was loaded."""
        spec = getattr(self.patch, "__spec__", None)
        if not names or spec is None:
            return
        fresh = module_from_spec(spec)
        with self.unimported(), suppress(AttributeError):  # of one that imports this one
            spec.loader.exec_module(fresh)
            self._known.update({each: sys.modules[each] for each in names})
        packages = {each.partition(".")[0] for each in names}
        for name, real in vars(fresh).items():
            origin = getattr(real, "__globals__", {}).get("__name__", "")  # not so of a stub
            if name not in vars(self.patch) or origin.partition(".")[0] in packages:
                setattr(self.patch, name, real)

    def _complete(self, block: _Block) -> None:
        """Patch what is not. Nothing is imported under the lock: who imports waits for it."""
        for each in self._late_patchers(block):
            place = _place(each)
            with self._lock:
                if block in self._open and place not in block.places:
                    block.places.add(place)
                    block.patchers.enter_context(each)

    def _late_patchers(self, block: _Block) -> Generator[Any]:
        builder = self._builder(block)
        for group in _GROUPS:
            # One that imports another is there by half, and of no use yet.
            with self.unimported(), suppress(AttributeError, NameError):
                if group not in getattr(block.cassette, "skip_patchers", ()):
                    yield from getattr(builder, f"_{group}")()

    def _builder(self, block: _Block) -> Any:  # noqa: ANN401 - vcrpy's
        return self.patch.CassettePatcherBuilder(block.cassette)


def _present() -> dict[str, ModuleType]:
    return {name: sys.modules[name] for name in _MODULES & sys.modules.keys()}


def _place(patcher: Any) -> object:  # noqa: ANN401 - vcrpy's
    """Return the attribute that is patched, and of what; what closes connections has none."""
    getter = getattr(patcher, "getter", None)
    return getter and (getter(), patcher.attribute)
