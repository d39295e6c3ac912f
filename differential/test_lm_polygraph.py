"""Our scores against those of lm-polygraph 0.7: what is the same, and each deliberate difference.

All of its scores are uncertainties: higher is less confident.
"""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
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
from lm_polygraph.estimators.claim.max_probability import MaximumClaimProbability
from lm_polygraph.estimators.claim.perplexity import PerplexityClaim
from lm_polygraph.estimators.claim.token_entropy import MaxTokenEntropyClaim
from lm_polygraph.estimators.max_probability import (
    MaximumSequenceProbability,
    MaximumTokenProbability,
)
from lm_polygraph.estimators.perplexity import Perplexity
from lm_polygraph.estimators.token_entropy import MeanTokenEntropy, TokenEntropy
from lm_polygraph.stat_calculators.entropy import EntropyCalculator
from lm_polygraph.stat_calculators.vllm_logprobs_extraction import VLLMLogprobsExtractionCalculator
from lm_polygraph.utils.api_with_uncertainty import APIWithUncertainty, convert_api_logprobs

from pytest_logprobs import metrics, parse
from pytest_logprobs.errors import EmptySpanError, UnscoredTokenError

RECORDED = recorded_answers()


def same(number):
    """Equal up to rounding: one part in 10⁹."""
    return pytest.approx(number, rel=1e-9, abs=0.0)


def near(number):
    """Equal up to rounding, for what is a difference of numbers up to 1: 10⁻⁹."""
    return pytest.approx(number, rel=1e-9, abs=1e-9)


def of_chosen(estimator, logprobs):
    """Score one answer with lm-polygraph, from the log-probabilities of its chosen tokens."""
    return estimator({"greedy_log_likelihoods": [logprobs]})[0]


def entropies(*listed):
    """lm-polygraph's entropy of each token, from the log-probabilities at its position."""
    log_probs = [[np.array(logprobs) for logprobs in listed]]
    return EntropyCalculator()({"greedy_log_probs": log_probs})["entropy"][0]


def wrapper(estimator):
    """lm-polygraph's way from an API's log-probabilities to a score."""
    calculators = [VLLMLogprobsExtractionCalculator(), EntropyCalculator()]
    return APIWithUncertainty(stat_calculators=calculators, estimator=estimator)


def of_answer(estimator, content):
    """lm-polygraph's score of an answer as a chat completion lists it."""
    return wrapper(estimator).score(*convert_api_logprobs(content))


# --- the same -------------------------------------------------------------------------------------


@given(LOGPROBS)
def test_perplexity_is_minus_the_mean(logprobs):
    """``Perplexity`` is our ``mean_logprob`` with the sign changed."""
    assert -metrics.mean_logprob(logprobs) == same(of_chosen(Perplexity(), logprobs))


@given(LOGPROBS)
def test_maximum_sequence_probability_is_minus_the_total(logprobs):
    """``MaximumSequenceProbability`` is our ``total_logprob`` with the sign changed."""
    assert -metrics.total_logprob(logprobs) == same(
        of_chosen(MaximumSequenceProbability(), logprobs)
    )


@given(distributions())
def test_entropy_of_a_whole_vocabulary_is_ours(logprobs):
    """Where the list leaves nothing open, the entropy of a token is ours."""
    assert metrics.token_entropy(logprobs, chosen_index=0) == near(entropies(logprobs)[0])


@given(st.lists(distributions(), min_size=1, max_size=10))
def test_mean_token_entropy_of_whole_vocabularies_is_mean_entropy(vocabularies):
    """Over such tokens ``MeanTokenEntropy`` is our ``mean_entropy``."""
    ours = parse(answer([position(logprobs) for logprobs in vocabularies])).mean_entropy
    theirs = MeanTokenEntropy()({"entropy": [entropies(*vocabularies)]})[0]
    assert ours == near(theirs)


# --- the same, on recorded answers ----------------------------------------------------------------


@pytest.mark.parametrize("body", RECORDED.values(), ids=RECORDED.keys())
def test_recorded_answers_have_the_same_mean_and_total(body):
    """Read from the wire by us and by lm-polygraph, an answer has the same mean and total."""
    completion, content = parse(body), content_of(body)
    assert -completion.mean_logprob == same(of_answer(Perplexity(), content))
    assert -completion.total_logprob == same(of_answer(MaximumSequenceProbability(), content))


@pytest.mark.parametrize("body", RECORDED.values(), ids=RECORDED.keys())
def test_recorded_spans_are_claims(body):
    """What lm-polygraph scores as a claim's tokens has the scores of our span of these tokens."""
    completion = parse(body)
    start, end = len(completion) // 3, len(completion) // 3 + 3
    claims = [[SimpleNamespace(aligned_token_ids=range(start, end))]]
    log_likelihoods = [entry["logprob"] for entry in content_of(body)]
    stats = {"greedy_log_likelihoods": [log_likelihoods], "claims": claims}
    span = completion[start:end]
    assert -span.mean_logprob == same(PerplexityClaim()(stats)[0][0])
    assert -span.total_logprob == same(MaximumClaimProbability()(stats)[0][0])


def test_recorded_tokens_differ_in_entropy_by_the_tail_alone():
    """A recorded token's entropy is lm-polygraph's over the same list, plus the tail."""
    compared = 0
    for token, entry in recorded_tokens():
        listed, chosen = listed_in(entry)
        if chosen is not None:
            theirs = of_answer(MeanTokenEntropy(), [entry])
            assert token.entropy == near(theirs + tail_entropy(listed, chosen))
            compared += 1
    assert compared > 100


# --- deliberate differences -----------------------------------------------------------------------


@given(LOGPROBS)
def test_difference_perplexity_has_its_exponential(logprobs):
    """Their ``Perplexity`` is its logarithm; ours is what the word means: exp(theirs)."""
    assert metrics.perplexity(logprobs) == same(math.exp(of_chosen(Perplexity(), logprobs)))


def test_difference_perplexity_can_be_infinite():
    """Theirs, a logarithm, stays finite where the perplexity is more than a float can hold."""
    assert of_chosen(Perplexity(), [-800.0]) == 800.0
    assert metrics.perplexity([-800.0]) == math.inf


@given(LOGPROBS.filter(lambda logprobs: math.fsum(logprobs) > -700.0))
def test_difference_a_sequence_probability_is_a_probability(logprobs):
    """Their ``MaximumSequenceProbability`` is no probability; ours is exp(−theirs)."""
    theirs = of_chosen(MaximumSequenceProbability(), logprobs)
    assert metrics.joint_probability(logprobs) == same(math.exp(-theirs))


@given(LOGPROBS)
def test_difference_the_last_token_counts(logprobs):
    """Their scores of tokens leave the last one out; none of ours does."""
    but_last = of_chosen(MaximumTokenProbability(), logprobs)
    assert len(but_last) == len(logprobs) - 1
    assert metrics.min_logprob(logprobs) == -max([*but_last, -logprobs[-1]])
    assert len(TokenEntropy()({"entropy": [logprobs]})[0]) == len(logprobs) - 1


@given(positions())
def test_difference_the_tail_has_an_entropy(drawn):
    """Over a list that ends, theirs counts the tail as nothing; ours is theirs plus the tail."""
    listed, chosen = drawn
    ours = metrics.token_entropy(listed, chosen=listed[chosen], chosen_index=chosen)
    assert ours == near(entropies(listed)[0] + tail_entropy(listed, chosen))


@given(st.data(), distributions())
def test_difference_the_entropy_is_between_theirs_of_the_list_and_of_the_vocabulary(data, logprobs):
    """From below: never less than theirs of what is listed, nor more than theirs of everything."""
    listed, chosen = data.draw(positions(logprobs))
    ours = metrics.token_entropy(listed, chosen=listed[chosen], chosen_index=chosen)
    of_list, of_vocabulary = entropies(listed, logprobs)
    assert of_list - 1e-9 <= ours <= of_vocabulary + 1e-9


@given(st.data(), distributions())
def test_difference_a_chosen_token_that_is_not_listed(data, logprobs):
    """Theirs adds the chosen token to the list as we do; what differs is still the tail alone."""
    k = data.draw(st.integers(1, len(logprobs) - 1))
    chosen = data.draw(st.integers(k, len(logprobs) - 1))
    entry = position(logprobs, chosen)
    entry["top_logprobs"] = entry["top_logprobs"][:k]
    ours = metrics.token_entropy(logprobs[:k], chosen=logprobs[chosen])
    tail = tail_entropy([*logprobs[:k], logprobs[chosen]], k)
    assert ours == near(of_answer(MeanTokenEntropy(), [entry]) + tail)


def test_difference_the_largest_entropy_of_a_claim_has_the_tails():
    """``MaxTokenEntropyClaim`` is our ``max_entropy`` only where the lists leave nothing open."""
    complete = [[math.log(0.5)] * 2, [math.log(0.9), math.log(0.1)]]
    cut = [[math.log(0.5), math.log(0.25)], complete[1]]
    claims = [[SimpleNamespace(aligned_token_ids=[0, 1])]]

    def theirs(listed):
        stats = {"entropy": [entropies(*listed)], "claims": claims}
        return MaxTokenEntropyClaim()(stats)[0][0]

    def ours(listed):
        return parse(answer([position(logprobs) for logprobs in listed])).max_entropy

    assert ours(complete) == same(theirs(complete))
    assert ours(cut) == same(theirs(cut) - 0.25 * math.log(0.25))


def test_difference_alternatives_with_one_text_are_two():
    """Theirs tells alternatives apart by text: of two halves of characters it keeps the last."""
    top = [
        {"token": "A", "logprob": math.log(0.5), "bytes": [65]},
        {"token": "�", "logprob": math.log(0.3), "bytes": [240]},
        {"token": "�", "logprob": math.log(0.2), "bytes": [226]},
    ]
    content = [{**top[0], "top_logprobs": top}]
    kept = entropies([math.log(0.5), math.log(0.2)])[0]
    assert of_answer(MeanTokenEntropy(), content) == same(kept)
    assert parse(answer(content)).mean_entropy == same(kept - 0.3 * math.log(0.3))


def test_difference_a_missing_number_is_not_minus_100():
    """A token without log-probabilities is −100.0 in their average; ours says which one it is."""
    token_ids, logprobs = convert_api_logprobs(unlisted([-1.0, -1.0]))
    assert wrapper(Perplexity()).score(token_ids, [logprobs[0], None]) == same(50.5)
    content = unlisted([-1.0, -1.0])
    content[1]["logprob"] = None
    with pytest.raises(UnscoredTokenError) as caught:
        _ = parse(answer(content)).mean_logprob
    assert caught.value.token.index == 1


def test_difference_a_sentinel_is_no_logprob():
    """−9999.0 stands for "outside the list": theirs averages it, ours takes it as unknown."""
    content = unlisted([-1.0, -9999.0])
    assert of_answer(Perplexity(), content) == same(5000.0)
    with pytest.raises(UnscoredTokenError):
        _ = parse(answer(content)).mean_logprob


def test_difference_an_empty_answer_is_not_certain():
    """Without tokens theirs is 0.0, the score of a certain answer; ours raises."""
    assert wrapper(Perplexity()).score([], []) == 0.0
    assert wrapper(MaximumSequenceProbability()).score([], []) == 0.0
    with pytest.raises(EmptySpanError):
        metrics.mean_logprob([])
