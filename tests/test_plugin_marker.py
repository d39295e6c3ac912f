"""The marker ``logprobs``: limits that every completion of a test must keep."""

from __future__ import annotations

import pytest
from terminal import failures

import pytest_logprobs

# keyword: a bound that the answer keeps, one that it breaks, and how the failure then begins
LIMITS = {
    "min_token_probability": ("0.07", "0.08", "min_probability is 0.07235, not >= 0.08 ("),
    "min_mean_logprob": ("-0.73", "-0.72", "mean_logprob is -0.7209, not >= -0.72 ("),
    "max_perplexity": ("2.06", "2.05", "perplexity is 2.056, not <= 2.05 ("),
    "max_mean_entropy": ("1.3", "1.2", "mean_entropy is 1.235, not <= 1.2 ("),
    "min_margin": ("0.012", "0.013", "min_margin is 0.01296, not >= 0.013 ("),
}


def test_each_limit_holds_or_is_broken(run_tests):
    """Each keyword limits one score of the whole answer; at the bound it holds."""
    tests = [
        f"@limits({keyword}={kept})\n"
        f"def test_{keyword}_kept(logprobs):\n    logprobs(HAMLET)\n"
        f"@limits({keyword}={broken})\n"
        f"def test_{keyword}_broken(logprobs):\n    logprobs(HAMLET)\n"
        for keyword, (kept, broken, _) in LIMITS.items()
    ]
    exact = "@limits(min_mean_logprob=HAMLET.mean_logprob)\ndef test_exact(logprobs):\n"
    result = run_tests("\n".join([*tests, exact + "    logprobs(HAMLET)"]))
    result.assert_outcomes(passed=len(LIMITS) + 1, failed=len(LIMITS))
    shown = {name: text.split("\n")[:2] for name, text in failures(result).items()}
    for keyword, (_, broken, sentence) in LIMITS.items():
        first, second = shown[f"test_{keyword}_broken"]
        assert first.startswith(sentence)
        assert second == f"limit {keyword}={broken} on the completion"


def test_limits_merge_keyword_by_keyword_narrow_over_broad(run_tests):
    """Function goes before class, class before module, for each keyword alone; None lifts one."""
    result = run_tests(
        """
pytestmark = limits(min_token_probability=0.9, max_perplexity=1.5, min_mean_logprob=-0.1)

@limits(min_token_probability=0.01, max_perplexity=3)
class TestClass:
    @limits(min_mean_logprob=None)
    def test_kept(self, logprobs):
        logprobs(HAMLET)

    @limits(min_mean_logprob=-1, max_perplexity=2)
    def test_narrow(self, logprobs):
        logprobs(HAMLET)

    def test_broad(self, logprobs):
        logprobs(HAMLET)

@limits(max_perplexity=None)
@limits(min_token_probability=None, min_mean_logprob=None)
def test_all_lifted():
    pass
"""
    )
    result.assert_outcomes(passed=2, failed=2)
    assert [text.split("\n")[1] for text in failures(result).values()] == [
        "limit max_perplexity=2 on the completion",
        "limit min_mean_logprob=-0.1 on the completion",
    ]


def test_every_completion_is_held_against_the_limits(run_tests):
    """The failure says which of several completions it was: by its label, else by its number."""
    result = run_tests(
        """
@limits(max_perplexity=2)
@pytest.mark.parametrize("label", ["summary", None])
def test_it(logprobs, label):
    logprobs({"choices": [{"message": {"content": "x"}, "logprobs": {"content": [
        {"token": "x", "logprob": -0.01}
    ]}}]})
    logprobs(HAMLET, label=label)
"""
    )
    result.assert_outcomes(failed=2)
    assert [text.split("\n")[1] for text in failures(result).values()] == [
        "limit max_perplexity=2 on the completion 'summary'",
        "limit max_perplexity=2 on completion 2 of 2",
    ]


NOT_CHECKED = (
    "the marker logprobs limits min_mean_logprob, max_perplexity, but no completion was seen, so "
    "nothing was checked\n"
    "next: give the response to the fixture: logprobs(response), or make the call under the marker "
    "logprobs_cassette, which sees what crosses the wire"
)


def test_a_limit_that_looked_at_nothing_does_not_hold(run_tests, recordings, recorded):
    """No completion measured, or one whose score is not known: the test fails."""
    recorded("chat-top-logprobs-0.json")
    unlisted = pytest_logprobs.parse((recordings / "chat-top-logprobs-0.json").read_bytes())
    with pytest.raises(pytest_logprobs.UnscoredTokenError) as not_known:
        unlisted.min_margin  # noqa: B018 - it raises
    result = run_tests(
        """
@limits(min_mean_logprob=-1, max_perplexity=9)
def test_nothing_measured(logprobs):
    pass

@limits(min_margin=0.1)
def test_not_known(logprobs):
    logprobs(Path("chat-top-logprobs-0.json").read_bytes())
"""
    )
    result.assert_outcomes(failed=2)
    assert failures(result) == {
        "test_nothing_measured": NOT_CHECKED,
        "test_not_known": (
            f"limit min_margin=0.1 on the completion cannot be judged\n{not_known.value}"
        ),
    }


def test_what_happens_in_the_test_goes_first(run_tests):
    """A failure, an error or a skip of the test's own is what is reported."""
    result = run_tests(
        """
pytestmark = limits(min_token_probability=0.9)

def test_fails(logprobs):
    logprobs(HAMLET)
    raise RuntimeError("own")

def test_skips(logprobs):
    logprobs(HAMLET)
    pytest.skip("own")

@pytest.fixture
def broken():
    raise RuntimeError("own")

def test_errs(broken):
    pass

class TestCase(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def measured(self, logprobs):
        logprobs(HAMLET)

    def test_fails(self):
        self.fail("own")

    def test_skips(self):
        self.skipTest("own")
"""
    )
    result.assert_outcomes(failed=2, skipped=2, errors=1)
    assert "min_probability" not in result.stdout.str()
    assert "--- logprobs ---" not in result.stdout.str()


def test_a_broken_limit_can_be_expected(run_tests):
    """``xfail(raises=LimitError)`` expects it; kept after all, it fails where that is strict."""
    result = run_tests(
        """
expected = pytest.mark.xfail(raises=LimitError, strict=True)

@expected
@limits(min_token_probability=0.9)
def test_broken(logprobs):
    logprobs(HAMLET)

@expected
@limits(min_token_probability=0.01)
def test_kept(logprobs):
    logprobs(HAMLET)
"""
    )
    result.assert_outcomes(xfailed=1, failed=1)
    assert failures(result) == {"test_kept": "[XPASS(strict)]"}


KINDS = """
import asyncio

pytestmark = limits(min_token_probability=0.9)

class TestPlain:
    @pytest.mark.parametrize("number", [1])
    def test_it(self, logprobs, number):
        logprobs(HAMLET)

async def test_coroutine(logprobs):
    await asyncio.sleep(0)
    logprobs(HAMLET)

class Measuring:
    @pytest.fixture(autouse=True)
    def provide(self, logprobs):
        self.logprobs = logprobs

class TestUnit(Measuring, unittest.TestCase):
    def test_it(self):
        self.logprobs(HAMLET)

class TestAsyncUnit(Measuring, unittest.IsolatedAsyncioTestCase):
    async def test_it(self):
        await asyncio.sleep(0)
        self.logprobs(HAMLET)
"""


def test_every_kind_of_test_is_checked(run_tests, pytester):
    """Methods, coroutines, ``TestCase`` and its asynchronous sister keep their limits too."""
    pytester.makeconftest(
        """
        import asyncio, inspect, pytest

        @pytest.hookimpl(tryfirst=True)
        def pytest_pyfunc_call(pyfuncitem):
            if inspect.iscoroutinefunction(pyfuncitem.obj):
                asyncio.run(pyfuncitem.obj(logprobs=pyfuncitem.funcargs["logprobs"]))
                return True
        """
    )
    result = run_tests(KINDS)
    result.assert_outcomes(failed=4)
    for text in failures(result).values():
        assert text.startswith("min_probability is 0.07235, not >= 0.9 (0.8276 too low, in prob")
        assert "Traceback" not in text
        assert ">  " not in text


def test_a_wrapper_of_the_project_sees_a_broken_limit(run_tests, pytester):
    """The limits are checked right after the test, within all that is wrapped around it."""
    pytester.makeconftest(
        """
        import pytest

        @pytest.hookimpl(wrapper=True)
        def pytest_runtest_call(item):
            try:
                return (yield)
            except pytest.fail.Exception:
                pytest.skip("limits are advice here")
        """
    )
    result = run_tests("@limits(max_perplexity=1)\ndef test_it(logprobs):\n    logprobs(HAMLET)")
    result.assert_outcomes(skipped=1)


def test_a_limit_error_is_a_failure_and_an_assertion_error():
    """``LimitError`` is caught as any of the two, and made with an explanation alone."""
    error = pytest_logprobs.LimitError("too low")
    kinds = (AssertionError, pytest.fail.Exception, pytest_logprobs.ConfidenceError)
    assert [isinstance(error, kind) for kind in kinds] == [True, True, True]
    made = (str(error), error.msg, error.pytrace, error.section)
    assert made == ("too low", "too low", False, None)
