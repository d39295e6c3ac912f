"""``pytest-logprobs check``: what is wrong with the cassettes below some directories."""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pytest_logprobs._age import AGES, max_age
from pytest_logprobs._quote import one_line
from pytest_logprobs._unused import KEY, record_of
from pytest_logprobs.cli._streams import CANNOT_READ, USAGE, fail, put

if TYPE_CHECKING:
    from pytest_logprobs._age import MaxAge
    from pytest_logprobs._unused import Leftover
    from pytest_logprobs.cassettes import Checks
    from pytest_logprobs.cli._configuration import Configuration

__all__ = ["add_check"]

_ABOUT: Final = """\
Look through cassettes for what does not belong into a repository: files that cannot be read,
secrets, recordings that are too old, and what no test asked for when the whole suite ran. The
project's settings hold: logprobs_allow_secrets, logprobs_cassette_dir, logprobs_max_age,
logprobs_unused."""
_CODES: Final = """\
exit codes: 0 fine, also with cassettes that are incomplete or were pruned; 1 something was found;
2 usage; 4 something cannot be read, whatever else was found: nobody knows what is in there"""
_KINDS: Final = {
    "unreadable": CANNOT_READ,
    "secret": 1,
    "stale": 1,
    "unused": 1,
    "incomplete": 0,
    "pruned": 0,
}
"""What can be found, in the order of the summary, and the exit code for it."""


def add_check(commands: Any) -> None:  # noqa: ANN401 - a class that argparse does not name
    """Add the command to the parser of the command line."""
    about = "find cassettes that are unreadable, hold secrets, are too old or unused"
    check = commands.add_parser("check", help=about, description=_ABOUT, epilog=_CODES)
    check.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        type=_path,
        default=[Path()],
        help="a cassette, or a directory to look for cassettes in (default: this one)",
    )
    unused = "delete unused cassettes, and take unused recordings out of the others"
    check.add_argument("--prune", action="store_true", help=unused)
    check.add_argument(
        "--max-age", type=_age, metavar="AGE", help=f"how old recordings may be: {AGES}"
    )
    check.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from pytest_logprobs.cassettes import cassette_files, check_cassette
    from pytest_logprobs.cli._configuration import configuration

    try:
        configured = configuration()
    except ValueError as error:
        return fail(str(error), USAGE)
    if configured is None:  # pytest has said why
        return USAGE
    checks = _checks(configured, options)
    beside = configured.settings.cassette_dir
    paths = dict.fromkeys(file for path in options.paths for file in cassette_files(path, beside))
    recordings, code, kinds = 0, 0, Counter[str]()
    for path in paths:
        count, findings = check_cassette(path, checks)
        recordings += count
        for each in findings:  # printed at once: what is deleted is told, whatever comes then
            code = max(code, _KINDS[each.kind], put(one_line(str(each))))
            kinds[each.kind] += 1
    if options.prune and not (kinds["pruned"] or kinds["unused"]):
        fail("nothing to prune: a run of the whole suite with pytest tells what is unused")
    return max(code, put(_summary(len(paths), recordings, kinds)))


def _checks(configured: Configuration, options: argparse.Namespace) -> Checks:
    from pytest_logprobs.cassettes import Checks, environment_keys, place_of

    settings = configured.settings
    is_asked = options.prune or settings.unused != "ignore"
    unused = _unused(configured.cache) if is_asked else {}
    return Checks(
        today=datetime.now(timezone.utc),
        known=environment_keys(os.environ),
        allowed=settings.allow_secrets,
        max_age=options.max_age or settings.max_age,
        unused={place_of(configured.root / path): each for path, each in unused.items()},
        prune=options.prune,
    )


def _unused(cache: Path) -> dict[str, Leftover]:
    """Return what whole runs found unused, as far as that is known."""
    try:
        return record_of(json.loads((cache / "v" / KEY).read_bytes()))
    except (OSError, ValueError):
        return {}


def _summary(cassettes: int, recordings: int, kinds: Mapping[str, int]) -> str:
    if not cassettes:
        return "no cassettes"
    found = [
        _counted(kinds[kind], kind) if kind == "secret" else f"{kinds[kind]} {kind}"
        for kind in _KINDS
        if kinds[kind]
    ]
    counted = f"{_counted(cassettes, 'cassette')}, {_counted(recordings, 'recording')}"
    return f"{counted}: {', '.join(found) or 'fine'}"


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _path(text: str) -> Path:
    if text == "-":
        raise argparse.ArgumentTypeError("standard input is not looked through; name a file")
    return Path(text)


def _age(text: str) -> MaxAge:
    try:
        return max_age(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"takes {AGES}; {error}") from None
