"""The hooks that a project can implement: plain functions in a ``conftest.py``, or in a plugin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_logprobs._model import Completion

__all__ = ["pytest_logprobs_parse"]
__tracebackhide__ = True  # a failed test shows its own lines


@pytest.hookspec(firstresult=True)
def pytest_logprobs_parse(payload: object) -> Completion | Sequence[Completion] | None:
    """Read a response in a format of the project's own.

    It is asked before the built-in formats, by ``parse``, by the fixture ``logprobs``, and for
    every answer that crosses the wire in a test with a cassette; not where ``format=`` names a
    format. ``payload`` is the decoded JSON, the list of a stream's chunks, or where that cannot be
    had the body as bytes, else the response as it was given. It is not to be changed.

    Return a ``Completion``, or several in a list, one for each choice; ``None`` for every payload
    that is not in that format: other implementations are asked then, and the built-in formats.
    The first that is not ``None`` counts. In a directory's ``conftest.py`` it is asked for the
    tests of that directory. A ``LogprobsError`` that it raises is what ``parse`` raises; any other
    exception becomes a ``MalformedResponseError`` that names its line. Implementations are not
    asked again by what they parse themselves, which is read with the built-in formats only.

    Most formats say in other words what OpenAI's says, and are translated in a few lines:

    >>> from pytest_logprobs import parse
    >>> def pytest_logprobs_parse(payload):
    ...     if not isinstance(payload, dict) or "pieces" not in payload:
    ...         return None
    ...     content = [{"token": text, "logprob": score} for text, score in payload["pieces"]]
    ...     message = {"content": payload["answer"]}
    ...     choice = {"message": message, "logprobs": {"content": content}}
    ...     return parse({"choices": [choice]}, format="openai-chat")
    >>> pytest_logprobs_parse({"answer": "Paris", "pieces": [["Par", -0.5], ["is", -0.25]]})
    <Completion 'Paris' 2 tokens, mean_logprob -0.375>
    """
