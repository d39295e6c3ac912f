"""Messages sent through the file of a cassette and back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bodies import Message, difference

from pytest_logprobs.cassettes._body import body_of
from pytest_logprobs.cassettes._file import read_cassette, write_cassette
from pytest_logprobs.cassettes._messages import stored_request, stored_response, wire_headers

__all__ = ["problem", "sent_through"]

URL = "https://api.example/v1/chat/completions"


def sent_through(path: Path, messages: Sequence[Message]) -> list[tuple[dict[str, Any], bytes]]:
    """Write messages as a cassette and read them; return each as a client gets it, and its body.

    Every one is the body of a request as well.
    """
    interactions = [
        {
            "request": stored_request("POST", URL, each.headers, each.body),
            "response": stored_response(each.status, each.headers, each.sent),
        }
        for each in messages
    ]
    write_cassette(path, True, interactions)
    cassette = read_cassette(path)
    assert cassette is not None
    back: list[tuple[dict[str, Any], bytes]] = []
    for each in cassette.interactions:
        request: Any = each["request"]
        response: Any = each["response"]
        body = body_of(response)
        headers = wire_headers(response, body)
        got = {"status": response["status"], "headers": headers, "asked": body_of(request)}
        back.append((got, body))
    return back


def problem(sent: Message, back: tuple[dict[str, Any], bytes]) -> str:
    """Return how a message differs from what came back; empty if it does not."""
    got, body = back
    if got["status"] != sent.status:
        return f"the status {sent.status} came back as {got['status']}"
    expected = {**sent.headers, "content-length": [str(len(body))]}
    if "content-encoding" not in got["headers"]:
        expected.pop("content-encoding", None)
        asked = sent.body
    else:  # what it holds cannot be read, and stays as it is
        asked = sent.sent
    if got["headers"] != expected:
        return f"the headers {expected} came back as {got['headers']}"
    return difference(asked, body) or difference(sent.body, got["asked"])
