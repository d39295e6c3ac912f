"""Gemini and Vertex beyond the fixtures: malformed bodies, streams, objects of its SDK."""

import copy
import enum
import json

import pytest

from pytest_logprobs import (
    ChoiceError,
    MalformedResponseError,
    MissingLogprobsError,
    ResponseError,
    parse,
    parse_all,
)
from pytest_logprobs.parsers import gemini

STEP = {"token": "Hi", "tokenId": 7, "logProbability": -0.25}
RESULT = {"chosenCandidates": [STEP], "topCandidates": [{"candidates": [{**STEP}]}]}
BODY = {
    "candidates": [
        {"content": {"parts": [{"text": "Hi"}]}, "finishReason": "STOP", "logprobsResult": RESULT}
    ]
}
CANDIDATE = "$.candidates[0]"
CHOSEN = f"{CANDIDATE}.logprobsResult.chosenCandidates"
TOP = f"{CANDIDATE}.logprobsResult.topCandidates"


def put(path, value):
    """Return a copy of the body with another value at a path."""
    body = copy.deepcopy(BODY)
    *keys, last = path.replace("[", ".").replace("]", "").split(".")[1:]
    node = body
    for key in keys:
        node = node[int(key) if key.isdigit() else key]
    node[int(last) if last.isdigit() else last] = value
    return body


def chunk(text, *, logprob=-0.25, **more):
    """Return a chunk with one token, without its number where ``logprob`` is ``None``."""
    result = {"chosenCandidates": [{"token": text, "logProbability": logprob}]}
    node = {"content": {"parts": [{"text": text}]}} | (
        {"logprobsResult": result} if logprob else {}
    )
    return {"candidates": [node], **more}


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (f"{CANDIDATE}.index", "0", 'expected a whole number or null, got a string "0"'),
        (f"{CANDIDATE}.index", -1, "expected the number of a candidate, got a number -1"),
        (f"{CANDIDATE}.content", "Hi", 'expected an object, got a string "Hi"'),
        (f"{CANDIDATE}.content.parts", {}, "expected a list, got an object {}"),
        (f"{CANDIDATE}.content.parts[0]", "Hi", 'expected an object, got a string "Hi"'),
        (f"{CANDIDATE}.content.parts[0].text", 7, "expected a string, got a number 7"),
        (f"{CANDIDATE}.logprobsResult", [], "expected an object, got a list []"),
        (CHOSEN, "Hi", 'expected a list, got a string "Hi"'),
        (f"{CHOSEN}[0]", -0.5, "expected an object, got a number -0.5"),
        (f"{CHOSEN}[0].token", 7, "expected a string, got a number 7"),
        (f"{CHOSEN}[0].tokenId", "7", 'expected a whole number or null, got a string "7"'),
        (f"{CHOSEN}[0].logProbability", "NaN", 'expected a number or null, got a string "NaN"'),
        (TOP, {"candidates": []}, 'expected a list, got an object {"candidates": []}'),
        (f"{TOP}[0]", [STEP], "expected an object, got a list"),
    ],
)
def test_a_value_of_the_wrong_kind(path, value, problem):
    """The error says where, what was expected and what was found."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(put(path, value))
    assert caught.value.path == path
    assert str(caught.value).startswith(f"{path}: {problem}")


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (f"{TOP}[0].candidates", [], None),
        (f"{TOP}[0].candidates", {}, "expected a list, got an object {}"),
        (f"{TOP}[0].candidates", "Hi", 'expected a list, got a string "Hi"'),
        (f"{TOP}[0].candidates[0]", "Hi", 'expected an object, got a string "Hi"'),
        (
            f"{TOP}[0].candidates[0].logProbability",
            True,
            "expected a number or null, got a boolean true",
        ),
    ],
)
def test_alternatives_are_read_when_they_are_looked_at(path, value, problem):
    """What is wrong with them hurts no other number."""
    completion = parse(put(path, value))
    assert completion.total_logprob == -0.25
    if problem is None:
        assert completion[0].alternatives == ()
        return
    with pytest.raises(MalformedResponseError) as caught:
        _ = completion[0].alternatives
    assert str(caught.value) == f"{path}: {problem}"


def test_alternatives_without_a_chosen_token():
    """Which of them was chosen is not guessed."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(put(CHOSEN, []))
    assert str(caught.value) == f"{TOP}: 1 entries for 0 tokens: they belong together one by one"


def test_the_path_is_spelled_as_the_response_spells_it():
    """An SDK's dump has snake case, a chunk its place in the stream."""
    result = {"chosen_candidates": [{"token": "Hi", "log_probability": "-1"}]}
    with pytest.raises(MalformedResponseError) as caught:
        parse([chunk("A"), {"candidates": [{"logprobs_result": result}]}])
    assert caught.value.path == (
        "$[1].candidates[0].logprobs_result.chosen_candidates[0].log_probability"
    )


def test_a_result_that_was_taken_out_of_its_response():
    """``drafts`` reads it in either spelling; there is none in an empty one."""
    snake = {"chosen_candidates": [{"token": "Hi", "token_id": 7, "log_probability": -0.25}]}
    for result in (RESULT, snake):
        (draft,) = gemini.drafts(result, "$.kept")
        assert (draft.text, draft.logprob, draft.token_id) == ("Hi", -0.25, 7)
    assert [gemini.drafts(each, "$") for each in (None, {}, {"chosenCandidates": []})] == [None] * 3
    with pytest.raises(MalformedResponseError) as caught:
        gemini.drafts({"chosenCandidates": [7]}, "$.kept")
    assert str(caught.value) == "$.kept.chosenCandidates[0]: expected an object, got a number 7"


def test_a_log_probability_of_zero_is_not_one_that_is_left_out():
    """0 on the wire is certainty; a field that is absent says nothing."""
    assert parse(put(f"{CHOSEN}[0].logProbability", 0))[0].logprob == 0.0
    assert parse(put(f"{CHOSEN}[0]", {"token": "Hi"}))[0].logprob is None


def test_a_chunk_that_lost_its_tokens():
    """Scores of the others would pass for those of the whole answer."""
    with pytest.raises(MalformedResponseError) as caught:
        parse([chunk("A"), chunk("B", logprob=None), chunk("C")])
    assert str(caught.value) == (
        "$[1].candidates[0].logprobsResult: there are none for the text of this chunk though other "
        "chunks of the stream have them: the scores would be those of a part of the answer"
    )


def test_the_chunks_of_two_answers():
    """They are not joined where their ids tell them apart."""
    chunks = [chunk("A", responseId="r-1"), chunk("B"), chunk("C", responseId="r-2")]
    with pytest.raises(MalformedResponseError) as caught:
        parse(chunks)
    assert str(caught.value) == (
        "$[2]: another answer begins here: give each answer in a list of its own"
    )


UNSPECIFIED = {"finishReason": "FINISH_REASON_UNSPECIFIED"}
OVER = {"finishReason": "STOP"}


def over(body):
    """Return a chunk in which its answer ends."""
    return {**body, "candidates": [node | OVER for node in body["candidates"]]}


@pytest.mark.parametrize(
    "chunks",
    [
        [over(chunk("A")), chunk("B")],
        [over(chunk("A")), over(chunk("B")), chunk("C")],
        [chunk("A"), over(chunk("B")), over(chunk("C"))],
        [over(chunk("A", responseId="r-1")), chunk("B")],
    ],
)
def test_what_is_said_behind_the_end_of_an_answer(chunks):
    """It is another answer, where no name says that it is not."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(chunks)
    assert "another answer begins here" in str(caught.value)


@pytest.mark.parametrize(
    "chunks",
    [
        [over(chunk("A", responseId="r-1")), chunk("B", responseId="r-1")],
        [over(chunk("A", responseId="r-1")), over(chunk("B", responseId="r-1"))],
        [over(chunk("A", response_id="r-1")), over(chunk("B", response_id="r-1"))],
        [chunk("A"), over(chunk("B")), chunk(""), {"candidates": [OVER]}],
        [chunk("A") | {"candidates": [chunk("A")["candidates"][0] | UNSPECIFIED]}, chunk("B")],
    ],
)
def test_the_chunks_of_one_answer(chunks):
    """A server may send a reason in every chunk, or one that says that there is none yet."""
    assert parse(chunks).text == "AB"


def test_a_stream_with_a_reason_in_every_chunk():
    """Its events are one answer, also where they have no name."""
    events = [f"data: {json.dumps(over(chunk(text)))}\n\n" for text in "AB"]
    assert parse("".join(events)).text == "AB"


@pytest.mark.parametrize(
    ("name", "found"), [("r-1", "r-1"), ("", None), (None, None), (7, None), ([], None)]
)
def test_the_name_of_an_answer(name, found):
    """A string in either spelling; anything else names nothing."""
    for key in ("responseId", "response_id"):
        assert gemini.answer_id(("$", {key: name})) == found


def test_a_list_of_answers():
    """Answers that are whole are several, not the chunks of one."""
    assert [each.text for each in parse_all([BODY, BODY])] == ["Hi", "Hi"]


def test_candidates_that_are_not_numbered():
    """Their order numbers them, as an SDK dumps them; what is numbered twice is refused."""
    node, other = BODY["candidates"][0], chunk("Yo")["candidates"][0]
    body = {"candidates": [{**node, "index": None}, {**other, "index": None}]}
    assert [(each.choice, each.text) for each in parse_all(body)] == [(0, "Hi"), (1, "Yo")]
    with pytest.raises(ChoiceError, match="2 choices"):
        parse(body)
    with pytest.raises(MalformedResponseError) as caught:
        parse({"candidates": [{**node, "index": 1}, {**other, "index": 1}]})
    assert str(caught.value) == (
        "$.candidates: two candidates of a chunk have the same index, got 1, 1"
    )


def test_a_candidate_without_hurts_no_other():
    """Each is read when it is asked for."""
    body = {"candidates": [BODY["candidates"][0], chunk("Yo", logprob=None)["candidates"][0]]}
    assert parse(body, choice=0).text == "Hi"
    with pytest.raises(MissingLogprobsError, match="choice 1 of the gemini response"):
        parse(body, choice=1)


class FinishReason(str, enum.Enum):
    """What the SDK makes of a finish reason."""

    STOP = "STOP"


@pytest.mark.parametrize(
    ("reason", "found"), [(FinishReason.STOP, "STOP"), ("OTHER", "OTHER"), (1, None), ("", None)]
)
def test_the_reason_is_a_plain_string(reason, found):
    """The value of an SDK's enumeration; a number names nothing."""
    completion = parse(put(f"{CANDIDATE}.finishReason", reason))
    assert (completion.finish_reason, type(completion.finish_reason)) == (found, type(found))


def test_nothing_was_said():
    """A blocked prompt is the provider's error, an empty answer is malformed."""
    blocked = {"candidates": None, "prompt_feedback": {"block_reason": FinishReason.STOP}}
    with pytest.raises(ResponseError) as caught:
        parse([{"usageMetadata": {}}, blocked])
    assert str(caught.value) == (
        "the response at $[1] holds no answer, the prompt was blocked (STOP)"
    )
    assert caught.value.provider_message == "STOP"
    for body in ({"candidates": None, "usage_metadata": {}}, {"usageMetadata": {}}):
        with pytest.raises(MalformedResponseError) as malformed:
            parse(body)
        assert str(malformed.value) == "$: there is no candidate in the response"


@pytest.mark.parametrize("odd", [None, 7, "Hi", [], [7], [None], {}, {"a": 1}, True, [[]]])
def test_recognition_is_total(odd):
    """Whatever stands where: it is this family's shape or not, never an exception."""
    names = ("candidates", "promptFeedback", "prompt_feedback", "usageMetadata", "finishReason")
    for name in names:
        for each in ({name: odd}, {"candidates": [{name: odd}]}, {name: {"blockReason": odd}}):
            assert gemini.recognises([("$", each)]) in (True, False)
            assert gemini.ends(("$", each)) in (True, False)
    assert not gemini.recognises([("$", {"usage_metadata": {}, "content": "an SDK's message"})])
