"""What a cassette holds, for those who look at it without a test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from pytest_logprobs._model import Completion
from pytest_logprobs._traffic import Traffic
from pytest_logprobs.cassettes._file import cassette_of, cassette_text
from pytest_logprobs.cassettes._foreign import foreign_text, is_foreign
from pytest_logprobs.cassettes._messages import exchange_of
from pytest_logprobs.cassettes._origin import day_of
from pytest_logprobs.cassettes._schema import FORMAT
from pytest_logprobs.cassettes._secrets import refuse_secrets
from pytest_logprobs.errors import LogprobsError

__all__ = ["HEAD", "Contents", "begins_like_cassette", "begins_like_ours", "contents", "converted"]
__tracebackhide__ = True  # a failed test shows its own lines

HEAD: Final = 100
"""So many bytes at most a cassette needs to say that it is one."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The completions that a cassette holds, and for each when it was recorded.

    A day is spelled as in ``2026-11-23``; it is empty where it is not known. A repeat is the
    number of the run that recorded it, from 1 on.
    """

    completions: tuple[Completion, ...]
    days: tuple[str, ...]
    repeats: tuple[int, ...]


def contents(data: bytes, path: Path) -> Contents | None:
    """Return what a cassette holds, ``None`` if the bytes are no cassette.

    ``path`` is for errors. Raises ``CassetteReadError`` for a cassette that cannot be read, and the
    first error of a completion where none can be read.
    """
    if not begins_like_cassette(data):
        return None
    completions: list[Completion] = []
    days: list[str] = []
    repeats: list[int] = []
    errors: list[LogprobsError] = []
    for interaction in cassette_of(data, path).interactions:
        traffic = Traffic()
        traffic.add(traffic.begin(), exchange_of(interaction))
        for answer in traffic.answers:
            if isinstance(answer, Completion):
                completions.append(answer)
                days.append(day_of(interaction))
                repeats.append(cast("int", interaction.get("repeat", 1)))
            else:
                errors.append(answer)
    if errors and not completions:
        raise errors[0]
    return Contents(tuple(completions), tuple(days), tuple(repeats))


def begins_like_cassette(data: bytes) -> bool:
    """Return whether bytes say at their beginning that they are a cassette, vcrpy's included."""
    return begins_like_ours(data) or is_foreign(data[:HEAD].decode("utf-8", "replace"))


def begins_like_ours(data: bytes) -> bool:
    """Return whether bytes say at their beginning that they are a cassette in our own format."""
    return FORMAT.encode() in data[:HEAD]


def converted(
    data: bytes,
    path: Path,
    to: str | None = None,
    allowed: Iterable[str] = (),
    known: Mapping[str, str] | None = None,
) -> tuple[str, str]:
    """Return what a cassette becomes, and its text then: ``logprobs``, or ``yaml`` or ``json``.

    The latter are vcrpy's, which knows no repeats: it gets what was recorded first. ``to`` says
    which; ``None``: what is vcrpy's becomes ours, and what is ours YAML. ``path`` is for errors.
    Raises ``CassetteReadError`` for a cassette that cannot be read, ``CassetteSecretError`` for
    what looks like a secret and is not ``allowed``, or is ``known`` to be one, and
    ``LogprobsError`` for what vcrpy's JSON cannot hold.
    """
    cassette = cassette_of(data, path)
    refuse_secrets(path, cassette.interactions, allowed, known)
    to = to or ("logprobs" if cassette.foreign else "yaml")
    if to == "logprobs":
        return to, cassette_text(cassette.complete, cassette.interactions)
    first = [each for each in cassette.interactions if "repeat" not in each]  # vcrpy has no others
    try:
        return to, foreign_text(first, to)
    except LogprobsError as error:
        raise LogprobsError(f"{path}: {error}") from None
