"""Explaining a failure in a long answer: both parts of the text, the lines and the section."""

from __future__ import annotations

import pytest
from answers import chat_body
from rounds import take_turns

from pytest_logprobs import parse
from pytest_logprobs._explain import explain

SIZES = (1_000, 10_000)


@pytest.mark.parametrize(("metric", "bound"), [("mean_logprob", -0.001), ("min_margin", 0.999)])
def test_explaining_a_long_answer(table, metric, bound):
    """What a failed assertion costs: linear in the tokens, and nobody waits for it."""
    sizes = {f"{metric}, {count:,} tokens": parse(chat_body(count, 5)) for count in SIZES}
    scores = {name: getattr(completion, metric) for name, completion in sizes.items()}
    work = {name: lambda score=score: texts(score, bound) for name, score in scores.items()}
    taken = take_turns(work, rounds=11)
    small, large = work
    group = "explaining a failure, 5 alternatives each"
    table.line(group, small, taken, to=small)
    table.line(group, large, taken, to=small, aim="≈ 10 × (linear), under 50 ms")


def texts(score, bound):
    """Return what the terminal shows of a failed ``assert score >= bound``."""
    finding = explain(score, ">=", bound)
    return finding.lines, finding.section(50)
