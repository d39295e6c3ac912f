"""How sure was the model, when the code under test gives back nothing but a text?"""

import pytest
from assistant import Assistant

pytestmark = pytest.mark.logprobs_cassette


@pytest.fixture
def assistant(server):
    """Give the app as its users have it."""
    return Assistant(server)


def test_the_fact_is_sure(logprobs, assistant):
    """The completion is taken off the wire: the text that came out of the app is in it."""
    answer = assistant.answer("On which day is the museum closed?")
    assert logprobs.last.text.strip() == answer == "It is closed on Mondays."
    assert logprobs.last.span("Mondays").min_probability > 0.5


def test_a_fluent_sentence_may_hold_a_guess(logprobs, assistant):
    """The ticket costs twelve euros. The text sounds as sure as ever, the model was not."""
    assert assistant.answer("What does a ticket cost?") == "A ticket costs ten euros."
    assert logprobs.last.span("ten").min_probability < 0.3


def test_every_answer_of_a_conversation(logprobs, assistant):
    """All that crossed the wire is there, in order: one look finds the answer to check."""
    assistant.answer("When does the museum close?")
    assistant.answer("On which day is the museum closed?")
    guesses = [answer.text for answer in logprobs.completions if answer.min_probability < 0.5]
    assert guesses == [" It closes at nine."]
