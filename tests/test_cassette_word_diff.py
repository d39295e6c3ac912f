"""Which words of a long line changed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_logprobs.cassettes._word_diff import changed_words, likeness, steps, words

laws = settings(deadline=None)
texts = st.lists(st.sampled_from(["a ", "b ", "the ", "c", ", ", "\n", "é", "国", "-] "])).map(
    "".join
)
PROSE = " ".join(f"word{number}" for number in range(900))


CHANGED = {
    "word": (
        "What is the capital of France?",
        "What is the capital of Peru?",
        "What is the capital of [-France-]{+Peru+}?",
    ),
    "more": ("Who wrote it?", "Who really wrote it?", "Who {+really +}wrote it?"),
    "less": ("Who really wrote it?", "Who wrote it?", "Who [-really -]wrote it?"),
    "end": ("Be brief.", "Be brief. Thanks.", "Be brief{+. Thanks+}."),
    "space": ("one  two three", "one two three", "[-one  -]{+one +}two three"),
    "near": (
        "Answer in one or two words, please.",
        "Answer in three to four words, please.",
        "Answer in [-one or two-]{+three to four+} words, please.",
    ),
    "apart": (
        "The name of a river in Peru is wanted here.",
        "The name of a mountain in Peru is asked here.",
        "The name of a [-river-]{+mountain+} in Peru is [-wanted-]{+asked+} here.",
    ),
    "middle": (
        PROSE,
        PROSE.replace("word450", "CHANGED"),
        (
            "word0 word1 word2 word3 … word446 word447 word448 word449 [-word450-]{+CHANGED+} "
            "word451 word452 word453 word454 …"
        ),
    ),
    "chinese": ("法国的首都是哪里", "秘鲁的首都是哪里", "[-法国-]{+秘鲁+}的首都是哪里"),
    "data": (
        f"{'x' * 4000}abc{'y' * 4000}",
        f"{'x' * 4000}abd{'y' * 4000}",
        f"{'x' * 24} … {'x' * 36}[-abc{'y' * 37}-]{{+abd{'y' * 37}+}}{'y' * 36} …",
    ),
    "everything": (
        PROSE,
        PROSE.replace("word", "other"),
        (
            "[-word0 word1 word2 word3 word4 word5 word6 word7 word8 word9 word10 word11 … word890 "
            "word891 word892 word893 word894 word895 word896 word897 word898 word899-]"
            "{+other0 other1 other2 other3 other4 other5 other6 other7 other8 other9 other10 … "
            "other892 other893 other894 other895 other896 other897 other898 other899+}"
        ),
    ),
}


@pytest.mark.parametrize(("old", "new", "shown"), CHANGED.values(), ids=CHANGED)
def test_changed_words(old, new, shown):
    """What changed stands between brackets, and a few words of the rest around it."""
    assert changed_words(old, new) == shown


@laws
@given(texts, texts)
def test_steps_law(old, new):
    """Put together, the steps are both sequences, and as much as can be stays at both ends."""
    found = [*steps(old, new)]
    assert "".join(gone + same for gone, _, same in found) == old
    assert "".join(come + same for _, come, same in found) == new
    if old == new:
        assert found == ([("", "", old)] if old else [])


@laws
@given(texts, texts)
def test_changed_words_law(old, new):
    """Where two texts differ, that is shown."""
    if old != new:
        shown = changed_words(old, new)
        assert "[-" in shown or "{+" in shown


def test_work_is_bounded():
    """Two long texts without a common beginning or end are one change, and are not searched."""
    old, new = (" ".join(f"{word}{n % 7}" for n in range(60_000)) for word in ("a", "b"))
    shared = " the same words in both of them "
    shown = changed_words(f"{old}{shared}{old}!", f"{new}{shared}{new}?")
    assert shown.count("[-") == shown.count("{+") == 1
    assert len(shown) < 400


def test_words_that_are_everywhere():
    """Where the same few words make up all of a long text, what changed is found all the same."""
    old = "yes no " * 300
    new = f"{old[:700]}perhaps {old[700:]}"
    assert changed_words(old, new).count("perhaps") == 1


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("", "", 1),
        ("a b", "b a", 1),
        ("a", "b", 0),
        ("a a b", "b", 0.5),
        ("法国 a", "法 a", 0.8),
    ],
)
def test_likeness(one, other, expected):
    """Shared words, counted as often as both have them, in any order."""
    assert likeness(words(one), words(other)) == expected
