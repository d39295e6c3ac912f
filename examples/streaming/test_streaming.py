"""How sure was the model of an answer whose pieces the app has used up?"""

import pytest
from typewriter import write

pytestmark = pytest.mark.logprobs_cassette


def test_the_year_is_sure(logprobs, client):
    """The pieces are gone; the whole completion is taken off the wire."""
    shown = []
    question = "In which year did the Second World War end? Answer in one sentence."
    write(client, question, shown.append)
    assert len(shown) > 1
    assert logprobs.last.text == "".join(shown) == "The Second World War ended in 1945."
    assert logprobs.last.span("1945").min_probability > 0.6


def test_an_invented_word(logprobs, client):
    """No piece of a word that does not exist was a sure one."""
    shown = []
    write(client, "What is the currency of Brazil? Answer in one sentence.", shown.append)
    assert "the Brazilian jácola" in "".join(shown)
    assert all(token.probability < 0.5 for token in logprobs.last.span("jácola"))
