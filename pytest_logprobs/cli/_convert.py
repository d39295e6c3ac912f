"""``pytest-logprobs convert FILE``: a cassette of vcrpy as one of ours, and the other way."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from pytest_logprobs.cli._streams import USAGE, fail, put, read
from pytest_logprobs.errors import CassetteSecretError, LogprobsError

__all__ = ["add_convert"]

_ABOUT: Final = """\
Turn cassettes of vcrpy and pytest-recording, YAML or JSON, into cassettes of pytest-logprobs, and
these into YAML that vcrpy reads. What is recorded stays the same: requests, answers, their order.
Headers that cassettes do not keep are left out, and nothing is written that looks like a secret,
unless pytest's configuration here lists it in logprobs_allow_secrets."""
_CODES: Final = """\
exit codes: 0 fine; 1 a secret was found; 2 usage, or a file is there already; 4 a file cannot be
read or written. The other files are converted all the same."""
_REFUSED: Final = 1


def add_convert(commands: Any) -> None:  # noqa: ANN401 - a class that argparse does not name
    """Add the command to the parser of the command line."""
    about = "turn cassettes of vcrpy and pytest-recording into ours, or ours into YAML"
    convert = commands.add_parser("convert", help=about, description=_ABOUT, epilog=_CODES)
    convert.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="a cassette; - reads standard input and writes to standard output",
    )
    convert.add_argument(
        "--to",
        choices=("logprobs", "yaml", "json"),
        help="what to write (default: logprobs from what vcrpy wrote, yaml from what is ours)",
    )
    convert.add_argument(
        "-o",
        dest="output",
        metavar="PATH",
        help="where to write the one FILE; - is standard output (default: beside it)",
    )
    overwrite = "replace a file that is there"
    convert.add_argument("--force", action="store_true", help=overwrite)
    convert.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    if options.output is not None and len(options.files) > 1:
        return fail(f"-o is where one FILE goes, and there are {len(options.files)}", USAGE)
    return max([_converted(file, options) for file in options.files])


def _converted(file: str, options: argparse.Namespace) -> int:
    """Convert one file, and return the exit code."""
    try:
        return _convert(file, options)
    except CassetteSecretError as error:
        return fail(str(error), _REFUSED)
    except LogprobsError as error:
        return fail(str(error))
    except OSError as error:
        return fail(f"{error.filename or file}: {error.strerror or error}")


def _convert(file: str, options: argparse.Namespace) -> int:
    from pytest_logprobs.cassettes import cassette_file, converted, environment_keys, write_whole

    source, data, known = Path(file), read(file), environment_keys(os.environ)
    try:
        kind, text = converted(data, source, options.to, known=known)
    except CassetteSecretError:
        kind, text = converted(data, source, options.to, _allowed(), known)
    target = Path(options.output or file)
    if str(target) == "-":
        return put(text.rstrip("\n"))
    if options.output is None and kind == "logprobs":
        target = cassette_file(source.parent, source.stem)
    elif options.output is None:
        target = source.with_suffix(f".{kind}")
    if target.exists() and not options.force:
        return fail(f"{target}: there is a file already; replace it with --force", USAGE)
    write_whole(target, text.encode())
    return 0


def _allowed() -> Sequence[str]:
    """Return what looks like a secret and is none, as the project says."""
    from pytest_logprobs.cli._configuration import configuration

    try:
        configured = configuration()
    except ValueError as error:
        raise LogprobsError(str(error)) from None
    return configured.settings.allow_secrets if configured else ()
