"""Files that are no cassettes of vcrpy, or damaged ones, and what users are told of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_logprobs import CassetteReadError
from pytest_logprobs.cassettes._file import cassette_of, read_cassette

URL = "https://api.example/v1/chat"


def refusal(text):
    """Return what is said of a text that cannot be read."""
    with pytest.raises(CassetteReadError) as caught:
        cassette_of(text.encode(), Path("c.yaml"))
    return str(caught.value)


FLAWS = {
    "status": (3, "response: {body: {string: ''}}", 'response: expected the key "status"'),
    "code": (3, "response: {status: OK}", 'response.status: expected a number, got "OK"'),
    "digits": (3, f"response: {{status: {'9' * 5000}}}",
               f'response.status: expected a number, got "{"9" * 38}…'),
    "headers": (3, "response: {status: 200, headers: [a]}",
                'response.headers: expected an object of texts or lists of texts, got ["a"]'),
    "base64": (3, "response: {status: 200, body: {string: !!binary '*'}}",
               'response.body: expected a body, got {"string":{"base64_string":"*"}}'),
}  # fmt: skip


@pytest.mark.parametrize(("line", "response", "flaw"), FLAWS.values(), ids=FLAWS)
def test_what_is_wrong_is_told_with_its_line(tmp_path, line, response, flaw):
    """As for a cassette of ours: the file, the line, what was found, what to do."""
    path = tmp_path / "c.yaml"
    path.write_text(
        f"interactions:\n- request: {{method: GET, uri: {URL}}}\n  {response}\nversion: 1\n"
    )
    with pytest.raises(CassetteReadError) as caught:
        read_cassette(path)
    remedy = f"mend it, or get the committed file back: git checkout -- {path}; or delete the file"
    record = "then run the test with --logprobs-record=once"
    assert str(caught.value) == f"{path}:{line}: interactions[0].{flaw}; {remedy}, {record}"
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("text", "line", "flaw"),
    [
        ("interactions: []\n", 1,
         "the text breaks off after 'interactions: []': it says no version; mend it"),
        ("interactions:\n- request: {\n", 3, "no YAML: "),
        ("interactions:\n- 'a\n", 3, "no YAML: found unexpected end of stream"),
        ("interactions: []\nversion: 1\n\x07", 3, "no YAML"),
        ("interactions:\n- &a [*a]\nversion: 1\n", 1, "nested too deeply, or in itself"),
        ("interactions: []\n? [a]\n: b\nversion: 1\n", 2, "expected a text as key"),
        ("interactions: {}\nversion: 1\n", 1, "interactions: expected a list, got {}"),
        ("interactions: []\nversion: 2\n", 2, 'version: expected 1, got "2"'),
        ("interactions:\n- !!python/object/apply:os.system [ls]\nversion: 1\n", 2,
         "'!!python/object/apply:os.system' is not read: it may run code"),
        ("interactions:\n- !!python/name:os.system ''\nversion: 1\n", 2,
         "'!!python/name:os.system' is not read: it may run code"),
        ("interactions:\n- parsed_body: [.inf]\nversion: 1\n", 2, "expected JSON, got '.inf'"),
        ("interactions:\n- parsed_body: [!!binary YQ==]\nversion: 1\n", 2,
         "'!!binary' is not read: it may run code"),
        ("- request:\n    method: GET\n", 1,
         "a cassette of vcrpy before 1.0, which python -m vcr.migration FILE brings up to date"),
        ('[{"request": {}}]', 1,
         "a cassette of vcrpy before 1.0, which python -m vcr.migration FILE brings up to date"),
        ('{"version": 1, "interactions": [{}]}', 1,
         'interactions[0]: expected the key "request"'),
        (f"interactions:\n- {'[' * 100_000}", 1, "nested too deeply, or in itself"),
        ("interactions:\n- <<: {a: b}\nversion: 1\n", 2, "expected a text as key"),
        ("interactions:\n- !!python/object/apply:builtins.iter [[a]]\nversion: 1\n", 2,
         "'!!python/object/apply:builtins.iter' is not read: it may run code"),
    ],
)  # fmt: skip
def test_what_is_no_cassette(text, line, flaw):
    """It is never taken for an empty one, and no code in it ever runs."""
    assert refusal(text).startswith(f"c.yaml:{line}: {flaw}")


def test_aliases_of_aliases():
    """However often they repeat each other, no file fills the memory."""
    tens = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30))
    told = refusal(f"interactions: []\na0: &a0 [1]\n{tens}version: 1\n")
    assert told.startswith("c.yaml:2: its aliases repeat this too often; mend it")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("uri", "http://a/\ud800", "a text"),
        ("headers", {"a": "\ud800"}, "an object of texts or lists of texts"),
        ("headers", {"\ud800": ["a"]}, "an object of texts or lists of texts"),
        ("headers", {"a": [["b"]]}, "an object of texts or lists of texts"),
        ("headers", {"a": {"b": "c"}}, "an object of texts or lists of texts"),
    ],
)
def test_what_no_request_can_hold(name, value, expected):
    """It is told when it is read, not when it is to be written."""
    request = {"method": "GET", "uri": "http://a", name: value}
    interactions = [{"request": request, "response": {"status": 200}}]
    got = json.dumps(value, separators=(",", ":"))
    told = refusal(json.dumps({"version": 1, "interactions": interactions}))
    flaw = f"interactions[0].request.{name}: expected {expected}, got {got}"
    assert told.startswith(f"c.yaml:1: {flaw}; mend it")
