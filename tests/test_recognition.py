"""How a response is recognised: by every format whatever stands there, and by one of them first."""

from collections.abc import Iterator
from contextlib import suppress

from dialect import PATHS, body_of, load
from hypothesis import given
from hypothesis import strategies as st

from pytest_logprobs import ResponseError
from pytest_logprobs.parsers import _FORMATS, _KEPT
from pytest_logprobs.parsers._answers import answers_in
from pytest_logprobs.parsers._body import decode

TRIED = {**_FORMATS, **{each.NAME: each for each in _KEPT}}
BODIES = {path.stem: decode(body_of(load(path))) for path in PATHS}


def names_in(value: object) -> Iterator[str]:
    """Yield every name in decoded JSON."""
    if isinstance(value, dict):
        yield from value
    for each in value.values() if isinstance(value, dict) else value:
        if isinstance(each, (dict, list)):
            yield from names_in(each)


NAMES = sorted({name for body in BODIES.values() for name in names_in(body) if len(name) > 1})
KINDS = st.one_of(
    st.none(), st.booleans(), st.integers(-1, 2), st.floats(), st.sampled_from(["", "a", "message"])
)
VALUES = st.recursive(
    KINDS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
    ),
    max_leaves=12,
)
CHUNKS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=5)


@given(st.lists(CHUNKS, max_size=2))
def test_any_shape(chunks):
    """Whatever stands in a response, each format knows whether it is its own, and where it ends."""
    places = [(f"$[{i}]", chunk) for i, chunk in enumerate(chunks)]
    for name, each in TRIED.items():
        told = [each.recognises(places), *(each.ends(place) for place in places)]
        assert {type(answer) for answer in told} == {bool}, name


OVERLAPS = {
    ("openai-completions", "openai-chat"),  # a chat with the arrays of a completion
    ("openai-transcription", "frameworks"),  # a text beside logprobs, as DSPy keeps them
    ("cohere", "frameworks"),  # a message beside logprobs, as a choice has them
}
"""Formats that know the same responses, which the first of them reads."""


def claimants(name: str) -> list[str]:
    """Return the formats that recognise a fixture, in their order; none of a provider's error."""
    found: list[str] = []
    with suppress(ResponseError):
        for chunks in answers_in(BODIES[name], lambda _: False, lambda _: None):
            found += [each for each, format in TRIED.items() if format.recognises(chunks)]
    return sorted(set(found), key=list(TRIED).index)


def test_where_the_order_decides():
    """Few responses are known to two formats."""
    found = {tuple(claimants(name)) for name in BODIES}
    assert {each for each in found if len(each) > 1} == OVERLAPS
