"""Real clients under a cassette: the same with a server as without."""

from __future__ import annotations

import pytest

CLIENTS = {
    "openai": """
def ask(prompt):
    with OpenAI() as client:
        return 200, client.chat.completions.create(**chat(prompt)).to_dict()
""",
    "openai-asynchronous": """
def ask(prompt):
    async def asking():
        async with AsyncOpenAI() as client:
            return await client.chat.completions.create(**chat(prompt))

    return 200, asyncio.run(asking()).to_dict()
""",
    "openai-raw-response": """
def ask(prompt):
    with OpenAI() as client:
        raw = client.chat.completions.with_raw_response.create(**chat(prompt))
        assert raw.parse().id == json.loads(raw.text)["id"]
        return raw.status_code, json.loads(raw.text)
""",
    "openai-streaming-response": """
def ask(prompt):
    with (
        OpenAI() as client,
        client.chat.completions.with_streaming_response.create(**chat(prompt)) as raw,
    ):
        return raw.status_code, json.loads("".join(raw.iter_lines()))
""",
    "httpx": """
def ask(prompt):
    response = httpx.post(CHATS, json=chat(prompt))
    return response.status_code, response.json()
""",
    "httpx-asynchronous": """
def ask(prompt):
    async def asking():
        async with httpx.AsyncClient() as client:
            return await client.post(CHATS, json=chat(prompt))

    response = asyncio.run(asking())
    return response.status_code, response.json()
""",
    "httpx2": """
def ask(prompt):
    response = httpx2.post(CHATS, json=chat(prompt))
    return response.status_code, response.json()
""",
    "requests": """
def ask(prompt):
    response = requests.post(CHATS, json=chat(prompt), timeout=60)
    return response.status_code, response.json()
""",
    "urllib3": """
def ask(prompt):
    response = urllib3.request("POST", CHATS, json=chat(prompt))
    return response.status, json.loads(response.data)
""",
    "urllib3-compressed": """
def ask(prompt):
    headers = urllib3.make_headers(accept_encoding=True)
    response = urllib3.request("POST", CHATS, json=chat(prompt), headers=headers)
    return response.status, json.loads(response.data)
""",
    "aiohttp": """
def ask(prompt):
    async def asking():
        async with (
            aiohttp.ClientSession() as session,
            session.post(CHATS, json=chat(prompt)) as response,
        ):
            return response.status, await response.json()

    return asyncio.run(asking())
""",
    "standard-library": """
def ask(prompt):
    with urllib.request.urlopen(post(chat(prompt))) as response:
        return response.status, json.load(response)
""",
    "standard-library-compressed": """
def ask(prompt):
    request = post(chat(prompt))
    request.add_header("accept-encoding", "gzip")
    with urllib.request.urlopen(request) as response:
        body = response.read()
    packed = response.headers["content-encoding"] == "gzip"
    return response.status, json.loads(gzip.decompress(body) if packed else body)
""",
}

STREAMS = {
    "openai": """
def ask(prompt):
    with OpenAI() as client, client.chat.completions.create(**prompt) as stream:
        return list(stream)
""",
    "openai-asynchronous": """
def ask(prompt):
    async def asking():
        async with AsyncOpenAI() as client:
            return [chunk async for chunk in await client.chat.completions.create(**prompt)]

    return asyncio.run(asking())
""",
    "openai-streaming-response": """
def ask(prompt):
    with (
        OpenAI() as client,
        client.chat.completions.with_streaming_response.create(**prompt) as raw,
    ):
        return b"".join(raw.iter_bytes())
""",
    "httpx": """
def ask(prompt):
    with httpx.stream("POST", CHATS, json=prompt) as response:
        return "".join(f"{line}\\n" for line in response.iter_lines())
""",
    "httpx2-asynchronous": """
def ask(prompt):
    async def asking():
        async with (
            httpx2.AsyncClient() as client,
            client.stream("POST", CHATS, json=prompt) as response,
        ):
            return "".join([f"{line}\\n" async for line in response.aiter_lines()])

    return asyncio.run(asking())
""",
    "requests": """
def ask(prompt):
    with requests.post(CHATS, json=prompt, timeout=60, stream=True) as response:
        return b"".join(line + b"\\n" for line in response.iter_lines())
""",
    "urllib3": """
def ask(prompt):
    response = urllib3.request("POST", CHATS, json=prompt, preload_content=False)
    return b"".join(response.stream(100))
""",
    "aiohttp": """
def ask(prompt):
    async def asking():
        async with (
            aiohttp.ClientSession() as session,
            session.post(CHATS, json=prompt) as response,
        ):
            return b"".join([line async for line in response.content])

    return asyncio.run(asking())
""",
    "standard-library": """
def ask(prompt):
    with urllib.request.urlopen(post(prompt)) as response:
        return b"".join(response)
""",
}


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_the_same_status_and_values(replayed, client):
    """A client gets the same from the cassette as from the server, and the completion is seen."""
    prompts = replayed(
        f"""{client}
def test_it(logprobs):
    assert ask("Who wrote Hamlet?") == (200, echo("Who wrote Hamlet?"))
    assert logprobs.completions == (HAMLET,)
    assert logprobs.last.request.prompt == chat("Who wrote Hamlet?")["messages"]
"""
    )
    assert prompts == ["Who wrote Hamlet?"]


@pytest.mark.parametrize("client", STREAMS.values(), ids=STREAMS)
def test_the_same_stream(replayed, client):
    """So it does where it reads a stream piece by piece."""
    replayed(
        f"""{client}
def test_it(logprobs):
    stream = ask(chat("Who wrote Hamlet?", stream=True))
    assert parse(stream) == STREAMED
    assert logprobs.completions == (STREAMED,)
"""
    )


def test_a_stream_that_is_left_early_is_recorded_whole(replayed):
    """A client that stops reading does not cut what is recorded, nor the completion."""
    replayed(
        """
def test_it(logprobs):
    with OpenAI() as client:
        stream = client.chat.completions.create(**chat("Who wrote Hamlet?", stream=True))
        for chunk in stream:
            assert chunk.id == "Who wrote Hamlet? #1"
            break
        stream.close()
    assert logprobs.completions == (STREAMED,)
"""
    )


def test_headers_that_describe_a_body_follow_it(replayed):
    """A compressed answer is replayed as plain text: length and encoding are those of that text."""
    replayed(
        """
def test_it(logprobs_cassette):
    response = httpx.post(CHATS, json=chat("Who wrote Hamlet?"))
    replays = logprobs_cassette.record_mode == "none"
    assert response.headers.get("content-encoding") == (None if replays else "gzip")
    assert (int(response.headers["content-length"]) == len(response.content)) == replays
    assert response.headers["content-type"] == "application/json"
    assert response.reason_phrase == "OK"
"""
    )
