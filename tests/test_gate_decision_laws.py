"""Laws of the decision on paired differences, METRICS §6, for any of them."""

import math
import statistics
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pytest_logprobs._gate._decision import Decision, Verdict, decide
from pytest_logprobs._ledger import Policy
from pytest_logprobs._statistics import t_quantile

PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
UNITS = ("mean", "deviation", "lower", "upper", "smallest_margin")

DIFFERENCE = st.integers(-(10**6), 10**6).map(lambda n: n / 10**6)
SUITES = st.lists(DIFFERENCE, min_size=1, max_size=40)
LARGE = st.lists(DIFFERENCE, min_size=10, max_size=40)
MARGINS = st.floats(1e-6, 2)
CONFIDENCES = st.floats(0.5, 0.9999, exclude_min=True)
POLICIES = st.builds(Policy, margin=MARGINS, confidence=CONFIDENCES, min_cases=st.integers(2, 12))
laws = settings(deadline=None)


def verdict(differences, policy):
    """Judge, and give the verdict alone."""
    return decide(differences, policy).verdict


def near(number):
    """Equal up to rounding, of numbers up to 1."""
    return pytest.approx(number, rel=1e-12, abs=1e-15)


# --- laws of the verdict --------------------------------------------------------------------------


@laws
@given(st.integers(1, 100), POLICIES)
def test_identical_runs_pass(count, policy):
    """However few cases there are."""
    zero = dict.fromkeys(UNITS, 0.0)
    assert decide([0.0] * count, policy) == Decision(verdict=PASS, count=count, **zero)


@laws
@given(SUITES, POLICIES)
def test_the_verdict_is_that_of_the_bounds(differences, policy):
    """METRICS §6.2 and 3 as they are written, by the standard library's own statistics."""
    found, n = decide(differences, policy), len(differences)
    assert found.mean == near(statistics.fmean(differences))
    assume(n > 1 and any(differences))
    deviation = statistics.stdev(differences)
    assert found.deviation == near(deviation)
    error = deviation / math.sqrt(n)
    confident, likely = t_quantile(policy.confidence, n - 1), t_quantile(0.8, n - 1)
    assume(n >= policy.min_cases)
    assert found.lower == near(found.mean - confident * error)
    assert found.upper == near(found.mean + confident * error)
    assert found.smallest_margin == near((confident + likely) * error)
    shown = {PASS: found.lower > -policy.margin, FAIL: found.upper < -policy.margin}
    assert found.verdict is next((each for each in shown if shown[each]), INCONCLUSIVE)


@laws
@given(SUITES, POLICIES)
def test_too_few_cases_show_nothing(differences, policy):
    """Fewer than ``min_cases`` decide only that nothing has changed."""
    assume(any(differences) and len(differences) < policy.min_cases)
    assert verdict(differences, policy) is INCONCLUSIVE


@laws
@given(DIFFERENCE | st.floats(-1, 1), st.integers(10, 300), MARGINS)
def test_equal_differences_have_no_interval(difference, count, margin):
    """Both bounds are the difference itself, to the last digit."""
    found = decide([difference] * count, Policy(margin=margin))
    assert (found.lower, found.mean, found.upper) == (difference, difference, difference)
    assert found.deviation == found.smallest_margin == 0


@laws
@given(SUITES, POLICIES)
def test_what_fails_passes_with_the_sides_swapped(differences, policy):
    """What is shown worse is shown better the other way round."""
    swapped = verdict([-each for each in differences], policy)
    if verdict(differences, policy) is FAIL:
        assert swapped is PASS


@laws
@given(SUITES, POLICIES, MARGINS)
def test_a_larger_margin_is_never_stricter(differences, policy, margin):
    """It moves a verdict only from fail to inconclusive to pass."""
    order = [FAIL, INCONCLUSIVE, PASS]
    small, large = sorted((policy.margin, margin))
    strict, lenient = (
        order.index(verdict(differences, replace(policy, margin=each))) for each in (small, large)
    )
    assert strict <= lenient


@laws
@given(SUITES, POLICIES, CONFIDENCES)
def test_more_confidence_only_takes_back(differences, policy, confidence):
    """It moves a verdict only from pass or fail to inconclusive."""
    low, high = sorted((policy.confidence, confidence))
    hasty, careful = (
        verdict(differences, replace(policy, confidence=each)) for each in (low, high)
    )
    assert careful in (hasty, INCONCLUSIVE)


@laws
@given(SUITES, POLICIES, st.integers(-300, 300))
def test_powers_of_two_scale_every_number_exactly(differences, policy, exponent):
    """In another unit nothing is decided otherwise, to the last digit."""
    unit = 2.0**exponent
    found = decide(differences, policy)
    numbers = {name: getattr(found, name) for name in UNITS}
    scaled = {name: each if each is None else each * unit for name, each in numbers.items()}
    other = decide(
        [each * unit for each in differences], replace(policy, margin=policy.margin * unit)
    )
    assert other == replace(found, **scaled)


@laws
@given(SUITES, POLICIES, st.floats(1e-9, 1e9))
def test_any_unit_gives_the_same_verdict(differences, policy, unit):
    """But for a bound that rounding puts on the margin."""
    found = decide(differences, policy)
    for bound in (found.lower, found.upper):
        assume(bound is None or abs(bound + policy.margin) > 1e-12)
    scaled = replace(policy, margin=policy.margin * unit)
    assert verdict([each * unit for each in differences], scaled) is found.verdict


@laws
@given(SUITES, POLICIES, st.randoms(use_true_random=False))
def test_the_order_of_the_cases_is_nothing(differences, policy, random):
    """Workers report in any order: no digit depends on it, and the carrier is the same case."""
    places = random.sample(range(len(differences)), len(differences))
    found, other = decide(differences, policy), decide([differences[at] for at in places], policy)
    carrier = other.carrier if other.carrier is None else places[other.carrier]
    assert replace(other, carrier=carrier) == found


# --- laws of what else is said --------------------------------------------------------------------


def width(deviation, count, policy):
    """Return the smallest margin that an unchanged prompt passes four times in five."""
    quantiles = t_quantile(policy.confidence, count - 1) + t_quantile(0.8, count - 1)
    return quantiles * deviation / math.sqrt(count)


@laws
@given(SUITES, POLICIES)
def test_enough_is_the_least_number_that_is(differences, policy):
    """More than there are, as many as the policy asks for, and one fewer would be too few."""
    found = decide(differences, policy)
    if found.verdict is not INCONCLUSIVE or len(differences) == 1:
        assert found.enough is None
        return
    first = max(len(differences) + 1, policy.min_cases)
    assert found.enough >= first
    assert width(found.deviation, found.enough, policy) <= policy.margin * (1 + 1e-12)
    if found.enough > first:
        assert width(found.deviation, found.enough - 1, policy) > policy.margin


@laws
@given(st.integers(25, 10**6))  # fewer have a margin that ten cases pass already
def test_enough_is_what_just_reaches_the_margin(count):
    """Where as many cases have exactly the margin as their smallest, they are enough."""
    differences = [-0.5, 0.5] * 5
    deviation = decide(differences, Policy(margin=1e-3)).deviation
    margin = width(deviation, count, Policy(margin=1e-3))
    assert decide(differences, Policy(margin=margin)).enough == count


@laws
@given(LARGE, st.integers(0, 9), st.floats(81, 1e6))
def test_a_difference_beyond_all_others_together_is_named(differences, place, far):
    """Differences up to 1 are at most 2 from the median: one that is 80 from it outweighs 39."""
    differences[place] = -far
    assert decide(differences, Policy(margin=0.1)).carrier == place


@laws
@given(st.tuples(DIFFERENCE, DIFFERENCE) | st.tuples(DIFFERENCE))
def test_of_two_none_is_named(differences):
    """They are equally far from their middle."""
    assert decide(differences, Policy(margin=0.1)).carrier is None


@laws
@given(SUITES)
def test_no_difference_is_more_than_half_of_the_distances_from_the_mean(differences):
    """Why the carrier is told by the median: from the mean there would never be one."""
    mean = statistics.fmean(differences)
    distances = [abs(each - mean) for each in differences]
    assert max(distances) <= math.fsum(distances) / 2 + 1e-12
