"""The ``sglang`` family: malformed bodies, streams, and what is not of it."""

import pytest

from pytest_logprobs import (
    MalformedResponseError,
    MissingLogprobsError,
    ResponseError,
    parse,
    parse_all,
)
from pytest_logprobs.parsers import sglang

A, B = [-0.5, 1, "a"], [-0.25, 2, "b"]


def chunk(text, *triples, **meta):
    """Return an answer, or a chunk of one."""
    return {"text": text, "meta_info": {"output_token_logprobs": list(triples), **meta}}


def body(**meta):
    """Return an answer in one piece."""
    return chunk("a", A, finish_reason="length", **meta)


WHERE = "$.meta_info"
MALFORMED = {
    "$.text: expected a string, got a number 1": {**body(), "text": 1},
    "$.index: expected the number of an answer, got a number -1": {**body(), "index": -1},
    f"{WHERE}.output_token_logprobs: expected a list, got an object {{}}": body(
        output_token_logprobs={}
    ),
    f"{WHERE}.output_token_logprobs[0]: expected [logprob, id, text], got a number -0.5": body(
        output_token_logprobs=[-0.5]
    ),
    f"{WHERE}.output_token_logprobs[0]: expected [logprob, id, text], got a list [-0.5, 1]": body(
        output_token_logprobs=[[-0.5, 1]]
    ),
    f'{WHERE}.output_token_logprobs[0][0]: expected a number or null, got a string "x"': body(
        output_token_logprobs=[["x", 1, "a"]]
    ),
    f"{WHERE}.output_token_logprobs[0][1]: expected a whole number or null, got a number 1.5": body(
        output_token_logprobs=[[-0.5, 1.5, "a"]]
    ),
    f"{WHERE}.output_token_logprobs[0][2]: expected a string, got null": body(
        output_token_logprobs=[[-0.5, None, None]]
    ),
    f"{WHERE}.output_top_logprobs: 2 entries for 1 tokens: they belong together one by one": body(
        output_top_logprobs=[None, None]
    ),
    f"{WHERE}.input_token_logprobs[0]: expected [logprob, id, text], got null": body(
        input_token_logprobs=[None]
    ),
    f"{WHERE}.input_top_logprobs_val_flat_b64: alternatives in a flat array are not read: "
    "ask without return_flat_raw_top_logprobs": body(
        input_token_logprobs=[A], input_top_logprobs_val_flat_b64="AAAA"
    ),
    "$[1].meta_info: expected an object, got a list []": [
        chunk("a", A),
        {"text": "b", "meta_info": []},
    ],
}


@pytest.mark.parametrize("message", MALFORMED)
def test_a_surprise_is_an_error_with_its_path(message):
    """What is not of the documented type is refused where it stands."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(MALFORMED[message])
    assert str(caught.value) == message


def test_an_alternative_is_read_when_it_is_looked_at():
    """A malformed list of alternatives hurts no one who does not look at it."""
    completion = parse(body(output_top_logprobs=[[A, "x"]]))
    assert completion.total_logprob == -0.5
    with pytest.raises(MalformedResponseError) as caught:
        _ = completion[0].alternatives
    assert caught.value.path == "$.meta_info.output_top_logprobs[0][1]"


COUNTED = "output_token_logprobs_length"
STREAMS = {
    "what came before is repeated": [chunk("a", A), chunk("ab", A, B)],
    "and counted": [
        chunk("a", A, **{COUNTED: 1}),
        chunk("ab", A, B, **{COUNTED: 2}),
    ],
    "and said again at the end": [
        chunk("ab", A, B, completion_tokens=2),
        chunk("ab", A, B, completion_tokens=2, finish_reason="length"),
    ],
    "only what is new": [chunk("a", A), chunk("b", B)],
    "it is counted": [chunk("a", A, **{COUNTED: 1}), chunk("b", B, **{COUNTED: 2})],
    "nothing is new at the end": [
        chunk("a", A, **{COUNTED: 1}),
        chunk("b", B, **{COUNTED: 2}),
        chunk("", finish_reason="length", **{COUNTED: 2}),
    ],
    "the text is new and the tokens are repeated": [chunk("a", A), chunk("b", A, B)],
    "that is counted": [chunk("a", A, **{COUNTED: 1}), chunk("b", A, B, **{COUNTED: 2})],
    "that is said again at the end": [chunk("a", A), chunk("b", A, B), chunk("", A, B)],
    "it was aborted, which is not counted": [chunk("a", A), chunk("ab", A, B), chunk("")],
    "one has text before its tokens": [chunk("a"), chunk("ab", A, B)],
    "one comes before there is a token": [chunk(None), chunk("a", A), chunk("ab", A, B)],
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_is_read_once(name):
    """Whether its chunks repeat those before or follow them, no token counts twice."""
    completion = parse(STREAMS[name])
    assert (completion.text, [each.raw_logprob for each in completion]) == ("ab", [-0.5, -0.25])
    assert [(each.start, each.end) for each in completion] == [(0, 1), (1, 2)]


def test_a_stream_that_may_be_either_is_refused():
    """The same chunk twice and no count: a repetition, or the same token twice."""
    with pytest.raises(MalformedResponseError) as caught:
        parse([chunk("a", A), chunk("a", A)])
    assert str(caught.value) == (
        "$[1].meta_info.output_token_logprobs: no count of tokens tells whether this chunk repeats "
        "those before or follows them"
    )


HA = [-0.5, 1, "ha"]


@pytest.mark.parametrize(("end", "text"), [(HA, "haha"), ([-0.25, 2, "</s>"], "ha")])
def test_the_tokens_tell_whether_the_same_text_is_repeated(end, text):
    """The tokens are listed again: what they spell says whether the text is said again too."""
    completion = parse([chunk("ha", HA, **{COUNTED: 1}), chunk("ha", HA, end, **{COUNTED: 2})])
    assert (completion.text, len(completion)) == (text, 2)


ABORT = {"type": "abort", "message": "too long", "status_code": 400}


def test_a_request_that_was_refused_is_the_provider_s_error():
    """An answer with nothing in it has the server's message, in a stream too."""
    for tokens in ([], None):
        refused = {"text": "", "meta_info": {"finish_reason": ABORT}}
        if tokens is not None:
            refused["meta_info"]["output_token_logprobs"] = tokens
        for body_of in (refused, [chunk(""), refused]):
            with pytest.raises(ResponseError) as caught:
                parse(body_of)
            assert caught.value.provider_message == "too long"


def test_an_aborted_answer_is_read():
    """What came before the end is the answer; without tokens they were not asked for."""
    completion = parse(chunk("a", A, finish_reason=ABORT))
    assert (completion.text, completion.finish_reason, len(completion)) == ("a", "abort", 1)
    with pytest.raises(MissingLogprobsError):
        parse({"text": "a", "meta_info": {"finish_reason": ABORT}})


@pytest.mark.parametrize("at", [0, 1])
def test_a_chunk_that_came_twice_is_refused(at):
    """Of a stream of what is new there are more tokens than it counts."""
    stream = [
        chunk("a", A, **{COUNTED: 1}),
        chunk("b", B, **{COUNTED: 2}),
        chunk("c", A, **{COUNTED: 3}),
    ]
    with pytest.raises(MalformedResponseError) as caught:
        parse([*stream[: at + 1], *stream[at:]])
    assert str(caught.value) == (
        "$[3].meta_info.output_token_logprobs_length: 3 tokens were scored and 4 are listed: some "
        "would be counted twice"
    )


def test_a_stream_that_lost_tokens_is_refused():
    """A chunk has text and no tokens, though another has them."""
    with pytest.raises(MalformedResponseError) as caught:
        parse([chunk("a", A), {"text": "b", "meta_info": {"finish_reason": "length"}}])
    assert caught.value.path == "$[1].meta_info.output_token_logprobs"


def test_another_answer_in_a_stream_is_refused():
    """What comes after the end is not added to the answer."""
    with pytest.raises(MalformedResponseError) as caught:
        parse([body(), chunk("b", B)])
    assert str(caught.value) == (
        "$[1]: another answer begins here: give each answer in a list of its own"
    )


def test_one_answer_does_not_hurt_another():
    """Of several streams the sound ones can be read by their numbers."""
    several = [{**chunk("a", A), "index": 0}, {**chunk("b", "x"), "index": 3}]
    assert parse(several, choice=0).choice == 0
    with pytest.raises(MalformedResponseError) as caught:
        parse_all(several)
    assert caught.value.path == "$[1].meta_info.output_token_logprobs[0]"


ODD = [None, 1, "x", True, [], [1], {}, {"finish_reason": []}, [[]]]


@pytest.mark.parametrize("key", ["text", "meta_info", "index", "output_ids"])
@pytest.mark.parametrize("odd", ODD)
def test_recognising_never_fails(key, odd):
    """Any JSON in any place is looked at without an exception."""
    for each in ({key: odd}, {**body(), key: odd}):
        assert sglang.recognises([("$", each)]) in (True, False)
        assert sglang.ends(("$", each)) in (True, False)


NOT_OF_IT = [
    {},
    {"meta_info": {}},
    {"text": "a", "meta_info": {"id": "r1"}},
    {"meta_info": {"finish_reason": "stop"}},
    {"text": "a", "meta_info": [{"finish_reason": "stop"}]},
    {"choices": [], "meta_info": {"output_token_logprobs": []}},
]


@pytest.mark.parametrize("each", NOT_OF_IT)
def test_what_is_not_of_this_family(each):
    """A few of its keys do not make a response one of its own."""
    assert not sglang.recognises([("$", each)])
