"""``openai-completions``: parallel arrays, an echoed prompt, and where both are streamed."""

import pytest

from pytest_logprobs import (
    MalformedResponseError,
    MissingLogprobsError,
    UnscoredTokenError,
    parse,
    parse_all,
)

LOGPROBS = {"tokens": ["A", "B"], "token_logprobs": [-0.1, -0.2], "top_logprobs": [None, None]}


def body(*, text="AB", usage=None, finish_reason="length", **logprobs):
    """Make a response with one choice."""
    arrays = {**LOGPROBS, **logprobs}
    choice = {"text": text, "index": 0, "finish_reason": finish_reason, "logprobs": arrays}
    return {"choices": [choice], "usage": usage}


def echo(*tokens, asked, generated, text=None, finish_reason="length"):
    """Make a response that echoes its prompt: the first token has no number."""
    return body(
        text="".join(tokens) if text is None else text,
        usage={"prompt_tokens": asked, "completion_tokens": generated},
        finish_reason=finish_reason,
        tokens=list(tokens),
        token_logprobs=[None, *[-0.5] * (len(tokens) - 1)],
        top_logprobs=None,
    )


def test_recorded_answer(recordings):
    """Text, model and end are the response's; every token has its numbers and its place."""
    completion = parse((recordings / "completion.json").read_bytes())
    told = completion.text, completion.model, completion.finish_reason, completion.format
    assert told == (
        " Paris.\n\nThe United States has a population of approximately 311",
        "smollm2-135m-instruct",
        "length",
        "openai-completions",
    )
    assert [(token.text, token.logprob, token.start, token.end) for token in completion[:3]] == [
        (" Paris", -0.264419287443161, 0, 6),
        (".", -0.38691410422325134, 6, 7),
        ("\n", -0.9547082185745239, 7, 8),
    ]
    assert [(each.text, each.logprob) for each in completion[0].alternatives] == [
        (" Paris", -0.264419287443161),
        (" the", -2.8043324947357178),
        (" London", -4.400745868682861),
        (" New", -4.459090709686279),
        (" La", -4.487847805023193),
    ]
    assert (len(completion), completion.prompt_tokens) == (16, None)


@pytest.mark.parametrize(
    ("top", "expected"),
    [
        ({"A": -0.1, "B": -2.0}, [("A", -0.1), ("B", -2.0)]),
        ({"B": -2.0}, [("B", -2.0)]),  # without the chosen token
        ({"B": -2, "C": None}, [("B", -2.0), ("C", None)]),
        ([{"token": "B", "logprob": -2.0}, {"token": "B", "logprob": -3}], [("B", -2), ("B", -3)]),
        ({}, []),
        ([], []),
        (None, []),
    ],
)
def test_alternatives(top, expected):
    """What is listed for a token is a map of texts, a list of objects, or nothing."""
    token = parse(body(top_logprobs=[top, None]))[0]
    assert [(each.text, each.logprob) for each in token.alternatives] == expected


@pytest.mark.parametrize("top", [None, []])
def test_no_alternatives(top):
    """``logprobs=0`` gives none at all."""
    assert [token.alternatives for token in parse(body(top_logprobs=top))] == [(), ()]
    del (response := body())["choices"][0]["logprobs"]["top_logprobs"]
    assert parse(response)[0].alternatives == ()


def test_spelled_bytes():
    r"""Pieces of a character, ``bytes:\xe2\x80``, are bytes, as tokens and as alternatives."""
    tokens = [r"bytes: \xe2\x80", r"bytes:\xe2\x80", r"bytes:\x94", "bytes:"]
    top = [None, {r"bytes:\xE2\x80": -0.5}, [{"token": r"bytes:\x94", "logprob": -1.0}], None]
    text = r"bytes: \xe2\x80" + "—bytes:"
    completion = parse(body(text=text, tokens=tokens, token_logprobs=[-0.5] * 4, top_logprobs=top))
    assert [token.bytes for token in completion] == [None, b"\xe2\x80", b"\x94", None]
    assert [(token.start, token.end) for token in completion] == [
        (0, 15),
        (15, 16),
        (15, 16),
        (16, 22),
    ]
    assert completion[1].alternatives[0].bytes == b"\xe2\x80"
    assert completion[2].alternatives[0].bytes == b"\x94"


def test_tokens_past_the_stop(recordings):
    """Tokens that go on behind a stop sequence are there and have no place in the text."""
    completion = parse((recordings / "completion-stop.json").read_bytes())
    assert completion.text == " five, six, "
    assert [(token.text, token.start) for token in completion] == [
        (" five", 0),
        (",", 5),
        (" six", 6),
        (",", 10),
        (" seven", None),
        (",", None),
        (" eight", None),
    ]


@pytest.mark.parametrize("offsets", [None, [], [-1, -1], [7, 8], "0, 1", [7], [None, True]])
def test_offsets(offsets):
    """What the wire claims of offsets, from whatever origin, does not outweigh the bytes."""
    completion = parse(body(text_offset=offsets))
    assert [(token.start, token.end) for token in completion] == [(0, 1), (1, 2)]


@pytest.mark.parametrize("content", [{}, {"content": None}, {"content": None, "refusal": None}])
def test_arrays_of_a_chat(content):
    """Chat servers answer with these arrays too, also beside a null ``content``."""
    logprobs = {"token_ids": [1, 2.0], **content, **LOGPROBS}
    node = {"message": {"content": "AB"}, "logprobs": logprobs}
    completion = parse({"choices": [node]})
    assert (completion.format, completion.text, len(completion)) == ("openai-completions", "AB", 2)


def test_recorded_echo(recordings):
    """The echoed prompt is a span of its own; the answer's tokens are counted from its end."""
    completion = parse((recordings / "completion-echo-bos.json").read_bytes())
    assert completion.text == "<|im_start|>The capital of France is Paris.\n\nThe capital"
    prompt = completion.prompt_tokens
    assert (prompt.text, len(prompt)) == ("The capital of France is", 5)
    assert (prompt[0].logprob, prompt[0].unconditional, prompt[0].index) == (None, True, 0)
    assert [(token.text, token.index) for token in completion[:3]] == [
        (" Paris", 0),
        (".", 1),
        ("\n", 2),
    ]
    assert len(completion) == 6


@pytest.mark.parametrize(
    ("response", "count"),
    [
        (echo("P", "Q", "A", asked=2, generated=1), 2),
        (echo("P", "Q", asked=2, generated=0), 2),  # a prompt that was only scored
        (echo("P", "A", asked=2, generated=1), 1),  # the token that begins every prompt is left out
        (echo("P", "Q", "A", asked=2, generated=1, finish_reason="stop"), 2),
        # "one too few": is it the prompt's first token that is not listed, or the answer's last?
        (echo("P", "Q", "A", asked=2, generated=2, finish_reason="stop"), None),
        (echo("P", "Q", "A", asked=9, generated=1), None),
        (echo("P", "Q", "A", asked=0, generated=0), None),  # a server that does not count
        (echo("P", "Q", "A", asked=None, generated=1), None),
        (echo("P", "Q", "A", asked=True, generated=2), None),
        # listed behind the text's end: a stop sequence, the token that ends the answer
        (echo("P", "Q", "A", "past", asked=2, generated=2, text="PQA"), 2),
        (echo("P", "A", "<eos>", asked=1, generated=2, text="PA", finish_reason="stop"), 1),
        (echo("P", "A", "past", asked=2, generated=2, text="PA"), None),
    ],
)
def test_end_of_the_prompt(response, count):
    """Prompt and answer are told apart where the numbers of tokens leave no doubt, else not."""
    completion = parse(response)
    prompt = completion.prompt_tokens
    assert (None if prompt is None else len(prompt)) == count
    assert (completion if prompt is None else prompt)[0].unconditional


def test_echo_of_several_prompts():
    """``usage`` counts all choices together: prompts and answers cannot be told apart."""
    one = echo("P", "A", asked=2, generated=2)
    both = {**one, "choices": [{**one["choices"][0], "index": index} for index in (0, 1)]}
    read = [(each.prompt_tokens, each[0].unconditional) for each in parse_all(both)]
    assert read == [(None, True), (None, True)]


@pytest.mark.parametrize(
    "response",
    [
        body(token_logprobs=[None, -0.2], usage={"completion_tokens": 2}),  # all were generated
        body(token_logprobs=[None, -0.2], top_logprobs=[{"B": -1.0}, None]),  # it has alternatives
        body(token_logprobs=[float("nan"), -0.2]),
        body(token_logprobs=[None, -0.2], text_offset=[12, 13]),  # counted from the prompt's start
    ],
)
def test_lost_number_of_the_first_token(response):
    """A first token without a number is a prompt's only in an echo; else its number got lost."""
    completion = parse(response)
    assert (completion[0].logprob, completion[0].unconditional) == (None, False)
    with pytest.raises(UnscoredTokenError):
        _ = completion.mean_logprob


def test_echo_that_is_off_by_one(recordings):
    """An echo that leaves out its last token gives every number to the wrong token."""
    with pytest.raises(MalformedResponseError) as caught:
        parse((recordings / "completion-echo.json").read_bytes())
    assert str(caught.value) == (
        "$.choices[0].logprobs.tokens: the echoed tokens stop short of the text, ' United' is "
        "missing at its end: this server's echo is off by one and its numbers belong to other "
        "tokens; ask without echo"
    )


def test_twins(recordings):
    """A stream gives the same completion as the same answer in one piece."""
    whole = parse((recordings / "completion.json").read_bytes())
    assert parse((recordings / "completion-stream.sse").read_bytes()) == whole


def test_stream_of_a_stop(recordings):
    """A stream leaves out what goes on behind the stop sequence; the text is the same."""
    whole = parse((recordings / "completion-stop.json").read_bytes())
    stream = parse((recordings / "completion-stop-stream.sse").read_bytes())
    assert (stream.text, stream.finish_reason) == (whole.text, whole.finish_reason)
    assert list(stream) == list(whole[:5])


def test_streamed_echo():
    """Choices of a stream may be interleaved, and begin with an echoed prompt."""
    chunks = [body(), body(text="P", tokens=["P"], token_logprobs=[None], top_logprobs=None)]
    chunks[1]["choices"][0]["index"] = 1
    chunks += [body(text="C", tokens=["C"], token_logprobs=[-3], top_logprobs=[{"C": -3}])]
    for each in chunks:
        each["choices"][0]["finish_reason"] = None
    first, second = parse_all(chunks)
    assert [(token.text, token.index) for token in first] == [("A", 0), ("B", 1), ("C", 2)]
    assert [(token.text, token.unconditional) for token in second] == [("P", True)]


def test_streamed_arrays_of_a_chat():
    """The first chunk of a chat has no arrays; those that have make the format."""
    chunks = [
        {"choices": [{"delta": {"role": "assistant", "content": ""}, "logprobs": None}]},
        {"choices": [{"delta": {"content": "AB"}, "text": "AB", "logprobs": LOGPROBS}]},
        {"choices": [{"delta": {}, "logprobs": [], "finish_reason": "eos"}]},
    ]
    completion = parse(chunks)
    assert (completion.text, completion.format) == ("AB", "openai-completions")


def test_empty_answer():
    """Arrays of no token are an empty answer where the text is empty, else there are no numbers."""
    none = {"tokens": [], "token_logprobs": [], "top_logprobs": []}
    assert len(parse(body(text="", **none))) == 0
    with pytest.raises(MissingLogprobsError):
        parse(body(text="AB", **none))


def test_tokens_named_by_their_ids():
    """A server may name tokens by their ids, which the chosen token is then found by."""
    top = [{"token_id:7": -0.5, "token_id:8": -1.5}, [{"token": "token_id:7", "logprob": -1.0}]]
    tokens = {"tokens": ["token_id:7", "token_id:"], "top_logprobs": top}
    completion = parse(body(text="AB", **tokens))
    assert [token.token_id for token in completion] == [7, None]
    assert [each.token_id for each in completion[0].alternatives] == [7, 8]
    assert [each.token_id for each in completion[1].alternatives] == [7]
