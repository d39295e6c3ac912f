"""JSON text laid out to be read in a review: white space changes, nothing else.

A value that fits on a line stays on one; a token of an answer, with its alternatives, always
does, and where an answer comes from; everything else has one member a line. The text is cut into
its lexical tokens and put together again, so that every number and every string keeps its spelling.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Any, Final, NoReturn, cast

__all__ = [
    "Raw",
    "dumps",
    "is_json",
    "lay_out",
    "lexemes",
    "one_line",
    "stripped_lines",
    "with_lines",
    "without_lines",
]
__tracebackhide__ = True  # a failed test shows its own lines

# What a review shows beside another version without a scroll bar; our own lines have it too.
_WIDTH: Final = 100
_INDENT: Final = " "
# Far more than a request nests, far less than a JSON reader takes in the depth of a test run; and
# what is indented ever deeper takes the square of its depth.
_DEEPEST: Final = 200
# What one position of an answer is known by, in any wire format.
_TOKEN_KEYS: Final = frozenset({'"logprob"', '"prob"', '"logProbability"', '"log_probability"'})
# The names of a list of lines, of a stream's events, of interactions, and of where one comes from.
_LINES_KEY: Final = r'"\n"'
_EVENTS_KEY: Final = '"events"'
_INTERACTIONS_KEY: Final = '"interactions"'
_RECORDED_KEY: Final = '"recorded"'

_WHITE: Final = r"[ \t\n\r]*"  # not `\s`, which takes more than JSON does
# An alternative never begins as another one does, so that nothing is read twice: linear time
# without the possessive quantifiers of Python 3.11.
_STRING: Final = r'"[^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*"'
_LEXEME: Final = re.compile(rf"{_STRING}|[{{}}\[\],:]|[-+.0-9A-Za-z]+")
_NEXT_LEXEME: Final = re.compile(rf"{_WHITE}(?:({_LEXEME.pattern})|(.+)|\Z)", re.DOTALL)
_INLINE: Final = {",": ", ", ":": ": "}
_OF_NUMBERS: Final = tuple("-0123456789")

# In valid JSON this is never found across the border of a string: what follows a closing quote is
# no backslash.
_LISTED: Final = re.compile(
    rf'{{{_WHITE}"(?:\\n|\\u000[aA])"{_WHITE}:{_WHITE}'
    rf"\[{_WHITE}((?:{_STRING}{_WHITE}(?:,{_WHITE}{_STRING}{_WHITE})*)?)\]{_WHITE}}}"
)
_NAME_OR_STRING: Final = re.compile(rf"({_STRING})({_WHITE}:)?")
_ESCAPE: Final = re.compile(r"\\.")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class Raw(str):
    """A JSON text that is written as it is spelled."""

    __slots__ = ()


class _Group:
    """An object or a list, and what is known of its members."""

    __slots__ = (
        "has_lines",
        "is_event",
        "is_interaction",
        "is_origin",
        "is_token",
        "name",
        "names",
        "numbers",
        "start",
        "tokens",
    )

    def __init__(self, start: int, *, name: str, around: _Group | None) -> None:
        self.start = start
        self.name = name
        self.names = self.numbers = self.tokens = 0
        self.is_token = False
        self.is_event = around is not None and around.name == _EVENTS_KEY
        self.is_interaction = around is not None and around.name == _INTERACTIONS_KEY
        self.is_origin = name == _RECORDED_KEY and around is not None and around.is_interaction
        self.has_lines = name == _LINES_KEY

    def stays_whole(self) -> bool:
        """Return whether it is on one line however long that is.

        A token of an answer, an event of a stream with one token at most, a map from tokens to
        numbers, and where an interaction comes from.
        """
        is_short_event = self.is_event and self.tokens <= 1
        is_map = self.names == self.numbers > 1
        return self.is_token or is_short_event or is_map or self.is_origin

    def tell(self, around: _Group) -> None:
        """Tell the group around what is in this one."""
        around.tokens += 1 if self.is_token else self.tokens
        around.has_lines |= self.has_lines


def lexemes(text: str) -> Iterator[str]:
    """Yield the lexical tokens of a JSON text, as they are spelled.

    Raises ``ValueError`` where the text cannot be cut.

    >>> [*lexemes('{"a": [-0.0, 1E5]}')]
    ['{', '"a"', ':', '[', '-0.0', ',', '1E5', ']', '}']
    """
    for found in _NEXT_LEXEME.finditer(text):
        if found[2]:
            raise ValueError(f"no JSON at character {found.start(2)}")
        if found[1]:
            yield found[1]


def is_json(text: str) -> bool:
    """Return whether a text is valid JSON by the standard, nested no deeper than 200 levels.

    >>> is_json("[1e400]"), is_json("[NaN]")
    (True, False)
    """
    try:
        text.encode()  # half a character is no UTF-8
        groups: list[Any] = [[_members(text)]]
    except ValueError:
        return False
    for _ in range(_DEEPEST + 1):
        groups = [member for group in groups for member in group if isinstance(member, list)]
    return not groups


def dumps(value: object) -> str:
    r"""Write compact JSON, in which each ``Raw`` stands as it is spelled.

    Raises ``TypeError`` and ``ValueError`` as ``json.dumps`` does, also for NaN and infinity.

    >>> dumps({"é": [Raw("1.0"), "\ud800"]})
    '{"é":[1.0,"\\ud800"]}'
    """
    if isinstance(value, Raw):
        return value
    if isinstance(value, Mapping):
        members = cast("Mapping[str, object]", value).items()
        return f"{{{','.join(f'{dumps(name)}:{dumps(member)}' for name, member in members)}}}"
    if isinstance(value, (list, tuple)):
        return f"[{','.join(map(dumps, cast('list[object]', value)))}]"
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def lay_out(text: str) -> str:
    """Lay a JSON text out; what was laid out before stays as it is.

    A value of at most 100 columns, with its indentation and its name, stays on one line; so do
    a token of an answer, an event of a stream and what is recorded of an interaction, however long.
    Listed lines never do. Raises ``ValueError`` where the text is no JSON.

    >>> print(lay_out('{"prompt":"' + "x" * 80 + '","top":{" Paris":-0.1," Rome":-2.50}}'))
    {
     "prompt": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
     "top": {" Paris": -0.1, " Rome": -2.50}
    }
    """
    _members(text)  # the rest is for what is known to be well formed
    cut: list[str] = _LEXEME.findall(text)
    inline = [_INLINE.get(lexeme, lexeme) for lexeme in cut]
    groups = _groups(cut, inline)
    written: list[str] = []
    newline = "\n"
    at = 0
    while at < len(cut):
        lexeme = cut[at]
        if lexeme in "{[":
            end, width = groups[at]
            name = len(cut[at - 2]) + 2 if at and cut[at - 1] == ":" else 0
            if not width or len(newline) - 1 + name + width <= _WIDTH:
                written += inline[at:end]
                at = end
                continue
            newline += _INDENT
            written += lexeme, newline
        elif lexeme in "}]":
            newline = newline[: -len(_INDENT)]
            written += newline, lexeme
        elif lexeme == ",":
            written += lexeme, newline
        else:
            written.append(inline[at])
        at += 1
    return "".join(written)


def one_line(text: str) -> str:
    r"""Take out the line breaks of a JSON text, with the white space around them.

    >>> one_line('{\n  "a": 1\n}')
    '{"a": 1}'
    """
    return "".join(stripped_lines(text))


def stripped_lines(text: str) -> Iterator[str]:
    """Return the lines of a text without the white space around them."""
    return map(str.strip, text.replace("\r", "\n").split("\n"))


def with_lines(text: str) -> Raw | None:
    r"""List the lines of each string that has several: ``{"\n": ["one", "two"]}``.

    A name stays as it is. Returns ``None`` where the JSON text has such an object already.

    >>> with_lines(r'["one\ntwo", "\u000a", 1.0]')
    '[{"\\n": ["one", "two"]}, "\\u000a", 1.0]'
    """
    return None if _LISTED.search(text) else Raw(_NAME_OR_STRING.sub(_list_lines, text))


def without_lines(text: str) -> str:
    r"""Join the lines that ``with_lines`` has listed.

    >>> without_lines(r'[{"\n": ["one", "two"]}]')
    '["one\\ntwo"]'
    """
    return _LISTED.sub(_join_lines, text) if "\\" in text else text


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


# Groups as lists of their values, so that none is lost under a name given twice; numbers as they
# are spelled, since Python reads no integer of more than 4300 digits.
_READER: Final = json.JSONDecoder(
    object_pairs_hook=lambda pairs: [value for _, value in pairs],
    parse_float=str,
    parse_int=str,
    parse_constant=_refuse,
)


def _members(text: str) -> object:
    """Read a JSON text: lists of values, in which a scalar is anything but a list."""
    try:
        return _READER.decode(text)
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None


def _groups(cut: list[str], inline: list[str]) -> dict[int, tuple[int, int]]:
    """Map where each group begins to its end and its width on one line.

    The width is 0 for what stays on one line however wide it is.
    """
    columns = [*accumulate(map(len, inline), initial=0)]
    groups: dict[int, tuple[int, int]] = {}
    around: list[_Group] = []
    group = _Group(0, name="", around=None)
    for at, lexeme in enumerate(cut):
        if lexeme == ":":
            group.names += 1
            group.numbers += cut[at + 1].startswith(_OF_NUMBERS)
            group.is_token |= cut[at - 1] in _TOKEN_KEYS and cut[at + 1] not in "{["
        elif lexeme in "{[":
            around.append(group)
            group = _Group(at, name=cut[at - 2] if cut[at - 1] == ":" else "", around=group)
        elif lexeme in "}]":
            if group.has_lines:
                width = _WIDTH + 1
            elif group.stays_whole() or at == group.start + 1:
                width = 0
            else:
                width = columns[at + 1] - columns[group.start]
            groups[group.start] = at + 1, width
            group.tell(around[-1])
            group = around.pop()
    return groups


def _list_lines(found: re.Match[str]) -> str:
    string, is_name = found.groups()
    if is_name or r"\n" not in string:
        return found[0]
    lines = _ESCAPE.sub(lambda escape: '", "' if escape[0] == r"\n" else escape[0], string)
    return string if lines == string else f'{{"\\n": [{lines}]}}'


def _join_lines(found: re.Match[str]) -> str:
    lines = (lexeme[1:-1] for lexeme in _LEXEME.findall(found[1]) if lexeme != ",")
    return '"' + r"\n".join(lines) + '"'
