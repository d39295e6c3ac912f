"""Tokens as text: the window, the heat map, its colours, the table (CONTRACT §2, DESIGN rule 8)."""

import math
from pathlib import Path

import pytest

from pytest_logprobs import Alternative, Completion, MalformedResponseError, Span, Token, parse
from pytest_logprobs._heatmap import (
    alternatives,
    coloured,
    heat_map,
    token_table,
    weakest,
    window,
)
from pytest_logprobs._score import Evidence

RECORDINGS = Path(__file__).parent / "recordings"
HAMLET = parse((RECORDINGS / "chat.json").read_bytes())
EMOJI = parse((RECORDINGS / "chat-emoji.json").read_bytes())
JSON = parse((RECORDINGS / "chat-json.json").read_bytes())


def marked(completion, *indices, width=70):
    """Show the window on some tokens, the worst one first."""
    return window(completion.evidence, [completion[index] for index in indices], width)


@pytest.mark.parametrize(
    ("indices", "width", "shown"),
    [
        ([4], 70, "Hamlet is the⟦ play⟧ written by William Shakespeare."),
        ([4, 0, 9], 70, "⟦Ham⟧let is the⟦ play⟧ written by William Shakespeare⟦.⟧"),
        # cut on both sides of the first one, as many characters before it as after it
        ([4], 20, "…t is the⟦ play⟧ wr…"),
        ([0], 30, "⟦Ham⟧let is the play written…"),
        ([9], 30, "…en by William Shakespeare⟦.⟧"),
        # another one may be cut
        ([4, 7], 36, "Hamlet is the⟦ play⟧ written by⟦ W…"),
        ([], 70, ""),
    ],
)
def test_window(indices, width, shown):
    """One line of the text around the worst token: "the weak tokens marked by characters"."""
    actual = marked(HAMLET, *indices, width=width)
    assert (actual, len(actual) <= width) == (shown, True)


def test_window_on_line_breaks():
    """A line break in the text is an escape in the window, and is never cut in two."""
    expected = r'⟦{⟧\n  "product": "⟦blue⟧ lamp",\n  "price": 24.50\n}\n'
    assert marked(JSON, 0, 6) == expected
    for width in range(8, len(expected)):
        shown = marked(JSON, 6, width=width)
        assert shown.count("\\") == shown.count("\\n")


def test_window_on_a_long_token():
    """Of a token that is longer than the line its beginning is shown."""
    tokens = [Token("x", -1.0, extent=(0, 1)), Token("y" * 99, -1.0, extent=(1, 100))]
    assert marked(Completion("x" + "y" * 99, tokens), 1, width=9) == "x⟦yyyyy…"


def test_window_on_tokens_without_a_place():
    """What stands nowhere in the text is not marked; if nothing does there is no window."""
    assert marked(EMOJI, 4) == ""
    assert marked(EMOJI, 4, 3) == "I like I⟦ like⟧🍕 and I like🍎."


def test_heat_map():
    """The text is whole, and weak tokens have their percentage: colour is not needed."""
    assert heat_map(HAMLET.evidence) == (
        "⟦Ham|42⟧let⟦ is|28⟧⟦ the|24⟧⟦ play|7⟧⟦ written|66⟧ by⟦ William|84⟧ Shakespeare⟦.|69⟧"
    )


def test_heat_map_of_tokens_without_a_place():
    """Weak tokens that are no part of the text follow below it."""
    assert heat_map(EMOJI.evidence) == (
        "⟦I|57⟧⟦ like|40⟧⟦ I|26⟧⟦ like|49⟧🍕⟦ and|58⟧⟦ I|87⟧⟦ like|72⟧🍎⟦.|65⟧\n"
        "(no part of the text: #4 ⟦|22⟧ #5 ⟦|85⟧ #10 ⟦|89⟧ #11 ⟦|86⟧ #12 ⟦|83⟧)"
    )


def test_heat_map_of_a_part():
    """As DESIGN says, "It shows only what was compared": the text around it is not marked."""
    assert heat_map(HAMLET[3:4].evidence) == (
        "Hamlet is⟦ the|24⟧ play written by William Shakespeare."
    )
    assert heat_map(Evidence(HAMLET[3:5])) == "⟦ the|24⟧⟦ play|7⟧"


@pytest.mark.parametrize(
    ("logprob", "shown"),
    [
        (math.log(0.9), "a"),
        (math.log(0.8999), "⟦a|89⟧"),
        (-40.0, "⟦a|0⟧"),
        (None, "⟦a|?⟧"),
        (0.0, "a"),
    ],
)
def test_what_is_weak(logprob, shown):
    """A token is marked below 90 %, and where its probability is not known."""
    assert heat_map(Span([Token("a", logprob)]).evidence) == shown


def test_lines_and_controls():
    """Line breaks of the answer stay, behind the mark; what a terminal would obey is an escape."""
    span = Span([Token("one\n", -1.0), Token("\x1b[31m\u202e\ud83c\r\t", -1.0)])
    assert heat_map(span.evidence) == "⟦one\\n|37⟧\n⟦\\x1b[31m\\u202e\\ud83c\\r\\t|37⟧"


def test_pieces_of_a_character():
    """Tokens that share a character show it once, and then their own text."""
    pieces = [Token("\\xc3", -1.0, extent=(0, 1)), Token("\\xa9", -1.0, extent=(0, 1))]
    assert heat_map(Completion("é!", pieces).evidence) == "⟦é|37⟧⟦\\xa9|37⟧!"
    assert marked(Completion("é!", pieces), 1, 0) == "⟦é⟧!"


def test_places_outside_the_text():
    """A token that someone made by hand with a wrong place breaks nothing."""
    wrong = [Token("a", -1.0, extent=(-5, 1)), Token("b", -1.0, extent=(7, 9))]
    completion = Completion("a", wrong)
    assert heat_map(completion.evidence) == "a\n(no part of the text: #0 ⟦a|37⟧ #0 ⟦b|37⟧)"
    assert (marked(completion, 0), marked(completion, 1)) == ("", "")


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("plain", "plain"),
        ("⟦a|49⟧⟦b|50⟧⟦c|?⟧", "<red:⟦a|49⟧><yellow:⟦b|50⟧><purple:⟦c|?⟧>"),
        # a mark stands on one line: a terminal's colour does not run on into the next
        ("⟦a\nb|3⟧", "⟦a\nb|3⟧"),
        ("⟦⟧ ⟦a⟧ ⟦a|b⟧", "⟦⟧ ⟦a⟧ ⟦a|b⟧"),
        ("⟦|7⟧", "<red:⟦|7⟧>"),
    ],
)
def test_coloured(shown, expected):
    """Colour comes from the marks alone: red below 50 %, yellow below 90 %, purple not known."""
    assert coloured(shown, lambda text, colour: f"<{colour}:{text}>") == expected


TABLE = """\
    #  token                  prob    logprob  alternatives
    3  ' the'               24.2 %      -1.42  ' a' 22.9 %, ' often' 13.5 %, ' attributed' 5.9 %, ' typically' 5.8 %
    4  ' play'               7.2 %     -2.626  ' final' 5.9 %, ' fictional' 5.5 %, ' ' 5.0 %, ' protagonist' 5.0 %
       … and 8 less doubtful (all: --logprobs-rows=0; in show: --rows=0)"""  # noqa: E501


def test_table():
    """The table has the worst tokens in the order of the text, and says how many it leaves out."""
    assert token_table(HAMLET.evidence, "logprob", 2) == TABLE
    assert len(token_table(HAMLET.evidence, "logprob", 0).splitlines()) == 11
    assert token_table(HAMLET.evidence, "logprob", 10) == token_table(HAMLET.evidence, "logprob", 0)


@pytest.mark.parametrize(
    ("quantity", "header", "cell"),
    [
        ("logprob", "   logprob  alternatives", "    -1.274  ' by' 19.9 %"),
        ("entropy", "   logprob    entropy  alternatives", "    -1.274      1.857  ' by' 19.9 %"),
        ("margin", "   logprob     margin  alternatives", "    -1.274    0.08046  ' by' 19.9 %"),
        ("rank", "   logprob       rank  alternatives", "    -1.274          1  ' by' 19.9 %"),
    ],
)
def test_table_of_a_quantity(quantity, header, cell):
    """What the score read of every token has a column, the log-probability anyway."""
    head, row = token_table(HAMLET[2:3].evidence, quantity, 0, listed=1).splitlines()
    assert head == f"    #  token                  prob {header}"
    assert row == f"    2  ' is'                28.0 % {cell}"


def test_table_of_what_is_not_known():
    """A number that is not known is a question mark, and no alternatives are nothing."""
    table = token_table(Span([Token("a" * 30, None)]).evidence, "entropy", 0)
    assert table.splitlines()[1] == f"    0  '{'a' * 17}…'      ?          ?          ?"


def test_weakest():
    """The worst come first, what is not known comes last."""
    tokens = [Token("a", -1.0), Token("b", None), Token("c", -3.0), Token("d", -2.0)]
    evidence = Span(tokens).evidence
    assert [token.text for token in weakest(evidence, "logprob", 9)] == ["c", "d", "a", "b"]
    assert [token.text for token in weakest(evidence, "rank", 2)] == ["a", "b"]
    assert [token.index for token in weakest(HAMLET.evidence, "entropy", 2)] == [4, 0]
    assert [token.index for token in weakest(HAMLET.evidence, "margin", 2)] == [4, 3]


def test_a_list_that_cannot_be_read():
    """Nothing is known of a token whose alternatives are not sound, and the table says why."""

    def unsound():
        raise MalformedResponseError("$[0]", "expected a\nlist")

    token = Token("a", -1.0, alternatives=unsound)
    assert weakest(Evidence([token, HAMLET[4]]), "entropy", 2) == [HAMLET[4], token]
    row = token_table(Evidence([token]), "entropy", 0).splitlines()[1]
    assert row.endswith(r"  36.8 %         -1          ?  (unreadable: $[0]: expected a\nlist)")


@pytest.mark.parametrize(
    ("count", "room", "shown"),
    [
        (5, math.inf, "'no' 36.8 %, 'maybe' ?"),
        (1, math.inf, "'no' 36.8 %"),
        (5, 20, "'no' 36.8 %"),
        (5, 3, "'no' 36.8 %"),
        (0, math.inf, ""),
    ],
)
def test_alternatives(count, room, shown):
    """The chosen token is not among them, and none is cut in two."""
    listed = [Alternative("yes", -0.1), Alternative("no", -1.0), Alternative("maybe", None)]
    assert alternatives(Token("yes", -0.1, alternatives=listed), count, room) == shown
