"""HTTP messages of every kind, and a reader that tells whether they came back as they were.

The reader has nothing of the package: the standard library's JSON with every number as it is
spelled and every member in its place, and the event streams of the HTML standard.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from random import Random
from typing import Any, NamedTuple, NoReturn

__all__ = ["Message", "difference", "message"]

NUMBERS = (
    *("0", "-0", "-0.0", "0.0", "1.0", "1e400", "-1e400", "1E5", "1e-400", "0.10", "5e-324"),
    *(
        "-0.31273785233497620",
        "100000000000000000000",
        "9" * 5000,
        "2.5e+10",
        "1.7976931348623157e308",
    ),
)
STRINGS = (
    *(
        '""',
        '"a"',
        r'"\n"',
        r'"one\ntwo"',
        r'"\u000a"',
        r'"\ud83d"',
        r'"\udc00\ud83d"',
        '"漢字 🍕"',
    ),
    *(r'"\u0041"', r'"\/"', r'"\"\\"', '"\x7f"', '"\u2028"', '"data: 1"', '"NaN"', '" Paris"'),
    *('"token"', '"logprob"', '"bytes"', '"events"', '"json"', '"text"', r'"\u00e9"', '"é"'),
)
CONSTANTS = ("null", "true", "false")
WHITE = ("", "", "", " ", "\n", "\r\n", "\t", "  \n  ")
TYPES = (
    *("application/json", "application/json; charset=utf-8", "application/problem+json", ""),
    *("text/event-stream", "text/plain", "application/x-ndjson", "application/octet-stream"),
    *("image/png", "text/html", "multipart/form-data; boundary=x", "APPLICATION/JSON"),
)
LINES = (
    *(
        "data: 1.0",
        "data:[DONE]",
        "data",
        "data: ",
        "data: {",
        'data: {"logprob": -0.0}',
        "event: a",
    ),
    *("event:b", "id: 1", "id", "retry: 9", ": ping", ":", "x: y", "data: a: b", "data:  two"),
)
STATUSES = (200, 200, 200, 201, 204, 400, 429, 500, 503)


class Message(NamedTuple):
    """A response, as a server sends it, and what its body is when it is not compressed."""

    status: int
    headers: dict[str, list[str]]
    body: bytes
    sent: bytes


def message(random: Random, *, size: int = 0) -> Message:
    """Make a response; ``size``: of about so many bytes."""
    kind = random.choice(TYPES)
    made = random.choice((_json, _json, _json, _stream, _text, _binary, _broken))
    body = _large(random, size) if size else made(random)
    if made is _stream and random.random() < 0.8:
        kind = "text/event-stream"
    name, compress = random.choice([*_ENCODINGS.items()])
    headers = {"content-type": [kind]} if kind else {}
    if name:
        headers["content-encoding"] = [name]
    if random.random() < 0.3:
        headers["retry-after"] = [random.choice(("1", "20"))]
    return Message(random.choice(STATUSES), headers, body, compress(body))


def difference(body: bytes, back: bytes) -> str:
    """Return how the body that came back differs in more than white space; empty if it does not."""
    if body == back:
        return ""
    try:
        before, after = _values(body), _values(back)
    except (ValueError, RecursionError):
        before, after = _events(body), _events(back)
    if before == after:
        return ""
    return f"{body[:2000]!r} came back as {back[:2000]!r}"


def _json(random: Random) -> bytes:
    levels = random.choice((0, 1, 2, 3, 4, 4))
    text = _value(random, levels)
    if random.random() < 0.05:
        depth = random.choice((150, 198, 205, 400))
        text = "[" * depth + text + "]" * depth
    return text.encode()


def _value(random: Random, levels: int) -> str:
    def white() -> str:
        return random.choice(WHITE)

    if not levels or random.random() < 0.2:
        spelled = random.choice(random.choice((NUMBERS, STRINGS, CONSTANTS, _floats(random))))
        return f"{white()}{spelled}{white()}"
    inner = [_value(random, levels - 1) for _ in range(random.randrange(5))]
    if random.random() < 0.5:
        return f"{white()}[{','.join(inner) or white()}]{white()}"
    # of few names, so that one is there twice now and then
    members = [f"{white()}{random.choice(STRINGS)}{white()}:{each}" for each in inner]
    return f"{white()}{{{','.join(members) or white()}}}{white()}"


def _floats(random: Random) -> Sequence[str]:
    value = -random.expovariate(0.2)
    return repr(value), f"{value:.{random.randrange(30)}e}", f"{value:.{random.randrange(20)}f}"


def _stream(random: Random) -> bytes:
    end = random.choice(("\n", "\n", "\r\n", "\r"))
    blocks = []
    for _ in range(random.randrange(6)):
        lines = [random.choice(LINES) for _ in range(random.randrange(1, 4))]
        if random.random() < 0.5:
            value = _value(random, 3).replace("\r", " ").replace("\n", " ")
            lines = [f"data: {value}"]
        blocks.append(end.join(lines) + end)
    return (end.join(blocks) + random.choice((end, end, end, ""))).encode()


def _text(random: Random) -> bytes:
    alphabet = 'ab {}[]":,\n\r\t\x00\u2028é🍕'
    return "".join(random.choices(alphabet, k=random.randrange(40))).encode()


def _binary(random: Random) -> bytes:
    return random.randbytes(random.randrange(60))


def _broken(random: Random) -> bytes:
    body = _json(random)
    return body[: random.randrange(len(body) + 1)]


def _large(random: Random, size: int) -> bytes:
    entry = _value(random, 3)
    return f"[{','.join([entry] * (size // len(entry) + 1))}]".encode()


def _encodings() -> dict[str, Callable[[bytes], bytes]]:
    found: dict[str, Callable[[bytes], bytes]] = {
        "": bytes,
        "identity": bytes,
        "gzip": lambda body: gzip.compress(body, 1),
        "deflate": lambda body: zlib.compress(body, 1),
        "deflate, gzip": lambda body: gzip.compress(zlib.compress(body, 1), 1),
    }
    with suppress(ImportError):
        import brotli

        found["br"] = lambda body: brotli.compress(body, quality=1)
    with suppress(ImportError):
        import zstandard

        found["zstd"] = zstandard.compress
    return found


_ENCODINGS = _encodings()


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _values(body: bytes) -> Any:
    text = body.decode()
    return json.loads(
        text,
        object_pairs_hook=lambda pairs: ("object", pairs),
        parse_float=str,
        parse_int=lambda spelled: ("integer", spelled),
        parse_constant=_refuse,
    )


def _events(body: bytes) -> list[Any]:
    """Read a stream: the fields and comments of each event in their order, JSON as its values."""
    try:
        text = body.decode().replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        return [body]
    events: list[Any] = []
    for block in filter(None, text.split("\n\n")):
        fields: list[tuple[str, Any]] = []
        for line in filter(None, block.split("\n")):
            name, _, value = line.partition(":")
            fields.append((name, value.removeprefix(" ") if name else value))
        data = [value for name, value in fields if name == "data"]
        if len(data) == 1:
            with suppress(ValueError, RecursionError):
                fields = [(n, _values(v.encode()) if n == "data" else v) for n, v in fields]
        events.append(fields)
    return [event for event in events if event]
