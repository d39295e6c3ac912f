"""``logprobs.baseline()``: a test asks for what the baseline has of it."""

from __future__ import annotations

import pytest
from drops import Suite, command
from repository import Repository
from terminal import explanations, failures

from pytest_logprobs import BaselineCase, BaselineCaseError, LogprobsError
from pytest_logprobs._ledger import Case, Sample
from pytest_logprobs._measure import Logprobs
from pytest_logprobs.metrics import METRICS

NAME = "logprobs-baseline.json"
DROP = """
def test_it(logprobs):
    completion = logprobs(said({}), label="answer")
    assert_max_mean_logprob_drop(completion, logprobs.baseline("answer"), {})
"""


@pytest.fixture
def suite(pytester):
    """Give a suite of tests that have a baseline, or will have one."""
    return Suite(pytester)


def test_the_stored_case_has_every_score_that_was_known(suite):
    """Each is an attribute and a plain number; there were no alternatives to have an entropy of."""
    tests = """
def test_it(logprobs):
    completion = logprobs(said({}, {}))
    before = logprobs.baseline()
    assert type(before.mean_logprob) is float
    assert before.mean_logprob == -0.15
    assert before.perplexity == pytest.approx(1.161834)
    assert before.worst_rank == 1
"""
    suite.store(tests.partition("    assert type")[0].format(-0.1, -0.2))
    result = suite.run(tests.format(-0.4, -0.2))
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    known = (
        "total_logprob, mean_logprob, min_logprob, joint_probability, geomean_probability, "
        "min_probability, mean_probability, perplexity, bits_per_byte, tail_mean_logprob"
    )
    assert explanations(result)[-1] == (
        f"pytest_logprobs.BaselineCaseError: {NAME}: worst_rank of test_inner.py::test_it is not "
        f"known; known are {known}"
    )


def test_a_drop_from_the_stored_case(suite):
    """The helper takes it for what it is, and both sides have its seven digits."""
    suite.store(DROP.format(-0.123456784, 0))
    assert suite.run(DROP.format(-0.123456784, 0)).ret == 0
    result = suite.run(DROP.format(-0.2234568, 0.05))
    assert explanations(result)[-1].startswith(
        "pytest_logprobs.ConfidenceError: mean_logprob_drop is 0.1, not <= 0.05 (0.05 too high, in "
        "nats/token)\nmean_logprob went from -0.1235 (baseline) to -0.2235\n"
    )


def test_without_a_stored_case_the_test_fails(suite):
    """The error names the file and the case, and is the command that stores it."""
    result = suite.run(DROP.format(-0.1, 0))
    assert explanations(result)[-1] == (
        f"pytest_logprobs.BaselineCaseError: {NAME}: there is no such file, and no case "
        f"test_inner.py::test_it (answer); store it: {command('test_it')}"
    )
    suite.store(DROP.format(-0.1, 0))
    result = suite.run(DROP.format(-0.1, 0).replace('"answer"', '"reply"'))
    assert explanations(result)[0] == (
        f"pytest_logprobs.BaselineCaseError: {NAME}: it has no case test_inner.py::test_it (reply);"
        f" store it: {command('test_it')}"
    )


@pytest.mark.parametrize("mode", ["update", "off"])
def test_while_the_baseline_is_no_judge_it_is_what_the_test_measured(suite, mode):
    """So a test that compares can pass before there is a baseline, and take a drop over."""
    suite.store(DROP.format(-0.1, 0.05))
    assert suite.run(DROP.format(-2, 0.05), f"--logprobs-baseline={mode}").ret == 0
    result = suite.run(
        'def test_it(logprobs):\n    logprobs.baseline("early")\n', f"--logprobs-baseline={mode}"
    )
    assert explanations(result)[-1] == (
        f"pytest_logprobs.BaselineCaseError: {NAME}: with --logprobs-baseline={mode}, "
        "test_inner.py::test_it (early) is what the test itself has measured; this test measured "
        "nothing so far; measure it first: logprobs(response, label='early')"
    )


TWO = """
def test_it(logprobs):
    logprobs(said(-0.1), label="first")
    logprobs(said(-0.2), label="second")
    logprobs.baseline({})
"""
MEASURED = "this test measured 'first' and 'second' so far, and nothing"


@pytest.mark.parametrize("mode", ["check", "update"])
def test_a_label_that_the_test_has_not_measured(suite, mode):
    """The error names those that it has, whether they are stored or not."""
    begin = f"pytest_logprobs.BaselineCaseError: {NAME}: "
    for label, case, none in [
        ("", "test_inner.py::test_it", "without a label"),
        ("'third'", "test_inner.py::test_it (third)", "as 'third'"),
    ]:
        result = suite.run(TWO.format(label), f"--logprobs-baseline={mode}")
        problem = {
            "check": f"there is no such file, and no case {case}",
            "update": f"with --logprobs-baseline=update, {case} is what the test itself has "
            "measured",
        }
        assert explanations(result)[-1] == (
            f"{begin}{problem[mode]}; {MEASURED} {none}: logprobs.baseline('first')"
        )


def test_a_test_that_measures_without_a_label_asks_without_one(suite):
    """The error says so."""
    suite.store(DROP.format(-0.1, 0))
    result = suite.run(
        "def test_it(logprobs):\n    logprobs(said(-0.1))\n    logprobs.baseline('other')\n"
    )
    assert explanations(result)[-1] == (
        f"pytest_logprobs.BaselineCaseError: {NAME}: it has no case test_inner.py::test_it (other);"
        " this test measured something without a label so far, and nothing as 'other': "
        "logprobs.baseline()"
    )


def against(suite, name):
    """Return what a test that has no case says when it is compared with a copy of a baseline."""
    result = suite.run(DROP.format(-0.1, 0), f"--logprobs-against={name}")
    (problem,) = explanations(result)[-1:]
    return problem


def test_what_is_not_in_what_is_compared_with(suite, monkeypatch):
    """An update writes another file than the one that lacks the case, and the error says so."""
    suite.store("def test_other(logprobs):\n    logprobs(said(-0.1))\n    logprobs.baseline()\n")
    (suite.pytester.path / "other.json").write_bytes(suite.baseline.read_bytes())
    assert against(suite, "other.json") == (
        "pytest_logprobs.BaselineCaseError: other.json: it has no case test_inner.py::test_it "
        "(answer); give --logprobs-against another file, or leave it out to compare with the "
        "baseline"
    )
    repository = Repository(suite.pytester.path)
    repository.commit(**{NAME.removesuffix(".json"): suite.baseline.read_text()})
    assert against(suite, "git:main") == (
        f"pytest_logprobs.BaselineCaseError: git:main:{NAME}: it has no case "
        "test_inner.py::test_it (answer); store it, which counts once it is in git:main: "
        f"{command('test_it')}"
    )


@pytest.mark.parametrize("order", ["before", "after"])
def test_the_case_of_another_model_is_not_compared(suite, order):
    """Whether the test asks for it before it measures or after."""
    measure = 'logprobs(said(-0.1, model="{}"), label="answer")'
    lines = [measure, 'logprobs.baseline("answer")']
    tests = "\n    ".join(["def test_it(logprobs):", *lines]) + "\n"
    suite.store(tests.format("small"))
    if order == "before":
        tests = "\n    ".join(["def test_it(logprobs):", *reversed(lines)]) + "\n"
    result = suite.run(tests.format("large"))
    assert explanations(result)[0] == (
        f"pytest_logprobs.BaselineCaseError: {NAME}: test_inner.py::test_it (answer) cannot be "
        f"compared: model was small and is large; if that is meant, store it anew: "
        f"{command('test_it')}"
    )


def test_the_case_of_other_parameters_is_not_compared(suite):
    """A number in the node id stays when what it stands for is another."""
    tests = "@pytest.mark.parametrize('city', [['{}']])\n"
    tests += "def test_it(logprobs, city):\n    logprobs(said(-0.1))\n    logprobs.baseline()\n"
    suite.store(tests.format("Paris"))
    assert explanations(suite.run(tests.format("Lyon")))[0].startswith(
        f"pytest_logprobs.BaselineCaseError: {NAME}: test_inner.py::test_it[city0] cannot be "
        "compared: the parameters of this case changed: give the test `ids=`; if that is meant, "
    )


def test_what_is_asked_for_is_stored_and_nothing_else(suite):
    """A test that compares nothing has no case in the baseline."""
    other = 'def test_other(logprobs):\n    logprobs(said(-0.1), label="answer")\n'
    suite.store(DROP.format(-0.1, 0) + other)
    text = suite.baseline.read_text("utf-8")
    assert '{"test": "test_inner.py::test_it", "label": "answer",' in text
    assert "test_other" not in text


def test_a_test_that_compares_labels_what_it_measures(suite):
    """Else it is not known which of several the stored case is of."""
    tests = "def test_it(logprobs):\n    first = logprobs(said(-0.1))\n    logprobs(said(-0.2))\n"
    result = suite.run(tests + "    logprobs.baseline()\n", "--logprobs-baseline=update")
    assert failures(result)["test_it"].startswith(
        "logprobs.baseline() needs each completion to have a label, where there are several: 2 of "
        "2 have none\n"
    )


def stored(**scores):
    """Give a case of a baseline."""
    samples = (Sample(scores, 1),)
    return BaselineCase(Case(test="t.py::test_it", label="a", samples=samples), NAME)


def test_a_stored_case_names_itself():
    """It shows no text of the model: there is none in a baseline."""
    assert (
        repr(stored(mean_logprob=-0.25)) == "<BaselineCase t.py::test_it (a), mean_logprob -0.25>"
    )
    assert repr(stored()) == "<BaselineCase t.py::test_it (a), mean_logprob ?>"


def test_a_score_that_is_not_known_is_an_error():
    """It is one of the baseline, and names the file; a word that is no score is none at all."""
    with pytest.raises(BaselineCaseError) as raised:
        _ = stored().min_margin
    assert str(raised.value) == (
        f"{NAME}: min_margin of t.py::test_it (a) is not known; known are none"
    )
    with pytest.raises(AttributeError) as missing:
        _ = stored().text
    assert str(missing.value) == (
        f"a baseline has no 'text' of a case; it has {', '.join(METRICS)}"
    )
    assert {*METRICS} <= {*dir(stored())}


def test_there_is_no_baseline_outside_a_test():
    """A fixture's object that was made by hand has none; a label is a text."""
    with pytest.raises(LogprobsError) as raised:
        Logprobs().baseline()
    assert str(raised.value) == "a baseline is that of a test, and no test runs"
    with pytest.raises(TypeError) as wrong:
        Logprobs().baseline(3)
    assert str(wrong.value) == "a label is a text, got 3"
