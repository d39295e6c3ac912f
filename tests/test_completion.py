"""A whole answer: CONTRACT §1, the bullet "`Completion(Span)`", and its scores."""

import copy
import math
import pickle
from pathlib import Path

import pytest

from pytest_logprobs import (
    Completion,
    EmptySpanError,
    Score,
    Span,
    SpanNotFoundError,
    Token,
    UnscoredTokenError,
    parse,
)

RECORDINGS = Path(__file__).parent / "recordings"
HAMLET = parse((RECORDINGS / "chat.json").read_bytes())
ECHO = parse((RECORDINGS / "completion-echo-bos.json").read_bytes())
STOPPED = parse((RECORDINGS / "completion-stop.json").read_bytes())
EMOJI = parse((RECORDINGS / "chat-emoji.json").read_bytes())

SCORES = {
    "total_logprob": (-7.20946, "nats", True),
    "mean_logprob": (-0.720946, "nats/token", True),
    "min_logprob": (-2.62623, "nats", True),
    "joint_probability": (0.000739555, "probability", True),
    "geomean_probability": (0.486292, "probability", True),
    "min_probability": (0.0723507, "probability", True),
    "mean_probability": (0.614650, "probability", True),
    "perplexity": (2.05638, "equal choices", False),
    "bits_per_byte": (0.208021, "bits/byte", False),
    "tail_mean_logprob": (-2.62623, "nats/token", True),
    "mean_entropy": (1.23483, "nats/token", False),
    "max_entropy": (2.97201, "nats", False),
    "mean_margin": (0.515165, "probability", True),
    "min_margin": (0.0129643, "probability", True),
    "worst_rank": (1.0, "ranks", False),
}


def test_what_is_known_of_an_answer():
    """A completion is a span with the answer's text, and with what the response says of it."""
    assert isinstance(HAMLET, Span)
    assert HAMLET.text == "Hamlet is the play written by William Shakespeare."
    assert (HAMLET.start, HAMLET.end, HAMLET.match) == (0, 50, None)
    assert (HAMLET.model, HAMLET.finish_reason, HAMLET.choice, HAMLET.format) == (
        *("smollm2-135m-instruct", "stop"),
        *(0, "openai-chat"),
    )
    assert HAMLET.prompt_tokens is None


def test_the_text_is_the_whole_answer():
    """`text` is "the whole answer as the provider gave it", also where no token covers it."""
    assert EMOJI.text == "I like I like🍕 and I like🍎."
    assert EMOJI[:].text == "I like I like and I like."
    assert (STOPPED.text, STOPPED[:].text) == (" five, six, ", " five, six,")


def test_parts_of_a_completion_are_spans():
    """A slice, a match, an uncertain run and what is scored know no model and are no answer."""
    for part in (HAMLET[:], HAMLET.span("is"), HAMLET.uncertain()[0], HAMLET.scored()):
        assert type(part) is Span


def test_an_answer_without_tokens():
    """A completion of no token is false, though it may have a text."""
    empty = Completion("Hello", [])
    assert not empty
    assert (empty.text, empty.start, empty.end) == ("Hello", None, None)
    with pytest.raises(SpanNotFoundError) as error:
        empty.span("Hello")
    expected = (
        "'Hello' stands at 0:5 of the text, but no token covers 'Hello': the response's tokens do "
        "not spell this part of the text, so nothing is known about it"
    )
    assert str(error.value) == expected


def test_every_score():
    """A span has "every score of `METRICS.md` §1 as an attribute"."""
    for name, (value, unit, higher_is_better) in SCORES.items():
        score = getattr(HAMLET, name)
        assert type(score) is Score
        assert score == pytest.approx(value, rel=1e-5)
        assert (score.name, score.unit, score.higher_is_better) == (name, unit, higher_is_better)
        assert tuple(score.tokens) == tuple(HAMLET)
        assert score.evidence.text == HAMLET.text


@pytest.mark.parametrize("name", SCORES)
def test_no_score_of_an_empty_span(name):
    """As METRICS says, "An empty span raises `EmptySpanError`", whatever the score."""
    with pytest.raises(EmptySpanError) as error:
        getattr(HAMLET[:0], name)
    problem = "the tokens spell no text" if name == "bits_per_byte" else None
    expected = f"{name}: {problem or 'a span without tokens has no score'}; "
    assert str(error.value) == f"{expected}check that something was generated or found first"


def test_no_bits_of_no_bytes():
    """As METRICS says, "a span of 0 bytes raises `EmptySpanError`"."""
    with pytest.raises(EmptySpanError, match="bits_per_byte: the tokens spell no text"):
        _ = STOPPED[5:].bits_per_byte


def test_bits_per_byte_counts_utf_8():
    """A character of two bytes counts twice, a lone surrogate like any other character."""
    for text, size in (("é", 2), ("🍕", 4), ("\ud83c", 3)):
        score = Completion(text, [Token(text, math.log(0.25), extent=(0, 1))]).bits_per_byte
        assert score == pytest.approx(2 / size)


ASK = "top_logprobs=5, or what the API calls it"
LEAVE_OUT = "leave such tokens out with .scored(), or check a span without them"


@pytest.mark.parametrize(
    ("entry", "name", "problem"),
    [
        (
            {"logprob": -0.5},
            "max_entropy",
            f"has no entropy: the response lists no alternatives for it; ask for some ({ASK})",
        ),
        (
            {"logprob": -0.5},
            "worst_rank",
            f"has no rank: the response lists no alternatives for it; ask for some ({ASK})",
        ),
        (
            {"logprob": -0.5, "top_logprobs": [{"token": "a", "logprob": -0.5}]},
            "mean_margin",
            f"has no margin: the response lists too few alternatives for it; ask for more ({ASK})",
        ),
        (
            {"logprob": -0.5, "top_logprobs": [{"token": "a", "logprob": -9999.0}]},
            "mean_entropy",
            "has no entropy: no alternative that the response lists for it has a known logprob",
        ),
        (
            {"logprob": None, "top_logprobs": [{"token": "a", "logprob": -0.5}]},
            "worst_rank",
            f"is not scored: the response gives no logprob for it; {LEAVE_OUT}",
        ),
        (
            {"logprob": 0.5},
            "min_probability",
            f"is not scored: its logprob is 0.5, and no log-probability is positive; {LEAVE_OUT}",
        ),
        (
            {"logprob": math.nan},
            "perplexity",
            f"is not scored: its logprob is NaN; {LEAVE_OUT}",
        ),
    ],
)
def test_a_value_that_is_not_known(entry, name, problem):
    """A score that needs what is not known raises an error "naming the token and the reason"."""
    content = [{"token": "a", **entry}]
    completion = parse(
        {"choices": [{"message": {"content": "a"}, "logprobs": {"content": content}}]}
    )
    with pytest.raises(UnscoredTokenError) as error:
        getattr(completion, name)
    assert str(error.value) == f"{name}: token 0 'a' {problem}"
    assert error.value.token is completion[0]


def test_a_value_that_is_not_needed():
    """A score looks at what it needs alone: an entropy asks for no chosen log-probability."""
    completion = Completion("a", [Token("a", None, alternatives=[Token("b", 0.0)])])
    assert completion.mean_entropy == 0.0


def test_the_prompt():
    """`prompt_tokens` are the echoed prompt; the answer's tokens are counted from its end."""
    prompt = ECHO.prompt_tokens
    assert (prompt.text, prompt.start, prompt.end) == ("The capital of France is", 12, 36)
    assert [token.index for token in prompt] == [0, 1, 2, 3, 4]
    assert [token.index for token in ECHO] == [0, 1, 2, 3, 4, 5]
    assert (ECHO[0].text, ECHO[0].start) == (" Paris", 36)


def test_an_answer_is_searched_without_its_prompt():
    """A text that stands in the prompt and in the answer is found in each of them once."""
    assert [span.start for span in ECHO.spans("capital")] == [48]
    assert [span.start for span in ECHO.prompt_tokens.spans("capital")] == [15]
    with pytest.raises(SpanNotFoundError):
        ECHO.span("France")


def test_scores_of_a_prompt():
    """Its first token has none "by definition: `Completion.prompt_tokens` scores skip that one".

    So do the bytes of `bits_per_byte`, and the evidence of every score.
    """
    prompt = ECHO.prompt_tokens
    assert [token.unconditional for token in prompt] == [True, False, False, False, False]
    assert (prompt[0].logprob, prompt[0].raw_logprob) == (None, None)
    for name in set(SCORES) - {"mean_margin", "min_margin"}:
        assert getattr(prompt, name) == getattr(prompt[1:], name)
    assert tuple(prompt.mean_logprob.tokens) == tuple(prompt[1:])
    assert prompt.uncertain(0.5)[0][0] == prompt[1]
    with pytest.raises(EmptySpanError):
        _ = prompt[:1].mean_logprob


def pickled(value):
    """Send a value through pickle."""
    return pickle.loads(pickle.dumps(value))


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, pickled])
def test_copies_are_equal(again):
    """A copied or pickled completion is equal, with all that is known of it."""
    for completion in (HAMLET, ECHO):
        assert again(completion) == completion
        assert hash(again(completion)) == hash(completion)
        assert again(completion).prompt_tokens == completion.prompt_tokens
    assert HAMLET[:] != HAMLET
    assert Completion("a", [], model="x") != Completion("a", [], model="y")


@pytest.mark.parametrize(
    ("completion", "shown"),
    [
        (
            HAMLET,
            (
                "<Completion 'Hamlet is the play written …' 10 tokens, mean_logprob -0.7209, "
                "smollm2-135m-instruct>"
            ),
        ),
        (Completion("", []), "<Completion '' 0 tokens, not scored>"),
        (
            Completion("\u202e", [Token("x", -0.5)], model="\x1b[2J" + "m" * 99),
            r"<Completion '\u202e' 1 token, mean_logprob -0.5, \x1b[2J" + "m" * 30 + "…>",
        ),
    ],
)
def test_repr(completion, shown):
    """As CONTRACT says, "`repr` is one short line and never raises"."""
    assert repr(completion) == shown
