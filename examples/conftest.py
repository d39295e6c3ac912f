"""What the examples share: the client, and where it asks.

The answers are replayed from the cassettes beside the tests. `make recordings` records them anew;
so does `pytest examples --logprobs-record=rewrite` where a server on port 8000 knows the model.
"""

import os

import pytest

SERVER = os.environ.get("EXAMPLES_SERVER", "http://127.0.0.1:8000/v1")


@pytest.fixture(autouse=True)
def server(monkeypatch):
    """Name the server to every client, whatever else is set: a cassette is for one address."""
    monkeypatch.setenv("OPENAI_BASE_URL", SERVER)
    if "OPENAI_API_KEY" not in os.environ:  # while a cassette is recorded; replaying needs none
        monkeypatch.setenv("OPENAI_API_KEY", "a server of one's own asks for none")
    return SERVER


@pytest.fixture
def client(server):
    """Give OpenAI's client, which finds address and key in the environment."""
    from openai import OpenAI

    with OpenAI() as client:
        yield client
