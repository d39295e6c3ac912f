"""Responses to begin mutating with, and the ways in which a body is handed to ``parse``.

A case is a form and a body; as bytes, the form's name stands on the first line.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import dialect
from law import outcome, problems
from mutating import HOW, mutated, torn, written

from pytest_logprobs import LogprobsError
from pytest_logprobs.parsers._body import decode

PAYLOADS = "PYTEST_LOGPROBS_PAYLOADS"
RECORDINGS = Path(__file__).parent / "recordings"
LARGEST = 16_000
"""Bytes of a body: a larger one has more of the same, and takes longer."""

FORMS = ("bytes", "text", "lines", "pieces", "value", "chunks", "iterator")


class Case(NamedTuple):
    """A body, and in which form it is handed over."""

    form: str
    body: bytes

    @classmethod
    def of(cls, data: bytes) -> Case:
        """Read a case, whatever the bytes are."""
        form, newline, body = data.partition(b"\n")
        name = form.decode("ascii", "replace")
        return cls(name, body) if newline and name in FORMS else cls("bytes", data)

    def __bytes__(self) -> bytes:
        return self.form.encode() + b"\n" + self.body

    def given(self) -> tuple[object, object]:
        """Return what is handed to ``parse``, and as decoded JSON, ``None`` where it is none."""
        text = self.body.decode("utf-8", "surrogateescape")
        value = decoded(text if self.form == "text" else self.body)
        if self.form in ("value", "chunks", "iterator") and value is not None:
            chunks = value if isinstance(value, list) else [value]
            response = {"value": value, "chunks": chunks}.get(self.form)
            return iter(chunks) if self.form == "iterator" else response, value
        if self.form == "text":
            return text, value
        if self.form == "lines" and b"\r" not in self.body:
            return self.body.split(b"\n"), value
        if self.form == "pieces" and b"\n" in self.body:
            size = max(len(self.body) // 3, 1)
            return [self.body[at : at + size] for at in range(0, len(self.body), size)], value
        return self.body, value

    def problems(self) -> list[str]:
        """Return how reading this case breaks the law; any error that is not ours comes out."""
        response, value = self.given()
        before = repr(value) if self.form in ("value", "chunks") else None
        found = outcome(response)
        if isinstance(found, LogprobsError):
            path = getattr(found, "path", "$")
            is_told = str(found).startswith(path) and path.startswith("$")
            return [] if is_told or path == "$" else [f"the error's path is {path!r}: {found}"]
        if value is None:
            return [f"{found!r} was read from what is no JSON"]
        changed = before is not None and repr(value) != before
        return (["the response was changed"] if changed else []) + problems(found, value)


def decoded(body: bytes | str) -> Any:
    """Return a body as decoded JSON, ``None`` where it is none."""
    try:
        value = decode(body)
    except LogprobsError:
        return None
    return list(value) if isinstance(value, list) else value  # a stream's are known to be its


@cache
def seeds() -> dict[str, Any]:
    """Return the responses to begin with as decoded JSON, by name."""
    values = {name: decoded(body) for name, body in bodies().items()}
    return {name: value for name, value in values.items() if value is not None}


@cache
def streams() -> list[str]:
    """Return the names of those that came in several chunks, and not as a list of answers."""
    lists = [name for name, value in seeds().items() if isinstance(value, list) and len(value) > 1]
    return [name for name in lists if "stream" in name or not bodies()[name].startswith(b"[")]


@cache
def bodies() -> dict[str, bytes]:
    """Return the bodies to begin with, by name."""
    found = {path.stem: dialect.body_of(dialect.load(path)) for path in dialect.PATHS}
    paths = [*RECORDINGS.glob("*.json"), *RECORDINGS.glob("*.sse")]
    if os.environ.get(PAYLOADS):
        paths += Path(os.environ[PAYLOADS]).iterdir()
    for path in paths:
        if not path.name.endswith(".request.json"):
            found[path.name] = path.read_bytes()
    return {name: found[name] for name in sorted(found) if len(found[name]) <= LARGEST}


def case_of(name: str, random: Random, changes: int) -> Case:
    """Return a case that begins with a seed and is changed several times."""
    value, donors = seeds()[name], list(seeds().values())
    for _ in range(changes):
        value = mutated(value, random, donors)
    return written_case(value, random)


def written_case(value: Any, random: Random, how: Sequence[str] = HOW) -> Case:
    """Return decoded JSON as a case, one in six with its text torn."""
    body = written(value, random.choice(how))
    if random.randrange(6) == 0:
        body = torn(body, random)
    return Case(random.choice(FORMS), body)
