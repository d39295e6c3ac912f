"""Bytes of a request or an answer ↔ what a cassette holds of them.

At most one entry: ``"json"`` as it is spelled, the ``"events"`` of a stream, ``"text"``, or
``"base64"``; none for an empty body. Whatever does not come back the same from a kind that reads
well is stored as the next, so that nothing is lost.
"""

from __future__ import annotations

import gzip
import re
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any, Final, cast

from pytest_logprobs.cassettes._layout import (
    Raw,
    dumps,
    is_json,
    one_line,
    stripped_lines,
    with_lines,
    without_lines,
)

__all__ = ["body_of", "decompressed", "stored_body"]
__tracebackhide__ = True  # a failed test shows its own lines

_LINE_BREAK: Final = re.compile(r"\r\n|\n|\r")  # of a stream; others may stand in its data
_COMMENT: Final = ""  # what a line has before its colon that no reader heeds: a sign of life
_FIELDS: Final = frozenset({_COMMENT, "data", "event", "id", "retry"})
_LISTED: Final = (_COMMENT, "data")  # what may stand in several lines, one after the other
_LINES: Final = "\n"  # the name under which the lines of a text are listed


def stored_body(body: bytes, content_type: str, *, lines: bool) -> dict[str, object]:
    r"""Return the entry of a message for its body, which is not compressed.

    ``lines`` says to list the lines of the strings in JSON, as is done for requests: prompts.

    >>> stored_body(b'{"temperature": 1.0}', "application/json", lines=True)
    {'json': '{"temperature": 1.0}'}
    >>> stored_body(b"not\nfound", "text/plain; charset=utf-8", lines=False)
    {'text': {'\n': ['not', 'found']}}
    """
    if not body:
        return {}
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(body).decode()}
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == "text/event-stream":
        events = _events(text)
        if events:
            return {"events": events}
    elif _may_be_json(text, media_type) and is_json(text):
        spelled = with_lines(text) if lines else Raw(text)
        if spelled is not None and without_lines(spelled) == text:
            return {"json": spelled}
    return {"text": {_LINES: text.split("\n")} if "\n" in text else text}


def body_of(message: Mapping[str, object]) -> bytes:
    r"""Return the body of a request or an answer as a cassette holds it; white space may differ.

    >>> body_of({"events": [{"event": "done", "text": "[DONE]"}]})
    b'event: done\ndata: [DONE]\n\n'
    """
    if "json" in message:
        lines = stripped_lines(without_lines(dumps(message["json"])))
        return b"".join(map(str.encode, lines))  # one by one: what is ASCII takes no time
    if "events" in message:
        events = cast("Sequence[Mapping[str, object]]", message["events"])
        return "".join(map(_sent, events)).encode()
    if "base64" in message:
        return b64decode(str(message["base64"]))
    text = message.get("text", "")
    if isinstance(text, Mapping):
        return "\n".join(cast("Mapping[str, Sequence[str]]", text)[_LINES]).encode()
    return str(text).encode()


def decompressed(body: bytes, encoding: str) -> bytes | None:
    """Undo a ``content-encoding``, several separated by commas too.

    Returns ``None`` where that cannot be done: a body that is damaged or holds something else
    behind its end, JSON that a client decompressed already, an encoding that is not known, or one
    for which nothing is installed (``br`` and, before Python 3.14, ``zstd``).

    >>> decompressed(gzip.compress(b"{}"), "gzip")
    b'{}'
    """
    names = [name for part in encoding.split(",") if (name := part.strip().lower())]
    plain = body
    try:
        for name in reversed(names):  # the last one was applied last
            plain = _DECODERS[name](plain) if plain else plain
    except Exception:  # noqa: BLE001 - each decoder has errors of its own
        return None
    # Raw deflate and Brotli have no mark at their beginning: a text can be taken for either.
    return None if plain != body and _is_json(body) else plain


def _may_be_json(text: str, media_type: str) -> bool:
    """Return whether what is valid JSON is meant as such: many a client does not say so."""
    if media_type.endswith(("/json", "+json")):
        return True
    return not media_type.startswith("text/") and text.lstrip().startswith(("{", "["))


def _is_json(body: bytes) -> bool:
    try:
        return is_json(body.decode())
    except UnicodeDecodeError:
        return False


def _events(text: str) -> list[dict[str, object]] | None:
    """Read a stream of events; ``None`` where one could not be written again."""
    *blocks, rest = _blocks(text)
    if rest:
        return None
    events: list[dict[str, object]] = []
    for lines in filter(None, blocks):
        event = _event(lines)
        if event is None:
            return None
        events.append(event)
    return events


def _blocks(text: str) -> list[list[str]]:
    """Return the lines before each blank line, and last those which none follows."""
    *lines, rest = _LINE_BREAK.split(text)
    blocks: list[list[str]] = [[]]
    for line in lines:
        if line:
            blocks[-1].append(line)
        else:
            blocks.append([])
    return [*blocks, [rest]] if rest else blocks


def _event(lines: Sequence[str]) -> dict[str, object] | None:
    """Read the fields of an event, in their order; data and comments may have several lines."""
    fields: dict[str, list[str]] = {}
    last = ""
    for line in lines:
        name, _, value = line.partition(":")
        if name not in _FIELDS or (name in fields and not (name == last and name in _LISTED)):
            return None
        fields.setdefault(name, []).append(value.removeprefix(" ") if name else value)
        last = name
    return dict(_entry(name, values) for name, values in fields.items())


def _entry(name: str, values: Sequence[str]) -> tuple[str, object]:
    if name == _COMMENT:
        return "comment", "\n".join(values)
    if name != "data":
        return name, values[0]
    if len(values) == 1 and is_json(values[0]):
        return name, Raw(values[0])
    return "text", "\n".join(values)


def _sent(event: Mapping[str, object]) -> str:
    """Write an event as it is sent."""
    lines: list[str] = []
    for name, value in event.items():
        if name == "data":
            lines.append(f"data: {one_line(dumps(value))}\n")
        elif name == "text":
            lines += (f"data: {line}\n" for line in str(value).split("\n"))
        elif name == "comment":
            lines += (f":{line}\n" for line in str(value).split("\n"))
        else:
            lines.append(f"{name}: {value}\n")
    return f"{''.join(lines)}\n"


def _inflated(body: bytes) -> bytes:
    try:
        return _all_inflated(body, zlib.MAX_WBITS)
    except zlib.error:  # some servers leave out the wrapping that the standard asks for
        return _all_inflated(body, -zlib.MAX_WBITS)


def _all_inflated(body: bytes, window: int) -> bytes:
    # `zlib.decompress` ignores what follows the end, and an end is soon found in any text.
    inflater = zlib.decompressobj(window)
    plain = inflater.decompress(body)
    if not inflater.eof or inflater.unused_data:
        raise EOFError
    return plain


def _of_brotli(body: bytes) -> bytes:
    return cast("bytes", _installed("brotli", "brotlicffi").decompress(body))


def _of_zstd(body: bytes) -> bytes:
    module = _installed("compression.zstd", "backports.zstd", "zstandard")
    if module.__name__ != "zstandard":
        return cast("bytes", module.decompress(body))
    plain = b""
    while body:  # its own `decompress` wants the length, which no stream gives
        frame = module.ZstdDecompressor().decompressobj()
        plain += frame.decompress(body)
        if not frame.eof:
            raise EOFError
        body = frame.unused_data
    return plain


def _installed(*names: str) -> Any:  # noqa: ANN401 - modules that may not be there
    """Import the first of some modules that is installed."""
    for name in names:
        with suppress(ImportError):
            return import_module(name)
    raise ImportError


_DECODERS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "identity": bytes,
    "gzip": gzip.decompress,
    "x-gzip": gzip.decompress,
    "deflate": _inflated,
    "br": _of_brotli,
    "zstd": _of_zstd,
}
