"""A score: CONTRACT §1, "a `float` that remembers name, unit, direction and tokens, read only"."""

import copy
import json
import math
import operator
import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_logprobs import Score, Span, Token, parse
from pytest_logprobs._score import Evidence
from pytest_logprobs.metrics import METRICS

RECORDING = Path(__file__).parent / "recordings" / "chat.json"
NUMBERS = st.floats()
ARITHMETIC = [
    *(operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv),
    *(operator.mod, operator.pow),
]
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]


def scored(value, name="mean_logprob"):
    """Make a score of a number."""
    return Score(value, METRICS[name], Evidence((Token("Paris", -0.25),), "Paris"))


def outcome(compute, *operands):
    """Return the type and the repr of what is computed, or the type of the error."""
    try:
        result = compute(*operands)
    except ArithmeticError as error:
        return type(error)
    return type(result), repr(result)


@pytest.fixture
def completion():
    """A recorded answer."""
    return parse(RECORDING.read_bytes())


def test_evidence_of_a_recorded_answer(completion):
    """A score remembers its name, its unit, its direction, the tokens and the text."""
    score = completion[1:3].perplexity
    assert (type(score), score) == (Score, math.exp((0.03924760967493057 + 1.273612380027771) / 2))
    assert (score.name, score.unit, score.higher_is_better) == (
        "perplexity",
        "equal choices",
        False,
    )
    assert score.metric is METRICS["perplexity"]
    assert score.tokens == (completion[1], completion[2])
    assert score.evidence == Evidence(
        (completion[1], completion[2]),
        "Hamlet is the play written by William Shakespeare.",
        [-0.03924760967493057, -1.273612380027771],
    )


@pytest.mark.parametrize("name", METRICS)
def test_every_score_is_one(completion, name):
    """Each attribute of a span that is a score carries its own name and all of the tokens."""
    score = getattr(completion, name)
    assert (type(score), score.name, score.tokens) == (Score, name, tuple(completion))


def test_without_evidence():
    """`Score(x)` without evidence gives "a plain `float`", and so does half of it."""
    evidence = Evidence((), None)
    metric = METRICS["mean_logprob"]
    plain = [Score(-0.5), Score(-0.5, metric), Score(-0.5, None, evidence), Score("-0.5")]
    assert [(value, type(value)) for value in plain] == [(-0.5, float)] * 4
    assert outcome(Score.fromhex, "-0x1.0p-1") == (float, "-0.5")


@pytest.mark.parametrize("name", ["name", "unit", "tokens", "metric", "anything", "__class__"])
def test_read_only(name):
    """Nothing of a score can be set; the error names what was tried."""
    with pytest.raises(AttributeError) as caught:
        setattr(scored(-0.5), name, None)
    assert str(caught.value) == f"{name} cannot be set: a Score is read only"


def test_no_dictionary():
    """A score has no attributes of its own beside its evidence."""
    assert not hasattr(scored(-0.5), "__dict__")


@settings(deadline=None)
@given(NUMBERS, NUMBERS)
def test_it_is_the_float(value, other):
    """Its repr, its hash, its comparisons and its formats are the float's."""
    score = scored(value)
    assert (repr(score), str(score)) == (repr(value), str(value))
    assert [f"{score:.4f}", f"{score:>12}", f"{score:%}", "%g" % score] == [  # noqa: UP031
        *[f"{value:.4f}", f"{value:>12}", f"{value:%}", "%g" % value],  # noqa: UP031
    ]
    assert bool(score) == bool(value)
    for compare in COMPARISONS:
        assert compare(score, other) == compare(value, other)
        assert compare(other, score) == compare(other, value)
    if not math.isnan(value):  # the hash of a NaN is its object's
        assert hash(score) == hash(value)
        assert {score: 1, value: 2} == {value: 2}


@settings(deadline=None)
@given(NUMBERS, NUMBERS)
def test_arithmetic_gives_plain_floats(value, other):
    """Arithmetic with a float, an integer or another score is that of floats."""
    score = scored(value)
    for compute in ARITHMETIC:
        pairs = [(score, other), (value, scored(other)), (score, scored(other))]
        assert [outcome(compute, *pair) for pair in pairs] == [outcome(compute, value, other)] * 3
        assert outcome(compute, score, 2) == outcome(compute, value, 2)
        assert outcome(compute, 2, score) == outcome(compute, 2, value)


@pytest.mark.parametrize(
    ("compute", "expected"),
    [
        (operator.neg, 0.74211),
        (operator.pos, -0.74211),
        (abs, 0.74211),
        (float, -0.74211),
        (lambda score: round(score, 2), -0.74),
        (round, -1),
        (int, 0),
        (math.floor, -1),
        (math.fabs, 0.74211),
        (lambda score: sum([score, score]), -1.48422),
        (lambda score: math.fsum([score, score]), -1.48422),
        (lambda score: score.real, -0.74211),
        (lambda score: score.conjugate(), -0.74211),
        (lambda score: divmod(score, 1), (-1.0, 0.25789)),
    ],
)
def test_what_is_computed_is_no_score(compute, expected):
    """What is computed from a score is a plain number."""
    computed = compute(scored(-0.74211))
    assert computed == pytest.approx(expected)
    assert type(computed) in (float, int, tuple)


def test_the_best_of_several_is_still_a_score():
    """Choosing among scores computes nothing: `max`, `min` and `sorted` give them as they are."""
    low, high = scored(-0.9), scored(-0.1)
    assert max(low, high) is high
    assert min(low, high, -0.5) is low
    assert [each is score for each, score in zip(sorted([high, low]), (low, high), strict=True)]


@pytest.mark.parametrize(
    "duplicate",
    [
        copy.copy,
        copy.deepcopy,
        *(
            lambda score, protocol=protocol: pickle.loads(pickle.dumps(score, protocol))
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
        ),
    ],
)
def test_copies_are_plain_floats(duplicate):
    """Copying and pickling "give a plain `float`"."""
    score = scored(-0.74211)
    assert outcome(duplicate, score) == (float, "-0.74211")


def test_json():
    """The standard library writes a score as a number."""
    score = scored(-0.74211)
    assert json.dumps({"score": score, "all": [score]}) == '{"score": -0.74211, "all": [-0.74211]}'


def test_a_score_keeps_what_is_no_number():
    """Infinity and NaN are scores too: a perplexity may overflow."""
    score = Span([Token("x", -998.0)]).perplexity
    assert (score, repr(score), score.name) == (math.inf, "inf", "perplexity")
    assert math.isnan(scored(math.nan))


def test_direction():
    """As CONTRACT says, a score "remembers name, unit, direction and tokens"."""
    span = Span([Token("a", -1.0)])
    assert (span.mean_logprob.direction, span.perplexity.direction) == ("higher", "lower")
