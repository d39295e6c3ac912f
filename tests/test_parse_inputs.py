"""What may hold a response: bodies as text, decoded JSON, objects of SDKs and HTTP clients."""

import asyncio
import dataclasses
import io
import json
from types import SimpleNamespace

import pydantic
import pytest

from pytest_logprobs import LogprobsError, UnknownFormatError, parse

ENTRY = {"token": "Yes", "logprob": -0.5, "bytes": None, "top_logprobs": []}
ANSWER = {"choices": [{"message": {"content": "Yes"}, "logprobs": {"content": [ENTRY]}}]}
BODY = json.dumps(ANSWER)
EXPECTED = parse(ANSWER)
EXPECTED_STREAM = "Yes."


def chunk(token):
    """Make a chunk of a stream."""
    logprobs = {"content": [{**ENTRY, "token": token}]}
    return {"choices": [{"index": 0, "delta": {"content": token}, "logprobs": logprobs}]}


CHUNKS = [chunk("Yes"), chunk(".")]
LINES = [json.dumps(each) for each in CHUNKS]


@pytest.mark.parametrize(
    "body",
    [
        BODY,
        BODY.encode(),
        bytearray(BODY.encode()),
        f"\n\t {BODY}\r\n ",
        json.dumps(ANSWER, indent=2),
        f"\ufeff{BODY}",
        b"\xef\xbb\xbf" + BODY.encode(),
        f"[{BODY}]",
        f"data: {BODY}",
        ANSWER,
        [ANSWER],
        (ANSWER,),
        iter([ANSWER]),
        [BODY],
        [BODY.encode()],
    ],
)
def test_answer_in_one_piece(body):
    """A body is bytes or text, or decoded JSON, also alone in a list."""
    assert parse(body) == EXPECTED


@pytest.mark.parametrize(
    "body",
    [
        "data: {0}\n\ndata: {1}\n\ndata: [DONE]\n\n",
        "data: {0}\r\n\r\ndata: {1}\r\n\r\ndata: [DONE]\r\n\r\n",
        "data: {0}\r\rdata: {1}\r\r",
        "data:{0}\n\ndata:{1}\n\n",  # TGI: no space
        "data: {0}\n\ndata: {1}",  # no line break at the end
        "data: {0}\ndata: {1}\ndata: [DONE]\n",  # no blank lines
        ": OPENROUTER PROCESSING\n\ndata: {0}\n\n: still there\n\ndata: {1}\n\n",
        "event: message\nid: 1\nretry: 10\ndata: {0}\n\nevent: message\ndata: {1}\n\n",
        "id: 1\ndata: {0}\n\n\n\n\ndata: {1}\n\n",
        "retry: 10\n\ndata:\n\ndata: {0}\n\nevent: ping\n\ndata: {1}\n\n",
        "\ufeffdata: {0}\n\ndata: {1}\n\n",
        "{0}\n{1}\n",  # lines of JSON
        "{0}\r\n{1}",
        "{0}\n\n{1}\n[DONE]",
        "[{0}, {1}]",
    ],
)
def test_streams_as_text(body):
    """A stream's text is server-sent events, lines of JSON, or a list, of either line ending."""
    text = body.replace("{0}", LINES[0]).replace("{1}", LINES[1])
    assert parse(text).text == EXPECTED_STREAM
    assert parse(text.encode()).text == EXPECTED_STREAM


def test_event_over_several_lines():
    """The lines of data of one event belong together."""
    event = json.dumps(CHUNKS[0], indent=1).replace("\n", "\ndata: ")
    assert parse(f"data: {event}\n\ndata: {LINES[1]}\n\n").text == EXPECTED_STREAM


def test_text_of_any_characters():
    """Text is Unicode, with escapes, lone surrogates (as such and escaped) and null characters."""
    said = "é🍎\ud800\x00\u2028"
    response = json.loads(BODY)
    response["choices"][0]["message"]["content"] = said
    for escaped in (True, False):
        assert parse(json.dumps(response, ensure_ascii=escaped)).text == said


def test_duplicate_keys():
    """Of a key that stands there twice the last value counts, as everywhere in Python."""
    assert parse(BODY.replace('"token"', '"token": "No", "token"')) == EXPECTED


def events():
    """Give the text of a stream of server-sent events."""
    return "".join(f"data: {line}\r\n\r\n" for line in LINES)


@pytest.mark.parametrize(
    "stream",
    [
        CHUNKS,
        tuple(CHUNKS),
        iter(CHUNKS),
        (each for each in CHUNKS),
        LINES,
        (f"data: {line}" for line in LINES),  # httpx: response.iter_lines()
        [line.encode() for line in events().splitlines()],  # requests
        (events()[at : at + 7].encode() for at in range(0, len(events()), 7)),  # iter_bytes()
    ],
)
def test_streams_as_chunks(stream):
    """A stream's chunks come as a list or an iterator, decoded, or as lines or pieces of text."""
    assert parse(stream).text == EXPECTED_STREAM


class Dumped:
    """An SDK's object by its shape; ``name`` is what its method is called."""

    def __init__(self, name, value):
        setattr(self, name, lambda: value)


class Model(pydantic.BaseModel, extra="allow"):
    """What an SDK's model is: lenient, and typed otherwise than the wire."""

    choices: list[str]


@dataclasses.dataclass
class Choices:
    """An SDK's object as a dataclass."""

    choices: list[object]


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda value: Dumped("model_dump", value),
        lambda value: Dumped("to_dict", value),
        lambda value: Dumped("dict", value),
        lambda value: Choices(**value),
        lambda value: Model.model_construct(**value),  # its dump warns: an error here
    ],
)
def test_objects_of_sdks(wrapped):
    """An SDK's object is known by its method or by being a dataclass, chunk by chunk too."""
    assert parse(wrapped(ANSWER)) == EXPECTED
    assert parse([wrapped(each) for each in CHUNKS]).text == EXPECTED_STREAM
    assert parse(wrapped(each) for each in CHUNKS).text == EXPECTED_STREAM


class Reader:
    """A response that is read like a file, once."""

    def __init__(self, body):
        self._file = io.BytesIO(body)
        self.content = self._file  # aiohttp: a reader of its own, not the body

    def read(self):
        """Give the body."""
        return self._file.read()


@pytest.mark.parametrize(
    "response",
    [
        SimpleNamespace(content=BODY.encode()),  # httpx, requests
        SimpleNamespace(data=BODY.encode()),  # urllib3
        SimpleNamespace(content=object(), _body=BODY.encode()),  # aiohttp, once it is read
        SimpleNamespace(body=BODY),
        io.BytesIO(BODY.encode()),
        io.StringIO(BODY),
        Reader(BODY.encode()),
    ],
)
def test_responses_of_http_clients(response):
    """A response whose body was read, and an open file, are known by where the body is."""
    assert parse(response) == EXPECTED


class NotRead:
    """A streamed response of httpx."""

    @property
    def content(self):
        """Refuse, as httpx does."""
        message = "Attempted to access streaming response content, without having called `read()`."
        raise RuntimeError(message)


class Asynchronous:
    """A response of aiohttp that is not read."""

    _body = None

    async def read(self):
        """Read the body."""


class Task:
    """What is awaited otherwise than a coroutine."""

    def __await__(self):
        """Wait."""


class Chunks:
    """An asynchronous stream."""

    async def __aiter__(self):
        """Give the chunks."""
        for each in CHUNKS:
            yield each


HOLDS_NONE = (
    "holds no response: give the body (bytes, str, decoded JSON), the SDK's object, a response "
    "whose body was read, or the list of a stream's chunks"
)


@pytest.mark.parametrize(
    ("response", "message"),
    [
        (
            NotRead(),
            "the body of this NotRead is not read yet: call .read(), or await .aread(), first",
        ),
        (Asynchronous(), "the body of this Asynchronous is not read yet: await .read() first"),
        (
            Chunks(),
            f"{Chunks.__module__}.Chunks is an asynchronous stream: collect its chunks in a list",
        ),
        (Task(), "the response is a coroutine: await it first"),
        (EXPECTED, "this Completion is parsed already: give the response"),
        ([EXPECTED.span("Yes")], "this Span is parsed already: give the response"),
        (EXPECTED[0], "this Token is parsed already: give the response"),
        (object(), f"builtins.object {HOLDS_NONE}"),
        (None, f"builtins.NoneType {HOLDS_NONE}"),
        (7, f"builtins.int {HOLDS_NONE}"),
        (Dumped, f"builtins.type {HOLDS_NONE}"),
    ],
)
def test_what_holds_no_response(response, message):
    """The error says what was given and what to give or do instead."""
    with pytest.raises(UnknownFormatError) as caught:
        parse(response)
    assert str(caught.value) == message


def test_file_that_is_closed(tmp_path):
    """A file that cannot be read is an error of ours that says why."""
    path = tmp_path / "body.json"
    path.write_bytes(b"\xff")
    with path.open(encoding="utf-8") as file, pytest.raises(LogprobsError) as caught:
        parse(file)
    assert str(caught.value) == (
        "the body of this TextIOWrapper cannot be read: UnicodeDecodeError: 'utf-8' codec can't "
        "decode byte 0xff in position 0: invalid start byte"
    )


def test_dump_that_fails():
    """An object whose dump fails is an error of ours, with the reason."""

    class Broken:
        def model_dump(self):
            message = "no\nschema"
            raise RuntimeError(message)

    with pytest.raises(LogprobsError) as caught:
        parse(Broken())
    assert str(caught.value) == (
        "$: the dump of this test_dump_that_fails.<locals>.Broken failed: RuntimeError: no\\nschema"
    )


def test_coroutine():
    """What an asynchronous client gives is awaited first, and its stream collected."""

    async def ask():
        chunks = Chunks()
        return [each async for each in chunks]

    with pytest.raises(UnknownFormatError) as caught:
        parse(ask())
    assert str(caught.value) == "the response is a coroutine: await it first"
    assert parse(asyncio.run(ask())).text == EXPECTED_STREAM
