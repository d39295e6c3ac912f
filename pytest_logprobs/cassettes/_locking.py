"""One process at a time writes to a cassette."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from pytest_logprobs._writing import holding
from pytest_logprobs.errors import CassetteWriteError

__all__ = ["locked"]
__tracebackhide__ = True  # a failed test shows its own lines

_PATIENCE: Final = 60.0  # seconds; to read, merge and write takes a small part of one


@contextmanager
def locked(path: Path, lock: Path | None, patience: float = _PATIENCE) -> Generator[None]:
    """Hold the ``lock`` of a cassette inside a ``with`` block; without one do nothing.

    The lock is a file that stays. The system lets go of it when the process ends, however that
    happens. Raises ``CassetteWriteError`` if another process has it for too long.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(holding(lock, patience))
        except TimeoutError as error:
            raise CassetteWriteError(str(path), f"{error}, and record again") from None
        yield
