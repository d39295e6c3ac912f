"""The whole message of the errors of ``parse`` that concern the response as a whole."""

from types import SimpleNamespace

import pytest

from pytest_logprobs import (
    ChoiceError,
    Completion,
    MalformedResponseError,
    MissingLogprobsError,
    ResponseError,
    UnknownFormatError,
    parse,
    parse_all,
    parsers,
)

ENTRY = {"token": "A", "logprob": -0.5}
CHAT = {"choices": [{"message": {"content": "A"}, "logprobs": {"content": [ENTRY]}}], "usage": {}}
FORMATS = ", ".join(parsers._FORMATS)
FIRST_TWELVE = ", ".join(f"'k{number}'" for number in range(12))


@pytest.mark.parametrize(
    ("body", "message", "said"),
    [
        # OpenAI, and whoever answers like it
        (
            {"error": {"message": "No such model", "type": "invalid_request_error", "code": None}},
            " (invalid_request_error): No such model",
            "No such model",
        ),
        ({"error": {"code": 400, "message": "Bad request"}}, " (400): Bad request", "Bad request"),
        # Google: in a list
        (
            [{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "Quota"}}],
            " (429): Quota",
            "Quota",
        ),
        # TGI, Ollama, Hugging Face
        (
            {"error": "overloaded", "error_type": "generation"},
            " (generation): overloaded",
            "overloaded",
        ),
        ({"error": ["too long"]}, ': a list ["too long"]', 'a list ["too long"]'),
        # vLLM; Mistral and FastAPI; Cohere and gateways; Cloudflare
        (
            {"object": "error", "message": "too long", "type": "BadRequestError", "code": 400},
            " (400): too long",
            "too long",
        ),
        ({"detail": "Not Found"}, ": Not Found", "Not Found"),
        (
            {"detail": [{"loc": ["body"]}]},
            ': a list [{"loc": ["body"]}]',
            'a list [{"loc": ["body"]}]',
        ),
        (
            {"detail": [{"loc": ["body", "messages", 0], "msg": "Field required"}, {"msg": "No"}]},
            ": body.messages.0: Field required; No",
            "body.messages.0: Field required; No",
        ),
        (
            {"object": "error", "message": {"detail": [{"loc": ["n"], "msg": "too big"}]}},
            ": n: too big",
            "n: too big",
        ),
        # OpenRouter: what the provider said whom it asked
        (
            {"error": {"message": "Provider error", "code": 429, "metadata": {"raw": "slow down"}}},
            " (429): Provider error: slow down",
            "Provider error: slow down",
        ),
        ({"message": "invalid api token"}, ": invalid api token", "invalid api token"),
        (
            {"success": False, "errors": [{"code": 7}]},
            ': a list [{"code": 7}]',
            'a list [{"code": 7}]',
        ),
        ({"object": "error"}, ': an object {"object": "error"}', 'an object {"object": "error"}'),
        # whatever it says is shown on one line
        (
            {"error": {"message": "a\nb\x1b[31m", "code": "x" * 50}},
            f" ({'x' * 39}…): a\\nb\\x1b[31m",
            "a\nb\x1b[31m",
        ),
        ({"error": {"message": "x" * 400, "code": 2**40}}, f": {'x' * 299}…", "x" * 400),
        # an error beside an answer that broke off
        ({**CHAT, "error": {"message": "gone"}}, ": gone", "gone"),
    ],
)
def test_provider_error(body, message, said):
    """A provider's error is no answer: what it says stands in the message, its words in full."""
    with pytest.raises(ResponseError) as caught:
        parse(body)
    where = " at $[0]" if isinstance(body, list) else ""
    assert str(caught.value) == f"the response{where} is the provider's error{message}"
    assert caught.value.provider_message == said


def test_answer_that_looks_like_an_error(monkeypatch):
    """What a format knows is read, whatever stands beside it and whatever its keys are called."""
    beside = {"object": "error", "message": "hello", "detail": "x", "errors": ["y"]}
    assert parse({**CHAT, **beside}).text == "A"
    other = SimpleNamespace(
        recognises=lambda chunks: any("tokens" in chunk for _, chunk in chunks),
        ends=lambda chunk: False,
        read=lambda chunks: {0: lambda: Completion(chunks[0][1]["message"], [])},
    )
    monkeypatch.setitem(parsers._FORMATS, "other", other)
    assert parse({"message": "hello", "tokens": []}).text == "hello"
    with pytest.raises(ResponseError):  # a chunk that it does not know
        parse([{"message": "hello", "tokens": []}, {"message": "overloaded"}])


def test_recorded_error(recordings):
    """A recorded one: the prompt is too long."""
    with pytest.raises(ResponseError) as caught:
        parse((recordings / "error-400.json").read_bytes())
    assert str(caught.value) == (
        "the response is the provider's error (context_length_exceeded): This model's maximum "
        "context length is 2048 tokens. However, you requested 2171 tokens (2131 in the messages, "
        "40 in the completion). Please reduce the length of the messages or completion."
    )


@pytest.mark.parametrize("nothing", [None, {}, "", [], False])
def test_error_that_is_none(nothing):
    """An empty ``error`` beside an answer does not matter."""
    assert parse({**CHAT, "error": nothing}).text == "A"


@pytest.mark.parametrize(
    ("response", "format", "message"),
    [
        (
            {"answers": [], "usage": {}},
            None,
            f"tried {FORMATS}; the keys seen: 'answers', 'usage'",
        ),
        ({"candidates": []}, "openai-chat", "tried openai-chat; the keys seen: 'candidates'"),
        (CHAT, "openai-completions", "tried openai-completions; the keys seen: 'choices', 'usage'"),
        ({}, None, f"tried {FORMATS}; the keys seen: none"),
        (
            {"id": "x", "choices": None},
            None,
            f"tried {FORMATS}; the keys seen: 'id', 'choices'",
        ),
        (
            [{"a": 1}, {"b": 1, "a": 2}],
            None,
            f"tried {FORMATS}; the keys seen: 'a', 'b'",
        ),
        (
            {"x" * 40: 1, 7: 1},
            None,
            f"tried {FORMATS}; the keys seen: '{'x' * 27}…'",
        ),
        (
            {f"k{i}": i for i in range(14)},
            "openai-chat",
            f"tried openai-chat; the keys seen: {FIRST_TWELVE} and 2 more",
        ),
    ],
)
def test_unknown_format(response, format, message):
    """What no format knows is met with what was tried and the keys that it has."""
    with pytest.raises(UnknownFormatError) as caught:
        parse(response, format=format)
    assert str(caught.value) == f"no wire format has this shape; {message}"


def test_format_that_there_is_not():
    """A format that does not exist is refused with those that do, before anything is read."""
    chunks = iter([CHAT])
    for format in ("gpt", ["openai-chat"]):
        with pytest.raises(UnknownFormatError) as caught:
            parse(chunks, format=format)
        said = f"format={format!r} is no wire format; the formats are {FORMATS}"
        assert str(caught.value) == said
    assert parse(chunks, format="openai-chat").format == "openai-chat"


@pytest.mark.parametrize(
    ("response", "message"),
    [
        ("7", "$: a response is an object, got a number 7"),
        ("null", "$: a response is an object, got null"),
        ([CHAT, None], "$[1]: a response is an object, got null"),
        ([[CHAT], 7], "$[1]: a response is an object, got a number 7"),
        ([CHAT, b"{}"], "$[1]: a response is an object, got a Python object (bytes)"),
    ],
)
def test_no_object(response, message):
    """A response is an object, and so is each chunk of a stream."""
    with pytest.raises(UnknownFormatError) as caught:
        parse(response)
    assert str(caught.value) == message


@pytest.mark.parametrize("response", [[], iter(()), "[]", "data: [DONE]\n\n", ": ping\n\n"])
def test_no_chunks(response):
    """A stream without chunks was perhaps read before, unless it is a body."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(response)
    is_body = isinstance(response, str) and response != "[]"
    said = "there are no chunks; an iterator gives them only once"
    assert str(caught.value) == f"$: {'the stream has no chunks' if is_body else said}"


def test_no_choices():
    """A response whose list of choices is empty says so."""
    with pytest.raises(MalformedResponseError) as caught:
        parse({"id": "x", "choices": []})
    assert str(caught.value) == "$: there is no choice in the response"


@pytest.mark.parametrize("said", ["Yes", ""])
@pytest.mark.parametrize("logprobs", [None, {}, [], {"content": None}])
def test_missing_in_a_chat(said, logprobs):
    """A chat without log-probabilities names the parameters that turn them on."""
    node = {"message": {"content": said}, "logprobs": logprobs}
    for response in ({"choices": [node]}, {"choices": [{"message": {"content": said}}]}):
        with pytest.raises(MissingLogprobsError) as caught:
            parse(response)
        assert caught.value.format == "openai-chat"
        assert str(caught.value) == (
            "choice 0 of the openai-chat response carries no log-probabilities: ask for them with "
            "logprobs=True, top_logprobs=5 in the request; if it did, this model or provider gives "
            "none"
        )


def test_missing_in_a_tool_call():
    """A tool call has none to ask for."""
    calls = ({"tool_calls": [{"function": {}}]}, {"function_call": {"name": "f"}})
    for call in calls:
        with pytest.raises(MissingLogprobsError) as caught:
            parse({"choices": [{"message": {"content": None, **call}, "logprobs": None}]})
        assert str(caught.value) == (
            "choice 0 of the openai-chat response carries no log-probabilities: it is a tool call, "
            "and providers give none for its arguments"
        )


def test_missing_in_completions():
    """Completions have a parameter of their own; the choice without numbers is named."""
    bare = {"index": 1, "text": "A", "logprobs": None}
    empty = {**bare, "logprobs": {"tokens": None}, "delta": None}
    for node in (bare, {"text": "A", "index": 1}, empty):
        with pytest.raises(MissingLogprobsError) as caught:
            parse({"choices": [node]})
        assert caught.value.format == "openai-completions"
        assert str(caught.value) == (
            "choice 1 of the openai-completions response carries no log-probabilities: ask for "
            "them with logprobs=5 in the request; if it did, this model or provider gives none"
        )


@pytest.mark.parametrize(
    "nodes",
    [
        [{**CHAT["choices"][0], "index": 0}, {"index": 1, "message": {"content": "B"}}],
        [
            {"index": 0, "text": "A", "logprobs": {"tokens": ["A"], "token_logprobs": [-0.5]}},
            {"index": 1, "text": "B", "logprobs": None},
        ],
    ],
)
def test_choice_beside_one_that_cannot_be_read(nodes):
    """Only the choice that is asked for is read; all of them cannot be."""
    response = {"choices": nodes}
    assert parse(response, choice=0).text == "A"
    for read in (lambda: parse(response, choice=1), lambda: parse_all(response)):
        with pytest.raises(MissingLogprobsError, match="choice 1 of the"):
            read()
    for choice in (None, 2):
        with pytest.raises(ChoiceError) as caught:
            parse(response, choice=choice)
        assert caught.value.choices == (0, 1)


def test_choice():
    """Of several choices one is to be named, and one that is there."""
    nodes = [{**CHAT["choices"][0], "index": index} for index in (0, 2)]
    messages = {
        None: "the response has 2 choices: say which, choice=0 …, or use parse_all",
        1: "the response has no choice 1, its choices are 0, 2",
        "0": "the response has no choice '0', its choices are 0, 2",
    }
    for choice, message in messages.items():
        with pytest.raises(ChoiceError) as caught:
            parse({"choices": nodes}, choice=choice)
        assert (str(caught.value), caught.value.choices) == (message, (0, 2))
    assert [each.choice for each in parse_all({"choices": nodes})] == [0, 2]
