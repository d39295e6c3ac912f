"""Text of a response body → decoded JSON: one value, or the list of a stream's chunks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Final

from pytest_logprobs._quote import clip, one_line
from pytest_logprobs._text import encode
from pytest_logprobs.errors import MalformedResponseError

__all__ = ["Stream", "decode"]
__tracebackhide__ = True  # a failed test shows its own lines

_SSE_FIELD: Final = re.compile(rb"(?:data|event|id|retry)?:")
_BOM: Final = b"\xef\xbb\xbf"
_GZIP: Final = b"\x1f\x8b"
_MARKUP: Final = ("<!doctype", "<html", "<?xml")
_NOTHING: Final = (b"[DONE]", b"null")  # llama.cpp begins the stream of several prompts with null
_FAILURES: Final = (ValueError, RecursionError)
_CUT: Final = re.compile(r"-|\.|[eE][+-]?|t(ru?)?|f(a(ls?)?)?|n(ul?)?")
"""What is left where JSON breaks off inside of a number, or of a word."""
_CUT_ESCAPE: Final = 8
"""What is left of an escape is shorter."""
_FILE: Final = re.compile(r"[^\s{}\[\]\"]+\.(json|jsonl|ndjson|sse|txt)")


class Stream(list[Any]):
    """The decoded chunks of a body that can only be a stream, and no list of answers."""


def decode(body: bytes | str) -> object:
    """Decode JSON, server-sent events, or lines of JSON.

    Raises ``MalformedResponseError`` for anything else, saying what the body looks like.
    """
    data = encode(body) if isinstance(body, str) else body
    data = data.removeprefix(_BOM).strip()
    if not data:
        raise MalformedResponseError("$", "the body is empty")
    if _SSE_FIELD.match(data):
        return Stream(_chunks(_events(data)))
    try:
        return _json(data)
    except _FAILURES as error:
        lines = data.splitlines()
        if len(lines) > 1 and _is_json(lines[0]):
            return _chunks([line] for line in lines)
        hint = _hint(body, error) if isinstance(body, str) else ""
        raise MalformedResponseError("$", f"{_problem(data, error)}{hint}") from None


def _hint(text: str, error: Exception) -> str:
    """Say what to give instead of a text that is no body."""
    if _FILE.fullmatch(text):
        return "; if it names a file, give what that holds, path.read_bytes()"
    is_said = isinstance(error, json.JSONDecodeError) and error.pos == 0
    is_markup = text.lstrip().lower().startswith(_MARKUP)
    return "; give the response, not its text" if is_said and not is_markup else ""


def _json(data: bytes) -> Any:
    """Read JSON: the fast reader first, the standard library's for what it refuses."""
    from pydantic_core import from_json  # noqa: PLC0415 - not before something is parsed

    try:
        return from_json(data, cache_strings="keys")  # values hardly repeat: twice the work
    except ValueError:  # lone surrogates, deep nesting
        return json.loads(data.decode("utf-8", "surrogatepass"))


def _is_json(data: bytes) -> bool:
    try:
        _json(data)
    except _FAILURES:
        return False
    return True


def _events(data: bytes) -> Iterator[list[bytes]]:
    """Yield the lines of data of each event."""
    pending: list[bytes] = []
    for line in (*data.splitlines(), b""):
        if line.startswith(b"data:"):
            pending.append(line[5:])
        elif not line.strip():
            yield pending
            pending = []
        elif not _SSE_FIELD.match(line):  # the standard says to ignore it; some send errors so
            shown = clip(one_line(line[:200].decode("utf-8", "replace")), 60)
            raise MalformedResponseError("$", f"between the events of the stream stands: {shown}")


def _chunks(events: Iterable[list[bytes]]) -> list[Any]:
    """Decode the data of a stream's events."""
    chunks: list[Any] = []
    for text in chain.from_iterable(map(_values, events)):
        if text and text not in _NOTHING:
            try:
                chunks.append(_json(text))
            except _FAILURES as error:
                problem = _problem(text, error)
                raise MalformedResponseError(f"$[{len(chunks)}]", problem) from None
    return chunks


def _values(lines: list[bytes]) -> list[bytes]:
    """Return what an event holds: several values where a server leaves out the blank lines."""
    event = b"\n".join(lines)
    return [event] if len(lines) > 1 and _is_json(event) else [line.strip() for line in lines]


def _problem(data: bytes, error: Exception) -> str:
    """Say what a body looks like that is no JSON."""
    head = data[:200].decode("utf-8", "replace")
    shown = clip(one_line(head), 60)
    if isinstance(error, RecursionError):
        return "the JSON is nested too deeply to be an answer"
    if data.startswith(_GZIP):
        return "the body is compressed (gzip): decompress it, or give the client's response"
    if head.lower().startswith(_MARKUP):
        return f"the body is a web page, not JSON: {shown}"
    if isinstance(error, UnicodeDecodeError):
        return f"the body is no UTF-8 text: {shown}"
    if isinstance(error, json.JSONDecodeError):
        return _json_problem(error, shown)
    return f"the JSON holds an integer too long to be read: {shown}"  # Python limits the digits


def _json_problem(error: json.JSONDecodeError, shown: str) -> str:
    if _is_cut(error, error.doc[error.pos :].rstrip()):
        size = len(encode(error.doc))
        return f"the JSON breaks off after {size} bytes: …{one_line(error.doc[-30:])}"
    return f"the body is no JSON ({error.msg} at character {error.pos}): {shown}"


def _is_cut(error: json.JSONDecodeError, rest: str) -> bool:
    if not rest or error.msg.startswith("Unterminated string"):
        return True
    if "escape" in error.msg:
        return len(rest) < _CUT_ESCAPE and '"' not in rest
    return error.pos > 0 and _CUT.fullmatch(rest) is not None
