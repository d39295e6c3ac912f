"""Bodies as a cassette holds them: CONTRACT §4, "the same values, not the same white space"."""

import gzip
import json
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_logprobs.cassettes._body import body_of, decompressed, stored_body
from pytest_logprobs.cassettes._layout import Raw, dumps, is_json, lay_out, lexemes

STREAM = "text/event-stream; charset=utf-8"
JSON_VALUES = st.recursive(
    st.one_of(st.none(), st.floats(allow_nan=False), st.text(st.characters(codec="utf-8"))),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from("\nab"), inner, max_size=3)
    ),
    max_leaves=10,
)
COMMENTS = [": ping", ":", ":  data: 1 ", ":\u2028"]
FIELDS = [
    "data: 1.0",
    "data:[DONE]",
    "data: { }",
    "data",
    "event: a",
    "id:1",
    "retry: 9",
    *COMMENTS,
]
STREAMS = st.lists(st.sampled_from([*FIELDS, "x: y", "", "", ""])).map("\n".join)
TYPES = st.sampled_from(["", "application/json", "text/event-stream", "text/plain", "image/png"])


def saved(stored):
    """Return what stands in the file: the JSON of a body laid out, the rest as it was."""
    if "json" in stored:
        return {"json": Raw(lay_out(stored["json"]))}
    if "events" in stored:
        events = [dict(each) for each in stored["events"]]
        for event in events:
            if "data" in event:
                event["data"] = Raw(lay_out(event["data"]))
        return {"events": events}
    return json.loads(dumps(stored))


def fields(stream):
    """Read a stream's fields and comments, in order, with the lexemes of what is JSON."""
    lines = [line.partition(":") for line in stream.decode().replace("\r\n", "\n").split("\n")]
    pairs = [
        (name, value.removeprefix(" ")) if name else (colon, value) for name, colon, value in lines
    ]
    kept = [pair for at, pair in enumerate(pairs) if pair[0] or (at and pairs[at - 1][0])]
    return [(name, list(lexemes(value)) if is_json(value) else value) for name, value in kept]


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (b"", "application/json", {}),
        (b'{"a": -0.0}\n', "application/json", {"json": '{"a": -0.0}\n'}),
        (b"1E5", "Application/Problem+JSON; charset=utf-8", {"json": "1E5"}),
        (rb'"a\nb"', "application/json", {"json": r'"a\nb"'}),
        # nobody said that it is JSON
        (b' {"a": 1}', "", {"json": ' {"a": 1}'}),
        (b"[1]", "application/octet-stream", {"json": "[1]"}),
        (b"[1]", "text/plain", {"text": "[1]"}),
        (b"12", "", {"text": "12"}),
        # nearly JSON
        (b"[NaN]", "application/json", {"text": "[NaN]"}),
        (b"[1]\x0b", "application/json", {"text": "[1]\x0b"}),
        (b"\xef\xbb\xbf[1]", "application/json", {"text": "\ufeff[1]"}),
        (b'{"a": 1}\n{"a": 2}\n', "application/x-ndjson",
         {"text": {"\n": ['{"a": 1}', '{"a": 2}', ""]}}),
        (b'"\xff"', "application/json", {"base64": "Iv8i"}),
        (rb'{"\n": ["a"]}', "application/json", {"text": r'{"\n": ["a"]}'}),
        (b"a\r\nb", "text/plain", {"text": {"\n": ["a\r", "b"]}}),
        (b"\x89PNG", "image/png", {"base64": "iVBORw=="}),
    ],
)  # fmt: skip
def test_what_is_stored(body, content_type, expected):
    """A body is stored as JSON, else as text, else as base64; and what is stored comes back."""
    stored = stored_body(body, content_type, lines=False)
    assert stored == expected
    assert {type(each) for each in stored.values()} <= {Raw} or "json" not in stored
    back = body_of(saved(stored))
    if "json" in stored:
        assert list(lexemes(back.decode())) == list(lexemes(body.decode()))
    else:
        assert back == body


def test_the_prompts_of_a_request_are_listed_by_their_lines():
    """A request has its texts line by line, and is sent as it was."""
    body = rb'{"messages": [{"role": "user", "content": "one\ntwo"}], "temperature": 0.0}'
    stored = stored_body(body, "application/json", lines=True)
    assert stored == {
        "json": '{"messages": [{"role": "user", "content": {"\\n": ["one", "two"]}}], '
        '"temperature": 0.0}'
    }
    assert body_of(stored) == body
    assert body_of({"method": "POST", "url": "http://127.0.0.1/"}) == b""


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b'data: {"a": 1.0}\n\ndata: [DONE]\n\n', [{"data": '{"a": 1.0}'}, {"text": "[DONE]"}]),
        # other spellings of the same stream
        (b'\n\ndata:{"a": 1.0}\r\n\r\n\r\ndata:[DONE]\r\n\r\n', [{"data": '{"a": 1.0}'},
         {"text": "[DONE]"}]),
        (b"event: ping\rdata: {}\r\rid: 1\rretry: 9\r\r",
         [{"event": "ping", "data": "{}"}, {"id": "1", "retry": "9"}]),
        # fields in an order of their own, several lines, no value
        (b"data: 1\nid\n\n", [{"data": "1", "id": ""}]),
        (b"data: {\ndata:  }\n\n", [{"text": "{\n }"}]),
        (b"data\n\n", [{"text": ""}]),
        # comments: OpenRouter's while a model thinks, a server's that keeps the connection open
        (b": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\ndata: 1\n\n",
         [{"comment": " OPENROUTER PROCESSING"}] * 2 + [{"data": "1"}]),
        (b":keep-alive\r\n:\r\n\r\ndata: 1\r\n\r\n", [{"comment": "keep-alive\n"}, {"data": "1"}]),
        (b": 1 \nevent: a\ndata: 1\n\n", [{"comment": " 1 ", "event": "a", "data": "1"}]),
    ],
)  # fmt: skip
def test_streams(stream, expected):
    """A stream is stored event by event, and comes back field by field."""
    stored = stored_body(stream, STREAM, lines=False)
    assert stored == {"events": expected}
    assert fields(body_of(saved(stored))) == fields(
        stream.lstrip(b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    )


@pytest.mark.parametrize(
    "stream",
    [
        b": 1\ndata: 1\n: 2\n\n",
        b"data: 1\n\ndata: 2\n",
        b"data: 1",
        b"data: 1\nid: 1\ndata: 2\n\n",
        b"id: 1\nid: 2\n\n",
        b"data: 1\nfoo: bar\n\n",
        b"\xef\xbb\xbfdata: 1\n\n",
        b" data: 1\n\n",
        b"\n\n",
    ],
)
def test_streams_that_would_not_come_back(stream):
    """A field that comes twice, one unknown, or no blank line at the end: it stays a text."""
    stored = stored_body(stream, STREAM, lines=False)
    assert list(stored) == ["text"]
    assert body_of(saved(stored)) == stream


@settings(deadline=None)
@given(STREAMS)
def test_every_stream_comes_back(stream):
    """Whatever the fields are, they come back in their order with their values."""
    body = stream.encode()
    stored = stored_body(body, STREAM, lines=False)
    back = body_of(saved(stored))
    if "events" in stored:
        assert fields(back) == fields(body.lstrip(b"\n"))
    else:
        assert back == body


@settings(deadline=None)
@given(st.one_of(st.binary(), st.text(st.characters(codec="utf-8")).map(str.encode)), TYPES)
def test_every_body_comes_back(body, content_type):
    """Bytes of any kind come back, but for the white space of JSON and of events."""
    stored = stored_body(body, content_type, lines=True)
    back = body_of(saved(stored))
    if "json" in stored:
        assert list(lexemes(back.decode())) == list(lexemes(body.decode()))
    elif "events" in stored:
        assert fields(back) == fields(body)
    else:
        assert back == body


@settings(deadline=None)
@given(JSON_VALUES, st.sampled_from([None, 2]), st.booleans(), st.booleans())
def test_every_json_comes_back(value, indent, ascii_only, lines):
    """JSON comes back lexeme by lexeme, the lines of its texts listed or not."""
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    back = body_of(saved(stored_body(text.encode(), "application/json", lines=lines)))
    assert list(lexemes(back.decode())) == list(lexemes(text))


def test_recorded_bodies_come_back(recordings):
    """What a provider sent comes back, value by value and event by event."""
    for path in sorted(recordings.glob("*.json")):
        body = path.read_bytes()
        stored = stored_body(body, "application/json", lines=".request" in path.name)
        assert list(stored) == ["json"]
        assert list(lexemes(body_of(saved(stored)).decode())) == list(lexemes(body.decode()))
    for path in sorted(recordings.glob("*.sse")):
        stored = stored_body(path.read_bytes(), STREAM, lines=False)
        assert stored["events"][-1] == {"text": "[DONE]"}
        assert fields(body_of(saved(stored))) == fields(path.read_bytes())


ENCODINGS = st.lists(
    st.sampled_from(["identity", "gzip", "x-gzip", "deflate", "br", "zstd"]), max_size=2
).map(", ".join)
RAW_DEFLATE = zlib.compress(b"plain")[2:-4]


@pytest.mark.parametrize(
    ("body", "encoding", "expected"),
    [
        (b"plain", "", b"plain"),
        (b"plain", "identity", b"plain"),
        (gzip.compress(b"pl", mtime=0) + gzip.compress(b"ain", mtime=0), "GZip", b"plain"),
        (gzip.compress(b"plain", mtime=0), "x-gzip", b"plain"),
        (zlib.compress(b"plain"), "deflate", b"plain"),
        (RAW_DEFLATE, "deflate", b"plain"),
        (gzip.compress(RAW_DEFLATE, mtime=0), "deflate, gzip", b"plain"),
        # an answer without a body has the header all the same
        (b"", "gzip", b""),
        (b"", "deflate", b""),
        # damaged, or not what it is said to be
        (gzip.compress(b"plain", mtime=0)[:-3], "gzip", None),
        (b"plain", "gzip", None),
        (gzip.compress(b"plain", mtime=0) + b"x", "gzip", None),
        (zlib.compress(b"plain") + b"x", "deflate", None),
        (zlib.compress(b"plain")[:-1], "deflate", None),
        (RAW_DEFLATE + b"x", "deflate", None),
        (RAW_DEFLATE[:-1], "deflate", None),
        (b"plain", "deflate", None),
        # a text that a decoder takes for its own, though the client undid the encoding already
        (b'["1A::`}(@"]', "deflate", None),
        (b'["0a"]  ', "deflate", None),
        (b"3", "br", None),
        (RAW_DEFLATE, "gzip, deflate", None),
        (b"plain", "br", None),
        (b"plain", "zstd", None),
        (b"plain", "compress", None),
    ],
)
def test_compressed_bodies(body, encoding, expected):
    """A body is decompressed, or it is said that it cannot be."""
    assert decompressed(body, encoding) == expected


@settings(deadline=None)
@given(JSON_VALUES, st.sampled_from([None, 1, 4]), ENCODINGS)
def test_what_a_client_decompressed_stays(value, indent, encoding):
    """JSON that a client decompressed already is left alone, whatever the header still says."""
    text = json.dumps(value, indent=indent, ensure_ascii=False).encode()
    assert decompressed(text, encoding) in (None, text)


def test_brotli():
    """Brotli is undone where a decoder is installed, a body that breaks off is not."""
    body = pytest.importorskip("brotli").compress(b"plain" * 99)
    assert decompressed(body, "br") == b"plain" * 99
    assert decompressed(body[:-1], "br") is None


@pytest.mark.parametrize("name", ["compression.zstd", "backports.zstd", "zstandard"])
def test_zstd(name):
    """Zstandard is undone where a decoder is installed: several frames, none of them cut."""
    body = pytest.importorskip(name).compress(b"plain" * 99)
    assert decompressed(body + body, "zstd") == b"plain" * 198
    assert decompressed(body + body[:-1], "zstd") is None
