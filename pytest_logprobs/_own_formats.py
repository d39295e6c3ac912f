"""A project's own wire formats, which are asked before the built-in ones.

A module of its own, so that the plugin can put the project's hook there without loading a parser.
"""

from __future__ import annotations

from typing import Final, Protocol

__all__ = ["OWN_FORMATS", "OwnFormats"]
__tracebackhide__ = True  # a failed test shows its own lines


class OwnFormats(Protocol):
    """The formats of one project."""

    def read(self, payload: object) -> object:
        """Return a completion or several, ``None`` for a payload in another format."""
        ...

    def place_of(self, error: Exception | None) -> str:
        """Say where in the project's code an error was raised, or else a result returned."""
        ...


OWN_FORMATS: Final[list[OwnFormats]] = []
"""Those of each run of pytest in this process. A test may start another run in it, which ends
first: the last are asked, and no others."""
