"""Cassettes of vcrpy and pytest-recording, in YAML or JSON ↔ interactions as ours are stored.

All that vcrpy and what is built on it have written since 1.0 is read: bodies as texts, bytes, in
base64, in parts, or as the values that they mean (``parsed_body``); headers as texts or lists;
answers of httpx with a ``status_code`` and a ``content``.
"""

from __future__ import annotations

import http.client
import json
import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, Final, TypeGuard, cast

from pytest_logprobs._flaws import FlawError
from pytest_logprobs._quote import quote
from pytest_logprobs.cassettes._body import body_of
from pytest_logprobs.cassettes._decoding import walked
from pytest_logprobs.cassettes._layout import dumps
from pytest_logprobs.cassettes._matching import is_list, is_object
from pytest_logprobs.cassettes._messages import stored_request, stored_response
from pytest_logprobs.cassettes._schema import List, Object, Value, is_base64, is_text
from pytest_logprobs.cassettes._scrub import Rules
from pytest_logprobs.cassettes._yaml import BINARY, json_of_yaml, yaml_of
from pytest_logprobs.errors import LogprobsError

__all__ = ["foreign_cassette", "foreign_heads", "foreign_text", "is_foreign"]
__tracebackhide__ = True  # a failed test shows its own lines

# A document of YAML, past comments and what stands above it; or JSON, which may be anything else.
_BEGINNING: Final = re.compile(
    r"(?:(?:#|%|---).*\n|\s)*(?:(?:interactions|version|metadata):|- request:)"
    r'|\s*\{\s*(?:"version"\s*:\s*1\s*,\s*)?"interactions"\s*:\s*\[|\s*\[\s*\{\s*"request"\s*:'
)
_CODE: Final = re.compile("[0-9]{1,3}")
_OLD: Final = "a cassette of vcrpy before 1.0, which python -m vcr.migration FILE brings up to date"


class _Answer(Object):
    """A response, whose status has one of two names."""

    def problems(self, found: Mapping[str, object]) -> Any:  # noqa: ANN401 - an iterator of texts
        yield from super().problems(found)
        if not found.keys() & {"status", "status_code"}:
            yield 'expected the key "status"'


def is_foreign(text: str) -> bool:
    """Return whether a text begins as vcrpy's cassettes do, in YAML or JSON.

    >>> is_foreign("version: 1"), is_foreign('{"format": "pytest-logprobs cassette"')
    (True, False)
    """
    return _BEGINNING.match(text) is not None


def foreign_cassette(text: str, rules: Rules) -> tuple[bool, tuple[dict[str, object], ...]]:
    """Return what a cassette of vcrpy holds, as ``decoded_cassette`` does; it is always complete.

    The interactions are stored as ours are: what must not be in a file by the rules is left out.

    Raises ``FlawError`` where the text is no such cassette.
    """
    return True, tuple(_interaction(each, rules) for each in _interactions(text))


def foreign_heads(text: str) -> list[dict[str, Any]]:
    """Return the interactions without bodies and with all headers, those too that are not stored.

    Raises ``FlawError`` where the text is no cassette of vcrpy.
    """
    return [
        {
            "request": {"url": each["request"]["uri"], "headers": _headers(each["request"])},
            "response": {"headers": _headers(each["response"])},
        }
        for each in _interactions(text)
    ]


def _interactions(text: str) -> Sequence[Mapping[str, Any]]:
    found = _BEGINNING.match(text)
    if found and found[0].rstrip(" :").endswith(("- request", '"request"')):
        raise FlawError(0, _OLD, "foreign")
    spelling = None if text.lstrip().startswith("{") else json_of_yaml(text)
    value, flaws = walked(text if spelling is None else str(spelling), _CASSETTE)
    if spelling is not None and is_object(value) and "version" not in value:
        end = text.rstrip()  # vcrpy sorts: a file that is cut anywhere lacks its last line
        after = quote(end.rpartition("\n")[2].strip()[-38:])
        raise FlawError(len(end), f"the text breaks off after {after}: it says no version")
    if flaws:
        flaw = next(iter(flaws.values()))
        raise flaw if spelling is None else FlawError(spelling.place(flaw.offset), str(flaw))
    interactions: Sequence[Mapping[str, Any]] = value["interactions"]
    return interactions


def foreign_text(interactions: Sequence[Mapping[str, Any]], to: str) -> str:
    """Return the text of a cassette of vcrpy that holds the interactions, ``yaml`` or ``json``.

    Raises ``LogprobsError`` for a body that is no text, which vcrpy's JSON cannot hold.
    """
    value = {
        "interactions": [
            {
                "request": _their_request(each["request"]),
                "response": _their_answer(each["response"]),
            }
            for each in interactions
        ],
        "version": 1,
    }
    if to == "yaml":
        return yaml_of(value)
    try:
        return f"{json.dumps(value, indent=4)}\n"
    except TypeError:  # bytes
        raise LogprobsError(
            "a body is no text, which JSON of vcrpy cannot hold: write YAML"
        ) from None


def _interaction(found: Mapping[str, Any], rules: Rules) -> dict[str, object]:
    asked, came = found["request"], found["response"]
    status = came["status"] if "status" in came else came["status_code"]
    code = status["code"] if is_object(status) else status
    sent, got = _headers(asked), _headers(came)
    request = stored_request(asked["method"], asked["uri"], sent, _body(asked), rules)
    rules = rules.knowing(rules.sent(asked["uri"], sent))
    return {
        "request": request,
        "response": stored_response(int(code), got, _body(came), rules, request),
    }


def _headers(message: Mapping[str, Any]) -> dict[str, list[str]]:
    headers = cast("Mapping[str, object]", message.get("headers") or {})
    found = {name: value if is_list(value) else [value] for name, value in headers.items()}
    return {
        name: [_bytes(each).decode("latin-1") if is_object(each) else str(each) for each in values]
        for name, listed in found.items()
        if (values := [each for each in listed if each is not None])
    }


def _body(message: Mapping[str, Any]) -> bytes:
    if "parsed_body" in message:
        return dumps(message["parsed_body"]).encode()
    return _bytes(message.get("body", message.get("content")))


def _bytes(body: object) -> bytes:
    """Return the bytes of a body, whichever way it is stored."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    if _is_wrapped(body):
        return b64decode(str(body[BINARY])) if BINARY in body else _bytes(body.get("string"))
    if is_list(body) and all(isinstance(each, str) or _is_wrapped(each) for each in body):
        return b"".join(map(_bytes, body))  # what an iterator gave
    return dumps(body).encode()


def _is_wrapped(value: object) -> TypeGuard[dict[str, object]]:
    return is_object(value) and value.keys() <= {"string", BINARY, "encoding"}


def _are_bodies(value: object) -> bool:
    """Return whether what is said to be base64 is so."""
    if is_object(value) and _is_wrapped(value):
        return is_base64(value.get(BINARY, "")) and _are_bodies(value.get("string"))
    return not is_list(value) or all(map(_are_bodies, value))


def _are_headers(value: object) -> bool:
    if not is_object(value):
        return value is None
    listed = (each if is_list(each) else [each] for each in value.values())
    return all(map(is_text, value)) and all(map(_is_header, chain.from_iterable(listed)))


def _is_header(value: object) -> bool:
    if is_object(value):
        return _is_wrapped(value) and _are_bodies(value)
    return not is_list(value) and is_text(str(value))


def _is_status(value: object) -> bool:
    code: object = value.get("code") if is_object(value) else value
    return type(code) in (int, str) and _CODE.fullmatch(str(code)) is not None


def _their_request(request: Mapping[str, Any]) -> dict[str, object]:
    return {
        "body": _text(body_of(request)),
        "headers": _their_headers(request),
        "method": request["method"],
        "uri": request["url"],
    }


def _their_answer(response: Mapping[str, Any]) -> dict[str, object]:
    code = response["status"]
    return {
        "body": {"string": _text(body_of(response))},
        "headers": _their_headers(response),
        "status": {"code": code, "message": http.client.responses.get(code, "")},
    }


def _their_headers(message: Mapping[str, Any]) -> dict[str, list[str]]:
    headers = cast("Mapping[str, str | list[str]]", message.get("headers", {}))
    return {
        name: [value] if isinstance(value, str) else [*value] for name, value in headers.items()
    }


def _text(body: bytes) -> str | bytes:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body


_TEXT: Final = Value("a text", is_text)
_PARTS: Final[dict[str, Value | List | Object]] = {
    "headers": Value("an object of texts or lists of texts", _are_headers),
    **dict.fromkeys(("body", "content", "parsed_body"), Value("a body", _are_bodies)),
}
_ASKED: Final = Object({"method": _TEXT, "uri": _TEXT, **_PARTS}, ("method", "uri"))
_STATUS: Final = Value("a number", _is_status)
_CAME: Final = _Answer({"status": _STATUS, "status_code": _STATUS, **_PARTS})
_INTERACTION: Final = Object({"request": _ASKED, "response": _CAME}, ("request", "response"))
_CASSETTE: Final = Object(
    {
        "version": Value("1", lambda value: value in (1, "1")),
        "interactions": List(_INTERACTION),
    },
    ("version", "interactions"),
)
