"""The prompt of an answer, scored apart from it: whose token a number is, is told or not known."""

import pytest

from pytest_logprobs import MalformedResponseError, parse, parse_all

ENTRY = {"token": "A", "logprob": -0.5}


def body(maps=None, beside=None, **more):
    """Make a response whose prompt is scored at its top, or beside a choice's answer."""
    node = {"message": {"content": "A"}, "logprobs": {"content": [ENTRY]}, **(beside or {})}
    return {"choices": [node], "prompt_logprobs": maps, **more}


def listed(*ranks):
    """Make the map of a place: an id for each rank, which is its number too."""
    return {
        str(rank): {"logprob": -rank, "rank": rank, "decoded_token": f"t{rank}"} for rank in ranks
    }


@pytest.mark.parametrize(
    ("place", "text", "logprob"),
    [
        (listed(1), "t1", -1),
        (listed(9), "t9", -9),
        (listed(1, 2, 9), "t9", -9),
        (listed(9, 2, 1), "t9", -9),  # the order of the keys means nothing
        (listed(1, 2, 3), "", None),
        (listed(1, 2), "", None),
        (listed(1, 8, 9), "", None),  # two of them are beyond the list
        ({"7": {"logprob": -0.5, "decoded_token": None}}, "token_id:7", -0.5),
        ({"7": -0.5}, "token_id:7", -0.5),
        ({"7": None}, "token_id:7", None),
        ({"7": {"rank": 4}}, "token_id:7", None),
        ({"7": -0.5, "8": -9.5}, "", None),
        ({"7": {"logprob": -1, "rank": "9"}, "8": {"logprob": -1, "rank": True}}, "", None),
        ({}, "", None),
    ],
)
def test_token_of_the_prompt(place, text, logprob):
    """A number is the prompt's only where no other can be; the list is kept in any case."""
    token = parse(body([None, place])).prompt_tokens[1]
    assert (token.text, token.logprob, len(token.alternatives)) == (text, logprob, len(place))


def test_token_told_by_its_id():
    """Ids tell, though another's rank is beyond the list, and where none of the list is it."""
    prompt = parse(body([None, listed(1, 9), listed(1, 9)], prompt_token_ids=[5, 1, 2.0]))
    assert [(token.text, token.token_id, token.logprob) for token in prompt.prompt_tokens] == [
        ("token_id:5", 5, None),
        ("t1", 1, -1),
        ("token_id:2", 2, None),
    ]


@pytest.mark.parametrize("nothing", [None, [], {}, {"content": None}, {"content": []}])
def test_prompt_that_is_not_scored(nothing):
    """Where no number of a prompt is given there is none."""
    completion = parse(body(nothing, {"prompt_logprobs": nothing}, prompt=nothing))
    assert (completion.prompt_tokens, completion.capabilities.prompt) == (None, False)


def test_prompt_of_each_choice():
    """What stands beside a choice is its own; what stands at the top is everyone's."""
    own = {"index": 1, "prompt_logprobs": [None, {"3": -0.5}]}
    response = body([None, {"4": -0.25}])
    response["choices"].append({**response["choices"][0], **own})
    read = [each.prompt_tokens[1].logprob for each in parse_all(response)]
    assert read == [-0.25, -0.5]


def test_several_prompts():
    """Of several prompts it is not told which is the answer's."""
    prompt = {"text": "P", "logprobs": {"tokens": ["P"], "token_logprobs": [-0.5]}}
    assert parse(body(prompt=[prompt])).prompt_tokens.total_logprob == -0.5
    assert parse(body(prompt=[prompt, prompt])).prompt_tokens is None
    assert parse(body(prompt="P")).prompt_tokens is None


@pytest.mark.parametrize(
    ("response", "message"),
    [
        (body("P"), '$.prompt_logprobs: expected a list, got a string "P"'),
        (body([None, "P"]), '$.prompt_logprobs[1]: expected an object, got a string "P"'),
        (
            body([None, {"P": -0.5}]),
            "$.prompt_logprobs[1]: expected the ids of tokens for keys, got 'P'",
        ),
        (body([{7: -0.5}]), "$.prompt_logprobs[0]: expected a string, got a number 7"),
        (
            body([{"7": "low"}]),
            """$.prompt_logprobs[0]['7']: expected a number or null, got a string "low\"""",
        ),
        (
            body([{"7": {"logprob": "low"}}]),
            "$.prompt_logprobs[0]['7'].logprob: expected a number or null, got a string \"low\"",
        ),
        (
            body([{"7": {"decoded_token": 7}}]),
            "$.prompt_logprobs[0]['7'].decoded_token: expected a string, got a number 7",
        ),
        (
            body([None, {"7": -0.5}], prompt_token_ids=[7]),
            "$.prompt_token_ids: 1 entries for 2 tokens: they belong together one by one",
        ),
        (
            body([None], {"prompt_token_ids": ["7"]}),
            '$.choices[0].prompt_token_ids[0]: expected a whole number or null, got a string "7"',
        ),
        (
            body(None, {"prompt_logprobs": {"content": [{}]}}),
            "$.choices[0].prompt_logprobs.content[0].token: expected a string, got null",
        ),
        (
            body(prompt=[{"logprobs": {"tokens": ["P"], "token_logprobs": []}}]),
            (
                "$.prompt[0].logprobs.token_logprobs: 0 entries for 1 tokens: they belong together "
                "one by one"
            ),
        ),
        (
            body(prompt=[{"logprobs": -0.5}]),
            "$.prompt[0].logprobs: expected an object, got a number -0.5",
        ),
    ],
)
def test_malformed_prompt(response, message):
    """Every surprise has the path of its place."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(response)
    assert str(caught.value) == message


def test_malformed_alternatives_of_the_prompt():
    """Those of a prompt's token are read when they are looked at, too."""
    token = parse(body([{"7": {"logprob": -0.5, "rank": 9}, "x": -0.5}])).prompt_tokens[0]
    assert token.logprob == -0.5
    with pytest.raises(MalformedResponseError) as caught:
        token.alternatives  # noqa: B018
    assert str(caught.value) == (
        "$.prompt_logprobs[0]: expected the ids of tokens for keys, got 'x'"
    )
