"""Every setting: where it is set, what it takes, and how that is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from pytest_logprobs._age import AGES, max_age
from pytest_logprobs._settings._readers import (
    REPORTS,
    from_one,
    host_names,
    one_of,
    report_paths,
    some_path,
    whole_number,
)
from pytest_logprobs.errors import SECTION_ROWS

__all__ = ["RECORD_MODES", "REPEATS", "SETTINGS", "Setting"]
__tracebackhide__ = True  # a failed test shows its own lines

RECORD_MODES: Final = ("none", "once", "new_episodes", "all", "rewrite", "off")
"""The ways to record, from the strictest on; they mean what they mean in vcrpy."""

REPEATS: Final = ("error", "last", "cycle")
"""What comes after the last recording of a request that is made again: nothing, the last once
more, or the first again."""

_UNUSED: Final = ("ignore", "warn", "fail")
_BASELINE: Final = ("check", "update", "off")
_LENIENCE: Final = ("fail", "warn")


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


SETTINGS: Final = (
    Setting(
        "rows",
        "how many tokens the table of a failure lists",
        f"a whole number, 0 for all (default: {SECTION_ROWS})",
        whole_number,
        kind="int",
        metavar="N",
    ),
    Setting(
        "record",
        "how cassettes record",
        f"{', '.join(RECORD_MODES[:-1])} or {RECORD_MODES[-1]} (default: {RECORD_MODES[0]})",
        one_of(RECORD_MODES),
        metavar="MODE",
    ),
    Setting(
        "cassette_dir",
        "where cassettes are",
        "a directory, beside the test file if it is relative (default: cassettes)",
        some_path,
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
        host_names,
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
        one_of(_UNUSED),
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
    Setting(
        "baseline",
        "what to do with the baseline",
        f"{', '.join(_BASELINE[:-1])} or {_BASELINE[-1]} (default: {_BASELINE[0]})",
        one_of(_BASELINE),
        metavar="WHAT",
    ),
    Setting(
        "baseline_file",
        "where the baseline is",
        "a file, below the root directory if it is relative (default: logprobs-baseline.json)",
        some_path,
    ),
    Setting(
        "against",
        "what to compare with instead of the baseline",
        "a run file, or git:REV for the baseline as committed at a revision",
        some_path,
        metavar="FILE|git:REV",
    ),
    Setting(
        "inconclusive",
        "what a gate does that has too few cases to tell",
        f"{' or '.join(_LENIENCE)} (default: fail)",
        one_of(_LENIENCE),
        metavar="WHAT",
    ),
    Setting(
        "new",
        "what a gate does with cases that the baseline does not have",
        f"{' or '.join(_LENIENCE)} (default: warn, fail where CI is set)",
        one_of(_LENIENCE),
        metavar="WHAT",
    ),
    Setting(
        "repeat",
        "how many times each test runs while it is recorded, for its answers as repeats",
        "a whole number from 1 on (default: 1)",
        from_one,
        kind="int",
        metavar="K",
    ),
    Setting(
        "report",
        "where to write a report of what was measured; may be given several times",
        f"a file that ends in {' or '.join(REPORTS)}",
        report_paths,
        kind="linelist",
        metavar="PATH",
    ),
)
