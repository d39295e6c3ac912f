"""Who implements a hook of ours in a project, and where."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import CodeType

    from pluggy import HookCaller

__all__ = ["place_of"]
__tracebackhide__ = True  # a failed test shows its own lines


def place_of(hook: HookCaller, error: Exception | None, root: Path) -> str:
    """Return the line of an implementation that raised, or where each begins, as asked.

    ``root`` is the directory that paths are told from.
    """
    codes = [inspect.unwrap(each.function).__code__ for each in reversed(hook.get_hookimpls())]
    trace = error and error.__traceback__
    while trace:
        if trace.tb_frame.f_code in codes:
            return _shown(trace.tb_frame.f_code, trace.tb_lineno, root)
        trace = trace.tb_next
    return ", ".join(_shown(code, code.co_firstlineno, root) for code in codes)


def _shown(code: CodeType, line: int, root: Path) -> str:
    path = Path(code.co_filename)
    shown = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    return f"{shown}:{line}"
