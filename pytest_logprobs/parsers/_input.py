"""Whatever holds a response → decoded JSON. No SDK is imported: objects are known by shape."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import AsyncIterable, Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, Final, TypeGuard, TypeVar, cast

from pytest_logprobs._model import Alternative, Span, Token
from pytest_logprobs._quote import clip, one_line
from pytest_logprobs._text import encode
from pytest_logprobs.errors import LogprobsError, MalformedResponseError, UnknownFormatError
from pytest_logprobs.parsers._body import decode
from pytest_logprobs.parsers._wire import got, is_list, is_object

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["decoded", "strange_in"]
__tracebackhide__ = True  # a failed test shows its own lines

_Told = TypeVar("_Told")

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
    if not _asked(_is_stream, response):
        return _asked(_in_one_piece, response)
    chunks = list(cast("Iterable[object]", response))
    if _are_texts(chunks):
        return decode(_joined(chunks))
    return [each if _asked(_is_json, each) else decoded(each) for each in chunks]


def strange_in(value: object) -> tuple[str, str] | None:
    """Return the path of a Python object that cannot be compared (an array), and what it is."""
    waiting = [("$", value)]
    for path, each in waiting:  # grows
        if is_object(each):
            waiting += [(f"{path}.{key}", inner) for key, inner in each.items()]
        elif is_list(each):
            waiting += [(f"{path}[{i}]", inner) for i, inner in enumerate(each)]
        elif not _is_comparable(each):
            return path, f"expected JSON, got {got(each)}"
    return None


def _is_comparable(value: object) -> bool:
    try:
        return bool(value) or bool(value == []) or True
    except Exception:  # noqa: BLE001 - whatever it raises
        return False


def _asked(ask: Callable[[object], _Told], value: object) -> _Told:
    """Ask about an object, whose own code may raise anything."""
    try:
        return ask(value)
    except LogprobsError:
        raise
    except Exception as error:
        problem = f"this {type(value).__qualname__} cannot be read: {_said(error)}"
        raise UnknownFormatError(problem) from error


def _in_one_piece(response: object) -> object:
    if isinstance(response, (bytes, bytearray, str)):
        return decode(bytes(response) if isinstance(response, bytearray) else response)
    if is_object(response):
        return response
    if inspect.isawaitable(response):
        _close(response)
        raise UnknownFormatError("the response is a coroutine: await it first")
    raw = getattr(response, "__dict__", {}).get(_RAW)  # a mock has any attribute
    return _object(response) if raw is None else decoded(raw)


def _is_stream(response: object) -> bool:
    """Return whether this is a list or an iterator of chunks; an open file is neither."""
    return is_list(response) or (_is_a(Iterator, response) and not hasattr(response, "read"))


def _is_a(kind: type, value: object) -> bool:
    """Return ``isinstance``, which would leave the value's type half known to type checkers."""
    return isinstance(value, kind)


def _are_texts(chunks: Sequence[object]) -> TypeGuard[Sequence[bytes | str]]:
    return bool(chunks) and all(isinstance(each, (bytes, str)) for each in chunks)


def _joined(chunks: Sequence[bytes | str]) -> bytes | str:
    """Return the body whose lines, or whose pieces as they came, a client gives one by one."""
    texts = [each for each in chunks if isinstance(each, str)]
    if len(texts) == len(chunks):
        return ("" if any("\n" in each for each in texts) else "\n").join(texts)
    pieces = [encode(each) if isinstance(each, str) else each for each in chunks]
    return (b"" if any(b"\n" in each for each in pieces) else b"\n").join(pieces)


def _is_json(value: object) -> bool:
    is_plain = value is None or isinstance(value, (bytes, str, int, float))
    return is_plain or is_object(value) or is_list(value)


def _close(awaitable: object) -> None:
    """Spare the user the warning that a coroutine was never awaited."""
    if inspect.iscoroutine(awaitable):
        awaitable.close()


def _object(response: object) -> object:
    kind = type(response)
    if isinstance(response, (Alternative, Span, Token)):
        raise UnknownFormatError(f"this {kind.__qualname__} is parsed already: give the response")
    if isinstance(response, PurePath):
        raise UnknownFormatError(
            f"this {kind.__qualname__} names a file: give what that holds, path.read_bytes()"
        )
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
