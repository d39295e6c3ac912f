"""Everything that works on an answer works on one that only this project can read."""

import json
from pathlib import Path

import pytest

from pytest_logprobs import parse

ANSWER = json.loads(Path(__file__).with_name("answer.json").read_text("utf-8"))


@pytest.mark.logprobs(min_mean_logprob=-0.5)
def test_the_fact_and_the_detail(logprobs):
    """The city is sure, the year beside it is not."""
    answer = logprobs(ANSWER)
    assert answer.span("Lisbon").min_probability > 0.8
    assert answer.span("1255").min_probability < 0.5
    assert answer.span("1255")[0].alternatives[1].text == " 11"


def test_what_it_does_not_know_is_read_as_ever():
    """The hook leaves other answers to the built-in formats."""
    entry = {"token": "Lisbon", "logprob": -0.125}
    choice = {"message": {"content": "Lisbon"}, "logprobs": {"content": [entry]}}
    assert parse({"choices": [choice]}).text == "Lisbon"
