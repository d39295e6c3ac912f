"""Replaying needs no API key: clients find a placeholder where they look for one."""

from __future__ import annotations

import os

import pytest
from terminal import explanations
from wire import Suite

REAL = "real-key-that-must-not-leak"


@pytest.fixture
def suite(pytester, server, monkeypatch):
    """Give a suite that calls the server through a client which finds its key itself."""
    for name in ("OPENAI_API_KEY", "MISTRAL_API_KEY", "MY_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    suite = Suite(pytester, server)
    suite.write(
        """
def call():
    messages = [{"role": "user", "content": "Who wrote Hamlet?"}]
    client = OpenAI(base_url=URL)
    return client.chat.completions.create(model="m", messages=messages, logprobs=True)

def test_it(logprobs):
    assert logprobs(call()) is logprobs.last
"""
    )
    return suite


def test_no_key_is_needed(suite, monkeypatch):
    """``OpenAI()`` can be built while a cassette replays; the environment is then as it was."""
    monkeypatch.setenv("OPENAI_API_KEY", REAL)
    suite.record().assert_outcomes(passed=1)
    monkeypatch.delenv("OPENAI_API_KEY")
    before = dict(os.environ)
    suite.run().assert_outcomes(passed=1)
    assert "OPENAI_API_KEY" not in os.environ
    assert {name for name in os.environ if os.environ[name] == "placeholder"} == {
        name for name in before if before[name] == "placeholder"
    }


def test_a_real_key_never_reaches_the_file(suite, monkeypatch):
    """It is sent, but neither the cassette nor the journal holds it."""
    monkeypatch.setenv("OPENAI_API_KEY", REAL)
    suite.record().assert_outcomes(passed=1)
    files = [path for path in suite.pytester.path.rglob("*") if path.is_file()]
    assert "test_it.json" in {path.name for path in files}
    assert [path.name for path in files if REAL.encode() in path.read_bytes()] == []


def test_a_real_key_is_left_alone(suite, monkeypatch):
    """A variable that is set keeps its value, in every mode."""
    monkeypatch.setenv("OPENAI_API_KEY", REAL)
    suite.write(f"def test_it():\n    assert os.environ['OPENAI_API_KEY'] == '{REAL}'\n")
    suite.run().assert_outcomes(passed=1)
    suite.record().assert_outcomes(passed=1)
    assert os.environ["OPENAI_API_KEY"] == REAL


def test_recording_has_no_placeholder(suite):
    """A run that records without a key fails as the client fails, and asks nobody."""
    before = len(suite.wire.asked)
    result = suite.record()
    result.assert_outcomes(failed=1)
    (said,) = explanations(result)
    assert said.startswith("openai.OpenAIError: ")
    assert len(suite.wire.asked) == before


VALUES = """
def test_it():
    names = ("OPENAI_API_KEY", "MISTRAL_API_KEY", "MY_API_KEY")
    assert {name: os.environ.get(name) for name in names} == %r
"""


@pytest.mark.parametrize(
    ("lines", "usual", "own"),
    [
        ("", "placeholder", None),
        ("logprobs_placeholder_keys = MY_API_KEY", "placeholder", "placeholder"),
        (
            "logprobs_placeholder_keys =\n    OTHER_KEY\n    MY_API_KEY",
            "placeholder",
            "placeholder",
        ),
        ("logprobs_placeholder_keys =", None, None),
    ],
    ids=["usual", "extended", "lines", "emptied"],
)
def test_the_list_is_extended_or_emptied(suite, lines, usual, own):
    """``logprobs_placeholder_keys`` "extends or empties the list"."""
    suite.pytester.makeini(f"[pytest]\n{lines}\n")
    values = {"OPENAI_API_KEY": usual, "MISTRAL_API_KEY": usual, "MY_API_KEY": own}
    suite.write(VALUES % values)
    suite.run().assert_outcomes(passed=1)


def test_fixtures_find_one_too(suite):
    """It stands before the first fixture is set up, in broader ones too, until the last is gone."""
    suite.write(
        """
seen = []

@pytest.fixture(scope="session")
def broad():
    seen.append(os.environ.get("OPENAI_API_KEY"))

@pytest.fixture
def narrow(broad):
    seen.append(os.environ.get("OPENAI_API_KEY"))
    yield
    seen.append(os.environ.get("OPENAI_API_KEY"))

def test_it(narrow):
    pass

def test_after():
    assert seen == ["placeholder"] * 3
"""
    )
    suite.run().assert_outcomes(passed=2)
    assert "OPENAI_API_KEY" not in os.environ


def test_a_key_that_the_test_sets(suite):
    """What the test does to a variable goes before the placeholder, and monkeypatch undoes it."""
    suite.write(
        """
def test_sets(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "own")
    assert OpenAI().api_key == "own"

def test_deletes(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(Exception, match="api_key"):
        OpenAI()
"""
    )
    suite.run().assert_outcomes(passed=2)
    assert "OPENAI_API_KEY" not in os.environ
