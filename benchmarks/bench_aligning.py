"""Finding the tokens' places in the text, also where the two do not fit."""

from __future__ import annotations

import pytest
from answers import words
from rounds import take_turns

from pytest_logprobs._text import align


def drawn(count):
    """Return that many tokens."""
    draw = words(seed=count)
    return [draw() for _ in range(count)]


def matching(count):
    """The tokens spell the text."""
    tokens = drawn(count)
    return "".join(tokens), [[token.encode()] for token in tokens]


def hidden(count):
    """Every other token is no part of the text."""
    tokens = drawn(count)
    return "".join(tokens[::2]), [[token.encode()] for token in tokens]


def lost(count):
    """The wire lost the bytes of every tenth token."""
    tokens = drawn(count)
    spelled = [[] if at % 10 == 5 else [token.encode()] for at, token in enumerate(tokens)]
    return "".join(tokens), spelled


def foreign(count):
    """The tokens spell another text that begins and ends in the same way."""
    tokens = drawn(count)
    text = "".join([*tokens[: count // 3], "…", *tokens[count // 2 :]])
    return text, [[token.encode()] for token in tokens]


def alike(count):
    """Everything is one letter, so that every place looks like every other."""
    return "a" * (4 * count) + "b", [[b"aaaa"]] * count


def alike_and_lost(count):
    """One letter again, a mark in front, and a token whose bytes the wire lost."""
    text = "ab" + "a" * (4 * count)
    return text, [[b"ab"], *[[b"aaaa"]] * (count // 2), []]


def alike_in_all_lengths(count):
    """One letter in tokens of twenty lengths, which spell any place in thousands of ways."""
    spelled = [b"a" * (1 + at * 7 % 20) for at in range(count)]
    return "a" * (sum(map(len, spelled)) // 2) + "b", [[each] for each in spelled]


CASES = {
    "tokens that spell the text": matching,
    "every other token not in it": hidden,
    "the bytes of every tenth lost": lost,
    "tokens of another text": foreign,
    "one letter, not fitting": alike,
    "one letter, bytes lost": alike_and_lost,
    "one letter, twenty lengths": alike_in_all_lengths,
}


@pytest.mark.parametrize("case", CASES)
def test_aligning_grows_with_the_answer(table, case):
    """Ten times the tokens take ten times as long, whatever does not fit."""
    sizes = {f"{case}, {count:,}": CASES[case](count) for count in (1_000, 10_000)}
    work = {name: lambda given=given: align(*given) for name, given in sizes.items()}
    taken = take_turns(work, rounds=3)
    small, large = work
    group = "aligning as the answer grows"
    table.line(group, small, taken, to=small)
    table.line(group, large, taken, to=small, aim="≈ 10 × (linear)")
