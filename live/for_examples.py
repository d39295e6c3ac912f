"""What is recorded for the examples, and why: answers the model is sure of, or is not."""

from recording import chat, completion

# How sure the model is of the city, beside how sure it is of the sentence.
COUNTRIES = {
    "Australia": "right and sure",
    "Brazil": "wrong and unsure, a city of three tokens",
    "Canada": "right and sure",
    "France": "right and sure",
    "New Zealand": "right and unsure, in a sentence as sure as Canada's",
    "Portugal": "right and sure, in a sentence less sure than Turkey's",
    "Sri Lanka": "wrong and sure: confidence is not truth",
    "Switzerland": "right by luck",
    "Turkey": "wrong and unsure",
}

CAPITALS = [
    chat(
        f"examples/capitals/answers/{country.lower().replace(' ', '-')}.json",
        why,
        f"What is the capital of {country}? Answer in one sentence.",
    )
    for country, why in COUNTRIES.items()
]

# A model this small follows examples, not instructions.
SHOTS = """\
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

REVIEWS = {
    "birthday": ("Thank you for ruining my birthday.", "sarcasm: wrong, and rather sure"),
    "broken": ("It arrived broken and the seller never replied.", "clearly negative"),
    "cheap-hotel": ("The hotel is cheap, and it looks cheap.", "wrong and unsure"),
    "delivery": ("Fast delivery and it works perfectly.", "clearly positive"),
    "dirty-room": ("The room was dirty and the shower was cold.", "clearly negative"),
    "half-good": ("Half of it was good.", "ambiguous: a coin toss"),
    "slow-plot": ("The plot is slow, but the ending is worth the wait.", "mixed, yet positive"),
}

SENTIMENT = [
    completion(
        f"examples/sentiment/answers/{name}.json", why, SHOTS.format(review=review), max_tokens=1
    )
    for name, (review, why) in REVIEWS.items()
]

RECORDINGS = [*CAPITALS, *SENTIMENT]
