"""Python objects that answer anything, or raise anything, when they are asked what they hold."""

from __future__ import annotations

from unittest.mock import MagicMock, Mock

import pytest

from pytest_logprobs import (
    ChoiceError,
    LogprobsError,
    MalformedResponseError,
    UnknownFormatError,
    parse,
)

ENTRY = {"token": "A", "logprob": -0.5}
NODE = {"index": 0, "message": {"content": "A"}, "logprobs": {"content": [ENTRY]}}


@pytest.mark.parametrize(
    ("response", "message"),
    [
        (Mock(), "$: a response is an object, got a Python object (Mock)"),
        (MagicMock(), "$: a response is an object, got a Python object (MagicMock)"),
        ([MagicMock()], "$[0]: a response is an object, got a Python object (MagicMock)"),
        (Mock(choices=[]), "$: a response is an object, got a Python object (Mock)"),
    ],
)
def test_mocks(response, message):
    """A mock has any attribute, and none of them holds a response."""
    with pytest.raises(UnknownFormatError) as caught:
        parse(response)
    assert str(caught.value) == message


class Raises:
    """An object whose attributes raise something else than they should."""

    def __init__(self, error):
        object.__setattr__(self, "error", error)

    def __getattr__(self, name):
        raise self.error


@pytest.mark.parametrize("error", [KeyError("x"), RuntimeError("x"), ValueError("x")])
def test_attributes_that_raise(error):
    """Whatever an object's own code raises is the cause of an error of ours."""
    for response in (Raises(error), [Raises(error)]):
        with pytest.raises(UnknownFormatError) as caught:
            parse(response)
        problem = f"{type(error).__name__}: {error}"
        assert str(caught.value) == f"this Raises cannot be read: {problem}"
        assert caught.value.__cause__ is error


class Array:
    """What arrays and tensors are: neither equal to something nor true."""

    __hash__ = None

    def __eq__(self, other):
        return self

    def __bool__(self):
        raise ValueError("ambiguous")


def test_arrays():
    """An array in a response is named with its place, whichever comparison it was that failed."""
    for field in ("logprobs", "finish_reason", "index", "message"):
        with pytest.raises(LogprobsError) as caught:
            parse({"model": object(), "choices": [NODE | {field: Array()}]})
        assert f"$.choices[0].{field}: expected " in str(caught.value)
        assert "a Python object (Array)" in str(caught.value)


def test_iterator_that_fails():
    """Its own error is that of whoever gave it."""

    def broken():
        yield {"choices": [NODE]}
        raise ConnectionError

    with pytest.raises(ConnectionError):
        parse(broken())


@pytest.mark.parametrize("choice", [[0], {"a": 1}, "0"])
def test_choice_that_is_no_number(choice):
    """It is in no response."""
    with pytest.raises(ChoiceError) as caught:
        parse({"choices": [NODE]}, choice=choice)
    assert str(caught.value) == f"the response has no choice {choice!r}, its choices are 0"


def test_error_of_a_parser_is_not_blamed_on_the_response(monkeypatch):
    """Where there is no such object in it, an error that is none of ours is a bug, and is seen."""
    monkeypatch.setattr("pytest_logprobs.parsers.answers_in", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        parse({"choices": [NODE]})
    with pytest.raises(MalformedResponseError):
        parse({"choices": [NODE], "x": Array()})
