"""Real clients that ask for several things at the same time, under a cassette."""

from __future__ import annotations

import pytest

CONCURRENT = {
    "openai-threads": """
def ask_all(prompts):
    with OpenAI() as client, ThreadPoolExecutor(8) as threads:
        ask = lambda prompt: client.chat.completions.create(**chat(prompt)).id
        return list(threads.map(ask, prompts))
""",
    "httpx-threads": """
def ask_all(prompts):
    with httpx.Client() as client, ThreadPoolExecutor(8) as threads:
        ask = lambda prompt: client.post(CHATS, json=chat(prompt)).json()["id"]
        return list(threads.map(ask, prompts))
""",
    "requests-threads": """
def ask_all(prompts):
    with ThreadPoolExecutor(8) as threads:
        ask = lambda prompt: requests.post(CHATS, json=chat(prompt), timeout=60).json()["id"]
        return list(threads.map(ask, prompts))
""",
    "urllib3-threads": """
def ask_all(prompts):
    with urllib3.PoolManager(maxsize=8) as pool, ThreadPoolExecutor(8) as threads:
        ask = lambda prompt: pool.request("POST", CHATS, json=chat(prompt)).data
        return [json.loads(answer)["id"] for answer in threads.map(ask, prompts)]
""",
    "standard-library-threads": """
def ask_all(prompts):
    def ask(prompt):
        request = urllib.request.Request(CHATS, json.dumps(chat(prompt)).encode())
        with urllib.request.urlopen(request) as response:
            return json.load(response)["id"]
    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(ask, prompts))
""",
    "requests-and-httpx-threads": """
def ask_all(prompts):
    with httpx.Client() as client, ThreadPoolExecutor(8) as threads:
        by_httpx = lambda body: client.post(CHATS, json=body)
        by_requests = lambda body: requests.post(CHATS, json=body, timeout=60)
        posts = [by_httpx, by_requests] * len(prompts)
        ask = lambda post, prompt: post(chat(prompt)).json()["id"]
        return list(threads.map(ask, posts, prompts))
""",
    "openai-gather": """
def ask_all(prompts):
    async def asking():
        async with AsyncOpenAI() as client:
            asked = [client.chat.completions.create(**chat(prompt)) for prompt in prompts]
            return [answer.id for answer in await asyncio.gather(*asked)]

    return asyncio.run(asking())
""",
    "aiohttp-gather": """
def ask_all(prompts):
    async def ask(session, prompt):
        async with session.post(CHATS, json=chat(prompt)) as response:
            return (await response.json())["id"]

    async def asking():
        async with aiohttp.ClientSession() as session:
            return await asyncio.gather(*(ask(session, prompt) for prompt in prompts))

    return asyncio.run(asking())
""",
}


@pytest.mark.parametrize("client", CONCURRENT.values(), ids=CONCURRENT)
def test_every_concurrent_prompt_gets_its_own_answer(replayed, client):
    """Whatever the order in which requests come when they are replayed."""
    prompts = replayed(
        f"""{client}
def test_it(logprobs_cassette):
    prompts = PROMPTS[::-1] if logprobs_cassette.record_mode == "none" else PROMPTS
    assert ask_all(prompts) == [f"{{prompt}} #1" for prompt in prompts]
    assert logprobs_cassette.completions == (HAMLET,) * 24
"""
    )
    assert len(prompts) == len(set(prompts)) == 24


@pytest.mark.parametrize("client", CONCURRENT.values(), ids=CONCURRENT)
def test_every_recording_of_a_concurrent_prompt_is_played_once(replayed, client):
    """The same question at the same time: nobody gets the answer that somebody else got."""
    prompts = replayed(
        f"""{client}
def test_it(logprobs_cassette):
    answers = ask_all(["Who wrote Hamlet?"] * 24)
    assert sorted(answers) == sorted(f"Who wrote Hamlet? #{{n}}" for n in range(1, 25))
    assert logprobs_cassette.play_count == (24 if logprobs_cassette.record_mode == "none" else 0)
"""
    )
    assert prompts == ["Who wrote Hamlet?"] * 24
