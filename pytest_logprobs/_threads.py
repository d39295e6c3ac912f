"""Whose thread asks: one that an earlier test left running asks the cassette of a later one."""

from __future__ import annotations

import threading
from weakref import WeakKeyDictionary, WeakSet

__all__ = ["Threads"]
__tracebackhide__ = True  # a failed test shows its own lines


class Threads:
    """The threads that tests left running, and which test that was.

    What such a thread asks for cannot be told from what the test asks for that runs meanwhile, so
    that it is named and not refused. The workers of a pool are nobody's: they do what they are
    given, by whichever test.

    >>> threads, leave = Threads(), threading.Event()
    >>> threads.begin()
    >>> left = threading.Thread(target=leave.wait)
    >>> left.start()
    >>> threads.end("test_app.py::test_one")
    >>> threads.left_by(left)
    'test_app.py::test_one'
    >>> leave.set()
    """

    def __init__(self) -> None:
        self._before: WeakSet[threading.Thread] = WeakSet()
        self._left: WeakKeyDictionary[threading.Thread, str] = WeakKeyDictionary()

    def begin(self) -> None:
        """Note that a test begins: what runs by now, no test has left running."""
        self._before = WeakSet(threading.enumerate())

    def end(self, test: str) -> None:
        """Note that the test ends."""
        for thread in threading.enumerate():
            if thread not in self._before and not _is_of_pool(thread):
                self._left[thread] = test

    def left_by(self, thread: threading.Thread) -> str | None:
        """Return the test that left a thread running, ``None`` if none did."""
        return self._left.get(thread)


def _is_of_pool(thread: threading.Thread) -> bool:
    target: object = getattr(thread, "_target", None)  # gone once it has run
    owners = type(thread).__module__, getattr(target, "__module__", None) or ""
    return any(owner.startswith(("concurrent.futures.", "anyio.")) for owner in owners)
