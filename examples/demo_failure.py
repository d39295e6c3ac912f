"""One assertion that does not hold, to show how it explains itself.

Its name keeps it out of the suite: ``pytest examples/demo_failure.py`` runs it, and it fails.
"""

from pathlib import Path

ANSWERS = Path(__file__).parent / "capitals" / "answers"


def test_the_model_knows_the_capital_of_new_zealand(logprobs):
    """The answer is right, and the model was not sure of it."""
    answer = logprobs((ANSWERS / "new-zealand.json").read_bytes())
    assert answer.mean_logprob > -0.5
    assert answer.span("Wellington").min_probability >= 0.8
