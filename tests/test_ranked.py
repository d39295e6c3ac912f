"""The order of confidence: `ranked` (CONTRACT §1) and `assert_ranked_first` (§2)."""

import math
from pathlib import Path

import pytest

from pytest_logprobs import (
    ConfidenceError,
    EmptySpanError,
    Span,
    Token,
    assert_ranked_first,
    parse,
    ranked,
)

RECORDINGS = Path(__file__).parent / "recordings"
HAMLET, SAMPLED, SCHEMA = (
    parse((RECORDINGS / f"chat{kind}.json").read_bytes())
    for kind in ("", "-sampled", "-json-schema")
)
CERTAIN, HALF = Token("a", 0.0), Token("b", -0.5)
SCORES = (
    "the scores are total_logprob, mean_logprob, min_logprob, joint_probability, "
    "geomean_probability, min_probability, mean_probability, perplexity, bits_per_byte, "
    "tail_mean_logprob, mean_entropy, max_entropy, mean_margin, min_margin, worst_rank"
)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("mean_logprob", [SCHEMA, HAMLET, SAMPLED]),
        # "`total_logprob` for the sequence"
        ("total_logprob", [SCHEMA, HAMLET, SAMPLED]),
        ("perplexity", [SCHEMA, HAMLET, SAMPLED]),
        ("min_probability", [HAMLET, SAMPLED, SCHEMA]),
        ("worst_rank", [HAMLET, SCHEMA, SAMPLED]),
    ],
)
def test_ranked(by, expected):
    """`ranked(completions, by="mean_logprob")` gives the "best first; `by` is any score name"."""
    assert list(ranked([SAMPLED, SCHEMA, HAMLET], by=by)) == expected
    assert list(ranked(iter([HAMLET, SAMPLED, SCHEMA]), by=by)) == expected


def test_equal_ones_keep_their_order():
    """Of equal ones the first stays first, whichever direction is better."""
    spans = [Span([Token(text, -0.5)]) for text in "abc"]
    for by in ("mean_logprob", "perplexity"):
        assert list(ranked(spans, by=by)) == spans
    assert ranked([]) == ()


def test_a_name_that_is_no_score():
    """Another name is refused, and the scores are named."""
    for fails in (
        lambda: ranked([HAMLET], by="confidence"),
        lambda: assert_ranked_first(HAMLET, [SAMPLED], by="confidence"),
    ):
        with pytest.raises(ValueError, match=f"^by='confidence' is no score; {SCORES}$"):
            fails()


def test_ranked_first():
    """`best` scores higher "than each other by more than margin (a tie fails)"."""
    assert_ranked_first(CERTAIN, [HALF, HAMLET, (RECORDINGS / "chat.json").read_bytes()])
    assert_ranked_first(CERTAIN, [HALF], margin=0.25)
    assert_ranked_first(CERTAIN, (HALF for _ in range(2)), by="perplexity", margin=0.25)
    assert_ranked_first(HALF, [CERTAIN], margin=-0.6)


@pytest.mark.parametrize(
    ("best", "others", "options"),
    [
        (CERTAIN, [HALF, CERTAIN], {}),
        (CERTAIN, [HALF], {"margin": 0.5}),
        (CERTAIN, [HALF], {"margin": math.nan}),
        (HALF, [HAMLET, CERTAIN], {}),
        (HALF, [CERTAIN], {"by": "perplexity"}),
        (HALF, [CERTAIN], {"margin": -0.5}),
    ],
)
def test_not_ranked_first(best, others, options):
    """A tie, a lead of just the margin, a margin of NaN: none of them is a lead."""
    with pytest.raises(ConfidenceError):
        assert_ranked_first(best, others, **options)


def test_explanation():
    """It compares with the best of the others, and says which one that is."""
    with pytest.raises(ConfidenceError) as error:
        assert_ranked_first(HAMLET, [SAMPLED, SCHEMA], margin=0.1)
    assert (
        error.value.explanation
        == """\
mean_logprob is -0.7209, not > -0.4005 (0.3204 too low, in nats/token)
best rival: -0.5005 of '{ "name": "Anna", "age": 31 }', margin 0.1
text: ⟦Ham⟧let⟦ is⟧⟦ the⟧⟦ play⟧ written by William Shakespeare.
#4 ' play' 7.2 %; instead: ' final' 5.9 %, ' fictional' 5.5 %
#3 ' the' 24.2 %; instead: ' a' 22.9 %, ' often' 13.5 %
#2 ' is' 28.0 %; instead: ' by' 19.9 %, ''s' 19.6 %
#0 'Ham' 41.9 %; instead: 'The' 14.8 %, 'A' 6.1 %
next: unsure at #4: put the fact or the allowed answers in the prompt"""
    )


def test_explanation_of_a_score_that_is_better_low():
    """Where lower is better the bound is the best rival less the margin."""
    with pytest.raises(ConfidenceError) as error:
        assert_ranked_first(HALF, [CERTAIN], by="perplexity")
    assert error.value.explanation.splitlines() == [
        "perplexity is 1.649, not < 1 (0.6487 too high, in equal choices)",
        "best rival: 1 of 'a'",
        "text: ⟦b⟧",
        "#0 'b' 60.7 %",
        "next: perplexity is 1 at best: nothing is < 1",
    ]


def test_one_rival():
    """A span is one rival, though it is a sequence of tokens; so is a token."""
    for rival in (HAMLET[2:5], HAMLET[4]):
        assert_ranked_first(HAMLET, rival)
    with pytest.raises(ConfidenceError, match=r"\nbest rival: -0.7209 of 'Hamlet is the play"):
        assert_ranked_first(HAMLET[4], HAMLET)


def test_what_cannot_be_ranked():
    """No rival, a margin that is no number, a rival without tokens: each is its own error."""
    with pytest.raises(
        ValueError, match=r"^others is empty: there is nothing to be ranked before$"
    ):
        assert_ranked_first(HAMLET, [])
    with pytest.raises(TypeError, match=r"^margin is a number, got '10 %'$"):
        assert_ranked_first(HAMLET, [SAMPLED], margin="10 %")
    for best, other in ((HAMLET, HAMLET[:0]), (HAMLET[:0], HAMLET)):
        with pytest.raises(EmptySpanError):
            assert_ranked_first(best, [other])
