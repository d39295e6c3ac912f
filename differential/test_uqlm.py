"""Our scores against those of uqlm 0.6: what is the same, and each deliberate difference."""

import math
import warnings

import pytest
from hypothesis import given
from inputs import (
    LOGPROBS,
    answer,
    content_of,
    distributions,
    listed_in,
    position,
    positions,
    recorded_answers,
    recorded_tokens,
    tail_entropy,
    unlisted,
)
from uqlm.white_box.single_logprobs import SingleLogprobsScorer
from uqlm.white_box.top_logprobs import TopLogprobsScorer

from pytest_logprobs import metrics, parse
from pytest_logprobs.errors import EmptySpanError, UnscoredTokenError

RECORDED = recorded_answers()


def same(number):
    """Equal up to rounding: one part in 10⁹."""
    return pytest.approx(number, rel=1e-9, abs=0.0)


def near(number):
    """Equal up to rounding, for what is a difference of numbers up to 1: 10⁻⁹."""
    return pytest.approx(number, rel=1e-9, abs=1e-9)


def single(name, content, *, length_normalize=True):
    """Score one answer with uqlm, from its chosen tokens."""
    scorer = SingleLogprobsScorer([name], length_normalize=length_normalize)
    return scorer.evaluate([content])[name][0]


def top(name, content, *, k=15):
    """Score one answer with uqlm, from its alternatives, of which it expects ``k``."""
    with warnings.catch_warnings():
        # It computes all its scores, whichever is asked for, and warns of each that is NaN.
        warnings.simplefilter("ignore", RuntimeWarning)
        return TopLogprobsScorer([name], top_k_logprobs=k).evaluate([content])[name][0]


def renormalised_entropy(entry):
    """The entropy of one token in nats from which uqlm makes its negentropy."""
    k = len(entry["top_logprobs"])
    return (1.0 - top("mean_token_negentropy", [entry], k=k)) * math.log(k)


def undone(entry):
    """The same as it was before uqlm divided the listed probabilities by their sum."""
    mass = math.fsum(math.exp(alternative["logprob"]) for alternative in entry["top_logprobs"])
    return mass * (renormalised_entropy(entry) - math.log(mass))


# --- the same -------------------------------------------------------------------------------------


@given(LOGPROBS)
def test_sequence_probability_is_geomean_probability(logprobs):
    """``sequence_probability``, as it is by default, is our ``geomean_probability``."""
    theirs = single("sequence_probability", unlisted(logprobs))
    assert metrics.geomean_probability(logprobs) == same(theirs)


@given(LOGPROBS.filter(lambda logprobs: math.fsum(logprobs) > -700.0))
def test_sequence_probability_without_length_is_joint_probability(logprobs):
    """With ``length_normalize=False`` the same name means our ``joint_probability``."""
    theirs = single("sequence_probability", unlisted(logprobs), length_normalize=False)
    assert metrics.joint_probability(logprobs) == same(theirs)


@given(LOGPROBS)
def test_min_probability_is_ours(logprobs):
    """``min_probability`` is ours."""
    assert metrics.min_probability(logprobs) == same(single("min_probability", unlisted(logprobs)))


@given(positions())
def test_probability_margin_is_token_margin(drawn):
    """``probability_margin`` of a token is ours, but for a chosen one that is second of two."""
    listed, chosen = drawn
    if len(listed) > 2 or chosen == 0:
        ours = metrics.token_margin(listed, chosen_index=chosen)
        assert ours == near(top("probability_margin", [position(listed, chosen)]))


@given(distributions())
def test_negentropy_of_a_whole_vocabulary_is_the_entropy_reversed(logprobs):
    """Where the list leaves nothing open, theirs is 1 − ours / ln k."""
    theirs = top("mean_token_negentropy", [position(logprobs)], k=len(logprobs))
    assert (1.0 - theirs) * math.log(len(logprobs)) == near(
        metrics.token_entropy(logprobs, chosen_index=0)
    )


# --- the same, on recorded answers ----------------------------------------------------------------


@pytest.mark.parametrize("body", RECORDED.values(), ids=RECORDED.keys())
def test_recorded_answers_have_the_same_probabilities(body):
    """Read from the wire by us and by uqlm, an answer has the same three probabilities."""
    completion, content = parse(body), content_of(body)
    assert completion.geomean_probability == same(single("sequence_probability", content))
    assert completion.joint_probability == same(
        single("sequence_probability", content, length_normalize=False)
    )
    assert completion.min_probability == same(single("min_probability", content))


def test_recorded_answers_have_the_same_mean_margin():
    """An answer of which every token has a margin has uqlm's mean of them."""
    compared = 0
    for body in RECORDED.values():
        completion = parse(body)
        if all(token.margin is not None for token in completion):
            assert completion.mean_margin == near(top("probability_margin", content_of(body)))
            compared += 1
    assert compared > 1


def test_recorded_tokens_have_the_same_margin():
    """Where a recorded token has a margin, uqlm has the same one."""
    known = [(token, entry) for token, entry in recorded_tokens() if token.margin is not None]
    for token, entry in known:
        assert token.margin == near(top("probability_margin", [entry]))
    assert len(known) > 100


def test_recorded_tokens_differ_in_entropy_by_the_tail_alone():
    """A recorded token's entropy is uqlm's without its renormalisation, plus the tail."""
    compared = 0
    for token, entry in recorded_tokens():
        listed, chosen = listed_in(entry)
        if chosen is not None and len(listed) > 1:
            assert token.entropy == near(undone(entry) + tail_entropy(listed, chosen))
            compared += 1
    assert compared > 100


# --- deliberate differences -----------------------------------------------------------------------


@given(positions())
def test_difference_renormalising_hides_the_tail(drawn):
    """Theirs divides the listed probabilities by their sum; ours counts the tail instead."""
    listed, chosen = drawn
    ours = metrics.token_entropy(listed, chosen=listed[chosen], chosen_index=chosen)
    assert ours == near(undone(position(listed, chosen)) + tail_entropy(listed, chosen))


@given(positions())
def test_difference_renormalised_entropy_is_never_above_ours(drawn):
    """Both estimate from below: what renormalising hides can only be missing."""
    listed, chosen = drawn
    ours = metrics.token_entropy(listed, chosen=listed[chosen], chosen_index=chosen)
    assert renormalised_entropy(position(listed, chosen)) <= ours + 1e-9


def test_difference_a_single_alternative_is_no_division_by_zero():
    """With one alternative theirs is 0 / ln 1, NaN; ours is the entropy of "this or else"."""
    listed = [math.log(0.9)]
    assert math.isnan(top("mean_token_negentropy", [position(listed)], k=1))
    assert metrics.token_entropy(listed, chosen_index=0) == same(
        -0.9 * math.log(0.9) - 0.1 * math.log(0.1)
    )


def test_difference_a_list_of_another_length_is_not_left_out():
    """Theirs averages over the tokens with exactly k alternatives; ours over all tokens."""
    even, sure = position([math.log(0.5)] * 2), position([math.log(p) for p in (0.8, 0.1, 0.1)])
    assert top("mean_token_negentropy", [even, sure], k=2) == near(0.0)
    assert math.isnan(top("mean_token_negentropy", [even, sure], k=15))
    ours = parse(answer([even, sure])).mean_entropy
    assert ours == same((renormalised_entropy(even) + renormalised_entropy(sure)) / 2)


def test_difference_a_token_without_a_second_is_not_left_out():
    """Theirs averages the margins that there are; ours says which token has none."""
    content = [position([math.log(0.7), math.log(0.2)]), *unlisted([-3.0])]
    assert top("probability_margin", content) == near(0.5)
    with pytest.raises(UnscoredTokenError) as caught:
        _ = parse(answer(content)).mean_margin
    assert caught.value.token.index == 1


def test_difference_the_chosen_token_is_no_runner_up():
    """Of two listed, a less likely chosen one is there for being chosen: the second is unseen."""
    listed = [math.log(0.6), math.log(0.01)]
    assert top("probability_margin", [position(listed, chosen=1)]) == near(0.59)
    assert metrics.token_margin(listed, chosen_index=1) is None


def test_difference_no_alternatives_is_not_nan():
    """Without alternatives theirs is NaN, which holds under no comparison; ours raises."""
    content = unlisted([-0.5, -0.25])
    assert math.isnan(top("probability_margin", content))
    with pytest.raises(UnscoredTokenError):
        _ = parse(answer(content)).mean_margin


def test_difference_an_empty_answer_is_not_nan():
    """Without tokens theirs is NaN; ours raises."""
    assert math.isnan(single("min_probability", []))
    with pytest.raises(EmptySpanError):
        metrics.min_probability([])


def test_difference_a_sentinel_is_no_probability():
    """−9999.0 stands for "outside the list": theirs reads probability 0, ours not known."""
    content = unlisted([-0.1, -9999.0])
    assert single("min_probability", content) == 0.0
    with pytest.raises(UnscoredTokenError) as caught:
        _ = parse(answer(content)).min_probability
    assert caught.value.token.index == 1


def test_difference_a_sentinel_is_no_alternative():
    """A masked alternative makes their k larger, and so their negentropy; ours is unmoved."""
    even, masked = [math.log(0.5)] * 2, [math.log(0.5), math.log(0.5), -9999.0]
    assert top("mean_token_negentropy", [position(even)], k=2) == near(0.0)
    assert top("mean_token_negentropy", [position(masked)], k=3) == near(1 - math.log(2, 3))
    ours = [parse(answer([position(listed)])).mean_entropy for listed in (even, masked)]
    assert ours == [same(math.log(2))] * 2


def test_difference_rounding_makes_no_probability_above_one():
    """A log-probability of 5e-7 is a rounded 0.0; theirs makes it a probability above 1."""
    content = unlisted([5e-7])
    assert single("min_probability", content) > 1.0
    assert parse(answer(content)).min_probability == 1.0


def test_difference_long_answers_have_a_total():
    """A long product stops falling near 5e-324; ours ends at 0.0, and its logarithm goes on."""
    long, longer = [-0.5] * 2000, [-0.5] * 4000
    for logprobs in (long, longer):
        theirs = single("sequence_probability", unlisted(logprobs), length_normalize=False)
        assert theirs <= math.ulp(0.0)
        assert metrics.joint_probability(logprobs) == 0.0
    assert metrics.total_logprob(long) > metrics.total_logprob(longer)
