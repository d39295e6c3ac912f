"""What a process of a run collected, as far as cassettes go, in a form that can be sent."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
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
    What is returned says as ``whole`` whether the files were collected whole too; ``claims`` are
    ``expected`` as users know the files, and ``directories`` are those whose cassettes are of tests
    of this run, or of none.
    """
    whole = is_all and not session.testsfailed and not _points_at_parts(session.config)
    directories = dict.fromkeys(_directories(session, places)) if whole else ()
    return {
        "whole": whole,
        "claims": {test: places.shown(path) for test, path in expected.items()},
        "directories": [places.shown(directory) for directory in directories],
    }


def _points_at_parts(config: pytest.Config) -> bool:
    """Return whether a run is of some tests of a file; ``--lf`` leaves even files out unread."""
    return bool(config.getoption("lf", default=False)) or any("::" in each for each in config.args)


def _directories(session: pytest.Session, places: Places) -> Iterator[Path]:
    """Yield where cassettes are: of modules with tests, of fixtures, of modules that are gone."""
    if not places.are_apart:  # they may be other modules', which this run is not of
        return
    for file in dict.fromkeys(item.path for item in session.items):
        yield places.of_module(file)
    config = session.config
    ignored = config.hook.pytest_ignore_collect
    for argument in config.args:
        for name, names, files in os.walk(config.invocation_params.dir / argument):
            directory = Path(name)
            names[:] = (
                each
                for each in names
                if not ignored(collection_path=directory / each, config=config)
            )
            if "conftest.py" in files and not config.getoption("ignore"):
                yield places.of_module(directory / "conftest.py")
            yield from places.of_gone(directory, {Path(file).stem for file in files})
