"""The decision on paired differences, METRICS §6, as examples."""

import math

import pytest

from pytest_logprobs._gate._decision import Decision, Verdict, decide
from pytest_logprobs._ledger import Policy
from pytest_logprobs._statistics import t_quantile

PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE


def verdict(differences, policy):
    """Judge, and give the verdict alone."""
    return decide(differences, policy).verdict


def near(number):
    """Equal up to rounding, of numbers up to 1."""
    return pytest.approx(number, rel=1e-12, abs=1e-15)


def test_a_decision_has_all_its_numbers():
    """Ten cases by hand: mean −0.01, standard deviation 0.02, t of 9 degrees of freedom."""
    differences = [-0.04, -0.03, -0.02, -0.02, -0.01, -0.01, 0.0, 0.0, 0.01, 0.02]
    decision = decide(differences, Policy(margin=0.02))
    deviation = math.sqrt(0.003 / 9)
    error = deviation / math.sqrt(10)
    assert decision == Decision(
        verdict=INCONCLUSIVE,
        count=10,
        mean=near(-0.01),
        deviation=near(deviation),
        lower=near(-0.01 - 1.833112932656237 * error),
        upper=near(-0.01 + 1.833112932656237 * error),
        smallest_margin=near((1.833112932656237 + 0.883403859685535) * error),
        enough=11,
    )


@pytest.mark.parametrize("confidence", [0.6, 0.95, 0.999])
def test_a_margin_is_passed_only_beyond_its_edge(confidence):
    """Ten cases that all fell by exactly the margin are neither shown worse nor shown not worse."""
    policy = Policy(margin=0.25, confidence=confidence)
    assert verdict([-0.25] * 10, policy) is INCONCLUSIVE
    assert verdict([math.nextafter(-0.25, 0)] * 10, policy) is PASS
    assert verdict([math.nextafter(-0.25, -1)] * 10, policy) is FAIL


def test_a_bound_on_the_edge_shows_nothing():
    """Both comparisons are strict, whichever bound lies on the margin."""
    differences = [-0.5, 0.0, 0.25, -0.25, -0.75] * 3
    found = decide(differences, Policy(margin=0.01))
    assert verdict(differences, Policy(margin=-found.lower)) is INCONCLUSIVE
    assert verdict(differences, Policy(margin=-found.upper)) is INCONCLUSIVE
    assert verdict(differences, Policy(margin=math.nextafter(-found.lower, 1))) is PASS
    assert verdict(differences, Policy(margin=math.nextafter(-found.upper, 0))) is FAIL


def test_few_differences_are_described():
    """Two have bounds, which decide nothing; one has none."""
    two = decide([-0.3, -0.1], Policy(margin=0.05))
    assert (two.verdict, two.mean, two.deviation) == (
        INCONCLUSIVE,
        near(-0.2),
        near(math.sqrt(0.02)),
    )
    assert (two.lower, two.upper) == (
        near(-0.2 - 0.6313751514675037),
        near(-0.2 + 0.6313751514675037),
    )
    assert decide([-0.3], Policy(margin=0.5)) == Decision(verdict=INCONCLUSIVE, count=1, mean=-0.3)


def test_a_few_that_agree_are_not_certain():
    """Three equal falls have no spread, which is not known to be that of the others."""
    policy = Policy(margin=0.01)
    assert decide([-0.5] * 3, policy) == Decision(
        verdict=INCONCLUSIVE, count=3, mean=-0.5, deviation=0.0, enough=10
    )
    assert verdict([-0.5] * 10, policy) is FAIL


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("count", [1, 12])
def test_what_is_not_finite_shows_nothing(odd, count):
    """Neither alone nor among zeros."""
    differences = [*[0.0] * (count - 1), odd]
    for policy in (Policy(margin=0.05), Policy(margin=1e308)):
        assert decide(differences, policy) == Decision(verdict=INCONCLUSIVE, count=count)
        assert decide(differences, policy, same=True) == Decision(verdict=INCONCLUSIVE, count=count)


def test_no_differences_show_nothing():
    """Nor are they the same on both sides."""
    nothing = Decision(verdict=INCONCLUSIVE, count=0)
    assert decide([], Policy(margin=0.05)) == nothing
    assert decide([], Policy(margin=0.05), same=True) == nothing


def test_averages_of_0_are_not_the_same_on_both_sides():
    """Two cases of a cluster that moved apart are no proof that nothing moved."""
    policy = Policy(margin=0.05)
    assert verdict([0.0, 0.0], policy) is PASS
    assert decide([0.0, 0.0], policy, same=False).verdict is INCONCLUSIVE
    assert decide([0.0] * 10, policy, same=False) == decide([0.0] * 10, policy)


@pytest.mark.parametrize("size", [1e-307, 1e-200, 1e200, 1e308])
def test_numbers_of_any_size_have_a_spread(size):
    """Very small squares are not 0, and very large sums not infinite."""
    decision = decide([-size, 0.0, size, 0.0] * 3, Policy(margin=size))
    assert (decision.mean, decision.verdict) == (0, PASS)
    assert decision.deviation == pytest.approx(size * math.sqrt(6 / 11), rel=1e-12)


def test_bounds_that_no_float_can_hold():
    """They are infinite, and show nothing."""
    found = decide([-1e308, 1e308], Policy(margin=1.0, confidence=0.999, min_cases=2))
    assert (found.verdict, found.lower, found.upper) == (INCONCLUSIVE, -math.inf, math.inf)
    assert found.enough is None


def test_what_passes_may_pass_with_the_sides_swapped():
    """Within the margin both orders pass: swapping does not mirror a pass."""
    differences = [-0.01, 0.01, -0.02, 0.0, 0.01] * 2
    policy = Policy(margin=0.05)
    assert verdict(differences, policy) is PASS
    assert verdict([-each for each in differences], policy) is PASS


def test_millions_are_searched_in_a_few_steps():
    """The number of quantiles that are looked for grows with the logarithm of the answer."""
    t_quantile.cache_clear()
    found = decide([-0.5, 0.5] * 5, Policy(margin=1e-6))
    assert found.enough == pytest.approx(1.7e12, rel=0.05)
    assert t_quantile.cache_info().misses < 2 * 50


def test_what_is_astronomical_is_not_counted():
    """More cases than a float can tell apart."""
    assert decide([-0.5, 0.5] * 5, Policy(margin=1e-9)).enough is None


def test_a_single_disaster_is_named():
    """Among cases that hardly moved, wherever it stands, and also where all have moved alike."""
    calm = [0.01, -0.01, 0.0, 0.02, -0.02] * 4
    policy = Policy(margin=0.2)
    assert decide([*calm[:7], -1.5, *calm[7:]], policy).carrier == 7
    assert decide([each - 0.5 for each in [*calm[:7], -1.5, *calm[7:]]], policy).carrier == 7
    assert decide(calm, policy).carrier is None
    assert decide([*calm, -1.5, -1.5], policy).carrier is None
