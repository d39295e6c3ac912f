"""``openai-chat``: ``choices[].logprobs.content[]``, as its many servers write it."""

import json
import math

import pytest

from pytest_logprobs import parse, parse_all


def entry(token, logprob=-0.5, **more):
    """Make an entry of ``logprobs.content``."""
    return {"token": token, "logprob": logprob, "bytes": None, "top_logprobs": [], **more}


def choice(*entries, content=None, **more):
    """Make a choice whose text, unless it is given, is what its tokens spell."""
    text = "".join(each["token"] for each in entries) if content is None else content
    message = {"role": "assistant", "content": text}
    return {"message": message, "logprobs": {"content": list(entries)}, **more}


def body(*choices, **more):
    """Make a response."""
    return {"choices": list(choices), **more}


def test_recorded_answer(recordings):
    """Text, model and end are the response's; every token has its numbers and its place."""
    completion = parse((recordings / "chat.json").read_bytes())
    told = completion.text, completion.model, completion.finish_reason, completion.format
    assert told == (
        "Hamlet is the play written by William Shakespeare.",
        "smollm2-135m-instruct",
        "stop",
        "openai-chat",
    )
    assert [(token.text, token.logprob, token.start, token.end) for token in completion[:3]] == [
        ("Ham", -0.8709145784378052, 0, 3),
        ("let", -0.03924760967493057, 3, 6),
        (" is", -1.273612380027771, 6, 9),
    ]
    assert [(each.text, each.logprob) for each in completion[0].alternatives] == [
        ("Ham", -0.8709145784378052),
        ("The", -1.9086076021194458),
        ("A", -2.7903976440429688),
        ("Ben", -3.088918685913086),
        ("In", -3.444671630859375),
    ]
    assert (completion.choice, completion.prompt_tokens) == (0, None)


@pytest.mark.parametrize(
    ("name", "tokens", "placed", "alternatives", "finish_reason"),
    [
        ("chat-accents.json", 15, 15, 5, "stop"),  # characters split over tokens
        ("chat-emoji.json", 14, 8, None, "stop"),  # the server loses bytes: "" six times
        ("chat-json.json", 22, 22, 5, "stop"),
        ("chat-json-schema.json", 14, 14, 5, "stop"),
        ("chat-length.json", 40, 40, 5, "length"),
        ("chat-long.json", 228, 228, 5, "stop"),
        ("chat-sampled.json", 20, 20, None, "stop"),  # the chosen token is added to the list
        ("chat-top-logprobs-0.json", 10, 10, 1, "stop"),
    ],
)
def test_recordings(recordings, name, tokens, placed, *, alternatives, finish_reason):
    """Every token on the wire is read, with what is listed for it, and placed where it can be."""
    raw = (recordings / name).read_bytes()
    completion = parse(raw)
    numbers = [each["logprob"] for each in json.loads(raw)["choices"][0]["logprobs"]["content"]]
    assert [token.raw_logprob for token in completion] == numbers
    assert len(completion) == tokens
    assert sum(token.start is not None for token in completion) == placed
    assert completion.finish_reason == finish_reason
    if alternatives is not None:
        assert {len(token.alternatives) for token in completion} == {alternatives}


def test_choices():
    """Several choices come in the order of their numbers, each with its own text."""
    response = body(choice(entry("B"), index=1), choice(entry("A"), index=0), model="m")
    read = [(each.choice, each.text, each.model) for each in parse_all(response)]
    assert read == [(0, "A", "m"), (1, "B", "m")]
    assert parse(response, choice=1).text == "B"


@pytest.mark.parametrize(
    ("indexes", "numbers"),
    [
        ((None, None), (0, 1)),
        ((0, 0), (0, 1)),  # a server that does not count
        ((1, None), (0, 1)),
        ((2.0, 0.0), (0, 2)),  # an SDK that types them as floats
        ((7,), (7,)),
        ((None,), (0,)),
    ],
)
def test_choice_numbers(indexes, numbers):
    """A choice's number is its index; its place in the list, where the indexes do not say."""
    response = body(*(choice(entry("A"), index=index) for index in indexes))
    assert tuple(each.choice for each in parse_all(response)) == numbers


def test_refusal():
    """The tokens of a refusal stand in a list of their own, and its text is the answer's."""
    refused = {"role": "assistant", "content": None, "refusal": "I can't."}
    logprobs = {"content": None, "refusal": [entry("I"), entry(" can't"), entry(".")]}
    completion = parse(body({"message": refused, "logprobs": logprobs}))
    assert completion.text == "I can't."
    assert [token.start for token in completion] == [0, 1, 7]


@pytest.mark.parametrize(
    "odd",
    [
        {"object": "chat.completion.chunk"},  # a gateway says so of whole answers
        {"object": "text_completion"},
        {"prompt_filter_results": [{"prompt_index": 0}], "service_tier": None},
        {"error": None, "usage": None, "model": None},
        {"usage": {"completion_tokens": None}, "id": 7},
    ],
)
def test_surroundings(odd):
    """What else stands in the response does not matter, nor what it calls itself."""
    assert parse(body(choice(entry("Yes")), **odd)).text == "Yes"


def test_stray_siblings():
    """A gateway's null keys beside ``content`` do not matter."""
    logprobs = {"content": [entry("As")], "bytes": None, "logprob": None, "top_logprobs": None}
    said = {"role": "assistant", "content": "As"}
    assert parse(body({"message": said, "logprobs": logprobs})).mean_logprob == -0.5


@pytest.mark.parametrize(
    ("node", "text"),
    [
        ({"delta": {"content": "Hi"}}, "Hi"),  # in an answer that was not streamed
        ({"message": {"content": "Hi"}, "delta": {"content": ""}}, "Hi"),
        ({"message": None, "text": "Hi"}, "Hi"),
        ({"message": {"content": "Hi"}, "text": "ignored"}, "Hi"),
        ({"text": "Hi"}, "Hi"),  # llama.cpp answers /v1/completions so
        ({"message": {"content": [{"type": "text", "text": "H"}, {"text": "i"}]}}, "Hi"),
        ({"message": {"content": [{"type": "thinking", "thinking": []}, {"text": "Hi"}]}}, "Hi"),
        ({"message": {"content": None, "reasoning_content": "hm"}}, ""),
    ],
)
def test_places_of_the_text(node, text):
    """The text is the message's or the delta's, whole or in parts, else the choice's own."""
    completion = parse(body({**node, "logprobs": {"content": [entry("Hi")]}}))
    assert (completion.text, len(completion)) == (text, 1)
    assert completion[0].start == (0 if text else None)


@pytest.mark.parametrize(
    ("finish_reason", "expected"),
    [("stop", "stop"), ("null", None), ("", None), (None, None), ({"reason": 1}, None)],
)
def test_finish_reason(finish_reason, expected):
    """A finish reason is a string; ``"null"`` is none."""
    assert parse(body(choice(entry("A"), finish_reason=finish_reason))).finish_reason == expected


@pytest.mark.parametrize(
    ("raw", "known"),
    [
        (0.0, 0.0),
        (-0.0, 0.0),
        (0, 0.0),  # "integer 0 is genuine"
        (-1, -1.0),
        (3e-7, 0.0),  # rounding
        (-100.0, -100.0),
        (None, None),
        (0.5, None),
        (-9999.0, None),
        (-1000, None),
        (-3.4028234663852886e38, None),
        (-1.2676506e30, None),
        (-math.inf, None),
        (-(10**400), None),
    ],
)
def test_numbers(raw, known):
    """A sentinel, a positive number and null are not known, and what the wire said is kept."""
    listed = [{"token": "B", "logprob": raw}]
    token = parse(body(choice(entry("A", raw, top_logprobs=listed))))[0]
    assert (token.logprob, token.alternatives[0].logprob) == (known, known)
    assert token.raw_logprob == (-math.inf if raw == -(10**400) else raw)


def test_number_that_is_none():
    """NaN, which Python's JSON has, is not known; nor is a number that is absent."""
    raw = '{"choices": [{"message": {"content": "ab"}, "logprobs": {"content": [%s, %s]}}]}'
    completion = parse(raw % ('{"token": "a", "logprob": NaN}', '{"token": "b"}'))
    assert [token.logprob for token in completion] == [None, None]


@pytest.mark.parametrize(
    ("more", "token_id"),
    [
        ({"token_id": 12}, 12),  # Mistral, Fireworks
        ({"id": 13}, 13),  # llama.cpp
        ({"token_id": 12, "id": 13}, 12),
        ({"token_id": 12.0}, 12),
        ({"token_id": None, "id": 13}, 13),
        ({"id": 13.0}, 13),
        ({"id": "tok-1"}, None),  # a name of the entry
        ({"id": True}, None),
        ({"id": 0.5}, None),
        ({"id": None}, None),
        ({"id": 2**60 + 1}, 2**60 + 1),
        ({}, None),
    ],
)
def test_token_ids(more, token_id):
    """A token and its alternatives have the ids that the wire gives, unrounded."""
    listed = [{"token": "A", "logprob": -0.5, **more}]
    token = parse(body(choice(entry("A", top_logprobs=listed, **more, bytes=[65]))))[0]
    assert (token.token_id, token.alternatives[0].token_id) == (token_id, token_id)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"bytes": [72, 105]}, b"Hi"),
        ({"bytes": [72.0, 105.0]}, b"Hi"),  # an SDK's floats
        ({"bytes": []}, b""),
        ({"bytes": None}, None),
        ({"bytes": [1, 2]}, b"\x01\x02"),  # wrong: the text places the token all the same
    ],
)
def test_bytes(more, expected):
    """Bytes are kept as the wire has them, and a token is placed with or without them."""
    token = parse(body(choice(entry("Hi", **more))))[0]
    assert (token.bytes, token.start, token.end) == (expected, 0, 2)
    del (spelled := entry("Hi"))["bytes"]  # TGI's chat has no such key
    assert parse(body(choice(spelled)))[0].bytes is None


def test_split_character():
    r"""An emoji over two tokens, whose texts are spelled ``\xf0\x9f\x92``: both stand there."""
    first = entry(r"\xf0\x9f\x92", bytes=[240, 159, 146])
    second = entry(r"\x99", bytes=[153])
    completion = parse(body(choice(first, second, content="💙")))
    assert [(token.start, token.end) for token in completion] == [(0, 1), (0, 1)]


@pytest.mark.parametrize("listed", [None, [], ()])
def test_no_alternatives(listed):
    """Where none are listed there are none."""
    assert parse(body(choice(entry("A", top_logprobs=listed))))[0].alternatives == ()


def test_order_of_alternatives():
    """The wire lists the sampled token first; here the most likely is, the unknown ones last."""
    pairs = [("B", -2.0), ("x", -9999.0), ("A", -0.1), ("C", -3.0)]
    listed = [{"token": token, "logprob": logprob} for token, logprob in pairs]
    token = parse(body(choice(entry("B", -2.0, top_logprobs=listed))))[0]
    assert [each.text for each in token.alternatives] == ["A", "B", "C", "x"]


def test_empty_answer():
    """An answer of no token whose list is empty is empty, and not one without numbers."""
    completion = parse(body(choice(content="")))
    assert (completion.text, len(completion), bool(completion)) == ("", 0, False)


def test_hidden_tokens():
    """Tokens of a tool call or of reasoning, which are no part of the text, have no place."""
    call = {"content": None, "tool_calls": [{"function": {"arguments": "{}"}}]}
    completion = parse(body({"message": call, "logprobs": {"content": [entry("{}")]}}))
    assert [(token.text, token.start) for token in completion] == [("{}", None)]


def test_tokens_named_by_their_ids():
    """A server may name tokens by their ids; an alternative's bytes are then those of the name."""
    listed = [
        {"token": name, "logprob": logprob, "bytes": list(name.encode())}
        for name, logprob in (("token_id:7", -0.5), ("token_id:8", -1.5))
    ]
    chosen = entry("token_id:7", bytes=[72, 105], top_logprobs=listed)
    token = parse(body(choice(chosen, content="Hi")))[0]
    assert (token.token_id, token.bytes, token.start) == (7, b"Hi", 0)
    assert [(each.token_id, each.bytes) for each in token.alternatives] == [(7, None), (8, None)]
    assert [token.is_same_as(each) for each in token.alternatives] == [True, False]
