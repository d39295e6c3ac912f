"""Where the cassette of a test or a fixture is, and how users are told."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from enum import Enum
from hashlib import blake2b
from inspect import unwrap
from pathlib import Path
from tempfile import gettempdir
from typing import Any, Final, cast

import pytest

from pytest_logprobs._text import encode
from pytest_logprobs._workers import JOURNALS, run_of
from pytest_logprobs.cassettes import cassette_file

__all__ = ["Places"]
__tracebackhide__ = True  # a failed test shows its own lines


_OF_PYTEST: Final = re.compile(r"_(?:unittest|xunit)_(\w+)_fixture_.*")
"""Pytest's own fixtures, for ``setUpClass``, ``setup_module`` and the like."""

_LITERAL: Final = re.compile(r"[-+.\d(].*|None|True|False|nan|inf|b['\"].*", re.DOTALL)
"""A text that reads like a parameter of another type."""

_SUFFIXES: Final = (".yaml", ".yml", ".json")
"""How cassettes of vcrpy end."""

_GONE: Final = 0, 0, 0
"""The state of a file that is not there."""

_UNSAFE: Final = re.compile(r"[<>?%*:|\\\"'/]")
"""What pytest-recording replaces in the names of tests."""


class Places:
    """The files of a run's cassettes; ``directory`` is theirs, beside a test file if relative."""

    def __init__(self, config: pytest.Config, directory: str) -> None:
        self._config = config
        self._base = Path(directory)
        self._run = run_of(config)
        worker: Mapping[str, str] = getattr(config, "workerinput", {})  # of xdist
        self._process = f"{self._run.name}-{worker.get('workerid', 'main')}"
        self._began: dict[Path, Mapping[str, object]] = {}

    def of_test(self, item: pytest.Item, name: str | None) -> Path:
        """Return the file of a test, which it may share with others by ``name``."""
        return cassette_file(self.of_module(item.path), name or ".".join(_names(item)))

    def of_fixture(
        self,
        item: pytest.Item,
        fixturedef: pytest.FixtureDef[object],
        request: pytest.FixtureRequest,
    ) -> Path:
        """Return the file of a fixture: beside the module of the project that defines it.

        That of a fixture from elsewhere is beside the test for which it is set up.
        """
        name = _OF_PYTEST.sub(r"\1", fixturedef.argname)
        _, _, classes = (fixturedef.baseid or "").partition("::")
        name = ".".join([*filter(None, classes.split("::")), name])
        if hasattr(request, "param"):
            name += f"[{_parameter(request)}]"
        return cassette_file(self._of_definition(item, fixturedef), f"fixture.{name}")

    def foreign(self, item: pytest.Item | None, path: Path) -> dict[Path, str]:
        """Return where a cassette of vcrpy may answer while there is none of ours at a path.

        Each with its path as users know it. It is called the same in most cases; that of an
        ``item`` is also looked for where pytest-recording and pytest-vcr have it.
        """
        found = [path.with_suffix(suffix) for suffix in _SUFFIXES if suffix != path.suffix]
        if item is not None:
            cls: type | None = getattr(item, "cls", None)
            name = f"{cls.__name__}.{item.name}" if cls else item.name
            marker = item.get_closest_marker("default_cassette")
            theirs = str(marker.args[0]) if marker and marker.args else _UNSAFE.sub("-", name)
            beside = item.path.parent / "cassettes"
            for stem in (f"{item.path.stem}/{theirs}", name):
                named = stem.endswith(_SUFFIXES)
                found += (beside / (stem if named else f"{stem}{suffix}") for suffix in _SUFFIXES)
        return {each: self.shown(each) for each in found if each != path}

    def note(self, item: pytest.Item) -> None:
        """Note which cassettes a test and its fixtures have as the run begins, before any is run.

        Every worker of xdist does so before the first test runs in one, and they agree.
        """
        known = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
        fixtures = cast("Mapping[str, Sequence[pytest.FixtureDef[Any]]]", known)
        broader = (each for defs in fixtures.values() for each in defs if each.scope != "function")
        for directory in {
            self.of_module(item.path),
            *(self._of_definition(item, each) for each in broader),
        }:
            self._in(directory)

    def change_of(self, path: Path) -> Callable[[], bool]:
        """Return what tells whether a file is another than when the run began, or is new."""
        began = self._in(path.parent).get(path.name, _GONE)
        return lambda: _state(path) != began

    @property
    def are_apart(self) -> bool:
        """Whether a directory of cassettes is that of one module, and holds nothing else.

        One directory for all tests is this project's alone where it is in the project.
        """
        if self._base.is_absolute() and self._config.rootpath not in self._base.parents:
            return False
        return bool(self._base.parts) and ".." not in self._base.parts

    def of_gone(self, directory: Path, stems: Collection[str]) -> Iterator[Path]:
        """Yield where cassettes are whose modules, once in a directory, are there no more.

        ``stems`` are those of all files of that directory.
        """
        home = self.of_module(directory / "any").parent
        if self.are_apart:
            yield from (each for each in _content(home) if each.name not in stems)

    def shown(self, path: Path) -> str:
        """Return a path as users know it: below the project's directory."""
        root = self._config.rootpath
        return (path.relative_to(root) if root in path.parents else path).as_posix()

    def command(self, item: pytest.Item, mode: str) -> str:
        """Return the command that runs a test in a mode, typed where this run was started."""
        return self.running(item, f"--logprobs-record={mode}")

    def running(self, item: pytest.Item, option: str) -> str:
        """Return the command that runs a test with an option, typed where this run was started."""
        test = "::".join([_from(item.path, self._config.invocation_params.dir), *_names(item)])
        quoted = subprocess.list2cmdline([test]) if os.name == "nt" else shlex.quote(test)
        return f"pytest {quoted} {option}"

    def journal(self, path: Path, sharer: str) -> Path | None:
        """Return where the answers for a cassette wait that are not kept yet; below the cache.

        ``sharer`` is who has the cassette together with others, and a journal of its own.
        """
        directory = self._cached(JOURNALS)
        if directory is None:  # the test runs without, as where the journal cannot be written
            return None
        return directory / f"{_hash(self.shown(path), sharer)}.{self._process}.jsonl"

    def lock(self, path: Path) -> Path:
        """Return what to lock while a cassette is written: one of sixteen files, which stay."""
        directory = self._cached("logprobs-locks")
        if directory is None:
            project = _hash(str(self._config.rootpath), str(getattr(os, "getuid", int)()))
            directory = Path(gettempdir(), f"pytest-logprobs-{project}")
            with suppress(OSError):  # then nothing can be locked, which it says itself
                directory.mkdir(exist_ok=True)
        return directory / f"{_hash(self.shown(path))[0]}.lock"

    def _cached(self, name: str) -> Path | None:
        cache = getattr(self._config, "cache", None)  # there is none with -p no:cacheprovider
        try:
            return cache and Path(cache.mkdir(name))
        except OSError:
            return None

    def _in(self, directory: Path) -> Mapping[str, object]:
        """Return the state of what a directory had when the run began, as far as it is still so."""
        if directory not in self._began:
            states = {path.name: _state(path) for path in _content(directory)}
            # xdist starts another worker where one died, which looks when others have written
            began = {name: each for name, each in states.items() if each[1] <= self._run.began}
            self._began[directory] = began
        return self._began[directory]

    def _of_definition(self, item: pytest.Item, fixturedef: pytest.FixtureDef[object]) -> Path:
        """Return where the cassettes of a fixture are."""
        code = getattr(unwrap(fixturedef.func), "__code__", None)  # plugins wrap what is async
        defined = Path(code.co_filename) if code else item.path
        ours = self._config.rootpath in defined.parents and "site-packages" not in defined.parts
        return self.of_module(defined if ours else item.path)

    def of_module(self, file: Path) -> Path:
        """Return where the cassettes of a module are."""
        if self._base.is_absolute():  # not beside the file, so that its directory is to be told
            beside = _from(file.parent, self._config.rootpath).replace("..", "up").replace(":", "")
            return self._base / beside.lstrip("/") / file.stem
        return file.parent / self._base / file.stem


def _content(directory: Path) -> Sequence[Path]:
    """Return what is in a directory, sorted; nothing where there is none, or none to be read."""
    try:
        return sorted(directory.iterdir())
    except OSError:
        return ()


def _state(path: Path) -> tuple[int, int, int]:
    """Return what is another after each writing of a file, in the midst when that was."""
    try:
        found = path.stat()
    except OSError:
        return _GONE
    return found.st_ino, found.st_mtime_ns, found.st_size


def _hash(*texts: str) -> str:
    return blake2b(encode("".join(texts)), digest_size=8).hexdigest()


def _from(path: Path, directory: Path) -> str:
    """Return the way to a path from a directory."""
    try:
        return Path(os.path.relpath(path, directory)).as_posix()
    except ValueError:  # on another drive of Windows
        return path.as_posix()


def _names(item: pytest.Item) -> list[str]:
    """Return the names below the module: classes, then the test with its id."""
    classes = [node.name for node in item.listchain() if isinstance(node, pytest.Class)]
    return [*classes, item.name]


def _parameter(request: pytest.FixtureRequest) -> str:
    """Return the parameter of a fixture in a few characters, the same in every run."""
    value: object = request.param
    if isinstance(value, str):
        return repr(value) if _LITERAL.fullmatch(value) else value  # "1" is not 1
    if isinstance(value, (bytes, int, float, complex)) or value is None:
        return repr(value)
    if isinstance(value, Enum):
        return str(value)
    index: int = getattr(request, "param_index", 0)
    return str(index)  # what it is shown as may hold an address
