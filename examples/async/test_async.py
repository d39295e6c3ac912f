"""How sure was the model of answers that came all at once?"""

import asyncio

import pytest
from continents import continents_of
from openai import AsyncOpenAI

pytestmark = pytest.mark.logprobs_cassette


async def ask(*countries):
    """Ask as the app does, with a client of this event loop."""
    async with AsyncOpenAI() as client:
        return await continents_of(client, countries)


@pytest.mark.logprobs(min_token_probability=0.8)
def test_every_answer_is_sure():
    """A limit of the marker is one for each of the answers, in whatever order they come."""
    answers = asyncio.run(ask("Chile", "India", "Italy"))
    assert answers == {"Chile": "South America", "India": "Asia", "Italy": "Europe"}


def test_the_one_that_is_not(logprobs):
    """Georgia lies between two continents, and of all answers this is the one to look at."""
    asyncio.run(ask("Chile", "Georgia", "India", "Italy"))
    unsure = [answer for answer in logprobs.completions if answer.min_probability < 0.7]
    assert len(logprobs.completions) == 4
    assert [answer.text.strip(" .") for answer in unsure] == ["Europe"]
