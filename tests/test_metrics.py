"""The formulas of the scores on bare numbers: METRICS §1, row by row and trap by trap."""

import math
from functools import partial

import pytest

from pytest_logprobs import EmptySpanError, metrics

INF = math.inf
LN2 = math.log(2)
CHOSEN = [-0.5, -1.0, 0.0, -2.5]


def logs(*probabilities):
    """Return the log-probabilities of probabilities, -inf for none."""
    return [math.log(p) if p else -INF for p in probabilities]


def near(expected):
    """Compare up to the rounding of exp and log."""
    return pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # the sum, the average, the lowest
        ("total_logprob", -4.0),
        ("mean_logprob", -1.0),
        ("min_logprob", -2.5),
        # exp of these three, and the average of exp
        ("joint_probability", 0.01831563888873418),
        ("geomean_probability", 0.36787944117144233),
        ("min_probability", 0.0820849986238988),
        ("mean_probability", 0.5141237748769936),
        # exp of minus the average
        ("perplexity", 2.718281828459045),
        # "mean of the ⌈0.1·N⌉ lowest", one of four
        ("tail_mean_logprob", -2.5),
    ],
)
def test_formulas(name, expected):
    """Each score of the chosen tokens is what its formula says."""
    assert getattr(metrics, name)(CHOSEN) == near(expected)
    assert metrics.FORMULAS[name] is getattr(metrics, name)


def test_bits_per_byte():
    """The cost in bits is that in nats by ln 2; it is shared by the "UTF-8 bytes of the span"."""
    assert metrics.bits_per_byte(CHOSEN, 8) == near(4.0 / (8 * LN2))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # "mean / max over tokens of the token entropy", "mean / min … margin", "max … rank"
        ("mean_entropy", 2.0),
        ("max_entropy", 4.0),
        ("mean_margin", 2.0),
        ("min_margin", 0.5),
        ("worst_rank", 4.0),
    ],
)
def test_formulas_of_what_is_listed(name, expected):
    """Scores of entropies, margins and ranks are their mean or their worst."""
    assert metrics.FORMULAS[name]([0.5, 1.5, 2.0, 4.0]) == expected


@pytest.mark.parametrize("name", [*metrics.METRICS])
def test_scores_of_nothing(name):
    """It holds for every score that "an empty span raises `EmptySpanError`", which names it."""
    formulas = {**metrics.FORMULAS, "bits_per_byte": partial(metrics.bits_per_byte, n_bytes=5)}
    with pytest.raises(EmptySpanError) as caught:
        formulas[name]([])
    assert str(caught.value) == (
        f"{name}: a span without tokens has no score; check that something was generated or found "
        "first"
    )
    assert caught.value.metric == name


@pytest.mark.parametrize("logprobs", [[], [-0.5]])
def test_bits_of_no_bytes(logprobs):
    """For bits per byte "a span of 0 bytes raises `EmptySpanError`", with tokens or without."""
    with pytest.raises(EmptySpanError) as caught:
        metrics.bits_per_byte(logprobs, 0)
    assert str(caught.value) == (
        "bits_per_byte: the tokens spell no text; check that something was generated or found first"
    )
    assert caught.value.metric == "bits_per_byte"


def test_long_sequences_underflow_in_probability_alone():
    """The joint probability "underflows to 0 at 2,000 tokens: compare in log space"."""
    better, worse = [-0.5] * 2000, [-0.6] * 2000
    assert metrics.joint_probability(better) == metrics.joint_probability(worse) == 0.0
    assert metrics.total_logprob(better) == -1000.0
    assert metrics.total_logprob(better) > metrics.total_logprob(worse)
    assert metrics.geomean_probability(better) == near(math.exp(-0.5))


def test_sums_are_exact():
    """Sums are those of `math.fsum`: ten tenths are 1, in any order."""
    assert metrics.total_logprob([-0.1] * 10) == -1.0
    assert metrics.total_logprob([-900.0, -1e-16, -1e-16]) == math.fsum([-1e-16, -900.0, -1e-16])


def test_perplexity_overflows_to_infinity():
    """A perplexity's "overflow is `inf`, not an exception"."""
    assert metrics.perplexity([-998.0]) == INF
    assert metrics.perplexity([-709.0]) == near(math.exp(709.0))


def test_perplexity_is_the_number_of_equal_choices():
    """Elsewhere "`Perplexity` is −mean without exp"; ours is 4 among four equal choices."""
    assert metrics.perplexity(logs(0.25, 0.25, 0.25)) == near(4.0)


def test_certainty_has_no_negative_zero():
    """A certain text costs 0.0 bits, and its entropy is 0.0, never -0.0."""
    zeros = [metrics.bits_per_byte([0.0], 1), metrics.token_entropy([0.0], chosen_index=0)]
    assert [math.copysign(1.0, zero) for zero in zeros] == [1.0, 1.0]


@pytest.mark.parametrize(
    ("count", "lowest"),
    [
        (1, 1),
        (9, 1),
        (10, 1),
        (11, 2),
        (20, 2),
        (21, 3),
        (30, 3),
        (31, 4),
        (70, 7),
        (100, 10),
        (230, 23),
    ],
)
def test_tail(count, lowest):
    """The tail is ⌈0.1·N⌉ tokens, which is exactly 3 of 30 and 4 of 31."""
    logprobs = [-float(i) for i in range(1, count + 1)]
    assert (
        metrics.tail_mean_logprob(logprobs)
        == -math.fsum(range(count - lowest + 1, count + 1)) / lowest
    )


def test_tail_is_robust():
    """The tail is "a robust sibling of the minimum": an outlier among twenty counts by half."""
    assert metrics.tail_mean_logprob([-0.1] * 18 + [-2.0, -4.0]) == -3.0


@pytest.mark.parametrize(
    ("listed", "chosen", "expected"),
    [
        # nothing is open: the entropy of the list
        (logs(0.5, 0.5), 0, LN2),
        (logs(1.0), 0, 0.0),
        (logs(1.0), None, 0.0),
        # r = 0.2 is four lumps of q = 0.05
        (logs(0.7, 0.05, 0.05), 0, -0.7 * math.log(0.7) - 6 * 0.05 * math.log(0.05)),
        # r = 0.25 is two lumps of q = 0.1, and r' = 0.05
        (logs(0.65, 0.1), 0, -0.65 * math.log(0.65) - 0.3 * math.log(0.1) - 0.05 * math.log(0.05)),
        # "q must not come from the chosen token": r = 0.2 is one outcome within q = 0.3
        (logs(0.4, 0.3, 0.1), 2, -sum(p * math.log(p) for p in (0.4, 0.3, 0.1, 0.2))),
        # but it does from the same one, if another was chosen: two lumps
        (logs(0.4, 0.3, 0.1), 0, -sum(p * math.log(p) for p in (0.4, 0.3, 0.1, 0.1, 0.1))),
        # without others "the tail counts as one outcome"
        (logs(0.9), 0, -0.9 * math.log(0.9) - 0.1 * math.log(0.1)),
        # a list of more than everything has no tail: "r = max(0, 1 − Σ_L p)"
        (logs(0.7, 0.4), 0, -0.7 * math.log(0.7) - 0.4 * math.log(0.4)),
        # "over p > 0": an impossible alternative is no outcome, and no lump
        (logs(0.5, 0.5, 0.0), 0, LN2),
        (logs(0.9, 0.0), 0, -0.9 * math.log(0.9) - 0.1 * math.log(0.1)),
        ([-800.0], None, 0.0),
        # lumps as small as a float can be: r/q is too much for one
        ([-745.0], None, -math.log(5e-324)),
        (logs(0.5, 5e-324), 0, 0.5 * LN2 - 0.5 * math.log(5e-324)),
    ],
)
def test_entropy(listed, chosen, expected):
    """What the list leaves open is shared out in lumps as large as the least likely other."""
    assert metrics.token_entropy(listed, chosen_index=chosen) == pytest.approx(expected, abs=1e-9)


def test_entropy_of_a_chosen_token_that_is_not_listed():
    """Beside the listed counts "the chosen token when it has a logprob and is not listed"."""
    outcomes = (0.5, 0.3, 0.1, 0.1)
    expected = -sum(p * math.log(p) for p in outcomes)
    chosen = math.log(0.1)
    assert metrics.token_entropy(logs(0.5, 0.3), chosen=chosen) == near(expected)
    # its probability is unknown: it is in the tail
    tail = -sum(p * math.log(p) for p in (0.5, 0.3, 0.2))
    assert metrics.token_entropy(logs(0.5, 0.3), chosen=None) == near(tail)


def test_entropy_when_nothing_is_listed():
    """The entropy is "not known when nothing is listed", though the chosen token is."""
    assert metrics.token_entropy([], chosen=-0.1) is None


@pytest.mark.parametrize(
    ("listed", "chosen", "expected"),
    [
        (logs(0.7, 0.2, 0.1), 0, 0.5),
        # in any order, whatever was chosen, and if what was chosen is not listed
        (logs(0.1, 0.7, 0.2), 0, 0.5),
        (logs(0.2, 0.7), None, 0.5),
        (logs(0.2, 0.7), 1, 0.5),
        (logs(0.5, 0.5, 0.0), 1, 0.0),
        # "not known with fewer than two"
        ([], None, None),
        (logs(0.7), 0, None),
        # "nor when there are just two and the less likely of them is the chosen token"
        (logs(0.7, 0.2), 1, None),
        (logs(0.2, 0.7), 0, None),
        ([-800.0, -801.0], 1, None),
        # of two equal ones neither is the less likely
        (logs(0.4, 0.4), 0, 0.0),
        (logs(0.4, 0.4), 1, 0.0),
    ],
)
def test_margin(listed, chosen, expected):
    """The margin is the lead of the most likely listed over the second."""
    margin = metrics.token_margin(listed, chosen_index=chosen)
    assert margin == (expected if expected is None else near(expected))


@pytest.mark.parametrize(
    ("listed", "chosen", "expected"),
    [
        ([-0.1, -2.0, -3.0], -0.1, 1),
        ([-3.0, -2.0, -0.1], -2.0, 2),
        # equal ones share a place: "strictly greater"
        ([-0.5, -1.0, -1.0], -1.0, 2),
        # "a lower bound where the chosen token is not listed"
        ([-0.1, -2.0, -3.0], -9.0, 4),
        ([-0.1, -2.0, -3.0], -2.5, 3),
        # "not known when nothing is listed", nor for a token without a logprob
        ([], -0.1, None),
        ([-0.1], None, None),
    ],
)
def test_rank(listed, chosen, expected):
    """The rank is "1 + the number of listed with a strictly greater logprob"."""
    assert metrics.token_rank(listed, chosen=chosen) == expected


def test_what_is_known_of_each_score():
    """Every score declares its unit, its direction, and what it reads of a token."""
    rows = [(m.name, m.unit, m.higher_is_better, m.quantity) for m in metrics.METRICS.values()]
    assert rows == [
        ("total_logprob", "nats", True, "logprob"),
        ("mean_logprob", "nats/token", True, "logprob"),
        ("min_logprob", "nats", True, "logprob"),
        ("joint_probability", "probability", True, "logprob"),
        ("geomean_probability", "probability", True, "logprob"),
        ("min_probability", "probability", True, "logprob"),
        ("mean_probability", "probability", True, "logprob"),
        ("perplexity", "equal choices", False, "logprob"),
        ("bits_per_byte", "bits/byte", False, "logprob"),
        ("tail_mean_logprob", "nats/token", True, "logprob"),
        ("mean_entropy", "nats/token", False, "entropy"),
        ("max_entropy", "nats", False, "entropy"),
        ("mean_margin", "probability", True, "margin"),
        ("min_margin", "probability", True, "margin"),
        ("worst_rank", "ranks", False, "rank"),
    ]
    assert [*metrics.METRICS] == [row[0] for row in rows]
    assert {*metrics.FORMULAS} == {*metrics.METRICS} - {"bits_per_byte"}
    assert not metrics.MEAN_LOGPROB_DROP.higher_is_better
