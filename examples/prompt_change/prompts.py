"""The app: a classifier of reviews, with the prompt in use and two proposals to change it."""

IN_USE = """\
Decide whether each review is positive or negative.

Review: I loved every minute of it.
Sentiment: positive

Review: A waste of time and money.
Sentiment: negative

Review: The staff were kind and the food was great.
Sentiment: positive

Review: It broke after two days and nobody answered.
Sentiment: negative

Review: {review}
Sentiment:"""

# Says the same in plainer words.
REWORDED = IN_USE.replace("Decide whether each review is", "Label every review as")

# Offers a way out, and saves two examples.
THIRD_LABEL = """\
Decide whether each review is positive or negative, or neutral if it is neither.

Review: I loved every minute of it.
Sentiment: positive

Review: A waste of time and money.
Sentiment: negative

Review: {review}
Sentiment:"""


def classify(client, prompt, review):
    """Ask for the next token, and for the four that were the likeliest beside it."""
    return client.completions.create(
        model="smollm2-135m-instruct",
        prompt=prompt.format(review=review),
        logprobs=5,
        max_tokens=1,
        temperature=0,
        seed=7,
        extra_body={"repeat_penalty": 1.0},  # llama.cpp would punish repetitions unasked
    )
