"""What frameworks keep of a response: what is refused, and what is none of theirs."""

import itertools
from types import SimpleNamespace

import pydantic
import pytest

from pytest_logprobs import (
    LogprobsError,
    MissingLogprobsError,
    UnknownFormatError,
    parse,
    parse_all,
)
from pytest_logprobs.parsers import frameworks

ENTRY = {"token": "Yes", "logprob": -0.5}
WRONG = {"content": [ENTRY, 7]}
VALUES = [None, True, 7, "Yes", "ai", "response", [], [7], [[]], {}, {"data": 7}, [{}], [ENTRY]]
SHAPES = {
    "message": ["response_metadata", "content", "type"],
    "result": ["generations", "llm_output"],
    "state": ["messages"],
    "turn": ["kind", "parts", "provider_details"],
    "meta": ["role", "content", "meta"],
    "chunk": ["component_info", "content", "meta"],
    "replies": ["replies", "meta"],
    "wrapper": ["raw", "delta", "logprobs", "additional_kwargs"],
    "log": ["content", "logprobs"],
    "output": ["text", "logprobs"],
    "table": ["data", "metadata"],
}


@pytest.mark.parametrize("keys", SHAPES.values(), ids=SHAPES)
def test_anything_in_their_shapes(keys):
    """Whatever stands where, it is known or not, and reading ends in an answer or an error."""
    for values in itertools.product(VALUES, repeat=min(len(keys), 3)):
        chunk = dict.fromkeys(keys) | dict(zip(keys, values, strict=False))
        for chunks in ([("$", chunk)], [("$[0]", chunk), ("$[1]", chunk)]):
            assert isinstance(frameworks.recognises(chunks), bool)
            assert isinstance(frameworks.ends(chunks[0]), bool)
        try:
            assert parse_all(chunk)
        except LogprobsError:
            continue
    assert not frameworks.recognises([])


def said(**fields):
    """Make a message as LangChain's dump has it."""
    return {"type": "ai", "content": "Yes", "response_metadata": {}, **fields}


def answered(*parts, **fields):
    """Make a response as Pydantic AI's dump has it."""
    return {"kind": "response", "parts": [*parts], **fields}


TEXT = {"part_kind": "text", "content": "Yes"}


def generated(*generations):
    """Make a result as LangChain's dump has it."""
    return {"llm_output": None, "generations": [*generations]}


def wrapped(raw, delta=None):
    """Make a response as LlamaIndex's dump has it."""
    return {"raw": raw, "delta": delta, "logprobs": None, "additional_kwargs": {}}


def replied(logprobs):
    """Make a message as Haystack's dump has it."""
    return {"role": "assistant", "content": "Yes", "meta": {"logprobs": logprobs}}


def chosen(logprobs):
    """Make a chat's response."""
    return {"choices": [{"message": {"content": "Yes"}, "logprobs": logprobs}]}


NO_OBJECT = "expected an object, got a number 7"
LOST = said(response_metadata={"logprobs": WRONG})


@pytest.mark.parametrize(
    ("kept", "where"),
    [
        (LOST, "response_metadata.logprobs.content[1]"),
        (said(response_metadata={"logprobs": 7}), "response_metadata.logprobs"),
        (generated(7), "generations[0]"),
        (generated([{"generation_info": 7}]), "generations[0][0].generation_info"),
        (
            generated([{"text": "Yes", "generation_info": {"logprobs": WRONG}}]),
            "generations[0][0].generation_info.logprobs.content[1]",
        ),
        (
            generated({"message": LOST}),
            "generations[0].message.response_metadata.logprobs.content[1]",
        ),
        (answered(7), "parts[0]"),
        (answered({**TEXT, "provider_details": 7}), "parts[0].provider_details"),
        (
            answered({**TEXT, "provider_details": {"logprobs": [7]}}),
            "parts[0].provider_details.logprobs[0]",
        ),
        (
            answered(TEXT, provider_details={"logprobs": [ENTRY, 7]}),
            "provider_details.logprobs[1]",
        ),
        ({"replies": [replied([[ENTRY], [7]])]}, "replies[0].meta.logprobs[1][0]"),
        (wrapped(chosen(WRONG)), "raw.choices[0].logprobs.content[1]"),
        ({"text": "Yes", "logprobs": WRONG}, "logprobs.content[1]"),
        (
            {"data": {"sampled_responses": [["Yes"]], "multiple_logprobs": [[[ENTRY, 7]]]}},
            "data.multiple_logprobs[0][0][1]",
        ),
    ],
)
def test_no_object(kept, where):
    """An error names the place in what was given."""
    with pytest.raises(LogprobsError) as caught:
        parse(kept)
    assert str(caught.value) == f"$.{where}: {NO_OBJECT}"


@pytest.mark.parametrize(
    ("kept", "message"),
    [
        (said(content=7), "$.content: expected a string, got a number 7"),
        (
            said(content=[{"type": "text", "text": 7}]),
            "$.content[0].text: expected a string, got a number 7",
        ),
        ({"replies": ["Yes"]}, "$.replies[0]: expected a message with its meta"),
        ({"replies": []}, "$: there is no answer of a model in it"),
        (
            {"data": {"responses": ["Yes", "No"], "logprobs": [[ENTRY]]}},
            "$.data.logprobs: 1 entries for 2 responses: they belong together one by one",
        ),
    ],
)
def test_malformed(kept, message):
    """An error names the place in what was given."""
    with pytest.raises(LogprobsError) as caught:
        parse(kept)
    assert str(caught.value) == message


def test_one_answer_of_many_is_wrong():
    """An answer is read by itself, whatever is wrong with another."""
    right = said(response_metadata={"logprobs": [ENTRY]})
    answers = [right, said(response_metadata={"logprobs": WRONG}), right]
    assert parse(answers, choice=2).text == "Yes"
    with pytest.raises(LogprobsError) as caught:
        parse(answers, choice=1)
    assert str(caught.value).startswith("$[1].response_metadata.logprobs.content[1]: ")


def test_blocks_that_are_no_text():
    """The text of a message is that of its blocks of text, and of strings among them."""
    blocks = ["Y", {"type": "thinking", "thinking": "No?"}, {"type": "text", "text": "es"}, 7]
    assert parse(said(content=blocks, response_metadata={"logprobs": [ENTRY]})).text == "Yes"


def test_blank_that_was_left_out():
    """Where single tokens are left out, those that are there must spell the text to the letter."""
    listed = {"logprobs_result": [ENTRY, {**ENTRY, "token": "No"}]}
    assert parse(said(content=" YesNo\n", response_metadata=listed)).mean_logprob == -0.5
    with pytest.raises(LogprobsError) as caught:
        parse(said(content="Yes No", response_metadata=listed))
    assert str(caught.value) == (
        "$.response_metadata.logprobs_result: the tokens do not spell the text: some were left "
        "out, and the scores would be those of a part of the answer"
    )


def test_streams_one_after_another():
    """Chunks with another id are another answer's."""
    chunks = [
        said(type="AIMessageChunk", id=f"run-{run}", response_metadata={"logprobs": [ENTRY]})
        for run in (1, 1, 2)
    ]
    assert [each.text for each in parse_all(chunks)] == ["YesYes", "Yes"]


def test_stream_that_wraps_a_stream():
    """LlamaIndex streams objects with a chunk of the provider's in each."""
    piece = {"choices": [{"delta": {"content": "Yes"}, "logprobs": {"content": [ENTRY]}}]}
    chunks = [wrapped(piece, "Yes"), wrapped(piece, "Yes")]
    assert parse(chunks).text == "YesYes"
    assert [token.logprob for token in parse(chunks)] == [-0.5, -0.5]


def test_wrapped_answers():
    """Two whole answers in a list are two answers."""
    kept = wrapped(chosen({"content": [ENTRY]}))
    assert [each.text for each in parse_all([kept, kept])] == ["Yes", "Yes"]


class Logprobs(pydantic.BaseModel):
    """An SDK's object that a framework kept in a dictionary."""

    content: list[dict[str, object]]


class Message:
    """A framework's object in a dictionary."""

    def to_dict(self):
        """Give its content."""
        return replied([ENTRY])


def test_objects_inside_of_dictionaries():
    """What is kept in a dictionary may be an SDK's object still."""
    assert parse({"text": "Yes", "logprobs": Logprobs(content=[ENTRY])}).mean_logprob == -0.5
    assert parse({"replies": [Message()]}).mean_logprob == -0.5
    with pytest.raises(UnknownFormatError) as caught:
        parse({"text": "Yes", "logprobs": SimpleNamespace()})
    assert str(caught.value).startswith("types.SimpleNamespace holds no response: ")


def test_text_completed_by_a_generator():
    """Replies may be texts, with what is known of each in a list beside them."""
    kept = {"replies": ["Yes", "Yes"], "meta": [{"logprobs": [ENTRY]}, {"model": "m"}]}
    assert parse(kept, choice=0).mean_logprob == -0.5
    with pytest.raises(MissingLogprobsError) as caught:
        parse(kept, choice=1)
    assert caught.value.format == "haystack"


def test_agent_that_returns_its_conversation():
    """The messages may be objects still, and the error of one that has no content names it."""
    right = said(response_metadata={"logprobs": [ENTRY]})
    kept = Said(**right)
    asked = said(type="human")
    assert [each.text for each in parse_all({"messages": [asked, kept, right]})] == ["Yes", "Yes"]
    wrong = SimpleNamespace(response_metadata={}, to_dict=dict)
    with pytest.raises(LogprobsError) as caught:
        parse({"messages": [right, wrong]})
    assert str(caught.value) == "$.messages[1]: expected a message, got an object {}"


class Said(pydantic.BaseModel):
    """A message of LangChain's."""

    type: str
    content: str
    response_metadata: dict[str, object]


class Event(pydantic.BaseModel):
    """An event of a stream, whose data an SDK has parsed."""

    data: dict[str, object]


def test_events_of_sdks():
    """An event that holds nothing but its data stands for that."""
    piece = {"choices": [{"delta": {"content": "Yes"}, "logprobs": {"content": [ENTRY]}}]}
    assert parse(Event(data=piece) for _ in range(2)).text == "YesYes"


class Extracted(pydantic.BaseModel):
    """What a user's own class is, filled from an answer (instructor)."""

    said: str


def test_object_that_was_made_from_a_response():
    """The response is read that such an object keeps, not its own content."""
    extracted = Extracted(said="Yes")
    object.__setattr__(extracted, "_raw_response", chosen({"content": [ENTRY]}))
    assert parse(extracted).mean_logprob == -0.5
    assert parse([extracted]).mean_logprob == -0.5
