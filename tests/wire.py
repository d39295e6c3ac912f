"""Suites whose tests call a server on this machine, recorded and replayed by pytester."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

# What inner runs import is taken out of `sys.modules` after each; what is there already stays.
import aiohttp  # noqa: F401
import httpx  # noqa: F401
import openai  # noqa: F401
import requests  # noqa: F401
from loopback import RECORDINGS, LocalServer, serving

from pytest_logprobs import _limits, _measure, _recorder  # noqa: F401
from pytest_logprobs.cassettes import _vcr  # noqa: F401

if TYPE_CHECKING:
    import pytest

__all__ = ["Suite", "Wire", "wire"]

PREAMBLE = """
import asyncio, os, socket, threading, unittest
from concurrent.futures import ThreadPoolExecutor

import httpx, pytest, requests
from openai import AsyncOpenAI, OpenAI
from pytest_logprobs import *

URL = "{url}"
limits = pytest.mark.logprobs
pytestmark = pytest.mark.logprobs_cassette

def ask(prompt="Who wrote Hamlet?", **parameters):
    messages = [{{"role": "user", "content": prompt}}]
    body = {{"model": "m", "messages": messages, "logprobs": True, **parameters}}
    return httpx.post(f"{{URL}}/chat/completions", json=body)
"""


@dataclass
class Wire:
    """A server: its address as OpenAI's clients take it, and what it was asked."""

    url: str = ""
    asked: list[str] = field(default_factory=list)


@contextmanager
def wire() -> Iterator[Wire]:
    """Run a server that answers with recordings, by path, ``stream``, ``n`` and model."""
    wire = Wire()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.do_POST()

        def do_POST(self):
            content = self.rfile.read(int(self.headers.get("content-length", 0)))
            wire.asked.append(self.path)
            status, kind, body = answer(self.path, json.loads(content or b"{}"))
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            """Say nothing."""

    with serving(LocalServer(Handler)) as address:
        wire.url = f"{address}/v1"
        yield wire


def answer(path: str, question: dict[str, object]) -> tuple[int, str, bytes]:
    """Return status, content type and body."""
    if path.endswith("/embeddings"):
        return 200, "application/json", b'{"object": "list", "data": [{"embedding": [0.5]}]}'
    if path.endswith("/models"):
        return 200, "application/json", b'{"object": "list", "data": [{"id": "m"}]}'
    name = "chat" if path.endswith("/chat/completions") else "completion"
    if question.get("stream"):
        return 200, "text/event-stream", (RECORDINGS / f"{name}-stream.sse").read_bytes()
    if question.get("model") == "overloaded":
        return 503, "application/json", b'{"error": {"message": "overloaded"}}'
    unscored = "-no-logprobs" if question.get("logprobs") is False else ""
    response = json.loads((RECORDINGS / f"{name}{unscored}.json").read_bytes())
    (choice,) = response["choices"]
    response["choices"] = [{**choice, "index": at} for at in range(int(question.get("n", 1)))]
    return 200, "application/json", json.dumps(response).encode()


@dataclass
class Suite:
    """One module of tests under a cassette each, which call a server."""

    pytester: pytest.Pytester
    wire: Wire

    def write(self, tests: str, name: str = "test_inner") -> None:
        """Write the module: the preamble, and these tests."""
        self.pytester.makepyfile(**{name: PREAMBLE.format(url=self.wire.url) + tests})

    def run(self, *arguments: str) -> pytest.RunResult:
        """Run it; without arguments it is replayed."""
        return self.pytester.runpytest(*arguments)

    def record(self, *arguments: str, mode: str = "rewrite") -> pytest.RunResult:
        """Run it, and record."""
        return self.run(f"--logprobs-record={mode}", *arguments)
