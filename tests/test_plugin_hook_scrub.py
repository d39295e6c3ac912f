"""The hook ``pytest_logprobs_scrub``: what a project itself takes out of its cassettes."""

from __future__ import annotations

import json

import pytest
from terminal import failures

CONFTEST = """
import re

def pytest_logprobs_scrub(interaction):
    for message in interaction.values():
        message["body"] = re.sub("cust_[0-9]+", "cust_0", message["body"])
        message["headers"]["accept"] = "cust_0"
    interaction["request"]["url"] = re.sub(":[0-9]+", "", interaction["request"]["url"])
"""


def test_requests_match_as_they_are_scrubbed(project):
    """What changes in each run is taken out before a request is looked up; of answers, too."""
    (project.root / "conftest.py").write_text(CONFTEST)
    project.write("@cassette\ndef test_it():\n    assert ask('cust_4711') == 'cust_4711 1'")
    project.run("--logprobs-record=once").assert_outcomes(passed=1)
    text = project.path().read_text()
    assert "4711" not in text
    (interaction,) = json.loads(text)["interactions"]
    assert interaction["request"]["url"] == "http://127.0.0.1/v1/chat/completions"
    assert interaction["request"]["headers"]["accept"] == "cust_0"
    project.write("@cassette\ndef test_it():\n    assert ask('cust_4712') == 'cust_0 1'")
    project.run().assert_outcomes(passed=1)


def test_what_it_is_given(project):
    """A request alone, and then with its response; plain values, as they are on the wire."""
    (project.root / "conftest.py").write_text(
        "import json\n"
        "def pytest_logprobs_scrub(interaction):\n"
        "    with open('seen.jsonl', 'a') as file:\n"
        "        print(json.dumps(interaction), file=file)\n"
    )
    project.write("@cassette\ndef test_it():\n    ask('Hi')")
    project.run("--logprobs-record=once").assert_outcomes(passed=1)
    first, second = map(json.loads, (project.root / "seen.jsonl").read_text().splitlines())
    assert [*first] == ["request"]
    assert [*first["request"]] == ["method", "url", "headers", "body"]
    assert first["request"]["method"] == "POST"
    assert json.loads(first["request"]["body"])["messages"][0]["content"] == "Hi"
    assert first["request"]["headers"]["content-type"] == "application/json"
    assert first["request"]["headers"]["user-agent"].startswith("python-httpx")
    assert [*second] == ["request", "response"]
    assert [*second["response"]] == ["status", "headers", "body"]
    assert second["response"]["status"] == 200
    assert json.loads(second["response"]["body"])["id"] == "chatcmpl-1"


def test_a_directory_scrubs_for_its_own_tests(project):
    """The hook of a ``conftest.py`` is asked for the tests beside and below it."""
    hook = "def pytest_logprobs_scrub(interaction):\n    interaction['request']['url'] = 'here'\n"
    test = "@cassette\ndef test_it():\n    ask('Hi')"
    project.write(test, "one/test_one.py").with_name("conftest.py").write_text(hook)
    project.write(test, "two/test_two.py")
    project.run("--logprobs-record=once").assert_outcomes(passed=2)
    urls = {
        path.stem: json.loads(path.read_text())["interactions"][0]["request"]["url"]
        for path in project.root.glob("*/cassettes/*/*.json")
        for path in [path.rename(path.with_name(f"{path.parts[-4]}.json"))]
    }
    assert urls.pop("one") == "here"
    assert urls.pop("two").startswith("http://127.0.0.1")


def failed(project, body, test="ask('Hi')"):
    """Return what a test says whose project has this body of the hook."""
    hook = f"def pytest_logprobs_scrub(interaction):\n    {body}\n"
    (project.root / "conftest.py").write_text(hook)
    project.write(f"@cassette\ndef test_it():\n    {test}")
    result = project.run("--logprobs-record=once")
    result.assert_outcomes(failed=1)
    assert project.files == []
    return failures(result)["test_it"]


def test_the_error_of_an_implementation_names_its_line(project):
    """The test fails with it, and nobody is asked: what was not scrubbed goes nowhere."""
    assert failed(project, "interaction['reply']") == (
        "conftest.py:2: pytest_logprobs_scrub raised KeyError('reply')"
    )
    assert project.server.asked == []


def test_an_error_is_not_swallowed(project):
    """Whatever the code under test does with it, the test fails."""
    test = "try: ask('Hi')\n    except BaseException: pass"
    assert failed(project, "1 / 0", test) == (
        "conftest.py:2: pytest_logprobs_scrub raised ZeroDivisionError('division by zero')"
    )


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("interaction['request']['url'] = 1", '["request"]["url"] is a text, got int'),
        ("interaction['request']['url'] = chr(0xd800)", '["request"]["url"] is a text, got str'),
        ("del interaction['request']['method']", '["request"]["method"] is a text, got NoneType'),
        ("interaction['request']['body'] = {}", '["request"]["body"] is a text or bytes, got dict'),
        (
            "interaction['request']['headers']['a'] = 1",
            '["request"]["headers"] is a dict from texts to texts, or lists of them, got dict',
        ),
        ("interaction.pop('response', 0)", '["response"]["status"] is a number, got NoneType'),
        (
            "interaction.get('response', {})['body'] = None",
            '["response"]["body"] is a text or bytes, got NoneType',
        ),
    ],
)
def test_a_wrong_result_says_what_is_accepted(project, body, problem):
    """The line is that where the implementation begins."""
    assert failed(project, body) == (
        f"conftest.py:1: after pytest_logprobs_scrub interaction{problem}"
    )
