"""What a user can set, and where: one frozen object for a run.

A setting is a line of the configuration (``logprobs_rows``), and most are an option of the command
line as well (``--logprobs-rows``). The command line goes before the configuration, and that before
the default. A marker may stand between the two: :meth:`Settings.settled` says so in one place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pytest_logprobs._age import MaxAge
from pytest_logprobs._settings._ci import on_ci
from pytest_logprobs._settings._table import RECORD_MODES, REPEATS, SETTINGS, Setting
from pytest_logprobs.errors import SECTION_ROWS

__all__ = ["RECORD_MODES", "REPEATS", "SETTINGS", "Setting", "Settings", "on_ci", "settle"]
__tracebackhide__ = True  # a failed test shows its own lines

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run.

    ``commanded`` are the names of those that the command line gave.
    """

    rows: int = SECTION_ROWS
    record: str = RECORD_MODES[0]
    cassette_dir: str = "cassettes"
    ignore: tuple[str, ...] = ()
    placeholder_keys: tuple[str, ...] | None = None
    allowed_hosts: tuple[str, ...] = ()
    keep_headers: tuple[str, ...] = ()
    secret_parameters: tuple[str, ...] = ()
    allow_secrets: tuple[str, ...] = ()
    unused: str = "warn"
    max_age: MaxAge | None = None
    vcr_marker: bool = False
    baseline: str = "check"
    baseline_file: str = "logprobs-baseline.json"
    against: str | None = None
    inconclusive: str = "fail"
    new: str | None = None
    repeat: int = 1
    report: tuple[str, ...] = ()
    commanded: frozenset[str] = frozenset()

    def settled(self, field: str, marked: _Value | None) -> _Value:
        """Return what holds where a marker sets a field, too: command line > marker > the rest.

        >>> Settings(record="once").settled("record", "all")
        'all'
        """
        if marked is None or field in self.commanded:
            value: _Value = getattr(self, field)
            return value
        return marked


def settle(option: Callable[[str], object], ini: Callable[[str], object]) -> Settings:
    """Settle every setting: the command line first, then the configuration, then the default.

    ``option`` and ``ini`` look a name up and give ``None`` where it was not set. Raises
    ``ValueError`` naming the place, the value and what is accepted.

    >>> settle({"--logprobs-rows": "9"}.get, {"logprobs_rows": "7"}.get).rows
    9
    """
    chosen: dict[str, Any] = {}
    commanded: set[str] = set()
    for setting in SETTINGS:
        given = option(setting.option) if setting.metavar else None
        place = setting.option
        try:
            if given is not None:
                commanded.add(setting.field)
            else:
                place = f"{setting.ini} in the configuration"
                given = ini(setting.ini)
            if given is not None:
                chosen[setting.field] = setting.read(given)
        except Exception as error:  # noqa: BLE001 - pytest's, whose types differ by version
            raise ValueError(f"{place} takes {setting.takes}; {error}") from None
    return Settings(**chosen, commanded=frozenset(commanded))
