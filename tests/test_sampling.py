"""What two requests must agree in for their answers to be compared, whatever the wire calls it."""

from __future__ import annotations

import json
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_logprobs._ledger import SAMPLING, fingerprint, prompt_of, sampling_of

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
FORMAT = {"type": "json_object"}

CHAT = {
    "temperature": 0,
    "top_p": 0.9,
    "frequency_penalty": 0.1,
    "presence_penalty": 0.2,
    "logit_bias": {"50256": -100},
    "response_format": FORMAT,
}
# wire format: the body of a request, and what of its sampling was sent
BODIES = {
    "openai-chat": (CHAT, CHAT),
    "openai-responses": (
        {"temperature": 1, "text": {"format": FORMAT, "verbosity": "low"}},
        {"temperature": 1, "response_format": FORMAT},
    ),
    "gemini": (
        {
            "generationConfig": {
                "temperature": 0.5,
                "topP": 0.9,
                "topK": 40,
                "presencePenalty": 0.1,
                "frequencyPenalty": 0.2,
                "responseMimeType": "application/json",
                "responseSchema": SCHEMA,
            }
        },
        {
            "temperature": 0.5,
            "top_p": 0.9,
            "top_k": 40,
            "presence_penalty": 0.1,
            "frequency_penalty": 0.2,
            "response_format": "application/json",
            "response_schema": SCHEMA,
        },
    ),
    "gemini in snake case": (
        {
            "generation_config": {
                "top_p": 0.9,
                "top_k": 40,
                "response_mime_type": "application/json",
                "response_json_schema": SCHEMA,
            }
        },
        {
            "top_p": 0.9,
            "top_k": 40,
            "response_format": "application/json",
            "response_schema": SCHEMA,
        },
    ),
    "ollama": (
        {"format": "json", "options": {"temperature": 0.1, "min_p": 0.05, "repeat_penalty": 1.1}},
        {
            "temperature": 0.1,
            "min_p": 0.05,
            "repetition_penalty": 1.1,
            "response_format": "json",
        },
    ),
    "tgi": (
        {
            "inputs": "2+2=",
            "parameters": {
                "temperature": 0.7,
                "top_k": 10,
                "repetition_penalty": 1.2,
                "grammar": {"type": "regex", "value": "a+"},
            },
        },
        {
            "temperature": 0.7,
            "top_k": 10,
            "repetition_penalty": 1.2,
            "grammar": {"type": "regex", "value": "a+"},
        },
    ),
    "sglang": (
        {"text": "2+2=", "sampling_params": {"temperature": 0, "min_p": 0.1, "ebnf": "root"}},
        {"temperature": 0, "min_p": 0.1, "grammar": "root"},
    ),
    "sglang with a setting for each prompt": (
        {
            "text": ["a", "b"],
            "sampling_params": [{"temperature": 0, "top_p": 1}, {"temperature": 1, "top_p": 1}],
        },
        {"temperature": [0, 1], "top_p": 1},
    ),
    "llama-cpp": (
        {"prompt": "2+2=", "repeat_penalty": 1.1, "json_schema": SCHEMA, "min_p": 0},
        {"repetition_penalty": 1.1, "response_schema": SCHEMA, "min_p": 0},
    ),
    "vllm": (
        {"structured_outputs": {"choice": ["yes", "no"]}, "repetition_penalty": 1},
        {"choice": ["yes", "no"], "repetition_penalty": 1},
    ),
    "vllm before that": (
        {"guided_regex": "a+", "guided_json": SCHEMA},
        {"regex": "a+", "response_schema": SCHEMA},
    ),
    "cohere": (
        {"p": 0.75, "k": 5, "temperature": 0.3},
        {"top_p": 0.75, "top_k": 5, "temperature": 0.3},
    ),
    "watsonx": (
        {
            "input": "2+2=",
            "parameters": {"temperature": 0.2, "top_k": 50, "decoding_method": "sample"},
        },
        {"temperature": 0.2, "top_k": 50},
    ),
    "oci": (
        {"servingMode": {}, "chatRequest": {"topP": 0.9, "topK": 1, "frequencyPenalty": 0}},
        {"top_p": 0.9, "top_k": 1, "frequency_penalty": 0},
    ),
}
FREE = st.fixed_dictionaries(
    {},
    optional={
        "model": st.text(),
        "seed": st.integers(),
        "n": st.integers(1, 9),
        "stop": st.text(),
        "max_tokens": st.integers(1, 9),
        "maxOutputTokens": st.integers(1, 9),
        "logprobs": st.booleans(),
        "top_logprobs": st.integers(0, 20),
        "messages": st.lists(st.text()),
        "stream": st.booleans(),
    },
)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
)
JSON = st.recursive(
    SCALARS | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("wire", BODIES)
def test_a_parameter_has_one_name_whatever_the_wire_calls_it(wire):
    """All that was sent is found wherever it stands, and what was not sent is None."""
    body, sent = BODIES[wire]
    assert sampling_of(body) == {**dict.fromkeys(SAMPLING), **sent}


def test_the_names_stay():
    """They stand in baseline files, and none is renamed."""
    assert list(SAMPLING) == [
        *("temperature", "top_p", "top_k", "min_p"),
        *("frequency_penalty", "presence_penalty", "repetition_penalty", "logit_bias"),
        *("response_format", "response_schema", "grammar", "regex", "choice"),
    ]


@given(FREE, FREE)
def test_what_may_differ_is_not_among_them(one, other):
    """The seed, how many answers, stop sequences, lengths and log-probabilities change nothing."""
    assert sampling_of({**one, "temperature": 0}) == sampling_of({**other, "temperature": 0})


def test_null_is_as_not_sent_and_zero_is_not():
    """SDKs send null for what was left out, and 0 is a setting."""
    assert sampling_of({"temperature": None}) == dict.fromkeys(SAMPLING)
    assert sampling_of({"temperature": 0}) != sampling_of({"temperature": None})
    nested = {"temperature": 1, "options": {"temperature": None}}
    assert sampling_of(nested) == sampling_of({"temperature": 1})


def test_where_parameters_have_a_place_it_goes_before_the_body():
    """Ollama reads its options, and nothing beside them."""
    assert sampling_of({"temperature": 1, "options": {"temperature": 0}})["temperature"] == 0


@pytest.mark.parametrize("place", [{"text": "2+2="}, {"options": None}, {"sampling_params": []}])
def test_a_place_that_is_no_object_holds_no_parameters(place):
    """SGLang's text is a prompt."""
    assert sampling_of(place) == dict.fromkeys(SAMPLING)


def test_nothing_is_known_of_an_empty_body():
    """A body that is no JSON object (a form with a file) is known as an empty one."""
    assert sampling_of({}) is None


def test_a_long_value_is_told_by_its_hash():
    """A schema fills many lines, and a baseline has one for each case."""
    schema = {"type": "object", "properties": {f"field_{n}": {"type": "string"} for n in range(9)}}
    found = sampling_of({"response_format": schema})["response_format"]
    assert found == f"sha256:{fingerprint(schema)}"
    assert (
        found == sampling_of({"response_format": dict(reversed(schema.items()))})["response_format"]
    )
    assert sampling_of({"regex": "a" * 98})["regex"] == "a" * 98
    assert sampling_of({"regex": "a" * 99})["regex"] == f"sha256:{fingerprint('a' * 99)}"


def test_nan_is_equal_to_itself():
    """Else a case could not be compared with what was made of the same request."""
    assert sampling_of({"temperature": float("nan")})["temperature"] == "nan"


@pytest.mark.parametrize("key", ["temperature", "response_format"])
def test_what_is_no_json_is_not_known(key):
    """A value told by its address would be another in each run; one of any depth is no error."""
    deep = reduce(lambda inner, _: [inner], range(100_000), [])
    for value in (object(), {1}, deep, {"a": float("nan")}):
        assert sampling_of({"top_p": 0.5, key: value}) is None


PROMPTS = {
    "chat": {"messages": [{"role": "user", "content": "2+2="}]},
    "completions": {"prompt": "2+", "suffix": "=4"},
    "responses": {"input": "2+2=", "instructions": "Be brief."},
    "gemini": {"contents": [{"parts": []}], "systemInstruction": {"parts": []}},
    "ollama": {"prompt": "2+2=", "system": "Be brief."},
    "sglang": {"text": "2+2="},
    "cohere": {"message": "2+2=", "preamble": "Be brief.", "chat_history": [{"role": "USER"}]},
    "tgi": {"inputs": "2+2="},
}


@pytest.mark.parametrize("wire", PROMPTS)
def test_a_prompt_has_the_instructions_that_stand_beside_it(wire):
    """A changed system prompt is another prompt; parameters are no part of it."""
    more = {"temperature": 0, "model": "m", "tools": []}
    assert prompt_of({**more, **PROMPTS[wire]}) == PROMPTS[wire]


def test_a_prompt_is_found_in_the_envelope_of_oci():
    """Its bodies hold all but the model in an object."""
    envelope = {"compartmentId": "c", "chatRequest": {"messages": ["2+2="], "topP": 1}}
    assert prompt_of(envelope) == {"messages": ["2+2="]}


def test_the_text_of_the_responses_api_is_no_prompt():
    """It is an object of parameters."""
    assert prompt_of({"input": "2+2=", "text": {"format": FORMAT}}) == {"input": "2+2="}
    assert prompt_of({"text": {"format": FORMAT}}) is None
    assert prompt_of({}) is None


@given(JSON)
def test_a_fingerprint_is_that_of_the_value_not_of_its_spelling(value):
    """It has 16 hexadecimal digits, and is the same after a way through JSON in another order."""
    found = fingerprint(value)
    assert len(found) == 16
    assert set(found) <= set("0123456789abcdef")
    assert fingerprint(json.loads(json.dumps(_turned(value)))) == found


@given(JSON, JSON)
def test_other_values_have_other_fingerprints(one, other):
    """As far as JSON tells them apart: 1 and 1.0 are written in two ways."""
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (fingerprint(one) == fingerprint(other)) is same


@pytest.mark.parametrize("value", [object(), {1}, float("nan"), [float("inf")], {(1, 2): 3}, b"x"])
def test_what_is_no_json_has_no_fingerprint(value):
    """NaN and infinities are none, though the standard library writes them."""
    assert fingerprint(value) is None


def test_what_holds_itself_has_no_fingerprint():
    """Nor has what is nested too deeply."""
    inside: list[object] = []
    inside.append(inside)
    assert fingerprint(inside) is None
    deep: object = None
    for _ in range(100_000):
        deep = [deep]
    assert fingerprint(deep) is None


def _turned(value):
    """Give an equal value whose objects have their members the other way round."""
    if isinstance(value, dict):
        return {key: _turned(each) for key, each in reversed(value.items())}
    return [_turned(each) for each in value] if isinstance(value, list) else value
