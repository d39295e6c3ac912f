"""Cassettes that cannot be read: each says what is wrong, in which line, and what to do."""

from __future__ import annotations

import json
import pickle
import shlex

import pytest

from pytest_logprobs import CassetteReadError
from pytest_logprobs.cassettes._file import cassette_text, read_cassette
from pytest_logprobs.cassettes._layout import Raw

RECORD = "delete the file, then run the test with --logprobs-record=once"
FOREIGN = f"move it out of the way, or {RECORD}"
GOOD = cassette_text(
    True,
    [
        {
            "request": {
                "method": "POST",
                "url": "http://127.0.0.1:8000/v1/chat/completions",
                "headers": {"accept": ["*/*", "text/html"]},
                "json": Raw(r'{"model": "m", "prompt": {"\n": ["naïve", "漢字 \"🍕\" \ud83d"]}}'),
            },
            "response": {
                "status": 200,
                "events": [
                    {"event": "delta", "data": Raw('{"logprob": -0.0}')},
                    {"text": "[DONE]"},
                ],
            },
            "recorded": {"at": "2026-11-23T08:00:00Z"},
        },
        {
            "request": {"method": "GET", "url": "http://127.0.0.1:8000/health"},
            "response": {"status": 503, "text": {"\n": ["busy", ""]}},
        },
    ],
)


def damaged(path):
    """Return what to do about a damaged cassette."""
    restored = f"get the committed file back: git checkout -- {shlex.quote(str(path))}"
    return f"mend it, or {restored}; or {RECORD}"


def refusal(path):
    """Return the error for a file, which is afterwards as it was."""
    before = path.read_bytes()
    with pytest.raises(CassetteReadError) as caught:
        read_cassette(path)
    assert path.read_bytes() == before
    copied = pickle.loads(pickle.dumps(caught.value))
    assert (str(copied), vars(copied)) == (str(caught.value), vars(caught.value))
    assert caught.value.path == str(path)
    return caught.value


@pytest.fixture
def path(tmp_path):
    """A file whose name a shell would not leave alone."""
    return tmp_path / "test_a[b c].json"


def edited(**changes):
    """Return the text of a cassette with other values at its top."""
    document = {"format": "pytest-logprobs cassette", "version": 1, "complete": True}
    changed = {**document, "interactions": [], **changes}
    return json.dumps({key: value for key, value in changed.items() if value is not None})


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        pytest.param("", 1, "the file is empty", id="empty"),
        pytest.param(" \n\n", 1, "the file is empty", id="blank"),
        pytest.param(
            '{\n  "format": "pytest-logprobs cassette",\n  "ver',
            3,
            "the text breaks off after '\"ver'",
            id="in-a-text",
        ),
        pytest.param(
            '{\n  "format": "pytest-logprobs cassette",\n  "complete": tr\n',
            3,
            "the text breaks off after '\"complete\": tr'",
            id="in-a-word",
        ),
        pytest.param('{"a": [1,', 1, """the text breaks off after '{"a": [1,'""", id="in-a-list"),
        pytest.param(
            '{\n  "version": 1,\n<<<<<<< HEAD\n  "complete": true,\n=======\n>>>>>>> x\n}\n',
            3,
            "an unresolved merge conflict (<<<<<<<)",
            id="conflict",
        ),
        pytest.param(
            '{\n  "version": 1 2,\n=======\n}\n',
            3,
            "an unresolved merge conflict (=======)",
            id="half-a-conflict",
        ),
        pytest.param(
            '{"interactions": [\n{"request": {"json": {"a" 1}}}\n]}',
            2,
            "no JSON at '1}}}\\n]}': Expecting ':' delimiter",
            id="no-json",
        ),
        pytest.param('{\n"a" 1}', 2, "no JSON at '1}': Expecting ':'", id="no-colon"),
        pytest.param('{\n"a": 1 2}', 2, "no JSON at '2}': Expecting ',' or '}'", id="no-comma"),
        pytest.param(
            "{\n'a': 1}", 2, "no JSON at ''a': 1}': Expecting a key in double quotes", id="quotes"
        ),
        pytest.param('{}\n{"a": 1}', 2, """no JSON at '{"a": 1}': Extra data""", id="two"),
        pytest.param('{"a":\n[NaN]}', 2, "no JSON at '[NaN]}': NaN", id="nan"),
        pytest.param(
            f'{{\n"a": {"[" * 100_000}{"]" * 100_000}}}',
            2,
            f"no JSON at '{'[' * 37}…': nested too deeply",
            id="deep",
        ),
        pytest.param(
            edited(extra=1),
            1,
            "unknown key 'extra'; known are format, version, complete, interactions, checksum",
            id="extra",
        ),
        pytest.param(edited(version="1"), 1, 'version: expected 1, got "1"', id="version-text"),
        pytest.param(edited(version=0), 1, "version: expected 1, got 0", id="version-0"),
        pytest.param(edited(version=1.0), 1, "version: expected 1, got 1.0", id="version-1.0"),
        pytest.param(edited(version=None), 1, 'expected the key "version"', id="no-version"),
        pytest.param(
            edited(complete="yes"), 1, 'complete: expected true or false, got "yes"', id="complete"
        ),
        pytest.param(
            edited(interactions={}), 1, "interactions: expected a list, got {}", id="no-list"
        ),
        pytest.param(
            '{"format": "pytest-logprobs cassette",\n"format": "pytest-logprobs cassette"}',
            2,
            'the key "format" is there twice',
            id="twice",
        ),
    ],
)
def test_damaged(path, text, line, problem):
    """What is damaged is told with its line, and can be mended, restored or recorded again."""
    path.write_text(text, "utf-8", newline="\n")
    error = refusal(path)
    assert str(error) == f"{path}:{line}: {problem}; {damaged(path)}"
    assert error.line == line


WRONG = {
    "status-text": ("200", '"200"', 22, 'response.status: expected a number, got "200"'),
    "no-status": ('"status": 200,', "", 21, 'response: expected the key "status"'),
    "method-null": (
        '"method": "POST"',
        '"method": null',
        8,
        "request.method: expected a text, got null",
    ),
    "method-number": (
        '"method": "POST"',
        '"method": 1.50',
        8,
        "request.method: expected a text, got 1.50",
    ),
    "half-a-character": (
        '"POST"',
        r'"\ud83d"',
        8,
        r'request.method: expected a text, got "\ud83d"',
    ),
    "headers": (
        '["*/*", "text/html"]',
        "[1]",
        10,
        'request.headers: expected an object of texts or lists of texts, got {"accept":[1]}',
    ),
    "body-misspelled": (
        '"json"',
        '"jsn"',
        7,
        "request: unknown key 'jsn'; known are method, url, headers, events, text, base64, json",
    ),
    "two-bodies": (
        '"json"',
        '"text": "", "json"',
        7,
        "request: expected one body, got json and text",
    ),
    "body-twice": ('"json"', '"json": 1, "json"', 11, 'request: the key "json" is there twice'),
    "event-number": (
        '{"text": "[DONE]"}',
        "1",
        23,
        "response.events[1]: expected an object, got 1",
    ),
    "event-misspelled": (
        '{"text": "[DONE]"}',
        '{"txt": "[DONE]"}',
        23,
        "response.events[1]: unknown key 'txt'; known are comment, event, id, retry, text, data",
    ),
    "recorded": (
        '{"at": "2026-11-23T08:00:00Z"}',
        "[]",
        25,
        "recorded: expected an object, got []",
    ),
    "base64-cut": (
        '"json": {',
        '"base64": "YQ=", "x": {',
        11,
        'request.base64: expected base64, got "YQ="',
    ),
    "base64-object": (
        '"json": {',
        '"base64": {}, "x": {',
        11,
        "request.base64: expected base64, got {}",
    ),
    "lines": (
        '"json": {',
        r'"text": {"\n": "a"}, "x": {',
        11,
        r'request.text: expected a text, or {"\n": [its lines]}, got {"\n":"a"}',
    ),
}


@pytest.mark.parametrize(("old", "new", "line", "problem"), WRONG.values(), ids=WRONG)
def test_wrong_values(path, old, new, line, problem):
    """A value that has another type, or a member of another name, is told with its path."""
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    path.write_text(text, "utf-8", newline="\n")
    error = refusal(path)
    assert str(error) == f"{path}:{line}: interactions[0].{problem}; {damaged(path)}"


@pytest.mark.parametrize(
    ("data", "line", "problem"),
    [
        (b"\xef\xbb\xbf{}", 1, "a byte order mark stands before the text"),
        (
            "{\n}".encode("utf-16-le"),
            1,
            "no JSON at '\\x00\\n\\x00}\\x00': Expecting a key in double quotes",
        ),
        (b'{\n"na\xefve": 1}', 2, "no UTF-8 text (the bytes ef)"),
        ('{\n\n"é'.encode()[:-1], 3, "the text breaks off within a character"),
    ],
    ids=["bom", "utf-16", "latin-1", "cut"],
)
def test_no_utf_8(path, data, line, problem):
    """Bytes that are no plain UTF-8 text are told with their line."""
    path.write_bytes(data)
    error = refusal(path)
    assert str(error) == f"{path}:{line}: {problem}; {damaged(path)}"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"choices": []}', 'no cassette of pytest-logprobs: "format" is missing'),
        ('{"format": "HAR"}', 'no cassette of pytest-logprobs: "format" is "HAR"'),
        ("[]", "no cassette of pytest-logprobs: the JSON is no object"),
    ],
    ids=["response", "format", "list"],
)
def test_foreign(path, text, problem):
    """What another program wrote is named as such."""
    path.write_text(text, "utf-8")
    assert str(refusal(path)) == f"{path}:1: {problem}; {FOREIGN}"


def test_newer(path):
    """A cassette of a later version asks for a later version, whatever else it holds."""
    text = '{\n"format": "pytest-logprobs cassette",\n"version": 2,\n"interactions": {"a": 1}}'
    path.write_text(text, "utf-8")
    problem = "a cassette of version 2; this pytest-logprobs reads 1"
    remedy = f"upgrade pytest-logprobs, or {RECORD}"
    assert str(refusal(path)) == f"{path}:3: {problem}; {remedy}"


def test_a_name_too_long_is_no_file(tmp_path):
    """Nobody can have written one that the file system does not take."""
    assert read_cassette(tmp_path / f"{'x' * 300}.yaml") is None
