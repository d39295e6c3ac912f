"""The command line: ``pytest-logprobs show`` of a cassette."""

from __future__ import annotations

import json

import pytest

from pytest_logprobs.cassettes._file import cassette_text
from pytest_logprobs.cassettes._messages import stored_request, stored_response
from pytest_logprobs.cli import main

JSON = {"content-type": "application/json"}
URL = "https://api.example/v1/chat/completions"


def interaction(prompt, body, status=200):
    """Return a recording of a question."""
    asked = json.dumps({"messages": [{"role": "user", "content": prompt}]}).encode()
    return {
        "request": stored_request("POST", URL, JSON, asked),
        "response": stored_response(status, JSON, body),
        "recorded": {"at": "2026-11-23T08:00:00Z"},
    }


@pytest.fixture
def show(tmp_path, capsys):
    """Write a cassette, show it, and return the exit code and what was printed."""

    def run(*interactions):
        path = tmp_path / "c.json"
        path.write_text(cassette_text(True, interactions), "utf-8")
        return main(["show", str(path), "--rows=1"]), capsys.readouterr()

    return run


def test_every_answer_is_shown_with_what_was_asked(show, recordings):
    """Errors and what is no completion are passed over; of a prompt its last line is shown."""
    body = (recordings / "chat.json").read_bytes()
    status, shown = show(
        interaction("Answer in one sentence.\n\nWho wrote Hamlet?\n", body),
        interaction("Who?", b'{"error": {"message": "slow down"}}', 429),
        interaction("Which models?", b'{"object": "list", "data": []}'),
        interaction(None, body),
    )
    assert (status, shown.err) == (0, "")
    title = (
        "Completion 'Hamlet is the play written …' 10 tokens, mean_logprob -0.7209, "
        "smollm2-135m-instruct"
    )
    lines = [line for line in shown.out.splitlines() if "Completion" in line or " of 2" in line]
    assert lines == [
        "1 of 2, recorded 2026-11-23, asked 'Who wrote Hamlet?'",
        title,
        "2 of 2, recorded 2026-11-23",
        title,
    ]
    assert shown.out.count("⟦Ham|42⟧let⟦ is|28⟧") == 2


def test_a_cassette_without_a_completion(show):
    """It is one line on standard error, and exit 4."""
    status, shown = show(interaction("Which models?", b'{"object": "list", "data": []}'))
    assert (status, shown.out) == (4, "")
    assert shown.err.endswith("c.json: the cassette holds no completion\n")


def test_a_cassette_without_logprobs(show, recordings):
    """The error says how to ask for them."""
    body = (recordings / "chat-no-logprobs.json").read_bytes()
    status, shown = show(interaction("Who?", body))
    assert (status, shown.out) == (4, "")
    assert "carries no log-probabilities: ask for them with logprobs=True" in shown.err


def test_a_damaged_cassette(tmp_path, capsys):
    """What is wrong is told with its line."""
    path = tmp_path / "c.json"
    path.write_text(cassette_text(True, []).replace("true", "1"), "utf-8")
    assert main(["show", str(path)]) == 4
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(f"pytest-logprobs: {path}:4: complete: expected true or false, ")
    assert shown.err.count(str(path)) == 2  # once more in the command that restores it
