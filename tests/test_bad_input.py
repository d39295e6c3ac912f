"""Bodies that are no answer, or hardly one: what the error says, and that it is one of ours."""

import gzip
import json
from pathlib import Path

import pytest
from looking import looked_at

from pytest_logprobs import (
    LogprobsError,
    MalformedResponseError,
    MissingLogprobsError,
    UnknownFormatError,
    parse,
)

RECORDINGS = Path(__file__).parent / "recordings"
CHAT = (RECORDINGS / "chat.json").read_bytes()
STREAM = (RECORDINGS / "completion-stop-stream.sse").read_bytes()
CUT = CHAT[:100].decode()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "$: the body is empty"),
        ("\ufeff \r\n", "$: the body is empty"),
        (
            b"Service Unavailable",
            "$: the body is no JSON (Expecting value at character 0): Service Unavailable",
        ),
        (b"{} trailing", "$: the body is no JSON (Extra data at character 3): {} trailing"),
        (
            "\n<!DOCTYPE html>\n<title>502 Bad Gateway</title>",
            (
                "$: the body is a web page, not JSON: "
                "<!DOCTYPE html>\\n<title>502 Bad Gateway</title>"
            ),
        ),
        (
            "<HTML><body>" + "x" * 100,
            "$: the body is a web page, not JSON: <HTML><body>" + "x" * 47 + "…",
        ),
        ("<?xml version='1.0'?>", "$: the body is a web page, not JSON: <?xml version='1.0'?>"),
        (
            gzip.compress(CHAT[:99], mtime=0),
            "$: the body is compressed (gzip): decompress it, or give the client's response",
        ),
        (b'{"a": "\xff\x1b"}', '$: the body is no UTF-8 text: {"a": "\ufffd\\x1b"}'),
        (CUT, '$: the JSON breaks off after 100 bytes: …ompletion","created":179540975'),
        ('{"choices": [', '$: the JSON breaks off after 13 bytes: …{"choices": ['),
        ("[" * 300, "$: the JSON breaks off after 300 bytes: …" + "[" * 30),
        (
            '{"index": 1' + "0" * 5000 + "}",
            '$: the JSON holds an integer too long to be read: {"index": 1' + "0" * 48 + "…",
        ),
        ("data: {}\n\ndata: {", "$[1]: the JSON breaks off after 1 bytes: …{"),
        ("data: {}\ndata: x", "$[1]: the body is no JSON (Expecting value at character 0): x"),
        (
            'data: {}\n\n{"error": "gone"}\n\n',
            '$: between the events of the stream stands: {"error": "gone"}',
        ),
        ("{}\n{}\n{}\n{", "$[3]: the JSON breaks off after 1 bytes: …{"),
        ("{}\nnot JSON", "$[1]: the body is no JSON (Expecting value at character 0): not JSON"),
    ],
)
def test_bodies_that_are_no_json(body, message):
    """What is no JSON is named for what it looks like, with the place where that is."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(body)
    assert str(caught.value) == message


def test_truncated_body():
    """A body that was cut off is an error wherever it was cut."""
    for size in range(len(CHAT)):
        with pytest.raises(MalformedResponseError) as caught:
            parse(CHAT[:size])
        said = f"$: the JSON breaks off after {len(CHAT[:size].strip())} bytes: "
        assert str(caught.value).startswith(said if size else "$: the body is empty")


@pytest.mark.parametrize("end", ["-", "1.", "1.5e", "1.5e-", "t", "tru", "fals", "nul", '"\\u12'])
def test_cut_inside_of_a_value(end):
    """A number, a word and an escape may be what breaks off."""
    body = f'{{"logprob": {end}'
    with pytest.raises(MalformedResponseError) as caught:
        parse(body)
    assert str(caught.value) == f"$: the JSON breaks off after {len(body)} bytes: …{body}"


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("Oslo!", "; give the response, not its text"),
        (["Oslo", "!"], "; give the response, not its text"),
        ("answer.json", "; if it names a file, give what that holds, path.read_bytes()"),
    ],
)
def test_text_of_an_answer(said, hint):
    """Whoever gives the answer's text, or the name of a file, is told what to give instead."""
    text = "\\n".join([said] if isinstance(said, str) else said)
    with pytest.raises(MalformedResponseError) as caught:
        parse(said)
    problem = f"the body is no JSON (Expecting value at character 0): {text}"
    assert str(caught.value) == f"$: {problem}{hint}"


def test_path_of_a_file():
    """A path is no response."""
    with pytest.raises(UnknownFormatError) as caught:
        parse(RECORDINGS / "chat.json")
    assert str(caught.value).endswith("names a file: give what that holds, path.read_bytes()")


PARTS = {
    "a message": {"role": "assistant", "content": "Yes", "refusal": None},
    "an item of OpenAI's Responses": {"type": "message", "role": "assistant", "content": []},
    "a choice without its logprobs": {"index": 0, "message": {}, "finish_reason": "stop"},
    "a choice of a chunk": {"index": 0, "delta": {}, "finish_reason": None, "logprobs": None},
    "Gemini's candidate": {"content": {"parts": []}, "finishReason": "STOP"},
    "SGLang's": {"id": "x", "finish_reason": {"type": "stop"}, "prompt_tokens": 5},
}


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_part_of_a_response(part):
    """What was taken out of a response is named as that."""
    with pytest.raises(UnknownFormatError) as caught:
        parse(part)
    said = "; this looks like a part of a response: give the whole response"
    assert str(caught.value).endswith(said)


def test_truncated_stream():
    """A stream that was cut off is an error, or the answer as far as it came."""
    whole = parse(STREAM)
    for size in range(len(STREAM)):
        read = looked_at(STREAM[:size])
        if not isinstance(read, LogprobsError):
            assert [token.logprob for token in read[0]] == [
                token.logprob for token in whole[: len(read[0])]
            ]


@pytest.mark.parametrize(
    "logprobs",
    [None, {}, [], {"content": None}, {"content": []}, {"content": [], "refusal": []}],
)
def test_answers_without_numbers(logprobs):
    """However a server says that it has none, an answer with text lacks its log-probabilities."""
    response = json.loads(CHAT)
    response["choices"][0]["logprobs"] = logprobs
    assert type(looked_at(response)) is MissingLogprobsError
    del response["choices"][0]["logprobs"]
    assert type(looked_at(json.dumps(response))) is MissingLogprobsError


MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"padding": "' + b"x" * 50 * MEGABYTE + b'", ' + CHAT[1:], tuple),
        (b'{"padding": "' + b"x" * 50 * MEGABYTE, MalformedResponseError),
        (b"x" * 50 * MEGABYTE, MalformedResponseError),
        (b"[" * 50 * MEGABYTE, MalformedResponseError),
        (b"data: " + b"x" * 50 * MEGABYTE, MalformedResponseError),
    ],
    ids=["answer", "cut off", "text", "nested", "event"],
)
def test_body_of_50_megabytes(body, expected):
    """The size of a body is no reason to fail."""
    assert type(looked_at(body)) is expected


def nested(levels, *, key=None):
    """Make a list in a list in a list …, or an object in an object."""
    value = None
    for _ in range(levels):
        value = [value] if key is None else {key: value}
    return value


@pytest.mark.parametrize("levels", [300, 10_000])
@pytest.mark.parametrize(
    "at", [(), (0,), (0, "logprobs"), (0, "logprobs", "content"), (0, "logprobs", "content", 0),
           (0, "message"), (0, "message", "content"), (0, "index"),
           (0, "logprobs", "content", 0, "logprob"), (0, "logprobs", "content", 0, "top_logprobs")]
)  # fmt: skip
def test_deep_nesting(levels, at):
    """Neither text nor Python objects are too deep for an error of ours."""
    for value in (nested(levels), nested(levels, key="choices")):
        response = json.loads(CHAT)
        node, *keys = "choices", *at
        parent = response
        for key in keys:
            parent, node = parent[node], key
        parent[node] = value
        looked_at(response)
        looked_at(nested(levels, key="model") | response)
    text = CHAT.replace(b'"index":0', b'"index":' + b"[" * levels + b"]" * levels)
    assert isinstance(looked_at(text), MalformedResponseError)
    deep = b"[" * levels + b"]" * levels
    assert isinstance(looked_at(deep), (MalformedResponseError, UnknownFormatError))
