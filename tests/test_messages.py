"""A request and its response as a cassette holds them, and back as they were on the wire."""

from __future__ import annotations

import gzip
import re
import zlib
from base64 import b64encode
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec

import pytest

from pytest_logprobs.cassettes._body import body_of
from pytest_logprobs.cassettes._layout import Raw
from pytest_logprobs.cassettes._messages import (
    header,
    provenance,
    stored_request,
    stored_response,
    wire_headers,
)

URL = "https://api.example/v1/chat/completions"
JSON = {"Content-Type": "application/json"}
BODY = b'{"choices": [], "n": 1.0}'


def test_a_request_as_it_is_stored():
    """Method, URL, the headers of a short list, and the body with its prompt as lines."""
    headers = {
        "Accept": "application/json",
        "Authorization": "Bearer sk-1",
        "Content-Length": "80",
        "Content-Type": "application/json",
        "Cookie": "session=1",
        "User-Agent": "OpenAI/Python 3.54.0",
        "X-Api-Key": "sk-1",
    }
    assert stored_request("post", f"{URL}?api-key=sk-1", headers, b'{"prompt": "a\\nb"}') == {
        "method": "POST",
        "url": f"{URL}?api-key=REDACTED",
        "headers": {"accept": "application/json", "content-type": "application/json"},
        "json": '{"prompt": {"\\n": ["a", "b"]}}',
    }


def test_a_request_without_headers_and_body():
    """What is empty is left out."""
    request = stored_request("GET", "https://api.example/v1/models", {"Cookie": "a=1"}, b"")
    assert request == {"method": "GET", "url": "https://api.example/v1/models"}


def test_a_response_as_it_is_stored():
    """Status, the headers that a client acts on, and the body as it is spelled."""
    headers = {
        "Content-Length": ["25"],
        "Content-Type": ["application/json"],
        "Location": ["https://me:pw@api.example/?access_token=abc"],
        "Retry-After": ["1"],
        "Server": ["uvicorn"],
        "Set-Cookie": ["session=1", "other=2"],
    }
    assert stored_response(429, headers, BODY) == {
        "status": 429,
        "headers": {
            "content-type": "application/json",
            "location": "https://api.example/?access_token=REDACTED",
            "retry-after": "1",
        },
        "json": '{"choices": [], "n": 1.0}',
    }


def brotli(body):
    """Compress as ``br``."""
    return pytest.importorskip("brotli").compress(body)


def zstd(body):
    """Compress as ``zstd``, with any of the modules that can."""
    names = ("compression.zstd", "backports.zstd", "zstandard")
    found = [name for name in names if is_installed(name)]
    return import_module(found[0]).compress(body) if found else pytest.skip("none is installed")


def is_installed(name):
    """Return whether a module can be imported."""
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # the package that would hold it
        return False


def raw_deflate(body):
    """Compress without the wrapping of zlib."""
    compress = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compress.compress(body) + compress.flush()


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [
        ("gzip", gzip.compress),
        ("GZip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("deflate, gzip", lambda body: gzip.compress(zlib.compress(body))),
        ("identity", bytes),
        ("br", brotli),
        ("zstd", zstd),
    ],
    ids=["gzip", "case", "deflate", "raw-deflate", "two", "identity", "br", "zstd"],
)
def test_a_compressed_response_is_stored_plain(encoding, compress):
    """The body is decompressed, and nothing says any more that it was compressed."""
    stored = stored_response(200, {**JSON, "Content-Encoding": encoding}, compress(BODY))
    assert stored == {
        "status": 200,
        "headers": {"content-type": "application/json"},
        "json": BODY.decode(),
    }
    assert wire_headers(stored, body_of(stored)) == {
        "content-type": ["application/json"],
        "content-length": [str(len(BODY))],
    }


def test_a_compressed_request_is_stored_plain():
    """So it matches, for the time stands in what is compressed, and no key hides in there."""
    key = "q7Rw-2xTz-9Lm4"
    sent = {**JSON, "Content-Encoding": "gzip", "Authorization": f"Bearer {key}"}
    body = f'{{"prompt": "Is {key} a key?"}}'.encode()
    assert stored_request("POST", "https://api.example", sent, gzip.compress(body)) == {
        "method": "POST",
        "url": "https://api.example",
        "headers": {"content-type": "application/json"},
        "json": '{"prompt": "Is REDACTED a key?"}',
    }
    damaged = stored_request("POST", "https://api.example", sent, b"\x1f\x8b")
    assert damaged["base64"] == "H4s="


@pytest.mark.parametrize("encoding", ["gzip", "zstd", "br", "unheard-of"])
def test_what_cannot_be_decompressed_is_kept_as_it_is(encoding):
    """Damaged, or of an unknown kind: the bytes are stored with their encoding, for the client."""
    body = b"\x1f\x8b\xff\x00damaged"
    stored = stored_response(200, {**JSON, "Content-Encoding": encoding}, body)
    assert stored == {
        "status": 200,
        "headers": {"content-type": "application/json", "content-encoding": encoding},
        "base64": b64encode(body).decode(),
    }
    assert wire_headers(stored, body_of(stored)) == {
        "content-type": ["application/json"],
        "content-encoding": [encoding],
        "content-length": [str(len(body))],
    }


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_a_body_that_the_client_decompressed(encoding):
    """The stub of aiohttp gives the plain body with the headers as they came: it is plain."""
    stored = stored_response(200, {**JSON, "Content-Encoding": encoding}, BODY)
    assert stored == {
        "status": 200,
        "headers": {"content-type": "application/json"},
        "json": BODY.decode(),
    }


def test_an_empty_response():
    """A response without a body has no entry for one, and a length of zero."""
    stored = stored_response(204, {"Content-Encoding": "gzip"}, b"")
    assert stored == {"status": 204}
    assert wire_headers(stored, body_of(stored)) == {"content-length": ["0"]}


def test_headers_that_are_repeated():
    """A header that came twice is sent twice; the length is that of the body as it is sent now."""
    stored = stored_response(307, {"Location": ["/a", "/b"], "Content-Length": "999"}, b"pong")
    assert stored == {
        "status": 307,
        "headers": {"location": ["/a", "/b"]},
        "text": "pong",
    }
    assert wire_headers(stored, body_of(stored)) == {
        "location": ["/a", "/b"],
        "content-length": ["4"],
    }


def test_the_length_is_that_of_the_body_as_it_is_sent():
    """A body that is laid out over several lines in the file is sent on one."""
    stored = {"status": 200, "json": Raw('{\n  "text": "é"\n}')}
    assert wire_headers(stored, body_of(stored)) == {
        "content-length": [str(len('{"text": "é"}'.encode()))]
    }


@pytest.mark.parametrize(
    ("headers", "value"),
    [
        ({"Content-Type": "text/plain"}, "text/plain"),
        ({"content-type": b"text/plain"}, "text/plain"),
        ({"CONTENT-TYPE": ["text/plain"]}, "text/plain"),
        ({"Content-Type": (b"text/plain",)}, "text/plain"),
        ({"Content-Type": ["a/b", "c/d"]}, "a/b, c/d"),
        ({"Content-Type": []}, ""),
        ({"Accept": "text/plain"}, ""),
        ({}, ""),
    ],
)
def test_a_header_as_any_client_has_it(headers, value):
    """The case of a name does not matter; a value is a text, bytes, or several of them."""
    assert header(headers, "content-type") == value


def test_provenance():
    """When, by which plugin, and by which client, where it says so."""
    sent = {"User-Agent": b"OpenAI/Python 3.54.0", "Authorization": "Bearer sk-1"}
    told = provenance(sent, {}, {})
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", told.pop("at"))
    assert told == {"plugin": version("pytest-logprobs"), "client": "OpenAI/Python 3.54.0"}
    assert [*provenance({}, {}, {})] == ["at", "plugin"]


@pytest.mark.parametrize(
    ("agent", "client"),
    [
        ("OpenAI/Python 3.54.0", "OpenAI/Python 3.54.0"),
        ("AsyncOpenAI/Python 3.54.0 extra", "AsyncOpenAI/Python 3.54.0"),
        ("python-httpx/0.28.1", "python-httpx/0.28.1"),
        ("Python/3.11 aiohttp/3.14.0", "Python/3.11"),
        ("litellm/1.106 (sk-1234567890abcdef; user=me)", "litellm/1.106"),
    ],
)
def test_the_client_is_its_name_and_version(agent, client):
    """What else a user agent tells is nobody's business."""
    assert provenance({"user-agent": agent}, {}, {})["client"] == client
