"""Is the prompt as good as the one before, on every review? Its answers alone hardly tell."""

import json
from pathlib import Path

import pytest
from classifier import classify

REVIEWS = json.loads(Path(__file__).with_name("reviews.json").read_text(encoding="utf-8"))


@pytest.mark.logprobs_cassette
@pytest.mark.logprobs_gate("reviews", margin=0.05)
@pytest.mark.parametrize("review", REVIEWS, ids=[each["name"] for each in REVIEWS])
def test_the_label(logprobs, client, review):
    """It is one of the two; how sure the model is of it may not fall by more than the margin."""
    label = logprobs(classify(client, review["review"]))
    assert label.text.strip() in ("positive", "negative")
