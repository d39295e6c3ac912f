"""Where a recording comes from, in words: how long ago it was made, and by which model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, cast

from pytest_logprobs._age import age, ago
from pytest_logprobs._quote import clip, one_line
from pytest_logprobs.cassettes._messages import answering

__all__ = ["age_of", "day_of", "origin"]
__tracebackhide__ = True  # a failed test shows its own lines

_WIDTH: Final = 60
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?=T|\Z)")


def age_of(interaction: Mapping[str, Any], today: datetime) -> int | None:
    """Return for how many whole days there has been a recording; ``None``: it is not known."""
    return age(_recorded(interaction).get("at"), today)


def day_of(interaction: Mapping[str, Any]) -> str:
    """Return the day on which a recording was made, as in ``2026-11-23``; empty: not known."""
    at = _recorded(interaction).get("at")
    found = _DAY.match(at) if isinstance(at, str) else None
    return found[0] if found else ""


def origin(interaction: Mapping[str, Any], today: datetime) -> str:
    """Say how old a recording is and which model it is of; empty if neither is known.

    The model is the one that answered, as the file notes it, or else as the answer says.

    >>> from datetime import timezone
    >>> recorded = {"at": "2026-09-10T08:00:00Z", "model": "gpt-4.1", "system_fingerprint": "fp_1"}
    >>> origin({"recorded": recorded}, datetime(2026, 11, 23, 9, tzinfo=timezone.utc))
    '74 days ago on gpt-4.1, fp_1'
    """
    days, recorded = age_of(interaction, today), _recorded(interaction)
    told = [recorded.get("model"), recorded.get("system_fingerprint")]
    if not any(told):
        with suppress(RecursionError):  # what Python does not read tells nothing
            told = [*answering(interaction["response"])]
    shown = [clip(one_line(each), _WIDTH) for each in told if each and isinstance(each, str)]
    when = "" if days is None else ago(days)
    by = f"on {', '.join(shown)}" if shown else ""
    return f"{when} {by}".strip()


def _recorded(interaction: Mapping[str, Any]) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", interaction.get("recorded", {}))
