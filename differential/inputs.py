"""What both libraries and pytest-logprobs are given: random numbers, and recorded answers."""

import json
import math
from pathlib import Path

from hypothesis import strategies as st

from pytest_logprobs import parse

RECORDINGS = Path(__file__).parents[1] / "tests" / "recordings"

LOGPROBS = st.lists(st.floats(-30.0, 0.0), min_size=1, max_size=200)
"""The log-probabilities of the chosen tokens of an answer."""


@st.composite
def distributions(draw):
    """The log-probabilities of a whole vocabulary at one position, most likely first."""
    logits = draw(st.lists(st.floats(-15.0, 15.0), min_size=2, max_size=40))
    top = max(logits)
    log_total = top + math.log(math.fsum(math.exp(logit - top) for logit in logits))
    return sorted((logit - log_total for logit in logits), reverse=True)


@st.composite
def positions(draw, vocabulary=None):
    """The k most likely of a vocabulary, and the chosen token behind them if it is not one.

    Gives their log-probabilities and where the chosen one stands.
    """
    logprobs = draw(distributions()) if vocabulary is None else vocabulary
    k = draw(st.integers(2, len(logprobs)))
    chosen = draw(st.integers(0, len(logprobs) - 1))
    if chosen < k:
        return logprobs[:k], chosen
    return [*logprobs[:k], logprobs[chosen]], k


def position(listed, chosen=0):
    """One token as a chat completion lists it; ``chosen`` says which of the listed it is."""
    top = [{"token": f"t{i}", "logprob": p, "bytes": None} for i, p in enumerate(listed)]
    return {**top[chosen], "top_logprobs": top}


def unlisted(logprobs):
    """Tokens for which no alternatives were asked."""
    return [{"token": "t", "logprob": p, "bytes": None, "top_logprobs": []} for p in logprobs]


def answer(content):
    """A chat completion whose tokens are these."""
    text = "".join(entry["token"] for entry in content)
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": text},
        "logprobs": {"content": content},
        "finish_reason": "stop",
    }
    return {"object": "chat.completion", "model": "none", "choices": [choice]}


def tail_entropy(listed, chosen):
    """What the unseen tail adds to the entropy, restated: see ``metrics.token_entropy``."""
    probabilities = [math.exp(logprob) for logprob in listed]
    lump = min((p for i, p in enumerate(probabilities) if i != chosen and p > 0), default=1.0)
    tail = max(0.0, 1.0 - math.fsum(probabilities))
    lumps = math.floor(tail / lump)
    rest = tail - lumps * lump
    return -lumps * lump * math.log(lump) - (rest * math.log(rest) if rest > 0 else 0.0)


def recorded_answers():
    """Every recorded chat completion with log-probabilities, by the name of its file."""
    bodies = {path.stem: json.loads(path.read_bytes()) for path in RECORDINGS.glob("*.json")}
    found = {name: body for name, body in sorted(bodies.items()) if content_of(body)}
    if not found:
        message = f"no chat completion with log-probabilities among the files of {RECORDINGS}"
        raise LookupError(message)
    return found


def recorded_tokens():
    """Every recorded token with alternatives, read by us, beside its entry on the wire."""
    for body in recorded_answers().values():
        pairs = zip(parse(body), content_of(body), strict=True)
        yield from ((token, entry) for token, entry in pairs if entry["top_logprobs"])


def listed_in(entry):
    """The log-probabilities of a token's alternatives, and where the chosen one stands by its text.

    That place is ``None`` where the texts do not tell: it is not listed, or a text repeats.
    """
    texts = [alternative["token"] for alternative in entry["top_logprobs"]]
    told = entry["token"] in texts and len(set(texts)) == len(texts)
    chosen = texts.index(entry["token"]) if told else None
    return [alternative["logprob"] for alternative in entry["top_logprobs"]], chosen


def content_of(body):
    """The list ``choices[0].logprobs.content`` of a response, empty where it has none."""
    choices = body.get("choices") or [{}]
    return (choices[0].get("logprobs") or {}).get("content") or []
