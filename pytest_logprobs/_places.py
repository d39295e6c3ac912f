"""Where the cassette of a test or a fixture is, and how users are told."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from enum import Enum
from hashlib import blake2b
from inspect import unwrap
from pathlib import Path
from typing import Final

import pytest

from pytest_logprobs._text import encode
from pytest_logprobs.cassettes import cassette_file

__all__ = ["Places"]
__tracebackhide__ = True  # a failed test shows its own lines


_OF_PYTEST: Final = re.compile(r"_(?:unittest|xunit)_(\w+)_fixture_.*")
"""Pytest's own fixtures, for ``setUpClass``, ``setup_module`` and the like."""

_LITERAL: Final = re.compile(r"[-+.\d(].*|None|True|False|nan|inf|b['\"].*", re.DOTALL)
"""A text that reads like a parameter of another type."""


class Places:
    """The files of a run's cassettes; ``directory`` is theirs, beside a test file if relative."""

    def __init__(self, config: pytest.Config, directory: str) -> None:
        self._config = config
        self._base = Path(directory)

    def of_test(self, item: pytest.Item, name: str | None) -> Path:
        """Return the file of a test, which it may share with others by ``name``."""
        return cassette_file(self._directory(item.path), name or ".".join(_names(item)))

    def of_fixture(
        self,
        item: pytest.Item,
        fixturedef: pytest.FixtureDef[object],
        request: pytest.FixtureRequest,
    ) -> Path:
        """Return the file of a fixture: beside the module of the project that defines it.

        That of a fixture from elsewhere is beside the test for which it is set up.
        """
        code = getattr(unwrap(fixturedef.func), "__code__", None)  # plugins wrap what is async
        defined = Path(code.co_filename) if code else item.path
        ours = self._config.rootpath in defined.parents and "site-packages" not in defined.parts
        name = _OF_PYTEST.sub(r"\1", fixturedef.argname)
        _, _, classes = (fixturedef.baseid or "").partition("::")
        name = ".".join([*filter(None, classes.split("::")), name])
        if hasattr(request, "param"):
            name += f"[{_parameter(request)}]"
        return cassette_file(self._directory(defined if ours else item.path), f"fixture.{name}")

    def shown(self, path: Path) -> str:
        """Return a path as users know it: below the project's directory."""
        root = self._config.rootpath
        return (path.relative_to(root) if root in path.parents else path).as_posix()

    def command(self, item: pytest.Item, mode: str) -> str:
        """Return the command that runs a test in a mode, typed where this run was started."""
        test = "::".join([_from(item.path, self._config.invocation_params.dir), *_names(item)])
        quoted = subprocess.list2cmdline([test]) if os.name == "nt" else shlex.quote(test)
        return f"pytest {quoted} --logprobs-record={mode}"

    def journal(self, path: Path, sharer: str) -> Path | None:
        """Return where the answers for a cassette wait that are not kept yet; below the cache.

        ``sharer`` is who has the cassette together with others, and a journal of its own.
        """
        cache = getattr(self._config, "cache", None)  # there is none with -p no:cacheprovider
        if cache is None:
            return None
        try:
            directory = Path(cache.mkdir("logprobs-journal"))
        except OSError:  # the test runs without, as it does where the journal cannot be written
            return None
        name = blake2b(encode(f"{self.shown(path)}{sharer}"), digest_size=8).hexdigest()
        return directory / f"{name}.jsonl"

    def _directory(self, file: Path) -> Path:
        """Return where the cassettes of a module are."""
        if self._base.is_absolute():  # not beside the file, so that its directory is to be told
            beside = _from(file.parent, self._config.rootpath).replace("..", "up").replace(":", "")
            return self._base / beside.lstrip("/") / file.stem
        return file.parent / self._base / file.stem


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
