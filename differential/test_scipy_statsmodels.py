"""The gate's bounds and verdicts against those of SciPy and statsmodels, on drawn suites."""

import math
import warnings

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.weightstats import DescrStatsW

from pytest_logprobs._gate import Verdict, decide
from pytest_logprobs._ledger import Policy
from pytest_logprobs._statistics import t_quantile

SUITES = 500
SHAPES = {
    "normal": lambda draw, n: draw.normal(size=n),
    "t3": lambda draw, n: draw.standard_t(3, size=n),
    "lognormal": lambda draw, n: -draw.lognormal(size=n),
    "uniform": lambda draw, n: draw.uniform(-1, 1, size=n),
}


def drawn(shape):
    """Suites of 10 to 300 differences of any size, beside a policy whose margin is in reach."""
    draw = np.random.default_rng(20)
    for _ in range(SUITES):
        n = int(draw.integers(10, 301))
        size = 10.0 ** draw.uniform(-6, 2)
        differences = size * (SHAPES[shape](draw, n) / 4 + draw.normal() / 4)
        margin = size * draw.uniform(0.01, 1)
        policy = Policy(margin=margin, confidence=1 - 10.0 ** draw.uniform(-4, math.log10(0.45)))
        yield differences, policy


def same(number, size):
    """Equal up to rounding, as a share of the numbers that it was made from: one part in 10⁹."""
    return pytest.approx(number, rel=1e-9, abs=1e-9 * size)


@pytest.mark.parametrize("shape", SHAPES)
def test_bounds_are_those_of_scipy(shape):
    """A one-sided bound is an end of the interval with twice the error."""
    for differences, policy in drawn(shape):
        found, size = decide(differences.tolist(), policy), np.abs(differences).max()
        both = stats.ttest_1samp(differences, 0.0).confidence_interval(2 * policy.confidence - 1)
        assert (found.lower, found.upper) == (same(both.low, size), same(both.high, size))


@pytest.mark.parametrize("shape", SHAPES)
def test_bounds_are_those_of_statsmodels(shape):
    """Asked for one side, it gives the other as infinite."""
    for differences, policy in drawn(shape):
        found, size = decide(differences.tolist(), policy), np.abs(differences).max()
        theirs, alpha = DescrStatsW(differences), 1 - policy.confidence
        lower, _ = theirs.tconfint_mean(alpha, alternative="larger")
        _, upper = theirs.tconfint_mean(alpha, alternative="smaller")
        assert (found.lower, found.upper) == (same(lower, size), same(upper, size))
        assert found.deviation == same(theirs.std_ddof(1), 0)


@pytest.mark.parametrize("shape", SHAPES)
def test_verdicts_are_those_of_two_tests(shape):
    """A pass is a rejected "worse by the margin or more", a failure a rejected "by no more"."""
    seen = set()
    for differences, policy in drawn(shape):
        found, alpha = decide(differences.tolist(), policy).verdict, 1 - policy.confidence
        of_scipy = [
            stats.ttest_1samp(differences, -policy.margin, alternative=side).pvalue
            for side in ("greater", "less")
        ]
        of_statsmodels = [
            DescrStatsW(differences).ttest_mean(-policy.margin, alternative=side)[1]
            for side in ("larger", "smaller")
        ]
        for not_worse, worse in (of_scipy, of_statsmodels):
            assert (found is Verdict.PASS) == (not_worse < alpha)
            assert (found is Verdict.FAIL) == (worse < alpha)
        seen.add(found)
    assert seen == {Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE}


def test_quantiles_are_those_of_scipy():
    """From one degree of freedom to more than there will ever be cases."""
    draw = np.random.default_rng(20)
    for _ in range(SUITES):
        df = int(10.0 ** draw.uniform(0, 7))
        p = 1 - 10.0 ** draw.uniform(-9, math.log10(0.5))
        assert t_quantile(p, df) == pytest.approx(stats.t.ppf(p, df), rel=1e-9, abs=0)


# --- deliberate differences -----------------------------------------------------------------------


def test_difference_nothing_changed_is_not_nan():
    """Of zeros alone their tests against 0 know nothing; ours are certain, and pass."""
    zeros, policy = [0.0] * 24, Policy(margin=0.05)
    with np.errstate(invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of small samples, and of precision that is lost
        theirs = (
            stats.ttest_1samp(zeros, 0.0).pvalue,
            stats.ttest_1samp(zeros, -0.05, alternative="greater").confidence_interval().high,
            DescrStatsW(zeros).ttest_mean(0.0)[1],
            stats.wilcoxon(zeros).pvalue,
            stats.bootstrap((zeros,), np.mean, method="BCa").confidence_interval.low,
        )
    assert all(map(math.isnan, theirs))
    found = decide(zeros, policy)
    assert (found.lower, found.upper, found.verdict) == (0, 0, Verdict.PASS)


def test_difference_equal_falls_are_not_left_to_rounding():
    """The mean of 24 equal numbers is another one for theirs, beyond the margin that it equals."""
    falls = np.full(24, -0.05)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of precision that is lost
        pvalue = stats.ttest_1samp(falls, -0.05, alternative="less").pvalue
    assert pvalue < 0.001
    found = decide(falls.tolist(), Policy(margin=0.05))
    assert (found.lower, found.upper, found.verdict) == (-0.05, -0.05, Verdict.INCONCLUSIVE)
