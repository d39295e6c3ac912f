"""A text in a file that is not what it should be: what is wrong, and where."""

from __future__ import annotations

import re
from typing import Final, Literal

from pytest_logprobs._quote import quote

__all__ = ["FlawError", "decoded_text", "syntax_flaw"]
__tracebackhide__ = True  # a failed test shows its own lines

_BOM: Final = b"\xef\xbb\xbf"
_CONFLICT: Final = re.compile(r"^(?:<{7}|\|{7}|={7}|>{7})(?!\S)", re.MULTILINE)


class FlawError(ValueError):
    """The text is not what it should be.

    ``offset`` is the character where; ``kind`` tells what can be done about it.
    """

    def __init__(
        self,
        offset: int,
        problem: str,
        kind: Literal["damaged", "foreign", "newer", "conflict"] = "damaged",
    ) -> None:
        self.offset = offset
        self.kind = kind
        super().__init__(problem)


def decoded_text(data: bytes) -> str:
    """Decode the bytes of a file; where they are no UTF-8, a ``FlawError`` says where."""
    if data.startswith(_BOM):
        raise FlawError(0, "a byte order mark stands before the text")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        offset = len(data[: error.start].decode())
        if error.reason == "unexpected end of data":
            raise FlawError(offset, "the text breaks off within a character") from None
        found = data[error.start : error.end].hex(" ")
        raise FlawError(offset, f"no UTF-8 text (the bytes {found})") from None


def syntax_flaw(text: str, offset: int, problem: str) -> FlawError:
    """Say why a text is no JSON: first the causes that are likely for a file in a repository."""
    conflict = _CONFLICT.search(text)
    if conflict:
        problem = f"an unresolved merge conflict ({conflict.group()})"
        return FlawError(conflict.start(), problem, "conflict")
    end = len(text.rstrip())
    ends_early = "\n" not in text[offset:end] and not text[:end].endswith("}")
    if offset >= end or problem.startswith("Unterminated") or ends_early:
        last_line = text[:end].rpartition("\n")[2].strip()
        return FlawError(end, f"the text breaks off after {quote(last_line[-38:])}")
    return FlawError(offset, f"no JSON at {quote(text[offset : offset + 41])}: {problem}")
