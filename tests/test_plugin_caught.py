"""Failures that were caught: left alone, raised again, or behind another one."""

from __future__ import annotations

import pytest
from terminal import sections

HAMLET = "⟦Ham|42⟧let⟦ is|28⟧⟦ the|24⟧⟦ play|7⟧⟦ written|66⟧ by⟦ William|84⟧ Shakespeare⟦.|69⟧"


def _texts(result):
    """Return the heat map of each section."""
    return [section.split("\n")[2] for section in sections(result)]


def test_a_caught_failure_leaves_nothing(run_tests):
    """What ``pytest.raises`` expected is no part of the report, whatever fails later."""
    result = run_tests(
        """
def test_it():
    with pytest.raises(AssertionError, match="min_probability is"):
        assert HAMLET.min_probability >= 0.9
    with pytest.raises(AssertionError, match="min_probability is"):
        assert_min_token_probability(HAMLET, 0.9)
    assert HAMLET.text == ""
"""
    )
    result.assert_outcomes(failed=1)
    assert sections(result) == []


def test_a_failure_that_another_test_caught_leaves_nothing(run_tests):
    """A test shows what it compared itself, also where another test came to the same words."""
    result = run_tests(
        """
@pytest.mark.parametrize("text", ["first", "second"])
def test_it(text):
    try:
        assert Span([Token(text, -1.0)]).min_probability >= 0.9
    except AssertionError:
        if text == "second":
            raise
"""
    )
    (section,) = sections(result)
    assert "⟦second|37⟧" in section


def test_a_failure_that_was_caught_and_came_again_has_one_section(run_tests):
    """A test that tries again, and fails for the same reason, explains it once."""
    result = run_tests(
        """
def test_it():
    for attempt in range(3):
        try:
            assert HAMLET.min_probability >= 0.9
        except AssertionError:
            if attempt == 2:
                raise
"""
    )
    assert _texts(result) == [HAMLET]


FORMS = {
    "plain": "assert HAMLET.min_probability >= 0.9",
    "helper": "assert_min_token_probability(HAMLET, 0.9)",
}
CHAINED = {
    "as the context": "except AssertionError:\n        raise RuntimeError",
    "as the cause": (
        "except AssertionError as e:\n        error = e\n    raise RuntimeError from error"
    ),
    "in a group": (
        "except AssertionError as e:\n        error = e\n"
        '    raise BaseExceptionGroup("both", [RuntimeError(), error])'
    ),
}


@pytest.mark.parametrize("how", CHAINED.values(), ids=CHAINED)
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_failure_behind_another_one_has_its_two_parts(run_tests, how, form):
    """What the traceback shows has a section, also as a cause or as a member of a group."""
    result = run_tests(f"def test_it():\n    try:\n        {form}\n    {how}")
    result.assert_outcomes(failed=1)
    assert result.stdout.str().count("next: unsure at #4") == 1
    assert _texts(result) == [HAMLET]


def test_errors_that_are_each_others_cause_end_somewhere(run_tests):
    """A circle of causes is walked once."""
    result = run_tests(
        """
def test_it():
    first, second = ValueError(), ValueError()
    first.__cause__, second.__cause__ = second, first
    raise first
"""
    )
    result.assert_outcomes(failed=1)


def test_a_failure_that_is_not_shown_has_no_section(run_tests):
    """``raise … from None`` hides the failure, and its section."""
    result = run_tests(
        """
def test_it():
    try:
        assert_min_token_probability(HAMLET, 0.9)
    except AssertionError:
        raise RuntimeError("unsure") from None
"""
    )
    result.assert_outcomes(failed=1)
    assert "min_probability is" not in result.stdout.str()
    assert sections(result) == []
