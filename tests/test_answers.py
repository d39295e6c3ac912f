"""Several answers in one response: lists of them, streams, and what a batch puts around each."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from pytest_logprobs import (
    ChoiceError,
    LogprobsError,
    MalformedResponseError,
    MissingLogprobsError,
    UnknownFormatError,
    parse,
    parse_all,
)


def entries(text):
    """Return a list of one token."""
    return [{"token": text, "logprob": -0.5}]


def chat(text):
    """Return a whole answer."""
    choice = {"message": {"content": text}, "logprobs": {"content": entries(text)}}
    return {"choices": [{**choice, "index": 0, "finish_reason": "stop"}]}


def chunk(text, finish_reason=None):
    """Return a piece of a streamed answer."""
    choice = {"delta": {"content": text}, "logprobs": {"content": entries(text)}}
    return {"choices": [{**choice, "index": 0, "finish_reason": finish_reason}]}


def line(body):
    """Return a line of OpenAI's batches."""
    return {"custom_id": "a", "response": {"status_code": 200, "body": body}, "error": None}


@dataclass
class SDKObject:
    """An answer as a client gives it."""

    body: dict

    def model_dump(self):
        """Return its content."""
        return self.body


A, B, C = map(chat, "ABC")
STREAM = [chunk("A"), chunk("B", "stop")]

READ = {
    "one answer": (A, ["A"]),
    "one in a list": ([A], ["A"]),
    "one in a tuple in a list": ([(A,)], ["A"]),
    "whole answers": ([A, B, C], ["A", "B", "C"]),
    "lists of answers: prompts, and samples of each": ([[A, B], [C]], ["A", "B", "C"]),
    "lists in lists in lists": ([[[[A]]], [B]], ["A", "B"]),
    "a stream": (STREAM, ["AB"]),
    "a stream in a list": ([STREAM], ["AB"]),
    "streams": ([STREAM, STREAM[1:]], ["AB", "B"]),
    "a stream beside an answer": ([STREAM, C], ["AB", "C"]),
    "objects of an SDK": ([SDKObject(A), SDKObject(B)], ["A", "B"]),
    "the chunks of an SDK": (map(SDKObject, STREAM), ["AB"]),
    "a line of a batch": (line(A), ["A"]),
    "lines of a batch": ([line(A), line(B)], ["A", "B"]),
    "a whole batch": (f"{json.dumps(line(A))}\n\n{json.dumps(line(B))}\n", ["A", "B"]),
    "answers, one on each line": (f"{json.dumps(A)}\n{json.dumps(B)}", ["A", "B"]),
    "a line of a batch of Google's": ({"key": "a", "response": A}, ["A"]),
    "a line of Vertex's": ({"status": "", "request": {}, "response": A}, ["A"]),
}


@pytest.mark.parametrize(("response", "texts"), READ.values(), ids=READ)
def test_what_is_read(response, texts):
    """The completions come in the order of the answers."""
    completions = parse_all(response)
    assert [each.text for each in completions] == texts
    assert all(each.mean_logprob == -0.5 for each in completions)


def test_server_sent_events_are_one_stream():
    """A list of chunks that each end an answer is several answers, a stream of them never is."""
    ended = [chunk("A", "stop"), chunk("B", "stop")]
    assert [each.text for each in parse_all(ended)] == ["A", "B"]
    with pytest.raises(MalformedResponseError, match="another answer begins here"):
        parse_all("".join(f"data: {json.dumps(each)}\n\n" for each in ended))


def ended(text, index, name="c", **fields):
    """Return a chunk of a completion that ends with it."""
    logprobs = {"tokens": [text], "token_logprobs": [-0.5]}
    choice = {"index": index, "text": text, "finish_reason": "length", "logprobs": logprobs}
    return {"id": name, "choices": [choice], **fields}


ONE, ZERO = ended("one", 1), ended("zero", 0)


def gemini(text):
    """Return a chunk of Gemini's, of which each may have a reason to end."""
    chosen = [{"token": text, "logProbability": -0.5}]
    content = {"parts": [{"text": text}]}
    result = {"chosenCandidates": chosen}
    candidate = {"content": content, "finishReason": "STOP", "logprobsResult": result}
    return {"responseId": "r", "candidates": [candidate]}


@pytest.mark.parametrize(
    ("chunks", "texts"),
    [
        ([ONE, ZERO], ["zero", "one"]),  # the choices of a stream of one token each
        ([ONE, ended("b", 0, "d")], ["one", "b"]),
        ([ONE, ONE], ["one", "one"]),
        ([ZERO, ended("b", 0)], ["zero", "b"]),
        ([ended("a", 0, None), ended("b", 1, None)], ["a", "b"]),
        ([ended("a", 0, ["x"]), ended("b", 1, ["x"])], ["a", "b"]),
        ([{**A, "id": "c"}, {**B, "id": "c"}], ["A", "B"]),
        ([gemini("A"), gemini("B")], ["AB"]),
        ([gemini("A"), gemini("A")], ["A", "A"]),  # the same answer twice
        ([gemini("A"), gemini("A"), gemini("B")], ["AAB"]),
    ],
)
def test_chunks_that_each_end_an_answer(chunks, texts):
    """They are a stream's if they are named alike and do not repeat a choice."""
    assert [each.text for each in parse_all(chunks)] == texts


def test_choice_of_a_stream_of_single_tokens():
    """It is known by its number, in whatever order they come."""
    assert parse([ONE, ZERO], choice=0).text == "zero"


def test_events_of_a_client():
    """OpenAI's client gives each chunk in an event, beside others that repeat what it says."""
    events = []
    for each in STREAM:
        events += [
            {"type": "chunk", "chunk": each, "snapshot": {"choices": []}},
            {"type": "content.delta", "delta": "A", "snapshot": "A"},
            {"type": "logprobs.content.delta", "content": entries("A"), "snapshot": entries("A")},
        ]
    assert parse(events).text == "AB"
    assert parse(map(SDKObject, events)).text == "AB"
    assert parse(events[3]).text == "B"
    with pytest.raises(UnknownFormatError):
        parse(events[1:3])


def test_one_of_several_answers_is_named_by_its_place():
    """Counted over all lists; the answer's own number stays what it was."""
    response = [[A], [B, C]]
    assert parse(response, choice=2).text == "C"
    assert parse(response, choice=2).choice == 0
    with pytest.raises(ChoiceError) as caught:
        parse(response)
    assert caught.value.choices == (0, 1, 2)


def test_an_answer_without_logprobs_does_not_hurt_the_others():
    """It is read when it is asked for."""
    bare = {"choices": [{"message": {"content": "B"}, "finish_reason": "stop"}]}
    response = [line(A), line(bare)]
    assert parse(response, choice=0).text == "A"
    with pytest.raises(MissingLogprobsError):
        parse_all(response)


WRONG = {
    "an empty list": ([], "$: there are no chunks; an iterator gives them only once"),
    "an empty list in a list": (
        [[A], []],
        "$[1]: there are no chunks; an iterator gives them only",
    ),
    "no object": ([[A], 3], "$[1]: a response is an object, got a number 3"),
    "no object deep inside": ([[[A, None]]], "$[0][0][1]: a response is an object, got null"),
    "too deep": ([[[[[[A]]]]]], "$[0][0][0][0][0]: a response is an object, got a list"),
    "a body that is none": (
        line("A"),
        '$.response.body: a response is an object, got a string "A"',
    ),
    "a result that is none": (
        {"custom_id": "a", "result": {"type": "succeeded"}},
        "$.result.message: a response is an object, got null",
    ),
    "a result that nobody knows": (
        {"custom_id": "a", "result": {"type": "succeeded", "message": {"b": 1}}},
        "no wire format has this shape; tried ",
    ),
}


@pytest.mark.parametrize(("response", "message"), WRONG.values(), ids=WRONG)
def test_what_is_refused(response, message):
    """The path is that of the place in the lists, and in what a batch puts around an answer."""
    with pytest.raises((MalformedResponseError, UnknownFormatError)) as caught:
        parse_all(response)
    assert str(caught.value).startswith(message)


def test_the_path_of_an_error_in_a_batch():
    """It begins with the line, 0-based among those that are not blank."""
    broken = chat("B")
    broken["choices"][0]["logprobs"]["content"][0]["logprob"] = True
    body = f"{json.dumps(line(A))}\n\n{json.dumps(line(broken))}\n"
    with pytest.raises(MalformedResponseError) as caught:
        parse_all(body)
    assert str(caught.value) == (
        "$[1].response.body.choices[0].logprobs.content[0].logprob: expected a number or null, "
        "got a boolean true"
    )


@pytest.mark.parametrize(
    "around",
    [
        {"response": {"status_code": True, "body": []}},
        {"response": {"status_code": "500", "body": 1}},
        {"response": {"status_code": 1e9}},
        {"response": {"body": {"response": {"body": {}}}}},
        {"response": {"candidates": {}}},
        {"response": [], "request": [], "status": 3, "error": {}},
        {"request": {}, "status": ["x"], "response": {"error": 3}},
        {"key": "a", "response": {}},
        {"custom_id": 3, "result": {"type": "", "message": []}},
        {"custom_id": 3, "result": {"type": None}},
        {"error": {"error": {"error": {}}}},
        {"error": {"message": [], "error": {"message": {}}}},
    ],
)
def test_any_json_around_an_answer(around):
    """Whatever stands where a batch says something, nothing but our own errors comes out."""
    with pytest.raises(LogprobsError) as caught:
        parse_all(around)
    assert str(caught.value)


def test_batches_in_batches():
    """What is around an answer is taken off once, however often it is there."""
    nested = A
    for _ in range(2_000):
        nested = line(nested)
    with pytest.raises(UnknownFormatError) as caught:
        parse_all(nested)
    assert str(caught.value).endswith("the keys seen: 'custom_id', 'response', 'error'")
