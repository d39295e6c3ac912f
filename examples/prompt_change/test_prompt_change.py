"""Is a new prompt as good as the old one, on every review? Their answers alone hardly tell."""

import pytest
from prompts import IN_USE, REWORDED, THIRD_LABEL, classify
from reviews import LABELS, REVIEWS

from pytest_logprobs import ConfidenceError, assert_max_mean_logprob_drop, parse

pytestmark = pytest.mark.logprobs_cassette

MAXIMUM = 0.15  # nats: the label may lose a seventh of its probability


@pytest.mark.parametrize("name", REVIEWS)
def test_the_rewording_may_go_in(logprobs, client, name):
    """The label is right, and hardly less sure than it was, if at all."""
    before = logprobs(classify(client, IN_USE, REVIEWS[name]), label="before")
    after = logprobs(classify(client, REWORDED, REVIEWS[name]), label="after")
    assert after.text.strip() == LABELS[name]
    assert_max_mean_logprob_drop(after, baseline=before, maximum=MAXIMUM)


def test_the_third_label_may_not(logprobs, client):
    """Nearly every label is still right, and most of them have become less sure."""
    before = {name: classify(client, IN_USE, review) for name, review in REVIEWS.items()}
    after = {name: classify(client, THIRD_LABEL, review) for name, review in REVIEWS.items()}
    right, dropped = [], []
    for name, label in LABELS.items():
        answer = logprobs(after[name], label=name)
        if answer.text.strip() == label:
            right.append(name)
        try:
            assert_max_mean_logprob_drop(answer, baseline=parse(before[name]), maximum=MAXIMUM)
        except ConfidenceError:
            dropped.append(name)
    assert len(right) >= len(REVIEWS) - 1
    assert len(dropped) > len(REVIEWS) / 2
