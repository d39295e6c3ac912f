"""``watsonx``: what is wrong in a body, where answers end, and what is none of its."""

import pytest

from pytest_logprobs import MalformedResponseError, MissingLogprobsError, parse, parse_all
from pytest_logprobs.parsers import watsonx

TOKEN = {"text": "a", "logprob": -0.5}


def result(text="a", stop_reason="eos_token", tokens=(TOKEN,), **more):
    """Make one result of a response."""
    found = {"generated_text": text, "stop_reason": stop_reason, "generated_tokens": tokens}
    return {**found, **more}


def body(*results):
    """Make a response."""
    return {"model_id": "m", "results": list(results)}


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (
            body(result(text=[], input_tokens=[]), result()),
            "$.results[0].generated_text: expected a string, got a list []",
        ),
        (
            body(result(tokens={"a": -0.5})),
            '$.results[0].generated_tokens: expected a list, got an object {"a": -0.5}',
        ),
        (
            body(result(tokens=[TOKEN, 5])),
            "$.results[0].generated_tokens[1]: expected an object, got a number 5",
        ),
        (
            body(result(tokens=[{"logprob": -0.5}])),
            "$.results[0].generated_tokens[0].text: expected a string, got null",
        ),
        (
            body(result(input_tokens=[{"text": "q", "logprob": "x"}])),
            '$.results[0].input_tokens[0].logprob: expected a number or null, got a string "x"',
        ),
        (
            body(result(tokens=[{**TOKEN, "top_tokens": 1}])),
            "$.results[0].generated_tokens[0].top_tokens: expected a list, got a number 1",
        ),
    ],
)
def test_what_is_malformed(response, expected):
    """The path is that of the wrong value."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(response, choice=0)
    assert str(caught.value) == expected


def test_a_wrong_result_does_not_hurt_another():
    """Each choice is read by itself."""
    response = body(result(tokens=[5]), result("b", tokens=[{"text": "b", "logprob": -0.25}]))
    completion = parse(response, choice=1)
    assert (completion.text, completion.choice, completion[0].logprob) == ("b", 1, -0.25)


def test_a_wrong_alternative_is_an_error_when_it_is_asked_for():
    """Alternatives are read late, and their errors have a path too."""
    token = parse(body(result(tokens=[{**TOKEN, "top_tokens": [{"text": None}]}])))[0]
    with pytest.raises(MalformedResponseError) as caught:
        _ = token.alternatives
    where = "$.results[0].generated_tokens[0].top_tokens[0].text"
    assert str(caught.value) == f"{where}: expected a string, got null"


@pytest.mark.parametrize("tokens", [None, [], [{"text": "a"}], [{"text": "a", "logprob": None}]])
def test_none_at_all(tokens):
    """Tokens without any number are no log-probabilities."""
    with pytest.raises(MissingLogprobsError) as caught:
        parse(body(result(tokens=tokens)))
    assert caught.value.format == "watsonx"


def test_whole_answers_in_a_list_are_several():
    """The client's ``generate`` gives one for each prompt of a list."""
    assert [each.text for each in parse_all([body(result()), body(result())])] == ["a", "a"]


def test_chunks_behind_the_end_are_another_answer():
    """Two streams in one list are not added up."""
    unfinished = body(result(stop_reason="NOT_FINISHED"))
    with pytest.raises(MalformedResponseError) as caught:
        parse([unfinished, body(result()), unfinished])
    problem = "another answer begins here: give each answer in a list of its own"
    assert str(caught.value) == f"$[2].results[0]: {problem}"


def test_a_stream_without_an_end_has_no_reason_to_stop():
    """Until the last chunk a stream says that it is not finished, in large letters or small."""
    chunks = [body(result(stop_reason=reason)) for reason in ("not_finished", "NOT_FINISHED")]
    completion = parse(chunks)
    assert (completion.text, completion.finish_reason) == ("aa", None)


def test_results_by_themselves_are_read():
    """Each of the results is an answer, and its errors have its own path."""
    assert [each.text for each in parse_all([result(), result("b")])] == ["a", "b"]
    with pytest.raises(MalformedResponseError) as caught:
        parse(result(tokens=[5]))
    assert caught.value.path == "$.generated_tokens[0]"
    with pytest.raises(MissingLogprobsError) as missing:
        parse(result(tokens=[]))
    assert missing.value.format == "watsonx"


def test_a_response_without_results_is_malformed():
    """It is asked for by its name, for nothing else knows it."""
    with pytest.raises(MalformedResponseError) as caught:
        watsonx.read([("$", {"results": []})])
    assert str(caught.value) == "$: there is no result in the response"


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"results": None},
        {"results": []},
        {"results": {"generated_text": "a"}},
        {"results": ["a", None, 5]},
        {"results": [{"generated_text": None}]},
        {"results": [{"text": "a", "score": 0.5}]},  # of a search
        {"generated_text": "a"},
        {"generated_tokens": []},
        {"generated_text": "a", "generated_tokens": 5},
    ],
)
def test_what_is_none_of_its(other):
    """Other results, and values of other kinds, are not recognised and end nothing."""
    found = watsonx.recognises([("$", other)]), watsonx.ends(("$", other))
    assert found == (False, False)
