"""The app: a classifier of reviews. Its prompt is a file, as it often is."""

from pathlib import Path

PROMPT = Path(__file__).with_name("prompt.txt")


def classify(client, review):
    """Ask for the next token, and for the four that were the likeliest beside it."""
    return client.completions.create(
        model="smollm2-135m-instruct",
        prompt=PROMPT.read_text(encoding="utf-8").format(review=review),
        logprobs=5,
        max_tokens=1,
        temperature=0,
        seed=7,
        extra_body={"repeat_penalty": 1.0},  # llama.cpp would punish repetitions unasked
    )
