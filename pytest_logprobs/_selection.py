"""What a process of a run collected, as far as cassettes go, in a form that can be sent."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

    from pytest_logprobs._places import Places

__all__ = ["selection_of"]
__tracebackhide__ = True  # a failed test shows its own lines


def selection_of(
    session: pytest.Session, expected: Mapping[str, Path], places: Places, *, is_all: bool
) -> dict[str, Any]:
    """Return what is known once the tests of a run are collected.

    ``expected`` maps tests to their cassettes; ``is_all``: no test that was collected is left out.
    What is returned says as ``whole`` whether the files were collected whole too, and as
    ``fixtures`` whether no other file here can ask for their fixtures; ``claims`` are ``expected``
    as users know the files, and ``directories`` are those whose cassettes are of tests of this run,
    or of none.
    """
    whole = is_all and not session.testsfailed and not _points_at_parts(session.config)
    below = _Below(session.config)
    directories = dict.fromkeys(_directories(session, places, below)) if whole else ()
    return {
        "whole": whole,
        "fixtures": whole and below.is_all,
        "claims": {test: places.shown(path) for test, path in expected.items()},
        "directories": [places.shown(directory) for directory in directories],
    }


def _points_at_parts(config: pytest.Config) -> bool:
    """Return whether a run is of some tests of a file; ``--lf`` leaves even files out unread."""
    return bool(config.getoption("lf", default=False)) or any("::" in each for each in config.args)


def _directories(session: pytest.Session, places: Places, below: _Below) -> Iterator[Path]:
    """Yield where cassettes are: of modules with tests, of fixtures, of modules that are gone."""
    if not places.are_apart:  # they may be other modules', which this run is not of
        return
    for file in dict.fromkeys(item.path for item in session.items):
        yield places.of_module(file)
    for directory, files in below:
        if "conftest.py" in files:
            yield places.of_module(directory / "conftest.py")
        yield from places.of_gone(directory, {Path(file).stem for file in files})


class _Below:
    """The directories that a run is of, each with its files.

    ``is_all`` once they were iterated over: no file of tests there was left out.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        directory = config.invocation_params.dir
        # spelled as pytest does: no `..` of `pytest ../tests` is left, and links stay
        self._starts = [os.path.abspath(directory / each) for each in config.args]  # noqa: PTH100
        self.is_all = all(map(os.path.isdir, self._starts))  # other files may import of a file

    def __iter__(self) -> Iterator[tuple[Path, list[str]]]:
        for start in self._starts:
            for name, names, files in os.walk(start):
                directory = Path(name)
                names[:] = (each for each in names if self._is_entered(directory / each))
                yield directory, files
                modules = self._config.getini("python_files")
                tests = (directory / each for each in files if _matches(each, modules))
                self.is_all &= not any(map(self._is_ignored, tests))

    def _is_entered(self, directory: Path) -> bool:
        if not self._is_ignored(directory):
            return True
        # What nobody ever enters has no tests; of others, another run may have some.
        never = (*self._config.getini("norecursedirs"), "__pycache__")
        is_environment = (directory / "pyvenv.cfg").is_file()
        self.is_all &= _matches(directory.name, never) or is_environment
        return False

    def _is_ignored(self, path: Path) -> bool:
        found: object = self._config.hook.pytest_ignore_collect(
            collection_path=path, config=self._config
        )
        return bool(found)


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch(name, pattern.rpartition("/")[2]) for pattern in patterns)
