"""What a decision means, in a sentence that says what happened before what is sure of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_logprobs._gate._decision import decide
from pytest_logprobs._gate._sentences import decided_by
from pytest_logprobs._ledger import Policy

CONFIDENCE = Policy(margin=0.1)
PERPLEXITY = Policy(margin=0.1, metric="perplexity")


def around(mean):
    """Give a dozen differences about a mean: half of them 0.05 above it, half 0.05 below."""
    return [mean + 0.05, mean - 0.05] * 6


@pytest.mark.parametrize(
    ("differences", "words"),
    [
        pytest.param(
            around(-0.3),
            "fell by 0.3 (95 % sure: by more than 0.2729), beyond the margin of 0.1 (nats/token)",
            id="worse",
        ),
        pytest.param(
            [-0.25] * 12,
            "fell by 0.25 (in each of the 12 cases), beyond the margin of 0.1 (nats/token)",
            id="all as much worse",
        ),
        pytest.param(
            around(-0.05),
            "fell by 0.05 (95 % sure: by less than 0.07707), within the margin of 0.1 (nats/token)",
            id="a little worse",
        ),
        pytest.param(
            [-0.0625] * 12,
            "fell by 0.0625 (in each of the 12 cases), within the margin of 0.1 (nats/token)",
            id="all as little worse",
        ),
        pytest.param(
            around(0.0),
            "is the same on average; a fall of more than 0.02707 is ruled out (95 % sure)",
            id="neither",
        ),
        pytest.param(
            around(0.01),
            "rose by 0.01; a fall of more than 0.01707 is ruled out (95 % sure)",
            id="a little better",
        ),
        pytest.param(around(0.3), "rose by 0.3 (95 % sure: by more than 0.2729)", id="better"),
        pytest.param([0.25] * 12, "rose by 0.25 (in each of the 12 cases)", id="all as much"),
        pytest.param([0.0] * 12, "is the same on both sides", id="unchanged"),
    ],
)
def test_what_is_shown(differences, words):
    """By how much a score rose or fell, how sure its bound is, and where the margin is."""
    decision = decide(differences, CONFIDENCE)
    assert decided_by(decision, CONFIDENCE, "cases") == f"mean_logprob {words}"


@pytest.mark.parametrize(
    ("mean", "words"),
    [
        (-0.3, "rose by 0.3 (95 % sure: by more than 0.2729), beyond the margin of 0.1"),
        (0.01, "fell by 0.01; a rise of more than 0.01707 is ruled out (95 % sure)"),
        (0.3, "fell by 0.3 (95 % sure: by more than 0.2729)"),
    ],
)
def test_a_score_that_is_better_when_it_is_lower(mean, words):
    """What got worse has risen."""
    told = decided_by(decide(around(mean), PERPLEXITY), PERPLEXITY, "cases")
    assert told.removesuffix(" (equal choices)") == f"perplexity {words}"


def test_a_bound_is_never_printed_as_the_margin():
    """As many digits as tell the two apart."""
    found = decide(around(-0.3), CONFIDENCE)
    policy = replace(CONFIDENCE, margin=-found.upper - 1e-8)
    told = decided_by(decide(around(-0.3), policy), policy, "cases")
    assert told == (
        "mean_logprob fell by 0.3 (95 % sure: by more than 0.272926018), "
        "beyond the margin of 0.272926008 (nats/token)"
    )


@pytest.mark.parametrize(
    ("differences", "words"),
    [
        pytest.param(
            around(-0.11),
            "the fall of mean_logprob lies between 0.08293 and 0.1371, and the margin is 0.1 "
            "(nats/token, 95 % sure of each bound); an unchanged prompt would pass with about "
            "13 clusters, a true change near the margin needs far more",
            id="around the margin",
        ),
        pytest.param(
            [-0.1] * 12,
            "the fall of mean_logprob is 0.1 in each of the 12 clusters, which is the margin "
            "(nats/token)",
            id="the margin",
        ),
        pytest.param([-0.1], "1 cluster is too few (min_cases is 10)", id="one"),
        pytest.param(
            around(-0.1)[:2], "2 clusters are too few (min_cases is 10)", id="min_cases would do"
        ),
        pytest.param(
            [-0.9, 0.9, 0.0],
            "3 clusters are too few (min_cases is 10); an unchanged prompt would pass with about "
            "503 clusters, a true change near the margin needs far more",
            id="more would do",
        ),
    ],
)
def test_what_cannot_be_told(differences, words):
    """Why not, and how many it takes, where that says more than ``min_cases`` does."""
    assert decided_by(decide(differences, CONFIDENCE), CONFIDENCE, "clusters") == words
