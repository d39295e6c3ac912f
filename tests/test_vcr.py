"""The seam to vcrpy: what its stubs ask, and how often; bodies as clients hand them over."""

from __future__ import annotations

import asyncio
import http.client
import io
from datetime import date
from pathlib import Path

import aiohttp
import pytest
import requests
import urllib3

from pytest_logprobs import LogprobsError
from pytest_logprobs._traffic import Traffic
from pytest_logprobs.cassettes import LogprobsCassette, Plan, guarded, patched_clients
from pytest_logprobs.cassettes._file import write_cassette
from pytest_logprobs.cassettes._messages import stored_request, stored_response
from pytest_logprobs.cassettes._vcr import _bytes

URL = "https://api.example/v1"


@pytest.fixture(autouse=True)
def guard():
    """See to it that nothing leaves this machine, whatever a stub does."""
    with guarded((), PermissionError):
        yield


def interaction(question, status=200, answer=b'{"n": 1}', url=URL, **headers):
    """Return what a file holds of a request and its answer."""
    response = {"content-type": "application/json", **headers}
    return {
        "request": stored_request("POST", url, {}, question),
        "response": stored_response(status, response, answer),
        "recorded": {"at": "2026-11-23T08:00:00Z", "plugin": "0.1.0"},
    }


def opened(tmp_path: Path, *interactions):
    """Return a cassette that replays some recordings."""
    path = tmp_path / "cassette.json"
    write_cassette(path, True, interactions)
    about = {"shown": path.name, "test": "test_it", "command": "pytest {}".format, "root": tmp_path}
    plan = Plan(path=path, mode="none", **about)
    return LogprobsCassette(plan, Traffic())


def test_a_connection_that_is_used_again(tmp_path):
    """One that connects again asks for the request before once more; that plays nothing."""
    cassette = opened(tmp_path, interaction(b"first"), interaction(b"second"))
    with patched_clients(lambda: cassette):
        connection = http.client.HTTPSConnection("api.example")
        for body in (b"first", b"second"):
            connection.connect()
            connection.request("POST", "/v1", body)
            assert connection.getresponse().read() == b'{"n": 1}'
            connection.close()
    assert (cassette.play_count, cassette.misses) == (2, ())


@pytest.mark.parametrize(
    ("status", "reason"), [(200, "OK"), (429, "Too Many Requests"), (599, ""), (299, "")]
)
def test_what_a_client_gets(tmp_path, status, reason):
    """Status with its usual phrase, headers, and a body of the length that the headers say."""
    cassette = opened(tmp_path, interaction(b"{}", status, b'{"text": "\xc3\xa9"}'))
    with patched_clients(lambda: cassette):
        response = urllib3.PoolManager().request("POST", URL, body=b"{}", retries=False)
    assert (response.status, response.reason) == (status, reason)
    assert response.data == b'{"text": "\xc3\xa9"}'
    assert dict(response.headers) == {"content-type": "application/json", "content-length": "14"}


def test_the_cassette_of_the_moment_is_asked(tmp_path):
    """Which cassette is open may change while a client stays."""
    first, second = tmp_path / "first", tmp_path / "second"
    one = opened(first, interaction(b"{}", answer=b'"one"'))
    two = opened(second, interaction(b"{}", answer=b'"two"'))
    stack = [one]
    with patched_clients(lambda: stack[-1]), requests.Session() as session:
        stack.append(two)
        assert session.post(URL, b"{}").json() == "two"
        stack.pop()
        assert session.post(URL, b"{}").json() == "one"


def test_aiohttp_follows_a_redirect_itself(tmp_path):
    """The stub of aiohttp asks for the next request; it is found like any other."""
    moved = interaction(b"{}", 303, b"", location="/v2")
    there = interaction(b"", url="https://api.example/v2")
    there["request"]["method"] = "GET"
    cassette = opened(tmp_path, moved, there)

    async def ask():
        async with aiohttp.ClientSession() as session, session.post(URL, data=b"{}") as response:
            return response.status, await response.json()

    with patched_clients(lambda: cassette):
        assert asyncio.run(ask()) == (200, {"n": 1})
    assert cassette.play_count == 2


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (None, b""),
        (b"\xff", b"\xff"),
        (bytearray(b"a"), b"a"),
        (memoryview(b"a"), b"a"),
        ("é\ud800", b"\xc3\xa9\xed\xa0\x80"),
        (io.BytesIO(b"file"), b"file"),
        (io.StringIO("file"), b"file"),
        ({"n": 1}, b'{"n": 1}'),
        ([{"n": 1}], b'[{"n": 1}]'),
        (7, b"7"),
        (iter([b"a", "b"]), b"ab"),
    ],
    ids=[
        "none",
        "bytes",
        "bytearray",
        "view",
        "str",
        "file",
        "text",
        "dict",
        "list",
        "number",
        "iterator",
    ],
)
def test_bodies(body, expected):
    """Bytes in any form, text, files, pieces, and what aiohttp will write as JSON."""
    assert _bytes(body) == expected


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (aiohttp.FormData({"a": "b"}), "aiohttp.formdata.FormData"),
        (date.max, "datetime.date"),
        ({"at": date.max}, "builtins.dict"),
    ],
    ids=["form", "object", "no-json"],
)
def test_a_body_of_a_clients_own(body, kind):
    """What only the client knows how to write is refused, by name."""
    with pytest.raises(LogprobsError) as error:
        _bytes(body)
    assert str(error.value) == (
        f"a request whose body is a {kind} cannot be recorded: send bytes or JSON"
    )
