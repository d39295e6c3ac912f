"""Which requests are the same: CONTRACT §4, "the canonical JSON body"."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_logprobs.cassettes._body import stored_body
from pytest_logprobs.cassettes._matching import body_value, canonical, key_of

BIG = 2**53
laws = settings(deadline=None)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(
        [0, 0.0, -0.0, 1, 1.0, True, False, BIG, float(BIG), BIG + 1, "", "1", "a\nb"]
    )
    | st.text(st.characters(), max_size=5)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "b", "é", "1"]), inner)
    ),
    max_leaves=8,
)


def request(body, method="POST", url="http://127.0.0.1/v1"):
    """Store a request with a body."""
    kind = "application/json"
    return {"method": method, "url": url, **stored_body(body, kind, lines=True)}


def shuffled(value):
    """Turn the order of the members around, and integers into floats where that is exact."""
    if isinstance(value, dict):
        return {key: shuffled(value[key]) for key in reversed(value)}
    if isinstance(value, list):
        return [shuffled(each) for each in value]
    if type(value) is int and abs(value) <= BIG:
        return float(value)
    return value


def same(one, other):
    """Return whether two JSON values are equal, without regard to canonical texts."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a":1,"b":[2,null]}', '{ "b" : [2,\n null], "a" : 1 }'),
        ('{"t":0}', '{"t":0.0}'),
        ('{"t":0}', '{"t":-0.0}'),
        ('{"t":-0}', '{"t":0}'),
        ('{"t":100}', '{"t":1e2}'),
        ('{"t":0.7}', '{"t":7.0E-1}'),
        ('["\\u00e9\\/\\ud83d\\ude00"]', '["é/😀"]'),
        ('["two\\nlines"]', '["two\\u000alines"]'),
        ('["\\ud800"]', '["\\uD800"]'),
        ('{"t":1e400}', '{"t":1E+400}'),
        (f"[{10**30}]", f"[ {10**30} ]"),
    ],
)
def test_same(one, other):
    """Order of keys, spacing, escapes and the spelling of a number do not matter."""
    assert canonical(json.loads(one)) == canonical(json.loads(other))
    assert key_of(request(one.encode())) == key_of(request(other.encode()))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a":null}', "{}"),
        ('{"a":1}', '{"a":true}'),
        ('{"a":0}', '{"a":false}'),
        ('{"a":0}', '{"a":""}'),
        ('{"a":1}', '{"a":"1"}'),
        ('{"a":[]}', '{"a":{}}'),
        ('{"a":[1,2]}', '{"a":[2,1]}'),
        ('{"a":0.7}', '{"a":0.70001}'),
        ('{"a":1e400}', '{"a":-1e400}'),
        (f'{{"a":{BIG}}}', f'{{"a":{BIG + 1}}}'),
        (f'{{"a":{10**30}}}', f'{{"a":{10**30 + 1}}}'),
        ('{"a":"é"}', '{"a":"e\\u0301"}'),
        ('{"a":"x "}', '{"a":"x"}'),
        ('{"a":"x\\r\\ny"}', '{"a":"x\\ny"}'),
    ],
)
def test_different(one, other):
    """Everything else matters."""
    assert canonical(json.loads(one)) != canonical(json.loads(other))
    assert key_of(request(one.encode())) != key_of(request(other.encode()))


def test_canonical_text():
    """A canonical text is compact, sorted, in ASCII, and without a float that is integral."""
    value = {"temperature": 1e2, "stop": ["é", None, True], "top_p": 0.95, "seed": 1e400}
    assert canonical(value) == (
        r'{"seed":Infinity,"stop":["\u00e9",null,true],"temperature":100,"top_p":0.95}'
    )


@laws
@given(values)
def test_spelling_law(value):
    """However a client writes the same values, the key is the same."""
    one = json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")
    other = json.dumps(shuffled(value), separators=(",", ":")).encode()
    if b"Infinity" not in other and b"\xed" not in one:  # neither is JSON
        assert key_of(request(one)) == key_of(request(other))
    assert canonical(value) == canonical(shuffled(value))


@laws
@given(values, values)
def test_equality_law(one, other):
    """Keys are equal exactly where the values are."""
    bodies = [json.dumps(each).encode() for each in (one, other)]
    assert (canonical(one) == canonical(other)) == same(one, other)
    if not any(b"Infinity" in body for body in bodies):
        assert (key_of(request(bodies[0])) == key_of(request(bodies[1]))) == same(one, other)


def test_method_and_url():
    """Another method or URL is another request; the case of the method is not."""
    keys = {
        key_of(request(b"{}", method, url))
        for method in ("GET", "get", "POST")
        for url in ("http://127.0.0.1/v1", "http://127.0.0.1/v1/", "http://127.0.0.1/V1")
    }
    assert len(keys) == 6


def test_other_headers_do_not_matter():
    """Headers do not count."""
    assert key_of(request(b"{}")) == key_of({**request(b"{}"), "headers": {"accept": "*/*"}})


@pytest.mark.parametrize(
    "bodies",
    [
        (b"a=1&b=2", b"b=2&a=1"),
        (b"line\r\n", b"line\n"),
        (b"\xff\x00", b"\xff\x01"),
        (b'{"a": NaN}', b'{"a":NaN}'),
        (b"", b"{}"),
        (b'"text"', b"text"),
    ],
    ids=["form", "line-ends", "binary", "nan", "empty", "quoted"],
)
def test_other_bodies(bodies):
    """What is no JSON is the same if its bytes are."""
    one, other = map(request, bodies)
    assert key_of(one) == key_of(request(bodies[0]))
    assert key_of(one) != key_of(other)


def test_body_values():
    """The body is what was sent: prompts in one piece, numbers as they are, or bytes."""
    assert body_value(request(b'{"t": 1.0, "p": ["a\\nb\\n", "c"]}')) == {
        "t": 1.0,
        "p": ["a\nb\n", "c"],
    }
    assert body_value(request(b"no JSON\n")) == b"no JSON\n"
    assert body_value(request(b"")) == b""
    # objects that only look like a text's lines
    for body in (b'{"\\n": ["a"]}', b'{"\\n": [1]}', b'{"\\n": ["a"], "b": 1}'):
        value = body_value(request(body))
        assert (json.loads(value) if isinstance(value, bytes) else value) == json.loads(body)


def test_numbers_too_long_to_read():
    """A body with more digits than Python reads is the same if its bytes are."""
    digits = b"7" * 5000
    assert key_of(request(digits)) == key_of(request(digits))
    assert key_of(request(digits)) != key_of(request(digits + b"7"))
