"""How sure is the model of the fact, and not of the sentence around it?

The answers come from SmolLM2-135M-Instruct, a model small enough to be wrong.
"""

import pytest
from capitals import ask

from pytest_logprobs import assert_min_token_probability

pytestmark = pytest.mark.logprobs_cassette

CAPITALS = {"Australia": "Canberra", "Canada": "Ottawa", "France": "Paris", "Portugal": "Lisbon"}


@pytest.mark.parametrize("country", CAPITALS, ids=str.lower)
def test_the_model_is_sure_of_the_city(logprobs, client, country):
    """The tokens of the city are probable, whatever the words around them are."""
    answer = logprobs(ask(client, country))
    assert_min_token_probability(answer.span(CAPITALS[country]), 0.8)


def test_an_average_hides_the_one_doubtful_word(logprobs, client):
    """Two sentences look alike on average; the cities in them do not."""
    sure = logprobs(ask(client, "Canada"), label="canada")
    unsure = logprobs(ask(client, "New Zealand"), label="new zealand")
    assert abs(sure.mean_logprob - unsure.mean_logprob) < 0.01
    assert sure.span("Ottawa").min_probability > 0.8
    assert unsure.span("Wellington").min_probability < 0.5


def test_what_the_model_nearly_said(logprobs, client):
    """The right answer stands right behind the wrong one."""
    answer = logprobs(ask(client, "Turkey"))
    city = answer.span("Istanbul")[0]
    assert city.probability < 0.5
    assert city.alternatives[1].text == " Ank"  # as in Ankara


def test_a_model_can_be_confidently_wrong(logprobs, client):
    """Confidence is not truth: the capital of Sri Lanka is not Colombo, and the model is sure."""
    answer = logprobs(ask(client, "Sri Lanka"))
    assert answer.span("Colombo").min_probability > 0.7
