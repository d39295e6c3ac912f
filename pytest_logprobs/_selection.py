"""What a process of a run collected: as far as cassettes go, and which tests it would have run."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from fnmatch import fnmatch
from importlib.util import find_spec
from itertools import takewhile
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Final

from pytest_logprobs._workers import name_of

if TYPE_CHECKING:
    import pytest

    from pytest_logprobs._ledger import Scope
    from pytest_logprobs._places import Places

__all__ = ["declared_paths", "scope_of_session", "selection_of"]
__tracebackhide__ = True  # a failed test shows its own lines

_MAGIC: Final = frozenset("*?[")  # of patterns of paths


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


def scope_of_session(
    session: pytest.Session, left_out: Collection[pytest.Item], ignored: Iterable[Path]
) -> Scope:
    """Return which tests a session would have run if there are tests of those node ids.

    ``left_out`` are those that were collected and not chosen, ``ignored`` is what was passed over
    when it was collected: of that, what the command line says. What a project's own files have
    passed over is gone. With ``--lf`` nothing is known of tests but those that were chosen, for
    others of their files were not even collected.
    """
    from pytest_logprobs._ledger import Scope  # noqa: PLC0415 - where something is judged

    config = session.config
    root = config.rootpath
    given: Iterable[str] = config.getoption("ignore", default=None) or ()
    globs: Iterable[str] = config.getoption("ignore_glob", default=None) or ()
    patterns = [os.path.abspath(each) for each in globs]  # noqa: PTH100 - as pytest does
    passed_over = [
        *(path for path in ignored if any(fnmatch(str(path), each) for each in patterns)),
        *(config.invocation_params.dir / each for each in given),
    ]
    if config.getoption("lf", default=False):
        paths = [name_of(item) for item in session.items]
    else:
        paths = [_argument(config, each) for each in config.args]
    return Scope(
        paths=tuple(dict.fromkeys(paths)),
        ignored=tuple(sorted({_below(path, root) for path in passed_over})),
        left_out=frozenset(map(name_of, left_out)),
    )


def declared_paths(config: pytest.Config) -> tuple[str, ...] | None:
    """Return what a run is of where the ini option ``testpaths`` says so, else ``None``.

    Pytest takes of it what there is: of what is gone it says nothing.
    """
    is_said = config.args_source is config.ArgsSource.TESTPATHS
    if not is_said or config.getoption("lf", default=False):
        return None
    words = (PurePath(each).parts for each in config.getini("testpaths"))
    begins = (takewhile(lambda part: not _MAGIC.intersection(part), parts) for parts in words)
    return tuple(dict.fromkeys(_argument(config, str(PurePath(*each))) for each in begins))


def _argument(config: pytest.Config, argument: str) -> str:
    """Return what a path or a node id of the command line is below the root directory."""
    path, apart, names = argument.partition("::")
    place = config.invocation_params.dir / path
    if config.getoption("pyargs", default=False) and not place.exists():
        place = _of_module(path) or place
    return f"{_below(place, config.rootpath)}{apart}{names}"


def _below(path: Path, root: Path) -> str:
    """Return a path as node ids begin; ``""`` for the root directory and what is above it."""
    try:
        way = Path(os.path.relpath(path, root)).as_posix()
    except ValueError:  # on another drive of Windows
        return path.as_posix()
    return way if way.strip("./") else ""


def _of_module(name: str) -> Path | None:
    try:
        spec = find_spec(name)
    except (ImportError, ValueError):
        return None
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent if spec.submodule_search_locations else Path(spec.origin)


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
        self.is_all &= _is_never_entered(self._config, directory)
        return False

    def _is_ignored(self, path: Path) -> bool:
        found: object = self._config.hook.pytest_ignore_collect(
            collection_path=path, config=self._config
        )
        return bool(found)


def _is_never_entered(config: pytest.Config, directory: Path) -> bool:
    never = (*config.getini("norecursedirs"), "__pycache__")
    return _matches(directory.name, never) or (directory / "pyvenv.cfg").is_file()


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch(name, pattern.rpartition("/")[2]) for pattern in patterns)
