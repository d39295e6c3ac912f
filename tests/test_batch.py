"""Batches: a file with a response on each line, and an error for each line that has none."""

from __future__ import annotations

import json
import pickle
from io import BytesIO, StringIO

import pytest

from pytest_logprobs import MalformedResponseError, ResponseError, parse_all
from pytest_logprobs._batch import BatchLine, parse_batch


def chat(text):
    """Return an answer of one token."""
    entry = {"token": text, "logprob": -0.5}
    return {"choices": [{"message": {"content": text}, "logprobs": {"content": [entry]}}]}


def line(text, custom_id="a"):
    """Return a line of OpenAI's."""
    body = {"status_code": 200, "request_id": "r", "body": chat(text)}
    return {"id": "batch_req_1", "custom_id": custom_id, "response": body, "error": None}


def written(*lines):
    """Return lines of JSON."""
    return "".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in lines)


LINES = written(line("Paris\u2028é"), line("Rome", "b"))


def told(lines):
    """Return what there is to say of each line."""
    return [
        (each.number, each.custom_id, each.error and str(each.error)) for each in parse_batch(lines)
    ]


FORMS = {
    "its path": lambda path: path,
    "its path as a text": str,
    "its bytes": lambda path: path.read_bytes(),
    "its text": lambda path: path.read_text("utf-8"),
    "a file opened as text": lambda path: StringIO(path.read_text("utf-8"), newline="\n"),
    "a file opened as bytes": lambda path: BytesIO(path.read_bytes()),
    "its lines": lambda path: path.read_text("utf-8").split("\n"),
    "an iterator of its lines": lambda path: iter(path.read_bytes().split(b"\n")),
    "its decoded lines": lambda path: map(json.loads, path.read_bytes().splitlines()),
    "its text after a byte order mark": lambda path: "\ufeff" + path.read_text("utf-8"),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_whatever_gives_the_lines(tmp_path, form):
    """A line ends where the file says so, and at no separator inside of a text."""
    path = tmp_path / "output.jsonl"
    path.write_bytes(LINES.encode())
    first, second = parse_batch(form(path))
    assert (first.number, first.custom_id, first.error) == (1, "a", None)
    assert [each.text for each in first.completions] == ["Paris\u2028é"]
    assert (second.number, second.custom_id) == (2, "b")
    assert second.completions[0].format == "openai-chat"


def test_a_file_that_is_not_there(tmp_path):
    """Opening is the caller's business, as with ``open``."""
    with pytest.raises(FileNotFoundError):
        next(parse_batch(tmp_path / "no.jsonl"))


def test_nothing():
    """An empty file has no lines."""
    assert list(parse_batch(b"")) == list(parse_batch([])) == []


def test_each_line_has_its_own_error():
    """Blank lines are counted and passed over; one that breaks off is alone in that."""
    lines = f'{written(line("A"))}\n \r\nnothing\n{written(line("B", "b"))}{{"custom_id": "c'
    assert told(lines) == [
        (1, "a", None),
        (
            4,
            None,
            "line 4: $: the body is no JSON (Expecting value at character 0): nothing",
        ),
        (5, "b", None),
        (6, None, 'line 6: $: the JSON breaks off after 16 bytes: …{"custom_id": "c'),
    ]


def test_the_completions_of_a_line_with_an_error_raise_it():
    """Each time, and it is the one that the line has; it can be pickled with it."""
    broken = line("A")
    broken["response"]["body"]["choices"][0]["logprobs"]["content"][0]["logprob"] = "x"
    (found,) = parse_batch([broken])
    for _ in range(2):
        with pytest.raises(MalformedResponseError) as caught:
            _ = found.completions
        assert caught.value is found.error
    path = "$.response.body.choices[0].logprobs.content[0].logprob"
    assert caught.value.path == path
    message = f'line 1: {path}: expected a number or null, got a string "x"'
    assert str(caught.value) == message
    assert str(pickle.loads(pickle.dumps(found)).error) == message


def test_an_error_keeps_nothing_of_its_line():
    """It may be kept when the line is long gone: no frame and no text of it stay in memory."""
    (found,) = parse_batch(['{"custom_id": '])
    assert (found.error.__traceback__, found.error.__context__) == (None, None)


def test_how_a_line_is_shown():
    """On one short line, whatever it holds."""
    two = chat("A")["choices"] * 2
    several = [{**two[0], "index": 0}, {**two[1], "index": 1}]
    lines = [line("A"), {"choices": several}, {"custom_id": "b" * 99, "error": "x"}, 3]
    assert list(map(repr, parse_batch(lines))) == [
        "<BatchLine 1 'a' 1 completion>",
        "<BatchLine 2 2 completions>",
        f"<BatchLine 3 '{'b' * 37}…' ResponseError>",
        "<BatchLine 4 UnknownFormatError>",
    ]
    assert isinstance(next(parse_batch(lines)), BatchLine)


FAILED = {
    "OpenAI: the request was refused": (
        {
            "custom_id": "a",
            "response": {
                "status_code": 400,
                "body": {"error": {"message": "No such model", "code": "model_not_found"}},
            },
            "error": None,
        },
        " at $.response.body is the provider's error (model_not_found): No such model",
    ),
    "OpenAI: the time was over": (
        {
            "custom_id": "a",
            "response": None,
            "error": {"code": "batch_expired", "message": "Not in time."},
        },
        " is the provider's error (batch_expired): Not in time.",
    ),
    "a status and the error in other words": (
        {"custom_id": "a", "response": {"status_code": 422, "body": {"detail": "too long"}}},
        " at $.response.body is the provider's error: too long",
    ),
    "a status and no error": (
        {"custom_id": "a", "response": {"status_code": 500, "body": None}},
        " at $.response is the provider's error (500): without a body",
    ),
    "a status and a text": (
        {"custom_id": "a", "response": {"status_code": 502, "body": "bad gateway"}},
        " at $.response is the provider's error (502): bad gateway",
    ),
    "a status beside what looks like an answer": (
        {"custom_id": "a", "response": {"status_code": 500, "body": {"choices": []}}},
        ' at $.response is the provider\'s error (500): an object {"choices": []}',
    ),
    "vLLM: the error beside the status": (
        {
            "custom_id": "a",
            "response": {"status_code": 400, "request_id": "r", "body": None},
            "error": {"error": {"message": "too long", "type": "BadRequestError", "code": 400}},
        },
        " at $.error is the provider's error (400): too long",
    ),
    "vLLM: what was asked cannot be answered in a batch": (
        {"custom_id": "a", "response": {"status_code": 400, "body": None}, "error": "no stream"},
        " is the provider's error: no stream",
    ),
    "Vertex": (
        {
            "status": "Bad Request: too many",
            "processed_time": "2026-01-01T00:00:00Z",
            "request": {"contents": [], "key": "a"},
            "response": {},
        },
        " is the provider's error: Bad Request: too many",
    ),
    "Gemini, as a status alone": (
        {"custom_id": "a", "code": 3, "message": "too many"},
        " is the provider's error (3): too many",
    ),
    "Gemini": (
        {"key": "a", "error": {"code": 3, "message": "too many"}},
        " is the provider's error (3): too many",
    ),
    "Anthropic: the request was refused": (
        {
            "custom_id": "a",
            "result": {
                "type": "errored",
                "error": {
                    "type": "error",
                    "error": {"type": "invalid_request_error", "message": "too long"},
                },
            },
        },
        " at $.result.error is the provider's error (invalid_request_error): too long",
    ),
    "Anthropic: the time was over": (
        {"custom_id": "a", "result": {"type": "expired"}},
        " at $.result is the provider's error: expired",
    ),
}


@pytest.mark.parametrize(("content", "message"), FAILED.values(), ids=FAILED)
def test_a_request_that_failed(content, message):
    """The provider's error is that of its line, with the name of the request."""
    (found,) = parse_batch([content])
    assert found.custom_id == "a"
    assert isinstance(found.error, ResponseError)
    assert str(found.error) == f"line 1: the response{message}"
    with pytest.raises(ResponseError) as caught:
        parse_all(content)
    assert str(caught.value) == f"the response{message}"


@pytest.mark.parametrize(
    ("content", "custom_id"),
    [
        ({"key": "a", "custom_id": "b"}, "b"),
        ({"key": 1, "request": {"custom_id": None, "key": "a"}}, "a"),
        ({"request": ["key"]}, None),
        ({"custom_id": {"a": 1}}, None),
        ([{"custom_id": "a"}], None),
    ],
)
def test_the_name_of_a_request(content, custom_id):
    """It is a text, of the line or of the request that the line repeats."""
    (found,) = parse_batch([content])
    assert found.custom_id == custom_id


def test_a_line_of_nothing():
    """A line may hold neither an answer nor an error."""
    (found,) = parse_batch([{"custom_id": "a", "response": None, "error": None}])
    said = "line 1: $: the line of a batch holds neither an answer nor an error"
    assert str(found.error) == said


def test_a_request_that_failed_among_others():
    """Whoever reads a batch as a list of answers is told how to read the lines that are sound."""
    failed = {"custom_id": "b", "response": None, "error": {"message": "too long"}}
    with pytest.raises(ResponseError) as caught:
        parse_all(written(line("A"), failed))
    assert str(caught.value) == (
        "the response at $[1] is the provider's error: too long; parse_batch reads the other lines"
    )


def test_lines_are_read_when_they_are_asked_for():
    """An endless batch can be begun."""

    def endless():
        number = 0
        while True:
            number += 1
            yield json.dumps(line(str(number)))

    batch = parse_batch(endless())
    assert [next(batch).completions[0].text for _ in range(3)] == ["1", "2", "3"]
