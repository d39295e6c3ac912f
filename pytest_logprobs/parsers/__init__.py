"""Any provider's response → completions.

A wire format is a module with a ``NAME`` and three functions: ``recognises(chunks)`` by shape,
never by a vendor's name; ``ends(chunk)``, whether an answer ends with a chunk; ``read(chunks)``,
which returns what reads each choice; and perhaps ``answer_id(chunk)``, the id of the answer that a
chunk is of, where a stream may end in every chunk. The first in ``_FORMATS`` that recognises a
response reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Final, Protocol, TypeVar

from pytest_logprobs._model import Completion
from pytest_logprobs._quote import quote
from pytest_logprobs.errors import (
    ChoiceError,
    LogprobsError,
    MalformedResponseError,
    UnknownFormatError,
)
from pytest_logprobs.parsers import (
    cohere,
    detached,
    frameworks,
    gemini,
    llama_cpp,
    ollama,
    openai_chat,
    openai_completions,
    openai_responses,
    openai_transcription,
    sglang,
    tgi,
    transformers,
    unscored,
    watsonx,
)
from pytest_logprobs.parsers._answers import answers_in
from pytest_logprobs.parsers._input import decoded, strange_in
from pytest_logprobs.parsers._own import own_readers
from pytest_logprobs.parsers._provider_error import check_is_no_error, check_no_error_in
from pytest_logprobs.parsers._wire import Chunk, Readers
from pytest_logprobs.parsers.transformers import TransformersOutput

__all__ = ["TransformersOutput", "parse", "parse_all"]
__tracebackhide__ = True  # a failed test shows its own lines


class _Format(Protocol):
    """What a wire format's module offers beside its ``NAME``."""

    def recognises(self, chunks: Sequence[Chunk]) -> bool: ...
    def ends(self, chunk: Chunk) -> bool: ...
    def read(self, chunks: Sequence[Chunk]) -> Readers: ...


_FORMATS: Final[Mapping[str, _Format]] = {
    openai_responses.NAME: openai_responses,
    openai_transcription.NAME: openai_transcription,
    gemini.NAME: gemini,
    tgi.NAME: tgi,
    sglang.NAME: sglang,
    llama_cpp.NAME: llama_cpp,
    ollama.NAME: ollama,
    watsonx.NAME: watsonx,
    cohere.NAME: cohere,
    transformers.NAME: transformers,
    # the arrays of a completion are looked for first: chat servers answer with them too
    openai_completions.NAME: openai_completions,
    openai_chat.NAME: openai_chat,
}

_KEPT: Final[Sequence[_Format]] = (frameworks, unscored, detached)
"""What is no wire format by itself: it is looked for last, and not where a format is forced."""


_PARTS: Final = (
    {"role", "content"},  # a message
    {"message", "finish_reason"},  # a choice
    {"delta", "finish_reason"},
    {"content", "finishReason"},  # a candidate
    {"content", "finish_reason"},
    {"finish_reason", "prompt_tokens"},  # what SGLang says of a text
    {"output_token_logprobs"},
    {"finish_reason", "generated_tokens"},  # TGI's details
)
"""Keys by which a part of a response is known."""

_Found = TypeVar("_Found")


def parse(response: object, *, choice: int | None = None, format: str | None = None) -> Completion:
    """Read a response with one choice, or one choice of several.

    ``response`` is a body (``bytes`` or ``str`` of JSON, server-sent events or lines of JSON), its
    decoded JSON, an SDK's object, an HTTP client's response whose body was read, a list or
    iterator of a stream's chunks, or a list of responses. ``choice`` is the number of the choice,
    0-based, or the place in a list of responses; the others may lack log-probabilities.
    ``format`` forces a wire format, which is otherwise known by its shape.

    Raises a :class:`~pytest_logprobs.errors.LogprobsError`, and nothing else, whatever the body
    is: ``UnknownFormatError``, ``MalformedResponseError`` with a path, ``ResponseError`` for a
    provider's error, ``MissingLogprobsError``, ``ChoiceError`` if there are several choices. What
    an iterator itself raises, such as a connection that breaks, is not touched.

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
    number = next((each for each in numbers if each == choice), None)
    if number is None:
        shown = ", ".join(map(str, numbers))
        problem = f"the response has no choice {choice!r}, its choices are {shown}"
        raise ChoiceError(problem, choices=numbers)
    return readers[number]()


def parse_all(response: object, *, format: str | None = None) -> tuple[Completion, ...]:
    """Read all choices of a response, in order.

    See :func:`parse` for what it reads and raises; at least one completion is returned.
    """
    return tuple(read() for read in _readers(response, format).values())


def _readers(response: object, format: str | None) -> Readers:
    if format is not None and format not in tuple(_FORMATS):  # a list has no hash
        known = ", ".join(_FORMATS)
        raise UnknownFormatError(f"format={format!r} is no wire format; the formats are {known}")
    try:
        value = decoded(response)
    except LogprobsError:
        if format or (own := own_readers(response)) is None:
            raise
        return own
    if not format and (own := own_readers(value)) is not None:
        return own
    readers = _reading(value, partial(_readers_in, value, format))
    return {number: partial(_reading, value, read) for number, read in readers.items()}


def _reading(value: object, read: Callable[[], _Found]) -> _Found:
    """Return what is read from decoded JSON, which may hold Python objects that are none."""
    try:
        return read()
    except LogprobsError:
        raise
    except Exception as error:
        if strange := strange_in(value):
            raise MalformedResponseError(*strange) from error
        raise


def _readers_in(value: object, format: str | None) -> Readers:
    tried = (_FORMATS[format],) if format else (*_FORMATS.values(), *_KEPT)
    found = answers_in(value, partial(_ends, tried), partial(_named, tried))
    answers = [_read(chunks, tried, format) for chunks in found]
    if len(answers) == 1:
        return answers[0]
    return dict(enumerate(read for readers in answers for read in readers.values()))


def _read(chunks: Sequence[Chunk], tried: Sequence[_Format], format: str | None) -> Readers:
    for path, chunk in chunks:
        check_no_error_in(path, chunk)
    claimant = _claimant(tried, chunks)
    for path, chunk in chunks:
        if claimant is None or not claimant.recognises([(path, chunk)]):
            check_is_no_error(path, chunk)
    if claimant is None:
        raise _unknown(chunks, [format] if format else _FORMATS)
    return claimant.read(chunks)


def _ends(tried: Sequence[_Format], chunk: Chunk) -> bool:
    claimant = _claimant(tried, [chunk])
    return claimant is not None and claimant.ends(chunk)


def _named(tried: Sequence[_Format], chunk: Chunk) -> str | None:
    """Return the id of the answer that a chunk belongs to, if its format tells."""
    for each in tried:
        answer_id = getattr(each, "answer_id", None)
        if answer_id and each.recognises([chunk]):
            name: str | None = answer_id(chunk)
            return name
    return None


def _claimant(tried: Sequence[_Format], chunks: Sequence[Chunk]) -> _Format | None:
    return next((each for each in tried if each.recognises(chunks)), None)


def _unknown(chunks: Sequence[Chunk], names: Iterable[str]) -> UnknownFormatError:
    seen: list[object] = [key for _, chunk in chunks for key in chunk]  # any, of a Python object
    keys = list(dict.fromkeys(key for key in seen if isinstance(key, str)))
    shown = ", ".join(quote(key, 30) for key in keys[:12]) or "none"
    more = f" and {len(keys) - 12} more" if len(keys) > 12 else ""  # noqa: PLR2004
    if any(part <= set(keys) for part in _PARTS):
        more += "; this looks like a part of a response: give the whole response"
    return UnknownFormatError(
        f"no wire format has this shape; tried {', '.join(names)}; the keys seen: {shown}{more}"
    )
