"""The ``tgi`` family: malformed bodies, corner cases, and what is not of it."""

import json

import pytest

from pytest_logprobs import MalformedResponseError, ResponseError, parse, parse_all
from pytest_logprobs.parsers import tgi


def token(**fields):
    """Return a token with some of its fields replaced."""
    return {"id": 1, "text": "a", "logprob": -0.5, "special": False, **fields}


def body(**details):
    """Return an answer in one piece."""
    return {
        "generated_text": "a",
        "details": {"finish_reason": "length", "tokens": [token()], **details},
    }


def events(*chunks):
    """Return a stream as it crosses the wire."""
    return "".join(f"data:{json.dumps(chunk)}\n\n" for chunk in chunks)


MALFORMED = {
    "$.generated_text: expected a string, got null": {**body(), "generated_text": None},
    "$.generated_text: expected a string, got a number 1": {**body(), "generated_text": 1},
    '$.details: expected an object, got a string "x"': {"generated_text": "a", "details": "x"},
    "$.details.tokens: expected a list, got an object {}": body(tokens={}),
    "$.details.tokens[0]: expected an object, got a number 1": body(tokens=[1]),
    "$.details.tokens[0].text: expected a string, got a number 2": body(tokens=[token(text=2)]),
    "$.details.tokens[0].text: expected a string, got null": body(
        tokens=[token(text=None, id=None)]
    ),
    '$.details.tokens[0].logprob: expected a number or null, got a string "0"': body(
        tokens=[token(logprob="0")]
    ),
    '$.details.tokens[0].id: expected a whole number or null, got a string "1"': body(
        tokens=[token(id="1")]
    ),
    "$.details.top_tokens: expected a list, got an object {}": body(top_tokens={}),
    "$.details.prefill: expected a list, got a boolean true": body(prefill=True),
    "$.details.prefill[1].text: expected a string, got a boolean true": body(
        prefill=[token(logprob=None), token(text=True)]
    ),
    "$.details.best_of_sequences: expected a list, got an object {}": body(best_of_sequences={}),
    "$[1].token.text: expected a string, got a list []": [
        {"token": token()},
        {"token": token(text=[])},
    ],
    "$[1].token: expected an object, got a number 1": [{"token": token()}, {"token": 1}],
    "$[1].generated_text: expected a string, got a number 1": [
        {"token": token()},
        {"token": token(), "generated_text": 1},
    ],
}


@pytest.mark.parametrize("message", MALFORMED)
def test_a_surprise_is_an_error_with_its_path(message):
    """What is not of the documented type is refused where it stands."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(MALFORMED[message])
    assert str(caught.value) == message


def test_an_alternative_is_read_when_it_is_looked_at():
    """A malformed list of alternatives hurts no one who does not look at it."""
    completion = parse(body(top_tokens=[[token(), token(logprob="x")]]))
    assert completion.total_logprob == -0.5
    with pytest.raises(MalformedResponseError) as caught:
        _ = completion[0].alternatives
    assert caught.value.path == "$.details.top_tokens[0][1].logprob"


def test_one_sequence_does_not_hurt_another():
    """Of several sequences the sound ones can be read by their numbers."""
    sequences = [{"generated_text": "b", "tokens": [token(text="b")]}, {"generated_text": None}]
    several = body(best_of_sequences=sequences)
    assert [parse(several, choice=number).text for number in (0, 1)] == ["a", "b"]
    with pytest.raises(MalformedResponseError) as caught:
        parse(several, choice=2)
    assert caught.value.path == "$.details.best_of_sequences[1].generated_text"


def test_a_token_without_text_is_called_by_its_id():
    """An id stands for a text that is null; the token has no place."""
    completion = parse(body(tokens=[token(text=None, id=7)]))
    assert [(each.text, each.token_id, each.start) for each in completion] == [
        ("token_id:7", 7, None)
    ]


def test_another_answer_in_a_stream_is_refused():
    """What comes after the end is not added to the answer."""
    last = {"token": token(), "generated_text": "a", "details": None}
    with pytest.raises(MalformedResponseError) as caught:
        parse(events({"token": token()}, last, {"token": token()}))
    assert str(caught.value) == (
        "$[2]: another answer begins here: give each answer in a list of its own"
    )


@pytest.mark.parametrize("numbers", [(1, 2, 1), (2, 1), (1, 1)])
def test_an_index_that_does_not_grow_is_another_answer_s(numbers):
    """Tokens are numbered: two streams that broke off are not one answer."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(events(*({"index": number, "token": token()} for number in numbers)))
    assert str(caught.value) == (
        f"$[{len(numbers) - 1}]: another answer begins here: give each answer in a list of its own"
    )


def test_more_tokens_than_were_generated_are_refused():
    """A stream behind one that broke off counts its own tokens only."""
    last = {"token": token(), "generated_text": "a", "details": {"generated_tokens": 1}}
    with pytest.raises(MalformedResponseError) as caught:
        parse(events({"token": token()}, last))
    assert str(caught.value) == (
        "$[1].details.generated_tokens: 1 tokens were generated and 2 are listed: some would be "
        "counted twice"
    )


@pytest.mark.parametrize(
    ("response", "processed"),
    [
        (body(), True),
        (body(inputs="Hello"), None),
        (events({"token": token()}), None),
        (events({"index": 1, "token": token()}), True),
        (events({"token": token(), "generated_text": "a", "details": {"seed": None}}), True),
    ],
)
def test_whose_numbers_are_processed(response, processed):
    """Other servers with the same shape do not say: they repeat the prompt, or number none."""
    assert parse(response).capabilities.processed is processed


def test_an_error_is_told_before_anything_is_read():
    """The server's error in the middle of a stream is what is reported."""
    with pytest.raises(ResponseError) as caught:
        parse(events({"token": token()}, {"error": "overloaded", "error_type": "overloaded"}))
    assert caught.value.provider_message == "overloaded"


def test_chunks_and_answers_in_a_list_are_told_apart():
    """A list of a stream's chunks is one answer; a list of answers is several."""
    stream = [{"token": token()}, {"token": token(text="b"), "generated_text": "ab"}]
    assert [each.text for each in parse_all(stream)] == ["ab"]
    assert [each.text for each in parse_all([body(), body()])] == ["a", "a"]
    assert [each.text for each in parse_all([stream, stream])] == ["ab", "ab"]


ODD = [None, 1, "x", True, [], [1], {}, {"text": 1}, [[]]]


@pytest.mark.parametrize("key", ["token", "generated_text", "details"])
@pytest.mark.parametrize("odd", ODD)
def test_recognising_never_fails(key, odd):
    """Any JSON in any place is looked at without an exception."""
    for chunk in ({key: odd}, {**body(), key: odd}):
        assert tgi.recognises([("$", chunk)]) in (True, False)
        assert tgi.ends(("$", chunk)) in (True, False)


NOT_OF_IT = [
    {},
    {"token": "a", "logprob": -0.5},
    {"token": {"id": 1}},
    {"details": {"finish_reason": "length"}},
    {"details": [{"tokens": []}]},
    {"generated_text": None},
    {"results": [{"generated_text": "a"}]},
    {"generated_text": "a", "generated_tokens": []},
    {"choices": [], "generated_text": "a"},
    {"choices": [{"text": "a"}], "token": {"id": 1, "text": "a", "logprob": -0.5}},
]


@pytest.mark.parametrize("chunk", NOT_OF_IT)
def test_what_is_not_of_this_family(chunk):
    """A few of its keys do not make a response one of its own."""
    assert not tgi.recognises([("$", chunk)])
