"""``pytest-logprobs show FILE``: the answers in a file as heat maps."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, cast

from pytest_logprobs._explain import Finding
from pytest_logprobs._heatmap import coloured
from pytest_logprobs._model import Completion
from pytest_logprobs._quote import clip, quote
from pytest_logprobs.cli._streams import put, read
from pytest_logprobs.errors import SECTION_ROWS, CassetteError, LogprobsError
from pytest_logprobs.parsers import parse_all

__all__ = ["add_show"]

_COLOURS: Final = {"red": "31", "yellow": "33", "purple": "35"}


def add_show(commands: Any) -> None:  # noqa: ANN401 - a class that argparse does not name
    """Add the command to the parser of the command line."""
    about = "print the answers in a file as heat maps with their least certain tokens"
    show = commands.add_parser("show", help=about, description=f"{about.capitalize()}.")
    show.add_argument(
        "file", metavar="FILE", help="a response body or a cassette; - reads standard input"
    )
    rows = f"how many tokens the table lists, 0 for all (default: {SECTION_ROWS})"
    show.add_argument("--rows", type=_count, default=SECTION_ROWS, metavar="N", help=rows)
    show.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    try:
        shown = _completions(read(options.file), options.file)
    except CassetteError:
        raise
    except LogprobsError as error:
        problem = str(error).removeprefix("$: ")
        raise LogprobsError(f"{options.file}: {problem}") from None
    return put("\n\n".join(_shown(shown, options.rows)))


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number, 0 or more")
    return int(text)


def _completions(data: bytes, file: str) -> dict[str, Completion]:
    """Return the completions of a response or a cassette, by what stands before each."""
    from pytest_logprobs.cassettes import contents

    cassette = contents(data, Path(file))
    if cassette is None:
        found = parse_all(data)
        return {f"choice {each.choice}: " if len(found) > 1 else "": each for each in found}
    completions = cassette.completions
    if not completions:
        raise LogprobsError("the cassette holds no completion")
    days = [f", recorded {day}" if day else "" for day in cassette.days]
    repeats = [f", repeat {repeat}" if repeat > 1 else "" for repeat in cassette.repeats]
    return {
        f"{number + 1} of {len(completions)}{days[number]}{repeats[number]}{_asked(each)}\n": each
        for number, each in enumerate(completions)
    }


def _asked(completion: Completion) -> str:
    """Show the end of what was asked: the last message, or the prompt's last line."""
    prompt: object = completion.request.prompt if completion.request else None
    if isinstance(prompt, list) and prompt:
        prompt = cast("list[object]", prompt)[-1]
    if isinstance(prompt, dict):
        prompt = cast("dict[str, object]", prompt).get("content")
    if not isinstance(prompt, str) or not prompt.strip():
        return ""
    return f", asked {quote(prompt.strip().splitlines()[-1], 42)}"


def _shown(completions: Mapping[str, Completion], rows: int) -> Iterator[str]:
    """Show each completion; on a terminal in colour, and with the table cut to its width."""
    on_terminal: bool = getattr(sys.stdout, "isatty", bool)()  # it is None where it is closed
    width = shutil.get_terminal_size().columns if on_terminal else None
    for name, completion in completions.items():
        *above, prefix = name.split("\n")
        title = f"{prefix}{repr(completion)[1:-1]}"
        shown = Finding(title, completion.evidence).section(rows)
        text, _, table = shown.rpartition("\n\n")
        if on_terminal and _has_colour():
            text = coloured(text, _paint)
        first, _, text = text.partition("\n")
        head, lines = [*above, first], table.split("\n")
        if width:
            head, lines = ([clip(line, width) for line in each] for each in (head, lines))
        yield "\n".join([*head, text, "", *lines])


def _has_colour() -> bool:
    # Windows consoles may take escapes for text, or not: the marks say it all without them
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or os.name == "nt"
    return not plain


def _paint(text: str, colour: str) -> str:
    return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m"
