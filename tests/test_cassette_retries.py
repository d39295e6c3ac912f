"""A client that asks again after an error of the server: the last answer is what is kept."""

from __future__ import annotations

import pytest
import replaying  # noqa: F401 - loads OpenAI's client, else every inner run does

ASKING = {
    "openai": """
import openai

def asked():
    with openai.OpenAI(base_url=BASE, api_key="placeholder", max_retries=3) as client:
        return client.chat.completions.create(**QUESTION).choices[0].message.content
""",
    "openai-asynchronous": """
import asyncio, openai

def asked():
    async def asking():
        async with openai.AsyncOpenAI(base_url=BASE, api_key="any", max_retries=3) as client:
            return await client.chat.completions.create(**QUESTION)

    return asyncio.run(asking()).choices[0].message.content
""",
    "urllib3": """
import json, urllib3

def asked():
    retries = urllib3.Retry(3, status_forcelist=[429, 500, 503], allowed_methods=None)
    with urllib3.PoolManager(retries=retries) as pool:
        answer = pool.request("POST", os.environ["ASKED"], json=QUESTION)
    return json.loads(answer.data)["choices"][0]["message"]["content"]
""",
}

TEST = """
BASE = os.environ["ASKED"].removesuffix("/chat/completions")
QUESTION = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}

@cassette
def test_it():
    assert asked() == "Hi 3"
"""


@pytest.mark.parametrize("client", ASKING.values(), ids=ASKING)
@pytest.mark.parametrize("statuses", [[429, 500], [503, 429]])
def test_an_answer_after_errors(project, client, statuses):
    """Errors that a retry has replaced are not kept, and a replay waits for nothing."""
    project.server.statuses = [*statuses]
    project.write(f"{client}{TEST}")
    assert project.record("once") == ["Hi"] * 3
    assert project.cassette() == (True, ["Hi 3"])
    project.run().assert_outcomes(passed=1)
    assert project.server.asked == ["Hi"] * 3


def test_errors_only(project):
    """Where every attempt fails the error is kept, and raised by a replay."""
    project.server.statuses = [429] * 3
    project.write(
        f"{ASKING['openai']}{TEST}".replace("max_retries=3", "max_retries=1").replace(
            '    assert asked() == "Hi 3"',
            "    with pytest.raises(openai.RateLimitError):\n        asked()",
        )
    )
    assert project.record("once") == ["Hi"] * 2
    complete, answers = project.cassette()
    assert (complete, set(answers)) == (True, {429})
    project.run().assert_outcomes(passed=1)
    assert project.server.asked == ["Hi"] * 2
