"""Laws of the file of a cassette: nothing in it is lost, and nothing else is read from it."""

from __future__ import annotations

import pytest
from bodies import message
from hypothesis import given, settings
from hypothesis import strategies as st
from looping import problem, sent_through

from pytest_logprobs import CassetteReadError
from pytest_logprobs.cassettes._file import (
    CassetteFile,
    cassette_text,
    read_cassette,
    same_but_white_space,
)
from pytest_logprobs.cassettes._layout import Raw, dumps, lay_out, lexemes

TEXTS = st.text(max_size=20)
SPELLINGS = st.sampled_from(
    [
        "-0",
        "-0.0",
        "1.0",
        "1e400",
        "1E5",
        "0.10",
        "9" * 5000,
        r'"\ud83d"',
        r'"\u0041"',
        "null",
        "{}",
    ]
)
SCALARS = st.one_of(SPELLINGS, TEXTS.map(dumps))
JSON_TEXTS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda each: f"[{','.join(each)}]"),
        st.lists(st.tuples(TEXTS.map(dumps), inner), max_size=4).map(
            lambda each: f"{{\r\n{','.join(f'{key} : {value}' for key, value in each)}}}"
        ),
    ),
    max_leaves=12,
).map(Raw)
EVENTS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "comment": TEXTS,
            "event": TEXTS,
            "id": TEXTS,
            "retry": TEXTS,
            "data": JSON_TEXTS,
        },
    ),
    max_size=3,
)
HEADERS = st.fixed_dictionaries(
    {}, optional={"headers": st.dictionaries(TEXTS, st.one_of(TEXTS, st.lists(TEXTS, max_size=2)))}
)
BODIES = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"json": JSON_TEXTS}),
    st.fixed_dictionaries({"events": EVENTS}),
    st.fixed_dictionaries({"text": TEXTS}),
    st.fixed_dictionaries({"text": st.fixed_dictionaries({"\n": st.lists(TEXTS)})}),
    st.just({"base64": "AP8="}),
)


def merged(*parts):
    """Return a strategy of objects with the members of several."""
    return st.tuples(*parts).map(lambda each: {k: v for part in each for k, v in part.items()})


REQUESTS = merged(st.fixed_dictionaries({"method": TEXTS, "url": TEXTS}), HEADERS, BODIES)
RESPONSES = merged(st.fixed_dictionaries({"status": st.integers(100, 599)}), HEADERS, BODIES)
INTERACTIONS = st.fixed_dictionaries(
    {"request": REQUESTS, "response": RESPONSES},
    optional={"recorded": st.dictionaries(TEXTS, TEXTS), "of a later version": JSON_TEXTS},
)


def compared(value):
    """Return a value to compare: texts of JSON are their lexical tokens."""
    if isinstance(value, Raw):
        return ("JSON", *lexemes(value))
    if isinstance(value, dict):
        return {key: compared(each) for key, each in value.items()}
    return [compared(each) for each in value] if isinstance(value, (list, tuple)) else value


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """One file for many contents."""
    return tmp_path_factory.mktemp("laws") / "c.json"


def outcome(path, data):
    """Return what reading some bytes gives, after which they are the same."""
    path.write_bytes(data)
    found: object
    try:
        found = read_cassette(path)
    except CassetteReadError as error:
        found = error
    assert path.read_bytes() == data
    return found


@settings(deadline=None)
@given(st.booleans(), st.lists(INTERACTIONS, max_size=3))
def test_what_is_written_is_read(path, complete, interactions):
    """Every value comes back as it was spelled, in its order, and saving it changes no byte."""
    text = cassette_text(complete, interactions)
    found = outcome(path, text.encode())
    assert isinstance(found, CassetteFile)
    assert found.complete is complete
    assert compared(found.interactions) == compared(interactions)
    assert [[*each] for each in found.interactions] == [[*each] for each in interactions]
    assert cassette_text(found.complete, found.interactions) == text


@settings(deadline=None)
@given(JSON_TEXTS)
def test_a_layout_is_white_space(text):
    """Laying out a text, or taking its white space out, changes nothing else."""
    assert same_but_white_space(text, lay_out(text))
    assert same_but_white_space("".join(lexemes(text)), text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("[0.10]", "[0.1]"),
        ("[-0.0]", "[0.0]"),
        ("[1E5]", "[1e5]"),
        ("[12]", "[1 2]"),
        ("[true]", "[tr\nue]"),
        ("[1, 2]", "[2, 1]"),
        ("[1, 2]", "[1 2]"),
        ("[1]", "[1"),
        ('["a b"]', '["a  b"]'),
        ('["a b"]', '["ab"]'),
        ('["a\\" b"]', '["a\\"  b"]'),
        ('["\\\\", " "]', '["\\\\", ""]'),
        (r'["\u0041"]', '["A"]'),
        ('["a"]', "[a]"),
        ('["a b', '["a  b'),
        ('["a"]', '["a"]\x0b'),
        ("[]", "[]\u2028"),
        ('{"a": 1}', '{"a ": 1}'),
    ],
)
def test_more_than_white_space(one, other):
    """Two texts that differ in anything but the white space between their tokens are different."""
    assert not same_but_white_space(one, other)
    assert not same_but_white_space(other, one)
    assert same_but_white_space(one, one)


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
            "response": {"status": 200, "events": [{"data": Raw('{"logprob": -0.5e-7}')}]},
        },
        {
            "request": {"method": "GET", "url": "http://127.0.0.1:8000/health"},
            "response": {"status": 503, "text": {"\n": ["busy", ""]}},
        },
    ],
).encode()


def test_cut_anywhere(path):
    """A good file that was cut says so, at whatever byte."""
    for size in range(1, len(GOOD) - 1):
        assert "the text breaks off" in str(outcome(path, GOOD[:size])), size
    assert "the file is empty" in str(outcome(path, b""))
    assert isinstance(outcome(path, GOOD[:-1]), CassetteFile)


@settings(deadline=None, max_examples=500)
@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_a_byte_flipped(path, place, bits):
    """A good file with a byte changed is refused in our words, or can be read."""
    data = bytearray(GOOD)
    data[place] ^= bits
    assert isinstance(outcome(path, bytes(data)), (CassetteFile, CassetteReadError))


@settings(deadline=None)
@given(st.one_of(st.binary(), st.text(st.sampled_from('{}[]",:0-eE\\u "\n')).map(str.encode)))
def test_any_bytes(path, data):
    """Whatever a file holds, it is refused in our words."""
    assert isinstance(outcome(path, data), CassetteReadError)


@settings(deadline=None)
@given(st.lists(st.randoms(use_true_random=False).map(message), max_size=5))
def test_whatever_a_server_sends_comes_back(path, messages):
    """Status, headers and body, in their order, as a reader sees them that is not ours."""
    back = sent_through(path, messages)
    assert [problem(*both) for both in zip(messages, back, strict=True)] == [""] * len(messages)
