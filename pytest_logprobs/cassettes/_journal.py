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
        self._left: list[Path] = []
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
        cassette, process, _ = self.path.name.split(".")
        run, _, _ = process.rpartition("-")
        there = self.path.parent.glob(f"{cassette}.*.jsonl")
        self._left = [each for each in there if not each.name.startswith(f"{cassette}.{run}-")]
        found: list[dict[str, object]] = []
        for path in (*sorted(self._left, key=_age), self.path):
            with contextlib.suppress(OSError):
                for line in path.read_bytes().split(b"\n"):
                    with contextlib.suppress(ValueError):
                        found.append(decoded_interaction(line.decode()))
        return found

    def discard(self) -> None:
        """Delete the file, if there is one, and those that were read."""
        self.close()
        for path in (*self._left, self.path):
            with contextlib.suppress(OSError):  # left behind it is offered again: no harm is done
                path.unlink()

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
