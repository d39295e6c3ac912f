"""Laws of the scores, for any numbers: METRICS §1, column "range, better", and the token level."""

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pytest_logprobs import metrics

LOGPROBS = st.lists(st.floats(-998, 0), min_size=1, max_size=50)
MODERATE = st.lists(st.floats(-30, 0), min_size=1, max_size=50)
LISTED = st.lists(st.floats(-998, 0) | st.floats(-5, 0), max_size=8)
# the scores of the chosen tokens, with what they are of a certain and of an impossible text
OF_CHOSEN = {
    "total_logprob": (0, -math.inf),
    "mean_logprob": (0, -math.inf),
    "min_logprob": (0, -math.inf),
    "joint_probability": (1, 0),
    "geomean_probability": (1, 0),
    "min_probability": (1, 0),
    "mean_probability": (1, 0),
    "perplexity": (1, math.inf),
    "tail_mean_logprob": (0, -math.inf),
    "bits_per_byte": (0, math.inf),
}
laws = settings(deadline=None)


def score(name, logprobs, n_bytes=7):
    """Compute any score of chosen tokens."""
    if name == "bits_per_byte":
        return metrics.bits_per_byte(logprobs, n_bytes)
    return metrics.FORMULAS[name](logprobs)


def scores(logprobs):
    """Compute every score of chosen tokens."""
    return {name: score(name, logprobs) for name in OF_CHOSEN}


def near(expected):
    """Compare up to the rounding of a sum."""
    return pytest.approx(expected, rel=1e-9, abs=1e-9)


def no_less(high, low):
    """Return whether a number is no less than another, up to rounding."""
    return high >= low or high == near(low)


def entropy_as_written(listed, chosen, chosen_index):
    """METRICS, word for word: every tail outcome on its own."""
    everything = [math.exp(logprob) for logprob in listed]
    others = [p for i, p in enumerate(everything) if i != chosen_index]
    if chosen is not None and chosen_index is None:
        everything.append(math.exp(chosen))
    r = max(0.0, 1 - sum(everything))
    q = min((p for p in others if p > 0), default=1.0)
    while r > q:
        everything.append(q)
        r -= q
    return -sum(p * math.log(p) for p in [*everything, r] if p > 0)


@st.composite
def positions(draw, smallest=-7.0):
    """Draw what is listed at a position, and which of it was chosen, if that is listed."""
    listed = draw(st.lists(st.floats(smallest, 0), min_size=1, max_size=6))
    over = math.log(max(1.0, math.fsum(map(math.exp, listed))))  # together at most 1
    chosen = draw(st.none() | st.integers(0, len(listed) - 1))
    return [logprob - over for logprob in listed], chosen


@laws
@given(LOGPROBS, st.randoms(use_true_random=False))
def test_the_order_of_tokens_means_nothing(logprobs, random):
    """Every score is the same, to the last bit, whatever the order of the tokens."""
    assert scores(random.sample(logprobs, len(logprobs))) == scores(logprobs)


@laws
@given(LOGPROBS)
def test_ranges(logprobs):
    """Every score lies between that of a certain and that of an impossible text."""
    for name, value in scores(logprobs).items():
        low, high = sorted(OF_CHOSEN[name])
        assert low <= value <= high
        assert metrics.METRICS[name].higher_is_better == (OF_CHOSEN[name][0] == high)


@laws
@given(st.integers(1, 50))
def test_a_certain_text(count):
    """A text of certain tokens has the best value of every score."""
    assert scores([0.0] * count) == {name: best for name, (best, _) in OF_CHOSEN.items()}


@laws
@given(LOGPROBS, st.data())
def test_directions(logprobs, data):
    """A token that becomes less likely makes no score better."""
    at = data.draw(st.integers(0, len(logprobs) - 1))
    lower = data.draw(st.floats(-998, logprobs[at]))
    worse = scores([*logprobs[:at], lower, *logprobs[at + 1 :]])
    for name, value in scores(logprobs).items():
        higher, lower = (value, worse[name])
        if not metrics.METRICS[name].higher_is_better:
            higher, lower = lower, higher
        assert no_less(higher, lower)


@laws
@given(LOGPROBS)
def test_a_forced_token(logprobs):
    """A forced token of logprob 0 leaves sum, product and minimum alone, and lifts averages."""
    before, after = scores(logprobs), scores([*logprobs, 0.0])
    totals = ("total_logprob", "joint_probability", "bits_per_byte")
    for name in (*totals, "min_logprob", "min_probability"):
        assert after[name] == before[name]
    for name in ("mean_logprob", "geomean_probability", "mean_probability"):
        assert no_less(after[name], before[name])
    assert no_less(before["perplexity"], after["perplexity"])


@laws
@given(MODERATE, MODERATE)
def test_two_parts(first, second):
    """A text is the sum of its parts in nats and their product in probability."""
    both = first + second
    whole, one, two = scores(both), scores(first), scores(second)
    assert whole["total_logprob"] == near(one["total_logprob"] + two["total_logprob"])
    assert whole["joint_probability"] == near(one["joint_probability"] * two["joint_probability"])
    assert whole["min_logprob"] == min(one["min_logprob"], two["min_logprob"])
    for name in ("mean_logprob", "mean_probability"):
        assert whole[name] * len(both) == near(one[name] * len(first) + two[name] * len(second))


@laws
@given(MODERATE, MODERATE, st.integers(1, 99), st.integers(1, 99))
def test_bits_are_additive(first, second, n_first, n_second):
    """The bits of two parts are the bits of both, however many bytes each has."""
    parts = score("bits_per_byte", first, n_first) * n_first
    parts += score("bits_per_byte", second, n_second) * n_second
    n_both = n_first + n_second
    assert score("bits_per_byte", first + second, n_both) * n_both == near(parts)


@laws
@given(MODERATE, st.integers(2, 5))
def test_splitting(logprobs, pieces):
    """A token split into equal pieces keeps the sum and divides the average."""
    split = [logprob / pieces for logprob in logprobs for _ in range(pieces)]
    assert metrics.total_logprob(split) == near(metrics.total_logprob(logprobs))
    assert metrics.mean_logprob(split) == near(metrics.mean_logprob(logprobs) / pieces)
    assert score("bits_per_byte", split) == near(score("bits_per_byte", logprobs))


@laws
@given(MODERATE, st.integers(2, 5))
def test_repeating(logprobs, times):
    """A text said several times keeps its averages and extremes, and multiplies its sum."""
    once, often = scores(logprobs), scores(logprobs * times)
    for name in ("mean_logprob", "geomean_probability", "mean_probability", "perplexity"):
        assert often[name] == pytest.approx(once[name])
    assert often["min_logprob"] == once["min_logprob"]
    assert often["total_logprob"] == near(once["total_logprob"] * times)


@laws
@given(MODERATE, st.floats(0, 5))
def test_scaling(logprobs, factor):
    """Scores in nats scale with the logarithms (another base, a temperature); minima too."""
    scaled = [logprob * factor for logprob in logprobs]
    for name in ("total_logprob", "mean_logprob", "min_logprob", "tail_mean_logprob"):
        assert score(name, scaled) == near(score(name, logprobs) * factor)


@laws
@given(MODERATE)
def test_means_lie_between(logprobs):
    """Minimum ≤ tail ≤ mean ≤ maximum, and geometric ≤ arithmetic mean; perplexity inverts one."""
    low, high = min(logprobs), max(logprobs)
    tail, mean = metrics.tail_mean_logprob(logprobs), metrics.mean_logprob(logprobs)
    slack = 1e-9
    assert low - slack <= tail <= mean + slack <= high + 2 * slack
    geometric = metrics.geomean_probability(logprobs)
    assert math.exp(low) - slack <= geometric <= math.exp(high) + slack
    assert geometric <= metrics.mean_probability(logprobs) + slack
    assert metrics.perplexity(logprobs) == pytest.approx(1 / geometric)
    assert metrics.total_logprob(logprobs) <= low + slack


@laws
@given(positions(), st.floats(-7, 0))
def test_entropy_as_it_is_defined(position, chosen):
    """The entropy is that of METRICS, told outcome by outcome."""
    listed, chosen_index = position
    computed = metrics.token_entropy(listed, chosen=chosen, chosen_index=chosen_index)
    assert computed == pytest.approx(entropy_as_written(listed, chosen, chosen_index), abs=1e-9)


@laws
@given(st.lists(st.floats(-12, 0), min_size=2, max_size=30), st.data())
def test_entropy_is_an_estimate_from_below(weights, data):
    """The true entropy, that of the whole vocabulary, is never less than the estimate."""
    total = math.log(math.fsum(map(math.exp, weights)))
    vocabulary = sorted((weight - total for weight in weights), reverse=True)
    truth = -math.fsum(math.exp(logprob) * logprob for logprob in vocabulary)
    k = data.draw(st.integers(1, len(vocabulary)))
    chosen = data.draw(st.integers(0, len(vocabulary) - 1))
    top, logprob = vocabulary[:k], vocabulary[chosen]
    at = chosen if chosen < k else None
    estimates = [metrics.token_entropy(top, chosen=logprob, chosen_index=at)]
    if chosen >= k:  # appended because it was chosen
        estimates.append(metrics.token_entropy([*top, logprob], chosen=logprob, chosen_index=k))
        assert estimates[0] == pytest.approx(estimates[1], abs=1e-12)
    assert max(estimates) <= truth + 1e-9
    if k == len(vocabulary):
        assert estimates[0] == pytest.approx(truth, abs=1e-9)


@laws
@given(LISTED, st.none() | st.floats(-998, 0), st.data())
def test_entropy_of_anything(listed, chosen, data):
    """An entropy is finite and at least 0, however small the probabilities, or not known."""
    at = data.draw(st.none() | st.integers(0, len(listed) - 1)) if listed else None
    entropy = metrics.token_entropy(listed, chosen=chosen, chosen_index=at)
    if not listed:
        assert entropy is None
    else:
        # no outcome is less likely than the least float, and a list may hold more than everything
        assert 0 <= entropy <= -math.log(5e-324) + len(listed) + 1


@laws
@given(st.integers(1, 40), st.floats(1e-9, 1e-3), st.floats(0.2, 0.6))
def test_entropy_has_no_steps(lumps, little, rest):
    """Where the tail holds one lump more, the entropy does not jump."""
    lump = (1 - rest) / (lumps + 1)  # the rest is listed, one lump too: the tail is the others
    around = [
        metrics.token_entropy([math.log(rest), math.log(lump + shift)], chosen_index=0)
        for shift in (-little * lump, 0.0, little * lump)
    ]
    assert around == pytest.approx([around[1]] * 3, abs=60 * little)


@laws
@given(LISTED, st.none() | st.floats(-998, 0), st.data())
def test_the_order_of_alternatives_means_nothing(listed, chosen, data):
    """Entropy, margin and rank are the same for any order of the alternatives."""
    at = data.draw(st.none() | st.integers(0, len(listed) - 1)) if listed else None
    order = data.draw(st.permutations(range(len(listed))))
    moved = [listed[i] for i in order]
    now = None if at is None else order.index(at)

    def known(listed, at):
        entropy = metrics.token_entropy(listed, chosen=chosen, chosen_index=at)
        margin = metrics.token_margin(listed, chosen_index=at)
        return entropy, margin, metrics.token_rank(listed, chosen=chosen)

    assert known(moved, now) == known(listed, at)


@laws
@given(LISTED, st.floats(-998, 0), st.data())
def test_margins_and_ranks(listed, chosen, data):
    """A margin lies in [0, 1], a rank in 1 … 1 + count; the most likely has rank 1."""
    assume(listed)
    at = data.draw(st.none() | st.integers(0, len(listed) - 1))
    margin = metrics.token_margin(listed, chosen_index=at)
    assert margin is None or 0 <= margin <= 1
    assert 1 <= metrics.token_rank(listed, chosen=chosen) <= 1 + len(listed)
    assert metrics.token_rank(listed, chosen=max(listed)) == 1
    assert metrics.token_rank([*listed, chosen], chosen=chosen) == metrics.token_rank(
        listed, chosen=chosen
    )
