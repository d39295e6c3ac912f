"""Where two answers part, and what both sides might have said there."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgers import ROWS

from pytest_logprobs._gate import (
    Divergence,
    distribution,
    end_of,
    first_divergence,
    greatest_loss,
    others,
    parted,
)
from pytest_logprobs._ledger import Row
from pytest_logprobs._quote import one_line

PARIS = Row(" Paris", -0.1, ((" Lyon", -2.5), (" Nice", -4.0)))
LYON = Row(" Lyon", -0.9, ((" Paris", -1.0), (" Lyon", -0.9)))
IT, IS = Row("It", -0.01), Row(" is", -0.02)
ANSWERS = st.lists(ROWS, max_size=6)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([IT, IS, PARIS], [IT, IS, LYON], Divergence(2, "It is", PARIS, LYON)),
        ([IT, IS, PARIS], [IT, IS], Divergence(2, "It is", PARIS, None)),
        ([], [IT], Divergence(0, "", None, IT)),
        ([IT, IS], [IT, IS], None),
        ([], [], None),
    ],
)
def test_the_first_token_that_is_another(before, after, expected):
    """Or where one of the answers has ended."""
    assert first_divergence(before, after) == expected


@settings(deadline=None)
@given(ANSWERS, ANSWERS)
def test_before_the_point_both_say_the_same(before, after):
    """And there they do not."""
    found = first_divergence(before, after)
    texts = [[row.text for row in side] for side in (before, after)]
    if found is None:
        assert texts[0] == texts[1]
        return
    at = found.index
    assert texts[0][:at] == texts[1][:at]
    assert texts[0][at : at + 1] != texts[1][at : at + 1]
    assert found.is_other_text


def test_of_equal_answers_it_is_the_token_that_lost_most():
    """Tokens that are not known are passed over; where none has lost, there is nothing."""
    before = [IT, Row(" is", None), PARIS]
    after = [IT._replace(logprob=-0.3), Row(" is", -3.0), PARIS._replace(logprob=-0.9)]
    found = greatest_loss(before, after)
    assert found == Divergence(2, "It is", before[2], after[2])
    assert not found.is_other_text
    assert greatest_loss(after, before) is None
    assert greatest_loss([], []) is None


@pytest.mark.parametrize(
    ("divergence", "expected"),
    [
        (
            Divergence(2, "It is", PARIS, LYON),
            "at token 2, after 'It is', ' Paris' 90.5 % became ' Lyon' 40.7 %",
        ),
        (Divergence(0, "", IT, LYON), "at token 0, 'It' 99.0 % became ' Lyon' 40.7 %"),
        (Divergence(1, "It", None, IS), "at token 1, after 'It', the end became ' is' 98.0 %"),
        (
            Divergence(2, "It is", PARIS, PARIS._replace(logprob=-0.9)),
            "the same text; at token 2, ' Paris' 90.5 % became 40.7 %",
        ),
        (
            Divergence(1234, "a" * 99, Row("b" * 40, None), Row("\x1b[31m\n", -1.0)),
            "at token 1234, after '…aaaaaaaaa', 'bbbbbbbbb…' ? became '\\x1b[31m\\n' 36.8 %",
        ),
    ],
)
def test_it_is_said_on_a_line(divergence, expected):
    """With the end of what both begin with."""
    assert parted(divergence) == expected


@settings(deadline=None)
@given(st.integers(0, 99999), st.text(), st.none() | ROWS, st.none() | ROWS)
def test_the_line_is_short_and_safe(index, prefix, before, after):
    """Whatever a model wrote."""
    line = parted(Divergence(index, prefix, before, after))
    assert len(line) <= 76
    assert line == one_line(line)


def test_a_distribution_is_what_stands_there_and_what_might_have():
    """As much of it as there is room for; the token itself is no alternative to itself."""
    assert distribution(PARIS) == "' Paris' 90.5 %; instead: ' Lyon' 8.2 %, ' Nice' 1.8 %"
    assert distribution(PARIS, 40) == "' Paris' 90.5 %; instead: ' Lyon' 8.2 %"
    assert distribution(PARIS, 20) == "' Paris' 90.5 %"
    assert distribution(LYON) == "' Lyon' 40.7 %; instead: ' Paris' 36.8 %"
    assert distribution(None) == "the end of the answer"
    assert distribution(Row("漢\x00字", None, (("\u202e", 7.0),))) == (
        "'漢\\x00字' ?; instead: '\\u202e' 100 %"
    )
    assert others(IT, 80) == ""


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("It is", 20, "'It is'"),
        ("the capital of France is", 15, "'…of France is'"),
        ("two\nlines", 10, "'…\\nlines'"),
        ("two\nlines", 9, "'…lines'"),
        ("two\nlines", 12, "'two\\nlines'"),
        ("abc", 3, "'…'"),
        ("abc", 0, "'…'"),
    ],
)
def test_the_end_of_a_text(text, width, expected):
    """It is what a point in a text follows."""
    assert end_of(text, width) == expected
