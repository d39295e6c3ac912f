"""The app: asks many small questions at once."""

import asyncio

PROMPT = """\
France is a country in Europe.
China is a country in Asia.
Peru is a country in South America.
Kenya is a country in Africa.
{country} is a country in"""


async def continents_of(client, countries):
    """Return the continent of each country."""
    answers = await asyncio.gather(*(_ask(client, country) for country in countries))
    return dict(zip(countries, answers, strict=True))


async def _ask(client, country):
    response = await client.completions.create(
        model="smollm2-135m-instruct",
        prompt=PROMPT.format(country=country),
        logprobs=5,
        max_tokens=4,
        stop=["."],
        temperature=0,
        seed=7,
        extra_body={"repeat_penalty": 1.0},  # llama.cpp would punish repetitions unasked
    )
    return response.choices[0].text.strip()
