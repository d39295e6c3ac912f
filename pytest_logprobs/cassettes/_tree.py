"""The files of cassettes below a directory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NoReturn

from pytest_logprobs.cassettes._contents import HEAD
from pytest_logprobs.cassettes._schema import FORMAT

__all__ = ["cassette_files"]
__tracebackhide__ = True  # a failed test shows its own lines

_SUFFIXES: Final = (".json", ".yaml", ".yml")
_SKIPPED: Final = frozenset({"__pycache__", "node_modules", "site-packages"})


def cassette_files(path: Path, beside: str) -> Iterator[Path]:
    """Yield the files of cassettes at a path, in the order of their names.

    A file that is named is one. Below a directory it is every JSON and YAML in a directory called
    ``beside``, and whatever other JSON begins like a cassette. Hidden directories, environments of
    Python and the packages of others are left out, and links to directories are not followed.
    Raises ``OSError`` where the path does not exist or a directory cannot be read.
    """
    if not path.is_dir():
        path.stat()
        yield path
        return
    for directory, below, files in os.walk(path, onerror=_raise):
        here = Path(directory)
        below[:] = sorted(name for name in below if _is_looked_into(here / name))
        meant = _is_below(here, Path(beside))
        for file in sorted(here / name for name in files):
            is_named = (
                file.suffix.lower() in _SUFFIXES and file.is_file()
            )  # no pipe, no broken link
            if is_named and (meant or _begins_like_one(file)):
                yield file


def _is_looked_into(directory: Path) -> bool:
    name = directory.name
    return not (name.startswith(".") or name in _SKIPPED or (directory / "pyvenv.cfg").exists())


def _is_below(directory: Path, cassettes: Path) -> bool:
    """Return whether a directory is one of cassettes, or somewhere below."""
    shown, working = directory.absolute(), Path.cwd()
    if cassettes.is_absolute():
        return shown.is_relative_to(cassettes)
    if shown.is_relative_to(working):  # what the project itself is in does not count
        shown = shown.relative_to(working)
    parts, names = shown.parts, cassettes.parts
    return bool(names) and names in (parts[at : at + len(names)] for at in range(len(parts)))


def _begins_like_one(file: Path) -> bool:
    if file.suffix.lower() != ".json":
        return False
    with file.open("rb") as opened:
        return FORMAT.encode() in opened.read(HEAD)


def _raise(error: OSError) -> NoReturn:
    raise error
