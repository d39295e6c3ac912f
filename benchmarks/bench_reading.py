"""Reading a long answer, beside what merely decodes its JSON.

How fast a decoder is depends on the memory it finds: in a process that has used much of it already,
as pytest's has, all of them are slower and the ratios lower. So the timings come from a process of
their own, which this file is when it is run.
"""

from __future__ import annotations

import json
import subprocess
import sys

import orjson
import pydantic_core
from answers import chat_body, completion_body
from rounds import Seconds, take_turns

from pytest_logprobs import Completion, parse

SCORES = (
    "total_logprob",
    "mean_logprob",
    "min_logprob",
    "joint_probability",
    "geomean_probability",
    "min_probability",
    "mean_probability",
    "perplexity",
    "bits_per_byte",
    "tail_mean_logprob",
)
"""The scores of the chosen tokens: those that look at no alternative."""

AIMS = {"a ChatCompletion": "parse and ten scores", "a Completion": "parse"}
"""What is held against the yardstick: arrays are so quickly decoded that scores count double."""


def scored(body: bytes) -> Completion:
    """Do what a test does: read an answer and ask for its scores."""
    completion = parse(body)
    for name in SCORES:
        getattr(completion, name)
    return completion


def long_answer(body: bytes) -> Seconds:
    """Time the reading of a body, and of the same without doing anything with it."""
    work = {
        "orjson.loads": lambda: orjson.loads(body),
        "pydantic_core.from_json": lambda: pydantic_core.from_json(body),
        "json.loads": lambda: json.loads(body),
        "parse": lambda: parse(body),
        "parse and ten scores": lambda: scored(body),
    }
    return take_turns(work, rounds=100)


def whole_answer(body: bytes, kind: str) -> Seconds:
    """Time what looks at every alternative, and the model that openai's SDK has for the body."""
    work = {
        "orjson.loads": lambda: orjson.loads(body),
        "parse and every token's entropy": lambda: [token.entropy for token in parse(body)],
    }
    try:
        from openai import types
        from openai.types import chat
    except ImportError:
        pass
    else:
        model = getattr(chat, kind, None) or getattr(types, kind)
        work[f"openai's {kind}"] = lambda: model.model_validate_json(body)
    return take_turns(work, rounds=40)


def growing_answer() -> Seconds:
    """Time an answer, and one of ten times as many tokens."""
    sizes = {f"{count:,} tokens": chat_body(count, 20) for count in (300, 3_000)}
    work = {name: lambda body=body: scored(body) for name, body in sizes.items()}
    return take_turns(work, rounds=9)


def test_reading(table):
    """Decoding is most of it: tokens cost little, alternatives nothing until they are looked at."""
    printed = subprocess.check_output([sys.executable, __file__])
    *families, growing = json.loads(printed)
    for family, size, long, whole in families:
        group = f"reading {family}, 300 tokens, 20 alternatives each, {size / 1000:.0f} kB"
        for name in long:
            aim = "≤ 2.5 × orjson.loads" if name == AIMS[family] else ""
            table.line(group, name, long, to="orjson.loads", aim=aim)
        for name in list(whole)[1:]:
            table.line(group, name, whole, to="orjson.loads")
    group = "reading as the answer grows, 20 alternatives each"
    small, large = growing
    table.line(group, small, growing, to=small)
    table.line(group, large, growing, to=small, aim="≈ 10 × (linear)")


if __name__ == "__main__":
    bodies = {"ChatCompletion": chat_body(300, 20), "Completion": completion_body(300, 20)}
    families = [
        (f"a {kind}", len(body), long_answer(body), whole_answer(body, kind))
        for kind, body in bodies.items()
    ]
    print(json.dumps([*families, growing_answer()]))
