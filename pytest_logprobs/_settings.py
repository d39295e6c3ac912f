"""What a user can set, and where: one frozen object for a run.

Every setting is an option of the command line (``--logprobs-rows``) and a line of the
configuration (``logprobs_rows``). The command line goes before the configuration, and that before
the default.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from pytest_logprobs.errors import SECTION_ROWS

__all__ = ["SETTINGS", "Setting", "Settings", "settle"]
__tracebackhide__ = True  # a failed test shows its own lines


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run."""

    rows: int = SECTION_ROWS


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its field in :class:`Settings`, how it is shown, and how its text is read."""

    field: str
    metavar: str
    about: str
    takes: str
    read: Callable[[str], object]

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


def _count(text: str) -> int:
    if not text.strip().isdecimal():
        raise ValueError(f"got {text!r}")
    return int(text)


SETTINGS: Final = (
    Setting(
        "rows",
        "N",
        "how many tokens the table of a failure lists",
        f"a whole number, 0 for all (default: {SECTION_ROWS})",
        _count,
    ),
)


def settle(option: Callable[[str], object], ini: Callable[[str], object]) -> Settings:
    """Settle every setting: the command line first, then the configuration, then the default.

    ``option`` and ``ini`` look a name up and give ``None`` where it was not set. Raises
    ``ValueError`` naming the place, the value and what is accepted.

    >>> settle({"--logprobs-rows": "9"}.get, {"logprobs_rows": "7"}.get)
    Settings(rows=9)
    """
    chosen: dict[str, Any] = {}
    for setting in SETTINGS:
        for place, look_up, name in (
            (setting.option, option, setting.option),
            (f"{setting.ini} in the configuration", ini, setting.ini),
        ):
            try:
                value = look_up(name)  # pytest reads the numbers of a configuration itself
                if value is None:
                    continue
                chosen[setting.field] = setting.read(str(value))
            except Exception as error:  # noqa: BLE001 - pytest's, whose types differ by version
                raise ValueError(f"{place} takes {setting.takes}; {error}") from None
            break
    return Settings(**chosen)
