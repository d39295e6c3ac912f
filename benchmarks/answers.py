"""Answers of a size that no recording has, the same in every run: a seeded generator makes them."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable
from itertools import accumulate

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_VOCABULARY = 4_000


def chat_body(tokens: int, alternatives: int) -> bytes:
    """Return an answer in the ``openai-chat`` format, spelled as its servers spell it.

    Log-probabilities are 32-bit floats printed as doubles (``-0.3127378523349762``), every token
    and alternative spells out its bytes, and the chosen token is the first alternative.
    """
    draw = words(seed=tokens)
    rng = random.Random(tokens)  # noqa: S311 - the same numbers each time are what is wanted
    entries = [_entry(rng, draw, alternatives) for _ in range(tokens)]
    text = "".join(entry["token"] for entry in entries)
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": text, "refusal": None},
        "logprobs": {"content": entries, "refusal": None},
        "finish_reason": "stop",
    }
    return _body("chat.completion", choice, tokens)


def completion_body(tokens: int, alternatives: int) -> bytes:
    """Return the same answer in the ``openai-completions`` format: arrays, and no bytes."""
    choice = json.loads(chat_body(tokens, alternatives))["choices"][0]
    entries = choice["logprobs"]["content"]
    texts = [entry["token"] for entry in entries]
    listed = [{each["token"]: each["logprob"] for each in e["top_logprobs"]} for e in entries]
    arrays = {
        "text_offset": [0, *accumulate(map(len, texts[:-1]))],
        "token_logprobs": [entry["logprob"] for entry in entries],
        "tokens": texts,
        "top_logprobs": listed,
    }
    choice = {"index": 0, "text": "".join(texts), "logprobs": arrays, "finish_reason": "stop"}
    return _body("text_completion", choice, tokens)


def _body(kind: str, choice: dict[str, object], tokens: int) -> bytes:
    answer = {
        "id": "benchmark",
        "object": kind,
        "created": 1_760_000_000,
        "model": "benchmark",
        "choices": [choice],
        "usage": {"prompt_tokens": 1, "completion_tokens": tokens, "total_tokens": tokens + 1},
    }
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()


def words(seed: int) -> Callable[[], str]:
    """Return a function that draws tokens: a space and a few letters, one in fifty not in ASCII.

    They repeat as often as in recorded answers: some all the time, most of them seldom.
    """
    rng = random.Random(seed)  # noqa: S311 - the same numbers each time are what is wanted
    spelled = ["".join(rng.choices(_LETTERS, k=rng.randint(1, 7))) for _ in range(_VOCABULARY)]
    vocabulary = [f" {each}é" if at % 50 == 49 else f" {each}" for at, each in enumerate(spelled)]
    return lambda: vocabulary[int(_VOCABULARY * rng.random() ** 3)]


def _entry(rng: random.Random, draw: Callable[[], str], alternatives: int) -> dict[str, object]:
    logprobs = sorted((-rng.expovariate(0.2) for _ in range(alternatives)), reverse=True)
    listed = [_listed(draw(), logprob) for logprob in logprobs]
    return {**listed[0], "top_logprobs": listed}


def _listed(text: str, logprob: float) -> dict[str, object]:
    (single,) = struct.unpack("f", struct.pack("f", logprob))
    return {"token": text, "logprob": single, "bytes": list(text.encode())}
