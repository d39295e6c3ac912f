"""Mutated responses: a completion or a ``LogprobsError`` comes out, and no number is made up.

``fuzz/`` runs the same for as long as one likes.
"""

import pytest
from cases import Case, case_of, seeds
from hypothesis import given, note, settings
from hypothesis import strategies as st
from mutating import HOW, written

SETTINGS = settings(deadline=None, derandomize=True, database=None)


@settings(SETTINGS, max_examples=600)
@given(st.sampled_from(sorted(seeds())), st.randoms(use_true_random=False), st.integers(1, 4))
def test_mutated_responses(name, random, changes):
    """Whatever is changed in a response, what is read of it stands on the wire."""
    case = case_of(name, random, changes)
    note(f"{case.form}: {case.body.decode('utf-8', 'replace')}")
    assert case.problems() == []


@pytest.mark.parametrize("form", ["bytes", "text", "lines", "pieces", "value", "chunks"])
@pytest.mark.parametrize("how", HOW)
def test_responses_as_they_are(form, how):
    """However a response is written and handed over, what is read of it stands on the wire."""
    for name, value in seeds().items():
        assert (name, Case(form, written(value, how)).problems()) == (name, [])


@settings(SETTINGS, max_examples=100)
@given(st.sampled_from(sorted(seeds())), st.floats(0, 1))
def test_truncated_responses(name, share):
    """A body that was cut off anywhere is an error, or a part of the answer."""
    for how in HOW:
        body = written(seeds()[name], how)
        assert Case("bytes", body[: int(len(body) * share)]).problems() == []
