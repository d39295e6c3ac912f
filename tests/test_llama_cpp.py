"""The ``llama-cpp`` family: malformed bodies, streams, and what is not of it."""

import math

import pytest

from pytest_logprobs import MalformedResponseError, parse, parse_all
from pytest_logprobs.parsers import llama_cpp


def entry(text="a", logprob=-0.5, **fields):
    """Return an entry of the newer shape."""
    return {"id": 1, "token": text, "bytes": [*text.encode()], "logprob": logprob, **fields}


def old(text, *probs):
    """Return an entry of the shape before 2024-12."""
    return {"content": text, "probs": [{"tok_str": each, "prob": prob} for each, prob in probs]}


def body(*entries, **fields):
    """Return an answer in one piece."""
    return {"content": "a", "stop": True, "completion_probabilities": [*entries], **fields}


def part(text, *entries, **fields):
    """Return a stream's chunk."""
    return {"content": text, "stop": False, "completion_probabilities": [*entries], **fields}


WHERE = "$.completion_probabilities"
MALFORMED = {
    "$.content: expected a string, got a number 1": body(entry(), content=1),
    '$.index: expected a whole number or null, got a string "0"': body(entry(), index="0"),
    f"{WHERE}[0].token: expected a string, got a number 2": body({**entry(), "token": 2}),
    f'{WHERE}[0].logprob: expected a number or null, got a string "x"': body(entry(logprob="x")),
    f"{WHERE}[0].bytes[0]: expected a number from 0 to 255, got a number 256": body(
        entry(bytes=[256])
    ),
    f"{WHERE}[0].prob: expected a probability, got a number -0.5": body(
        {"id": 1, "token": "a", "bytes": [97], "prob": -0.5}
    ),
    f"{WHERE}[0].content: expected a string, got null": body(old(None)),
    f"{WHERE}[0].probs: expected a list, got an object {{}}": body({"content": "a", "probs": {}}),
    f"{WHERE}[0].probs[0].prob: expected a probability, got a number -1": body(old("a", ("a", -1))),
    f"{WHERE}[1]: expected an object, got a number 1": body(old("a"), 1),
}


@pytest.mark.parametrize("message", MALFORMED)
def test_a_surprise_is_an_error_with_its_path(message):
    """What is not of the documented type is refused where it stands."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(MALFORMED[message])
    assert str(caught.value) == message


def test_an_alternative_is_read_when_it_is_looked_at():
    """A malformed list of alternatives hurts no one who does not look at it."""
    wrong = {
        f"{WHERE}[0].top_logprobs[0].logprob": entry(top_logprobs=[entry(logprob="x")]),
        f"{WHERE}[0].probs[1].tok_str": old("a", ("a", 0.5), (1, 0.5)),
    }
    for path, each in wrong.items():
        completion = parse(body(each))
        assert completion[0].logprob is not None
        with pytest.raises(MalformedResponseError) as caught:
            _ = completion[0].alternatives
        assert caught.value.path == path


def test_a_probability_of_zero_is_not_known():
    """Its logarithm is no number that could be scored; null and NaN are not known either."""
    completion = parse(body(old("a", ("a", 0.0), ("b", None), ("c", 1), ("d", math.nan))))
    assert completion[0].logprob is None
    assert [(each.text, each.raw_logprob) for each in completion[0].alternatives] == [
        ("c", 0.0),
        ("a", -math.inf),
        ("b", None),
        ("d", None),
    ]


def test_a_chosen_token_that_cannot_be_told_is_not_known():
    """It has no number where no alternative has its text, or where several have."""
    probs = (("a", 0.5), ("b", 0.25), ("b", 0.125))
    numbers = {text: parse(body(old(text, *probs)))[0].logprob for text in "abc"}
    assert numbers == {"a": math.log(0.5), "b": None, "c": None}


def test_what_the_names_of_the_numbers_tell():
    """``prob`` is after sampling, ``logprob`` is the model's own; a mixture tells nothing."""
    after = {"id": 1, "token": "a", "bytes": [97], "prob": 0.5}
    bodies = [body(entry()), body(after), body(old("a", ("a", 0.5)))]
    assert [parse(each).capabilities.processed for each in bodies] == [False, True, True]
    mixed = [part("a", entry()), part("b", {**after, "token": "b"})]
    assert parse(mixed).capabilities.processed is None


REASONS = [
    ({"stop_type": "eos"}, "eos"),
    ({"stop_type": "none"}, None),
    ({"stop_type": 1}, None),
    ({"stopped_eos": False, "stopped_word": True, "stopped_limit": False}, "word"),
    ({"stopped_limit": True}, "limit"),
    ({}, None),
]


@pytest.mark.parametrize(("fields", "reason"), REASONS)
def test_why_it_ended(fields, reason):
    """The newer and the older names of the reason."""
    assert parse(body(entry(), **fields)).finish_reason == reason


def test_a_last_chunk_that_does_not_repeat_is_added():
    """Only a last chunk that lists again all that came before, and has no text, repeats it."""
    first = part("a", entry())
    ends = {
        "more": part("b", entry("b"), stop=True),
        "the end token": part("", entry("", -0.25), stop=True),
        "the same again, with text": part("a", entry(), stop=True),
    }
    counts = {name: len(parse([first, last])) for name, last in ends.items()}
    assert counts == {"more": 2, "the end token": 2, "the same again, with text": 2}
    assert len(parse([first, part("", entry(), entry("", -0.25), stop=True)])) == 2


def test_another_answer_in_a_stream_is_refused():
    """What comes after the end is not added to the answer."""
    with pytest.raises(MalformedResponseError) as caught:
        parse([part("a", entry()), body(entry()), part("b", entry("b"))])
    assert str(caught.value) == (
        "$[2]: another answer begins here: give each answer in a list of its own"
    )


def test_answers_without_stop_are_several():
    """``response_fields`` may leave ``stop`` out of an answer, but not of a stream's chunks."""
    short = {"content": "a", "completion_probabilities": [entry()]}
    assert [each.text for each in parse_all([short, short])] == ["a", "a"]
    assert [each.text for each in parse_all([part("a", entry()), short])] == ["aa"]
    with pytest.raises(MalformedResponseError) as caught:
        parse([part("a", entry()), short, part("a", entry())])
    assert str(caught.value) == (
        "$[2]: another answer begins here: give each answer in a list of its own"
    )


def test_one_answer_does_not_hurt_another():
    """Of several streams the sound ones can be read by their numbers."""
    several = [part("a", entry(), index=0), part("b", 1, index=2)]
    assert parse(several, choice=0).text == "a"
    with pytest.raises(MalformedResponseError) as caught:
        parse_all(several)
    assert caught.value.path == "$[1].completion_probabilities[0]"


ODD = [None, 1, "x", True, [], [1], {}, [[]]]


@pytest.mark.parametrize("key", ["content", "stop", "completion_probabilities", "index"])
@pytest.mark.parametrize("odd", ODD)
def test_recognising_never_fails(key, odd):
    """Any JSON in any place is looked at without an exception."""
    for chunk in ({key: odd}, body(entry(), **{key: odd})):
        assert llama_cpp.recognises([("$", chunk)]) in (True, False)
        assert llama_cpp.ends(("$", chunk)) in (True, False)


NOT_OF_IT = [
    {},
    {"content": "a"},
    {"stop": True},
    {"content": "a", "stop": None},
    {"content": ["a"], "stop": True},
    {"completion_probabilities": {}},
    {"choices": [], "completion_probabilities": []},
]


@pytest.mark.parametrize("chunk", NOT_OF_IT)
def test_what_is_not_of_this_family(chunk):
    """A few of its keys do not make a response one of its own."""
    assert not llama_cpp.recognises([("$", chunk)])
