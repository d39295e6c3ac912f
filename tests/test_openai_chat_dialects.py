"""``openai-chat``: what its dialects may not do, and where each surprise is found.

What they do is shown by the fixtures in ``dialects/``.
"""

import math

import pytest

from pytest_logprobs import MalformedResponseError, MissingLogprobsError, parse

CONTENT = "$.choices[0].logprobs.content"
HEAD = (
    "this is not the token that was sampled: this server puts the first of top_logprobs, which it "
    "does not sort, in its place; ask without top_logprobs"
)


def body(content, said="A", **more):
    """Make a response with one choice."""
    message = {"role": "assistant", "content": said}
    return {"choices": [{"index": 0, "message": message, "logprobs": {"content": content}, **more}]}


@pytest.mark.parametrize(
    ("prob", "raw"),
    [
        (1, 0.0),
        (0.5, math.log(0.5)),
        (0.0, -math.inf),
        (2.0, math.log(2)),  # no probability, and then no log-probability
        (None, None),
    ],
)
def test_probabilities(prob, raw):
    """A probability's logarithm is what is read; of one that is null, nothing."""
    token = parse(body([{"token": "A", "prob": prob, "top_probs": [{"token": "B", "prob": prob}]}]))
    known = raw if raw is not None and -999 < raw <= 0 else None
    assert [(each.raw_logprob, each.logprob) for each in (token[0], token[0].alternatives[0])] == [
        (raw, known),
        (raw, known),
    ]
    assert token.capabilities.processed is True


@pytest.mark.parametrize(
    ("entry", "where", "problem"),
    [
        ({"token": "A", "prob": -0.5}, "[0].prob", "expected a probability, got a number -0.5"),
        (
            {"token": "A", "prob": "high"},
            "[0].prob",
            'expected a number or null, got a string "high"',
        ),
        (
            {"token": "A", "prob": 0.5, "top_probs": 7},
            "[0].top_probs",
            "expected a list, got a number 7",
        ),
        (
            {"token": "A", "prob": 0.5, "top_probs": [{"token": "B", "prob": -1}]},
            "[0].top_probs[0].prob",
            "expected a probability, got a number -1",
        ),
        (
            {"token": "A", "logprob": -0.5, "top_logprobs": {"token": "B", "logprob": "low"}},
            "[0].top_logprobs.logprob",
            'expected a number or null, got a string "low"',
        ),
        (
            {"token": "A", "logprob": -0.5, "top_logprobs": {"B": -1.0}},
            "[0].top_logprobs",
            'expected a list, got an object {"B": -1.0}',
        ),
        ({"id": -1, "logprob": -0.5}, "[0].token", "expected a string, got null"),
        ({"id": True, "logprob": -0.5}, "[0].token", "expected a string, got null"),
        ({"id": 7, "text": "A", "logprob": -0.5}, "[0].token", "expected a string, got null"),
        ({}, "[0].token", "expected a string, got null"),
    ],
)
def test_malformed_entries(entry, where, problem):
    """Every surprise in an entry has the path of its place."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(body([entry]))[0].alternatives  # noqa: B018
    assert str(caught.value) == f"{CONTENT}{where}: {problem}"


@pytest.mark.parametrize(
    ("content", "where", "problem"),
    [
        ({"token": 7}, ".token", "expected a string, got a number 7"),
        ({"token": "A", "bytes": [300]}, ".bytes[0]", "expected a number from 0 to 255, got a "),
        ({"text": "A"}, "", 'expected a list, got an object {"text": "A"}'),
    ],
)
def test_object_in_the_place_of_a_list(content, where, problem):
    """One entry may stand in the place of a list; its path is then that of the list."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(body(content))
    assert str(caught.value).startswith(f"{CONTENT}{where}: {problem}")


def test_token_that_was_not_sampled():
    """An entry that is only the head of its unsorted list is refused in each chunk of a stream."""
    listed = [{"id": 5, "token": "Ġa", "logprob": -2.5}, {"id": 6, "token": "Ġb", "logprob": -0.5}]
    entry = {**listed[0], "top_logprobs": listed}
    delta = {"delta": {"content": " b"}, "logprobs": {"content": [entry]}}
    with pytest.raises(MalformedResponseError) as caught:
        parse([{"choices": [{"delta": {"content": ""}}]}, {"choices": [delta]}])
    assert str(caught.value) == f"$[1].choices[0].logprobs.content[0]: {HEAD}"


@pytest.mark.parametrize(
    "more",
    [
        {"bytes": [65]},  # llama.cpp, whose chosen token may be the first of a sorted list
        {"id": "token-5"},
        {"top_logprobs": [{"id": 6, "token": "B", "logprob": -0.25}]},
        {"top_logprobs": [{"token": "A", "logprob": -0.5}]},
        {"top_logprobs": []},
    ],
)
def test_token_that_was_sampled(more):
    """Nothing else that has ids is taken for such a head."""
    listed = [{"id": 5, "token": "A", "logprob": -0.5}]
    entry = {"id": 5, "token": "A", "logprob": -0.5, "top_logprobs": listed, **more}
    assert parse(body([entry]))[0].text == "A"


SCORED = {"content": [{"token": "hm", "logprob": -0.5}]}


@pytest.mark.parametrize(
    ("more", "because"),
    [
        (
            {"reasoning_logprobs": SCORED},
            "there are some for its reasoning alone, which is no part",
        ),
        (
            {"reasoning_logprobs": {"content": []}},
            "ask for them with logprobs=True, top_logprobs=5",
        ),
        ({"reasoning_logprobs": -0.5}, "ask for them with logprobs=True, top_logprobs=5"),
        ({"reasoning_logprobs": None}, "ask for them with logprobs=True, top_logprobs=5"),
    ],
)
@pytest.mark.parametrize("content", [None, []])
def test_only_the_reasoning_is_scored(more, because, content):
    """An answer without numbers of its own is none that its reasoning's numbers stand in for."""
    with pytest.raises(MissingLogprobsError) as caught:
        parse(body(content, **more))
    assert str(caught.value).startswith(
        f"choice 0 of the openai-chat response carries no log-probabilities: {because}"
    )


def test_one_choice_of_two_is_scored():
    """A choice whose entries are not sound does not hurt the others."""
    good, bad = (body([entry])["choices"][0] for entry in ({"token": "A", "logprob": -1.0}, {}))
    assert parse({"choices": [{**bad, "index": 1}, good]}, choice=0).total_logprob == -1.0
