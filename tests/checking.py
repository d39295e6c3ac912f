"""Cassettes to be checked, below the working directory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pytest_logprobs.cassettes._file import write_cassette
from pytest_logprobs.cassettes._messages import stored_request, stored_response

KEY = "sk-proj-" + "Ab1Cd2Ef3" * 6
JSON = {"content-type": "application/json"}


def interaction(prompt: str = "Who?", **recorded: str) -> dict[str, Any]:
    """Return a recording of a question; nobody looks at it as the recorder does."""
    asked = json.dumps({"messages": [{"role": "user", "content": prompt}]}).encode()
    url = "https://api.example/v1/chat/completions"
    return {
        "request": stored_request("POST", url, JSON, asked),
        "response": stored_response(200, JSON, b'{"choices": []}'),
        "recorded": recorded,
    }


def write(path: str, *interactions: dict[str, Any], complete: bool = True) -> None:
    """Write a cassette; with one recording, unless others are given."""
    write_cassette(Path(path), complete, interactions or (interaction(),))


def put(path: str, text: str) -> None:
    """Write a file."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, "utf-8")
