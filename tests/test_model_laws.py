"""What holds for any answer, whatever its tokens are."""

import math
import pickle
import re
import string
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_logprobs import Alternative, Completion, Span, Token, ranked
from pytest_logprobs._model import Draft, assemble

NUMBERS = st.floats(-20, 0)
RAW = st.one_of(NUMBERS, st.sampled_from([None, math.nan, math.inf, -9999.0, 0.5]))
FEW = st.sampled_from(["a", "b", " a", "é", ""])
EVERY_TEXT = st.text(st.characters(), max_size=12)
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
ALTERNATIVES = st.lists(st.builds(Alternative, FEW, RAW), max_size=6)


def near(expected):
    """Compare up to the rounding of a sum."""
    return pytest.approx(expected, rel=1e-9, abs=1e-9)


@st.composite
def completions(draw, numbers=NUMBERS):
    """Draw an answer of tokens from two to four letters, in which no letter comes twice."""
    sizes = draw(st.lists(st.integers(2, 4), min_size=1, max_size=12))
    tokens, end = [], 0
    for index, size in enumerate(sizes):
        start, end = end, end + size
        text = string.ascii_letters[start:end]
        tokens.append(Token(text, draw(numbers), index=index, extent=(start, end)))
    return Completion(string.ascii_letters[:end], tokens)


@st.composite
def parts(draw, length):
    """Draw the beginning and the end of a part that is not empty."""
    start = draw(st.integers(0, length - 1))
    return start, draw(st.integers(start + 1, length))


@settings(deadline=None)
@given(ALTERNATIVES, RAW, st.randoms(use_true_random=False))
def test_the_order_of_alternatives_means_nothing(alternatives, logprob, random):
    """Permuting the alternatives changes nothing that is computed from them."""

    def known(listed):
        token = Token("a", logprob, alternatives=listed)
        shares = [token.probability_of(text) for text in ("a", "b", " a", "é", "")]
        order = [alternative.logprob for alternative in token.alternatives]
        return [token.rank, token.entropy, token.margin, *shares, *order]

    shuffled = random.sample(alternatives, len(alternatives))
    assert known(shuffled) == known(alternatives)


@settings(deadline=None)
@given(ALTERNATIVES, RAW)
def test_ranges_of_a_token(alternatives, logprob):
    """An entropy is not negative, a margin and a probability lie in [0, 1], a rank is 1 or more."""
    token = Token("a", logprob, alternatives=alternatives)
    assert token.entropy is None or 0 <= token.entropy < math.inf
    assert all(p is None or 0 <= p <= 1 for p in (token.margin, token.probability_of("a")))
    assert token.rank is None or 1 <= token.rank <= len(alternatives) + 1
    known = [each.logprob for each in token.alternatives if each.logprob is not None]
    assert known == sorted(known, reverse=True)


@settings(deadline=None)
@given(completions(), st.data())
def test_how_a_text_is_cut_into_tokens_means_nothing(completion, data):
    """Splitting a token in two that share its log-probability changes no total of a passage."""
    token = data.draw(st.sampled_from(list(completion)))
    middle = data.draw(st.integers(token.start + 1, token.end - 1))
    first = token.logprob * data.draw(st.floats(0, 1))
    halves = [
        Token(completion.text[start:end], logprob, extent=(start, end))
        for start, end, logprob in [
            (token.start, middle, first),
            (middle, token.end, token.logprob - first),
        ]
    ]
    at = token.index
    split = Completion(completion.text, [*completion[:at], *halves, *completion[at + 1 :]])
    start, end = data.draw(parts(len(completion)))
    passage = completion[start:end].text
    assert split.span(passage).total_logprob == near(completion.span(passage).total_logprob)
    assert split.total_logprob == near(completion.total_logprob)


@settings(deadline=None)
@given(completions(), st.integers(0, 12))
def test_a_forced_token_means_nothing(completion, at):
    """A token of log-probability 0, the only one possible, leaves total and minimum alone."""
    forced = Span([*completion[:at], Token("!", 0.0), *completion[at:]])
    assert forced.total_logprob == completion.total_logprob
    assert forced.min_logprob == completion.min_logprob
    assert forced.joint_probability == completion.joint_probability
    assert forced.mean_logprob >= completion.mean_logprob


@settings(deadline=None)
@given(completions(), st.integers(-15, 15))
def test_slices_concatenate(completion, at):
    """Two slices at a place hold all tokens once, and their texts and totals add up."""
    left, right = completion[:at], completion[at:]
    assert [*left, *right] == list(completion)
    assert left.text + right.text == completion.text
    totals = [part.total_logprob for part in (left, right) if part]
    assert math.fsum(totals) == near(completion.total_logprob)


@settings(deadline=None)
@given(completions(), st.data())
def test_a_span_covers_what_was_looked_for(completion, data):
    """The span of a piece of the text covers it, and no shorter run of tokens does."""
    start, end = data.draw(parts(len(completion.text)))
    span = completion.span(completion.text[start:end])
    assert span.start <= start < end <= span.end
    assert span[0].end > start
    assert span[-1].start < end
    assert list(span) == list(completion[span[0].index : span[-1].index + 1])
    assert (span,) == completion.spans(completion.text[start:end])


@settings(deadline=None)
@given(st.text(min_size=1, max_size=20), st.data())
def test_a_text_cut_at_any_byte(text, data):
    """Tokens that are pieces of characters are placed: the text is covered, each byte once."""
    spelled = text.encode()
    cuts = sorted(data.draw(st.sets(st.integers(1, len(spelled)), max_size=8)) | {0, len(spelled)})
    pieces = [spelled[a:b] for a, b in pairwise(cuts)]
    drafts = [Draft(piece.decode("utf-8", "replace"), -1.0, piece) for piece in pieces]
    completion = assemble(text, drafts)
    assert completion[:].text == text
    start, end = data.draw(parts(len(text)))
    span = completion.span(text[start:end])
    assert text[start:end] in span.text
    assert span.total_logprob == -len(span)


@settings(deadline=None)
@given(completions(), st.floats(0, 1))
def test_uncertain_runs(completion, below):
    """Uncertain runs are disjoint, maximal, in order, and hold every token below the bound."""
    runs = completion.uncertain(below)
    found = [token.index for run in runs for token in run]
    assert found == [token.index for token in completion if token.probability < below]
    for run, following in pairwise(runs):
        assert run[-1].index + 1 < following[0].index
    assert all(run.end - run.start == len(run.text) for run in runs)


@settings(deadline=None)
@given(completions(numbers=RAW))
def test_scored_tokens(completion):
    """What is scored has a score, is scored again the same, and lost no token with a number."""
    scored = completion.scored()
    assert list(scored) == [token for token in completion if token.logprob is not None]
    assert scored.scored() == scored
    assert scored.text == "".join(token.text for token in scored)
    if scored:
        assert scored.total_logprob == math.fsum(token.logprob for token in scored)
    if len(scored) == len(completion):
        assert scored.mean_logprob == completion.mean_logprob


@settings(deadline=None)
@given(completions())
def test_order_of_scores(completion):
    """The minimum is below the tail, that below the mean, and the means of probability too."""
    span = completion
    assert near(span.min_logprob) == min(span.min_logprob, span.tail_mean_logprob)
    assert near(span.tail_mean_logprob) == min(span.tail_mean_logprob, span.mean_logprob)
    assert near(span.geomean_probability) == min(span.geomean_probability, span.mean_probability)
    assert math.log(span.perplexity) == near(-span.mean_logprob)


@settings(deadline=None)
@given(st.lists(completions(), max_size=6), st.sampled_from(["mean_logprob", "perplexity"]))
def test_ranking(several, by):
    """Ranking loses none, puts the best first, and keeps the order of equal ones."""
    best_first = ranked(several, by=by)
    assert sorted(map(id, best_first)) == sorted(map(id, several))
    scores = [getattr(completion, by) for completion in best_first]
    assert scores == sorted(scores, reverse=by == "mean_logprob")
    assert list(ranked(best_first, by=by)) == list(best_first)


@settings(deadline=None)
@given(EVERY_TEXT, RAW, st.lists(st.builds(Alternative, EVERY_TEXT, RAW), max_size=3))
def test_any_text_can_be_shown_and_pickled(text, logprob, alternatives):
    """Whatever a token holds, it is shown on one short line and survives pickling."""
    token = Token(text, logprob, alternatives=alternatives)
    completion = Completion(text, [token, token], model=text)
    for shown in map(repr, (token, completion, completion[:1], *alternatives)):
        assert len(shown) < 130
        assert UNSAFE.search(shown) is None
    again = pickle.loads(pickle.dumps(completion))
    assert repr(again) == repr(completion)
    assert [each.text for each in again] == [text, text]
