"""A test of a real client, recorded from a server here and replayed when it is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpcore2  # noqa: F401 - as below
import openai.resources.chat.completions  # noqa: F401 - as below
from loopback import echo_server

from pytest_logprobs.cassettes import _vcr  # noqa: F401 - loaded here, else in every inner run

if TYPE_CHECKING:
    import pytest

PREAMBLE = """
import asyncio, gzip, json, os, urllib.request
from concurrent.futures import ThreadPoolExecutor

import aiohttp, httpx, httpx2, pytest, requests, urllib3
from loopback import RECORDINGS, echo
from openai import AsyncOpenAI, OpenAI
from pytest_logprobs import parse

pytestmark = pytest.mark.logprobs_cassette
CHATS = os.environ["OPENAI_BASE_URL"] + "/chat/completions"
HAMLET = parse((RECORDINGS / "chat.json").read_bytes())
STREAMED = parse((RECORDINGS / "chat-stream.sse").read_bytes())
PROMPTS = [f"Who wrote play {number}?" for number in range(24)]

def chat(prompt, **options):
    return {"model": "any", "messages": [{"role": "user", "content": prompt}], **options}

def post(body):
    return urllib.request.Request(
        CHATS, json.dumps(body).encode(), {"content-type": "application/json"}
    )
"""


def record_and_replay(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, test: str
) -> list[str]:
    """Run a test against the server, and again without; return what the server was asked."""
    pytester.makepyfile(test_inner=f"{PREAMBLE}\n{test}")
    with echo_server() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.address)
        monkeypatch.setenv("OPENAI_API_KEY", "placeholder")
        pytester.runpytest("--logprobs-record=once").assert_outcomes(passed=1)
    monkeypatch.delenv("OPENAI_API_KEY")
    pytester.runpytest().assert_outcomes(passed=1)
    return server.prompts
