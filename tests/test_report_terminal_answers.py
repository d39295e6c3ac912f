"""What a terminal and a log of CI show of answers: where they part, and nothing dangerous."""

from __future__ import annotations

import random
from dataclasses import replace

from comparing import ACCEPT, shown
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledgers import TEST, case, changed, ledgers, sample

from pytest_logprobs._gate import judge
from pytest_logprobs._ledger import Row
from pytest_logprobs._quote import visible
from pytest_logprobs.reports import render

SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # ledgers are large
PARIS = Row(" Paris", -0.1, ((" Lyon", -2.5), (" Nice", -4.0)))
LYON = Row(" Lyon", -0.9, ((" Paris", -1.0),))
BEGINNING = Row("The capital of that country", -0.01), Row(" is", -0.02)


def answer(*rows, score=-0.25):
    """Give a case of one answer."""
    found = replace(sample(score), tokens=rows)
    return [case(TEST, samples=(found,), model="m", sampling={})]


def test_where_answers_part():
    """What both begin with, and what both sides might have said there."""
    expected = """\
gate capitals: inconclusive (mean_logprob, nats/token)
  1 case is too few (min_cases is 10)
  cases  baseline  candidate  drop  interval  margin
      1     -0.25       -0.5  0.25         ?     0.1
  the case:
    drop  baseline  candidate  case
    0.25     -0.25       -0.5  tests/test_it.py::test_capital
      they part at token 2, after 'The capital of that country is':
        before  ' Paris' 90.5 %; instead: ' Lyon' 8.2 %, ' Nice' 1.8 %
        now     ' Lyon' 40.7 %; instead: ' Paris' 36.8 %"""
    assert shown(answer(*BEGINNING, PARIS), answer(*BEGINNING, LYON, score=-0.5)) == expected


def test_where_an_answer_ends():
    """There is no token on that side; at the very beginning there is nothing before."""
    told = shown(answer(*BEGINNING, PARIS), answer(*BEGINNING, score=-0.5))
    assert told.splitlines()[7:] == [
        "      they part at token 2, after 'The capital of that country is':",
        "        before  ' Paris' 90.5 %; instead: ' Lyon' 8.2 %, ' Nice' 1.8 %",
        "        now     the end of the answer",
    ]
    told = shown(answer(PARIS), answer(LYON, score=-0.5))
    assert told.splitlines()[7] == "      they part at token 0:"


def test_the_same_text_with_less_confidence():
    """The token that has lost most, and what it nearly was."""
    after = answer(*BEGINNING, PARIS._replace(logprob=-0.9), score=-0.5)
    assert shown(answer(*BEGINNING, PARIS), after).splitlines()[7:] == [
        "      the same text; at token 2, ' Paris' 90.5 % became 40.7 %",
        "        instead: ' Lyon' 8.2 %, ' Nice' 1.8 %",
    ]


def test_what_a_model_wrote_reaches_no_terminal_as_a_command():
    """Escapes, line breaks, directions and wide characters, in texts and in labels."""
    evil, written = "\x1b[1m\u202e\r\n漢字", "\\x1b[1m\\u202e\\r\\n漢字"
    before = [replace(answer(Row("漢字", -0.1))[0], label=evil)]
    after = [replace(answer(Row(evil, -0.9, ((evil * 3, -1.0),)), score=-0.5)[0], label=evil)]
    assert shown(before, after).splitlines()[6:] == [
        f"    0.25     -0.25       -0.5  tests/test_it.py::test_capital ({written})",
        "      they part at token 0:",
        "        before  '漢字' 90.5 %",
        f"        now     '{written[:15]}…' 40.7 %; instead: '{written[:15]}…' 36.8 %",
    ]


@SLOW
@given(before=ledgers(), seed=st.integers())
def test_whatever_there_is_can_be_shown(before, seed):
    """In lines that hold nothing but what can be shown, none longer than names make it."""
    after = changed(before, random.Random(seed))  # noqa: S311 - drawn
    text = render(judge(before, after), accept=ACCEPT)
    assert text == visible(text)
    assert all("::" in line for line in text.splitlines() if len(line) > 80)
