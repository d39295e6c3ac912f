"""What a number is, and how it is printed."""

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_logprobs._numbers import apart, as_float, is_number, percent, plain

NAN, INF = math.nan, math.inf
PROBABILITIES = st.floats(0, 1)


@pytest.mark.parametrize("value", [0, -1, 0.5, NAN, INF, 10**400, Fraction(1, 3)])
def test_numbers(value):
    """Every real number is one, whatever its size."""
    assert is_number(value)


@pytest.mark.parametrize("value", [True, False, None, "1", b"1", 1j, Decimal(1), [1], object()])
def test_no_numbers(value):
    """A boolean is no number, nor is what has another arithmetic, nor a text."""
    assert not is_number(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3, 3.0), (Fraction(1, 4), 0.25), (-0.5, -0.5), (10**400, INF), (-(10**400), -INF)],
)
def test_as_float(value, expected):
    """A real number is read as a float; an integer that no float can hold is infinite."""
    assert (as_float(value), type(as_float(value))) == (expected, float)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (-0.74211, "-0.7421"),
        (3.0, "3"),
        (12345, "1.234e+04"),
        (-1e-9, "-1e-09"),
        (0.0, "0"),
        (-0.0, "0"),
        (Fraction(1, 3), "0.3333"),
        (10**400, "inf"),
        (-INF, "-inf"),
        (NAN, "nan"),
    ],
)
def test_plain(value, expected):
    """A number has four significant digits, and zero no sign."""
    assert plain(value) == expected


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        ((-0.7421, -0.5), ("-0.7421", "-0.5")),
        ((-0.50001, -0.5), ("-0.50001", "-0.5")),
        ((-0.50000001, -0.5), ("-0.50000001", "-0.5")),
        ((0.5000000000001, 0.5), ("0.5000000000001", "0.5")),
        ((0.1 + 0.2, 0.3), ("0.30000000000000004", "0.3")),
        ((0.12345, 0.12345), ("0.1235", "0.1235")),
        ((1, 2), ("1", "2")),
        ((Fraction(1, 2), 0.25), ("0.5", "0.25")),
        ((0.0, -0.0), ("0", "0")),
        ((5e-324, 0.0), ("4.941e-324", "0")),
        ((NAN, 0.5), ("nan", "0.5")),
        ((NAN, NAN), ("nan", "nan")),
        ((INF, 10**400), ("inf", "inf")),
        ((INF, -INF), ("inf", "-inf")),
    ],
)
def test_apart(pair, expected):
    """Two numbers have as many digits as it takes to tell them apart, at least four."""
    assert apart(*pair) == expected


@pytest.mark.parametrize(
    ("probability", "expected"),
    [
        (None, "?"),
        (0.3121, "31.2 %"),
        (0.05, "5.0 %"),
        # "100 %" and "0 %" are exact
        (1.0, "100 %"),
        (1, "100 %"),
        (0.0, "0 %"),
        (-0.0, "0 %"),
        (math.nextafter(1, 0), ">99.9%"),
        (0.9995, ">99.9%"),
        (0.99949, "99.9 %"),
        (5e-324, "<0.1 %"),
        (0.000499, "<0.1 %"),
        (0.0005, "0.1 %"),
        # no probability, and still no exception
        (1.5, ">99.9%"),
        (-1.0, "<0.1 %"),
        (NAN, "nan %"),
    ],
)
def test_percent(probability, expected):
    """A probability is a percentage with one decimal, and never rounded to certainty."""
    assert percent(probability) == expected


@settings(deadline=None)
@given(PROBABILITIES)
@example(0.9995)
@example(0.99949999)
@example(0.0005)
def test_percentages_are_short(probability):
    """A percentage fits into six characters, and says "100 %" or "0 %" of nothing else."""
    text = percent(probability)
    assert len(text) <= 6
    assert (text == "100 %") == (probability == 1)
    assert (text == "0 %") == (probability == 0)


@settings(deadline=None)
@given(PROBABILITIES, PROBABILITIES)
def test_percentages_keep_the_order(first, second):
    """The less likely of two has no higher percentage."""

    def number(text):
        return {"<": 0.01, ">": 99.99}.get(text[0]) or float(text.rstrip("%"))

    low, high = sorted((first, second))
    assert number(percent(low)) <= number(percent(high))


@settings(deadline=None)
@given(st.floats(), st.floats())
def test_different_numbers_look_different(first, second):
    """Two numbers have the same text only if they are equal, or both NaN."""
    texts = apart(first, second)
    both_nan = math.isnan(first) and math.isnan(second)
    assert (texts[0] == texts[1]) == (first == second or both_nan)
