"""What differs between a request and a recorded one, and which recording comes nearest."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from itertools import zip_longest
from typing import Any, Final

from pytest_logprobs._quote import clip, one_line
from pytest_logprobs.cassettes._known_keys import REDACTED
from pytest_logprobs.cassettes._matching import body_value, canonical, is_list, is_object
from pytest_logprobs.cassettes._placeholder_keys import PLACEHOLDER
from pytest_logprobs.cassettes._scrub import matched_url
from pytest_logprobs.cassettes._word_diff import likeness, words

__all__ = [
    "ABSENT",
    "Difference",
    "differences",
    "nearest",
    "parts",
    "spelled",
    "summary",
    "text_of",
]
__tracebackhide__ = True  # a failed test shows its own lines

_WIDTH: Final = 200
_NAMED: Final = 4
_SHORT: Final = 40
"""As many characters of a value stand beside its path; a longer one is seen in the diff."""

_NAME: Final = re.compile(r"[\w-]+")
_AROUND_PATH: Final = re.compile(r"^(?:[^/?#]*//)?[^/?#]*|[?#].*", re.DOTALL)


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
        elif isinstance(new, bool) != isinstance(old, bool) or _known(new) != _known(old):
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
    new = parts(asked, ignore)
    distances: dict[int, tuple[float, ...]] = {}
    for index, candidate in enumerate(candidates):
        old = parts(candidate, ignore)
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
    new, old = parts(asked, ignore), parts(recorded, ignore)
    found = [Difference(n, new[n], old[n]) for n in ("method", "url") if new[n] != old[n]]
    named = [_named(each) for each in (*found, *differences(new["body"], old["body"]))]
    text = ""
    for count in range(min(len(named), _NAMED), 0, -1):
        rest = len(named) - count
        text = "; ".join(named[:count]) + (f"; and {rest} more" if rest else "")
        if len(text) <= _WIDTH:
            break
    return clip(text, _WIDTH)


def parts(request: Mapping[str, object], ignore: Sequence[str]) -> dict[str, object]:
    """Return what of a stored request is compared."""
    body = body_value(request, ignore)
    if isinstance(body, bytes) and not body:
        body = ABSENT
    url = matched_url(str(request["url"]))
    return {"method": str(request["method"]).upper(), "url": url, "body": body}


def text_of(value: object) -> str | None:
    """Return the text that a value is, or that its bytes are."""
    if isinstance(value, bytes):
        with suppress(UnicodeDecodeError):
            return value.decode()
    return value if isinstance(value, str) else None


def _path(url: object) -> str:
    return _AROUND_PATH.sub("", str(url))


def _step(name: str) -> str:
    return f".{name}" if _NAME.fullmatch(name) else f"[{spelled(name)}]"


def _weight(difference: Difference) -> float:
    """Return 1, up to 5 for a text of several words: other words ask for another thing."""
    asked, recorded = text_of(difference.asked), text_of(difference.recorded)
    if asked is not None and recorded is not None:
        new, old = words(asked), words(recorded)
        return 5 - 4 * likeness(new, old) if max(len(new), len(old)) > 1 else 1
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
    text = text_of(value)
    if text is None and isinstance(value, (bytes, _Absent)):
        return ""
    shown = one_line(spelled(value if text is None else text))
    return shown if len(shown) <= _SHORT else ""


def spelled(value: object) -> str:
    """Spell a text as it is, and a number in the one way that equal ones share."""
    value = _known(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else canonical(value)


def _known(value: object) -> object:
    """Return what is left of a key for what stands for one: the two match."""
    return REDACTED if value == PLACEHOLDER else value
