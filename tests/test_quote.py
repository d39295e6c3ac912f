"""How a text that came from a model is shown: CONTRACT §2, "no colour and no control character"."""

import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_logprobs._quote import clip, one_line, quote, visible

# what is dangerous or cannot be seen: controls, format characters, surrogates, separators
UNSAFE = ("Cc", "Cf", "Cs", "Zl", "Zp")
# scripts and emoji need the joiners; the others of their category are drawn
KEPT = {
    *"\u200c\u200d",
    *"\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd",
    *map(chr, range(0x13430, 0x13460)),  # how hieroglyphs are put together
}
EVERY_TEXT = st.text(st.characters(), max_size=60)
LONG_ESCAPES = st.text(st.sampled_from("\x1b\u202e\ud83d\U000e0041\na"), max_size=60)
TEXTS = st.one_of(EVERY_TEXT, LONG_ESCAPES)


def is_unsafe(character):
    """Return whether a character must not be shown."""
    return unicodedata.category(character) in UNSAFE and character not in KEPT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Paris", "Paris"),
        ("naïve 漢字 🍕", "naïve 漢字 🍕"),
        # terminal escapes: a colour, the title, the bell; C1's own way to begin one
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b31m", "\\x9b31m"),
        # back over what was written
        ("no\rYES\x08\x7f", "no\\rYES\\x08\\x7f"),
        ("\ta\x00", "\\ta\\x00"),
        # direction overrides and isolates, marks
        ("\u202eevil\u2066\u200f\u061c", "\\u202eevil\\u2066\\u200f\\u061c"),
        # what cannot be seen
        ("a\u200bb\xad\u2060\ufeff\U000e0041", "a\\u200bb\\xad\\u2060\\ufeff\\U000e0041"),
        ("\U0001d173\U0001bca0", "\\U0001d173\\U0001bca0"),
        # other line breaks
        ("\x0b\x0c\x85\u2028\u2029", "\\x0b\\x0c\\x85\\u2028\\u2029"),
        # half a character
        ("\ud83d!", "\\ud83d!"),
        # joiners stay
        ("👩\u200d🚀 क्\u200dष म्\u200cय", "👩\u200d🚀 क्\u200dष म्\u200cय"),
        ("", ""),
    ],
)
def test_what_is_shown(text, expected):
    """What cannot be shown is written as Python writes it in a string; the rest stays."""
    assert (visible(text), one_line(text)) == (expected, expected)


def test_line_breaks():
    """A text that is shown whole keeps its line breaks; on one line they are escapes."""
    assert visible("two\nlines\r\n") == "two\nlines\\r\n"
    assert one_line("two\nlines\r\n") == "two\\nlines\\r\\n"


def test_every_character():
    """Of all of Unicode nothing that is unsafe is shown, and the joiners are."""
    every = [chr(code) for code in range(sys.maxunicode + 1)]
    assert [each for each in every if is_unsafe(each) and each in one_line(each)] == []
    assert [each for each in sorted(KEPT) if one_line(each) != each] == []


@settings(deadline=None)
@given(TEXTS)
def test_nothing_unsafe_is_shown(text):
    """Whatever the text, what is shown of it can be printed, on one line."""
    shown = one_line(text)
    assert [each for each in shown if is_unsafe(each)] == []
    assert len(shown.splitlines()) <= 1
    assert shown.encode().decode() == shown
    assert one_line(shown) == shown


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("Constantinople", 14, "Constantinople"),
        ("Constantinople", 13, "Constantinop…"),
        ("Constantinople", 1, "…"),
        ("Constantinople", 0, ""),
        ("", 0, ""),
    ],
)
def test_clip(text, width, expected):
    """A text that is too wide loses its end, for which an ellipsis stands."""
    assert clip(text, width) == expected


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        (" Paris", 40, "' Paris'"),
        ("it's", 40, "'it's'"),
        ("two\nlines", 40, "'two\\nlines'"),
        ("Constantinople", 16, "'Constantinople'"),
        ("Constantinople", 15, "'Constantinop…'"),
        ("\x1b\x1b\x1b", 14, "'\\x1b\\x1b\\x1b'"),
        ("\x1b\x1b\x1b", 13, "'\\x1b\\x1b\\x…'"),
        ("\U000e0041\U000e0042", 16, "'\\U000e0041\\U0…'"),
        ("a" * 1000, 8, "'aaaaa…'"),
        ("ab", 3, "'…'"),
        ("ab", 2, "'…"),
        ("ab", 1, "…"),
        ("ab", 0, ""),
        ("", 2, "''"),
    ],
)
def test_quote(text, width, expected):
    """A quoted text stands between quotes, on one line, within the width."""
    assert quote(text, width) == expected


@settings(deadline=None)
@given(TEXTS, st.integers(0, 30))
def test_widths_are_kept(text, width):
    """Nothing quoted or clipped is wider than asked; what fits is whole, and the rest is marked."""
    clipped, quoted = clip(text, width), quote(text, width)
    assert max(len(clipped), len(quoted)) <= width
    assert clipped == text if len(text) <= width else clipped[-1:] == "…"[:width]
    if len(one_line(text)) <= width - 2:
        assert quoted == f"'{one_line(text)}'"
    elif width > 2:
        assert quoted.endswith("…'")
        assert one_line(text).startswith(quoted[1:-2])
