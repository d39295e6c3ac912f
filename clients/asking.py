"""One question through each client, with as many retries as it is told, as its users ask it."""

from __future__ import annotations

import asyncio

MODEL = "any"

# langchain keeps an asynchronous connection for its next client, which needs the same loop then
LOOP = asyncio.new_event_loop()


def openai(prompt, retries):
    """Ask through ``OpenAI``."""
    from openai import OpenAI

    with OpenAI(max_retries=retries) as client:
        return _text(client.chat.completions.create(model=MODEL, messages=_said(prompt)))


def openai_async(prompt, retries):
    """Ask through ``AsyncOpenAI``."""
    from openai import AsyncOpenAI

    async def ask():
        async with AsyncOpenAI(max_retries=retries) as client:
            return await client.chat.completions.create(model=MODEL, messages=_said(prompt))

    return _text(LOOP.run_until_complete(ask()))


def litellm(prompt, retries):
    """Ask through ``litellm.completion``."""
    from litellm import completion

    return _text(
        completion(f"openai/{MODEL}", _said(prompt), max_retries=retries, num_retries=retries)
    )


def litellm_async(prompt, retries):
    """Ask through ``litellm.acompletion``."""
    from litellm import acompletion

    asked = acompletion(f"openai/{MODEL}", _said(prompt), max_retries=retries, num_retries=retries)
    return _text(LOOP.run_until_complete(asked))


def langchain(prompt, retries):
    """Ask through ``ChatOpenAI.invoke``."""
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(model=MODEL, max_retries=retries).invoke(prompt).content


def langchain_async(prompt, retries):
    """Ask through ``ChatOpenAI.ainvoke``."""
    from langchain_openai import ChatOpenAI

    asked = ChatOpenAI(model=MODEL, max_retries=retries).ainvoke(prompt)
    return LOOP.run_until_complete(asked).content


def _said(prompt):
    return [{"role": "user", "content": prompt}]


def _text(answer):
    return answer.choices[0].message.content
