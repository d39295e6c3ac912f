"""Laws of reading: a ``LogprobsError`` or a completion comes out, and no number is invented."""

import copy
import json
import math
from pathlib import Path

from dialect import PATHS, load
from hypothesis import given, settings
from hypothesis import strategies as st
from looking import looked_at

from pytest_logprobs import LogprobsError
from pytest_logprobs._known import known_logprob

RECORDINGS = Path(__file__).parent / "recordings"

NUMBERS = st.one_of(st.floats(), st.integers(), st.sampled_from([-9999.0, 10**400, -(10**400)]))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
RECORDED = {
    name: json.loads((RECORDINGS / name).read_bytes())
    for name in ("chat.json", "completion-echo-bos.json", "completion-stop.json")
} | {
    name: [
        json.loads(line.removeprefix("data:"))
        for line in (RECORDINGS / name).read_text("utf-8").splitlines()
        if line.startswith("data: {")
    ]
    for name in ("chat-stream.sse", "completion-stop-stream.sse")
}
KEPT = {
    path.stem: fixture["body"]
    for path in PATHS
    if path.stem.startswith(("detached-", "framework-")) and "reads" in (fixture := load(path))
}


def places(value):
    """Yield every container with each of its keys, to any depth."""
    if isinstance(value, (dict, list)):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield value, key
            yield from places(inner)


def leaves(value, kind):
    """Return everything of a kind that stands in a value, keys included."""
    found = [inner for container, key in places(value) for inner in (container[key], key)]
    return [each for each in found if isinstance(each, kind) and not isinstance(each, bool)]


def mutated(response, data):
    """Replace, leave out or repeat something at any depth."""
    response = copy.deepcopy(response)
    every = list(places(response))
    container, key = every[data.draw(st.integers(0, len(every) - 1), label="place")]
    change = data.draw(st.sampled_from(["replace", "replace", "delete", "repeat"]))
    if change == "delete":
        del container[key]
    elif change == "repeat" and isinstance(container, list):
        container.append(container[key])
    else:
        container[key] = data.draw(VALUES)
    return response


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(sorted(RECORDED | KEPT)), st.data())
def test_wrong_types_at_any_depth(name, data):
    """Whatever is changed in an answer, or what was kept of one, no number is made up."""
    response = mutated((RECORDED | KEPT)[name], data)
    completions = looked_at(response)
    if isinstance(completions, LogprobsError):
        return
    known = {known_logprob(as_float(each)) for each in leaves(response, (int, float))} | {None}
    texts = {"", *leaves(response, str)}  # a wire may leave out what is empty
    for completion in completions:
        for token in (*(completion.prompt_tokens or ()), *completion):
            assert (token.logprob in known, token.text in texts) == (True, True)
            try:
                listed = token.alternatives
            except LogprobsError:
                continue
            assert [each for each in listed if each.logprob not in known] == []


def as_float(number):
    """Return the float that is nearest to a number of any size."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


WORDS = st.sampled_from(
    [
        *("choices", "index", "message", "delta", "text", "content", "refusal", "logprobs"),
        *("tokens", "token_logprobs", "top_logprobs", "token", "logprob", "bytes", "token_id"),
        *("id", "error", "detail", "usage", "completion_tokens", "prompt_tokens"),
        *("response_metadata", "type", "generations", "llm_output", "generation_info"),
        *("kind", "parts", "provider_details", "role", "meta", "replies", "component_info"),
        *("raw", "additional_kwargs", "data", "responses", "chosenCandidates", "logprobs_result"),
    ]
)
LIKELY = st.recursive(
    st.one_of(VALUES, st.sampled_from(["A", -0.5, 0])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=4)),
    max_leaves=20,
)


@settings(deadline=None, max_examples=300)
@given(st.one_of(LIKELY, st.fixed_dictionaries({"choices": st.lists(LIKELY)}), st.lists(LIKELY)))
def test_any_json(value):
    """Any decoded JSON is an answer or an error of ours."""
    looked_at(value)


@settings(deadline=None, max_examples=300)
@given(
    st.one_of(
        st.binary(),
        st.text(st.characters()),  # lone surrogates too
        st.text('{}[]":,0-.eE\\ \n'),
        st.text().map(lambda text: f"data: {text}"),
        st.lists(st.binary()),
        st.lists(st.text()),
        st.lists(st.sampled_from([b"data: ", b"{", b"}", b"\n", b"\r", b":", b"[DONE]"])).map(
            b"".join
        ),
    )
)
def test_any_text(body):
    """Any bytes and any text are an answer or an error of ours."""
    looked_at(body)
