"""Laws of vcrpy's cassettes: whatever a server sent comes back, through their code and ours."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vcr.request import Request
from vcr.serialize import deserialize, serialize
from vcr.serializers import jsonserializer, yamlserializer

from pytest_logprobs.cassettes._body import body_of
from pytest_logprobs.cassettes._file import cassette_of, cassette_text
from pytest_logprobs.cassettes._foreign import foreign_text

URL = "https://api.example/v1/chat"
SERIALIZERS = {"yaml": yamlserializer, "json": jsonserializer}
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
DOCUMENTS = VALUES.map(lambda value: json.dumps(value).encode())


def theirs(asked, came, kind):
    """Return what vcrpy writes of a question and an answer."""
    response = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": came}}
    written = {"requests": [Request("POST", URL, asked, {})], "responses": [response]}
    return serialize(written, SERIALIZERS[kind])


def bodies(text):
    """Return the bodies of the one interaction in a cassette."""
    (found,) = cassette_of(text.encode(), "c").interactions
    return tuple(body_of(found[side]) for side in ("request", "response"))


@given(st.binary(max_size=60) | TEXTS.map(str.encode), st.binary(max_size=60))
@settings(deadline=None)
def test_bytes(asked, came):
    """Every byte comes back from YAML, whatever YAML might take it for."""
    assert bodies(theirs(asked, came, "yaml")) == (asked, came)


@pytest.mark.parametrize("kind", SERIALIZERS)
@given(asked=TEXTS.map(str.encode), came=TEXTS.map(str.encode))
@settings(deadline=None)
def test_texts(kind, asked, came):
    """Every character comes back, from YAML and JSON."""
    assert bodies(theirs(asked, came, kind)) == (asked, came)


@pytest.mark.parametrize("kind", SERIALIZERS)
@given(asked=DOCUMENTS, came=DOCUMENTS)
@settings(deadline=None)
def test_there_and_back(kind, asked, came):
    """A document has the same values after it went into ours, into theirs, and into ours again."""
    ours = cassette_text(True, cassette_of(theirs(asked, came, kind).encode(), "c").interactions)
    again = foreign_text(cassette_of(ours.encode(), "c").interactions, kind)
    assert cassette_text(True, cassette_of(again.encode(), "c").interactions) == ours
    (request,), (response,), *_ = deserialize(again, SERIALIZERS[kind])
    for there, sent in ((request.body, asked), (response["body"]["string"], came)):
        assert repr(json.loads(there)) == repr(json.loads(sent))
