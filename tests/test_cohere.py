"""``cohere``: pieces of several tokens, what is wrong in a body, and what is none of its."""

import pytest

from pytest_logprobs import MalformedResponseError, MissingLogprobsError, parse, parse_all
from pytest_logprobs.parsers import cohere

LIKELIHOOD = "$.generations[0].token_likelihoods[0].likelihood"
ITEM = {"text": "Oslo", "token_ids": [54, 7], "logprobs": [-0.5, -0.25]}


def chat(*items, text="Oslo", **more):
    """Make a response of the chat."""
    message = {"role": "assistant", "content": [{"type": "text", "text": text}]}
    return {"id": "c", "finish_reason": "COMPLETE", "message": message, "logprobs": items, **more}


def generation(*tokens, text=" A", prompt=None):
    """Make a response of the retired generate; a token is its text and its likelihood, if any."""
    entries = [dict(zip(("token", "likelihood"), each, strict=False)) for each in tokens]
    return {
        "prompt": prompt,
        "generations": [{"id": "g", "text": text, "token_likelihoods": entries}],
    }


def event(kind, **delta):
    """Make an event of a stream."""
    return {"type": kind, "delta": delta}


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("Oslo", '$.logprobs[0]: expected an object, got a string "Oslo"'),
        ({**ITEM, "text": 5}, "$.logprobs[0].text: expected a string, got a number 5"),
        ({**ITEM, "token_ids": 54}, "$.logprobs[0].token_ids: expected a list, got a number 54"),
        (
            {**ITEM, "token_ids": [54, 7.5]},
            "$.logprobs[0].token_ids[1]: expected a whole number or null, got a number 7.5",
        ),
        (
            {**ITEM, "logprobs": ["x", -0.25]},
            '$.logprobs[0].logprobs[0]: expected a number or null, got a string "x"',
        ),
        (
            {**ITEM, "logprobs": [-0.5, -0.25, -1.0]},
            "$.logprobs[0].logprobs: 3 entries for 2 tokens: they belong together one by one",
        ),
        (
            {"logprobs": [-0.5]},
            "$.logprobs[0].text: expected a string, got null",
        ),
    ],
)
def test_what_is_malformed(item, expected):
    """The path is that of the wrong value."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(chat(item))
    assert str(caught.value) == expected


def test_a_span_holds_all_tokens_of_its_text():
    """The tokens of one piece share its place, so all their numbers count."""
    span = parse(chat(ITEM, {"text": "!", "token_ids": [8], "logprobs": [-3]}, text="Oslo!")).span(
        "Oslo"
    )
    assert ([token.logprob for token in span], span.mean_logprob) == ([-0.5, -0.25], -0.375)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"text": "Oslo", "token_ids": [54, 7]}, [(54, None), (7, None)]),
        ({"text": "Oslo", "token_ids": [54, 7], "logprobs": [None, 0]}, [(54, None), (7, 0.0)]),
        ({"text": "Oslo", "token_ids": None, "logprobs": [-0.5]}, [(None, -0.5)]),
        ({"text": "Oslo", "token_ids": [], "logprobs": []}, [(None, None)]),
    ],
)
def test_numbers_that_are_not_there(item, expected):
    """They are not known; one that is there is not moved to another token."""
    completion = parse(chat(item))
    assert [(token.token_id, token.logprob) for token in completion] == expected
    assert {(token.start, token.end) for token in completion} == {(0, 4)}


def test_one_item_in_the_place_of_a_list():
    """A list with one item and the item alone say the same."""
    assert parse({**chat(), "logprobs": ITEM}) == parse(chat(ITEM))


@pytest.mark.parametrize("logprobs", [None, [], {}])
def test_none_at_all(logprobs):
    """An empty list beside a text is no answer with log-probabilities."""
    with pytest.raises(MissingLogprobsError) as caught:
        parse({**chat(), "logprobs": logprobs})
    assert caught.value.format == "cohere"


def test_whole_answers_in_a_list_are_several():
    """Each of them ends with itself."""
    assert [each.text for each in parse_all([chat(ITEM), chat(ITEM)])] == ["Oslo", "Oslo"]


def test_events_behind_the_end_are_another_answer():
    """Two streams in one list are not added up."""
    delta = event("content-delta", message={"content": {"text": "Oslo"}})
    with pytest.raises(MalformedResponseError) as caught:
        parse([{**delta, "logprobs": ITEM}, event("message-end", finish_reason="COMPLETE"), delta])
    problem = "another answer begins here: give each answer in a list of its own"
    assert str(caught.value) == f"$[2]: {problem}"


def test_a_stream_that_lost_some_is_refused():
    """The scores of what is left would pass for those of the answer."""
    delta = event("content-delta", message={"content": {"text": "Oslo"}})
    with pytest.raises(MalformedResponseError) as caught:
        parse([{**delta, "logprobs": ITEM}, delta, event("message-end")])
    assert caught.value.path == "$[1].logprobs"


def test_a_plan_and_calls_of_tools_are_no_text():
    """Their events carry no log-probabilities, and nothing is missed."""
    item = {"text": "I", "token_ids": [1], "logprobs": [-0.5]}
    completion = parse(
        [
            {**event("content-start", message={"content": {"type": "text", "text": ""}})},
            {**event("tool-plan-delta", message={"tool_plan": "I"}), "logprobs": item},
            event("tool-call-start", message={"tool_calls": {"id": "t"}}),
            event("message-end", finish_reason="TOOL_CALL"),
        ]
    )
    found = completion.text, completion.finish_reason, completion[0].text, completion[0].start
    assert found == ("", "TOOL_CALL", "I", None)


@pytest.mark.parametrize(
    ("response", "prompt", "answer"),
    [
        (generation((" A", -0.5)), None, [" A"]),
        (generation(("Q",), ("?", -1.0), (" A", -0.5)), ["Q", "?"], [" A"]),
        (generation(("Q",), ("?", -1.0), text=""), ["Q", "?"], []),
        (generation(("Q",), (" A", -0.5), ("<EOS>", -0.25)), None, ["Q", " A", "<EOS>"]),
        (generation((" A", None)), None, [" A"]),
    ],
)
def test_the_prompt_of_generate(response, prompt, answer):
    """It is what stands before the text; where that cannot be told, nothing is taken away."""
    completion = parse(response)
    found = completion.prompt_tokens and [token.text for token in completion.prompt_tokens]
    assert (found, [token.text for token in completion]) == (prompt, answer)


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (
            generation(("A", [])),
            f"{LIKELIHOOD}: expected a number or null, got a list []",
        ),
        (
            {"prompt_tokens": [], "completion_tokens": [{"log_likelihood": -0.5}]},
            "$.completion_tokens[0].decoded: expected a string, got null",
        ),
    ],
)
def test_what_is_malformed_of_old(response, expected):
    """The path is that of the wrong value."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(response)
    assert str(caught.value) == expected


def test_several_generations():
    """Each is a choice, and one without likelihoods does not hurt another."""
    response = generation((" A", -0.5))
    response["generations"].append({"id": "h", "text": " B"})
    assert parse(response, choice=0).text == " A"
    with pytest.raises(MissingLogprobsError) as caught:
        parse(response, choice=1)
    assert str(caught.value).startswith("choice 1 of the cohere response carries no")


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"type": ["content-delta"], "delta": {}},
        {"type": "content-delta", "delta": "Oslo"},
        {"type": "content_block_delta", "delta": {}},
        {"message": {"role": "assistant", "content": "Oslo"}, "finish_reason": "stop"},
        {"message": {"content": [], "tool_calls": []}, "finish_reason": "stop", "index": 0},
        {"message": "Oslo", "finish_reason": "COMPLETE"},
        {"generations": []},
        {"generations": [["Oslo"]]},
        {"generations": [{"text": None, "id": "g"}]},
        {"prompt_tokens": 5, "completion_tokens": 2},
        {"id": "e", "embeddings": {"float": [[0.5]]}, "texts": ["Oslo"]},
    ],
)
def test_what_is_none_of_its(other):
    """A bare choice, counts of tokens, embeddings, and values of other kinds are not recognised."""
    assert (cohere.recognises([("$", other)]), cohere.ends(("$", other))) == (False, False)


def test_items_alone():
    """The list alone, without its response, is read like the whole."""
    items = [ITEM, {"text": "!", "token_ids": [9], "logprobs": [-1.0]}]
    completion = parse(items)
    assert (completion.text, completion.format) == ("Oslo!", "cohere")
    assert list(completion) == list(parse(chat(*items, text="Oslo!")))
