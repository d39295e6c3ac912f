"""What is wrong with a cassette, told without a test; and what is unused taken out of it."""

from __future__ import annotations

import errno
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pytest_logprobs._age import MaxAge, ago
from pytest_logprobs._unused import Leftover, digest_of
from pytest_logprobs.cassettes._file import CassetteFile, read_cassette, write_cassette
from pytest_logprobs.cassettes._foreign import foreign_heads
from pytest_logprobs.cassettes._known_keys import sent_keys
from pytest_logprobs.cassettes._origin import age_of
from pytest_logprobs.cassettes._scrub import Rules
from pytest_logprobs.cassettes._secrets import secrets_of
from pytest_logprobs.errors import CassetteReadError

__all__ = ["Checks", "Finding", "check_cassette", "place_of"]
__tracebackhide__ = True  # a failed test shows its own lines

_Kind = Literal["unreadable", "secret", "stale", "unused", "incomplete", "pruned"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found in a cassette; ``where`` is its path, with the line where there is one."""

    where: str
    kind: _Kind
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.kind}: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """What cassettes are checked for, besides that they can be read.

    ``known`` maps secrets to what they are, and ``allowed`` are texts that look like secrets and
    are none. ``unused`` is what a run found unused, by the places of the files; with ``prune`` it
    is taken out.
    """

    today: datetime
    known: Mapping[str, str]
    allowed: Collection[str]
    max_age: MaxAge | None
    unused: Mapping[Path, Leftover]
    prune: bool


def place_of(path: Path) -> Path:
    """Return where a file is, however the path leads there; a link to a file is a file itself."""
    return Path(os.path.realpath(path.parent), path.name)


def check_cassette(path: Path, checks: Checks) -> tuple[int, list[Finding]]:
    """Return how many recordings were looked through in a cassette, and what was found in it.

    Raises ``OSError`` for a file that cannot be deleted, and ``CassetteWriteError`` for one that
    cannot be written.
    """
    try:
        file = read_cassette(path)
    except CassetteReadError as error:
        where = path if error.line is None else f"{path}:{error.line}"
        return 0, [Finding(f"{where}", "unreadable", str(error).removeprefix(f"{where}: "))]
    if file is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    found: list[Finding] = []
    count = len(file.interactions)
    leftover = checks.unused.get(place_of(path))
    if leftover is not None and leftover.digest == digest_of(path.read_bytes()):
        remedy = _remedy(path, file, leftover)
        what = "no test opened it" if leftover.whole else f"no test asked for {_listed(leftover)}"
        if checks.prune and not remedy:
            file = _pruned(path, file, leftover)
            found.append(Finding(str(path), "pruned", what))
        else:
            remedy = remedy or "pytest-logprobs check --prune removes it"
            found.append(Finding(str(path), "unused", f"{what}; {remedy}"))
    found += (Finding(str(path), kind, text) for kind, text in _problems(path, file, checks))
    return count, found


def _problems(path: Path, file: CassetteFile, checks: Checks) -> Iterator[tuple[_Kind, str]]:
    heads = foreign_heads(path.read_text("utf-8")) if file.foreign else file.interactions
    secrets = {place: kind for kind, place in _sent(heads, checks.allowed)}
    # of vcrpy's, also what would not be replayed
    for interactions in (heads, file.interactions) if file.foreign else (heads,):
        for each in secrets_of(interactions, checks.allowed, checks.known):
            secrets.setdefault(each.place, each.kind)
    for place, kind in secrets.items():
        remedy = "revoke it and record again, or list it in logprobs_allow_secrets if it is none"
        yield "secret", f"what looks like {kind}, at {place}; {remedy}"
    if checks.max_age:
        ages = [age_of(each, checks.today) for each in file.interactions]
        old = [each for each in ages if each is not None and checks.max_age.is_exceeded(each)]
        if old:
            count = f"{len(old)} of {_recordings(len(ages))}"
            remedy = "record again with --logprobs-record=rewrite"
            yield "stale", f"{count} older than {checks.max_age}, from {ago(max(old))}; {remedy}"
    if not file.complete:
        remedy = "run it with --logprobs-record=once"
        yield "incomplete", f"the test failed when this was recorded; {remedy}"


def _sent(
    interactions: Iterable[Mapping[str, Any]], allowed: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Yield the keys and cookies that messages were sent with: what they are, and where."""
    for number, each in enumerate(interactions):
        for side in ("request", "response"):
            place = f"interactions[{number}].{side}"
            for name, value in each[side].get("headers", {}).items():
                if sent_keys("", {name: value}).keys() - allowed:
                    yield "a key or a cookie", f"{place}.headers.{name}"
        if Rules().sent(each["request"]["url"], {}).keys() - allowed:
            yield "a key", f"interactions[{number}].request.url"


def _remedy(path: Path, file: CassetteFile, leftover: Leftover) -> str:
    """Return what is to be done where pruning would change another file, or what a file is."""
    if leftover.whole or not (file.foreign or path.is_symlink()):
        return ""
    return "convert the file, which vcrpy wrote" if file.foreign else "it is a link; replace it"


def _pruned(path: Path, file: CassetteFile, leftover: Leftover) -> CassetteFile:
    """Delete a cassette, or take out what nobody played; return what is left."""
    if leftover.whole:
        path.unlink()
        return CassetteFile(complete=True, interactions=())
    kept = [each for at, each in enumerate(file.interactions) if at not in leftover.positions]
    write_cassette(path, file.complete, kept)
    return CassetteFile(complete=file.complete, interactions=tuple(kept))


def _listed(leftover: Leftover) -> str:
    numbers = ", ".join(str(at + 1) for at in leftover.positions)
    return f"recording{'' if len(leftover.positions) == 1 else 's'} {numbers}"


def _recordings(count: int) -> str:
    return f"{count} recording{'' if count == 1 else 's'}"
