"""A token, and what the model could have said instead: CONTRACT §1, METRICS §1 "Token level"."""

import copy
import math
import pickle
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from pytest_logprobs import Alternative, MalformedResponseError, Token, parse

RECORDINGS = Path(__file__).parent / "recordings"
NAN, INF = math.nan, math.inf
FLOAT32_MIN = -3.4028234663852886e38


def recorded(name):
    """Parse a recording anew."""
    return parse((RECORDINGS / name).read_bytes())


def logs(*pairs):
    """Make alternatives of texts and probabilities."""
    return [Alternative(text, math.log(probability)) for text, probability in pairs]


@pytest.mark.parametrize(
    ("raw", "known"),
    [
        (-0.25, -0.25),
        # "0.0, −0.0 and integer 0 are genuine. −100 is a genuine value"
        (0.0, 0.0),
        (-0.0, 0.0),
        (0, 0.0),
        (-100, -100.0),
        (-998.9, -998.9),
        # "A value in (0, 1e-6] is rounding and reads 0.0", says METRICS
        (3e-7, 0.0),
        (1e-6, 0.0),
        # "absent, null, NaN, positive beyond 1e-6, or at or below −999"
        (None, None),
        (NAN, None),
        (1.1e-6, None),
        (INF, None),
        (-999, None),
        (-9999.0, None),
        (-1000, None),
        (FLOAT32_MIN, None),
        (-1.2676506e30, None),
        (-INF, None),
    ],
)
def test_log_probability(raw, known):
    """What is no log-probability "has `logprob = None`; the raw value stays reachable"."""
    for each in (Token("a", raw), Alternative("a", raw)):
        assert each.logprob == known
        assert type(each.logprob) in (float, type(None))
        assert each.raw_logprob is raw
        assert each.probability == (None if known is None else math.exp(known))


def test_fields_of_a_recorded_token():
    """A token has text, log-probability, bytes, id, place and raw value, as the wire gives them."""
    token = recorded("chat.json")[2]
    names = ("text", "logprob", "raw_logprob", "bytes", "token_id", "index", "start", "end")
    assert [getattr(token, name) for name in names] == [
        " is",
        -1.273612380027771,
        -1.273612380027771,
        None,
        None,
        2,
        6,
        9,
    ]
    assert token.probability == math.exp(-1.273612380027771)
    assert [each.text for each in token.alternatives] == [" is", " by", "'s", " was", ":"]


def test_a_token_outside_the_text_has_no_place():
    """`start`/`end` are "`None` where the token is no part of" the text."""
    places = [(token.text, token.start, token.end) for token in recorded("completion-stop.json")]
    assert places == [
        (" five", 0, 5),
        (",", 5, 6),
        (" six", 6, 10),
        (",", 10, 11),
        (" seven", None, None),
        (",", None, None),
        (" eight", None, None),
    ]


def test_alternatives_are_ordered():
    """`alternatives` are a tuple, "most likely first", and those not known come last."""
    given = [*logs(("b", 0.1)), Alternative("?", -9999.0), *logs(("a", 0.6), ("c", 0.1))]
    assert [each.text for each in Token("a", -0.5, alternatives=given).alternatives] == list("abc?")


def test_alternatives_are_built_when_first_looked_at():
    """Alternatives are "built when first looked at", and only once."""
    looks = []

    def alternatives():
        looks.append("looked")
        return (Alternative("b", -2.0), Alternative("a", -0.5))

    token = Token("a", -0.5, alternatives=alternatives)
    assert (token.logprob, looks) == (-0.5, [])
    assert (token.rank, token.alternatives[0].text) == (1, "a")
    assert looks == ["looked"]


def test_unsound_alternatives():
    """Alternatives are checked when looked at, and "an error there carries the same path"."""
    entry = {
        "token": "a",
        "logprob": -0.5,
        "top_logprobs": [{"token": "a", "logprob": -0.5}, {"token": "b", "logprob": "low"}],
    }
    response = {"choices": [{"message": {"content": "a"}, "logprobs": {"content": [entry]}}]}
    (token,) = parse(response)
    for look in (
        lambda: token.alternatives,
        lambda: token.entropy,
        lambda: token == Token("a", -0.5, extent=(0, 1)),
    ):
        with pytest.raises(MalformedResponseError) as error:
            look()
        path = "$.choices[0].logprobs.content[0].top_logprobs[1].logprob"
        assert str(error.value) == f'{path}: expected a number or null, got a string "low"'
        assert error.value.path == path
    assert repr(token) == "<Token 'a' 60.7 %>"


@pytest.mark.parametrize(
    ("chosen", "alternatives", "expected"),
    [
        # "Not known when nothing is listed."
        (("a", 0.5), [], (None, None, None)),
        # q is 1 "when there is none: the tail counts as one outcome"
        (("a", 0.5), [("a", 0.5)], (1, None, math.log(2))),
        # two others: a tail of 0.25 is one lump of q = 0.25
        (("a", 0.5), [("a", 0.5), ("b", 0.25)], (1, 0.25, 1.5 * math.log(2))),
        # "nor when there are just two and the less likely of them is the chosen token"
        (("b", 0.25), [("a", 0.5), ("b", 0.25)], (2, None, 1.5 * math.log(2))),
        # a tie has no less likely one
        (("b", 0.5), [("a", 0.5), ("b", 0.5)], (1, 0.0, math.log(2))),
        # "a lower bound where the chosen token is not listed"; L = listed, plus the chosen token
        (("c", 0.25), [("a", 0.5), ("b", 0.25)], (2, 0.25, 1.5 * math.log(2))),
        (("c", 0.125), [("a", 0.5), ("b", 0.25)], (3, 0.25, 1.75 * math.log(2))),
    ],
)
def test_rank_margin_and_entropy(chosen, alternatives, expected):
    """Rank, margin and entropy are computed from the chosen token and what is listed alone."""
    text, probability = chosen
    token = Token(text, math.log(probability), alternatives=logs(*alternatives))
    actual = (token.rank, token.margin, token.entropy)
    assert actual == pytest.approx(expected, abs=1e-12)
    assert type(token.rank) in (int, type(None))


def test_sentinels_are_not_listed():
    """Of the alternatives, METRICS says: "Sentinels among alternatives are not in L"."""
    masked = Alternative("b", -9999.0)
    assert Token("a", 0.0, alternatives=[masked]).rank is None
    listed = [*logs(("a", 0.5)), masked]
    assert Token("a", math.log(0.5), alternatives=listed).margin is None


def test_a_chosen_token_that_is_not_known():
    """The rank is not known without the chosen log-probability; entropy and margin are."""
    token = Token("a", None, alternatives=logs(("b", 0.75), ("c", 0.25)))
    entropy = -0.75 * math.log(0.75) - 0.25 * math.log(0.25)
    assert (token.rank, token.margin) == (None, pytest.approx(0.5))
    assert token.entropy == pytest.approx(entropy)


@pytest.mark.parametrize(
    ("chosen", "other", "same"),
    [
        ({"text": "a"}, {"text": "a"}, True),
        ({"text": "a"}, {"text": "b"}, False),
        ({"text": "a", "token_id": 1}, {"text": "b", "token_id": 1}, True),
        ({"text": "a", "token_id": 1}, {"text": "a", "token_id": 2}, False),
        ({"text": "a", "token_id": 1}, {"text": "a"}, True),
        ({"text": "�", "bytes": b"\xf0"}, {"text": "�", "bytes": b"\x9f"}, False),
        ({"text": "\\xf0", "bytes": b"\xf0"}, {"text": "bytes:\\xf0", "bytes": b"\xf0"}, True),
        ({"text": "a", "bytes": b"a", "token_id": 1}, {"text": "b", "bytes": b"a"}, True),
        # empty bytes tell nothing: some servers send them for every token
        ({"text": "a", "bytes": b""}, {"text": "b", "bytes": b""}, False),
        ({"text": "a", "bytes": b""}, {"text": "a", "bytes": b""}, True),
    ],
)
def test_which_alternative_is_the_chosen_token(chosen, other, same):
    """The chosen token has the "same id, else bytes, else text"."""
    assert Token(logprob=-1.0, **chosen).is_same_as(Alternative(logprob=-1.0, **other)) is same


@pytest.mark.parametrize(
    ("text", "probability"),
    [
        ("yes", 0.5),  # chosen and listed: counted once
        ("no", 0.375),  # two tokens with this text
        ("maybe", None),  # "`None`, not 0.0, where none is listed"
        ("masked", None),
    ],
)
def test_probability_of(text, probability):
    """It is "the sum over alternatives (and the chosen token) with exactly that text"."""
    listed = [*logs(("yes", 0.5), ("no", 0.25), ("no", 0.125)), Alternative("masked", -9999.0)]
    assert Token("yes", math.log(0.5), alternatives=listed).probability_of(text) == probability


def test_probability_of_the_chosen_token():
    """The chosen token counts where it is not listed, and where its text stands for another's."""
    unlisted = Token("yes", math.log(0.25), alternatives=logs(("no", 0.5)))
    assert (unlisted.probability_of("yes"), unlisted.probability_of("Yes")) == (0.25, None)
    other = Alternative("�", math.log(0.5), token_id=2)
    assert Token("�", math.log(0.25), token_id=1, alternatives=[other]).probability_of("�") == 0.75
    assert Token("yes", None).probability_of("yes") is None
    assert Token("yes", 0.0, alternatives=logs(("yes", 1.0))).probability_of("yes") == 1.0


def test_a_probability_is_never_above_one():
    """Rounding on the wire does not make a sum larger than 1."""
    listed = [Alternative("a", -0.001, token_id=1), Alternative("a", -0.5, token_id=2)]
    assert Token("a", -0.001, token_id=1, alternatives=listed).probability_of("a") == 1.0


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))]
)
def test_copies_are_equal(again):
    """A copied or pickled token is equal, whether its alternatives were looked at or not."""
    fresh, seen = recorded("chat.json")[0], recorded("chat.json")[0]
    assert seen.alternatives
    for token in (fresh, seen):
        assert again(token) == token
        assert hash(again(token)) == hash(token)
        assert again(token).alternatives == seen.alternatives
    assert again(seen.alternatives[1]) == seen.alternatives[1]


def test_equality():
    """Tokens are equal if all that was on the wire is, and are equal to nothing else."""
    token = Token("a", -0.5, index=1, alternatives=logs(("a", 0.6)))
    assert token == Token("a", -0.5, index=1, alternatives=logs(("a", 0.6)))
    assert token != Token("a", -0.5, index=2, alternatives=logs(("a", 0.6)))
    assert token != Token("a", -0.5, index=1)
    assert token not in ("a", -0.5)


def test_frozen():
    """Neither a token nor an alternative can be changed."""
    for each in (Token("a", -0.5), Alternative("a", -0.5)):
        with pytest.raises(FrozenInstanceError, match="cannot assign to field 'logprob'"):
            each.logprob = 0.0


@pytest.mark.parametrize(
    ("text", "logprob", "shown"),
    [
        (" Paris", -0.25, "' Paris' 77.9 %"),
        ("\x1b[31m", -9999.0, r"'\x1b[31m' ?"),
        ("\ud800" * 99, 0.0, "'" + r"\ud800" * 6 + r"\…' 100 %"),
    ],
)
def test_repr(text, logprob, shown):
    """A `repr` is one short line of what can be shown."""
    assert repr(Alternative(text, logprob)) == f"<Alternative {shown}>"
    assert repr(Token(text, logprob)) == f"<Token {shown}>"
