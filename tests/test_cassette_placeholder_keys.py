"""Keys that are no keys: CONTRACT §4, "Replaying needs no API key"."""

import os
import re

import pytest
from openai import OpenAI, OpenAIError

from pytest_logprobs.cassettes._placeholder_keys import PLACEHOLDER_KEYS, placeholder_keys

NAMES = ("A_KEY", "B_KEY")


@pytest.mark.parametrize(
    ("environ", "within"),
    [
        ({}, {"A_KEY": "placeholder", "B_KEY": "placeholder"}),
        ({"A_KEY": "mine"}, {"A_KEY": "mine", "B_KEY": "placeholder"}),
        ({"A_KEY": "", "C_KEY": ""}, {"A_KEY": "placeholder", "B_KEY": "placeholder", "C_KEY": ""}),
        ({"A_KEY": "mine", "B_KEY": "yours"}, {"A_KEY": "mine", "B_KEY": "yours"}),
    ],
    ids=["unset", "set", "empty", "all-set"],
)
def test_what_is_unset_holds_a_placeholder(environ, within):
    """Inside, what was unset or empty holds a placeholder; afterwards everything is as it was."""
    before = dict(environ)
    with placeholder_keys(NAMES, environ):
        assert environ == within
    assert environ == before


def test_no_names():
    """Without names nothing happens."""
    environ = {}
    with placeholder_keys((), environ):
        assert environ == {}


def test_what_the_test_did_stays():
    """A variable that was set or deleted within the block stays so."""
    environ = {}
    with placeholder_keys(["SET", "DELETED", "EMPTIED", "UNTOUCHED"], environ):
        environ["SET"] = "mine"
        del environ["DELETED"]
        environ["EMPTIED"] = ""
    assert environ == {"SET": "mine", "EMPTIED": ""}


def test_an_exception_passes():
    """The variables are put back whatever ended the block."""
    environ = {}

    def stop():
        with placeholder_keys(NAMES, environ):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop()
    assert environ == {}


def test_nested_blocks():
    """What an outer block gave is left to it by the inner one; the same name twice is one name."""
    environ = {}
    with placeholder_keys(["A_KEY", "A_KEY"], environ):
        with placeholder_keys(NAMES, environ):
            assert environ == {"A_KEY": "placeholder", "B_KEY": "placeholder"}
        assert environ == {"A_KEY": "placeholder"}
    assert environ == {}


def test_monkeypatch_inside(monkeypatch):
    """What pytest's ``monkeypatch`` puts back within the block is then put back to what was."""
    environ = {}
    with placeholder_keys(NAMES, environ):
        with monkeypatch.context() as patch:
            patch.setitem(environ, "A_KEY", "mine")
            patch.delitem(environ, "B_KEY")
            assert environ == {"A_KEY": "mine"}
        assert environ == {"A_KEY": "placeholder", "B_KEY": "placeholder"}
    assert environ == {}


def test_a_client_can_be_built(monkeypatch):
    """OpenAI's client needs a key to be built, and the environment of this process has one."""
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY"):
        monkeypatch.delenv(name, raising=False)
    with placeholder_keys(PLACEHOLDER_KEYS):
        assert OpenAI().api_key == "placeholder"
    assert "OPENAI_API_KEY" not in os.environ
    with pytest.raises(OpenAIError):
        OpenAI()


def test_the_names():
    """The list is sorted, holds no name twice, and every name is one of a variable."""
    assert sorted(set(PLACEHOLDER_KEYS)) == list(PLACEHOLDER_KEYS)
    assert [name for name in PLACEHOLDER_KEYS if not re.fullmatch("[A-Z0-9_]+", name)] == []
