"""What was asked of a model: the request of a completion that came through a cassette."""

from __future__ import annotations

import dataclasses

import pytest

from pytest_logprobs import parse
from pytest_logprobs._model import Request

URL = "https://api.example/v1/chat/completions"
MESSAGES = [{"role": "user", "content": "Who wrote Hamlet?"}]


@pytest.mark.parametrize(
    ("name", "prompt"),
    [
        ("messages", MESSAGES),
        ("prompt", "The capital of France is"),
        ("input", [{"role": "user", "content": "Hi"}]),
        ("contents", [{"parts": [{"text": "Hi"}]}]),
        ("inputs", "Once upon a time"),
    ],
)
def test_the_prompt_whatever_its_name(name, prompt):
    """``.prompt`` is what the wire format has for one; ``.parameters`` is all the rest."""
    request = Request(URL, {"model": "m", name: prompt, "temperature": 0, "seed": 7})
    assert (request.url, request.model, request.prompt, request.parameters) == (
        URL,
        "m",
        prompt,
        {"temperature": 0, "seed": 7},
    )


@pytest.mark.parametrize("body", [{"model_id": "m"}, {"model": None, "model_id": "m"}])
def test_a_model_by_another_name(body):
    """The name of IBM is read: it is the model, and no parameter."""
    request = Request(URL, {**body, "input": "Hi", "parameters": {}})
    assert (request.model, request.parameters) == ("m", {"parameters": {}})


GOOGLE = "https://generativelanguage.googleapis.com/v1beta/models"
VERTEX = "https://eu-aiplatform.googleapis.com/v1/projects/p/locations/eu/publishers/google/models"
AZURE = "https://example.openai.azure.com/openai/deployments"


@pytest.mark.parametrize(
    ("url", "model"),
    [
        (f"{GOOGLE}/gemini-2.5-flash:generateContent", "gemini-2.5-flash"),
        (f"{GOOGLE}/gemini-2.5-flash:streamGenerateContent?alt=sse", "gemini-2.5-flash"),
        (f"{VERTEX}/gemini-2.5-pro:generateContent", "gemini-2.5-pro"),
        (f"{AZURE}/my-gpt/chat/completions?api-version=2026-01-01", "my-gpt"),
        (f"{AZURE}/my%20gpt/responses", "my gpt"),
        (f"{GOOGLE}/gemini-2.5-flash", None),
        ("https://api.example/v1/models", None),
        (f"{URL}?from=/models/m:x", None),
        (f"{URL}#/deployments/m/", None),
        ("", None),
    ],
)
def test_a_model_that_the_url_names(url, model):
    """Where the body names none, the URL may: Gemini's and Azure's do, in their path."""
    assert Request(url, {}).model == model
    assert Request(url, {"model": None}).model == model
    assert Request(url, {"model": "m"}).model == "m"


@pytest.mark.parametrize("body", [{}, {"model": None}, {"model": 3}])
def test_a_model_that_is_not_known(body):
    """What is said neither in the body nor in the URL is ``None``."""
    request = Request(URL, body)
    assert (request.model, request.prompt, request.parameters) == (None, None, {})


@pytest.mark.parametrize(
    ("request_", "shown"),
    [
        (Request(URL, {"model": "m"}), f"<Request m {URL}>"),
        (Request(URL, {}), f"<Request {URL}>"),
        (
            Request(f"{URL}?{'x' * 100}", {"model": "\x1b[31m\n" + "m" * 100}),
            f"<Request \\x1b[31m\\n{'m' * 29}… {URL}?{'x' * 39}…>",
        ),
    ],
)
def test_it_is_shown_on_one_short_line(request_, shown):
    """``repr`` names model and URL, cut to a length, and sends no command to a terminal."""
    assert repr(request_) == shown


def test_it_is_a_value():
    """Requests are compared by what they say, and cannot be changed."""
    request = Request(URL, {"model": "m"})
    assert request == Request(URL, {"model": "m"})
    with pytest.raises(dataclasses.FrozenInstanceError):
        request.url = "elsewhere"


def test_the_request_of_a_completion(recordings):
    """A completion that was read from a body alone has none; two that say the same are equal."""
    completion = parse((recordings / "chat.json").read_bytes())
    request = Request(URL, {"model": "m", "messages": MESSAGES})
    answer = completion.answering(request)
    assert (completion.request, answer.request) == (None, request)
    assert answer == completion
    for name in ("text", "model", "finish_reason", "choice", "format", "prompt_tokens"):
        assert getattr(answer, name) == getattr(completion, name)
