"""Files of cases on the disk: what stops one from being read or written, and what to do then."""

from __future__ import annotations

import os
from pathlib import Path

from pytest_logprobs._writing import replace_file
from pytest_logprobs.errors import BaselineReadError, BaselineWriteError

__all__ = ["data_of", "put_text"]
__tracebackhide__ = True  # a failed test shows its own lines


def data_of(path: Path) -> bytes:
    """Return what is in a file. Raises ``BaselineReadError`` if it cannot be opened."""
    try:
        return path.read_bytes()
    except OSError as error:
        is_directory = os.path.isdir(path)  # noqa: PTH112 - `is_dir` raises where none may look
        reason = "a directory stands there" if is_directory else error.strerror or error
        problem = f"cannot be opened: {reason}; make it a file that you may read"
        raise BaselineReadError(str(path), problem) from None


def put_text(path: Path, text: str) -> None:
    """Write a file in one step. Raises ``BaselineWriteError``; the old file is then as it was."""
    try:
        replace_file(path, text.encode())
    except OSError as error:
        problem = (
            f"cannot be written: {error.strerror or error}; what was there is untouched. "
            f"Make {path.parent} a directory that you may write to, with room"
        )
        raise BaselineWriteError(str(path), problem) from None
