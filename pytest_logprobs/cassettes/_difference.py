"""What differs between a request and a recorded one, and which recording comes nearest."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import unified_diff
from enum import Enum
from hashlib import blake2b
from itertools import zip_longest
from typing import Any, Final

from pytest_logprobs._quote import clip, one_line, visible
from pytest_logprobs.cassettes._matching import body_value, canonical, is_list, is_object

__all__ = ["ABSENT", "Difference", "diff", "differences", "nearest", "summary"]
__tracebackhide__ = True  # a failed test shows its own lines

_WIDTH: Final = 200
_NAMED: Final = 4
_SHORT: Final = 40
"""As many characters of a value stand beside its path; a longer one is seen in the diff."""

_NAME: Final = re.compile(r"[\w-]+")
# Runs of ASCII, and other characters one by one: many scripts put no spaces between words.
_WORD: Final = re.compile(r"[!-~]+|\S")
_AROUND_PATH: Final = re.compile(r"^(?:[^/?#]*//)?[^/?#]*|[?#].*", re.DOTALL)
_TRAILING: Final = re.compile(" +$")


class _Absent(Enum):
    ABSENT = "absent"


ABSENT: Final = _Absent.ABSENT
"""Stands for the value of a path that is not there; null is a value."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that differs: where it stands, what was asked and what is recorded there."""

    path: str
    asked: object
    recorded: object


def differences(asked: object, recorded: object) -> list[Difference]:
    """Return where two decoded JSON values differ, in the order of what was asked.

    Lists are compared member by member. There is none exactly if the two are canonically equal.

    >>> differences({"n": 1, "messages": ["Hi"]}, {"n": 1.0, "messages": ["Hello"]})
    [Difference(path='$.messages[0]', asked='Hi', recorded='Hello')]
    """
    found: list[Difference] = []
    todo: list[tuple[str, Any, Any]] = [("$", asked, recorded)]
    while todo:
        path, new, old = todo.pop()
        members: list[tuple[str, Any, Any]] = []
        if is_object(new) and is_object(old):
            for name in {**new, **old}:
                there = path + _step(name)
                members.append((there, new.get(name, ABSENT), old.get(name, ABSENT)))
        elif is_list(new) and is_list(old):
            for index, pair in enumerate(zip_longest(new, old, fillvalue=ABSENT)):
                members.append((f"{path}[{index}]", *pair))
        elif isinstance(new, bool) != isinstance(old, bool) or new != old:
            found.append(Difference(path, new, old))
        todo += reversed(members)
    return found


def nearest(
    asked: Mapping[str, object],
    candidates: Sequence[Mapping[str, object]],
    ignore: Sequence[str] = (),
) -> int | None:
    """Return the index of the stored request that is most like another one.

    Method and URL come first, then the number of values of the body that differ. A text of several
    words counts more than another value, the more so the fewer words the two share: the same
    prompt at another temperature is nearer than another prompt. The first of equals is taken.
    ``None``: there are no candidates, or all have another method and another path. ``ignore``
    names paths into the body that do not count.
    """
    new = _parts(asked, ignore)
    distances: dict[int, tuple[float, ...]] = {}
    for index, candidate in enumerate(candidates):
        old = _parts(candidate, ignore)
        strange = (new["method"] != old["method"]) + (_path(new["url"]) != _path(old["url"]))
        if strange < 2:  # noqa: PLR2004 - method and path
            weight = sum(map(_weight, differences(new["body"], old["body"])))
            distances[index] = strange, new["url"] != old["url"], weight
    return min(distances, key=distances.__getitem__, default=None)


def summary(
    asked: Mapping[str, object], recorded: Mapping[str, object], ignore: Sequence[str] = ()
) -> str:
    """Name what differs between two stored requests, on a line of at most 200 characters.

    Short values are shown, long ones only named. Nothing differs: an empty line. ``ignore`` names
    paths into the body that do not count.
    """
    new, old = _parts(asked, ignore), _parts(recorded, ignore)
    found = [Difference(n, new[n], old[n]) for n in ("method", "url") if new[n] != old[n]]
    named = [_named(each) for each in (*found, *differences(new["body"], old["body"]))]
    text = ""
    for count in range(min(len(named), _NAMED), 0, -1):
        rest = len(named) - count
        text = "; ".join(named[:count]) + (f"; and {rest} more" if rest else "")
        if len(text) <= _WIDTH:
            break
    return clip(text, _WIDTH)


def diff(
    asked: Mapping[str, object], recorded: Mapping[str, object], ignore: Sequence[str] = ()
) -> str:
    """Return how two stored requests differ as a unified diff, to be read, not to be applied.

    A body has one value a line, and a text of several lines is a block of them behind a ``|``.
    The order of an object's members does not count, nor does how a number is spelled, nor what
    ``ignore`` names. Nothing differs: an empty text.
    """
    new, old = _parts(asked, ignore), _parts(recorded, ignore)
    old["body"] = _ordered(old["body"], new["body"])
    lines = unified_diff([*_lines(old)], [*_lines(new)], "recorded", "asked", lineterm="")
    return "\n".join(visible(line).rstrip(" ") for line in lines)


def _parts(request: Mapping[str, object], ignore: Sequence[str]) -> dict[str, object]:
    """Return what of a stored request is compared."""
    body = body_value(request, ignore)
    if isinstance(body, bytes) and not body:
        body = ABSENT
    return {"method": str(request["method"]).upper(), "url": request["url"], "body": body}


def _text(value: object) -> str | None:
    """Return the text that a value is, or that its bytes are."""
    if isinstance(value, bytes):
        with suppress(UnicodeDecodeError):
            return value.decode()
    return value if isinstance(value, str) else None


def _path(url: object) -> str:
    return _AROUND_PATH.sub("", str(url))


def _step(name: str) -> str:
    return f".{name}" if _NAME.fullmatch(name) else f"[{_spelled(name)}]"


def _weight(difference: Difference) -> float:
    """Return 1, up to 5 for a text of several words: who asks for other words asks another thing.

    The order of the words does not count, which keeps the work linear.
    """
    asked, recorded = _text(difference.asked), _text(difference.recorded)
    if asked is not None and recorded is not None:
        new, old = _WORD.findall(asked), _WORD.findall(recorded)
        if len(new) > 1 or len(old) > 1:
            shared = (Counter(new) & Counter(old)).total()
            return 5 - 8 * shared / (len(new) + len(old))
        return 1
    return math.inf if difference.path == "$" else 1


def _named(difference: Difference) -> str:
    path = "body" if difference.path == "$" else one_line(difference.path)
    asked, recorded = _value(difference.asked), _value(difference.recorded)
    if difference.recorded is ABSENT:
        return f"{path}: not recorded" + (f", {asked} asked" if asked else "")
    if difference.asked is ABSENT:
        return f"{path}: " + (f"{recorded} recorded, " if recorded else "") + "not asked"
    return f"{path}: {recorded} recorded, {asked} asked" if asked and recorded else path


def _value(value: object) -> str:
    """Return a short value as it is shown, and nothing for a long one."""
    text = _text(value)
    if text is None and isinstance(value, (bytes, _Absent)):
        return ""
    shown = one_line(_spelled(value if text is None else text))
    return shown if len(shown) <= _SHORT else ""


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
    text = _text(body)
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
            yield from _json_lines(member, f"{deeper}{_spelled(name)}: ", deeper)
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
        yield f"{before}{_spelled(value)}"


def _text_lines(text: str, indent: str) -> Iterator[str]:
    """Yield the lines of a text; spaces at the end of one would not be seen."""
    for line in text.split("\n"):
        yield indent + _TRAILING.sub(lambda spaces: "\\x20" * len(spaces[0]), line)


def _spelled(value: object) -> str:
    """Spell a text as it is, and a number in the one way that equal ones share."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else canonical(value)
