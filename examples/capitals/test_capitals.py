"""How sure is the model of the fact, and not of the sentence around it?

The answers were recorded from SmolLM2-135M-Instruct, a model small enough to be wrong.
"""

from pathlib import Path

import pytest

from pytest_logprobs import assert_min_token_probability

ANSWERS = Path(__file__).parent / "answers"


@pytest.mark.parametrize(
    ("country", "capital"),
    [("australia", "Canberra"), ("canada", "Ottawa"), ("france", "Paris"), ("portugal", "Lisbon")],
)
def test_the_model_is_sure_of_the_city(logprobs, country, capital):
    """The tokens of the city are probable, whatever the words around them are."""
    answer = logprobs((ANSWERS / f"{country}.json").read_bytes())
    assert_min_token_probability(answer.span(capital), 0.8)


def test_an_average_hides_the_one_doubtful_word(logprobs):
    """Two sentences look alike on average; the cities in them do not."""
    sure = logprobs((ANSWERS / "canada.json").read_bytes(), label="canada")
    unsure = logprobs((ANSWERS / "new-zealand.json").read_bytes(), label="new zealand")
    assert abs(sure.mean_logprob - unsure.mean_logprob) < 0.01
    assert sure.span("Ottawa").min_probability > 0.8
    assert unsure.span("Wellington").min_probability < 0.5


def test_what_the_model_nearly_said(logprobs):
    """The right answer stands right behind the wrong one."""
    answer = logprobs((ANSWERS / "turkey.json").read_bytes())
    city = answer.span("Istanbul")[0]
    assert city.probability < 0.5
    assert city.alternatives[1].text == " Ank"  # as in Ankara


def test_a_model_can_be_confidently_wrong(logprobs):
    """Confidence is not truth: the capital of Sri Lanka is not Colombo, and the model is sure."""
    answer = logprobs((ANSWERS / "sri-lanka.json").read_bytes())
    assert answer.span("Colombo").min_probability > 0.7
