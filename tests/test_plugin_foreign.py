"""Cassettes of vcrpy and pytest-recording answer as they are: CONTRACT §4."""

from __future__ import annotations

import json
import os

import pytest
import yaml  # noqa: F401 - it cannot be loaded twice, which is what pytester would have it be

from pytest_logprobs.cassettes._file import cassette_of
from pytest_logprobs.cassettes._foreign import foreign_text
from pytest_logprobs.cassettes._messages import stored_request, stored_response

TEST = "@cassette\ndef test_it():\n    assert ask() == 'Hi 7'"
JSON = {"content-type": "application/json"}


def answer(text):
    """Return the body of an answer."""
    message = {"role": "assistant", "content": text}
    return {"choices": [{"message": message, "finish_reason": "stop", "index": 0}]}


def recorded(*answers, url=None):
    """Return interactions: a prompt, and what the answer says."""
    asked = url or os.environ["ASKED"]
    return [
        {
            "request": stored_request(
                "POST",
                asked,
                JSON,
                json.dumps(
                    {"model": "m", "messages": [{"role": "user", "content": prompt}]}
                ).encode(),
            ),
            "response": stored_response(200, JSON, json.dumps(answer(text)).encode()),
        }
        for prompt, text in answers
    ]


@pytest.fixture
def place(project):
    """Write a cassette of vcrpy with an answer; return its path."""

    def write(name, *answers):
        path = project.root / "cassettes" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(foreign_text(recorded(*answers or [("Hi", "Hi 7")]), path.suffix[1:]))
        return path

    return write


@pytest.mark.parametrize(
    "name", ["test_it.yaml", "test_it.yml", "test_it.json", "../test_it.yaml", "../test_it.json"]
)
def test_a_cassette_of_vcrpy_answers(project, place, name):
    """In YAML or JSON, where pytest-recording has it or pytest-vcr; and it stays as it is."""
    project.write(TEST)
    text = place(f"test_it/{name}").read_bytes()
    project.run().assert_outcomes(passed=1)
    assert project.server.asked == []
    assert (project.root / "cassettes/test_it" / name).read_bytes() == text
    assert len(project.files) == 1
    assert project.record("once") == []
    assert len(project.files) == 1


def test_a_cassette_of_our_own_goes_before(project, place):
    """Once there is one, the other is not looked at."""
    project.write("@cassette\ndef test_it():\n    assert ask() == 'Hi 1'")
    project.record("once")
    place("test_it/test_it.yaml")
    project.run().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("id_", "name"),
    [
        ("gpt-4", "TestIt.test_it[gpt-4]"),
        ("GPT-4", "TestIt.test_it[GPT-4]"),
        ("a/b:c", "TestIt.test_it[a-b-c]"),
        ("Sri Lanka?", "TestIt.test_it[Sri Lanka-]"),
    ],
)
def test_the_names_of_pytest_recording(project, place, id_, name):
    """A test's cassette is found though ours would be called otherwise."""
    project.write(
        f"""
@cassette
class TestOuter:
    class TestIt:
        @pytest.mark.parametrize("x", [{id_!r}])
        def test_it(self, x):
            assert ask() == "Hi 7"
"""
    )
    place(f"test_it/{name}.yaml")
    project.run().assert_outcomes(passed=1)


def test_the_cassette_of_another_test_of_ours_does_not_answer(project):
    """It is called as pytest-recording would call this one's, and is none of vcrpy."""
    project.write(
        "@cassette\n@pytest.mark.parametrize('x', ['a-b', 'a/b'])\ndef test_it(x):\n    ask()"
    )
    assert project.record("once", "-k", "a-b") == ["Hi"]
    assert project.record("once", "-k", "a/b") == ["Hi"]
    assert len(project.files) == 2


def test_a_name_of_its_own(project, place):
    """A cassette that is shared by name may be one of vcrpy."""
    project.write(
        "@pytest.mark.logprobs_cassette(name='both')\ndef test_it():\n    assert ask() == 'Hi 7'"
    )
    place("test_it/both.yaml")
    project.run().assert_outcomes(passed=1)


def test_the_default_cassette_of_pytest_recording(project, place):
    """Its marker names one, with or without what a file's name ends in."""
    (project.root / "conftest.py").write_text(  # the plugin itself need not be there
        "def pytest_configure(config):\n"
        "    config.addinivalue_line('markers', 'default_cassette(name)')\n"
    )
    project.write(
        "pytestmark = cassette\n"
        "@pytest.mark.default_cassette('one.yaml')\ndef test_1():\n    assert ask() == 'Hi 7'\n"
        "@pytest.mark.default_cassette('one')\ndef test_2():\n    assert ask() == 'Hi 7'"
    )
    place("test_it/one.yaml")
    project.run().assert_outcomes(passed=2)


def test_new_episodes_go_into_a_cassette_of_ours(project, place):
    """With what was there, which stays as it is; and the summary says what holds from now on."""
    project.write("@cassette\ndef test_it():\n    assert ask() == 'Hi 7'\n    ask('Ho')")
    text = place("test_it/test_it.yaml").read_bytes()
    result = project.run("--logprobs-record=new_episodes")
    result.assert_outcomes(passed=1)
    assert project.server.asked == ["Ho"]
    assert project.cassette() == (True, ["Hi 7", "Ho 1"])
    assert (project.root / "cassettes/test_it/test_it.yaml").read_bytes() == text
    ours = "cassettes/test_it/test_it.json"
    assert [line for line in result.outlines if line.startswith("logprobs: ")] == [
        "logprobs: replayed 1 answer from cassettes/test_it/test_it.json",
        f"logprobs: recorded 1 answer in {ours}",
        f"logprobs: from now on {ours} will answer instead of cassettes/test_it/test_it.yaml",
    ]
    project.run().assert_outcomes(passed=1)


def test_rewriting_makes_one_of_ours(project, place):
    """Nothing of the old one is in it."""
    project.write("@cassette\ndef test_it():\n    ask()")
    place("test_it/test_it.yaml", ("Hi", "Hi 7"), ("Ho", "Ho 7"))
    assert project.record("rewrite") == ["Hi"]
    assert project.cassette() == (True, ["Hi 1"])


def test_json_of_vcrpy_under_our_name_becomes_ours(project, place):
    """What was there is kept."""
    project.write("@cassette\ndef test_it():\n    assert ask() == 'Hi 7'\n    ask('Ho')")
    place("test_it/test_it.json")
    project.run("--logprobs-record=new_episodes").assert_outcomes(passed=1)
    assert project.cassette() == (True, ["Hi 7", "Ho 1"])


def test_repeats(project, place):
    """What comes after the last recording is what the marker says, as in a cassette of ours."""
    project.write(
        "@pytest.mark.logprobs_cassette(repeats='last')\ndef test_last():\n    ask()\n    ask()\n"
        "@cassette\ndef test_error():\n    ask()\n    ask()"
    )
    place("test_it/test_last.yaml")
    place("test_it/test_error.yaml")
    project.run().assert_outcomes(passed=1, failed=1)


def test_a_miss_names_the_file(project, place):
    """It is the one that was looked through, and what records goes into one of ours."""
    project.write("@cassette\ndef test_it():\n    ask('Ho')")
    place("test_it/test_it.yaml")
    result = project.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*cassettes/test_it/test_it.yaml, 1 recording*"])


@pytest.mark.parametrize("mode", ["none", "once", "new_episodes", "all"])
def test_what_cannot_be_read(project, mode):
    """It is an error with file, line and command in every mode, and the file stays as it is."""
    project.write(TEST)
    path = project.root / "cassettes/test_it/test_it.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("interactions:\n- request:\n    method: POST\n")
    result = project.run(f"--logprobs-record={mode}")
    result.assert_outcomes(errors=1)
    remedy = f"mend it, or get the committed file back: git checkout -- {path}; or delete the file"
    command = "pytest test_it.py::test_it --logprobs-record=once"
    flaw = "the text breaks off after 'method: POST': it says no version"
    told = f"{path}:3: {flaw}; {remedy}, then {command}"
    assert [line for line in result.outlines if str(path) in line and "ERROR" not in line] == [told]
    assert project.server.asked == []
    assert len(project.files) == 1


def test_what_is_told_of_it_is_as_safe_as_ours(project, place):
    """What vcrpy kept of a request is left out when it goes into a cassette of ours."""
    project.write("@cassette\ndef test_it():\n    ask()\n    ask('Ho')")
    path = place("test_it/test_it.yaml")
    path.write_text(path.read_text().replace("headers:\n", "headers:\n      cookie: [id=1]\n", 1))
    project.record("new_episodes")
    assert "cookie" not in project.path().read_text()
    assert len(cassette_of(project.path().read_bytes(), path).interactions) == 2
