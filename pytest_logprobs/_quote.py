"""How a text that came from a model is shown.

Such a text may hold anything: terminal escapes, text-direction overrides, lone surrogates. What
is shown holds none of them, so that it can be read as it stands and reaches no terminal as a
command.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["clip", "one_line", "quote", "visible"]
__tracebackhide__ = True  # a failed test shows its own lines

# C0 and C1 controls but for newline, soft hyphen, direction and other invisible format
# characters, line and paragraph separators, byte order mark, surrogates, tags. The joiners U+200C
# and U+200D stay: scripts and emoji need them. So do format characters that are seen, like the
# number signs of Arabic.
_UNSAFE: Final = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e007f]"
)
_SHORT: Final = {"\t": "\\t", "\r": "\\r", "\n": "\\n"}


def visible(text: str) -> str:
    r"""Write what cannot be shown as an escape; line breaks stay.

    >>> print(visible("\x1b[31mred"))
    \x1b[31mred
    """
    return _UNSAFE.sub(_escape, text)


def one_line(text: str) -> str:
    r"""Write what cannot be shown, line breaks included, as an escape.

    >>> print(one_line("two\nlines"))
    two\nlines
    """
    return visible(text).replace("\n", "\\n")


def clip(text: str, width: int) -> str:
    """Cut the end of a shown text to a width; an ellipsis stands for what is left out.

    >>> clip("Constantinople", 8)
    'Constan…'
    """
    if len(text) <= width:
        return text
    return f"{text[: width - 1]}…" if width > 0 else ""


def quote(text: str, width: int = 40) -> str:
    """Show a text on one line between single quotes, in at most ``width`` characters.

    >>> quote(" Paris")
    "' Paris'"
    """
    shown = one_line(text[:width]) + ("…" if len(text) > width else "")
    return clip(f"'{clip(shown, max(1, width - 2))}'", width)


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    if code > 0xFFFF:  # noqa: PLR2004 - with fewer digits the next characters would seem part of it
        return f"\\U{code:08x}"
    return _SHORT.get(character) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")  # noqa: PLR2004
