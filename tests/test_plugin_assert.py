"""Assertions in a test: a plain ``assert`` on a score, a helper, the marker."""

from __future__ import annotations

import pytest
from terminal import explanations, failures, sections

PLAIN = """
def test_it(logprobs):
    answer = logprobs(HAMLET)
    assert answer.min_probability >= 0.9
"""
HELPER = """
def test_it(logprobs):
    assert_min_token_probability(logprobs(HAMLET), 0.9)
"""
MARKER = """
@pytest.mark.logprobs(min_token_probability=0.9)
def test_it(logprobs):
    logprobs(HAMLET)
"""
RAISED = "pytest_logprobs.ConfidenceError"
SENTENCE = "min_probability is 0.07235, not >= 0.9 (0.8276 too low, in probability)"
DETAILS = """\
text: ⟦Ham⟧let⟦ is⟧⟦ the⟧⟦ play⟧ written by William Shakespeare.
#4 ' play' 7.2 %; instead: ' final' 5.9 %, ' fictional' 5.5 %
#3 ' the' 24.2 %; instead: ' a' 22.9 %, ' often' 13.5 %
#2 ' is' 28.0 %; instead: ' by' 19.9 %, ''s' 19.6 %
#0 'Ham' 41.9 %; instead: 'The' 14.8 %, 'A' 6.1 %
next: unsure at #4: put the fact or the allowed answers in the prompt"""
INDENTED = DETAILS.replace("\n", "\n  ")
SECTION = f"""\
{SENTENCE}

⟦Ham|42⟧let⟦ is|28⟧⟦ the|24⟧⟦ play|7⟧⟦ written|66⟧ by⟦ William|84⟧ Shakespeare⟦.|69⟧

⟦token|57⟧ had 57 % (?: not known); unmarked: 90 % or more, or not at issue

    #  token                  prob    logprob  alternatives
    0  'Ham'                41.9 %    -0.8709  'The' 14.8 %, 'A' 6.1 %, 'Ben' 4.6 %, 'In' 3.2 %
    1  'let'                96.2 %   -0.03925  'ilton' 0.8 %, 'lett' 0.6 %, 'mer' 0.6 %, 'arter' 0.4 %
    2  ' is'                28.0 %     -1.274  ' by' 19.9 %, ''s' 19.6 %, ' was' 9.5 %, ':' 7.0 %
    3  ' the'               24.2 %      -1.42  ' a' 22.9 %, ' often' 13.5 %, ' attributed' 5.9 %, ' typically' 5.8 %
    4  ' play'               7.2 %     -2.626  ' final' 5.9 %, ' fictional' 5.5 %, ' ' 5.0 %, ' protagonist' 5.0 %
    5  ' written'           65.6 %    -0.4213  ' by' 12.2 %, ''s' 9.1 %, 'written' 3.6 %, ' of' 3.0 %
    6  ' by'                99.3 %  -0.006987  ' and' 0.2 %, ' in' 0.1 %, ' primarily' 0.1 %, ' on' <0.1 %
    7  ' William'           83.6 %    -0.1786  ' King' 2.6 %, ' Claudius' 2.6 %, ' Shakespeare' 2.5 %, ' the' 1.7 %
    8  ' Shakespeare'       99.3 %  -0.006894  ' Sh' 0.2 %, ' Hamlet' 0.2 %, ' S' <0.1 %, ' William' <0.1 %
    9  '.'                  69.4 %    -0.3657  ',' 19.8 %, ' and' 4.1 %, ' that' 2.6 %, ' in' 1.1 %"""  # noqa: E501


def test_a_plain_assert_explains_itself(run_tests):
    """A plain ``assert`` has a short explanation and a section with the whole text."""
    result = run_tests(PLAIN)
    result.assert_outcomes(failed=1)
    assert explanations(result) == [f"AssertionError: assert {SENTENCE}\n  {INDENTED}"]
    assert sections(result) == [SECTION]


def test_a_helper_gives_the_same_two_parts(run_tests):
    """A helper fails with the very words of the plain form, at the line that called it."""
    result = run_tests(HELPER)
    result.assert_outcomes(failed=1)
    assert explanations(result) == [f"{RAISED}: {SENTENCE}\n{DETAILS}"]
    assert sections(result) == [SECTION]
    result.stdout.fnmatch_lines([">       assert_min_token_probability(logprobs(HAMLET), 0.9)"])


def test_the_marker_gives_the_same_two_parts(run_tests):
    """The marker fails without a traceback, and says in a line of its own which limit it was."""
    limit = "limit min_token_probability=0.9 on the completion"
    result = run_tests(MARKER)
    result.assert_outcomes(failed=1)
    assert failures(result) == {"test_it": f"{SENTENCE}\n{limit}\n{DETAILS}"}
    assert sections(result) == [SECTION]


@pytest.mark.parametrize("form", [HELPER, MARKER], ids=["helper", "marker"])
def test_helper_and_marker_need_no_rewriting_of_asserts(run_tests, form):
    """Under ``--assert=plain`` helper and marker say the same."""
    result = run_tests(form, "--assert=plain")
    result.assert_outcomes(failed=1)
    assert SENTENCE in result.stdout.str()
    assert sections(result) == [SECTION]


def test_a_module_that_pytest_does_not_rewrite(run_tests, pytester):
    """There, a plain ``assert`` says nothing and a helper says all: that is what it is for."""
    pytester.makepyfile(
        common="""
        from pytest_logprobs import assert_min_token_probability

        def plain(answer):
            assert answer.min_probability >= 0.9

        def helper(answer):
            assert_min_token_probability(answer, 0.9)
        """
    )
    result = run_tests(
        """
import common

def test_plain():
    common.plain(HAMLET)

def test_helper():
    common.helper(HAMLET)
"""
    )
    result.assert_outcomes(failed=2)
    plain, helper = explanations(result)
    assert plain == "AssertionError"
    assert helper == f"{RAISED}: {SENTENCE}\n{DETAILS}"
    assert sections(result) == [SECTION]


NEUTRAL = "mean_logprob is -0.7209, which is > -5"
VALUE = "0.07235072805257088"
WHERE = (
    f"\n +  where {VALUE} = <Completion 'Hamlet is the play written …' 10 tokens, "
    "mean_logprob -0.7209, smollm2-135m-instruct>.min_probability"
)

COMPARISONS = {
    "HAMLET.min_probability >= 0.9": f"AssertionError: assert {SENTENCE}\n  {INDENTED}",
    "0.9 <= HAMLET.min_probability": f"AssertionError: assert {SENTENCE}\n  {INDENTED}",
    "0.9 <= HAMLET.min_probability <= 1": f"AssertionError: assert {SENTENCE}\n  {INDENTED}",
    "HAMLET.mean_logprob > -5 and HAMLET.min_probability >= 0.9": (
        f"AssertionError: assert ({NEUTRAL} and {SENTENCE}\n  {INDENTED})"
    ),
    "not HAMLET.mean_logprob > -5": f"assert not {NEUTRAL}",
    "HAMLET.min_probability in (0.5, 0.9)": f"AssertionError: assert {VALUE} in (0.5, 0.9){WHERE}",
    "HAMLET.min_probability is None": f"AssertionError: assert {VALUE} is None{WHERE}",
    "HAMLET.min_probability == '7 %'": f"AssertionError: assert {VALUE} == '7 %'{WHERE}",
    "HAMLET.min_probability == pytest.approx(0.9)": (
        f"assert {VALUE} == 0.9 ± 9.0e-07\n\n"
        f"  comparison failed\n  Obtained: {VALUE}\n  Expected: 0.9 ± 9.0e-07"
    ),
    "HAMLET.min_probability >= 0.9, 'not 100 % sure'": (
        f"AssertionError: not 100 % sure\nassert {SENTENCE}\n  {INDENTED}"
    ),
}


def test_what_a_plain_assert_says_for_each_comparison(run_tests):
    """A score against a number is explained where that does not hold; pytest says the rest.

    Operands that hold, and what stands under a ``not``, have one neutral line and no section.
    """
    tests = [f"def test_{i}():\n    assert {each}\n" for i, each in enumerate(COMPARISONS)]
    result = run_tests("\n".join(tests))
    result.assert_outcomes(failed=len(COMPARISONS))
    assert dict(zip(COMPARISONS, explanations(result), strict=True)) == COMPARISONS
    assert sections(result) == [SECTION] * 5


def test_each_broken_part_of_an_assert_has_a_section(run_tests):
    """Under ``or`` several comparisons fail at once: each is explained."""
    result = run_tests(
        """
def test_it():
    assert HAMLET.min_probability >= 0.9 or HAMLET.perplexity < 1.5
"""
    )
    (shown,) = explanations(result)
    assert shown.startswith(f"AssertionError: assert ({SENTENCE}\n  {INDENTED} or perplexity is ")
    first, second = sections(result)
    assert first == SECTION
    assert second.startswith(
        "perplexity is 2.056, not < 1.5 (0.5564 too high, in equal choices)\n\n⟦Ham|"
    )


@pytest.mark.parametrize("ci", [None, "1"])
@pytest.mark.parametrize("form", [PLAIN, HELPER, MARKER], ids=["plain", "helper", "marker"])
def test_no_explanation_is_cut(run_tests, monkeypatch, form, ci):
    """The short part fits into what pytest shows without ``-vv``, on a developer's machine too."""
    if ci:
        monkeypatch.setenv("CI", ci)
    shown = run_tests(form).stdout.str()
    assert all(line in shown for line in DETAILS.split("\n"))
    assert "truncated" not in shown


def test_a_suite_without_a_score_is_left_alone(pytester):
    """A comparison of plain numbers has pytest's own text, and loads nothing of ours."""
    pytester.makepyfile(
        """
        import sys

        def test_it():
            assert 0.5 >= 0.9

        def test_loaded():
            assert "pytest_logprobs._explain" not in sys.modules
        """
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1, passed=1)
    assert explanations(result) == ["assert 0.5 >= 0.9"]
