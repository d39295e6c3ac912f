"""A body that is no answer but the provider's own error, and an answer that broke off with one."""

from __future__ import annotations

from typing import Any, Final

from pytest_logprobs._quote import clip, one_line
from pytest_logprobs.errors import ResponseError
from pytest_logprobs.parsers._wire import got, is_list, is_object

__all__ = ["check_is_no_error", "check_no_error_in"]
__tracebackhide__ = True  # a failed test shows its own lines

_MESSAGES: Final = ("message", "detail", "errors")
_KINDS: Final = ("code", "type", "status")
_KIND_BITS: Final = 32
_RAW_LENGTH: Final = 200


def check_is_no_error(path: str, chunk: dict[str, Any]) -> None:
    """Raise ``ResponseError`` if a body or a chunk that no format knows looks like an error."""
    if chunk.get("choices") is None and (
        chunk.get("object") == "error"
        or isinstance(chunk.get("message"), str)
        or any(chunk.get(key) for key in ("detail", "errors"))
    ):
        raise _response_error(path, chunk)


def check_no_error_in(path: str, part: dict[str, Any]) -> None:
    """Raise ``ResponseError`` if there is an ``error`` in a part of a response."""
    error = part.get("error")
    if isinstance(error, str) or is_list(error):
        error = {"message": error, "type": part.get("error_type")} if error else None
    if is_object(error) and error:
        raise _response_error(path, error)


def _response_error(path: str, error: dict[str, Any]) -> ResponseError:
    message = next((error[key] for key in _MESSAGES if error.get(key)), error)
    first = message[0] if is_list(message) else None
    if is_object(first) and isinstance(first.get("message"), str):  # one error for each problem
        return _response_error(path, first)
    said = _said(message) + _relayed(error)
    kind = next((name for key in _KINDS if (name := _name(error.get(key)))), "")
    where = "" if path == "$" else f" at {path}"
    return ResponseError(
        f"the response{where} is the provider's error{kind}: {clip(one_line(said), 300)}",
        provider_message=said,
    )


def _said(message: object) -> str:
    """Return the words of an error: a text, or what a server that checks a request says of it."""
    if is_object(message) and is_list(message.get("detail")):
        message = message["detail"]
    problems = [_problem(each) for each in message] if is_list(message) else []
    if problems and all(problems):
        return "; ".join(problems)
    return message if isinstance(message, str) else got(message)


def _problem(value: object) -> str:
    """Return one of the problems of a request, after its place (FastAPI's), ``""`` for another."""
    if not is_object(value) or not isinstance(value.get("msg"), str):
        return ""
    loc = value.get("loc")
    where = ".".join(map(str, filter(_is_key, loc))) if is_list(loc) else ""
    return f"{where}: {value['msg']}" if where else value["msg"]


def _is_key(value: object) -> bool:
    return isinstance(value, str) or (type(value) is int and value.bit_length() < _KIND_BITS)


def _relayed(error: dict[str, Any]) -> str:
    """Return what the provider behind a gateway said, as OpenRouter hands it on."""
    metadata = error.get("metadata")
    raw = metadata.get("raw") if is_object(metadata) else None
    return f": {raw}" if isinstance(raw, str) and 0 < len(raw) <= _RAW_LENGTH else ""


def _name(kind: object) -> str:
    """Show the code or type of an error, if it is one that can be shown."""
    is_code = type(kind) is int and kind.bit_length() < _KIND_BITS
    return f" ({clip(one_line(str(kind)), 40)})" if kind and (is_code or type(kind) is str) else ""
