"""``completion.capabilities``, and how formats hand over prompts and shared texts."""

import copy
import pickle

import pytest

from pytest_logprobs import (
    Alternative,
    Capabilities,
    Completion,
    MalformedResponseError,
    Request,
    Span,
    Token,
)
from pytest_logprobs._model import Draft, assemble

PROMPT = [Draft("Hi", None), Draft(" there", -0.5)]


def told(completion):
    """Return the four values in their order."""
    found = completion.capabilities
    return found.chosen, found.alternatives, found.prompt, found.processed


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ([], (False, 0, False, None)),
        ([Token("a", None)], (False, 0, False, None)),
        ([Token("a", -9999.0)], (False, 0, False, None)),
        ([Token("a", None), Token("b", -0.5)], (True, 0, False, None)),
        ([Token("a", -0.5, alternatives=[Alternative("b", -1)])], (True, 1, False, None)),
        ([Token("a", None, unconditional=True), Token("b", -1)], (True, 0, None, None)),
    ],
)
def test_what_a_response_tells(tokens, expected):
    """At least one known number; the longest list; whether a prompt is scored among the tokens."""
    assert told(Completion("ab", tokens)) == expected


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ([], False),
        ([Token("P", None, unconditional=True)], False),
        ([Token("P", None, unconditional=True), Token("Q", -9999.0, index=1)], False),
        ([Token("P", None, unconditional=True), Token("Q", -1.0, index=1)], True),
    ],
)
def test_a_prompt_that_is_told_apart(prompt, expected):
    """``prompt`` is true where at least one number of ``prompt_tokens`` is known."""
    completion = Completion("a", [Token("a", -0.5)], prompt_tokens=Span(prompt))
    assert completion.capabilities.prompt is expected


@pytest.mark.parametrize("processed", [True, False, None])
def test_raw_or_processed(processed):
    """It is what the wire told, and stays with copies and with the request."""
    completion = assemble("a", [Draft("a", -0.5)], processed=processed)
    asked = completion.answering(Request("http://localhost", {}))
    copies = [completion, asked, copy.deepcopy(completion), pickle.loads(pickle.dumps(completion))]
    assert [each.capabilities.processed for each in copies] == [processed] * 4
    assert completion == Completion("a", [Token("a", -0.5, extent=(0, 1))])


def test_alternatives_that_are_not_sound():
    """Looking at the capabilities looks at every list: what is wrong there is said."""

    def broken():
        raise MalformedResponseError("$.here", "not sound")

    completion = Completion("a", [Token("a", -0.5, alternatives=broken)])
    with pytest.raises(MalformedResponseError, match=r"^\$\.here: not sound$"):
        _ = completion.capabilities


def test_capabilities_say_what_they_hold():
    """The repr names all four."""
    assert repr(Capabilities(chosen=True, alternatives=5, prompt=None, processed=False)) == (
        "Capabilities(chosen=True, alternatives=5, prompt=None, processed=False)"
    )


# Prompts that stand apart


def test_a_prompt_with_a_list_of_its_own():
    """It is a span of its own: its places count in what it spells, and its first is skipped."""
    completion = assemble("Hi!", [Draft("Hi", -0.25), Draft("!", -0.5)], prompt=PROMPT)
    prompt = completion.prompt_tokens
    assert completion == Completion(
        "Hi!",
        [Token("Hi", -0.25, extent=(0, 2)), Token("!", -0.5, index=1, extent=(2, 3))],
        prompt_tokens=Span(
            [
                Token("Hi", None, extent=(0, 2), unconditional=True),
                Token(" there", -0.5, index=1, extent=(2, 8)),
            ],
            source="Hi there",
        ),
    )
    assert (prompt.text, prompt.mean_logprob) == ("Hi there", -0.5)


def test_the_text_is_searched_from_its_beginning_beside_such_a_prompt():
    """A prompt's places do not count in the answer, not even where it spells the same."""
    answer = [Draft("Hi", -0.25), Draft(" there", -0.5)]
    for completion in (
        assemble("Hi there", answer, prompt=PROMPT),
        assemble("Hi there", [*answer, Draft("</s>", -1)], prompt=[*PROMPT, Draft("!", -1)]),
        # the answer's beginning has no tokens, and the prompt spells as much
        assemble("xxHi there", answer, prompt=[Draft("ab", None)]),
    ):
        assert completion.span("Hi").min_logprob == -0.25


def test_no_prompt_is_none():
    """Not scored is ``None``; scored and empty is an empty span."""
    assert assemble("a", [Draft("a", -0.5)]).prompt_tokens is None
    assert assemble("a", [Draft("a", -0.5)], prompt=[]).prompt_tokens == Span([], source="")


# Texts that several tokens spell together


def test_tokens_that_share_a_text():
    """All tokens of a piece of text stand in its place; the text is counted once."""
    drafts = [Draft("Hello", -0.25), Draft("", -0.5, continues=True), Draft(" you", -1.0)]
    completion = assemble("Hello you", drafts)
    assert [(token.start, token.end) for token in completion] == [(0, 5), (0, 5), (5, 9)]
    hello = completion.span("ell")
    assert ([token.logprob for token in hello], hello.text) == ([-0.25, -0.5], "Hello")
    assert completion.span("you").total_logprob == -1.0
    assert completion[1:].text == "Hello you"


def test_tokens_that_share_a_text_that_is_not_there():
    """Where the piece has no place, none of its tokens has one."""
    drafts = [Draft("<s>", -0.25), Draft("", -0.5, continues=True), Draft("you", -1.0)]
    places = [token.start for token in assemble("you", drafts)]
    assert places == [None, None, 0]


# Tokens that came with something else than the text


def test_hidden_tokens():
    """They have no place where the others spell the whole text, and are like those else."""
    thought = [Draft("So", -0.5, hidden=True), Draft("42", -0.25, hidden=True)]
    completion = assemble("42", [*thought, Draft("</think>", -1.0), Draft("42", -0.75)])
    assert [token.start for token in completion] == [None, None, None, 0]
    assert completion.span("42").total_logprob == -0.75
    places = [token.start for token in assemble("So42", [*thought, Draft("!", -1.0)])]
    assert places == [0, 2, None]


# Tokens that came with something else


def test_tokens_of_the_reasoning_have_no_place():
    """The answer's own tokens are placed, though the reasoning has the same words."""
    drafts = [Draft("Oslo", -3.0, hidden=True), Draft("Oslo", -0.25)]
    assert [token.start for token in assemble("Oslo", drafts)] == [None, 0]


def test_the_reasoning_does_not_stand_in_for_the_answer():
    """Where an answer's tokens do not spell it, those of the reasoning are not its either."""
    drafts = [Draft("Oslo", -3.0, hidden=True), Draft("\u2581Oslo", -0.25)]
    assert [token.start for token in assemble("Oslo", drafts)] == [None, None]


def test_all_tokens_came_with_the_reasoning():
    """Some servers put them all on the first chunk: they spell the answer too."""
    drafts = [Draft("So", -3.0, hidden=True), Draft("Oslo", -0.25, hidden=True)]
    assert [token.start for token in assemble("Oslo", drafts)] == [None, 0]
