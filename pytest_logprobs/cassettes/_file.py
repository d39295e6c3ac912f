"""The file of a cassette: read whole or not at all, replaced whole or not at all."""

from __future__ import annotations

import errno
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pytest_logprobs._flaws import FlawError, decoded_text
from pytest_logprobs._unused import digest_of
from pytest_logprobs._writing import replace_file, unreadable, unwritable
from pytest_logprobs.cassettes._checksum import CHECKSUM, UNKNOWN, is_as_written, with_checksum
from pytest_logprobs.cassettes._decoding import decoded_cassette
from pytest_logprobs.cassettes._foreign import foreign_cassette, is_foreign
from pytest_logprobs.cassettes._layout import dumps, lay_out
from pytest_logprobs.cassettes._schema import FORMAT, VERSION
from pytest_logprobs.cassettes._scrub import Rules
from pytest_logprobs.errors import CassetteReadError, CassetteWriteError

__all__ = [
    "CassetteFile",
    "cassette_of",
    "cassette_text",
    "read_cassette",
    "same_but_white_space",
    "write_cassette",
    "write_whole",
]
__tracebackhide__ = True  # a failed test shows its own lines

# A text in quotes, a word or a number, or any other character.
_NOT_WHITE: Final = re.compile(
    r""""[^"\\]*(?:\\.[^"\\]*)*"?|[^"\[\]{},: \t\n\r]+|[^ \t\n\r]""", re.DOTALL
)
_USUAL: Final = Rules()
_RECORD: Final = "run the test with --logprobs-record=once"
_MEND: Final = "mend it, or get the committed file back: git checkout -- {path};"
_REMEDIES: Final = {
    "damaged": _MEND,
    "conflict": _MEND,
    "foreign": "move it out of the way,",
    "newer": "upgrade pytest-logprobs,",
}


@dataclass(frozen=True, slots=True)
class CassetteFile:
    """What the file of a cassette holds.

    ``complete`` is false if the test that recorded it failed. ``interactions`` may be empty.
    ``digest`` is that of the file's bytes. ``foreign``: vcrpy wrote it; there is no digest then.
    """

    complete: bool
    interactions: tuple[dict[str, object], ...]
    digest: str = ""
    foreign: bool = False


def read_cassette(
    path: Path, *, record: str = _RECORD, rules: Rules = _USUAL
) -> CassetteFile | None:
    """Read a cassette; ``None`` if there is no file.

    Bodies of JSON are ``Raw``, as the file spells them. What vcrpy recorded is read as it would be
    stored by the ``rules``. Raises ``CassetteReadError`` for whatever else the path leads to, with
    the line and what to do about it; ``record`` says how to record.
    """
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:  # as vcrpy would call it, and could not write it
            return None
        raise CassetteReadError(str(path), unreadable(path, error)) from None
    return cassette_of(data, path, record=record, rules=rules)


def cassette_of(
    data: bytes, path: Path, *, record: str = _RECORD, rules: Rules = _USUAL
) -> CassetteFile:
    """Return what the bytes of a file hold; ``path`` and ``record`` are for errors.

    Raises ``CassetteReadError`` as :func:`read_cassette` does.
    """
    try:
        text = decoded_text(data)
        if is_foreign(text):
            return CassetteFile(*foreign_cassette(text, rules), foreign=True)
        return CassetteFile(*_interactions(data, text), digest_of(data))
    except FlawError as flaw:
        remedy = _REMEDIES[flaw.kind].format(path=shlex.quote(str(path)))
        line = data.decode("utf-8", "replace").count("\n", 0, flaw.offset) + 1
        problem = f"{flaw}; {remedy} or delete the file, then {record}"
        raise CassetteReadError(str(path), problem, line=line) from None


def cassette_text(complete: bool, interactions: Sequence[Mapping[str, object]]) -> str:  # noqa: FBT001 - in the order of the file
    """Return the text of a cassette: laid out to be reviewed, every value spelled as it was.

    Raises ``ValueError`` if it could not be read again.

    >>> print(cassette_text(True, []), end="")
    {
     "format": "pytest-logprobs cassette",
     "version": 1,
     "complete": true,
     "interactions": [],
     "checksum": "crc32:70bcb03b"
    }
    """
    members = {
        "format": FORMAT,
        "version": VERSION,
        "complete": complete,
        "interactions": interactions,
    }
    text = with_checksum(_laid_out({**members, CHECKSUM: UNKNOWN}))
    # The checksum is a promise to every reader that the lines tell what a full look would.
    return text if _by_lines(text) == decoded_cassette(text) else _laid_out(members)


def same_but_white_space(one: str, other: str) -> bool:
    """Return whether two JSON texts differ in the white space between their tokens alone.

    The layout's own way of cutting a text is not asked: that may be what is at fault.

    >>> same_but_white_space("[0.10,1]", "[ 0.10, 1 ]")
    True
    >>> same_but_white_space("[0.10,1]", "[0.1,1]")
    False
    """
    return _NOT_WHITE.findall(one) == _NOT_WHITE.findall(other)


def write_cassette(
    path: Path,
    complete: bool,  # noqa: FBT001 - in the order of the file
    interactions: Sequence[Mapping[str, object]],
) -> None:
    """Write a cassette, in one step: at any time the old file is there whole, or the new one.

    Missing directories are made. A file that holds the same already is not touched. Raises
    ``CassetteWriteError`` if the disk refuses, or if what was written could not be read again; the
    old file is then as it was.
    """
    try:
        data = cassette_text(complete, interactions).encode()
    except ValueError as error:
        problem = f"cannot be written, for it could not be read again: {error}; please report this"
        raise CassetteWriteError(str(path), problem) from None
    write_whole(path, data)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file in one step, as :func:`write_cassette` does.

    Raises ``CassetteWriteError`` if the disk refuses.
    """
    try:
        replace_file(path, data)
    except OSError as error:
        problem = f"{unwritable(path, error)}, and record again"
        raise CassetteWriteError(str(path), problem) from None


def _laid_out(members: Mapping[str, object]) -> str:
    compact = dumps(members)
    text = lay_out(compact)
    # Numbers are what this is all about: a layout that touched one must never reach the disk.
    if not same_but_white_space(compact, text):
        raise ValueError("laying the text out changed more than its white space")
    return f"{text}\n"


def _interactions(data: bytes, text: str) -> tuple[bool, tuple[dict[str, object], ...]]:
    """Return what a file of ours holds, without a full look where its checksum is right."""
    return (is_as_written(data) and _by_lines(text)) or decoded_cassette(text)


def _by_lines(text: str) -> tuple[bool, tuple[dict[str, object], ...]] | None:
    """Return what a text holds that is as we wrote it; ``None`` if the lines do not tell."""
    try:
        return decoded_cassette(text, as_written=True)
    except FlawError:
        return None
