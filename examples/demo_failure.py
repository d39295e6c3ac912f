"""One assertion that does not hold, to show how it explains itself.

Its name keeps it out of the suite: ``pytest examples/demo_failure.py`` runs it, and it fails.
"""

import pytest


@pytest.mark.logprobs_cassette
def test_the_model_knows_the_capital_of_new_zealand(logprobs, client):
    """The answer is right, and the model was not sure of it."""
    question = "What is the capital of New Zealand? Answer in one sentence."
    response = client.chat.completions.create(
        model="smollm2-135m-instruct",
        messages=[{"role": "user", "content": question}],
        logprobs=True,
        top_logprobs=5,
        max_tokens=40,
        temperature=0,
        seed=7,
        extra_body={"repeat_penalty": 1.0},
    )
    answer = logprobs(response)
    assert answer.mean_logprob > -0.5
    assert answer.span("Wellington").min_probability >= 0.8
