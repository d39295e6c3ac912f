"""Paths into a body that matching ignores: CONTRACT §4, "body paths that vary"."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_logprobs._quote import quote
from pytest_logprobs.cassettes._body import stored_body
from pytest_logprobs.cassettes._difference import differences
from pytest_logprobs.cassettes._matching import body_value, check_path, key_of

laws = settings(deadline=None)


def request(body):
    """Store a request with a body."""
    stored = stored_body(body, "application/json", lines=True)
    return {"method": "POST", "url": "http://127.0.0.1/v1", **stored}


BODY = {
    "user": "me",
    "metadata": {"trace_id": "t1", "job": "j"},
    "messages": [{"role": "user", "content": "Hi"}, {"role": "user", "content": "Ho"}],
    "tools": [{"id": 1, "n": "a"}, {"id": 2, "n": "b"}, {"n": "c"}],
    "stop": ["a", "b"],
    "a.b": 1,
    "$defs": {"x": 1},
    "grid": [[1, 2], [3, 4]],
}


@pytest.mark.parametrize(
    ("path", "changed"),
    [
        ("user", {"user": None}),
        ("metadata.trace_id", {"metadata": {"job": "j"}}),
        ("metadata", {"metadata": {}}),
        ("metadata.*", {"metadata": {}}),
        ("messages.0.content", {"messages": [{"role": "user"}, BODY["messages"][1]]}),
        ("messages.*.content", {"messages": [{"role": "user"}, {"role": "user"}]}),
        ("tools.*.id", {"tools": [{"n": "a"}, {"n": "b", "id": 9}, {"n": "c"}]}),
        ("stop.1", {"stop": ["a", "z"]}),
        ("stop.*", {"stop": ["y", "z"]}),
        # as a miss spells them, and otherwise
        ("$.user", {"user": None}),
        ("$.messages[0].content", {"messages": [{"role": "user"}, BODY["messages"][1]]}),
        ("messages[0].content", {"messages": [{"role": "user"}, BODY["messages"][1]]}),
        ("messages[*].content", {"messages": [{"role": "user"}, {"role": "user"}]}),
        ("messages[].content", {"messages": [{"role": "user"}, {"role": "user"}]}),
        ('$["metadata"].trace_id', {"metadata": {"job": "j"}}),
        ('$["a.b"]', {"a.b": 2}),
        ('["a.b"]', {"a.b": 2}),
        (r'$["\u0061.b"]', {"a.b": 2}),
        ('metadata["*"]', {"metadata": {**BODY["metadata"], "*": 2}}),
        ("$defs.x", {"$defs": {}}),
        ("grid[1][0]", {"grid": [[1, 2], [9, 4]]}),
    ],
)
def test_ignored_paths(path, changed):
    """What an ignored path leads to does not count; without it, it does."""
    one, other = (request(json.dumps(body).encode()) for body in (BODY, {**BODY, **changed}))
    assert key_of(one, [path]) == key_of(other, [path])
    assert key_of(one) != key_of(other)


@pytest.mark.parametrize(
    "path",
    [
        "nothing",
        "user.name",
        "messages.2.content",
        "messages.-1",
        "messages.content",
        "stop.a",
        "a.b",
        "messages[7]",
        'metadata["*"]',
        "two words",
    ],
)
def test_paths_that_lead_nowhere(path):
    """An ignored path that is not there is nothing."""
    check_path(path)
    one = request(json.dumps(BODY).encode())
    assert body_value(one, [path]) == BODY
    assert key_of(one, [path]) == key_of(one)
    assert key_of(request(b"user"), [path]) == key_of(request(b"user"))


def test_ignored_list_keeps_its_length():
    """A list of ignored members counts by its length, and the other members keep their places."""
    one, other = request(b'{"stop": ["a", "b"]}'), request(b'{"stop": ["a"]}')
    assert key_of(one, ["stop.*"]) != key_of(other, ["stop.*"])
    assert body_value(one, ["stop.0", "stop.1"]) == {"stop": [None, None]}


def test_several_ignored_paths():
    """Any number of paths can be ignored, also one below another."""
    paths = ["metadata", "metadata.job", "messages", "tools", "stop", "a.b", '["a.b"]', "grid"]
    assert body_value(request(json.dumps(BODY).encode()), [*paths, "$defs"]) == {"user": "me"}


@pytest.mark.parametrize(
    "path",
    [
        "",
        " ",
        ".",
        "$",
        "$.",
        "user.",
        ".user",
        "$..user",
        "a..b",
        " user",
        "metadata. job",
        "nonsense..[",
        "messages[",
        "messages[0",
        "messages]0[",
        "messages[0]content",
        "messages[-1]",
        "messages[a]",
        "messages.[0]",
        '["a.b]',
        '["a.b"',
        r'["\x"]',
        "['user']",
        "user\n",
    ],
)
def test_what_is_no_path(path):
    """A path that cannot be read is refused, with what one looks like."""
    with pytest.raises(ValueError, match="is no path") as refusal:
        check_path(path)
    assert str(refusal.value) == (
        f"{quote(path)} is no path into a body: write messages.0.content or metadata.trace_id"
    )
    with pytest.raises(ValueError, match="is no path"):
        key_of(request(b"{}"), [path])


@laws
@given(st.text() | st.lists(st.sampled_from([*'.[]"\\$*', "0", "a"])).map("".join))
def test_any_path(path):
    """Any text is a path, or is refused as none."""
    try:
        check_path(path)
    except ValueError as refusal:
        assert str(refusal).startswith(f"{quote(path)} is no path into a body: ")  # noqa: PT017
    else:
        assert body_value(request(b'"text"'), [path]) == "text"


@laws
@given(st.text(st.characters()), st.integers(0, 2))
def test_a_path_as_a_miss_spells_it(name, index):
    """Where a request differs is a path to what may be ignored."""
    one, other = {name: [0, 1, 2]}, {name: [0, 1, 2]}
    other[name][index] = 9
    (difference,) = differences(one, other)
    bodies = [request(json.dumps(each).encode()) for each in (one, other)]
    assert key_of(bodies[0], [difference.path]) == key_of(bodies[1], [difference.path])
