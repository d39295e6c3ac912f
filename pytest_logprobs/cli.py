"""The command line: ``pytest-logprobs show FILE``.

Exit codes: 0 fine, 2 usage, 4 cannot read. Errors are one line on standard error.
"""

from __future__ import annotations

import argparse
import errno
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from io import FileIO, TextIOWrapper
from pathlib import Path
from typing import Final, NoReturn

from pytest_logprobs._explain import Finding
from pytest_logprobs._heatmap import coloured
from pytest_logprobs._model import Completion
from pytest_logprobs._quote import clip, one_line
from pytest_logprobs.errors import SECTION_ROWS, LogprobsError
from pytest_logprobs.parsers import parse_all

__all__ = ["main"]

_NAME: Final = "pytest-logprobs"
_CANNOT_READ: Final = 4
_INTERRUPTED: Final = 130  # what shells expect
_COLOURS: Final = {"red": "31", "yellow": "33", "purple": "35"}


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a console without a character shows its escape
            stream.reconfigure(errors="backslashreplace")
    try:
        completions = parse_all(_read(options.file))
    except OSError as error:
        return _fail(f"{options.file}: {error.strerror or error}")
    except LogprobsError as error:
        return _fail(f"{options.file}: {str(error).removeprefix('$: ')}")
    except KeyboardInterrupt:  # while it waits for standard input
        return _INTERRUPTED
    return _print("\n\n".join(_shown(completions, options.rows)))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog=_NAME, description="Look at the log-probabilities of an answer.")
    parser.add_argument("--version", action="version", version=f"{_NAME} {version(_NAME)}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    about = "print a response as a heat map and a table of its least certain tokens"
    show = commands.add_parser("show", help=about, description=f"{about.capitalize()}.")
    show.add_argument("file", metavar="FILE", help="a response body; - reads standard input")
    rows = f"how many tokens the table lists, 0 for all (default: {SECTION_ROWS})"
    show.add_argument("--rows", type=_count, default=SECTION_ROWS, metavar="N", help=rows)
    return parser


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number, 0 or more")
    return int(text)


def _read(file: str) -> bytes:
    # not sys.stdin, which is None where standard input is closed
    return FileIO(0, closefd=False).readall() if file == "-" else Path(file).read_bytes()


def _shown(completions: Sequence[Completion], rows: int) -> Iterator[str]:
    """Show each completion; on a terminal in colour, and with the table cut to its width."""
    on_terminal: bool = getattr(sys.stdout, "isatty", bool)()  # it is None where it is closed
    width = shutil.get_terminal_size().columns if on_terminal else None
    for completion in completions:
        title = repr(completion)[1:-1]
        if len(completions) > 1:
            title = f"choice {completion.choice}: {title}"
        shown = Finding(title, completion.evidence).section(rows)
        text, _, table = shown.rpartition("\n\n")
        if on_terminal and _has_colour():
            text = coloured(text, _paint)
        first, _, text = text.partition("\n")
        lines = [clip(line, width) if width else line for line in (first, *table.split("\n"))]
        yield "\n".join([lines[0], text, "", *lines[1:]])


def _has_colour() -> bool:
    # Windows consoles may take escapes for text, or not: the marks say it all without them
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or os.name == "nt"
    return not plain


def _paint(text: str, colour: str) -> str:
    return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m"


def _print(text: str) -> int:
    try:
        print(text, flush=True)
    except OSError as error:
        # Python would flush once more at its end, and complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        # ``| head`` has seen enough; on Windows a closed pipe is an invalid argument
        if not isinstance(error, BrokenPipeError) and error.errno != errno.EINVAL:
            return _fail(f"standard output: {error.strerror or error}")
    return 0


def _fail(message: str) -> int:
    print(f"{_NAME}: {one_line(' '.join(message.split()))}", file=sys.stderr)
    return _CANNOT_READ
