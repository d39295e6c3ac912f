"""The hooks that a project can implement: plain functions in a ``conftest.py``, or in a plugin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from vcr import VCR  # pyright: ignore[reportMissingTypeStubs]

    from pytest_logprobs._model import Completion

__all__ = ["pytest_logprobs_configure_vcr", "pytest_logprobs_parse", "pytest_logprobs_scrub"]
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


@pytest.hookspec
def pytest_logprobs_configure_vcr(config: pytest.Config, vcr: VCR) -> None:
    """Say what vcrpy, which patches the HTTP clients, is to do besides.

    It is called once in a run, in each process, before the first test with a cassette; all
    implementations are, wherever they stand. These attributes of ``vcr`` are heeded:

    - ``custom_patches``: triples of an object, the name of its attribute, and a class of vcrpy's
      stubs that takes its place, for a client that vcrpy does not know but whose connections are
      those of one that it does;
    - ``ignore_hosts``, names or compiled patterns, and ``ignore_localhost``: requests to these
      hosts are neither recorded nor replayed; while a test replays, the guard lets through those
      on this machine, and others if ``logprobs_allowed_hosts`` names them too;
    - ``skip_patchers``, from vcrpy 9.3 on: clients that are not patched at all.

    What is kept, how requests match, when to record, and files are not vcrpy's concern here: a test
    fails where any other attribute is set, rather than pass over what it was to hide.

    An application under test that runs on this machine and calls a model elsewhere:

    >>> def pytest_logprobs_configure_vcr(vcr):
    ...     vcr.ignore_localhost = True
    >>> from vcr import VCR
    >>> pytest_logprobs_configure_vcr(vcr := VCR())
    >>> vcr.ignore_localhost
    True
    """


@pytest.hookspec()
def pytest_logprobs_scrub(interaction: dict[str, dict[str, Any]]) -> None:
    """Take out of an interaction what no cassette may hold, beside what never gets into one.

    ``interaction["request"]`` has ``"method"``, ``"url"``, ``"headers"`` and ``"body"``, and
    ``interaction["response"]`` has ``"status"``, ``"headers"`` and ``"body"``. Names of headers
    are in lower case, and a header that is repeated is a list. A body is a text, or bytes where it
    is none; that of a response is not compressed. Change them in place; what is returned is not
    looked at.

    It is asked with the request alone before that is looked up, in recording and in replaying, so
    that recordings are found by what it leaves; and with the response once that has come, before
    it is stored: what it does to the request then has no effect. All implementations are asked. In
    a directory's ``conftest.py`` it is asked for the tests of that directory. The test gets the
    answer as it came while it records, and as it was stored when it replays. An exception fails
    the test, with the line that raised it, and so does a body that is neither text nor bytes.

    Only what is the same in each run can be asked for again; what changes is taken out:

    >>> import re
    >>> def pytest_logprobs_scrub(interaction):
    ...     for message in interaction.values():
    ...         if isinstance(message["body"], str):
    ...             message["body"] = re.sub(r"cust_[0-9]+", "cust_0", message["body"])
    >>> request = {"method": "POST", "url": "https://api.example/v1", "headers": {}}
    >>> interaction = {"request": {**request, "body": '{"prompt": "Who is cust_4711?"}'}}
    >>> pytest_logprobs_scrub(interaction)
    >>> interaction["request"]["body"]
    '{"prompt": "Who is cust_0?"}'
    """
