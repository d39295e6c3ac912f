"""Transcriptions beyond the fixtures: malformed bodies, sources of a stream, other shapes."""

import pytest

from pytest_logprobs import MalformedResponseError, MissingLogprobsError, parse, parse_all
from pytest_logprobs.parsers import openai_transcription

REALTIME = "conversation.item.input_audio_transcription"


def entry(token, logprob=-0.25):
    """Return a token's entry."""
    return {"token": token, "logprob": logprob, "bytes": [*token.encode()]}


def delta(text, *entries, kind="transcript.text.delta", **more):
    """Return an event that brings a piece."""
    return {"type": kind, "delta": text, "logprobs": [*entries], **more}


def done(text, *entries):
    """Return the event that repeats everything."""
    return {"type": "transcript.text.done", "text": text, "logprobs": [*entries]}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            {"text": "Hi", "logprobs": [{"token": 7, "logprob": -1.0}]},
            "$.logprobs[0].token: expected a string, got a number 7",
        ),
        (
            {"text": "Hi", "logprobs": [entry("Hi", "-1")]},
            '$.logprobs[0].logprob: expected a number or null, got a string "-1"',
        ),
        ([delta(7, entry("Hi"))], "$[0].delta: expected a string, got a number 7"),
        (
            [delta("Hi", entry("Hi"), content_index="0")],
            '$[0].content_index: expected a whole number or null, got a string "0"',
        ),
        (
            [delta("A", entry("A")), delta("B"), delta("C", entry("C"))],
            (
                "$[1].logprobs: there are none for the text of this chunk though other chunks of "
                "the stream have them: the scores would be those of a part of the answer"
            ),
        ),
        (
            [delta("A", entry("A")), delta("A", entry("A")), done("A")],
            (
                "$[0].logprobs: the text that these spell is not the one, or not all of the one, "
                "that the stream tells of this answer elsewhere"
            ),
        ),
        (
            [delta("A", entry("A")), done("A", entry("A")), done("B", entry("B"))],
            "$[2]: another answer begins here: give each answer in a list of its own",
        ),
    ],
)
def test_malformed_bodies(body, message):
    """The error says where, what was expected and what was found."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(body)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("events", "logprob"),
    [
        ([delta("Hi", entry("Hi", -1.0)), done("Hi", entry("Hi", -2.0))], -1.0),
        ([delta("Hi"), done("Hi", entry("Hi", -2.0))], -2.0),
        ([delta("i", entry("i", -1.0)), done("Hi", entry("Hi", -2.0))], -2.0),
        ([delta("Hi", entry("Hi", -1.0))], -1.0),
        ([delta("Hi", entry("Hi", -1.0)), done("Hi")], -1.0),
        ([done("Hi", entry("Hi", -2.0))], -2.0),
        ([delta("Hi", entry("Hi")), delta("Hi", entry("Hi")), done("Hi", entry("Hi", -2.0))], -2.0),
        ([delta("H", entry("H")), delta("i"), done("Hi", entry("Hi", -2.0))], -2.0),
    ],
)
def test_one_telling_of_a_stream_is_read(events, logprob):
    """The deltas, unless they have none or lack a part of the text; they are never added up."""
    completion = parse(events)
    assert (completion.text, [token.raw_logprob for token in completion]) == ("Hi", [logprob])


def test_items_of_a_realtime_session():
    """Deltas of two items may alternate; one of them without hurts no other."""
    kind = f"{REALTIME}.delta"
    events = [
        delta("A", entry("A"), kind=kind, item_id="item_1"),
        delta("B", kind=kind, item_id="item_2"),
        delta("C", entry("C"), kind=kind, item_id="item_1"),
    ]
    assert parse(events, choice=0).text == "AC"
    with pytest.raises(MissingLogprobsError, match="choice 1 of the openai-transcription response"):
        parse(events, choice=1)


def test_a_list_of_transcriptions():
    """Answers that are whole are several, not the events of one."""
    body = {"text": "Hi", "logprobs": [entry("Hi")]}
    assert [each.text for each in parse_all([body, done("Yo", entry("Yo"))])] == ["Hi", "Yo"]


@pytest.mark.parametrize(
    "body",
    [
        {"text": "Hi"},
        {"text": "Hi", "meta_info": {}},
        {"text": "Hi", "usage": {"total_tokens": 3}},
        {"text": "Hi", "logprobs": [{"text": "Hi", "token_ids": [1], "logprobs": [-0.5]}]},
        {"text": "Hi", "type": "text", "logprobs": []},
    ],
)
def test_other_texts_are_not_transcriptions(body):
    """A text alone is too little to know one by."""
    assert not openai_transcription.recognises([("$", body)])


@pytest.mark.parametrize("odd", [None, 7, "Hi", [], [7], [None], {}, {"a": 1}, True, [[]]])
def test_recognition_is_total(odd):
    """Whatever stands where: it is this family's shape or not, never an exception."""
    for name in ("text", "type", "logprobs", "segments", "usage"):
        for each in ({name: odd}, {"text": "Hi", name: odd}, {"type": f"{REALTIME}.x", name: odd}):
            assert openai_transcription.recognises([("$", each)]) in (True, False)
            assert openai_transcription.ends(("$", each)) in (True, False)
