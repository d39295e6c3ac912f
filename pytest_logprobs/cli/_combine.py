"""``pytest-logprobs combine PART...``: one run out of the parts that the shards of a job made."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from pytest_logprobs._quote import one_line
from pytest_logprobs.cli._streams import put, read, shown_name

__all__ = ["add_combine"]

_ABOUT: Final = """\
Make one run file out of those that the shards of a CI job wrote with --logprobs-report. Into how
many shards the suite was cut, and in which order they are named, changes nothing in it. A case that
two of them measured is an error, unless both measured the same."""
_CODES: Final = """\
exit codes: 0 fine; 2 usage; 4 a file cannot be read or written, or combined with the others"""


def add_combine(commands: Any) -> None:  # noqa: ANN401 - a class that argparse does not name
    """Add the command to the parser of the command line."""
    about = "make one run file out of those that the shards of a CI job wrote"
    combine = commands.add_parser("combine", help=about, description=_ABOUT, epilog=_CODES)
    combine.add_argument(
        "parts", metavar="PART", nargs="+", help="a run file; - reads standard input"
    )
    combine.add_argument(
        "-o",
        dest="output",
        metavar="PATH",
        default="-",
        help="where to write the whole run; - is standard output (default)",
    )
    combine.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from pytest_logprobs._baseline import RUN, combined, ledger_of, run_text, write_run

    parts = {shown_name(each): each for each in options.parts}  # input can be read but once
    whole = combined({name: ledger_of(read(file), name, RUN) for name, file in parts.items()})
    if options.output == "-":
        return put(run_text(whole).rstrip("\n"))
    write_run(Path(options.output), whole)
    size = f"{_counted(len(whole.cases), 'case')} of {_counted(len(parts), 'part')}"
    print(f"{one_line(options.output)}: {size}", file=sys.stderr)
    return 0


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"
