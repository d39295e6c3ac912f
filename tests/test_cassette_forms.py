"""Forms and uploads of real clients, and JSON that holds the same values."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler

import aiohttp  # noqa: F401 - an inner run would import them anew
import httpx  # noqa: F401
import pytest
from loopback import LocalServer, serving

from pytest_logprobs.cassettes import _vcr  # noqa: F401


class _Echo(BaseHTTPRequestHandler):
    def do_POST(self):
        """Answer with the kind of body, and how long it is."""
        length = int(self.headers["content-length"])
        self.rfile.read(length)
        body = f"{self.headers['content-type'].partition(';')[0]} {self.path}".encode()
        self.send_response(200)
        self.send_header("content-type", "text/plain")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing."""


FORM, JSON, UPLOAD = "application/x-www-form-urlencoded", "application/json", "multipart/form-data"
AIOHTTP = """
async def _ask(**body):
    async with aiohttp.ClientSession() as session:
        async with session.post(os.environ["ASKED"], **body) as response:
            return (await response.text()).partition(" ")[0]

def ask(**body):
    return asyncio.run(_ask(**body))
"""
HTTPX = """
def ask(**body):
    return httpx.post(os.environ["ASKED"], **body).text.partition(" ")[0]
"""
FORMS = {
    "aiohttp": (AIOHTTP, [('data={"a": "1"}', FORM), ('json={"a": "1"}', JSON)]),
    "aiohttp-pairs": (AIOHTTP, [('data=[("a", "1")]', FORM), ('json=[["a", "1"]]', JSON)]),
    "httpx": (
        HTTPX,
        [
            ('data={"a": "1"}', FORM),
            ('json={"a": "1"}', JSON),
            ('files={"a": b"1"}', UPLOAD),
            (r'files={"a": b"\xff"}', UPLOAD),
        ],
    ),
}


@pytest.mark.parametrize("client", FORMS)
def test_a_form_is_not_json(pytester, monkeypatch, client):
    """Each is recorded for itself and found again, with a boundary that is new each time."""
    ask, requests = FORMS[client]
    checks = [f"    assert ask({body}) == {kind!r}" for body, kind in requests]
    head = "import asyncio, os, aiohttp, httpx, pytest\n@pytest.mark.logprobs_cassette\n"
    for order in (checks, checks[::-1]):
        test = "\n".join(["def test_it():", *order])
        pytester.makepyfile(test_it=f"{head}{test}\n{ask}")
        if order is checks:
            with serving(LocalServer(_Echo)) as address:
                monkeypatch.setenv("ASKED", f"{address}/v1")
                pytester.runpytest("--logprobs-record=once").assert_outcomes(passed=1)
        else:
            pytester.runpytest().assert_outcomes(passed=1)
