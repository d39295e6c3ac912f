"""What a test measured as cases: plain values with every score that is known."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_logprobs import Alternative, Completion, LogprobsError, Request, Token
from pytest_logprobs._cases import Measured, cases_of, check_cases, parameters_of
from pytest_logprobs._ledger import SAMPLING, Row, case_json, case_of, fingerprint
from pytest_logprobs._measure import Logprobs, judged, repeated
from pytest_logprobs._traffic import Exchange, Traffic
from pytest_logprobs.metrics import METRICS

TEST = "tests/test_it.py::test_capital"
BODY = {"model": "alias", "messages": ["Where?"], "temperature": 0, "seed": 7}


def answer(*logprobs, listed=None, text=None, **more):
    """Give an answer of tokens ``a``, ``b``, …; ``listed`` are the alternatives of each."""
    alternatives = [Alternative(name, value) for name, value in (listed or {}).items()]
    tokens = [
        Token(chr(97 + at), logprob, alternatives=alternatives, extent=(at, at + 1))
        for at, logprob in enumerate(logprobs)
    ]
    joined = "".join(token.text for token in tokens)
    return Completion(joined if text is None else text, tokens, **more)


def asked(body=BODY, **more):
    """Give an answer to a request."""
    return answer(-0.25, request=Request("https://api.example/v1", body), **more)


def test_a_completion_is_a_case_with_a_sample():
    """It has what is known of the answer and of the question, and no more than was asked for."""
    given_by = {
        "groups": {"capitals": None},
        "max_drop": 0.1,
        "parameters": "0123456789abcdef",
        "cassette": "cassettes/test_it/test_capital.json",
        "outcome": "failed",
    }
    [case] = cases_of(TEST, [Measured("before", asked(model="m"))], **given_by)
    assert (case.key, case.model, case.repeats) == ((TEST, "before"), "m", 1)
    assert {name: getattr(case, name) for name in given_by} == given_by
    assert case.sampling == {**dict.fromkeys(SAMPLING), "temperature": 0}
    assert case.prompt == fingerprint({"messages": ["Where?"]})
    [sample] = case.samples
    assert (sample.count, sample.text, sample.tokens) == (1, "a", (Row("a", -0.25),))


def test_what_is_not_known_of_the_request_is_none():
    """A response that was given to the fixture has no request, and perhaps no model."""
    [case] = cases_of(TEST, [Measured(None, answer(-0.25))])
    assert (case.model, case.sampling, case.prompt, case.parameters) == (None,) * 4


def test_the_model_that_was_asked_for_stands_in_for_the_one_that_answered():
    """An alias is better than nothing."""
    [case] = cases_of(TEST, [Measured(None, asked())])
    assert case.model == "alias"


def test_the_same_label_again_is_a_repeat():
    """Cases keep the order of their labels, and each has the answers of its own."""
    labels = ("b", None, "a", "b", None)
    seen = [Measured(label, answer(-0.1 * at)) for at, label in enumerate(labels)]
    cases = cases_of(TEST, [*seen, LogprobsError("unreadable")])
    assert [(case.label, case.repeats) for case in cases] == [("b", 2), (None, 2), ("a", 1)]
    assert [case.score("mean_logprob") for case in cases] == [-0.15, -0.25, -0.2]


def test_a_prompt_is_that_of_all_repeats():
    """Else it is not known: there is more than one."""
    other = asked({**BODY, "messages": ["Where to?"]})
    [same] = cases_of(TEST, [Measured(None, asked()), Measured(None, asked())])
    [mixed] = cases_of(TEST, [Measured(None, asked()), Measured(None, other)])
    assert same.prompt is not None
    assert mixed.prompt is None


def test_alternatives_are_kept_only_when_asked_for():
    """The most likely of each token, as many as are wanted."""
    completion = answer(-0.5, listed={"b": -2.0, "a": -0.5, "c": None})
    [without] = cases_of(TEST, [Measured(None, completion)])
    [with_two] = cases_of(TEST, [Measured(None, completion)], alternatives=2)
    assert without.samples[0].tokens == (Row("a", -0.5),)
    assert with_two.samples[0].tokens == (Row("a", -0.5, (("a", -0.5), ("b", -2.0))),)


def test_alternatives_that_are_not_sound_are_none():
    """The answer still has its log-probabilities, and the scores that need no more."""

    def unsound():
        raise LogprobsError("$.choices[0]: no object")

    completion = Completion("a", [Token("a", -0.5, alternatives=unsound, extent=(0, 1))])
    [case] = cases_of(TEST, [Measured(None, completion)], alternatives=5)
    assert case.samples[0].tokens == (Row("a", -0.5),)
    assert case.score("mean_logprob") == -0.5
    assert case.score("mean_entropy") is None


LOGPROBS = st.none() | st.floats(-900, 0)
ANSWERS = st.builds(
    lambda logprobs, listed, text: answer(*logprobs, listed=listed, text=text),
    st.lists(LOGPROBS, max_size=4),
    st.dictionaries(st.sampled_from("abc"), LOGPROBS),
    st.none() | st.just("") | st.just("abcdef"),
)


@given(ANSWERS)
def test_scores_are_those_of_the_completion_that_are_known_and_finite(completion):
    """Neither a number that nobody knows nor an infinite one is kept, and no other is left out."""
    [case] = cases_of(TEST, [Measured(None, completion)])
    assert case.samples[0].scores == dict(known(completion))


def known(completion):
    """Yield the scores of a completion, each by its attribute."""
    for name in METRICS:
        try:
            score = getattr(completion, name)
        except LogprobsError:
            continue
        if math.isfinite(score):
            yield name, float(score)


@given(ANSWERS, st.sampled_from((0, 5)))
def test_a_case_is_plain_and_comes_back_from_json(completion, alternatives):
    """No score with its evidence leaves the test: every number is a float of its own."""
    [case] = cases_of(TEST, [Measured("x", completion)], alternatives=alternatives)
    assert {type(value) for value in case.samples[0].scores.values()} <= {float}
    assert case_of(case_json(case)) == case


def test_what_scores_read_of_a_token_is_read_once():
    """Entropy, margin and rank go through all alternatives, of each token."""
    read = []

    class Counting(Token):
        __slots__ = ()

        @property
        def entropy(self):
            read.append(self.index)
            return Token.entropy.fget(self)

    listed = [Alternative("a", -0.5), Alternative("b", -1.5)]
    tokens = [Counting("a", -0.5, alternatives=listed, index=at) for at in range(300)]
    [case] = cases_of(TEST, [Measured(None, Completion("a" * 300, tokens))], alternatives=5)
    assert case.score("max_entropy") is not None
    assert read == [*range(300)]


def test_an_empty_answer_is_a_case_without_scores():
    """What it lacks is known where it is compared."""
    [case] = cases_of(TEST, [Measured(None, answer())])
    assert (case.samples[0].scores, case.samples[0].count) == ({}, 0)


def test_parameters_are_hashed_where_they_are_json():
    """A test without any has no hash, nor has one with an object that cannot be written."""
    assert parameters_of({"city": "Paris", "n": 1}) == parameters_of({"n": 1, "city": "Paris"})
    assert parameters_of({"city": "Paris"}) != parameters_of({"city": "Lyon"})
    assert parameters_of({"pair": (1, 2)}) == parameters_of({"pair": [1, 2]})
    assert parameters_of({}) is None
    assert parameters_of({"model": object()}) is None


UNREADABLE = LogprobsError("$.choices: no list")
WHY = "the marker logprobs_gate('capitals')"
LABELLED = (
    "next: logprobs(response, label='before'); those of the same label are repeats of one case"
)
APART = "next: give each a label of its own: logprobs(response, label=…)"
NO_LABEL = "needs each completion to have a label, where there are several"
NO_REPEATS = (
    "takes completions of the same label for repeats of one case, and those of 'a' are none"
)
BARE, WARM = Measured(None, answer(-1)), asked({**BODY, "temperature": 0.7})
# what is said of what a test measured, and that
WRONG = {
    "needs a completion, and none was seen\nnext: give the response to the fixture: "
    "logprobs(response), or make the call under the marker logprobs_cassette, which sees what "
    "crosses the wire": [],
    "needs a completion, and one cannot be read\n$.choices: no list": [BARE, UNREADABLE],
    f"{NO_LABEL}: 2 of 3 have none\n{LABELLED}": [Measured("a", answer(-1)), BARE, BARE],
    f"{NO_REPEATS}: temperature was 0 and is 0.7\n{APART}": [
        *(Measured("a", asked()), Measured("a", WARM)),
    ],
    f"{NO_REPEATS}: model was m and is n\n{APART}": [
        *(Measured("a", asked(model="m")), Measured("a", asked(model="n"))),
    ],
}


@pytest.mark.parametrize("message", WRONG)
def test_what_cannot_be_told_apart_as_cases_is_an_error(message):
    """It says who asks for cases, what was found, and what to do."""
    with pytest.raises(LogprobsError) as raised:
        check_cases(WRONG[message], WHY)
    assert str(raised.value) == f"{WHY} {message}"


@pytest.mark.parametrize(
    "seen",
    [
        [Measured(None, answer(-1))],
        [Measured("a", answer(-1)), Measured("b", answer(-1))],
        [
            Measured("a", asked()),
            Measured("a", asked({**BODY, "seed": 8})),
            Measured("a", answer(-1)),
        ],
    ],
)
def test_one_completion_or_labelled_ones_are_cases(seen):
    """Repeats may have other seeds, and what is not known of one is no difference."""
    check_cases(seen, WHY)


def crossing(*texts):
    """Give the traffic of a test whose requests were answered by texts."""
    traffic = Traffic()
    for text in texts:
        entry = {"token": text, "logprob": -0.25}
        choice = {"message": {"content": text}, "logprobs": {"content": [entry]}}
        exchange = Exchange(Request("https://api.example", BODY), 200, dumped(choice))
        traffic.add(traffic.begin(), exchange, lambda text=text: again(text))
    return traffic


def dumped(choice):
    """Give the body of a response."""
    return json.dumps({"choices": [choice]}).encode()


def again(text):
    """Give what a request was answered in the one repeat of its test."""
    entry = {"token": text, "logprob": -0.5}
    choice = {"message": {"content": text}, "logprobs": {"content": [entry]}}
    return [Exchange(Request("https://api.example", BODY), 200, dumped(choice))]


def test_what_a_test_measured_goes_before_what_crossed_the_wire():
    """Of a test that measures some of its answers, the others are no cases."""
    traffic = crossing("Paris", "Lyon")
    logprobs = Logprobs(traffic)
    assert [each.completion.text for each in judged(logprobs, traffic)] == ["Paris", "Lyon"]
    logprobs(traffic.completions[1], label="a")
    assert [(each.label, each.completion.text) for each in judged(logprobs, traffic)] == [
        ("a", "Lyon")
    ]
    assert judged(None, None) == ()


def test_each_completion_is_followed_by_what_stands_in_its_place_in_repeats():
    """A cassette that was recorded with repeats has more than one answer to a request."""
    traffic = crossing("Paris", "Lyon")
    seen = (Measured("mine", answer(-1)), *judged(None, traffic), LogprobsError("unreadable"))
    found = repeated(seen, traffic)
    assert [each.completion.mean_logprob for each in found[:-1]] == [-1, -0.25, -0.5, -0.25, -0.5]
    assert found[-1] is seen[-1]
    assert repeated(seen, None) == seen
