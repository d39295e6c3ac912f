"""What does a classifier say at the one token that decides, and what did it nearly say?

The answers come from SmolLM2-135M-Instruct, asked with four examples in the prompt.
"""

import pytest
from sentiment import classify

from pytest_logprobs import assert_forbidden_alternatives, assert_required_alternatives

pytestmark = pytest.mark.logprobs_cassette

LABELS = ("positive", "negative")
CLEAR = {
    "broken": "It arrived broken and the seller never replied.",
    "delivery": "Fast delivery and it works perfectly.",
    "dirty-room": "The room was dirty and the shower was cold.",
    "slow-plot": "The plot is slow, but the ending is worth the wait.",
}
COIN_TOSSES = {
    "cheap-hotel": "The hotel is cheap, and it looks cheap.",
    "half-good": "Half of it was good.",
}
REVIEWS = CLEAR | COIN_TOSSES


@pytest.mark.parametrize("name", REVIEWS)
def test_both_labels_are_in_the_running(logprobs, client, name):
    """The prompt works: at the deciding token the model weighs the labels, and nothing else."""
    completion = logprobs(classify(client, REVIEWS[name]))
    assert_required_alternatives(completion, LABELS, at=0, min_probability=0.03, fold=True)
    assert_forbidden_alternatives(completion, "mixed", at=0, max_probability=0.05, fold=True)


@pytest.mark.logprobs(min_token_probability=0.8)
@pytest.mark.parametrize("name", CLEAR)
def test_a_clear_review_is_decided_clearly(client, name):
    """A marker sets the limit for every completion that crosses the wire in a test."""
    classify(client, CLEAR[name])


@pytest.mark.parametrize("name", COIN_TOSSES)
def test_a_coin_toss_goes_to_a_person(logprobs, client, name):
    """A small margin between the labels is a reason to ask somebody."""
    completion = logprobs(classify(client, COIN_TOSSES[name]))
    assert completion.min_margin < 0.2
