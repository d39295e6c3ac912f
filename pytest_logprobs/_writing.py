"""Files that are replaced whole or not at all, by one process at a time."""

from __future__ import annotations

import contextlib
import glob
import os
import secrets
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["holding", "replace_file", "tidy", "unreadable", "unwritable"]
__tracebackhide__ = True  # a failed test shows its own lines


def replace_file(path: Path, data: bytes) -> bool:
    """Write a file in one step: at any time the old one is there whole, or the new one.

    Return whether it was written.

    Missing directories are made, and a link stays one. A file that holds the same already is not
    touched. What is no file, a device or a pipe, is written to. Raises ``OSError`` if the disk
    refuses; what was there is then as it was.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():  # else /dev/null would be a file from now on
        target.write_bytes(data)
        return True
    if _holds(target, data):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    _replace(target, data)
    return True


def unreadable(path: Path, error: OSError) -> str:
    """Say why a file cannot be read, and what to do."""
    is_directory = os.path.isdir(path)  # noqa: PTH112 - `is_dir` raises where none may look
    reason = "a directory stands there" if is_directory else error.strerror or error
    return f"cannot be opened: {reason}; make it a file that you may read"


def unwritable(path: Path, error: OSError) -> str:
    """Say why a file cannot be written, and what to do first."""
    return (
        f"cannot be written: {error.strerror or error}; what was there is untouched. "
        f"Make {path.parent} a directory that you may write to, with room"
    )


def tidy(path: Path) -> None:
    """Remove what processes left beside a file that were killed while they wrote it.

    For who holds the lock of the file alone: nobody else may be writing it.
    """
    target = Path(os.path.realpath(path))
    for left in target.parent.glob(f".{glob.escape(target.name)}.*.tmp"):
        with contextlib.suppress(OSError):
            left.unlink()


@contextmanager
def holding(lock: Path | None, patience: float) -> Generator[None]:
    """Hold a lock between processes inside a ``with`` block; without one do nothing.

    The lock is a file that stays. The system lets go of it when the process ends, however that
    happens. Raises ``TimeoutError``, which says what to do first, if another process has it for
    more than ``patience`` seconds.
    """
    if lock is None:
        yield
        return
    from filelock import FileLock  # noqa: PLC0415 - only where something is written

    held = FileLock(lock, timeout=patience)
    try:
        held.acquire()  # pyright: ignore[reportUnknownMemberType] # what it returns is generic
    except TimeoutError:
        raise TimeoutError(
            f"cannot be written: another process holds {lock} for more than {patience:g} s; what "
            f"was there is untouched. End that process"
        ) from None
    except (OSError, NotImplementedError):
        # Not every file system has locks. One process alone needs none, and what is to be written
        # was paid for.
        yield
        return
    try:
        yield
    finally:
        held.release()


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except OSError:
        return False


def _replace(path: Path, data: bytes) -> None:
    """Put a new file in the place of one, with its permissions."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as file:  # the usual permissions; mkstemp's keep others out
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileNotFoundError):
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
        temporary.replace(path)
    except BaseException:  # Ctrl-C too leaves nothing behind
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    """Put the new name of a file on the disk, where a directory can be opened for that."""
    with contextlib.suppress(OSError):  # not on Windows, nor on every file system
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
