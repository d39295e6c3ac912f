"""Whether a run is one on a server for continuous integration."""

from __future__ import annotations

import os

__all__ = ["on_ci"]
__tracebackhide__ = True  # a failed test shows its own lines


def on_ci() -> bool:
    """Return whether the variable ``CI`` is set: not to nothing, ``0`` or ``false``."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")
