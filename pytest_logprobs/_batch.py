"""A batch: a file with a response on each line, read one line at a time."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path

from pytest_logprobs._model import Completion
from pytest_logprobs._quote import quote
from pytest_logprobs._text import encode
from pytest_logprobs.errors import LogprobsError
from pytest_logprobs.parsers import parse_all
from pytest_logprobs.parsers._body import decode
from pytest_logprobs.parsers._wire import is_object

__all__ = ["BatchLine", "parse_batch"]
__tracebackhide__ = True  # a failed test shows its own lines

_IDS = ("custom_id", "key")
"""What OpenAI, and Google, call the name that a request was given."""


@dataclass(frozen=True, slots=True, repr=False)
class BatchLine:
    """A line of a batch: the completions of one request, or the error that stands for them.

    - ``number``: of the line, 1-based, blank ones counted.
    - ``custom_id``: the name that the request was given; ``None`` where the line has none.
    """

    number: int
    custom_id: str | None
    _answer: tuple[Completion, ...] | LogprobsError

    @property
    def error(self) -> LogprobsError | None:
        """Why the line cannot be read, which its message names; ``None`` where it can be."""
        return self._answer if isinstance(self._answer, LogprobsError) else None

    @property
    def completions(self) -> tuple[Completion, ...]:
        """What ``parse_all`` gives for the line; raises its error where there is one."""
        if isinstance(self._answer, LogprobsError):
            raise self._answer.with_traceback(None)
        return self._answer

    def __repr__(self) -> str:
        named = "" if self.custom_id is None else f" {quote(self.custom_id, 40)}"
        if self.error:
            return f"<BatchLine {self.number}{named} {type(self.error).__name__}>"
        count = len(self.completions)
        return f"<BatchLine {self.number}{named} {count} completion{'' if count == 1 else 's'}>"


def parse_batch(lines: str | bytes | os.PathLike[str] | Iterable[object]) -> Iterator[BatchLine]:
    r"""Read the output of a batch (OpenAI, vLLM, Mistral, Vertex, Gemini …) line by line.

    ``lines`` is the path of a file of lines of JSON, its content as bytes or as a text that begins
    with ``{``, an open file, or what gives the lines one by one: texts, bytes or decoded JSON. A
    line may also be a response without anything around it. Only one line is kept in memory.

    Blank lines are passed over. A line that cannot be read, such as a last one that breaks off,
    has an error of its own and leaves the others alone. Raises ``OSError`` for a file that cannot
    be opened.

    >>> entry = '{"token": "Paris", "logprob": -0.25}'
    >>> body = '{"choices": [{"message": {"content": "Paris"}, "logprobs": {"content": [%s]}}]}'
    >>> line = '{"custom_id": "capital", "response": {"body": %s}}' % (body % entry)
    >>> first, second = parse_batch(line + '\n{"custom_id": "br')
    >>> first.custom_id, first.completions
    ('capital', (<Completion 'Paris' 1 token, mean_logprob -0.25>,))
    >>> print(second.error)
    line 2: $: the JSON breaks off after 17 bytes: …{"custom_id": "br
    """
    if isinstance(lines, str) and lines.lstrip("\ufeff \t\r\n").startswith("{"):
        lines = StringIO(lines)
    if isinstance(lines, bytes):
        lines = BytesIO(lines)
    if isinstance(lines, (str, os.PathLike)):
        with Path(lines).open("rb") as file:
            yield from _read(file)
    else:
        yield from _read(lines)


def _read(lines: Iterable[object]) -> Iterator[BatchLine]:
    for number, line in enumerate(lines, 1):
        if isinstance(line, (str, bytes)) and not line.strip():
            continue
        value: object = None
        answer: tuple[Completion, ...] | LogprobsError
        try:
            value = decode(_encoded(line)) if isinstance(line, (str, bytes)) else line
            answer = parse_all(value)
        except LogprobsError as error:
            error.args = (f"line {number}: {error}",)
            answer = error.with_traceback(None)  # which would keep the line in memory, …
            error.__context__ = None  # … as would this
        yield BatchLine(number, _custom_id(value), answer)


def _encoded(line: str | bytes) -> bytes:
    return encode(line) if isinstance(line, str) else line


def _custom_id(line: object) -> str | None:
    places = (line, line.get("request")) if is_object(line) else ()
    found = (each.get(name) for each in places if is_object(each) for name in _IDS)
    return next((each for each in found if isinstance(each, str)), None)
