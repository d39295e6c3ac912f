"""Mistakes in the marker ``logprobs``."""

from __future__ import annotations

import pytest
from terminal import failures

TAKES = (
    "its limits are max_mean_entropy=, max_mean_logprob_drop=, max_perplexity=, min_margin=, "
    "min_mean_logprob=, min_token_probability="
)
MEANT = " (did you mean min_token_probability?)"
MISTAKES = {
    "min_probability=0.5": f"does not take min_probability{MEANT}; {TAKES}",
    "0.5": f"does not take 0.5; {TAKES}",
    "'x', min_probability=0, worst=3": f"does not take 'x', min_probability, worst{MEANT}; {TAKES}",
}
NO_NUMBERS = {"'0.5'": "'0.5'", "True": "True", "[0.5]": "[0.5]"}


@pytest.mark.parametrize("arguments", MISTAKES)
def test_a_limit_that_there_is_not_is_a_usage_error(run_tests, arguments):
    """An unknown keyword or a positional argument ends the run before any test, with exit 4."""
    result = run_tests(f"@limits({arguments})\ndef test_it():\n    pass")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.stderr.str() == (
        f"ERROR: test_inner.py::test_it: the marker logprobs {MISTAKES[arguments]}\n"
    )


@pytest.mark.parametrize("value", NO_NUMBERS)
def test_a_bound_that_is_no_number_is_a_usage_error(run_tests, value):
    """A bound is a number, and a boolean or a text is none."""
    result = run_tests(f"@limits(min_margin={value})\ndef test_it():\n    pass")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.stderr.str() == (
        "ERROR: test_inner.py::test_it: the limit min_margin of the marker logprobs is a number, "
        f"or None to lift it, got {value}\n"
    )


def test_a_mistake_in_a_marker_that_a_conftest_adds_is_found_as_well(run_tests, pytester):
    """Markers are looked at when every other hook has had its say on the collection."""
    pytester.makeconftest(
        """
        import pytest

        def pytest_collection_modifyitems(items):
            for item in items:
                item.add_marker(pytest.mark.logprobs(margin=1))
        """
    )
    result = run_tests("def test_it():\n    pass")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.stderr.str() == (
        f"ERROR: test_inner.py::test_it: the marker logprobs does not take margin; {TAKES}\n"
    )


def test_a_marker_may_be_added_while_the_test_runs(run_tests):
    """What is added then counts, and a mistake in it fails the test with the same words."""
    result = run_tests(
        """
def test_broken(request, logprobs):
    logprobs(HAMLET)
    request.applymarker(limits(max_perplexity=1.5))

def test_mistake(request):
    request.applymarker(limits(margin=1))
"""
    )
    result.assert_outcomes(failed=2)
    shown = failures(result)
    assert shown["test_broken"].split("\n")[1] == "limit max_perplexity=1.5 on the completion"
    assert shown["test_mistake"] == (
        f"test_inner.py::test_mistake: the marker logprobs does not take margin; {TAKES}"
    )


def test_a_mistake_in_a_test_that_is_not_selected_is_passed_over(run_tests):
    """``-k`` leaves out the test and its marker."""
    result = run_tests(
        """
@limits(margin=1)
def test_mistake():
    pass

def test_fine():
    pass
""",
        "-k",
        "fine",
    )
    result.assert_outcomes(passed=1, deselected=1)
