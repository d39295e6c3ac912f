"""How old a recording is, in whole days, and how old it may be: ``90d``, ``12w fail``.

::

    max_age("90d fail") -> MaxAge(days=90, fails=True)     raises ValueError
    age("2026-09-10T08:00:00Z", today) -> 74               None: not known
    MaxAge(90).is_exceeded(74) -> False                    whole days; of None never
    ago(74) -> "74 days ago"
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Final

__all__ = ["AGES", "MaxAge", "age", "ago", "explain_age", "max_age", "told_of_ages"]
__tracebackhide__ = True  # a failed test shows its own lines

AGES: Final = "days or weeks, such as 90d or 12w"
"""What is accepted as an age."""

_MAX_AGE: Final = re.compile(r"\s*([0-9]{1,5})\s*([dw])(?:\s+(warn|fail))?\s*")
_DAYS: Final = {"d": 1, "w": 7}


@dataclass(frozen=True, slots=True)
class MaxAge:
    """How many whole days old a recording may be, and whether an older one fails its test."""

    days: int
    fails: bool = False

    def __str__(self) -> str:
        return f"{self.days}d"

    def is_exceeded(self, age: int | None) -> bool:
        """Return whether an age is beyond it; one that is not known is not."""
        return age is not None and age > self.days


def max_age(text: str) -> MaxAge:
    """Read what a user says. Raises ``ValueError`` telling what was got.

    >>> max_age("12w fail")
    MaxAge(days=84, fails=True)
    """
    found = _MAX_AGE.fullmatch(text)
    if found is None or not int(found[1]):
        raise ValueError(f"got {text!r}")
    return MaxAge(int(found[1]) * _DAYS[found[2]], fails=found[3] == "fail")


def age(at: object, today: datetime) -> int | None:
    """Return for how many whole days there has been a recording, made ``at`` a time in ISO 8601.

    ``None`` where that cannot be said: there is no time, it is damaged, or it is yet to come. Of
    two clocks one may be fast, so that less than a day to come is today. A time without a zone is
    one of UTC, and ``today`` has to have a zone.

    >>> age("2026-09-10T08:00:00Z", datetime(2026, 11, 23, 12, tzinfo=timezone.utc))
    74
    """
    if not isinstance(at, str):
        return None
    try:
        made = datetime.fromisoformat(re.sub("[zZ]$", "+00:00", at))  # Python 3.10 reads no Z
        made = made if made.tzinfo else made.replace(tzinfo=timezone.utc)
        days = (today - made).days
    except (ValueError, OverflowError):
        return None
    return None if days < -1 else max(days, 0)


def ago(age: int) -> str:
    """Say how long ago that is.

    >>> ago(0), ago(1), ago(74)
    ('today', '1 day ago', '74 days ago')
    """
    if age == 0:
        return "today"
    return "1 day ago" if age == 1 else f"{age} days ago"


def explain_age(old: Mapping[str, Any]) -> str:
    """Say why a test fails that replayed recordings which are too old.

    ``old`` has the ``path`` of their cassette, the ``max_age``, the ages in ``days`` by the numbers
    of the recordings, which one is ``oldest``, and the ``command`` that records the test anew.
    """
    count = len(old["days"])
    return f"""\
this test replays what is older than logprobs_max_age allows, which is {old["max_age"]}
cassette: {old["path"]}, {count} recording{" is" if count == 1 else "s are"} older
oldest: {old["oldest"]}
next: record the test anew: {old["command"]}"""


def told_of_ages(found: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield one line on what a run replayed and is too old, nothing if there is none.

    ``found`` is as for :func:`explain_age`, and several tests may have replayed the same.
    """
    ages = {
        (old["path"], number): (days, old) for old in found for number, days in old["days"].items()
    }
    if ages:
        days, old = max(ages.values(), key=lambda each: each[0])
        count, cassettes = len(ages), len({path for path, _ in ages})
        recordings, oldest = "1 recording is", ""
        if count > 1:
            among = f" in {cassettes} cassettes" if cassettes > 1 else ""
            recordings, oldest = f"{count} recordings{among} are", "the oldest "
        yield (
            f"logprobs: {recordings} older than {old['max_age']}, {oldest}{days} days in "
            f"{old['path']}; record it anew: {old['command']}"
        )
