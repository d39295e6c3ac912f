"""The errors: one tree, drawn in the module, with the data of a message on attributes too."""

import copy
import pickle
import re

import pytest

import pytest_logprobs
from pytest_logprobs import errors


def drawn():
    """Return the classes of the drawing, each with the one that it hangs on."""
    tree, parent = {}, None
    for line in errors.__doc__.splitlines():
        match = re.match(r"    ([├└]── )?(\w+Error)\b", line)
        if match and not match[1]:
            parent = match[2]
        elif match:
            tree[match[2]] = parent
    return tree


def test_the_drawing_is_the_tree():
    """Every class is in the drawing, below its base."""
    there = {
        name: getattr(errors, name).__base__.__name__
        for name in errors.__all__
        if name.endswith("Error") and name != "LogprobsError"
    }
    assert drawn() == there
    assert errors.LogprobsError.__base__ is Exception


def test_errors_are_public():
    """Every error can be caught by a name of the package."""
    names = {*drawn(), "LogprobsError"}
    assert names - {*pytest_logprobs.__all__} == set()
    assert {
        name for name in names if getattr(pytest_logprobs, name) is not getattr(errors, name)
    } == set()


@pytest.mark.parametrize(
    ("error", "message", "data"),
    [
        (
            errors.MalformedResponseError("$.choices[0]", "expected an object, got null"),
            "$.choices[0]: expected an object, got null",
            {"path": "$.choices[0]"},
        ),
        (
            errors.ResponseError("the response is an error: busy", provider_message="busy"),
            "the response is an error: busy",
            {"provider_message": "busy"},
        ),
        (
            errors.MissingLogprobsError("there are none", format="openai-chat"),
            "there are none",
            {"format": "openai-chat"},
        ),
        (errors.ChoiceError("which?", choices=(0, 1)), "which?", {"choices": (0, 1)}),
        (errors.UnscoredTokenError("not scored", token=7), "not scored", {"token": 7}),
        (
            errors.EmptySpanError("perplexity", "there is nothing"),
            "perplexity: there is nothing; check that something was generated or found first",
            {"metric": "perplexity"},
        ),
        (
            errors.ConfidenceError("too low"),
            "too low",
            {"explanation": "too low", "section": None, "section_reported": False},
        ),
    ],
)
def test_data(error, message, data):
    """The message is for a reader, "data is on attributes too", and copies keep both."""
    for each in (error, copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(each) is type(error)
        assert str(each) == message
        assert vars(each) == data


def test_a_failure_in_two_parts():
    """A broken assertion prints both parts with 50 rows, until the section was reported."""
    error = errors.ConfidenceError("too low", lambda rows: f"a table of {rows} rows")
    assert str(error) == "too low\n\na table of 50 rows"
    error.section_reported = True
    assert str(error) == "too low"
