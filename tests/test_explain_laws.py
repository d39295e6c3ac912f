"""The limits that every explanation keeps, whatever the texts and the numbers are (CONTRACT §2)."""

import math
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_logprobs import Alternative, Completion, LogprobsError, MalformedResponseError, Token
from pytest_logprobs._explain import (
    OPERATORS,
    explain,
    explain_forbidden,
    explain_required,
    explain_uncertain,
)
from pytest_logprobs.metrics import METRICS

NASTY = [
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\r\n\t",
    "\u202eevil\u2066",
    "שלום",
    "\ud83c",
    "\x85\u2028\u2029",
    "⟦x|3⟧",
    "👩‍👩‍👧",
    "a" * 700,
    "\x00" * 30,
    "",
]
TEXTS = st.one_of(st.text(st.characters(), max_size=9), st.sampled_from(NASTY))
RAW = st.one_of(st.floats(-30, 0), st.sampled_from([None, math.nan, -9999.0, 0.0]))
BOUNDS = st.one_of(
    st.floats(), st.integers(), st.fractions(), st.sampled_from([10**400, -(10**400), 80])
)
WANTED = st.tuples(TEXTS, st.one_of(st.none(), st.floats(0, 1)), BOUNDS)
LISTS = st.lists(st.builds(Alternative, TEXTS, RAW), max_size=4)
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def unreadable():
    """List alternatives that are not sound."""
    raise MalformedResponseError("$.choices[0]", "expected a\x1bnumber")


@st.composite
def completions(draw):
    """Draw an answer of any tokens, some of them without a place, or with a wrong one."""
    tokens, text = [], ""
    for index, piece in enumerate(draw(st.lists(TEXTS, min_size=1, max_size=6))):
        extent = draw(st.sampled_from([None, (len(text), len(text) + len(piece)), (-3, 9999)]))
        text += piece
        listed = draw(st.one_of(LISTS, st.just(unreadable)))
        tokens.append(Token(piece, draw(RAW), alternatives=listed, index=index, extent=extent))
    return Completion(text, tokens)


def check(finding):
    """Hold both parts of an explanation against the limits."""
    lines = finding.lines
    assert 1 <= len(lines) <= 8
    assert len("\n".join(lines)) <= 640
    assert not any(map(UNSAFE.search, lines))
    assert UNSAFE.search(finding.section(0).replace("\n", "")) is None


@settings(deadline=None)
@given(completions(), st.sampled_from(list(METRICS)), st.sampled_from(list(OPERATORS)), BOUNDS)
@example(Completion("", [Token("", -1.0)]), "mean_logprob", ">=", math.nan)
def test_any_comparison(completion, name, op, bound):
    """It has "at most 8 lines and 640 characters", "no colour and no control character"."""
    try:
        score = getattr(completion.scored(), name)
    except LogprobsError:
        return
    check(explain(score, op, bound))
    check(explain(bound, op, score))
    check(explain(score, op, completion.scored().mean_logprob))


@settings(deadline=None)
@given(completions(), LISTS, WANTED, st.booleans())
def test_any_token(completion, listed, wanted, flag):
    """The same holds where an alternative is required or forbidden, and for uncertain runs."""
    text, probability, bound = wanted
    evidence = completion.evidence
    token = Token(completion[0].text, completion[0].raw_logprob, alternatives=listed)
    check(explain_required(evidence, token, text, probability, bound, fold=flag))
    check(explain_forbidden(evidence, token, text, probability, bound, chosen=flag))
    runs = [completion[at : at + 1].evidence for at in range(len(completion))]
    check(explain_uncertain(runs, bound, 1 + flag))


@pytest.mark.parametrize("text", NASTY)
def test_ten_thousand_tokens(text):
    """An answer of 10,000 tokens is explained in 8 lines, and its table is as long as is wanted."""
    end = len(text)
    tokens = [
        Token(text, -0.5, index=at, extent=(at * end, at * end + end)) for at in range(10_000)
    ]
    finding = explain(Completion(text * 10_000, tokens).mean_logprob, ">=", -0.1)
    check(finding)
    assert len(finding.lines) == (8 if text else 7)
    table = finding.section(50).rpartition("alternatives\n")[2].split("\n")
    assert len(table) == 51
    assert table[-1] == (
        "       … and 9950 less doubtful (all: --logprobs-rows=0; in show: --rows=0)"
    )
