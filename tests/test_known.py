"""Which numbers of a wire are log-probabilities: METRICS §1 "Not known", and FORMATS."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_logprobs._known import known_logprob, unknown_because

NAN, INF = math.nan, math.inf
MASKED = ', a sentinel for "outside the list" or "masked"'
POSITIVE = ", and no log-probability is positive"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        # "0.0, −0.0 and integer 0 are genuine"
        (0.0, 0.0),
        (-0.0, 0.0),
        (0, 0.0),
        # "−100 is a genuine value unless the format's own page says otherwise"
        (-100, -100.0),
        (-100.0, -100.0),
        # everything down to the sentinels is
        (-5e-324, -5e-324),
        (-0.25, -0.25),
        (-998.9999, -998.9999),
        (math.nextafter(-999, 0), math.nextafter(-999, 0)),
        # up to 1e-6 a positive value "is rounding and reads 0.0"
        (5e-324, 0.0),
        (3.2e-7, 0.0),
        (1e-6, 0.0),
    ],
)
def test_genuine(raw, expected):
    """A genuine value is read as a float that is never positive and never -0.0."""
    known = known_logprob(raw)
    assert (known, type(known), math.copysign(1, known)) == (
        expected,
        float,
        math.copysign(1, expected),
    )


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        # "absent, null, NaN"; a server that leaves the key out says as much as null
        (None, "the response gives no logprob for it"),
        (NAN, "its logprob is NaN"),
        # "positive beyond 1e-6": unscaled scores, probabilities in a field for logarithms
        (math.nextafter(1e-6, 1), f"its logprob is 1.0000000000000002e-06{POSITIVE}"),
        (0.9, f"its logprob is 0.9{POSITIVE}"),
        (17, f"its logprob is 17{POSITIVE}"),
        (INF, f"its logprob is inf{POSITIVE}"),
        # and "at or below −999": −9999.0, −2^100, the least of float32 and "their kind"
        (-999, f"its logprob is -999{MASKED}"),
        (-999.0, f"its logprob is -999.0{MASKED}"),
        (-1000, f"its logprob is -1000{MASKED}"),
        (-9999.0, f"its logprob is -9999.0{MASKED}"),
        (-1.2676506e30, f"its logprob is -1.2676506e+30{MASKED}"),
        (-(2.0**100), f"its logprob is -1.2676506002282294e+30{MASKED}"),
        (-3.4028234663852886e38, f"its logprob is -3.4028234663852886e+38{MASKED}"),
        (-1.7976931348623157e308, f"its logprob is -1.7976931348623157e+308{MASKED}"),
        # what Python's own reader makes of a bare -Infinity
        (-INF, f"its logprob is -inf{MASKED}"),
    ],
)
def test_not_known(raw, reason):
    """A missing number "has `logprob = None`", and the reason can be said."""
    assert known_logprob(raw) is None
    assert unknown_because(raw) == reason


@settings(deadline=None)
@given(st.one_of(st.none(), st.floats(), st.integers(-(10**6), 10**6)))
def test_whatever_is_known_is_a_probability(raw):
    """A known value lies in (−999, 0], so that its exp is a probability; it is known by itself."""
    known = known_logprob(raw)
    if known is not None:
        assert -999 < known <= 0
        assert known_logprob(known) == known
        assert abs(known - raw) <= 1e-6
