"""What a user can set, and where: one frozen object for a run.

A setting is a line of the configuration (``logprobs_rows``), and most are an option of the command
line as well (``--logprobs-rows``). The command line goes before the configuration, and that before
the default. A marker may stand between the two: :meth:`Settings.settled` says so in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

from pytest_logprobs._age import AGES, MaxAge, max_age
from pytest_logprobs.errors import SECTION_ROWS

__all__ = ["RECORD_MODES", "REPEATS", "SETTINGS", "Setting", "Settings", "settle"]
__tracebackhide__ = True  # a failed test shows its own lines

_Value = TypeVar("_Value")

RECORD_MODES: Final = ("none", "once", "new_episodes", "all", "rewrite", "off")
"""The ways to record, from the strictest on; they mean what they mean in vcrpy."""

REPEATS: Final = ("error", "last", "cycle")
"""What comes after the last recording of a request that is made again: nothing, the last once
more, or the first again."""

_UNUSED: Final = ("ignore", "warn", "fail")


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


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its field in :class:`Settings`, how it is shown, and how its text is read.

    ``kind`` is the type of its line in the configuration; without a ``metavar`` it is no option
    of the command line.
    """

    field: str
    about: str
    takes: str
    read: Callable[[Any], object]
    kind: Literal["int", "string", "linelist", "bool"] = "string"
    metavar: str | None = None

    @property
    def help(self) -> str:
        """What it is and what it takes, in one line."""
        return f"{self.about}: {self.takes}"

    @property
    def option(self) -> str:
        """The option of the command line."""
        return f"--logprobs-{self.field.replace('_', '-')}"

    @property
    def ini(self) -> str:
        """The line of the configuration."""
        return f"logprobs_{self.field}"


def _count(value: object) -> int:
    text = str(value)  # pytest reads the numbers of a configuration itself
    if not text.strip().isdecimal():
        raise ValueError(f"got {text!r}")
    return int(text)


def _one_of(choices: Collection[str]) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in choices:
            raise ValueError(f"got {value!r}")
        return value

    return read


def _directory(value: str) -> str:
    if not value.strip():
        raise ValueError(f"got {value!r}")
    return value


def _hosts(values: Collection[str]) -> tuple[str, ...]:
    for value in values:  # a URL, a port or a pattern would allow nothing, and say nothing
        if value.count(":") == 1 or "]:" in value or not {*"/*"}.isdisjoint(value):
            raise ValueError(f"got {value!r}")
    return tuple(values)


SETTINGS: Final = (
    Setting(
        "rows",
        "how many tokens the table of a failure lists",
        f"a whole number, 0 for all (default: {SECTION_ROWS})",
        _count,
        kind="int",
        metavar="N",
    ),
    Setting(
        "record",
        "how cassettes record",
        f"{', '.join(RECORD_MODES[:-1])} or {RECORD_MODES[-1]} (default: {RECORD_MODES[0]})",
        _one_of(RECORD_MODES),
        metavar="MODE",
    ),
    Setting(
        "cassette_dir",
        "where cassettes are",
        "a directory, beside the test file if it is relative (default: cassettes)",
        _directory,
    ),
    Setting(
        "ignore",
        "what cassettes ignore when they match requests",
        "paths in the body such as metadata.trace_id, one a line",
        tuple,
        kind="linelist",
    ),
    Setting(
        "placeholder_keys",
        "which variables hold a placeholder while a cassette replays, beside the usual ones",
        "names of environment variables, one a line; empty: none at all",
        tuple,
        kind="linelist",
    ),
    Setting(
        "allowed_hosts",
        "where a test may connect to while its cassette replays, beside this machine",
        "host names or addresses without ports, one a line",
        _hosts,
        kind="linelist",
    ),
    Setting(
        "keep_headers",
        "which headers cassettes keep, beside the usual ones",
        "names of headers, one a line; none for keys or cookies",
        tuple,
        kind="linelist",
    ),
    Setting(
        "secret_parameters",
        "which parameters of a URL are secret to cassettes, beside the usual ones",
        "names of parameters, one a line",
        tuple,
        kind="linelist",
    ),
    Setting(
        "allow_secrets",
        "what cassettes may hold although it looks like a secret",
        "the texts themselves, one a line",
        tuple,
        kind="linelist",
    ),
    Setting(
        "unused",
        "what to do about cassettes and recordings that no test of a whole run used",
        f"{', '.join(_UNUSED[:-1])} or {_UNUSED[-1]} (default: warn)",
        _one_of(_UNUSED),
        metavar="WHAT",
    ),
    Setting(
        "max_age",
        "how old the recordings may be that tests replay",
        f"{AGES}, and then whether to warn or fail (90d fail); default: of any age, and warn",
        max_age,
    ),
    Setting(
        "vcr_marker",
        "whether tests with the marker vcr have cassettes of pytest-logprobs, and no others",
        "true or false (default: false)",
        bool,
        kind="bool",
    ),
)


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
