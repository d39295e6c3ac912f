"""Cassettes of vcrpy in every spelling they have had, as the interactions that ours hold."""

from __future__ import annotations

import base64
import gzip
import json

import pytest
from vcr.request import Request
from vcr.serialize import deserialize, serialize
from vcr.serializers import jsonserializer, yamlserializer

from pytest_logprobs.cassettes._body import body_of
from pytest_logprobs.cassettes._file import cassette_of, cassette_text, read_cassette
from pytest_logprobs.cassettes._foreign import foreign_text
from pytest_logprobs.cassettes._messages import stored_request, stored_response
from pytest_logprobs.cassettes._scrub import Rules

URL = "https://api.example/v1/chat"
BODY = b'{"logprob": -0.10, "text": "\xc3\xa9"}'
PACKED = base64.b64encode(BODY).decode()
STREAM = b'event: a\ndata: {"n": 1.0}\n\ndata: [DONE]\n\n'
SERIALIZERS = {"yaml": yamlserializer, "json": jsonserializer}

HEAD = f"interactions:\n- request:\n    method: POST\n    uri: {URL}\n"


def read(text, path="c.yaml", **options):
    """Return the interactions in a text."""
    data = text if isinstance(text, bytes) else text.encode()
    cassette = cassette_of(data, path, **options)
    assert cassette.complete
    return cassette.interactions


def answered(response, request="    body: ''\n    headers: {}\n"):
    """Return the one interaction of a YAML with the lines of a response."""
    lines = "".join(f"    {line}\n" for line in response.splitlines())
    (found,) = read(f"{HEAD}{request}  response:\n{lines}version: 1\n")
    return found


BODIES = {
    "text": 'body: {string: \'{"logprob": -0.10, "text": "é"}\'}',
    "escaped": 'body: {string: "{\\"logprob\\": -0.10, \\"text\\": \\"\\xe9\\"}"}',
    "binary": f"body: {{string: !!binary {PACKED}}}",
    "binary-lines": f"body:\n  string: !!binary |\n    {PACKED[:8]}\n    {PACKED[8:]}",
    "base64": f"body: {{base64_string: {PACKED}}}",
    "encoding": f"body: {{encoding: utf-8, base64_string: {PACKED}}}",
    "encoding-text": 'body: {encoding: utf-8, string: \'{"logprob": -0.10, "text": "é"}\'}',
    "python-2": 'body: {string: !!python/unicode \'{"logprob": -0.10, "text": "é"}\'}',
    "parsed": "parsed_body: {logprob: -0.10, text: é}",
    "parsed-body": "body: {logprob: -0.10, text: é}",
    "parsed-string": "body:\n  string:\n    logprob: -0.10\n    text: é",
    "httpx": 'content: \'{"logprob": -0.10, "text": "é"}\'',
    "iterator": 'body:\n  string:\n  - \'{"logprob": -0.10,\'\n  - \' "text": "é"}\'',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_the_body_of_an_answer(body):
    """Whichever way it was stored, it is what the server sent, its numbers as they are spelled."""
    found = answered(f"{body}\nheaders: {{}}\nstatus: {{code: 200, message: OK}}")
    assert found["response"]["status"] == 200
    assert found["response"]["json"].replace(" ", "") == BODY.decode().replace(" ", "")


STATES = ["{code: 429, message: Slow down}", "429", "'429'", "{code: '429'}"]


@pytest.mark.parametrize("status", [*(f"status: {each}" for each in STATES), "status_code: 429"])
def test_the_status(status):
    """It may be an object, a number or a text, and httpx had another name for it."""
    assert answered(f"{status}\nbody: {{string: ''}}")["response"] == {"status": 429}


HEADERS = {
    "lists": "{Content-Type: [text/plain], Retry-After: ['07'], Set-Cookie: [id=1]}",
    "texts": "{content-type: text/plain, retry-after: 07, set-cookie: id=1}",
    "numbers": "{content-type: [text/plain], retry-after: [07], x: [yes, 1_0, null], y: null}",
    "bytes": "{content-type: [!!binary dGV4dC9wbGFpbg==], retry-after: ['07']}",
    "aliases": "{content-type: [text/plain], x: &seven ['07'], retry-after: *seven}",
    "null": "{content-type: [text/plain, null], retry-after: '07', x: [null]}",
    "tuples": "{content-type: !!python/tuple [text/plain], retry-after: [!!python/str '07']}",
}


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
def test_headers(headers):
    """They are texts, whatever YAML would take them for, and those that are not kept are gone."""
    found = answered(f"status: 200\nheaders: {headers}\nbody: {{string: pong}}")
    kept = {"content-type": "text/plain", "retry-after": "07"}
    assert found["response"] == {"status": 200, "headers": kept, "text": "pong"}


@pytest.mark.parametrize(
    ("body", "stored"),
    [
        ("body: null", {}),
        ("body: ''", {}),
        ("body: 0123", {"text": "0123"}),
        ("body: yes", {"text": "yes"}),
        ("body: 2024-01-01", {"text": "2024-01-01"}),
        ("body: !!binary /w==", {"base64": "/w=="}),
        ('body: \'{"n": 1.0}\'', {"json": '{"n": 1.0}'}),
        ("body: [a, !!binary Yg==]", {"text": "ab"}),
        ("parsed_body: []", {"json": "[]"}),
        ("parsed_body: {a: .5, b: yes, c: 'yes', d: 1.0e-05, e: null}",
         {"json": '{"a":0.5,"b":true,"c":"yes","d":1.0e-05,"e":null}'}),
        ("body: !!python/object/apply:builtins.iter\n      args: [[a, b]]", {"text": "ab"}),
        ("body: !!python/object/new:_io.BytesIO\n      state: !!python/tuple [!!binary YWI=, 0]",
         {"text": "ab"}),
    ],
)  # fmt: skip
def test_the_body_of_a_request(body, stored):
    """Of what is no text, the content is read, and no object of Python is made."""
    found = answered("status: 200\nbody: {string: ''}", f"    {body}\n    headers: {{}}\n")
    assert found["request"] == {"method": "POST", "url": URL, **stored}


def test_a_compressed_answer():
    """It is stored as what is in it."""
    packed = base64.b64encode(gzip.compress(BODY)).decode()
    headers = "headers: {content-encoding: [gzip], content-type: [application/json]}"
    found = answered(f"status: 200\n{headers}\nbody: {{string: !!binary {packed}}}")
    assert found == {
        "request": {"method": "POST", "url": URL},
        "response": stored_response(200, {"content-type": "application/json"}, BODY),
    }


def test_a_stream():
    """It is stored as its events."""
    headers = "headers: {content-type: [text/event-stream]}"
    text = json.dumps(STREAM.decode())
    found = answered(f"status: 200\n{headers}\nbody: {{string: {text}}}")
    stored = stored_response(200, {"content-type": "text/event-stream"}, STREAM)
    assert found["response"] == stored
    assert [*stored] == ["status", "headers", "events"]


def recorded(path):
    """Return an interaction of every kind, as vcrpy has it: requests, and responses."""
    asked = [
        Request("POST", URL, b'{"n": 1.0, "q": "\xc3\xa9"}', {"content-type": "application/json"}),
        Request("GET", f"{URL}?page=2", None, {"authorization": "Bearer sk-1234567890ab"}),
        Request("POST", URL, b"line 1\nline 2\n", {}),
    ]
    came = [
        (200, "application/json", BODY),
        (404, "text/plain", b"no: such\tpage \n" * 9),
        (200, "text/event-stream", STREAM),
    ]
    if path == "yaml":
        asked.append(Request("POST", URL, b"\xff\x00", {}))
        came.append((500, "image/png", b"\x89PNG\x00"))
    return asked, [
        {
            "status": {"code": code, "message": "…"},
            "headers": {"Content-Type": [kind], "X-Request-Id": ["1"]},
            "body": {"string": body},
        }
        for code, kind, body in came
    ]


@pytest.mark.parametrize("kind", SERIALIZERS)
@pytest.mark.parametrize("metadata", [None, {"recorded": "2024-01-01"}])
def test_what_vcrpy_writes(kind, metadata):
    """Its own code writes a cassette, and ours reads what it recorded."""
    requests, responses = recorded(kind)
    written = {"requests": requests, "responses": responses, "metadata": metadata}
    found = read(serialize(written, SERIALIZERS[kind]), f"c.{kind}")
    requests, responses = recorded(kind)
    assert found == tuple(
        {
            "request": stored_request(each.method, each.uri, each.headers, each.body or b""),
            "response": stored_response(
                came["status"]["code"], came["headers"], came["body"]["string"]
            ),
        }
        for each, came in zip(requests, responses, strict=True)
    )


@pytest.mark.parametrize("kind", SERIALIZERS)
def test_what_vcrpy_reads(kind):
    """Its own code reads what ours writes: requests, status, headers and bodies, in their order."""
    requests, responses = recorded(kind)
    there = read(serialize({"requests": requests, "responses": responses}, SERIALIZERS[kind]))
    asked, came, *_ = deserialize(foreign_text(there, kind), SERIALIZERS[kind])
    assert [(each.method, each.uri, each.body or b"") for each in asked] == [
        (each.method, each.uri, each.body or b"") for each in recorded(kind)[0]
    ]
    bodies = [each["body"]["string"].replace(b" ", b"") for each in came]
    assert bodies == [each["body"]["string"].replace(b" ", b"") for each in recorded(kind)[1]]
    assert [each["status"]["code"] for each in came] == [200, 404, 200, 500][: len(came)]
    assert [each["headers"]["content-type"] for each in came] == [
        each["headers"]["Content-Type"] for each in recorded(kind)[1]
    ]


@pytest.mark.parametrize("kind", SERIALIZERS)
def test_there_and_back(kind):
    """A cassette of ours comes back from vcrpy's kinds as it was, to the byte."""
    requests, responses = recorded(kind)
    there = read(serialize({"requests": requests, "responses": responses}, SERIALIZERS[kind]))
    text = cassette_text(True, there)
    ours = read(text)
    assert cassette_text(True, read(foreign_text(ours, kind))) == text
    assert list(map(body_of, (each["response"] for each in ours)))[1] == b"no: such\tpage \n" * 9


def test_rules(tmp_path):
    """What a project takes out of its own cassettes is taken out of these."""
    path = tmp_path / "c.yaml"
    path.write_text(f"{HEAD}    body: my name\n  response: {{status: 200}}\nversion: 1\n")
    read_it = read_cassette(path, rules=Rules(secrets={"my name": "a name"}))
    assert "my name" not in read_it.interactions[0]["request"]["text"]
