"""What makes no difference to how a response is read, and what a part of a stream tells."""

import pytest
from cases import Case, seeds, streams
from dialect import shown
from evidence import MAPS
from law import alternatives_of, outcome
from mutating import written

from pytest_logprobs import LogprobsError, parse_all

NAMES = list(seeds())
OWN = [name for name in NAMES if not name.startswith(("framework", "detached"))]
"""Those of a wire; what frameworks keep has all of its keys, always, and is known by them."""


def read(response):
    """Return what is read, equal alternatives in any order; of an error, its class."""
    completions = outcome(response)
    if isinstance(completions, LogprobsError):
        return type(completions)
    for completion in completions:
        if any(
            not alternatives_of(token) and callable(token._alternatives) for token in completion
        ):
            return "alternatives that are not sound"
    answers = [shown(completion) for completion in completions]
    for answer in answers:
        for token in (*answer["tokens"], *(answer.get("prompt") or ())):
            if len(token) > 3 and token[3]:
                token[3] = sorted(token[3], key=repr)
    return answers


def rebuilt(value, change, name=None):
    """Return a copy of decoded JSON, every object in it as a function makes it of its items."""
    if isinstance(value, dict):
        items = [(key, rebuilt(each, change, key)) for key, each in value.items()]
        is_map = name in MAPS and not {"token", "text", "logprob", "content"} & value.keys()
        return dict(items if is_map else change(items))
    if isinstance(value, list):
        return [rebuilt(each, change, name) for each in value]
    return value


@pytest.mark.parametrize("name", NAMES)
def test_order_of_keys(name):
    """An object's keys may come in any order."""
    value = seeds()[name]
    assert read(rebuilt(value, lambda items: items[::-1])) == read(value)
    assert read(rebuilt(value, sorted)) == read(value)


@pytest.mark.parametrize("name", OWN)
def test_unknown_keys(name):
    """A key that no one knows is passed over."""
    value = seeds()[name]
    for unknown in ({}, [], "x", 0, None, [{"y": 0}]):
        added = rebuilt(value, lambda items: [*items, ("x_unknown", unknown)])  # noqa: B023
        assert read(added) == read(value)


@pytest.mark.parametrize("name", OWN)
def test_nulls(name):
    """Null is what a key without a value may have, or be left out for."""
    value = seeds()[name]
    bare = rebuilt(value, lambda items: [item for item in items if item[1] is not None])
    assert read(bare) == read(value)


@pytest.mark.parametrize("name", NAMES)
def test_nulls_of_an_sdk(name):
    """A key that is null is one that is absent: SDKs put one for all that an entry lacks."""
    value = seeds()[name]
    assert read(filled(value)) == read(value)


def filled(value, name=None):
    """Return decoded JSON, every object in a list with null for the keys that others there have."""
    if isinstance(value, dict):
        return {key: filled(each, key) for key, each in value.items()}
    if not isinstance(value, list):
        return value
    objects = [each for each in value if isinstance(each, dict)]
    keys = {} if name in MAPS else dict.fromkeys(key for each in objects for key in each)
    return [{**keys, **filled(each)} if isinstance(each, dict) else filled(each) for each in value]


@pytest.mark.parametrize("name", NAMES)
def test_forms(name):
    """A body is read the same as bytes, as text, in lines, in pieces, and decoded."""
    value = seeds()[name]
    bodies = {"json": ("bytes", "text", "value")}
    if name in streams():
        every = ("bytes", "text", "lines", "pieces", "value", "iterator")
        bodies = dict.fromkeys(("sse", "data"), every)
        bodies["lines"] = ("bytes", "text", "lines")
    found = {
        (how, form): read(Case(form, written(value, how)).given()[0])
        for how, forms in bodies.items()
        for form in forms
    }
    first, *others = found
    assert [each for each in others if found[each] != found[first]] == []


@pytest.mark.parametrize("name", [name for name in NAMES if isinstance(seeds()[name], dict)])
def test_batches(name):
    """A line of a batch is read like the answer in it, and so is each of several lines."""
    value = seeds()[name]
    line = {"custom_id": "1", "response": {"status_code": 200, "body": value}, "error": None}
    assert read(line) == read(value)
    whole, lines = read(value), read([line, line])
    assert lines == (whole if isinstance(whole, type) else whole * 2)


# one lacks its beginning, which only a later chunk tells
@pytest.mark.parametrize("name", sorted(set(streams()) - {"openai-responses-late-stream"}))
def test_parts_of_streams(name):
    """What has come of a stream begins like the whole, or is an error."""
    chunks = seeds()[name]
    whole = outcome(iter(chunks))
    if isinstance(whole, LogprobsError):
        return
    for count in range(1, len(chunks)):
        try:
            part = parse_all(written(chunks[:count], "sse"))
        except LogprobsError:
            continue
        for completion in part:
            begun = next(each for each in whole if each.choice == completion.choice)
            numbers = [token.raw_logprob for token in begun][: len(completion)]
            assert [token.raw_logprob for token in completion] == numbers


LISTS = {
    *("logprobs", "completion_probabilities", "logprobsResult", "logprobs_result"),
    *("output_token_logprobs",),
}


@pytest.mark.parametrize("name", streams())
def test_lost_numbers(name):
    """Where one chunk lost its numbers, those of the rest do not pass for those of the whole."""
    chunks = seeds()[name]
    whole = outcome(iter(chunks))
    if isinstance(whole, LogprobsError):
        return
    for at, chunk in enumerate(chunks):
        lost = rebuilt(chunk, lambda items: [item for item in items if item[0] not in LISTS])
        part = outcome(iter([*chunks[:at], lost, *chunks[at + 1 :]]))
        if isinstance(part, LogprobsError):
            continue
        for completion in part:
            before = next(each for each in whole if each.choice == completion.choice)
            if completion.text == before.text:
                assert placed(completion) == placed(before)


def placed(completion):
    """Return the tokens with a place, but blanks: servers leave out those a token begins with."""
    tokens = [token for token in completion if token.start is not None and token.text.strip()]
    return [(token.text, token.raw_logprob) for token in tokens]
