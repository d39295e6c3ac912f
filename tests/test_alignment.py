r"""Where tokens stand in their text: METRICS §2, "Align by bytes … Never guess silently"."""

import re

import pytest

from pytest_logprobs import parse
from pytest_logprobs._text import align, encode, occurrences

GONE = "\ufffd"  # what is left of a piece of a character


def spelled(*tokens):
    """Give each token one spelling, or several as a tuple; a text stands for its UTF-8."""
    return [
        [each if isinstance(each, bytes) else encode(each) for each in candidates]
        for candidates in (token if isinstance(token, tuple) else (token,) for token in tokens)
    ]


def shown(text, *tokens, starts=None):
    """Align, and show of each token the part of the text that it has."""
    places = align(text, spelled(*tokens), starts)
    return [place and text[slice(*place)] for place in places]


@pytest.mark.parametrize(
    ("text", "tokens", "expected"),
    [
        ("Hi you!", ["Hi", " you", "!"], [(0, 2), (2, 6), (6, 7)]),
        # offsets count code points
        (
            "née 漢字 🍕!",
            ["né", "e ", "漢字", " 🍕", "!"],
            [(0, 2), (2, 4), (4, 6), (6, 8), (8, 9)],
        ),
        ("e\u0301a", ["e", "\u0301", "a"], [(0, 1), (1, 2), (2, 3)]),
        # the pieces of a split character share it
        ("🍕!", [b"\xf0\x9f", b"\x8d", b"\x95!"], [(0, 1), (0, 1), (0, 2)]),
        ("é漢", [b"\xc3", b"\xa9\xe6", b"\xbc\xa2"], [(0, 1), (0, 2), (1, 2)]),
        # "the text of a split UTF-8 token can be the literal characters"
        (
            "a💖",
            ["a", (b"\xf0\x9f\x92", r"\xf0\x9f\x92"), (b"\x96", r"\x96")],
            [(0, 1), (1, 2), (1, 2)],
        ),
        # which may be the text itself
        (r"\xf0!", [(b"\xf0", r"\xf0"), "!"], [(0, 4), (4, 5)]),
        # "`bytes` can also be null, absent, empty or wrong"
        ("Hi you", ["Hi", (b"\x00", " you")], [(0, 2), (2, 6)]),
        ("Hi you", [(b"H", "Hi"), " you"], [(0, 2), (2, 6)]),
        # empty tokens have no place; neither has anything in no text
        ("Hi", ["", "Hi", ""], [None, (0, 2), None]),
        ("", ["Hi", "", "</s>"], [None, None, None]),
        ("", [], []),
        ("Hi", [], []),
        # half of a character that JSON smuggled in
        ("a\ud83db", ["a", "\ud83d", "b"], [(0, 1), (1, 2), (2, 3)]),
    ],
)
def test_all_tokens_spell_the_text(text, tokens, expected):
    """Tokens are aligned "by bytes, not `len(token)`"."""
    assert align(text, spelled(*tokens)) == expected


@pytest.mark.parametrize(
    ("text", "tokens", "expected"),
    [
        # "special/EOS tokens are listed"
        ("Hi!", ["<s>", "Hi", "!", "</s>"], [None, "Hi", "!", None]),
        ("Hi!", ["Hi", "<|sep|>", "!", "<|end|>"], ["Hi", None, "!", None]),
        # "tokens run past a stop sequence", which may have cut one
        (" dog", [" dog", ".", "\n", "The", " dog"], None),
        (" dog", [" dog", ".", "\n", "The", " fox"], [" dog", None, None, None, None]),
        ("a, ", ["a", ",", " b", ","], ["a", ",", None, None]),
        # "reasoning or tool-call tokens are mixed in"
        ("It is.", ["Hm", "<tool>", "It", "f()", " is", "."], [None, None, "It", None, " is", "."]),
        ("Yes.", ["He", " asks", ".", "</think>", "Yes", "."], [None] * 4 + ["Yes", "."]),
        ("No", ["Not", " No", "hing", "\n", "No"], [None] * 4 + ["No"]),
        # "a fence is stripped", and the white space around it
        (
            '{"a": 1}',
            ["```", "json", "\n\n", '{"', "a", '":', " 1", "}\n", "```"],
            [None] * 3 + ['{"', "a", '":', " 1", "}", None],
        ),
        ("Paris.", [" Paris", ".", "</s>"], ["Paris", ".", None]),
        ("Paris", ["\u3000Paris", "\n"], ["Paris", None]),
        # a token that begins before the text is no white space: this text is another one
        ("is no", ["this", " no"], [None, None]),
        # said twice: it cannot be told which one it is
        ("Yes", ["Yes", "\n", "Yes"], [None] * 3),
        ("No", [" No", ".", " No"], [None] * 3),
        ("aa", ["a", "a", "a"], [None] * 3),
        # nor whether it is the one that was stripped, or a whole one past the stop
        ("5", ["5\n", "\n", "5"], [None] * 3),
        ("Paris", [" Paris", "\n", "Paris"], [None] * 3),
        # nor if one of them is whole, where they overlap
        ("aa", ["a", "aa"], [None] * 2),
        ("a.b", ["a", ".", "x", "a", ".", "x", "b"], [None] * 6 + ["b"]),
        # the beginnings differ, and all that is before a token is the same
        ("abcd", ["a", "x", "ab", "bc", "c", "x", "d"], [None] * 6 + ["d"]),
        ("abcde", ["a", "ab", "bcd", "cde", "e"], [None] * 5),
        # nothing fits
        ("Lyon", ["Par", "is", "on"], [None] * 3),
    ],
)
def test_some_tokens_spell_the_text(text, tokens, expected):
    """What matches has a place; "leave the rest with no offsets", and what has a choice."""
    assert shown(text, *tokens) == (expected or [None] * len(tokens))


@pytest.mark.parametrize(
    ("text", "tokens", "expected"),
    [
        # tokens without bytes where a character was split, as servers spell them
        ("Hi 🍕!", ["Hi", " ", "", "", "!"], ["Hi", " ", None, None, "!"]),
        ("Hi 🍕!", ["Hi", " ", GONE, GONE, "!", "</s>"], ["Hi", " ", None, None, "!", None]),
        ("🍕 or 🍎", ["", "", " or", " ", "", ""], [None, None, " or", " ", None, None]),
        ("a🍕ba🍕", ["a", "", "b", "a", ""], ["a", None, "b", "a", None]),
        # what was lost can hold what stands beside it
        ("🍕a🍕a🍕", ["", "a", ""], [None] * 3),
        # bytes that are wrong and fit nevertheless tell nothing
        ("Hi you🍕", [(b"H", "Hi"), " you", "", "</s>"], [None, " you", None, None]),
        # whole tokens that the response left out: at an end, in the middle
        ("The end\ufffd", ["The", " end"], ["The", " end"]),
        ("<s>The end", ["The", " end"], ["The", " end"]),
        ("The sad end", ["The", " end"], ["The", " end"]),
        ("the cat, the dog", ["the", " dog"], [None, " dog"]),
        ("no, no, yes", ["no", " yes"], [None, " yes"]),
        # but not where others are no part of the text
        ("The sad end", ["Well", "The", " end"], [None] * 3),
        ("🍕", [GONE, GONE], [None, None]),
    ],
)
def test_lost_characters(text, tokens, expected):
    """Where characters have no token, the tokens around them keep a place that is certain."""
    assert shown(text, *tokens) == expected


@pytest.mark.parametrize(
    ("text", "tokens", "starts", "expected"),
    [
        # the same text follows a stop sequence; offsets are counted from the prompt, then frozen
        ("a b", ["a", " b", "\n", "a", " b"], [39, 40, 42, 42, 42], ["a", " b", None, None, None]),
        # it came before, as a prompt that is no part of the text
        ("a b", ["a", " b", "a", " b"], [0, 0, 0, 1], None),
        # code points, not bytes
        ("é b", ["é", " b", "é", " b"], [5, 6, 8, 8], ["é", " b", None, None]),
        # no offsets: -1 throughout, all the same, too few, going back, beyond everything
        ("a", ["a", "a"], [-1, -1], None),
        ("a", ["a", "a"], [7, 7], None),
        ("a b", ["a", " b", "a", " b"], [7, 8], None),
        ("a b", ["a", " b", "a", " b"], [0, 1, 0, 1], None),
        ("a b", ["a", " b", "a", " b"], [0, 10**30, 10**30, 10**30], None),
        ("a b", ["a", " b", "a", " b"], [], None),
        # offsets that contradict the bytes
        ("a b", ["a", " b", "a", " b"], [0, 2, 3, 3], None),
        ("a b", ["a", "x", " b"], [0, 1, 2], ["a", None, " b"]),
        # nothing but bytes where these leave no choice
        ("a b", ["a", " b"], [7, 7], ["a", " b"]),
        ("🍕!", [b"\xf0\x9f", b"\x8d\x95", "!"], [0, 0, 1], ["🍕", "🍕", "!"]),
    ],
)
def test_offsets_of_the_wire(text, tokens, starts, expected):
    """Offsets that the wire claims decide only where the bytes leave a choice."""
    assert shown(text, *tokens, starts=starts) == (expected or [None] * len(tokens))


def test_offsets_are_plain_integers():
    """Where a piece of a character is the first, its place is counted like any other."""
    places = align("é!", spelled(b"\xc3", b"\xa9", "!"), None)
    assert repr(places) == "[(0, 1), (0, 1), (1, 2)]"


def test_tokens_of_any_length():
    """Tokens of very many lengths would be too much work: they have no places, and are no error."""
    tokens = ["a", "x", "b"]
    assert (
        shown("ab", *tokens, *("z" * length for length in range(90)))
        == ["a", None, "b"] + [None] * 90
    )
    assert shown("ab", *tokens, *("z" * length for length in range(100))) == [None] * 103


@pytest.mark.parametrize(
    ("name", "outside", "expected"),
    [
        ("chat.json", [], "Hamlet is the play written by William Shakespeare."),
        ("chat-accents.json", [], "Café, naïve, crème brûlée."),
        # the server gives the pieces of a split character neither text nor bytes
        ("chat-emoji.json", [4, 5, 6, 10, 11, 12], "I like I like and I like."),
        # the stop sequence, "seven", cuts a token; the white space before it is in the text
        ("completion-stop.json", [4, 5, 6], " five, six,"),
    ],
)
def test_recorded_answers(recordings, name, outside, expected):
    """The tokens of a recorded answer have the places that a reader would give them."""
    completion = parse((recordings / name).read_bytes())
    assert [token.index for token in completion if token.start is None] == outside
    placed = [token for token in completion if token.start is not None]
    assert "".join(completion.text[token.start : token.end] for token in placed) == expected
    assert [completion.text[token.start : token.end] for token in placed] == [
        token.text for token in placed
    ]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("an", "banana", ["an", "an"]),
        ("ana", "banana", ["ana"]),
        # as it is
        (".", "a.b", ["."]),
        ("a\nb", "xa\nb", ["a\nb"]),
        ("é", "éé", ["é", "é"]),
        ("x", "banana", []),
        (re.compile(r"[bn]a"), "banana", ["ba", "na", "na"]),
        (re.compile("BAN", re.IGNORECASE), "banana", ["ban"]),
        # "a group named `span` narrows it"
        (re.compile(r"is (?P<span>[A-Z]\w+)"), "It is Paris, is it?", ["Paris"]),
        (re.compile(r"x(?P<span>y)?|(\w)"), "xyxz", ["y"]),
        # empty matches cover nothing
        (re.compile(r"a*"), "baab", ["aa"]),
        (re.compile(r"(?=b)"), "bb", []),
    ],
)
def test_occurrences(pattern, text, expected):
    """A pattern is found from left to right; a string as it is, a regex by its group `span`."""
    extents = occurrences(pattern, text, 0, len(text))
    assert [text[slice(*extent)] for extent in extents] == expected


def test_occurrences_in_a_part():
    """Only what stands within the part is found, and a regex sees what stands before it."""
    assert [*occurrences("an", "an banana", 3, 8)] == [(4, 6), (6, 8)]
    assert [*occurrences("an", "an banana", 3, 7)] == [(4, 6)]
    assert [*occurrences(re.compile(r"(?<=n)a"), "an banana", 6, 9)] == [(6, 7), (8, 9)]
