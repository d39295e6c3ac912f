"""``ollama``: what is wrong in a body, where answers end, and what is none of its."""

import json

import pytest

from pytest_logprobs import MalformedResponseError, MissingLogprobsError, parse, parse_all
from pytest_logprobs.parsers import ollama

ENTRY = {"token": "Yes", "logprob": -0.25, "bytes": [89, 101, 115]}


def chat(content="Yes", logprobs=(ENTRY,), *, done=True, **said):
    """Make a response of the chat."""
    message = {"role": "assistant", "content": content, **said}
    return {"model": "m", "message": message, "logprobs": logprobs, "done": done}


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (chat(content=5), "$.message.content: expected a string, got a number 5"),
        (chat(logprobs={"content": []}), '$.logprobs: expected a list, got an object {"content"'),
        (chat(logprobs=["Yes"]), '$.logprobs[0]: expected an object, got a string "Yes"'),
        (
            chat(logprobs=[{"token": "Yes", "logprob": "-0.25"}]),
            '$.logprobs[0].logprob: expected a number or null, got a string "-0.25"',
        ),
        ({**chat(), "message": None, "response": "Yes", "logprobs": [{}]}, "$.logprobs[0].token: "),
    ],
)
def test_what_is_malformed(response, expected):
    """The path is that of the wrong value."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(response)
    assert str(caught.value).startswith(expected)


def test_a_wrong_alternative_is_an_error_when_it_is_asked_for():
    """Alternatives are read late, and their errors have a path too."""
    entry = {**ENTRY, "top_logprobs": [{"token": "Yes", "logprob": True}]}
    token = parse(chat(logprobs=[entry]))[0]
    with pytest.raises(MalformedResponseError) as caught:
        _ = token.alternatives
    problem = "expected a number or null, got a boolean true"
    assert str(caught.value) == f"$.logprobs[0].top_logprobs[0].logprob: {problem}"


def test_a_number_that_is_not_there_is_not_known():
    """An entry without a log-probability is no certain one."""
    tokens = parse(chat("ab", [{"token": "a"}, {"token": "b", "logprob": None}]))
    assert [(token.logprob, token.raw_logprob) for token in tokens] == [(None, None)] * 2


def test_whole_answers_in_a_list_are_several():
    """Each of them is done."""
    assert [each.text for each in parse_all([chat(), chat()])] == ["Yes", "Yes"]


def test_lines_behind_the_end_are_another_answer():
    """Two streams in one body are not added up."""
    lines = [chat(done=False), chat("", None), chat(done=False), chat("", None)]
    with pytest.raises(MalformedResponseError) as caught:
        parse("\n".join(map(json.dumps, lines)))
    problem = "another answer begins here: give each answer in a list of its own"
    assert str(caught.value) == f"$[2]: {problem}"


def test_a_stream_that_lost_some_is_refused():
    """The scores of what is left would pass for those of the answer."""
    with pytest.raises(MalformedResponseError) as caught:
        parse([chat(done=False), chat(" and no", None, done=False), chat("", None)])
    assert caught.value.path == "$[1].logprobs"


def test_what_is_thought_has_no_place_in_the_text():
    """Its tokens are there; where the same words could be either, none of them has a place."""
    entries = [ENTRY, ENTRY]
    completion = parse(chat(logprobs=entries, thinking="Yes"))
    assert [(token.text, token.start) for token in completion] == [("Yes", None), ("Yes", None)]


@pytest.mark.parametrize("logprobs", [None, []])
def test_none_at_all(logprobs):
    """An empty list beside a text is no answer with log-probabilities."""
    with pytest.raises(MissingLogprobsError) as caught:
        parse(chat(logprobs=logprobs))
    assert caught.value.format == "ollama"


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"done": True},
        {"done": "true", "message": {}},
        {"done": True, "message": "pulling manifest"},
        {"done": False, "response": ["Yes"]},
        {"done": True, "message": {}, "choices": []},
        {"models": [{"name": "qwen3:0.6b"}]},
        {"status": "success", "completed": 5},
    ],
)
def test_what_is_none_of_its(other):
    """Progress of a download, a list of models, or values of other kinds are not recognised."""
    assert (ollama.recognises([("$", other)]), ollama.recognises([])) == (False, False)


def test_where_an_answer_ends():
    """The last line says so, and only ``true`` does."""
    assert [ollama.ends(("$", {"done": done})) for done in (True, False, 1, "x", [])] == [
        True,
        *[False] * 4,
    ]
