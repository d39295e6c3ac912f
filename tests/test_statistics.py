"""Student's t distribution, against numbers with forty digits and against what it must obey."""

import math
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_logprobs._statistics import t_quantile

DFS = st.integers(1, 10**12) | st.floats(1, 1e300)
PS = st.floats(0.5, 1, exclude_max=True)
laws = settings(deadline=None)

NEAR_HALF, NEAR_ONE = 0.5 + 2**-30, 1 - 2**-40
PLACES = (NEAR_HALF, 0.6, 0.8, 0.95, 0.999, NEAR_ONE)
# by mpmath 1.4, the root of its incomplete beta function with sixty digits
TABLE = {
    1: (2.9258361585343194e-9, 0.32491969623290625, 1.3763819204711739, 6.3137515146750374,
        318.30883898555016, 349985421095.13297),
    2: (2.634178031930877e-9, 0.28867513459481282, 1.0606601717798215, 2.9199855803537242,
        22.327124770119865, 741455.20018845373),
    2.5: (2.5740744010898309e-9, 0.28145951274854759, 1.0101638747222389, 2.5582186141359355,
          13.82219311086596, 57445.173688385805),
    3: (2.5338484406017948e-9, 0.27667066233268985, 0.97847231236330465, 2.3533634348018229,
        10.214531852407383, 10663.019114246484),
    9: (2.4000999737976839e-9, 0.26095533647391095, 0.88340385968553471, 1.8331129326562366,
        4.2968056627299179, 51.96140737655523),
    23: (2.3599846192059868e-9, 0.25629705991468523, 0.85752955368803533, 1.7138715277470476,
         3.4849643749398131, 13.574037656582294),
    99: (2.3403819977339673e-9, 0.25402901215180665, 0.84526703195349698, 1.6603911560169905,
         3.1746038497557519, 8.056199876700017),
    12345: (2.3345267746219544e-9, 0.25335256307070445, 0.84165035085785762, 1.64497706836069,
            3.0908926321648437, 7.0549384124787399),
    10**9: (2.334479498916918e-9, 0.25334710320320177, 0.84162123393235529, 1.6448536284752414,
            3.0902323143179423, 7.0477003459412917),
}  # fmt: skip


def same(number):
    """Equal but for the last two or three of sixteen digits."""
    return pytest.approx(number, rel=1e-13, abs=0)


@pytest.mark.parametrize("df", TABLE)
def test_the_quantile_has_all_its_digits(df):
    """From almost a half to almost 1, from heavy tails to almost none."""
    assert [t_quantile(p, df) for p in PLACES] == [same(t) for t in TABLE[df]]


@laws
@given(PS)
def test_one_degree_of_freedom_is_the_cauchy_distribution(p):
    """Its quantile is a tangent."""
    assert t_quantile(p, 1) == same(math.tan(math.pi * (p - 0.5)) if p < 0.75 else cotangent(p))


def cotangent(p):
    """Return the same tangent from the other side, where that has the digits."""
    return 1 / math.tan(math.pi * (1 - p))


@laws
@given(PS)
def test_two_degrees_of_freedom_have_a_formula(p):
    """Its quantile is a root."""
    assert t_quantile(p, 2) == same((p - 0.5) * math.sqrt(2 / (p * (1 - p))))


@laws
@given(PS, st.floats(1e17, 1e300))
def test_very_many_degrees_of_freedom_are_the_normal_distribution(p, df):
    """However many, nothing overflows."""
    assert t_quantile(p, df) == same(NormalDist().inv_cdf(p))


@laws
@given(DFS, DFS, PS)
def test_more_degrees_of_freedom_never_widen(first, second, p):
    """The tails get lighter, which the search for enough cases relies on."""
    few, many = sorted((first, second))
    assert t_quantile(p, many) <= t_quantile(p, few) * (1 + 1e-13)


@laws
@given(DFS, PS, PS)
def test_more_confidence_is_farther_out(df, first, second):
    """Up to rounding."""
    low, high = sorted((first, second))
    assert t_quantile(low, df) <= t_quantile(high, df) * (1 + 1e-13)


@laws
@given(DFS)
def test_the_middle_is_exactly_0(df):
    """Half of all lie below."""
    assert t_quantile(0.5, df) == 0


@pytest.mark.parametrize("p", [0.49, -1.0, 0.0, 1.0, 2.0, math.nan, math.inf])
def test_a_probability_that_has_no_quantile(p):
    """The lower half is left to a minus; 1 is never reached."""
    with pytest.raises(ValueError, match="p=") as caught:
        t_quantile(p, 9)
    assert str(caught.value) == f"p={p} is no probability from 0.5 on and below 1"


@pytest.mark.parametrize("df", [0, 0.5, -1, math.nan, math.inf])
def test_degrees_of_freedom_that_are_none(df):
    """One difference has a spread of nothing: there must be a second."""
    with pytest.raises(ValueError, match="df=") as caught:
        t_quantile(0.95, df)
    assert str(caught.value) == (f"df={df} is no finite number of degrees of freedom from 1 on")
