"""The hook ``pytest_logprobs_parse`` where a project's implementation is wrong."""

from __future__ import annotations

import pytest
from terminal import explanations


def failed(pytester, body):
    """Return what a test says that parses, with an implementation in ``conftest.py``."""
    pytester.makeconftest(f"def pytest_logprobs_parse(payload):\n    {body}\n")
    pytester.makepyfile("import pytest_logprobs as p\ndef test_it():\n    p.parse({'a': 1})")
    result = pytester.runpytest("-p", "no:cacheprovider")
    result.assert_outcomes(failed=1)
    return explanations(result)[-1]


def test_the_error_of_an_implementation_names_its_line(pytester):
    """Any exception is a ``MalformedResponseError`` of ``parse``; its cause is shown above it."""
    assert failed(pytester, "return payload['said']") == (
        "pytest_logprobs.MalformedResponseError: conftest.py:2: pytest_logprobs_parse raised "
        "KeyError('said')"
    )


def test_the_error_of_a_plugin_names_its_line_too(pytester):
    """A method of a plugin is an implementation like any other."""
    pytester.syspathinsert()
    pytester.makepyfile(
        mine="""
        def deep(payload):
            raise ValueError("no\\nway")

        class Plugin:
            def pytest_logprobs_parse(self, payload):
                return deep(payload)

        def pytest_configure(config):
            config.pluginmanager.register(Plugin())
        """
    )
    pytester.makepyfile("import pytest_logprobs as p\ndef test_it():\n    p.parse({'a': 1})")
    result = pytester.runpytest("-p", "mine")
    assert explanations(result)[-1] == (
        "pytest_logprobs.MalformedResponseError: mine.py:6: pytest_logprobs_parse raised "
        "ValueError('no\\nway')"
    )


def test_an_error_of_ours_is_the_error_of_parse(pytester):
    """What the implementation says of the response is said as it is."""
    body = "from pytest_logprobs import parse; return parse({'choices': []}, format='openai-chat')"
    assert failed(pytester, body) == (
        "pytest_logprobs.MalformedResponseError: $: there is no choice in the response"
    )


def test_an_implementation_that_asks_itself(pytester):
    """What an implementation parses is read with the built-in formats: it is not asked again."""
    body = "import pytest_logprobs; return pytest_logprobs.parse(payload)"
    assert failed(pytester, body).startswith(
        "pytest_logprobs.UnknownFormatError: no wire format has this shape; tried openai-"
    )


@pytest.mark.parametrize(
    ("returned", "got"),
    [
        ("'Paris'", 'a string "Paris"'),
        ("[]", "a list []"),
        ("[1]", "a list with a number 1 in it"),
        ("(each for each in ())", "a Python object (generator)"),
    ],
)
def test_a_wrong_result_says_what_is_accepted(pytester, returned, got):
    """The line is that where the implementation begins."""
    assert failed(pytester, f"return {returned}") == (
        "pytest_logprobs.MalformedResponseError: conftest.py:1: pytest_logprobs_parse returns a "
        "Completion, several in a list, or None for a payload in another format; it returned "
        f"{got}"
    )


def test_a_wrong_result_of_one_of_several(pytester):
    """Which of them it was is not known: all are named, those that are asked first first."""
    pytester.syspathinsert()
    pytester.makepyfile(other="def pytest_logprobs_parse(payload):\n    return None")
    pytester.makeconftest("def pytest_logprobs_parse(payload):\n    return 1")
    pytester.makepyfile("import pytest_logprobs as p\ndef test_it():\n    p.parse({'a': 1})")
    (said,) = explanations(pytester.runpytest("-p", "other"))
    assert said == (
        "pytest_logprobs.MalformedResponseError: conftest.py:1, other.py:1: pytest_logprobs_parse "
        "returns a Completion, several in a list, or None for a payload in another format; it "
        "returned a number 1"
    )
