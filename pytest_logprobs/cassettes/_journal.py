"""Answers that were paid for, kept from the moment they came until their cassette is written.

A journal has a line of compact JSON for each interaction, added in one step, so that a run that
is killed loses the last one at most.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Mapping
from io import FileIO
from pathlib import Path

from pytest_logprobs.cassettes._decoding import decoded_interaction
from pytest_logprobs.cassettes._layout import dumps, one_line

__all__ = ["Journal"]
__tracebackhide__ = True  # a failed test shows its own lines


class Journal:
    """The journal of one cassette, in the file ``path``.

    ``failed``: an answer could not be written. That breaks no test, for the cassette itself may
    yet be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.failed = False
        self._file: FileIO | None = None
        self._lock = threading.Lock()  # a test may ask from several threads

    def append(self, interaction: Mapping[str, object]) -> None:
        """Add an interaction; when this returns it is on the disk, or ``failed`` is set."""
        line = one_line(dumps(interaction))
        # The line break before it parts it from a line that was cut.
        data = f"\n{line}\n".encode()
        try:
            with self._lock:
                if self._file is None:
                    self.path.parent.mkdir(parents=True, exist_ok=True)
                    self._file = self.path.open("ab", buffering=0)
                if self._file.write(data) < len(data):
                    self.failed = True
                os.fsync(self._file.fileno())
        except OSError:  # it is the second keeper of an answer; without it the test goes on as well
            self.failed = True

    def read(self) -> list[dict[str, object]]:
        """Return the interactions that an earlier run left, shaped as those of a cassette.

        Lines that were cut or damaged are left out.
        """
        try:
            lines = self.path.read_bytes().split(b"\n")
        except OSError:
            return []
        found: list[dict[str, object]] = []
        for line in lines:
            with contextlib.suppress(ValueError):
                found.append(decoded_interaction(line.decode()))
        return found

    def discard(self) -> None:
        """Delete the file, if there is one."""
        self.close()
        with contextlib.suppress(OSError):  # left behind it is offered again, which harms nobody
            self.path.unlink()

    def close(self) -> None:
        """Let the file go; ``append`` opens it again."""
        with self._lock:
            file, self._file = self._file, None
        if file is not None:
            file.close()
