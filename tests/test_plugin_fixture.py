"""The fixture ``logprobs``: it parses a response and measures the completion."""

from __future__ import annotations

import re

import pytest
from terminal import explanations, failures

from pytest_logprobs import ChoiceError, Logprobs, parse

FORMS = {
    "bytes": "BODY",
    "text": "BODY.decode()",
    "decoded JSON": "json.loads(BODY)",
    "an object of an SDK": "SDKObject()",
    "an HTTP response": "HTTPResponse()",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_it_reads_whatever_parse_reads(run_tests, form):
    """``logprobs(response)`` parses any form of a response, and gives the ``Completion``."""
    result = run_tests(
        f"""
class SDKObject:
    def model_dump(self):
        return json.loads(BODY)

class HTTPResponse:
    content = BODY

def test_it(logprobs):
    completion = logprobs({form})
    assert completion == HAMLET
    assert [each.completion for each in logprobs.measured] == [completion]
"""
    )
    result.assert_outcomes(passed=1)


def test_a_completion_is_measured_as_it_is(run_tests):
    """A ``Completion`` that was parsed before is the very one that is measured."""
    result = run_tests(
        """
def test_it(logprobs):
    assert logprobs(HAMLET) is HAMLET
    assert logprobs.measured[0].completion is HAMLET
"""
    )
    result.assert_outcomes(passed=1)


def test_it_keeps_what_was_measured_in_order_with_the_labels(run_tests):
    """A test may measure several completions and label each."""
    result = run_tests(
        """
def test_it(logprobs):
    first = logprobs(BODY)
    second = logprobs(BODY, label="second")
    assert isinstance(logprobs, Logprobs)
    assert [(m.label, m.completion) for m in logprobs.measured] == [
        (None, first), ("second", second)
    ]
    assert repr(logprobs) == "<Logprobs 2 completions measured>"
"""
    )
    result.assert_outcomes(passed=1)


def test_a_choice_is_named_where_there_are_several(run_tests):
    """``choice=`` says which of several answers is measured; without it the test fails."""
    result = run_tests(
        """
BOTH = json.loads(BODY)
BOTH["choices"].append(BOTH["choices"][0] | {"index": 1})

def test_named(logprobs):
    assert logprobs(BOTH, choice=1).choice == 1

def test_not_named(logprobs):
    logprobs(BOTH)
"""
    )
    result.assert_outcomes(passed=1, failed=1)
    (problem,) = explanations(result)
    assert problem == (
        "pytest_logprobs.ChoiceError: "
        "the response has 2 choices: say which, choice=0 …, or use parse_all"
    )


ERRORS = """
def test_no_answer(logprobs):
    logprobs({"choices": []})

def test_no_score(logprobs):
    completion = logprobs(BODY)
    assert completion[:0].mean_logprob > -1

def test_no_such_text(logprobs):
    logprobs(BODY).span("Marlowe")

class TestGroup:
    @pytest.fixture
    def answer(self, logprobs):
        return logprobs("no JSON")

    def test_in_a_fixture(self, answer):
        pass
"""


def test_an_error_shows_the_line_of_the_test_and_none_of_ours(run_tests):
    """What cannot be read or judged is a plain failure of the test that asked for it."""
    result = run_tests(ERRORS)
    result.assert_outcomes(failed=3, errors=1)
    shown = failures(result)
    assert re.sub(r"\d+(?=: Malf)", "16", shown["test_no_answer"]) == (
        "logprobs = <Logprobs 0 completions measured>\n\n"
        "    def test_no_answer(logprobs):\n"
        '>       logprobs({"choices": []})\n'
        "E       pytest_logprobs.MalformedResponseError: $: there is no choice in the "
        "response\n\n"
        "test_inner.py:16: MalformedResponseError"
    )
    assert "INTERNALERROR" not in result.stdout.str()
    assert "_measure.py" not in result.stdout.str()
    assert "_span.py" not in result.stdout.str()
    assert "_scores.py" not in result.stdout.str()


def test_full_trace_shows_our_frames_too(run_tests):
    """``--full-trace`` hides nothing."""
    result = run_tests(ERRORS, "--full-trace")
    result.assert_outcomes(failed=3, errors=1)
    result.stdout.fnmatch_lines(["*_measure.py:*", "*_span.py:*"])


def test_the_fixtures_of_a_test_share_it(run_tests):
    """What a test's own fixture measures is measured in that test, and in no other one."""
    result = run_tests(
        """
@pytest.fixture
def answer(logprobs):
    return logprobs(BODY)

@pytest.mark.parametrize("number", [1, 2])
def test_it(answer, logprobs, number):
    assert [each.completion for each in logprobs.measured] == [answer]
"""
    )
    result.assert_outcomes(passed=2)


def test_what_a_test_measured_is_let_go_when_it_ends(recorded, pytester):
    """A long run does not keep the completions of the tests that are over."""
    recorded("chat.json")
    pytester.makeconftest(
        """
        import gc

        def pytest_terminal_summary(terminalreporter):
            from pytest_logprobs import Completion

            kept = sum(type(each) is Completion for each in gc.get_objects())
            terminalreporter.write_line(f"{kept} completions kept")
        """
    )
    pytester.makepyfile(
        """
        from pathlib import Path
        import pytest

        @pytest.mark.logprobs(min_mean_logprob=-1)
        @pytest.mark.parametrize("number", range(3))
        def test_it(logprobs, number):
            logprobs(Path("chat.json").read_bytes())
        """
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["0 completions kept"])


def test_pytest_lists_the_fixture(pytester):
    """``pytest --fixtures`` says what the fixture is for."""
    result = pytester.runpytest("--fixtures")
    result.stdout.fnmatch_lines(
        ["logprobs*", "    Parse and measure a response; calling it gives the Completion."]
    )


def test_a_label_is_a_text(recordings):
    """Anything else is refused at once, not when a limit is broken."""
    with pytest.raises(TypeError) as error:
        Logprobs()((recordings / "chat.json").read_bytes(), label=3)
    assert str(error.value) == "a label is a text, got 3"


def test_another_choice_of_a_completion(recordings):
    """A completion is of one choice; another one cannot be taken out of it."""
    completion = parse((recordings / "chat.json").read_bytes())
    assert Logprobs()(completion, choice=0) is completion
    with pytest.raises(ChoiceError) as error:
        Logprobs()(completion, choice=7)
    assert str(error.value) == "choice 7 is asked for, and this completion is of 0"
