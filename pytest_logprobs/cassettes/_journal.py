"""Answers that were paid for, kept from the moment they came until their cassette is written.

A journal has a line of compact JSON for each interaction, added in one step, so that a run that
is killed loses the last one at most. Every process has a file of its own for each cassette, called
``<cassette>.<run>-<worker>.jsonl``.
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
    """The journal of one cassette: the file ``path``, and beside it what earlier runs left.

    The files of other workers in this run are their own business. ``failed``: an answer could not
    be written. That breaks no test, for the cassette itself may yet be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.failed = False
        self._left: dict[Path, int] = {}  # and how much of each was read
        self._file: FileIO | None = None
        # A test may ask from several threads; and where Ctrl-C comes while one has the lock, it is
        # the same that closes the file.
        self._lock = threading.RLock()

    def append(self, interaction: Mapping[str, object]) -> None:
        """Add an interaction; when this returns it is on the disk, or ``failed`` is set."""
        line = one_line(dumps(interaction))
        # The line break before it parts it from a line that was cut.
        data = f"\n{line}\n".encode()
        try:
            with self._lock:
                if self._file and not os.fstat(self._file.fileno()).st_nlink:
                    self.close()  # another run took it for left, and has used what was in it
                if self._file is None:
                    self.path.parent.mkdir(parents=True, exist_ok=True)
                    self._file = self.path.open("ab", buffering=0)
                if self._file.write(data) < len(data):
                    self.failed = True
                os.fsync(self._file.fileno())
        except OSError:  # it is the second keeper of an answer; without it the test goes on as well
            self.failed = True

    def read(self) -> list[dict[str, object]]:
        """Return the interactions that earlier runs left, shaped as those of a cassette.

        Those of the file itself, if a test is run again in this process, come last. Lines that were
        cut or damaged are left out.
        """
        run, _, _ = self.path.name.partition("-")
        there = self.path.parent.glob(f"{run.partition('.')[0]}.*.jsonl")
        others = (each for each in there if not each.name.startswith(f"{run}-"))
        self._left = {}
        found: list[dict[str, object]] = []
        for path in (*sorted(others, key=_age), self.path):
            with contextlib.suppress(OSError):
                data = path.read_bytes()
                if path != self.path:
                    self._left[path] = len(data)
                for line in data.split(b"\n"):
                    with contextlib.suppress(ValueError):
                        found.append(decoded_interaction(line.decode()))
        return found

    def discard(self) -> None:
        """Delete the file, if there is one, and those that were read to their end.

        A run that is still under way, in another terminal, may have added to one since.
        """
        self.close()
        # Left behind it is offered again: no harm is done.
        for path, size in self._left.items():
            with contextlib.suppress(OSError):
                if path.stat().st_size == size:
                    path.unlink()
        with contextlib.suppress(OSError):
            self.path.unlink()

    def close(self) -> None:
        """Let the file go; ``append`` opens it again."""
        with self._lock:
            file, self._file = self._file, None
        if file is not None:
            file.close()


def _age(path: Path) -> tuple[int, str]:
    """Return what sorts files by when they were last written."""
    with contextlib.suppress(OSError):
        return path.stat().st_mtime_ns, path.name
    return 0, path.name
