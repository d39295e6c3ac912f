"""Any provider's response → completions.

A wire format is a module with ``NAME``, ``recognises(chunks)`` and ``read(chunks)``, which returns
what reads each choice. It is known by its shape, never by a vendor's name, and the first in
``_FORMATS`` that knows a response reads it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from pytest_logprobs._model import Completion
from pytest_logprobs._quote import quote
from pytest_logprobs.errors import ChoiceError, MalformedResponseError, UnknownFormatError
from pytest_logprobs.parsers import openai_chat, openai_completions
from pytest_logprobs.parsers._input import decoded
from pytest_logprobs.parsers._provider_error import check_is_no_error, check_no_error_in
from pytest_logprobs.parsers._wire import Chunk, Readers, got, is_list, is_object

__all__ = ["parse", "parse_all"]
__tracebackhide__ = True  # a failed test shows its own lines


class _Format(Protocol):
    """What a wire format's module offers beside its ``NAME``."""

    def recognises(self, chunks: Sequence[Chunk]) -> bool: ...
    def read(self, chunks: Sequence[Chunk]) -> Readers: ...


_FORMATS: Final[Mapping[str, _Format]] = {
    # the arrays of a completion are looked for first: chat servers answer with them too
    openai_completions.NAME: openai_completions,
    openai_chat.NAME: openai_chat,
}


def parse(response: object, *, choice: int | None = None, format: str | None = None) -> Completion:
    """Read a response with one choice, or one choice of several.

    ``response`` is a body (``bytes`` or ``str`` of JSON, server-sent events or lines of JSON), its
    decoded JSON, an SDK's object, an HTTP client's response whose body was read, or a list or
    iterator of a stream's chunks. ``choice`` is the number of the choice, 0-based; the others may
    lack log-probabilities. ``format`` forces a wire format, which is otherwise known by its shape.

    Raises a :class:`~pytest_logprobs.errors.LogprobsError`, and nothing else, whatever the body
    is: ``UnknownFormatError``, ``MalformedResponseError`` with a path, ``ResponseError`` for a
    provider's error, ``MissingLogprobsError``, ``ChoiceError`` if there are several choices.

    >>> entry = {"token": "Paris", "logprob": -0.25, "bytes": None, "top_logprobs": []}
    >>> message = {"role": "assistant", "content": "Paris"}
    >>> parse({"choices": [{"message": message, "logprobs": {"content": [entry]}}]})
    <Completion 'Paris' 1 token, mean_logprob -0.25>
    """
    readers = _readers(response, format)
    numbers = tuple(readers)
    if choice is None and len(numbers) == 1:
        choice = numbers[0]
    if choice is None:
        problem = (
            f"the response has {len(numbers)} choices: say which, choice=0 …, or use parse_all"
        )
        raise ChoiceError(problem, choices=numbers)
    if choice not in readers:
        shown = ", ".join(map(str, numbers))
        raise ChoiceError(
            f"choice {choice!r} is not in the response, it has {shown}", choices=numbers
        )
    return readers[choice]()


def parse_all(response: object, *, format: str | None = None) -> tuple[Completion, ...]:
    """Read all choices of a response, in order.

    See :func:`parse` for what it reads and raises; at least one completion is returned.
    """
    return tuple(read() for read in _readers(response, format).values())


def _readers(response: object, format: str | None) -> Readers:
    if format is not None and format not in _FORMATS:
        known = ", ".join(_FORMATS)
        raise UnknownFormatError(f"format={format!r} is no wire format; the formats are {known}")
    value = decoded(response)
    if is_list(value):
        chunks = [_chunk(each, f"$[{i}]") for i, each in enumerate(value)]
    else:
        chunks = [_chunk(value, "$")]
    if not chunks:
        raise MalformedResponseError("$", "there are no chunks; an iterator gives them only once")
    for path, chunk in chunks:
        check_no_error_in(path, chunk)
    names = [format] if format else list(_FORMATS)
    claimant = next((_FORMATS[name] for name in names if _FORMATS[name].recognises(chunks)), None)
    for path, chunk in chunks:
        if claimant is None or not claimant.recognises([(path, chunk)]):
            check_is_no_error(path, chunk)
    if claimant is None:
        raise _unknown(chunks, names)
    return claimant.read(chunks)


def _chunk(value: object, path: str) -> Chunk:
    if is_object(value):
        return path, value
    raise UnknownFormatError(f"{path}: a response is an object, got {got(value)}")


def _unknown(chunks: Sequence[Chunk], names: Sequence[str]) -> UnknownFormatError:
    seen: list[object] = [key for _, chunk in chunks for key in chunk]  # any, of a Python object
    keys = list(dict.fromkeys(key for key in seen if isinstance(key, str)))
    shown = ", ".join(quote(key, 30) for key in keys[:12]) or "none"
    more = f" and {len(keys) - 12} more" if len(keys) > 12 else ""  # noqa: PLR2004
    return UnknownFormatError(
        f"no wire format has this shape; tried {', '.join(names)}; the keys seen: {shown}{more}"
    )
