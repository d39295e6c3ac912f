"""Real clients, pointed at a server on this machine that answers as the recorded one did."""

import asyncio
import urllib.request

import aiohttp
import httpx
import pytest
import requests
import urllib3
from loopback import RECORDINGS, recorded_server
from openai import AsyncOpenAI, OpenAI

from pytest_logprobs import UnknownFormatError, parse

CHAT = {"model": "any", "messages": [{"role": "user", "content": "Who wrote Hamlet?"}]}
EXPECTED = parse((RECORDINGS / "chat.json").read_bytes())
STREAMED = parse((RECORDINGS / "chat-stream.sse").read_bytes())


@pytest.fixture(scope="module")
def endpoint():
    """Give the address of the server."""
    with recorded_server() as address:
        yield address


@pytest.fixture
def client(endpoint):
    """Give OpenAI's client."""
    with OpenAI(base_url=endpoint, api_key="placeholder") as client:
        yield client


def test_openai_object(client):
    """The object of a chat completion is read like the body it was made from."""
    assert parse(client.chat.completions.create(**CHAT)) == EXPECTED


def test_openai_legacy_object(client):
    """So is that of a completion, with its parallel arrays."""
    response = client.completions.create(model="any", prompt="The capital of France is")
    assert parse(response) == parse((RECORDINGS / "completion.json").read_bytes())


def test_openai_stream(client):
    """A stream is read while it is consumed, and its chunks as a list afterwards."""
    assert parse(client.chat.completions.create(**CHAT, stream=True)) == STREAMED
    assert parse(list(client.chat.completions.create(**CHAT, stream=True))) == STREAMED


def test_openai_stream_of_completions(client):
    """A stream of parallel arrays is put together, too."""
    chunks = client.completions.create(model="any", prompt="The capital of France is", stream=True)
    assert parse(chunks) == parse((RECORDINGS / "completion-stream.sse").read_bytes())


def test_openai_raw_response(client):
    """``with_raw_response`` gives a response whose body is read."""
    assert parse(client.chat.completions.with_raw_response.create(**CHAT)) == EXPECTED


def test_openai_asynchronous(endpoint):
    """What an asynchronous client gives is read once it was awaited; its chunks are collected."""

    async def ask():
        async with AsyncOpenAI(base_url=endpoint, api_key="placeholder") as client:
            answer = await client.chat.completions.create(**CHAT)
            stream = await client.chat.completions.create(**CHAT, stream=True)
            with pytest.raises(UnknownFormatError, match="collect its chunks in a list"):
                parse(stream)
            return answer, [chunk async for chunk in stream]

    answer, chunks = asyncio.run(ask())
    assert (parse(answer), parse(chunks)) == (EXPECTED, STREAMED)


def test_httpx_response(endpoint):
    """A response of httpx, whole, and as server-sent events."""
    address = f"{endpoint}/chat/completions"
    assert parse(httpx.post(address, json=CHAT)) == EXPECTED
    assert parse(httpx.post(address, json={**CHAT, "stream": True})) == STREAMED


def test_httpx_response_that_is_not_read(endpoint):
    """A streamed response has no body yet, and the error says how to read it."""
    with (
        httpx.stream("POST", f"{endpoint}/chat/completions", json=CHAT) as response,
        pytest.raises(UnknownFormatError) as caught,
    ):
        parse(response)
    assert str(caught.value) == (
        "the body of this Response is not read yet: call .read(), or await .aread(), first"
    )


def test_requests_response(endpoint):
    """A response of requests."""
    assert parse(requests.post(f"{endpoint}/chat/completions", json=CHAT, timeout=60)) == EXPECTED


def test_urllib3_response(endpoint):
    """A response of urllib3."""
    response = urllib3.request("POST", f"{endpoint}/chat/completions", json=CHAT)
    assert parse(response) == EXPECTED


def test_standard_library_response(endpoint):
    """A response of ``urllib.request``, which is an open file."""
    with urllib.request.urlopen(f"{endpoint}/chat/completions", b"{}") as response:  # noqa: S310
        assert parse(response) == EXPECTED


def test_aiohttp_response(endpoint):
    """A response of aiohttp, once its body was awaited; before, the error says to."""

    async def ask():
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{endpoint}/chat/completions", json=CHAT) as response,
        ):
            with pytest.raises(UnknownFormatError) as caught:
                parse(response)
            await response.read()
            return str(caught.value), parse(response)

    assert asyncio.run(ask()) == (
        "the body of this ClientResponse is not read yet: await .read() first",
        EXPECTED,
    )
