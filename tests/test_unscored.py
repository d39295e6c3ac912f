"""``unscored``: which responses have no log-probabilities, and which are no model's answer."""

import pytest

from pytest_logprobs import ChoiceError, MissingLogprobsError, UnknownFormatError, parse, parse_all
from pytest_logprobs.parsers import unscored

TEXT = {"type": "text", "text": "A"}
MESSAGE = {"type": "message", "role": "assistant", "content": [TEXT], "stop_reason": "end_turn"}
CONVERSE = {"output": {"message": {"role": "assistant", "content": []}}, "stopReason": "end_turn"}
ANSWER = {
    "choices": [
        {
            "message": {"role": "assistant", "content": "A"},
            "logprobs": {"content": [{"token": "A", "logprob": -0.5}]},
        }
    ]
}


@pytest.mark.parametrize(
    ("response", "format"),
    [
        (MESSAGE, "anthropic-messages"),
        ({"type": "message_start", "message": MESSAGE}, "anthropic-messages"),
        (CONVERSE, "bedrock-converse"),
        ([{"messageStart": {"role": "assistant"}}, {"messageStop": {}}], "bedrock-converse"),
        ({"logprob": -0.5, "num_tokens": 1, "is_greedy": True}, "textsynth"),
        ({"text": "A", "generation_id": "g"}, "cohere-chat-v1"),
        ({"is_finished": False, "event_type": "text-generation", "text": "A"}, "cohere-chat-v1"),
        ({"answers": [{"type": "predicate", "probability": 0.5}]}, "decisions"),
    ],
)
def test_what_has_none(response, format):
    """The error names what it is."""
    with pytest.raises(MissingLogprobsError) as caught:
        parse(response)
    assert caught.value.format == format
    assert str(caught.value).startswith(f"choice 0 of the {format} response carries no log-probab")


def test_a_list_of_such_answers_is_one_of_several():
    """A whole answer ends with itself, so one that has them is read beside one that has none."""
    assert parse([ANSWER, MESSAGE, CONVERSE], choice=0).text == "A"
    with pytest.raises(MissingLogprobsError):
        parse_all([ANSWER, MESSAGE])
    with pytest.raises(ChoiceError):
        parse([MESSAGE, MESSAGE])


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"type": "message"},
        {"type": ["message"], "content": [TEXT], "stop_reason": None},
        {"type": "message_start", "message": None},
        {"type": {}, "delta": {}},
        {"output": {"message": []}, "stopReason": "x"},
        {"output": "A", "stopReason": "x"},
        {"contentBlockDelta": []},
        {"logprob": -0.5},
        {"text": "A", "reached_end": "yes"},
        {"text": "A", "generation_id": None},
        {"answers": [["A", 0.5]]},
        {"answers": [{"type": None, "probability": 0.5}]},
        {"answers": [{"text": "A", "score": 0.5}]},
        {"status": "ok"},
        {"object": "list", "data": [{"object": "model", "id": "m"}]},
        {"object": "list", "data": [{"object": "embedding", "embedding": [0.5]}]},
        {"type": "model", "id": "m", "display_name": "M"},
    ],
)
def test_what_is_unknown(other):
    """Embeddings, lists of models, pages of health, and values of other kinds are no answers."""
    assert (unscored.recognises([("$", other)]), unscored.ends(("$", other))) == (False, False)
    with pytest.raises(UnknownFormatError):
        parse(other)
