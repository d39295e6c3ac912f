"""What the commands read from and write to, and how they end."""

from __future__ import annotations

import errno
import os
import sys
from io import FileIO
from pathlib import Path
from typing import Final

from pytest_logprobs._quote import one_line

__all__ = ["CANNOT_READ", "NAME", "USAGE", "fail", "put", "read", "shown_name"]

NAME: Final = "pytest-logprobs"
USAGE: Final = 2
"""The exit code where the command line or the configuration is wrong."""
CANNOT_READ: Final = 4
"""The exit code where a file cannot be read or compared."""


def read(file: str) -> bytes:
    """Return what is in a file; ``-`` is standard input. Raises ``OSError``."""
    # not sys.stdin, which is None where standard input is closed
    return FileIO(0, closefd=False).readall() if file == "-" else Path(file).read_bytes()


def shown_name(file: str) -> str:
    """Return how errors name a file of the command line."""
    return "standard input" if file == "-" else file


def put(text: str) -> int:
    """Print a text and return the exit code."""
    try:
        print(text, flush=True)
    except OSError as error:
        # Python would flush once more at its end, and complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        # ``| head`` has seen enough; on Windows a closed pipe is an invalid argument
        if not isinstance(error, BrokenPipeError) and error.errno != errno.EINVAL:
            return fail(f"standard output: {error.strerror or error}")
    return 0


def fail(message: str, code: int = CANNOT_READ) -> int:
    """Print an error in one line, and return the exit code that says so."""
    print(f"{NAME}: {one_line(' '.join(message.split()))}", file=sys.stderr)
    return code
