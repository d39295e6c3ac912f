"""What does a classifier say at the one token that decides, and what did it nearly say?

The answers were recorded from SmolLM2-135M-Instruct, asked with four examples in the prompt.
"""

from pathlib import Path

import pytest

from pytest_logprobs import assert_forbidden_alternatives, assert_required_alternatives

ANSWERS = Path(__file__).parent / "answers"
LABELS = ("positive", "negative")
CLEAR = ("broken", "delivery", "dirty-room", "slow-plot")
COIN_TOSSES = ("cheap-hotel", "half-good")


@pytest.mark.parametrize("review", CLEAR + COIN_TOSSES)
def test_both_labels_are_in_the_running(logprobs, review):
    """The prompt works: at the deciding token the model weighs the labels, and nothing else."""
    completion = logprobs((ANSWERS / f"{review}.json").read_bytes())
    assert_required_alternatives(completion, LABELS, at=0, min_probability=0.03, fold=True)
    assert_forbidden_alternatives(completion, "mixed", at=0, max_probability=0.05, fold=True)


@pytest.mark.logprobs(min_token_probability=0.8)
@pytest.mark.parametrize("review", CLEAR)
def test_a_clear_review_is_decided_clearly(logprobs, review):
    """A marker sets the limit for every completion that a test measures."""
    logprobs((ANSWERS / f"{review}.json").read_bytes())


@pytest.mark.parametrize("review", COIN_TOSSES)
def test_a_coin_toss_goes_to_a_person(logprobs, review):
    """A small margin between the labels is a reason to ask somebody."""
    completion = logprobs((ANSWERS / f"{review}.json").read_bytes())
    assert completion.min_margin < 0.2
