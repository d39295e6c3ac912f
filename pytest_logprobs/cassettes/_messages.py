"""A request and its response as they are stored, and back as they were on the wire."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from importlib.metadata import version
from typing import Any, Final, cast

from pytest_logprobs._model import Request
from pytest_logprobs._traffic import Exchange
from pytest_logprobs.cassettes._body import body_of, decompressed, stored_body
from pytest_logprobs.cassettes._matching import body_value, is_object
from pytest_logprobs.cassettes._scrub import (
    REQUEST_HEADERS,
    RESPONSE_HEADERS,
    kept_headers,
    scrubbed_url,
)

__all__ = [
    "exchange_of",
    "header",
    "provenance",
    "stored_request",
    "stored_response",
    "wire_headers",
]
__tracebackhide__ = True  # a failed test shows its own lines

_Headers = Mapping[str, Any]
"""Name → a value or a list of values, as clients have them."""

_PRODUCT: Final = re.compile(r"[\w.-]{1,40}(?:/[\w.-]{1,40})?(?: \d[\w.]{0,20})?")
"""The first name and version of a user agent: ``OpenAI/Python 3.54.0``, ``python-httpx/0.28.1``."""


def stored_request(method: str, url: str, headers: _Headers, body: bytes) -> dict[str, Any]:
    """Return a request as it is stored, without what must not be.

    >>> stored_request("post", "https://api.example/v1?api_key=abc", {"Cookie": "s=1"}, b"hello")
    {'method': 'POST', 'url': 'https://api.example/v1?api_key=REDACTED', 'text': 'hello'}
    """
    kept = kept_headers(headers, REQUEST_HEADERS)
    return {
        "method": method.upper(),
        "url": scrubbed_url(url),
        **({"headers": kept} if kept else {}),
        **stored_body(body, header(headers, "content-type"), lines=True),
    }


def stored_response(status: int, headers: _Headers, body: bytes) -> dict[str, Any]:
    """Return a response as it is stored: decompressed, where a decoder is at hand.

    >>> stored_response(200, {"Content-Type": ["text/plain"], "Set-Cookie": ["s=1"]}, b"pong")
    {'status': 200, 'headers': {'content-type': 'text/plain'}, 'text': 'pong'}
    """
    kept = kept_headers(headers, RESPONSE_HEADERS)
    encoding, kind = header(headers, "content-encoding"), header(headers, "content-type")
    plain = decompressed(body, encoding)
    stored = stored_body(body if plain is None else plain, kind, lines=False)
    if plain is None and "base64" in stored:  # else the client decoded it already, as aiohttp does
        kept["content-encoding"] = encoding
    return {"status": status, **({"headers": kept} if kept else {}), **stored}


def wire_headers(response: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the headers of a stored response for a client, the length of the body included."""
    kept = cast("Mapping[str, str | list[str]]", response.get("headers", {}))
    headers = {
        name: value if isinstance(value, list) else [value]  # as vcrpy's stubs want them
        for name, value in kept.items()
    }
    return {**headers, "content-length": [str(len(body_of(response)))]}


def exchange_of(interaction: Mapping[str, Any]) -> Exchange:
    """Return an interaction as an exchange: the decoded request, and the body that came back."""
    request, response = interaction["request"], interaction["response"]
    value = body_value(request)
    asked = Request(request["url"], value if is_object(value) else {})
    return Exchange(asked, response["status"], body_of(response))


def provenance(headers: _Headers) -> dict[str, str]:
    """Return when, by what plugin and by what client a request is being made."""
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    client = _PRODUCT.match(header(headers, "user-agent"))  # who it is, not what else it tells
    return {
        "at": now,
        "plugin": version("pytest-logprobs"),
        **({"client": client[0]} if client else {}),
    }


def header(headers: _Headers, name: str) -> str:
    """Return the value of a header, whatever the case of its name; empty if there is none."""
    value = kept_headers(headers, {name}).get(name, "")
    return value if isinstance(value, str) else ", ".join(value)
