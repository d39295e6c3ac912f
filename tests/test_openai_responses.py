"""OpenAI's Responses beyond the fixtures: malformed bodies, sources of a stream, its breaks."""

import pytest

from pytest_logprobs import MalformedResponseError, MissingLogprobsError, parse, parse_all
from pytest_logprobs.parsers import openai_responses

CREATED = {"type": "response.created", "response": {"status": "in_progress", "model": "m"}}


def entry(token, logprob=-0.25):
    """Return a token's entry."""
    return {"token": token, "logprob": logprob, "bytes": None, "top_logprobs": []}


def part(text, *entries, kind="output_text"):
    """Return a part of a message."""
    name = "refusal" if kind == "refusal" else "text"
    return {"type": kind, name: text, "logprobs": [*entries]}


def message(*parts):
    """Return an item of the output."""
    return {"type": "message", "content": [*parts]}


def response(*items, **more):
    """Return a whole response."""
    return {"object": "response", "status": "completed", "output": [*items], **more}


def event(kind, text, *entries, **place):
    """Return an event of a stream that brings text."""
    name = {"delta": "delta", "done": "text"}[kind]
    return {"type": f"response.output_text.{kind}", name: text, "logprobs": [*entries], **place}


BODY = response(message(part("Hi", entry("Hi"))))
HI = entry("Hi")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            response(message(part("Hi", {"token": "Hi", "logprob": "-1"}))),
            (
                "$.output[0].content[0].logprobs[0].logprob: "
                'expected a number or null, got a string "-1"'
            ),
        ),
        (
            response(message({"type": "output_text", "text": "Hi", "logprobs": {"content": [HI]}})),
            "$.output[0].content[0].logprobs: expected a list, got an object",
        ),
        (
            response(message({"type": "output_text", "text": "Hi", "logprobs": 0.0})),
            "$.output[0].content[0].logprobs: expected a list, got a number 0.0",
        ),
        (
            response(message(part(7, HI))),
            "$.output[0].content[0].text: expected a string, got a number 7",
        ),
        (
            response({"type": "message", "content": "Hi"}),
            '$.output[0].content: expected a list, got a string "Hi"',
        ),
        (
            response(message("Hi")),
            '$.output[0].content[0]: expected an object, got a string "Hi"',
        ),
        (
            [CREATED, event("delta", "Hi", {"token": None, "logprob": -1.0})],
            "$[1].logprobs[0].token: expected a string, got null",
        ),
        (
            [CREATED, event("delta", "Hi", HI, output_index="0")],
            '$[1].output_index: expected a whole number or null, got a string "0"',
        ),
        (
            [CREATED, {"type": "response.output_item.done", "item": []}],
            "$[1].item: expected an object, got a list []",
        ),
        (
            [CREATED, {"type": "response.completed", "response": "m"}],
            '$[1].response: expected an object, got a string "m"',
        ),
        (
            [event("delta", "A", entry("A")), event("delta", "B"), event("delta", "C", entry("C"))],
            (
                "$[1].logprobs: there are none for the text of this chunk though other chunks of "
                "the stream have them: the scores would be those of a part of the answer"
            ),
        ),
    ],
)
def test_malformed_bodies(body, message):
    """The error says where, what was expected and what was found."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(body)
    assert str(caught.value).startswith(message)


ROUNDED = {
    "type": "response.completed",
    "response": response(message(part("Hi", entry("Hi", -0.0)))),
}
ITEM = {"type": "response.output_item.done", "item": message(part("Hi", entry("Hi", -1.0)))}
PART = {"type": "response.content_part.done", "part": part("Hi", entry("Hi", -2.0))}
DONE = event("done", "Hi", entry("Hi", -3.0))
DELTA = event("delta", "Hi", entry("Hi", -4.0))


@pytest.mark.parametrize(
    ("events", "logprob"),
    [
        ([CREATED, DELTA, DONE, PART, ITEM, ROUNDED], -4.0),
        ([CREATED, DONE, PART, ITEM, ROUNDED], -3.0),
        ([CREATED, event("delta", "Hi"), PART, ITEM, ROUNDED], -2.0),
        ([CREATED, event("delta", "Hi"), event("done", "Hi"), ITEM, ROUNDED], -1.0),
        ([CREATED, event("delta", "Hi"), event("done", "Hi"), ROUNDED], 0.0),
        ([CREATED, DELTA], -4.0),
        ([CREATED, DONE, DONE, ITEM, ITEM], -3.0),
    ],
)
def test_one_telling_of_a_stream_is_read(events, logprob):
    """The most precise that has the numbers; nothing is added up, also where one is repeated."""
    completion = parse(events)
    assert (completion.text, [token.raw_logprob for token in completion]) == ("Hi", [logprob])


def completed(*items):
    """Return the last event of a stream."""
    return {"type": "response.completed", "response": response(*items)}


YO = event("delta", "Yo", entry("Yo"))


@pytest.mark.parametrize(
    ("events", "texts"),
    [
        ([DELTA, DELTA, DONE, ROUNDED], ["Hi"]),  # repeated
        ([DELTA, DELTA, event("done", "Hi"), ROUNDED], ["Hi"]),
        ([DELTA, YO, completed(message(part("YoHi", entry("YoHi"))))], ["YoHi"]),  # swapped
        ([DELTA, completed(message(part("Oh, Hi", entry("Oh, "), HI)))], ["Oh, Hi"]),
        ([DELTA, YO, event("done", "HiYo \n")], ["HiYo"]),  # trimmed differently
        ([DELTA, event("delta", "B", entry("B"), content_index=1), DONE], ["HiB"]),  # broke off
        ([DELTA | {"sequence_number": n} for n in (7, 8, 7)] + [ROUNDED], ["Hi"]),
        ([DELTA, DELTA | {"output_index": 2}, completed({"type": "x"}, *BODY["output"])], ["Hi"]),
        (
            [DELTA, YO | {"output_index": 2}, completed(message(), message(part("Hi")))],
            ["Hi", "Yo"],
        ),
        ([DELTA | {"output_index": 3}, completed(*BODY["output"])], ["Hi"]),
        ([DELTA | {"item_id": "a"}, YO | {"item_id": "b"}, DONE | {"item_id": "a"}], ["Hi", "Yo"]),
    ],
)
def test_the_text_that_is_told_again(events, texts):
    """A telling that contradicts a later one, or says less than another, is not read."""
    found = parse_all([CREATED, *events])
    assert [each.text for each in found] == texts
    assert ["".join(token.text for token in each) for each in found] == texts


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ([DELTA, DELTA, event("done", "Hi")], "$[0].logprobs: the text that these spell"),
        ([YO, event("done", "HiYo")], "$[0].logprobs: the text that these spell"),
        (
            [event("delta", "Hi", content_index=1), event("delta", "A"), event("done", "A", HI)],
            "$[2]",
        ),
        (
            [DELTA | {"sequence_number": n} for n in (7, 8, 7)],
            "$[2].logprobs: this event is out of order: its sequence_number is 7, that of the",
        ),
    ],
)
def test_a_stream_that_contradicts_itself(events, message):
    """No number of a text that is not the answer's, or only a part of it."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(events)
    assert str(caught.value).startswith(message)


def test_the_parts_of_messages_are_kept_apart():
    """Events are grouped by the item of the output, then by the part of its content."""
    events = [
        event("delta", "B", entry("B"), output_index=0, content_index=1),
        event("delta", "C", entry("C"), output_index=2, item_id="msg_2"),
        event("delta", "A", entry("A"), output_index=0, content_index=0),
        event("delta", "D", entry("D"), output_index=2, item_id="made up for each event"),
    ]
    assert [(each.choice, each.text) for each in parse_all(events)] == [(0, "AB"), (1, "CD")]


def test_events_without_the_place_of_their_item():
    """Their item's id tells which it is."""
    events = [
        event("delta", "A", entry("A"), item_id="msg_1"),
        event("delta", "B", entry("B"), item_id="msg_2"),
        event("delta", "C", entry("C"), item_id="msg_1"),
    ]
    assert [each.text for each in parse_all(events)] == ["AC", "B"]


@pytest.mark.parametrize(
    "answers", [[CREATED, DELTA, CREATED, DELTA], [DELTA, ROUNDED, DELTA], [DELTA, BODY, BODY]]
)
def test_the_events_of_two_answers(answers):
    """What stands at the same place in both is not joined."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(answers)
    assert str(caught.value) == (
        "$[2]: another answer begins here: give each answer in a list of its own"
    )


def test_a_list_of_answers():
    """Answers that are whole are several, not the events of one."""
    assert [each.text for each in parse_all([BODY, ROUNDED, BODY])] == ["Hi", "Hi", "Hi"]


def test_a_message_without_hurts_no_other():
    """Each is read when it is asked for."""
    body = response(message(part("Hi", HI)), message(part("No.", kind="refusal")))
    assert parse(body, choice=0).text == "Hi"
    with pytest.raises(MissingLogprobsError, match="choice 1 of the openai-responses response"):
        parse(body, choice=1)


@pytest.mark.parametrize("kind", ["delta", "done"])
def test_a_refusal_has_no_log_probabilities(kind):
    """It is the text of the answer, and there are none to be asked for."""
    refusal = {"type": f"response.refusal.{kind}", "delta": "No.", "refusal": "No."}
    with pytest.raises(MissingLogprobsError) as caught:
        parse([CREATED, refusal])
    assert str(caught.value) == (
        "choice 0 of the openai-responses response carries no log-probabilities: it is a refusal, "
        "and providers give none for refusals"
    )


def test_a_refusal_beside_a_text():
    """In a stream too it is a part of the text and needs no tokens."""
    refusal = {"type": "response.refusal.delta", "delta": " No", "content_index": 1}
    assert parse([event("delta", "Hi", HI), refusal]).text == "Hi No"


@pytest.mark.parametrize(
    ("about", "reason"),
    [
        ({"status": "completed"}, "completed"),
        ({"status": "in_progress"}, None),
        ({"status": None}, None),
        (
            {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}},
            "content_filter",
        ),
        ({"status": "incomplete", "incomplete_details": None}, "incomplete"),
        ({"status": "incomplete", "incomplete_details": ["?"]}, "incomplete"),
    ],
)
def test_why_it_ended(about, reason):
    """The reason of an incomplete answer, else a status that is final."""
    completion = parse({**BODY, **about, "model": None})
    assert (completion.finish_reason, completion.model) == (reason, None)


def test_an_answer_that_is_not_there_yet():
    """A response that runs in the background has no message, and says so."""
    with pytest.raises(MissingLogprobsError) as caught:
        parse(response(status="queued"))
    assert str(caught.value) == (
        "choice 0 of the openai-responses response carries no log-probabilities: it has no "
        "message, its status is queued"
    )


@pytest.mark.parametrize("odd", [None, 7, "Hi", [], [7], [None], {}, {"a": 1}, True, [[]]])
def test_recognition_is_total(odd):
    """Whatever stands where: it is this family's shape or not, never an exception."""
    for name in ("output", "type", "object", "response"):
        for each in ({name: odd}, {"output": odd, name: odd}, {"type": "response.x", name: odd}):
            assert openai_responses.recognises([("$", each)]) in (True, False)
            assert openai_responses.ends(("$", each)) in (True, False)
    assert not openai_responses.recognises([("$", {"output": [], "object": "list"})])


def test_numbers_that_are_all_the_same():
    """They tell no order: some gateways count nothing."""
    events = [CREATED, DELTA, YO]
    assert parse([each | {"sequence_number": 0} for each in events]).text == "HiYo"
