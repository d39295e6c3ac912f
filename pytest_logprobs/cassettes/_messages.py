"""A request and its response as they are stored, and back as they were on the wire."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from functools import cache
from importlib.metadata import version
from typing import Any, Final, cast

from pytest_logprobs._model import Request
from pytest_logprobs._traffic import Exchange
from pytest_logprobs.cassettes._body import body_of, decompressed, stored_body
from pytest_logprobs.cassettes._matching import body_value, is_object
from pytest_logprobs.cassettes._multipart import steady
from pytest_logprobs.cassettes._scrub import (
    REQUEST_HEADERS,
    RESPONSE_HEADERS,
    Rules,
    kept_headers,
    plain_headers,
)

__all__ = [
    "answering",
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

_USUAL: Final = Rules()
_version: Final = cache(version)  # which reads files each time
_LONGEST: Final = 200  # of what is taken for a name
_PRODUCT: Final = re.compile(r"[\w.-]{1,40}(?:/[\w.-]{1,40})?(?: \d[\w.]{0,20})?")
"""The first name and version of a user agent: ``OpenAI/Python 3.54.0``, ``python-httpx/0.28.1``."""


def stored_request(
    method: str, url: str, headers: _Headers, body: bytes, rules: Rules = _USUAL
) -> dict[str, Any]:
    """Return a request as it is stored: decompressed likewise, and without what must not be.

    >>> stored_request("post", "https://api.example/v1?api_key=abc", {"Cookie": "s=1"}, b"hello")
    {'method': 'POST', 'url': 'https://api.example/v1?api_key=REDACTED', 'text': 'hello'}
    """
    rules = rules.knowing(rules.sent(url, headers))
    plain = decompressed(body, header(headers, "content-encoding"))
    body = body if plain is None else plain
    if rules.hook:
        interaction = {"request": _on_the_wire(headers, body, method=method, url=url)}
        rules.hook(interaction)
        method, url, headers, body = _as_left(interaction["request"], "method", "url")
    kind, body = steady(header(headers, "content-type"), body)
    kept = rules.kept(headers, REQUEST_HEADERS)
    if "content-type" in kept:
        kept["content-type"] = kind
    return {
        "method": method.upper(),
        "url": rules.url(url),
        **({"headers": kept} if kept else {}),
        **stored_body(rules.body(body, kind), kind, lines=True),
    }


def stored_response(
    status: int,
    headers: _Headers,
    body: bytes,
    rules: Rules = _USUAL,
    request: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a response as it is stored: decompressed, where a decoder is at hand.

    ``request`` is the stored request, which the project's hook is shown.

    >>> stored_response(200, {"Content-Type": ["text/plain"], "Set-Cookie": ["s=1"]}, b"pong")
    {'status': 200, 'headers': {'content-type': 'text/plain'}, 'text': 'pong'}
    """
    encoding = header(headers, "content-encoding")
    plain = decompressed(body, encoding)
    body = body if plain is None else plain
    if rules.hook and request:
        head = {"method": request["method"], "url": request["url"]}
        interaction = {
            "request": _on_the_wire(request.get("headers", {}), body_of(request), **head),
            "response": _on_the_wire(headers, body, status=status),
        }
        rules.hook(interaction)
        status, headers, body = _as_left(interaction["response"], "status")
    kept = rules.kept(headers, RESPONSE_HEADERS)
    kind = header(headers, "content-type")
    stored = stored_body(rules.body(body, kind), kind, lines=False)
    if plain is None and "base64" in stored:  # else the client decoded it already, as aiohttp does
        kept["content-encoding"] = encoding
    return {"status": status, **({"headers": kept} if kept else {}), **stored}


def wire_headers(response: Mapping[str, Any], body: bytes) -> dict[str, list[str]]:
    """Return the headers of a stored response for a client, the length of its body included."""
    kept = cast("Mapping[str, str | list[str]]", response.get("headers", {}))
    headers = {
        name: value if isinstance(value, list) else [value]  # as vcrpy's stubs want them
        for name, value in kept.items()
    }
    return {**headers, "content-length": [str(len(body))]}


def exchange_of(interaction: Mapping[str, Any]) -> Exchange:
    """Return an interaction as an exchange: the decoded request, and the body that came back."""
    request, response = interaction["request"], interaction["response"]
    value = body_value(request)
    asked = Request(request["url"], value if is_object(value) else {})
    return Exchange(asked, response["status"], body_of(response))


def provenance(
    headers: _Headers, request: Mapping[str, Any], response: Mapping[str, Any]
) -> dict[str, str]:
    """Return when, by what plugin, by what client and by what model a request was answered.

    ``headers`` are those that were sent, ``request`` and ``response`` what is stored. The model
    that was asked for is told where the answer names another.
    """
    client = _PRODUCT.match(header(headers, "user-agent"))  # who it is, not what else it tells
    asked, (model, fingerprint) = _model_of(body_value(request)), answering(response)
    told = {
        "at": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "plugin": _version("pytest-logprobs"),
        "client": client[0] if client else "",
        "requested_model": asked if model and asked != model else "",
        "model": model,
        "system_fingerprint": fingerprint,
    }
    return {name: value for name, value in told.items() if value}


def answering(response: Mapping[str, Any]) -> tuple[str, str]:
    """Return which model a response is from and its fingerprint, as far as it tells."""
    events = response.get("events", ())
    bodies = (event["data"] for event in events if "data" in event) if events else [response]
    model = fingerprint = ""
    for each in bodies:
        value = body_value({"json": each} if events else each)
        model = model or _model_of(value)
        fingerprint = fingerprint or _named(value, "system_fingerprint")
        if model:
            break
    return model, fingerprint


def _model_of(value: object) -> str:
    """Return the model that a body names, also that of a stream's first event."""
    inner = (
        [value[name] for name in ("message", "response") if name in value]
        if is_object(value)
        else []
    )
    names = [_named(value, name) for name in ("model", "modelVersion")]
    return next(filter(None, [*names, *(_named(each, "model") for each in inner)]), "")


def _named(value: object, name: str) -> str:
    found = value.get(name) if is_object(value) else None
    return (
        found if isinstance(found, str) and len(found) <= _LONGEST and found.isprintable() else ""
    )


def _on_the_wire(headers: _Headers, body: bytes, **head: object) -> dict[str, Any]:
    """Return a request or a response as a project's hook gets it."""
    try:
        said: str | bytes = body.decode()
    except UnicodeDecodeError:
        said = body
    return {**head, "headers": plain_headers(headers), "body": said}


def _as_left(message: Mapping[str, Any], *head: str) -> tuple[Any, ...]:
    """Return what a project's hook has left of a request or a response, the body as bytes."""
    body = message["body"]
    said = body.encode() if isinstance(body, str) else bytes(body)
    return (*(message[name] for name in head), message["headers"], said)


def header(headers: _Headers, name: str) -> str:
    """Return the value of a header, whatever the case of its name; empty if there is none."""
    value = kept_headers(headers, {name}).get(name, "")
    return value if isinstance(value, str) else ", ".join(value)
