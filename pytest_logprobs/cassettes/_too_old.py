"""Recordings that a test replayed and that are older than they may be."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from pytest_logprobs.cassettes._origin import age_of, origin
from pytest_logprobs.cassettes._plan import Plan
from pytest_logprobs.cassettes._tape import Tape

__all__ = ["too_old"]
__tracebackhide__ = True  # a failed test shows its own lines


def too_old(tape: Tape, plan: Plan, shown: str) -> dict[str, Any] | None:
    """Return what is to be told of what was played; ``None`` where nothing of it is too old.

    It travels as JSON. ``path`` is what the file is ``shown`` as, ``days`` has the numbers of the
    recordings in it, as texts, and how old they are; ``oldest`` says which is the oldest, and
    ``command`` records them anew.
    """
    max_age = plan.max_age
    if max_age is None:
        return None
    today, count = datetime.now(timezone.utc), len(tape.loaded)
    played = ((at, each) for at, each in enumerate(tape.loaded) if tape.is_played(at))
    ages = {at: age_of(each, today) for at, each in played}
    days = {at: age for at, age in ages.items() if age is not None and max_age.is_exceeded(age)}
    if not days:
        return None
    oldest = max(days, key=days.__getitem__)
    where = origin(tape.loaded[oldest], today)
    return {
        "path": shown,
        "max_age": str(max_age),
        "days": {str(at + 1): age for at, age in days.items()},
        "oldest": f"recording {oldest + 1} of {count}, recorded {where}",
        "command": plan.command("rewrite"),
    }
