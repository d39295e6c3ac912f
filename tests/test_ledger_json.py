"""Cases, policies and scopes as JSON: one form, and nothing else is read."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from ledgers import POLICIES, SCOPES, cases

from pytest_logprobs import Completion, Token
from pytest_logprobs._ledger import (
    Case,
    FormError,
    Policy,
    Row,
    Sample,
    Scope,
    case_json,
    case_of,
    policy_json,
    policy_of,
    scope_json,
    scope_of,
)

FULL = Case(
    test="tests/test_a.py::test_x[1]",
    label="before",
    samples=(
        Sample(
            {"perplexity": 1.25, "mean_logprob": -0.25},
            12,
            "Paris",
            (Row("Par", -0.25, (("Lon", -2.5), ("?", None))), Row("is", None)),
        ),
        Sample({}, 0),
    ),
    groups={"tone": "letters", "sentiment": None},
    max_drop=0.1,
    outcome="failed",
    model="m",
    sampling={"top_p": None, "temperature": 0},
    prompt="0123456789abcdef",
    parameters="fedcba9876543210",
    cassette="tests/cassettes/test_a/test_x.json",
    repeats=5,
)
FULL_TEXT = (
    '{"test": "tests/test_a.py::test_x[1]", "label": "before", '
    '"groups": {"sentiment": null, "tone": "letters"}, "max_drop": 0.1, "outcome": "failed", '
    '"model": "m", "sampling": {"temperature": 0}, "prompt": "0123456789abcdef", '
    '"parameters": "fedcba9876543210", "cassette": "tests/cassettes/test_a/test_x.json", '
    '"repeats": 5, "samples": [{"scores": {"mean_logprob": -0.25, "perplexity": 1.25}, '
    '"count": 12, "text": "Paris", "tokens": [["Par", -0.25, [["Lon", -2.5], ["?", null]]], '
    '["is", null]]}, {"scores": {}, "count": 0}]}'
)


def test_the_form_of_a_case():
    """Members and names have one order, and what was not sent is not there."""
    assert json.dumps(case_json(FULL)) == FULL_TEXT


def test_what_says_nothing_is_left_out():
    """Nothing stands there that is not known, empty or as usual."""
    case = Case(test="t", label=None, samples=(Sample({}, 0),))
    assert case_json(case) == {"test": "t", "samples": [{"scores": {}, "count": 0}]}
    assert policy_json(Policy(margin=1)) == {
        "metric": "mean_logprob",
        "margin": 1.0,
        "confidence": 0.95,
        "min_cases": 10,
    }
    assert scope_json(Scope()) == {}
    assert scope_json(Scope(paths=())) == {"paths": []}
    assert scope_json(Scope(paths=())) == {"paths": []}


def test_known_parameters_of_which_none_was_sent():
    """They are something else than parameters that are not known."""
    case = Case(test="t", label=None, samples=(Sample({}, 0),), sampling={"temperature": None})
    assert case_json(case)["sampling"] == {}
    assert case_of(case_json(case)).sampling == {}


def test_numbers_are_plain():
    """A score is written as a number, and an infinity, which JSON has not, as not known."""
    score = Completion("a", [Token("a", -0.5)]).mean_logprob
    row = Row("a", -math.inf, (("b", math.nan),))
    value = case_json(Case(test="t", label=None, samples=(Sample({"a": score}, 1, None, (row,)),)))
    assert type(value["samples"][0]["scores"]["a"]) is float
    assert value["samples"][0]["tokens"] == [["a", None, [["b", None]]]]


def through_json(value):
    """Write a value as the controller gets it, and read it."""
    return json.loads(json.dumps(value, allow_nan=False).encode("ascii"))


@given(cases())
def test_a_case_comes_back(case):
    """Whatever there is in a case, it is the same after it was written and read."""
    assert case_of(through_json(case_json(case))) == case


@given(POLICIES)
def test_a_policy_comes_back(policy):
    """So is a policy."""
    assert policy_of(through_json(policy_json(policy))) == policy


@given(SCOPES)
def test_a_scope_comes_back(scope):
    """So is a scope."""
    assert scope_of(through_json(scope_json(scope))) == scope


def test_whole_numbers_are_numbers():
    """An editor may write -1 for -1.0."""
    sample = {"scores": {"mean_logprob": -1}, "count": 1, "tokens": [["a", -1]]}
    (read,) = case_of({"test": "t", "samples": [sample]}).samples
    assert repr(read.scores) == "{'mean_logprob': -1.0}"
    assert repr(read.tokens[0].logprob) == "-1.0"


KNOWN = (
    "test, label, groups, max_drop, outcome, model, sampling, prompt, parameters, cassette, "
    "repeats, samples"
)
OUTCOME = "$.outcome: expected one of passed, failed, skipped, unreported"
JSON = "$.sampling.a: expected JSON with finite numbers, got"
PAIR = "expected [text, logprob], got"
SAMPLE = {"scores": {"mean_logprob": -0.5}, "count": 1}
DAMAGES = [
    ([], "$: expected an object, got []"),
    ({"samples": [1]}, '$: expected the member "test", got {"samples": [1]}'),
    ({"test": "t"}, '$: expected the member "samples", got {"test": "t"}'),
    ({"test": 1}, "$.test: expected a text, got 1"),
    ({"label": None}, "$.label: expected a text, got null"),
    ({"lable": "a"}, f'$: unknown member "lable"; known are {KNOWN}'),
    ({"groups": ["a"]}, '$.groups: expected an object, got ["a"]'),
    ({"groups": {"a": 1}}, "$.groups.a: expected a text, got 1"),
    ({"max_drop": "10 %"}, '$.max_drop: expected a finite number, got "10 %"'),
    ({"outcome": "fine"}, f'{OUTCOME}, got "fine"'),
    ({"outcome": []}, f"{OUTCOME}, got []"),
    ({"sampling": {"a": math.nan}}, f"{JSON} NaN"),
    ({"sampling": {"a": [math.inf]}}, f"{JSON} [Infinity]"),
    ({"repeats": 0}, "$.repeats: expected a whole number from 1 on, got 0"),
    ({"repeats": True}, "$.repeats: expected a whole number from 1 on, got true"),
    ({"samples": {}}, "$.samples: expected a list, got {}"),
    ({"samples": []}, "$.samples: expected a sample at least, got []"),
    ({"samples": [SAMPLE, 1]}, "$.samples[1]: expected an object, got 1"),
    ({"samples": [{"count": 1}]}, '$.samples[0]: expected the member "scores", got {"count": 1}'),
    (
        {"samples": [{**SAMPLE, "mean": 1}]},
        '$.samples[0]: unknown member "mean"; known are scores, count, text, tokens',
    ),
]  # fmt: skip
DAMAGES_OF_SAMPLES = [
    ({"scores": {"a": True}}, ".scores.a: expected a finite number, got true"),
    ({"scores": {"a": None}}, ".scores.a: expected a finite number, got null"),
    ({"scores": {"a": math.nan}}, ".scores.a: expected a finite number, got NaN"),
    ({"scores": {"a": -math.inf}}, ".scores.a: expected a finite number, got -Infinity"),
    ({"scores": {"a": 10**400}}, f".scores.a: expected a finite number, got 1{'0' * 38}…"),
    ({"count": -1}, ".count: expected a whole number from 0 on, got -1"),
    ({"count": 1.0}, ".count: expected a whole number from 0 on, got 1.0"),
    ({"text": ["a"]}, '.text: expected a text, got ["a"]'),
    ({"tokens": {}}, ".tokens: expected a list, got {}"),
    (
        {"tokens": [["a", -1.0], ["b"]]},
        '.tokens[1]: expected [text, logprob] or [text, logprob, alternatives], got ["b"]',
    ),
    ({"tokens": [[1, -1.0]]}, f".tokens[0]: {PAIR} [1, -1.0]"),
    ({"tokens": [["a", "b"]]}, f'.tokens[0]: {PAIR} ["a", "b"]'),
    ({"tokens": [["a", math.nan]]}, ".tokens[0]: expected a finite number, got NaN"),
    ({"tokens": [["a", -1.0, None]]}, ".tokens[0][2]: expected a list, got null"),
    ({"tokens": [["a", -1.0, [["b", -1.0], "c"]]]}, f'.tokens[0][2][1]: {PAIR} "c"'),
    ({"tokens": [["a", -1.0, [["b", True]]]]}, f'.tokens[0][2][0]: {PAIR} ["b", true]'),
]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        *DAMAGES[:3],
        *(({"test": "t", "samples": [SAMPLE], **each}, why) for each, why in DAMAGES[3:]),
        *(
            ({"test": "t", "samples": [{**SAMPLE, **each}]}, f"$.samples[0]{why}")
            for each, why in DAMAGES_OF_SAMPLES
        ),
    ],
)
def test_what_is_no_case(value, problem):
    """The error says where, what was found, and what is accepted."""
    with pytest.raises(FormError) as caught:
        case_of(value)
    assert str(caught.value) == problem


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({"margin": 0.1}, '$: expected the member "metric", got {"margin": 0.1}'),
        ({"metric": "a"}, '$: expected the member "margin", got {"metric": "a"}'),
        (
            {"metric": "mean_logprob", "margin": 0},
            "$: margin=0.0: give a number above 0 in nats/token, such as 0.05",
        ),
        (
            {"metric": "mean_logprob", "margin": 0.1, "min_cases": 1.5},
            "$.min_cases: expected a whole number from 0 on, got 1.5",
        ),
        (
            {"metric": "mean_logprob", "margin": 0.1, "alpha": 1},
            '$: unknown member "alpha"; known are metric, margin, confidence, min_cases',
        ),
    ],
)  # fmt: skip
def test_what_is_no_policy(value, problem):
    """What the policy itself refuses is refused, too."""
    with pytest.raises(FormError) as caught:
        policy_of(value)
    assert str(caught.value) == problem


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({"path": []}, '$: unknown member "path"; known are paths, ignored, left_out'),
        ({"left_out": ["a", 1]}, "$.left_out[1]: expected a text, got 1"),
        ({"left_out": "a"}, '$.left_out: expected a list, got "a"'),
    ],
)
def test_what_is_no_scope(value, problem):
    """A text is not taken for a list of its characters."""
    with pytest.raises(FormError) as caught:
        scope_of(value)
    assert str(caught.value) == problem


def test_an_error_tells_its_path():
    """Who reads a part of something larger finds the line by it."""
    with pytest.raises(FormError) as caught:
        case_of({"test": "t", "samples": [{"scores": {}, "count": "1"}]})
    assert caught.value.path == ("samples", 0, "count")
    below = caught.value.below("cases", 3)
    assert str(below) == ('$.cases[3].samples[0].count: expected a whole number from 0 on, got "1"')
    assert below.problem == caught.value.problem
