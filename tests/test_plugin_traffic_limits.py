"""Limits hold for what crossed the wire, whether or not the test ever saw it."""

from __future__ import annotations

from terminal import explanations, failures, sections

BROKEN = "min_probability is 0.07235, not >= 0.9 (0.8276 too low, in probability)"


def test_limits_hold_for_what_crossed_the_wire(suite):
    """They are checked "against every completion that … crossed the wire", without the fixture."""
    suite.write(
        """
@limits(min_token_probability=0.01)
def test_kept():
    ask()

@limits(min_token_probability=0.9)
def test_broken():
    ask()

@limits(min_token_probability=0.9)
class TestCase(unittest.TestCase):
    def test_unit(self):
        ask()
"""
    )
    for result in (suite.record(), suite.run()):
        result.assert_outcomes(passed=1, failed=2)
        for text in failures(result).values():
            assert text.split("\n")[:2] == [
                BROKEN,
                "limit min_token_probability=0.9 on the completion",
            ]
        assert len(sections(result)) == 2
        assert sections(result)[0].startswith(f"{BROKEN}\n\n⟦Ham|42⟧let⟦ is|28⟧")


def test_every_choice_and_every_call_counts(suite):
    """The failure says which one it is: what was measured first, by label, then the others."""
    suite.write(
        """
@limits(min_token_probability=0.9)
def test_choices():
    ask(n=2)

@limits(max_perplexity=1.5)
def test_measured(logprobs):
    ask("unseen")
    logprobs(ask("seen"), label="the answer")

@limits(max_perplexity=1.5)
def test_own(logprobs):
    ask("unseen")
    logprobs({"choices": [{"message": {"content": "x"}, "logprobs": {"content": [
        {"token": "x", "logprob": -0.01}
    ]}}]})
"""
    )
    result = suite.record()
    result.assert_outcomes(failed=3)
    assert [text.split("\n")[1] for text in failures(result).values()] == [
        "limit min_token_probability=0.9 on completion 1 of 2",
        "limit max_perplexity=1.5 on the completion 'the answer'",
        "limit max_perplexity=1.5 on completion 2 of 2",
    ]


def test_a_completion_without_logprobs_breaks_a_limit(suite):
    """A limit does not hold then: "No completion seen, or one without logprobs, fails the test"."""
    suite.write(
        """
@limits(min_token_probability=0.01)
def test_unscored():
    ask()
    ask(logprobs=False)

@limits(min_token_probability=0.01)
def test_none():
    pass

@limits(min_token_probability=0.01)
def test_embeddings_alone():
    httpx.post(f"{URL}/embeddings", json={"input": "Hamlet"})

def test_without_limits():
    ask(logprobs=False)
"""
    )
    for result in (suite.record(), suite.run()):
        result.assert_outcomes(passed=1, failed=3)
        unseen = (
            "the marker logprobs limits min_token_probability, but no completion was seen, so "
            "nothing was checked\n"
            "next: give the response to the fixture: logprobs(response), or make the call under "
            "the marker logprobs_cassette, which sees what crosses the wire"
        )
        shown = failures(result)
        assert (shown["test_none"], shown["test_embeddings_alone"]) == (unseen, unseen)
        assert shown["test_unscored"] == (
            "limit min_token_probability=0.01 on completion 2 of 2 cannot be judged\n"
            "choice 0 of the openai-chat response carries no log-probabilities: ask for them with "
            "logprobs=True, top_logprobs=5 in the request; if it did, this model or provider gives "
            "none"
        )


def test_what_is_no_completion_is_passed_over(suite):
    """Errors are, too: "Traffic that is no completion (embeddings, …) is passed over"."""
    suite.write(
        """
@limits(min_token_probability=0.01)
def test_it():
    httpx.post(f"{URL}/embeddings", json={"input": "Hamlet"})
    httpx.get(f"{URL}/models")
    assert ask(model="overloaded").status_code == 503
    ask()
"""
    )
    suite.record().assert_outcomes(passed=1)
    suite.run().assert_outcomes(passed=1)


def test_calls_of_fixtures_count(suite):
    """A completion that a fixture asked for "since its set-up began" is held against the limits."""
    suite.write(
        """
@pytest.fixture
def each():
    ask("function")

@pytest.fixture(scope="module")
def once():
    ask("module")

@limits(min_token_probability=0.9)
def test_function(each):
    pass

@limits(min_token_probability=0.9)
def test_module(once):
    pass
"""
    )
    for result in (suite.record(), suite.run()):
        result.assert_outcomes(failed=2)
        assert [text.split("\n")[0] for text in failures(result).values()] == [BROKEN, BROKEN]


def test_the_tests_own_failure_goes_first(suite):
    """So does a miss: "The test's own failure or skip goes first"."""
    suite.write(
        """
pytestmark = [pytestmark, limits(min_token_probability=0.9)]

def test_fails():
    ask()
    raise RuntimeError("own")

def test_skips():
    ask()
    pytest.skip("own")
"""
    )
    result = suite.record()
    result.assert_outcomes(failed=1, skipped=1)
    assert explanations(result) == ["RuntimeError: own"]
    result = suite.run()
    result.assert_outcomes(failed=2)
    for text in failures(result).values():
        assert text.startswith("no recording answers POST ")
