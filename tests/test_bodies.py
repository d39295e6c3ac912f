"""The reader that judges whether a body came back sees every difference but white space."""

from random import Random

import pytest
from bodies import difference, message


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("[1.0]", "[1]"),
        ("[-0.0]", "[0.0]"),
        ("[0.10]", "[0.1]"),
        ("[1E5]", "[1e5]"),
        ("[1]", '["1"]'),
        ("[1.0]", '["1.00"]'),
        ('{"a": 1, "a": 2}', '{"a": 2}'),
        ('{"a": 1, "b": 2}', '{"b": 2, "a": 1}'),
        (r'["\ud83d"]', '["�"]'),
        ("[1", "[ 1"),
        ("data: 1.0\n\n", "data: 1\n\n"),
        ("data: a\n\ndata: b\n\n", "data: b\n\ndata: a\n\n"),
        ("event: a\ndata: b\n\n", "data: b\n\n"),
        (": ping\n\ndata: b\n\n", "data: b\n\n"),
    ],
)
def test_a_difference_is_seen(one, other):
    """In either direction."""
    assert difference(one.encode(), other.encode())
    assert difference(other.encode(), one.encode())


@pytest.mark.parametrize(
    ("one", "other"),
    [('{"a":[1.0]}', '{\n  "a": [1.0]\n}'), ('data:{"a":1}\r\n\r\n', 'data: {"a": 1}\n\n')],
)
def test_white_space_is_none(one, other):
    """Between the tokens of JSON, and between the lines of a stream."""
    assert not difference(one.encode(), other.encode())


def test_messages_are_of_every_kind():
    """Among a few thousand there are all."""
    made = [message(Random(number)) for number in range(3_000)]  # noqa: S311 - the same each time
    bodies = b"".join(each.body for each in made)
    for spelled in (b"1e400", b"-0.0", rb"\ud83d", b"[" * 205, b"9" * 5000, b": ping", b"\r\n\r\n"):
        assert spelled in bodies
    assert {each.headers.get("content-encoding", [""])[0] for each in made} >= {"", "gzip"}
    assert any(difference(each.body, b"") and not each.body.isascii() for each in made)
