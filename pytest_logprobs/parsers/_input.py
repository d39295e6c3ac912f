"""Whatever holds a response → decoded JSON. No SDK is imported: objects are known by shape."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import AsyncIterable, Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final, TypeGuard, cast

from pytest_logprobs._model import Alternative, Span, Token
from pytest_logprobs._quote import clip, one_line
from pytest_logprobs._text import encode
from pytest_logprobs.errors import MalformedResponseError, UnknownFormatError
from pytest_logprobs.parsers._body import decode
from pytest_logprobs.parsers._wire import is_list, is_object

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["decoded"]
__tracebackhide__ = True  # a failed test shows its own lines

_DUMPS: Final = ("model_dump", "to_dict", "dict")
"""What SDK objects call the method that gives their content as a dictionary."""

_RAW: Final = "_raw_response"
"""Where an object that was made out of a response keeps it (instructor's)."""

_BODIES: Final = ("content", "data", "_body", "body")
"""Where responses of HTTP clients keep a body that was read (``_body``: aiohttp)."""


def decoded(response: object) -> object:
    """Return a response as decoded JSON: a value, or the list of a stream's chunks.

    Raises ``UnknownFormatError`` for what holds no response, saying what to give instead.
    """
    raw = getattr(response, _RAW, None)
    if raw is not None and raw is not response:
        return decoded(raw)
    if isinstance(response, (bytes, bytearray, str)):
        return decode(bytes(response) if isinstance(response, bytearray) else response)
    if is_object(response):
        return response
    if _is_stream(response):
        chunks = list(response)
        if _are_texts(chunks):
            return decode(_joined(chunks))
        return [_chunk(each) for each in chunks]
    if inspect.isawaitable(response):
        _close(response)
        raise UnknownFormatError("the response is a coroutine: await it first")
    return _object(response)


def _is_stream(response: object) -> TypeGuard[Iterable[object]]:
    """Return whether this is a list or an iterator of chunks; an open file is neither."""
    return is_list(response) or (_is_a(Iterator, response) and not hasattr(response, "read"))


def _is_a(kind: type, value: object) -> bool:
    """Return ``isinstance``, which would leave the value's type half known to type checkers."""
    return isinstance(value, kind)


def _are_texts(chunks: Sequence[object]) -> TypeGuard[Sequence[bytes | str]]:
    return bool(chunks) and all(isinstance(each, (bytes, str)) for each in chunks)


def _joined(chunks: Iterable[bytes | str]) -> bytes:
    """Return the body whose lines, or whose pieces as they came, a client gives one by one."""
    pieces = [encode(each) if isinstance(each, str) else each for each in chunks]
    return (b"" if any(b"\n" in each for each in pieces) else b"\n").join(pieces)


def _chunk(value: object) -> object:
    """Return a stream's chunk as decoded JSON."""
    is_plain = value is None or isinstance(value, (bytes, str, int, float))
    return value if is_plain or is_object(value) or is_list(value) else decoded(value)


def _close(awaitable: object) -> None:
    """Spare the user the warning that a coroutine was never awaited."""
    if inspect.iscoroutine(awaitable):
        awaitable.close()


def _object(response: object) -> object:
    kind = type(response)
    if isinstance(response, (Alternative, Span, Token)):
        raise UnknownFormatError(f"this {kind.__qualname__} is parsed already: give the response")
    for name in _DUMPS:
        dump = getattr(response, name, None)
        if callable(dump) and not _is_a(type, response):
            # pydantic would warn of values that are not of the declared type; they are checked here
            quiet = {"warnings": False} if hasattr(kind, "__pydantic_serializer__") else {}
            return _dumped(partial(dump, **quiet), kind.__qualname__)
    if dataclasses.is_dataclass(kind):
        instance = cast("DataclassInstance", response)
        return _dumped(partial(dataclasses.asdict, instance), kind.__qualname__)
    body = None if _is_a(type, response) else _read_body(response)
    if body is not None:
        return decode(body)
    named = f"{kind.__module__}.{kind.__qualname__}"
    if _is_a(AsyncIterable, response):
        raise UnknownFormatError(f"{named} is an asynchronous stream: collect its chunks in a list")
    raise UnknownFormatError(
        f"{named} holds no response: give the body (bytes, str, decoded JSON), the SDK's object, "
        "a response whose body was read, or the list of a stream's chunks"
    )


def _dumped(dump: Callable[[], object], kind: str) -> object:
    try:
        value = dump()
    except Exception as error:
        problem = f"the dump of this {kind} failed: {_said(error)}"
        raise MalformedResponseError("$", problem) from error
    if is_object(value) and value.keys() == {"data"} and is_object(value["data"]):
        return value["data"]  # mistralai's events: a stream's chunk, decoded
    return value


def _read_body(response: object) -> bytes | str | None:
    kind = type(response).__qualname__
    for name in _BODIES:
        try:
            body = getattr(response, name, None)
        except Exception as error:  # httpx: ResponseNotRead, of whichever httpx it is
            raise UnknownFormatError(
                f"the body of this {kind} is not read yet: call .read(), or await .aread(), first"
            ) from error
        if isinstance(body, (bytes, str)):
            return body
    read = getattr(response, "read", None)
    try:
        body = read() if callable(read) else None
    except Exception as error:  # a closed file, or one of another encoding
        problem = f"the body of this {kind} cannot be read: {_said(error)}"
        raise UnknownFormatError(problem) from error
    if inspect.isawaitable(body):
        _close(body)
        raise UnknownFormatError(f"the body of this {kind} is not read yet: await .read() first")
    return body if isinstance(body, (bytes, str)) else None


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {clip(one_line(str(error)), 200)}"
