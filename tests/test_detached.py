"""A ``logprobs`` that was taken out of its response: what is refused, and what is none."""

import pytest

from pytest_logprobs import LogprobsError, MissingLogprobsError, parse, parse_all
from pytest_logprobs.parsers import detached
from pytest_logprobs.parsers._answers import ENTRIES

ENTRY = {"token": "Yes", "logprob": -0.5, "bytes": None, "top_logprobs": []}
VALUES = [None, True, 7, -0.5, "Yes", [], [7], [None], [[]], {}, {"token": 7}, [{}], [ENTRY]]
KEYS = ["content", "refusal", "tokens", "token_logprobs", "chosenCandidates", "chosen_candidates"]


@pytest.mark.parametrize(
    ("logprobs", "message"),
    [
        ([ENTRY, 7], "$[1]: expected an object, got a number 7"),
        ([ENTRY, {"logprob": -0.5}], "$[1].token: expected a string, got null"),
        (
            [ENTRY, {**ENTRY, "bytes": [256]}],
            "$[1].bytes[0]: expected a number from 0 to 255, got a number 256",
        ),
        (
            [[ENTRY], [ENTRY, {**ENTRY, "logprob": "0"}]],
            '$[1][1].logprob: expected a number or null, got a string "0"',
        ),
        ({"content": [ENTRY, []]}, "$.content[1]: expected an object, got a list []"),
        (
            [{"content": [ENTRY]}, {"content": [ENTRY, []]}],
            "$[1].content[1]: expected an object, got a list []",
        ),
        (
            {"tokens": ["Yes"], "token_logprobs": []},
            "$.token_logprobs: 0 entries for 1 tokens: they belong together one by one",
        ),
        (
            {"chosenCandidates": [{"token": 7}]},
            "$.chosenCandidates[0].token: expected a string, got a number 7",
        ),
    ],
)
def test_malformed(logprobs, message):
    """An error names the place, counted from what was given."""
    with pytest.raises(LogprobsError) as caught:
        parse_all(logprobs)
    assert str(caught.value) == message


def test_malformed_alternative():
    """Alternatives are read when they are asked for, and their errors name the place as well."""
    completion = parse([ENTRY, {**ENTRY, "top_logprobs": [ENTRY, {"token": None}]}])
    with pytest.raises(LogprobsError) as caught:
        _ = completion[1].alternatives
    assert str(caught.value) == "$[1].top_logprobs[1].token: expected a string, got null"


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("key", [*KEYS, ENTRIES])
def test_recognition_is_total(key, value):
    """Whatever stands where, it is a logprobs or it is not."""
    chunk = ("$", {key: value})
    assert isinstance(detached.recognises([chunk]), bool)
    assert not detached.recognises([])
    assert not detached.recognises([chunk, chunk])


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"content": "Yes"},
        {"content": [{"type": "text", "text": "Yes"}]},
        {"role": "assistant", "content": None, "refusal": None},
        {"role": "assistant", "content": None},
        {"tokens": [1, 2]},
        {"tokens": [{"id": 1, "text": "Yes", "logprob": -0.5}], "prefill": []},
        {"type": "logprobs.content.delta", "content": [ENTRY]},
    ],
)
def test_what_is_no_logprobs(value):
    """A message has a content too, and is none."""
    assert not detached.recognises([("$", value)])


def test_text_of_a_token_that_is_cut():
    """What no token completes is a replacement character, and none of them has a place in it."""
    completion = parse([{**ENTRY, "token": "\\xf0\\x9f", "bytes": [240, 159]}])
    assert (completion.text, completion[0].start, completion.mean_logprob) == ("\ufffd", None, -0.5)


def test_lone_surrogates():
    """A token's text is kept as it is, whatever it holds."""
    assert parse([{**ENTRY, "token": "\ud83d"}]).text == "\ud83d"


def test_nothing_in_the_lists():
    """A logprobs that says nothing is refused: an answer without tokens has no scores."""
    with pytest.raises(MissingLogprobsError) as caught:
        parse({"content": None, "refusal": None})
    assert caught.value.format == "detached"
