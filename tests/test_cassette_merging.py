"""What a file holds after tests of several processes: CONTRACT §4.

"Written atomically, under a lock between processes"; what another wrote meanwhile is merged.
"""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_logprobs.cassettes._merging import extended, replaced, rewritten
from pytest_logprobs.cassettes._tape import Used


def keyed(answers):
    """Return recordings by their answers: ``a1`` answers the request ``a``."""
    return [(each[0].encode(), {"answer": each}) for each in answers.split()]


def used(answers):
    """Return what a test used: ``a1`` of the file, ``a1!`` recorded by itself."""
    return [
        Used(each[0].encode(), {"answer": each.rstrip("!")}, new=each.endswith("!"))
        for each in answers.split()
    ]


def merged(function, base, answers):
    """Return the answers of the file after a test."""
    return " ".join(each["answer"] for each in function(keyed(base), used(answers)))


@pytest.mark.parametrize(
    ("base", "answers", "expected"),
    [
        pytest.param("", "a1! b1!", "a1 b1", id="the-first"),
        pytest.param("a1 b1", "a1 c1!", "a1 b1 c1", id="goes-on"),
        pytest.param("a2 b1", "a1! c1!", "a2 b1 c1", id="another-was-first"),
        pytest.param("a3", "a1! a2!", "a3 a2", id="another-had-one-of-two"),
        pytest.param("a1 a9", "a1 a2! a3!", "a1 a9 a3", id="both-went-on"),
        pytest.param("a1 a2", "a1", "a1 a2", id="less-than-there-is"),
        pytest.param("b1", "a1 a2! b1", "b1 a1 a2", id="taken-away-meanwhile"),
        pytest.param("a1", "", "a1", id="nothing"),
    ],
)
def test_what_goes_on_with_a_file(base, answers, expected):
    """Each request has as many recordings as the test that needs most of them."""
    assert merged(extended, base, answers) == expected


@pytest.mark.parametrize(
    ("base", "answers", "expected"),
    [
        pytest.param("", "a1! b1!", "a1 b1", id="the-first"),
        pytest.param("a1 b1 a2", "a3! c1!", "a3 b1 a2 c1", id="in-its-place"),
        pytest.param("a1", "a1 a2!", "a1 a2", id="behind-what-it-played"),
        pytest.param("a7", "a1 a2!", "a7 a2", id="replaced-after-it-was-played"),
        pytest.param("", "a1 a2!", "a1 a2", id="taken-away-meanwhile"),
    ],
)
def test_what_records_anew_what_is_of_others_too(base, answers, expected):
    """The n-th answer takes the place of the n-th; what others recorded stays."""
    assert merged(replaced, base, answers) == expected


@pytest.mark.parametrize(
    ("base", "answers", "expected"),
    [
        pytest.param("a1 b1 c1", "c2! a2!", "a2 c2", id="in-the-order-of-the-file"),
        pytest.param("a1", "b1! a2! a3!", "b1 a2 a3", id="more"),
    ],
)
def test_what_forgets_the_file(base, answers, expected):
    """Nothing stays that the test did not ask for."""
    assert merged(rewritten, base, answers) == expected


PROMPTS = st.lists(st.sampled_from("abc"), max_size=8)


def asking(name, base, prompts, *, plays):
    """Return what a worker used: of the file where that is played, and what it recorded."""
    waiting = list(base) if plays else []
    loaded, new = [], []
    for number, prompt in enumerate(prompts):
        found = next((each for each in waiting if each[0] == prompt.encode()), None)
        if found is None:
            answer = {"answer": f"{prompt} {number} of {name}"}
            new.append(Used(prompt.encode(), answer, new=True))
        else:
            waiting.remove(found)
            loaded.append(Used(*found, new=False))
    return [*loaded, *new]


def counted(prompts):
    """Return how often each is there."""
    return Counter(each.encode() for each in prompts)


@pytest.mark.parametrize("merging", [extended, replaced], ids=["goes on", "records anew"])
@given(PROMPTS, PROMPTS, PROMPTS)
def test_workers_that_read_the_same_file(merging, there, one, other):
    """In whatever order they write: nothing is lost, nothing is there twice, each can replay."""
    base = [(each.encode(), {"answer": f"{each} {at}"}) for at, each in enumerate(there)]
    workers = [
        asking(name, base, prompts, plays=merging is extended)
        for name, prompts in (("one", one), ("other", other))
    ]
    for first, second in (workers, workers[::-1]):
        after_first = merging(base, first)
        found = merging([(each["answer"][0].encode(), each) for each in after_first], second)
        keys = Counter(each["answer"][0].encode() for each in found)
        assert keys == counted(there) | counted(one) | counted(other)
        assert len({each["answer"] for each in found}) == len(found)
        if merging is extended:
            assert found[: len(base)] == tuple(each for _, each in base)
        again = [(each["answer"][0].encode(), each) for each in found]
        assert merging(again, second) == found  # to write once more changes nothing
