"""The command line: ``pytest-logprobs``, with a module for each of its commands.

Exit codes: 0 fine, 1 the check says no, 2 usage, 3 inconclusive, 4 cannot read or compare. Errors
are one line on standard error.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version
from io import TextIOWrapper
from typing import Final, NoReturn

from pytest_logprobs.cli._check import add_check
from pytest_logprobs.cli._combine import add_combine
from pytest_logprobs.cli._compare import add_compare
from pytest_logprobs.cli._convert import add_convert
from pytest_logprobs.cli._schema import add_schema
from pytest_logprobs.cli._show import add_show
from pytest_logprobs.cli._streams import NAME, fail
from pytest_logprobs.errors import LogprobsError

__all__ = ["main"]

_INTERRUPTED: Final = 130  # what shells expect


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
        code: int = options.run(options)
    except OSError as error:
        place = error.filename or getattr(options, "file", "")
        return fail(f"{place}{': ' if place else ''}{error.strerror or error}")
    except LogprobsError as error:
        return fail(str(error))
    except KeyboardInterrupt:  # while it waits for standard input
        return _INTERRUPTED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=NAME, description="Look at log-probabilities, look after cassettes, compare runs."
    )
    parser.add_argument("--version", action="version", version=f"{NAME} {version(NAME)}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_show(commands)
    add_check(commands)
    add_convert(commands)
    add_combine(commands)
    add_compare(commands)
    add_schema(commands)
    return parser
