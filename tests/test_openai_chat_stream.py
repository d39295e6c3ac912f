"""``openai-chat`` in chunks: what a client collects of a stream is read like the whole answer."""

import json

import pytest

from pytest_logprobs import MalformedResponseError, ResponseError, parse, parse_all


def entry(token, logprob=-0.5):
    """Make an entry of ``logprobs.content``."""
    return {"token": token, "logprob": logprob, "bytes": None, "top_logprobs": []}


def piece(said, tokens=None, **more):
    """Make what a chunk brings of a choice, with the tokens' log-probabilities if there are any."""
    logprobs = None if tokens is None else {"content": [entry(each) for each in tokens]}
    return {"index": 0, "delta": {"content": said}, "logprobs": logprobs, **more}


def chunk(*pieces, **more):
    """Make a chunk of a stream."""
    return {"id": "chatcmpl-1", "choices": list(pieces), **more}


@pytest.mark.parametrize("name", ["chat", "chat-accents"])
def test_twins(recordings, name):
    """A stream gives the same completion as the same answer in one piece."""
    whole, stream = (recordings / f"{name}.json", recordings / f"{name}-stream.sse")
    assert parse(stream.read_bytes()) == parse(whole.read_bytes())


def test_twin_of_a_server_that_loses_bytes(recordings):
    """Where the text of a stream lacks characters, its tokens and numbers are the same."""
    whole = parse((recordings / "chat-emoji.json").read_bytes())
    stream = parse((recordings / "chat-emoji-stream.sse").read_bytes())
    assert (whole.text, stream.text) == (
        "I like I like🍕 and I like🍎.",
        "I like I like and I like.",
    )
    assert [(token.text, token.logprob, token.alternatives) for token in stream] == [
        (token.text, token.logprob, token.alternatives) for token in whole
    ]


def test_chunks_around_the_answer():
    """Chunks without choices, without tokens and without text add nothing."""
    stream = [
        {"id": "", "model": "", "choices": [], "prompt_filter_results": []},  # Azure's first
        chunk({"index": 0, "delta": {"role": "assistant", "content": ""}, "logprobs": None}),
        chunk(piece("", []), model="gpt", obfuscation="xK"),  # OpenAI's: content [], not null
        chunk(piece("Yes", ["Yes"])),
        chunk(piece(".", ["."])),
        chunk({"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}),
        chunk(usage={"completion_tokens": 2}),
    ]
    completion = parse(stream)
    assert (completion.text, len(completion)) == ("Yes.", 2)
    assert (completion.model, completion.finish_reason) == ("gpt", "stop")


def test_interleaved_choices():
    """The chunks of several choices come as they are sampled, in one chunk or in their own."""
    stream = [
        chunk(piece("A", ["A"], index=1)),
        chunk(piece("B", ["B"], index=0), piece("C", ["C"], index=1)),
        chunk(piece("D", ["D"], index=1), piece("E", ["E"], index=0)),
    ]
    assert [(each.choice, each.text, len(each)) for each in parse_all(stream)] == [
        (0, "BE", 2),
        (1, "ACD", 3),
    ]


def test_several_tokens_in_a_chunk():
    """A chunk may bring several tokens, or those of a text that comes with a later chunk."""
    stream = [chunk(piece("", ["Hel", "lo"])), chunk(piece("Hello", [])), chunk(piece("!", ["!"]))]
    assert [(token.text, token.start) for token in parse(stream)] == [
        ("Hel", 0),
        ("lo", 3),
        ("!", 5),
    ]
    late = [chunk(piece("Hel")), chunk(piece("lo!", ["Hel", "lo", "!"]))]
    assert [token.start for token in parse(late)] == [0, 3, 5]


@pytest.mark.parametrize(
    "more",
    [
        {"text": "ignored"},  # Together repeats the delta so
        {"message": {"content": "Yes, of course"}},  # others, all that was said so far
    ],
)
def test_text_beside_the_delta(more):
    """What stands beside a delta only repeats it."""
    stream = [chunk(piece("Yes", ["Yes"], **more)), chunk(piece(".", ["."], **more))]
    assert parse(stream).text == "Yes."


def test_refusal():
    """The deltas and the tokens of a refusal are put together like those of an answer."""
    stream = [
        chunk({"delta": {"refusal": said}, "logprobs": {"content": None, "refusal": refused}})
        for said, refused in [("", []), ("I'm", [entry("I'm")]), (" sorry", [entry(" sorry")])]
    ]
    completion = parse(stream)
    assert (completion.text, len(completion)) == ("I'm sorry", 2)


def test_index_left_out():
    """A choice without an index is the first: some servers leave zeros out."""
    first, second = piece("A", ["A"]), piece("B", ["B"], index=1)
    del first["index"]
    assert [each.text for each in parse_all([chunk(first), chunk(second)])] == ["A", "B"]


@pytest.mark.parametrize(
    ("indexes", "shown"), [((0, 0), "0, 0"), ((1, None), "1, null"), ((0, 1, 1), "0, 1, 1")]
)
def test_choices_that_cannot_be_told_apart(indexes, shown):
    """Choices of a chunk that share an index are not guessed at: their texts would be mixed."""
    stream = [chunk(piece("A", ["A"])), chunk(*(piece("B", ["B"], index=i) for i in indexes))]
    with pytest.raises(MalformedResponseError) as caught:
        parse_all(stream)
    assert str(caught.value) == (
        f"$[1].choices: the choices of a chunk need an index each to be told apart, got {shown}"
    )


@pytest.mark.parametrize("at", [1, 2, 3])
def test_lost_logprobs(at):
    """A chunk with text whose log-probabilities are missing is no part to pass over silently."""
    stream = [chunk(piece("", [])), *(chunk(piece(each, [each])) for each in ("No", " way", "!"))]
    stream[at]["choices"][0]["logprobs"] = None
    with pytest.raises(MalformedResponseError) as caught:
        parse(stream)
    assert caught.value.path == f"$[{at}].choices[0].logprobs"
    assert str(caught.value) == (
        f"$[{at}].choices[0].logprobs: there are none for the text of this chunk though other "
        "chunks of the stream have them: the scores would be those of a part of the answer"
    )


FIRST = chunk(piece("", []))


@pytest.mark.parametrize(
    ("stream", "at"),
    [
        ([FIRST, chunk(piece(" <b> bold", [" bold"]))], 1),
        ([chunk(piece("", ["A"], delta={"reasoning": "A"})), chunk(piece("No", ["N"]))], 1),
        ([chunk(piece("", ["A"], delta={"tool_calls": [{}]})), chunk(piece("No", ["N"]))], 1),
        # what comes behind the end does not make up for it
        ([FIRST, chunk(piece("Yes", ["Y"])), chunk(piece("", ["<|im_end|>"]))], 1),
    ],
)
def test_logprobs_lost_inside_a_chunk(stream, at):
    """Nor is a chunk with fewer tokens than its text takes."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(stream)
    assert str(caught.value) == (
        f"$[{at}].choices[0].logprobs: there are too few for the text of this chunk: the scores "
        "would be those of a part of the answer"
    )


@pytest.mark.parametrize(
    "stream",
    [
        [chunk(piece("", ["<", "b"])), chunk(piece("<b>", [">"]))],  # text that was held back
        [chunk(piece("<b")), chunk(piece(">", ["<", "b", ">"]))],
        # each token one chunk late
        [chunk(piece("No")), chunk(piece(", never", ["No"])), chunk(piece("", [", never"]))],
        [FIRST, chunk(piece(" a b", ["a", "b"])), chunk(piece(" c", ["c"]))],  # blanks left out
        [FIRST, chunk(piece("né", ["n", ""]))],  # characters that the server lost
        [FIRST, chunk(piece("🍎", ["\ufffd"])), chunk(piece("!", ["!"]))],
        [FIRST, chunk(piece("a\ufffd", ["a"]))],
        [FIRST, chunk(piece("A", ["A"])), chunk(piece("", ["<|im_end|>"]))],
        [FIRST, chunk(piece("", ["A"], delta={"reasoning": "A"})), chunk(piece("B", ["B"]))],
    ],
)
def test_tokens_that_are_not_lost(stream):
    """Text and tokens need not come together, nor are lost characters lost tokens."""
    listed = [len((each["choices"][0]["logprobs"] or {}).get("content", ())) for each in stream]
    assert len(parse(stream)) == sum(listed)


WHOLE = chunk({"message": {"content": "A"}, "logprobs": {"content": [entry("A")]}})
ENDED = chunk(piece("A", ["A"], finish_reason="stop"))


@pytest.mark.parametrize("answers", [[ENDED, {**ENDED, "id": "chatcmpl-2"}], [WHOLE, WHOLE, WHOLE]])
def test_several_answers(answers):
    """A list of nothing but what ends an answer holds several, and each is read."""
    assert [each.text for each in parse_all(answers)] == ["A"] * len(answers)


@pytest.mark.parametrize(
    ("stream", "path"),
    [
        ([ENDED, chunk(piece("", [])), ENDED], "$[2].choices[0]"),
        ([chunk(piece("", [])), WHOLE], "$[1].choices[0]"),
        ([ENDED, chunk(piece("B", ["B"]))], "$[1].choices[0]"),
        (f"data: {json.dumps(WHOLE)}\n\n" * 2, "$[1].choices[0]"),  # events are those of a stream
    ],
)
def test_several_answers_in_one_stream(stream, path):
    """Chunks of several answers in one list are no stream: they would be read as one."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(stream)
    assert str(caught.value) == (
        f"{path}: another answer begins here: give each answer in a list of its own"
    )


def test_ids_that_vary():
    """Some servers give each choice or each chunk an id of its own; it is one answer."""
    stream = [
        {**chunk(piece(said, [said], index=index)), "id": name}
        for said, index, name in [("A", 0, "1"), ("B", 1, "2"), ("C", 0, "1"), ("D", 1, "3")]
    ]
    assert [each.text for each in parse_all(stream)] == ["AC", "BD"]


@pytest.mark.parametrize("more", [{}, {"message": {"role": "assistant", "content": "A"}}])
def test_end_that_is_said_twice(more):
    """A second chunk without text after the end is no second answer; the last reason counts."""
    last = chunk({"index": 0, "delta": {}, "finish_reason": "length", **more})
    completion = parse([ENDED, last, {"id": "another", "choices": [], "usage": {}}])
    assert (completion.text, completion.finish_reason) == ("A", "length")


@pytest.mark.parametrize(
    ("broken", "where"),
    [
        ({"error": {"code": 502, "message": "overloaded"}}, "$[1]"),
        ({"error": {"code": 502, "message": "overloaded"}, "choices": []}, "$[1]"),
        ({"object": "error", "code": 502, "message": "overloaded"}, "$[1]"),
        ({"object": "error", "code": 502, "message": "overloaded", "choices": None}, "$[1]"),
        (chunk(piece("", error={"code": 502, "message": "overloaded"})), "$[1].choices[0]"),
    ],
)
def test_error_in_mid_stream(broken, where):
    """A stream that breaks off with the provider's error is no answer."""
    with pytest.raises(ResponseError) as caught:
        parse([chunk(piece("A", ["A"])), broken])
    assert str(caught.value) == (
        f"the response at {where} is the provider's error (502): overloaded"
    )


def test_path_of_a_chunk(recordings):
    """The path of an error is that of the chunk in which it stands, here the fourth."""
    events = (recordings / "chat-stream.sse").read_text("utf-8").split("\n\n")
    broken = json.loads(events[3].removeprefix("data:"))
    broken["choices"][0]["logprobs"]["content"][0]["logprob"] = "high"
    events[3] = f"data: {json.dumps(broken)}"
    with pytest.raises(MalformedResponseError) as caught:
        parse("\n\n".join(events))
    assert str(caught.value) == (
        "$[3].choices[0].logprobs.content[0].logprob: "
        'expected a number or null, got a string "high"'
    )


@pytest.mark.parametrize(
    "chunks",
    [
        [{"choices": [{"message": {"content": "a"}, "logprobs": {"content": [entry("a")]}}]}],
        [chunk(piece("a", ["a"], finish_reason="stop"))],
    ],
)
def test_tokens_of_another_answer(chunks):
    """What follows a whole message, or tokens behind an answer's end, are another answer's."""
    for said in ("Hi", ""):
        with pytest.raises(MalformedResponseError) as caught:
            parse([*chunks, chunk(piece(said, ["Hi"]))])
        assert str(caught.value).startswith("$[1].choices[0]: another answer begins here")


def test_reasoning_that_the_answer_repeats():
    """The tokens of a chunk of reasoning are none of the text's, also where they spell it."""
    thought = [{**piece("", [each]), "delta": {"reasoning": each}} for each in ("So ", "42")]
    completion = parse(
        [*map(chunk, thought), chunk(piece("", ["</think>"])), chunk(piece("42", ["42"]))]
    )
    assert [token.start for token in completion] == [None, None, None, 0]
