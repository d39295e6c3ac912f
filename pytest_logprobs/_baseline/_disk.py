"""Files of cases on the disk: what stops one from being read or written, and what to do then."""

from __future__ import annotations

from pathlib import Path

from pytest_logprobs._writing import replace_file, unreadable, unwritable
from pytest_logprobs.errors import BaselineReadError, BaselineWriteError

__all__ = ["data_of", "put_text"]
__tracebackhide__ = True  # a failed test shows its own lines


def data_of(path: Path) -> bytes:
    """Return what is in a file. Raises ``BaselineReadError`` if it cannot be opened."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BaselineReadError(str(path), unreadable(path, error)) from None


def put_text(path: Path, text: str) -> bool:
    """Write a file in one step, and return whether it is another now.

    Raises ``BaselineWriteError``; the old file is then as it was.
    """
    try:
        return replace_file(path, text.encode())
    except OSError as error:
        raise BaselineWriteError(str(path), unwritable(path, error)) from None
