"""The helper about runs of doubtful tokens, `assert_no_uncertain_span`: CONTRACT §2."""

import math
from pathlib import Path

import pytest

from pytest_logprobs import (
    ConfidenceError,
    EmptySpanError,
    Span,
    Token,
    UnscoredTokenError,
    assert_no_uncertain_span,
    parse,
)

RECORDINGS = Path(__file__).parent / "recordings"
BODY = (RECORDINGS / "chat.json").read_bytes()
HAMLET = parse(BODY)
COLOURS = parse((RECORDINGS / "chat-length.json").read_bytes())


@pytest.mark.parametrize(
    ("subject", "below", "length"),
    [
        (HAMLET, 0.07, 1),
        (HAMLET, 0.5, 4),
        (BODY, 0.5, 4),
        (HAMLET[5], 0.6, 1),
        (HAMLET[5:], 0.6, 1),
        # just at the bound is not below it
        (Token("a", math.log(0.5)), 0.5, 1),
    ],
)
def test_certain(subject, below, length):
    """It holds where there is "no run of `length` or more tokens with probability < below"."""
    assert_no_uncertain_span(subject, below, length=length)


ROWS = """\
#4 ' play' 7.2 %; instead: ' final' 5.9 %, ' fictional' 5.5 %
#3 ' the' 24.2 %; instead: ' a' 22.9 %, ' often' 13.5 %
#2 ' is' 28.0 %; instead: ' by' 19.9 %, ''s' 19.6 %"""
UNSURE = "next: unsure at #4: put the fact or the allowed answers in the prompt"


@pytest.mark.parametrize(
    ("subject", "below", "length", "explanation"),
    [
        (
            HAMLET,
            0.5,
            1,
            f"""\
2 runs of tokens are below 0.5 in probability (lowest: 0.07235): 'Ham', ' is the play'
text: ⟦Ham⟧let⟦ is⟧⟦ the⟧⟦ play⟧ written by William Shakespeare.
{ROWS}
#0 'Ham' 41.9 %; instead: 'The' 14.8 %, 'A' 6.1 %
{UNSURE}""",
        ),
        (
            HAMLET,
            0.5,
            3,
            f"""\
1 run of 3 or more tokens is below 0.5 in probability (lowest: 0.07235): ' is the play'
text: Hamlet⟦ is⟧⟦ the⟧⟦ play⟧ written by William Shakespeare.
{ROWS}
{UNSURE}""",
        ),
        (
            HAMLET[4],
            math.nan,
            1,
            f"""\
1 run of tokens is below nan in probability (lowest: 0.07235): ' play'
text: ⟦ play⟧
#4 ' play' 7.2 %; instead: ' final' 5.9 %, ' fictional' 5.5 %
{UNSURE}""",
        ),
    ],
)
def test_uncertain(subject, below, length, explanation):
    """The explanation shows the runs, and what in them is weakest; of NaN nothing is sure."""
    with pytest.raises(ConfidenceError) as error:
        assert_no_uncertain_span(subject, below, length=length)
    assert error.value.explanation == explanation


def test_many_runs():
    """Runs are named as far as they fit into the sentence."""
    with pytest.raises(ConfidenceError) as error:
        assert_no_uncertain_span(COLOURS, 0.4)
    assert error.value.explanation.splitlines()[0] == (
        r"8 runs of tokens are below 0.4 in probability (lowest: 0.09089): '\n\n', "
        "' - A fundamental colo…', …"
    )


def test_only_the_runs_are_marked():
    """The second part marks what is in a run, not what else is weak."""
    with pytest.raises(ConfidenceError) as error:
        assert_no_uncertain_span(HAMLET, 0.5, length=3)
    heat_map = error.value.section(1).split("\n\n")[1]
    assert heat_map == "Hamlet⟦ is|28⟧⟦ the|24⟧⟦ play|7⟧ written by William Shakespeare."


MASKED = (
    'its logprob is -9999.0, a sentinel for "outside the list" or "masked"; leave such tokens out '
    "with .scored()"
)
NOTHING = (
    "probability: a span without tokens has none; check that something was generated or found first"
)


@pytest.mark.parametrize(
    ("subject", "below", "length", "error", "message"),
    [
        (
            Span([HAMLET[4], Token("yes", -9999.0, index=1)]),
            0.5,
            1,
            UnscoredTokenError,
            f"uncertain: token 1 'yes' is not scored: {MASKED}",
        ),
        (
            HAMLET[:0],
            0.5,
            1,
            EmptySpanError,
            NOTHING,
        ),
        (HAMLET, 0.5, 0, ValueError, "length=0: a run has one token at least"),
        (HAMLET, "10 %", 1, TypeError, "below is a number, got '10 %'"),
    ],
)
def test_what_cannot_be_judged(subject, below, length, error, message):
    """What is not known, or makes no sense, is an error of its own."""
    with pytest.raises(error) as caught:
        assert_no_uncertain_span(subject, below, length=length)
    assert (type(caught.value), str(caught.value)) == (error, message)
