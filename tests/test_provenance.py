"""Where a recording is from: CONTRACT §4, "Provenance"."""

import json

import pytest

from pytest_logprobs.cassettes._messages import provenance, stored_request, stored_response

URL = "https://api.example/v1"
JSON = {"content-type": "application/json"}
SSE = {"content-type": "text/event-stream"}


def told(answer, asked=None, kind=JSON):
    """Return what is told of the model that gives an answer."""
    request = stored_request("POST", URL, JSON, json.dumps(asked or {}).encode())
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    found = provenance({}, request, stored_response(200, kind, body))
    return {name: found[name] for name in found if name not in ("at", "plugin")}


def events(*data):
    """Return the body of a stream."""
    return "".join(f"data: {json.dumps(each)}\n\n" for each in data).encode()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            {"model": "gpt-4.1-mini-2025-04-14", "system_fingerprint": "fp_1"},
            {"model": "gpt-4.1-mini-2025-04-14", "system_fingerprint": "fp_1"},
        ),
        ({"model": "m", "system_fingerprint": None}, {"model": "m"}),
        ({"modelVersion": "gemini-2.5-flash"}, {"model": "gemini-2.5-flash"}),
        ({"data": [{"id": "m"}]}, {}),
        ([1], {}),
        (b"not found", {}),
        ({"model": 1, "system_fingerprint": "f" * 201}, {}),
        ({"model": "two\nlines"}, {}),
    ],
)
def test_the_model_of_an_answer(answer, expected):
    """The model and its fingerprint are told where the answer names them."""
    assert told(answer) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            [{"id": 1}, {"model": "m", "system_fingerprint": "fp_1"}, {"model": "other"}],
            {"model": "m", "system_fingerprint": "fp_1"},
        ),
        ([{"type": "message_start", "message": {"model": "claude"}}], {"model": "claude"}),
        ([{"type": "response.created", "response": {"model": "gpt"}}], {"model": "gpt"}),
        (["a", 1, {}], {}),
    ],
)
def test_the_model_of_a_stream(answer, expected):
    """The first event that names one tells it."""
    assert told(events(*answer), kind=SSE) == expected


def test_a_stream_of_other_texts():
    """Events without JSON tell nothing."""
    assert told(b"data: [DONE]\n\n", kind=SSE) == {}


def test_the_model_that_was_asked_for():
    """It is told beside the one that answered, if that is another."""
    asked = {"model": "gpt-4.1-mini"}
    answer = {"model": "gpt-4.1-mini-2025-04-14"}
    assert told(answer, asked) == {"requested_model": "gpt-4.1-mini", **answer}
    assert told(asked, asked) == asked
    assert told({}, asked) == {}
