"""A pytest plugin that writes down every completion that crossed the wire, digit by digit."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pytest_logprobs import LogprobsError


@pytest.fixture(autouse=True)
def seen(logprobs, request):
    """Add a line for each test that saw a completion."""
    yield
    try:
        completions = logprobs.completions
    except LogprobsError:  # the test has no cassette
        return
    line = {"test": request.node.nodeid, "completions": [written(each) for each in completions]}
    with Path(os.environ["PYTEST_LOGPROBS_SEEN"]).open("a", encoding="utf-8") as file:
        print(json.dumps(line), file=file)


def written(completion):
    """Return all that a completion says, its numbers as they are spelled."""
    tokens = [[number(t), [number(a) for a in t.alternatives]] for t in completion]
    return [completion.text, completion.model, completion.finish_reason, tokens]


def number(token):
    """Return a token or an alternative and its log-probability."""
    return [token.text, repr(token.logprob), token.token_id]
