"""Streams that a client leaves after their first event, recorded whole and replayed whole."""

from __future__ import annotations

import pytest

LEFT_EARLY = {
    "break": """
def leave():
    with OpenAI() as client:
        for chunk in client.chat.completions.create(**ASKED):
            return chunk.id
""",
    "asynchronous-break": """
def leave():
    async def asking():
        async with AsyncOpenAI() as client:
            async for chunk in await client.chat.completions.create(**ASKED):
                return chunk.id

    return asyncio.run(asking())
""",
    "streaming-response": """
def leave():
    with (
        OpenAI() as client,
        client.chat.completions.with_streaming_response.create(**ASKED) as raw,
    ):
        return json.loads(next(raw.iter_lines()).removeprefix("data: "))["id"]
""",
    "asynchronous-streaming-response": """
def leave():
    async def asking():
        async with (
            AsyncOpenAI() as client,
            client.chat.completions.with_streaming_response.create(**ASKED) as raw,
        ):
            async for line in raw.iter_lines():
                return json.loads(line.removeprefix("data: "))["id"]

    return asyncio.run(asking())
""",
    "aiohttp": """
def leave():
    async def asking():
        async with (
            aiohttp.ClientSession() as session,
            session.post(CHATS, json=ASKED) as response,
        ):
            return json.loads((await response.content.readline()).removeprefix(b"data: "))["id"]

    return asyncio.run(asking())
""",
}


@pytest.mark.parametrize("client", LEFT_EARLY.values(), ids=LEFT_EARLY)
def test_a_stream_that_is_left_is_there_to_be_read(replayed, client):
    """Left after its first event, while it is recorded too, a stream is replayed to its end."""
    prompts = replayed(
        f"""
ASKED = chat("Who wrote Hamlet?", stream=True)
{client}
def test_it(logprobs, logprobs_cassette):
    assert leave() == "Who wrote Hamlet? #1"
    assert logprobs.completions == (STREAMED,)

    # and for whoever reads it all
    with OpenAI() as client:
        assert parse(list(client.chat.completions.create(**ASKED))) == STREAMED
"""
    )
    assert prompts == ["Who wrote Hamlet?"] * 2
