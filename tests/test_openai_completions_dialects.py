"""``openai-completions``: what its dialects may not do, and where each surprise is found.

What they do is shown by the fixtures in ``dialects/``.
"""

import pytest

from pytest_logprobs import MalformedResponseError, parse

LOGPROBS = "$.choices[0].logprobs"
ARRAYS = {"tokens": ["A", "B"], "token_logprobs": [-0.5, -0.25]}
CAMEL = {"tokens": ["A"], "tokenLogprobs": [-0.5]}


def body(text="AB", **logprobs):
    """Make a response with one choice."""
    return {"choices": [{"text": text, "index": 0, "logprobs": logprobs}]}


@pytest.mark.parametrize(
    ("response", "where", "problem"),
    [
        (
            body(**ARRAYS, token_ids=[1]),
            ".token_ids",
            "1 entries for 2 tokens: they belong together one by one",
        ),
        (
            body(**ARRAYS, token_ids=[1, 0.5]),
            ".token_ids[1]",
            "expected a whole number or null, got a number 0.5",
        ),
        (body(**ARRAYS, token_ids=7), ".token_ids", "expected a list, got a number 7"),
        (
            body(tokens=["A"], tokenLogprobs=[]),
            ".tokenLogprobs",
            "0 entries for 1 tokens: they belong together one by one",
        ),
        (
            body(tokens=["A"], tokenLogprobs=["-0.5"]),
            ".tokenLogprobs[0]",
            'expected a number or null, got a string "-0.5"',
        ),
        (body(tokens=["A"], tokenLogprobs=None), ".tokenLogprobs", "expected a list, got null"),
        (
            body(**CAMEL, topLogprobs=[{}, {}]),
            ".topLogprobs",
            "2 entries for 1 tokens: they belong together one by one",
        ),
        (
            body(**CAMEL, topLogprobs=[{"B": "low"}]),
            ".topLogprobs[0]['B']",
            'expected a number or null, got a string "low"',
        ),
        (
            body(**ARRAYS, top_logprobs={"A": -0.5}),
            ".top_logprobs",
            "one map for several tokens does not tell which of them it belongs to",
        ),
    ],
)
def test_malformed_arrays(response, where, problem):
    """Every surprise has the path of its place."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(response)[0].alternatives  # noqa: B018
    assert str(caught.value) == f"{LOGPROBS}{where}: {problem}"


def test_one_map_for_several_tokens():
    """Whose alternatives they are is not told; the tokens' own numbers are known all the same."""
    assert parse(body(**ARRAYS, top_logprobs={"A": -0.5})).total_logprob == -0.75


def test_ids_of_tokens():
    """An id beside a token counts for more than one in its name; null is none."""
    arrays = {**ARRAYS, "tokens": ["token_id:7", "token_id:8"], "token_ids": [9, None]}
    assert [token.token_id for token in parse(body(**arrays))] == [9, 8]


@pytest.mark.parametrize(
    ("token_id", "expected"), [(11, 11), (None, None), ("11", None), (True, None)]
)
def test_id_beside_a_choice(token_id, expected):
    """A choice's ``token`` is the id of its only token; of several it is no one's."""
    response = body("A", tokens=["A"], token_logprobs=[-0.5])
    response["choices"][0]["token"] = token_id
    assert parse(response)[0].token_id == expected
    both = body(**ARRAYS)
    both["choices"][0]["token"] = token_id
    assert [token.token_id for token in parse(both)] == [None, None]


def piece(said, number, **more):
    """Make a chunk whose only token has a bare number."""
    delta = {"content": said, "token_id": None, **more}
    return {"choices": [{"index": 0, "text": said, "delta": delta, "logprobs": number}]}


def test_bare_numbers():
    """A chunk's number is that of its text, or of the reasoning that it brings instead."""
    stream = [piece("", -1.5, reasoning="hm"), piece("A", -0.5), piece("", None)]
    assert [(token.text, token.logprob, token.start) for token in parse(stream)] == [
        ("hm", -1.5, None),
        ("A", -0.5, 0),
    ]


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        (
            [piece("A", -0.5, token_id=0.5)],
            "$[0].choices[0].delta.token_id: expected a whole number or null, got a number 0.5",
        ),
        (
            [piece("A", -0.5), piece("B", True)],
            "$[1].choices[0].logprobs: expected an object, got a boolean true",
        ),
        (
            [piece("A", -0.5), piece("B", None)],
            (
                "$[1].choices[0].logprobs: there are none for the text of this chunk though other "
                "chunks of the stream have them: the scores would be those of a part of the answer"
            ),
        ),
    ],
)
def test_malformed_bare_numbers(stream, message):
    """A number that is none, and a chunk that lost it, are refused."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(stream)
    assert str(caught.value) == message


def test_malformed_map_beside_a_bare_number():
    """The map of a chunk stands beside its number."""
    chunk = piece("A", -0.5)
    chunk["choices"][0]["top_logprobs"] = {"A": "low"}
    with pytest.raises(MalformedResponseError) as caught:
        parse([chunk])[0].alternatives  # noqa: B018
    assert str(caught.value) == (
        "$[0].choices[0].top_logprobs['A']: expected a number or null, got a string \"low\""
    )


@pytest.mark.parametrize(
    ("apart", "count"),
    [
        ([None, {"5": -0.5}], 2),
        ([None, {"5": -0.5, "6": -0.25}], 2),  # its token is not known, and contradicts nothing
        ([None, {"5": -0.75}], None),  # another prompt's
        ([None, {"5": -0.5}, {"6": -0.25}, {"7": -1.5}], None),  # longer than all that there is
    ],
)
def test_echo_beside_a_prompt_that_is_scored_apart(apart, count):
    """What is scored apart tells how long the echoed prompt is, unless it is another one."""
    response = body("PQA", tokens=["P", "Q", "A"], token_logprobs=[None, -0.5, -0.25])
    response["choices"][0]["prompt_logprobs"] = apart
    completion = parse(response)
    prompt = completion.prompt_tokens
    assert (prompt and prompt.text, completion.capabilities.prompt) == (
        ("PQ", True) if count else (None, None)
    )


@pytest.mark.parametrize(
    ("envelope", "path"),
    [
        ({"chatResponse": body(tokens=["A"])}, "$.chatResponse"),
        ({"inferenceResponse": body(tokens=["A"])}, "$.inferenceResponse"),
    ],
)
def test_path_in_an_envelope(envelope, path):
    """What stands in an envelope has its path."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(envelope)
    assert str(caught.value) == (
        f"{path}.choices[0].logprobs.token_logprobs: expected a list, got null"
    )
