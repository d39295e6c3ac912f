"""Answers of a run that did not come to its end, for who goes on recording."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Final

from pytest_logprobs.cassettes._file import CassetteFile
from pytest_logprobs.cassettes._journal import Journal
from pytest_logprobs.cassettes._layout import dumps, one_line
from pytest_logprobs.cassettes._tape import Interaction, answered

__all__ = ["offers"]
__tracebackhide__ = True  # a failed test shows its own lines

_RECENT: Final = timedelta(days=1)


def offers(
    journal: Journal, file: CassetteFile | None, *, only_recent: bool
) -> tuple[Interaction, ...]:
    """Return what a journal has beyond a file, without the errors.

    ``only_recent``: who records everything anew wants no old answers, but those of a run that was
    broken off.
    """
    found = answered(journal.read())
    if found and file:  # a run that was killed may have written them just before
        kept = {one_line(dumps(each)) for each in file.interactions}
        found = tuple(each for each in found if one_line(dumps(each)) not in kept)
    if not only_recent:
        return found
    earliest = (datetime.now(timezone.utc) - _RECENT).isoformat()
    return tuple(each for each in found if _made(each) >= earliest)


def _made(interaction: Interaction) -> str:
    """Return when an interaction was recorded, in a form that sorts; empty if that is not known."""
    return str(interaction.get("recorded", {}).get("at", ""))
