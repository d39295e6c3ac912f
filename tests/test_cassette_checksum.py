"""A cassette that is as it was written is read by its lines; any other is looked through."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_cassette_file import TEXT, without_checksum
from test_cassette_file_laws import GOOD, INTERACTIONS, compared

from pytest_logprobs import CassetteReadError
from pytest_logprobs.cassettes import _decoding
from pytest_logprobs.cassettes._checksum import is_as_written, with_checksum
from pytest_logprobs.cassettes._decoding import decoded_cassette
from pytest_logprobs.cassettes._file import cassette_of, cassette_text
from pytest_logprobs.cassettes._layout import Raw


@settings(deadline=None)
@given(st.booleans(), st.lists(INTERACTIONS, max_size=3))
def test_the_lines_tell_what_a_full_look_does(complete, interactions):
    """Where the checksum is there it is right, and both ways of reading find the same texts."""
    text = cassette_text(complete, interactions)
    assert is_as_written(text.encode()) is ('"checksum": ' in text)
    if is_as_written(text.encode()):
        by_lines = decoded_cassette(text, as_written=True)
        looked_through = decoded_cassette(text)
        assert by_lines == looked_through
        assert types_in(by_lines) == types_in(looked_through)


@pytest.fixture
def path(tmp_path):
    """Where a cassette may stand."""
    return tmp_path / "c.json"


def types_in(value):
    """Return a value with each text replaced by its type."""
    if isinstance(value, dict):
        return {key: types_in(each) for key, each in value.items()}
    return [types_in(each) for each in value] if isinstance(value, (list, tuple)) else type(value)


EVENTS = [
    {"data": Raw('{"a": {"b": "}}"}}')},
    {"event": "x", "comment": r"}\"", "data": Raw('{"a": [{}]}')},
    {"data": Raw('{"a": 1}'), "id": "5"},
    {"data": Raw('["}"]')},
    {"data": Raw("1")},
    {"text": "[DONE]"},
]


@pytest.mark.parametrize(
    "response",
    [
        {"events": EVENTS},
        {"headers": {"x": "y" * 99}, "json": Raw("0")},
        {"json": Raw('{"a": "\\n }", "b": [1, {"json": {}}], "c": "' + "x" * 99 + '"}')},
        {"json": Raw(f'[["{"x" * 99}"], "]"]')},
        {"json": Raw('{"a": {"b": {}}}'), "later": Raw("{}")},
        {"json": Raw(f'"{"x" * 99}"')},
        {"later": Raw('"x"'), "json": Raw("-0.0")},
    ],
)
def test_bodies_by_their_lines(response):
    """Bodies of all kinds are found, on a line of their own and beside others."""
    request = {"method": "GET", "url": "http://127.0.0.1/"}
    interactions = [{"request": request, "response": {"status": 200, **response}}] * 2
    text = cassette_text(True, interactions)
    assert is_as_written(text.encode())
    found = decoded_cassette(text, as_written=True)
    assert compared(found) == compared((True, tuple(interactions)))


def test_where_the_lines_would_not_tell():
    """A member of a later version behind the data of an event: there is no checksum then."""
    event = {"data": Raw(f'{{"a": "{"x" * 99}"}}'), "later": Raw('{"a": {}}')}
    request = {"method": "GET", "url": "http://127.0.0.1/"}
    interaction = {"request": request, "response": {"status": 200, "events": [event]}}
    text = cassette_text(True, [interaction])
    assert "checksum" not in text
    assert decoded_cassette(text) == (True, (interaction,))


@settings(deadline=None, max_examples=300)
@given(st.integers(0, len(GOOD.decode()) - 1), st.characters(codec="utf-8"), st.integers(0, 1))
def test_a_character_changed(place, character, replaced):
    """It is seen: the file is looked through, which finds what it finds without a checksum."""
    text = GOOD.decode()
    changed = f"{text[:place]}{character}{text[place + replaced :]}"
    assert is_as_written(changed.encode()) is (changed == text)


def test_a_change_that_breaks_a_body(path):
    """What only a look into a body shows is told, as ever."""
    path.write_bytes(GOOD.replace(b"-0.5e-7", b"-0.5e-x"))
    with pytest.raises(CassetteReadError, match="no JSON at "):
        cassette_of(path.read_bytes(), path)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace('"\n}\n', '0"\n}\n'),
        lambda text: text.replace("crc32:", "crc64:"),
        lambda text: text[: text.rindex(",\n")] + "\n}\n",
        lambda text: text + " ",
    ],
    ids=["CRLF", "too-long", "other", "missing", "behind"],
)
def test_without_the_right_checksum(path, change):
    """The file is read, and has the right one when it is written again."""
    data = change(GOOD.decode()).encode()
    assert not is_as_written(data)
    found = cassette_of(data, path)
    assert cassette_text(found.complete, found.interactions).encode() == GOOD


def test_edited_by_hand(path):
    """A number that somebody edited is read as edited, and so are lines ended as on Windows."""
    edited = TEXT.replace("-1E-2", "-0.50")
    found = cassette_of(edited.replace("\n", "\r\n").encode(), path)
    text = cassette_text(found.complete, found.interactions)
    assert without_checksum(text) == without_checksum(edited)
    assert is_as_written(text.encode())


def test_a_forged_checksum(path):
    """Lines that tell nothing are no error of their own."""
    text = with_checksum('{\n "format": {\n }},\n "later": {\n"checksum": "crc32:00000000"}\n')
    assert is_as_written(text.encode())
    with pytest.raises(CassetteReadError, match="no JSON at "):
        cassette_of(text.encode(), path)


def test_what_is_as_written_is_not_looked_into(path, monkeypatch):
    """That is what a checksum is for; where it is wrong, bodies are looked into."""
    body = Raw(f'{{"a": "{"x" * 99}"}}')
    request = {"method": "GET", "url": "http://127.0.0.1/", "json": body}
    response = {"status": 200, "events": [{"data": body}]}
    data = cassette_text(True, [{"request": request, "response": response}]).encode()

    def look(*_):
        raise ValueError("looked into")

    monkeypatch.setattr(_decoding, "_SKIPPING", look)
    assert cassette_of(data, path).interactions
    with pytest.raises(CassetteReadError, match="looked into"):
        cassette_of(data.replace(b"x", b"y"), path)
