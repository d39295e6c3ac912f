"""A run of tokens: CONTRACT §1, the bullets "`Span`" and "Finding spans"."""

import copy
import math
import pickle
import re
from pathlib import Path

import pytest

from pytest_logprobs import (
    EmptySpanError,
    Span,
    SpanNotFoundError,
    Token,
    UnscoredTokenError,
    parse,
)

RECORDINGS = Path(__file__).parent / "recordings"
HAMLET = parse((RECORDINGS / "chat.json").read_bytes())
EMOJI = parse((RECORDINGS / "chat-emoji.json").read_bytes())
COLOURS = parse((RECORDINGS / "chat-length.json").read_bytes())


def texts(tokens):
    """Return the texts of tokens or spans."""
    return [each.text for each in tokens]


def places(spans):
    """Return where spans stand."""
    return [(span.start, span.end) for span in spans]


def gaps():
    """Make a completion of which two tokens are not scored."""
    entries = [("A", -0.5), (" b", None), (" c", -9999.0), (" d", -1.5)]
    content = [{"token": text, "logprob": logprob} for text, logprob in entries]
    return parse(
        {"choices": [{"message": {"content": "A b c d"}, "logprobs": {"content": content}}]}
    )


def test_sequence():
    """A span is "an immutable sequence of tokens"."""
    assert len(HAMLET) == 10
    assert [token.index for token in HAMLET] == list(range(10))
    assert texts(reversed(HAMLET))[:2] == [".", " Shakespeare"]
    assert HAMLET[4] in HAMLET
    assert (HAMLET.index(HAMLET[4]), HAMLET.count(HAMLET[4])) == (4, 1)
    assert "Hamlet" in HAMLET.text
    with pytest.raises(AttributeError):
        HAMLET.match = "x"
    with pytest.raises(IndexError):
        HAMLET[10]


def test_slices():
    """As CONTRACT says, "Slicing (no step) gives a `Span`", with the tokens' text and offsets."""
    part = HAMLET[3:5]
    assert type(part) is Span
    assert (part.text, part.start, part.end, part.match) == (" the play", 9, 18, None)
    assert part.mean_logprob == (HAMLET[3].logprob + HAMLET[4].logprob) / 2
    assert part[1:].text == " play"
    assert HAMLET[-2:None:1] == HAMLET[8:10]


@pytest.mark.parametrize("step", [2, -1])
def test_a_slice_has_no_step(step):
    """What is left by a step is no passage."""
    expected = f"a span has no step of {step}: tokens that are apart are no passage"
    with pytest.raises(ValueError, match=f"^{expected}$"):
        HAMLET[::step]


def test_a_text_is_not_in_a_span():
    """`text in span` "raises `TypeError` naming `.text`", as `not in` does, and `.count`."""
    with pytest.raises(TypeError) as error:
        assert "Paris" not in HAMLET
    with pytest.raises(TypeError, match=r"ask 'Paris' in span\.text$"):
        HAMLET.count("Paris")
    expected = "'Paris' in span: a span holds tokens; ask 'Paris' in span.text"
    assert str(error.value) == expected


def test_an_empty_span_is_false():
    """As CONTRACT says, "An empty span is false"; it has no place and no score."""
    empty = HAMLET[3:3]
    assert not empty
    assert HAMLET
    assert (empty.text, empty.start, empty.end, empty.scored(), empty.uncertain()) == (
        *("", None, None),
        *(empty, ()),
    )
    with pytest.raises(EmptySpanError) as error:
        _ = empty.mean_logprob
    expected = (
        "mean_logprob: a span without tokens has no score; check that something was generated or "
        "found first"
    )
    assert (str(error.value), error.value.metric) == (expected, "mean_logprob")


@pytest.mark.parametrize(
    ("pattern", "occurrence", "tokens", "place"),
    [
        ("Hamlet", 0, ["Ham", "let"], (0, 6)),
        # a token belongs to the span if it holds any character of the match
        ("et is t", 0, ["let", " is", " the"], (3, 13)),
        ("William Shakespeare", 0, [" William", " Shakespeare"], (29, 49)),
        ("e", 0, ["let"], (3, 6)),
        ("e", 1, [" the"], (9, 13)),
        ("e", -1, [" Shakespeare"], (37, 49)),
        (".", 0, ["."], (49, 50)),
        (re.compile(r"\bw\w+"), 0, [" written"], (18, 26)),
        (re.compile(r"\w+", re.ASCII), -1, [" Shakespeare"], (37, 49)),
        # and "a group named `span` narrows it"
        (re.compile(r"by (?P<span>\w+)"), 0, [" William"], (29, 37)),
    ],
)
def test_span(pattern, occurrence, tokens, place):
    """`.span(pattern, occurrence=0)` takes "a string or a compiled regex"."""
    span = HAMLET.span(pattern, occurrence)
    assert (texts(span), (span.start, span.end)) == (tokens, place)
    assert span.match == pattern
    assert span.text == HAMLET.text[slice(*place)]


def test_spans():
    """`.spans(pattern)` gives every place, without overlap; it is empty if there is none."""
    assert places(COLOURS.spans("color")) == [(54, 60), (83, 89), (123, 129), (152, 158)]
    assert places(COLOURS.spans(re.compile(r"(?P<span>\d)\. \w+"))) == [(32, 33), (131, 132)]
    assert HAMLET.spans("Ophelia") == ()
    assert HAMLET.spans(re.compile("x*")) == ()


def test_a_span_in_a_span():
    """A span is searched like a completion, within its own bounds."""
    part = HAMLET.span("written by William")
    assert places(part.spans("i")) == [(18, 26), (29, 37), (29, 37)]
    assert part.span("i", 0) == HAMLET.span("i", 1)


IGNORE = "it is there in another case: spell it so, or use a regex that ignores it"


@pytest.mark.parametrize(
    ("pattern", "occurrence", "problem"),
    [
        ("Ophelia", 0, "'Ophelia' in {text}: it is not in the text"),
        (
            "hamlet",
            0,
            "'hamlet' in {text}: " + IGNORE,
        ),
        (re.compile("[0-9]+"), 0, "the regex '[0-9]+' in {text}: it is not in the text"),
        (
            re.compile("x*"),
            0,
            "the regex 'x*' in {text}: it matches no character there, or its group 'span' does not",
        ),
        ("Ham", 1, "'Ham' in {text}: it stands there once, and occurrence=1 was asked for"),
        ("i", -5, "'i' in {text}: it stands there 4 times, and occurrence=-5 was asked for"),
    ],
)
def test_not_found(pattern, occurrence, problem):
    """What is not there raises an error that says what was looked for, and in which text."""
    with pytest.raises(SpanNotFoundError) as error:
        HAMLET.span(pattern, occurrence)
    expected = problem.format(text="'Hamlet is the play written by William Shakespeare.'")
    assert str(error.value) == expected


def test_not_found_where_there_is_no_text():
    """Tokens without a place cover no text in which to look."""
    with pytest.raises(SpanNotFoundError) as error:
        EMOJI[4:7].span("🍕")
    expected = "'🍕' in '': the tokens of <Span '' 3 tokens, mean_logprob -0.5659> cover no text"
    assert str(error.value) == expected


@pytest.mark.parametrize(
    ("pattern", "where", "bare"), [("🍕", "13:14", "🍕"), ("like🍎.", "21:27", "🍎")]
)
def test_text_that_no_token_covers(pattern, where, bare):
    """As METRICS says, "`.span()` on text that no token covers raises an error saying so"."""
    for look in (EMOJI.span, EMOJI.spans):
        with pytest.raises(SpanNotFoundError) as error:
            look(pattern)
        expected = (
            f"'{pattern}' stands at {where} of the text, but no token covers '{bare}': the "
            "response's tokens do not spell this part of the text, so nothing is known about it"
        )
        assert str(error.value) == expected


@pytest.mark.parametrize("pattern", ["", None, 3, b"Hamlet"])
def test_patterns_that_are_none(pattern):
    """A span is looked for by a text or a regex, and by nothing else."""
    with pytest.raises(TypeError) as error:
        HAMLET.span(pattern)
    expected = f"a span is looked for by a non-empty string or a compiled regex, got {pattern!r}"
    assert str(error.value) == expected


def test_scored():
    """`.scored()` "drops unscored tokens, may have gaps, and its text joins the rest"."""
    completion = gaps()
    scored = completion.scored()
    assert (type(scored), texts(scored), scored.text) == (Span, ["A", " d"], "A d")
    assert (scored.start, scored.end, scored.mean_logprob) == (0, 7, -1.0)
    assert scored.span("d").mean_logprob == -1.5
    with pytest.raises(SpanNotFoundError, match="no token covers"):
        scored.span("b")
    assert texts(HAMLET.scored()) == texts(HAMLET)


NULL = "the response gives no logprob for it"
SENTINEL = 'its logprob is -9999.0, a sentinel for "outside the list" or "masked"'


@pytest.mark.parametrize(
    ("part", "token", "reason"), [(slice(None), "1 ' b'", NULL), (slice(2, 4), "2 ' c'", SENTINEL)]
)
def test_a_token_that_is_not_scored(part, token, reason):
    """It raises "`UnscoredTokenError`, naming the token and the reason"; so does `.uncertain()`."""
    span = gaps()[part]
    for name in ("mean_logprob", "bits_per_byte", "uncertain"):
        with pytest.raises(UnscoredTokenError) as error:
            _ = span.uncertain() if name == "uncertain" else getattr(span, name)
        remedy = "leave such tokens out with .scored()"
        remedy += "" if name == "uncertain" else ", or check a span without them"
        assert str(error.value) == f"{name}: token {token} is not scored: {reason}; {remedy}"
        assert error.value.token == next(each for each in span if each.logprob is None)


def test_uncertain():
    """`.uncertain(below=0.5)` gives the "maximal runs of tokens with probability < below"."""
    assert texts(HAMLET.uncertain()) == ["Ham", " is the play"]
    assert texts(HAMLET.uncertain(below=0.9)) == ["Ham", " is the play written", " William", "."]
    assert HAMLET.uncertain(below=0.0) == ()
    assert texts(HAMLET.uncertain(below=1.1)) == [HAMLET.text]


def test_uncertain_at_the_bound():
    """A token whose probability is the bound is not below it; of NaN nothing is not."""
    span = Span([Token("a", math.log(0.5)), Token("b", math.log(0.25))])
    assert texts(span.uncertain(0.5)) == ["b"]
    assert texts(span.uncertain(0.25)) == []
    assert texts(span.uncertain(math.nan)) == ["ab"]


def test_a_text_of_its_own():
    """A span made by hand, of tokens without a place, has the tokens' text and no offsets."""
    span = Span([Token("The", -0.1), Token(" city", -0.3)])
    assert (span.text, span.start, span.end, span.total_logprob) == ("The city", None, None, -0.4)
    with pytest.raises(SpanNotFoundError):
        span.span("city")


def test_pieces_of_a_character():
    """The text of a span counts a character once, though several tokens hold pieces of it."""
    pieces = [Token("\\xc3", -0.1, extent=(1, 2)), Token("\\xa9!", -0.2, extent=(1, 3))]
    span = Span([Token("é", 0.0, extent=(0, 1)), *pieces], source="éé!")
    assert span.text == "éé!"
    assert texts(span.span("é", 1)) == texts(pieces)


def pickled(value):
    """Send a value through pickle."""
    return pickle.loads(pickle.dumps(value))


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, pickled])
def test_copies_are_equal(again):
    """A copied or pickled span is equal, and has the same hash."""
    for span in (HAMLET[2:4], HAMLET.span("is"), HAMLET.span(re.compile("i.")), HAMLET[3:3]):
        assert again(span) == span
        assert hash(again(span)) == hash(span)
        assert again(span).text == span.text
    assert HAMLET.span("is") != HAMLET.span(" is")
    assert HAMLET[2:4] not in (HAMLET[2:5], list(HAMLET[2:4]))


@pytest.mark.parametrize(
    ("span", "shown"),
    [
        (HAMLET[2:4], "<Span ' is the' 2 tokens, mean_logprob -1.347>"),
        (HAMLET[2:3], "<Span ' is' 1 token, mean_logprob -1.274>"),
        (HAMLET[3:3], "<Span '' 0 tokens, not scored>"),
        (gaps()[:2], "<Span 'A b' 2 tokens, not scored>"),
        (
            Span([Token("\x1b[31m\n" * 99, -1.0)]),
            r"<Span '\x1b[31m\n\x1b[31m\n\x1b[31…' 1 token, mean_logprob -1>",
        ),
    ],
)
def test_repr(span, shown):
    """As CONTRACT says, "`repr` is one short line and never raises"."""
    assert repr(span) == shown
