"""How two requests differ, as lines to be read at 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import chain, islice, zip_longest
from textwrap import wrap
from typing import Final

from pytest_logprobs._quote import clip, one_line, visible
from pytest_logprobs.cassettes._difference import ABSENT, parts, spelled, text_of
from pytest_logprobs.cassettes._matching import is_list, is_object
from pytest_logprobs.cassettes._word_diff import changed_words, likeness, steps, words

__all__ = ["diff"]
__tracebackhide__ = True  # a failed test shows its own lines

_WIDTH: Final = 80
_CONTEXT: Final = 3  # lines around a change
_MOST: Final = 100  # lines, and of those that are alike in a row:
_MOST_IN_A_ROW: Final = 20
_LONGEST: Final = 400  # of a line that has no counterpart
_SLACK: Final = 20  # so many lines are looked at for a counterpart
_HEAD: Final = "--- recorded", "+++ asked"
_LEGEND: Final = "~~~ a long line: [-recorded-]{+asked+}"


def diff(
    asked: Mapping[str, object], recorded: Mapping[str, object], ignore: Sequence[str] = ()
) -> str:
    """Return how two stored requests differ, line by line, to be read.

    A body has one value a line, and a text of several lines is a block of them behind a ``|``. Of
    a line longer than a terminal's the words that changed are shown, with a few around them. The
    order of an object's members does not count, nor does how a number is spelled, nor what
    ``ignore`` names. Nothing differs: an empty text.
    """
    new, old = parts(asked, ignore), parts(recorded, ignore)
    old["body"] = _ordered(old["body"], new["body"])
    lines = [*islice(_compared([*_lines(old)], [*_lines(new)]), _MOST + 1)]
    if not lines:
        return ""
    legend = [_LEGEND] if any(line.startswith("~") for line in lines) else []
    rest = ["…"] if len(lines) > _MOST else []
    return "\n".join([*_HEAD, *legend, *(line.rstrip(" ") for line in lines[:_MOST]), *rest])


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """Yield what changed with some lines around it; an ellipsis stands for what is between."""
    found = [*steps(old, new)]
    for number, (gone, come, same) in enumerate(found):
        yield from _replaced(gone, come)
        before = _CONTEXT if gone or come else 0
        after = _CONTEXT if number + 1 < len(found) else 0
        is_cut = len(same) > before + after
        yield from map(_beside, same[:before] if is_cut else same)
        if is_cut and before and after:
            yield "…"
        yield from map(_beside, same[len(same) - after :] if is_cut else ())


def _beside(line: str) -> str:
    return f" {clip(visible(line), _WIDTH - 1)}"


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    at_old = at_new = 0
    for one, other in chain(_counterparts(old, new), [(len(old), len(new))]):
        for mark, lines in (("-", old[at_old:one]), ("+", new[at_new:other])):
            yield from (mark + clip(visible(line), _LONGEST) for line in lines[:_MOST_IN_A_ROW])
            if len(lines) > _MOST_IN_A_ROW:
                yield f"{mark}… and {len(lines) - _MOST_IN_A_ROW} more lines"
        if one < len(old):
            yield from _changed(old[one], new[other])
        at_old, at_new = one + 1, other + 1


def _counterparts(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the positions of long lines that are likely to be the same one, changed."""
    few, many = ([at for at, line in enumerate(each) if _is_long(line)] for each in (old, new))
    if len(few) > len(many):
        yield from ((one, other) for other, one in _counterparts(new, old))
        return
    slack, at = len(many) - len(few), 0
    for number, one in enumerate(few):
        near = many[at : min(number + slack + 1, at + _SLACK)]
        other = max(near, key=lambda place: likeness(words(old[one]), words(new[place])))
        at = many.index(other) + 1
        yield one, other


def _is_long(line: str) -> bool:
    return len(line) >= _WIDTH


def _changed(old: str, new: str) -> Iterator[str]:
    """Yield the words of a line that changed, on as many lines as they need."""
    texts = old.lstrip(" "), new.lstrip(" ")
    indent = min(len(line) - len(text) for line, text in zip((old, new), texts, strict=True))
    shown = visible(changed_words(old[indent:], new[indent:]))
    width = max(_WIDTH - 1 - indent, _WIDTH // 2)
    for line in wrap(shown, width, subsequent_indent="  ", break_on_hyphens=False):
        yield f"~{' ' * indent}{line}"


def _ordered(value: object, like: object) -> object:
    """Return a value with the members of its objects in the order that another one has."""
    if is_object(value) and is_object(like):
        names = [name for name in {**like, **value} if name in value]
        return {name: _ordered(value[name], like.get(name)) for name in names}
    if is_list(value) and is_list(like):
        return [_ordered(*pair) for pair in zip_longest(value, like)][: len(value)]
    return value


def _lines(parts: Mapping[str, object]) -> Iterator[str]:
    yield one_line(f"{parts['method']} {parts['url']}")
    body = parts["body"]
    text = text_of(body)
    if not isinstance(body, bytes):
        yield from () if body is ABSENT else _json_lines(body, "", "")
    elif text is not None:
        yield from _text_lines(text, "")
    else:
        digest = blake2b(body, digest_size=8).hexdigest()
        yield f"{len(body)} bytes that are no text, blake2b {digest}"


def _json_lines(value: object, before: str, indent: str) -> Iterator[str]:
    """Yield one value a line, without the commas, which would differ with what follows."""
    deeper = f"{indent}  "
    if is_object(value) and value:
        yield f"{before}{{"
        for name, member in value.items():
            yield from _json_lines(member, f"{deeper}{spelled(name)}: ", deeper)
        yield f"{indent}}}"
    elif is_list(value) and value:
        yield f"{before}["
        for member in value:
            yield from _json_lines(member, deeper, deeper)
        yield f"{indent}]"
    elif isinstance(value, str) and "\n" in value:
        yield f"{before}|"
        yield from _text_lines(value, deeper)
    else:
        yield f"{before}{spelled(value)}"


def _text_lines(text: str, indent: str) -> Iterator[str]:
    """Yield the lines of a text; spaces at the end of one would not be seen."""
    for line in text.split("\n"):
        seen = line.rstrip(" ")
        yield indent + seen + "\\x20" * (len(line) - len(seen))
