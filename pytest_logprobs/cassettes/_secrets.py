"""The last look at what would be written: texts that have the shape of a provider's key.

What is known to be secret is taken out before (see ``_scrub``). A key that nobody has announced,
in a prompt or in an answer, is found by its shape; it cannot be taken out without changing what
was said, so that nothing is written until somebody has decided.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

from pytest_logprobs.cassettes._layout import Raw
from pytest_logprobs.cassettes._shapes import shape_in
from pytest_logprobs.errors import CassetteSecretError

__all__ = ["Found", "refuse_secrets", "secrets_of"]
__tracebackhide__ = True  # a failed test shows its own lines

_PLAIN_NAME: Final = re.compile(r"[^\W\d][\w-]*")


class Found(NamedTuple):
    """Something that looks like a secret: of which interaction, where in the file, and what.

    ``interaction`` counts from 0; ``place`` is the path from the top of the file, and ``[*]`` in
    it says that the parts stand at several places: tokens, the events of a stream.
    """

    interaction: int
    place: str
    kind: str


class _Members(tuple[tuple[str, Any], ...]):
    """The members of an object, the names that are given twice included."""

    __slots__ = ()


def secrets_of(
    interactions: Iterable[Mapping[str, object]],
    allowed: Iterable[str] = (),
    known: Mapping[str, str] | None = None,
) -> Iterator[Found]:
    """Yield what looks like a secret in interactions as they are stored, once for each place.

    ``allowed`` are texts that are none, whatever they look like; ``known`` maps what is secret
    without looking so to what it is. The secret itself is nowhere in what is yielded.

    >>> leak = {"request": {}, "response": {"text": "I am " + "AKIA" + "QWERTYUIOPASDFGH"}}
    >>> [*secrets_of([leak])]
    [Found(interaction=0, place='interactions[0].response.text', kind='an AWS access key')]
    """
    look = _Look(frozenset(allowed), known or {})
    for number, interaction in enumerate(interactions):
        for place, kind in look.at(f"interactions[{number}]", interaction):
            yield Found(number, place, kind)


def refuse_secrets(
    path: Path,
    interactions: Iterable[Mapping[str, object]],
    allowed: Iterable[str] = (),
    known: Mapping[str, str] | None = None,
) -> None:
    """Raise ``CassetteSecretError`` for the first of what :func:`secrets_of` finds.

    ``path`` is the file that would be written.
    """
    for number, place, kind in secrets_of(interactions, allowed, known):
        raise CassetteSecretError(
            str(path),
            f"not written, for interaction {number + 1} holds what looks like {kind}, at {place}. "
            "If it is one, revoke it, and take it out of what is sent, or out of what is stored "
            "with the hook pytest_logprobs_scrub; if it is none, list it in logprobs_allow_secrets",
            place=place,
        )


class _Look:
    """What is looked for, in one interaction after the other."""

    def __init__(self, allowed: frozenset[str], known: Mapping[str, str]) -> None:
        self._allowed = allowed
        self._known = {value: kind for value, kind in known.items() if value not in allowed}

    def at(self, place: str, interaction: Mapping[str, object]) -> Iterator[tuple[str, str]]:
        """Yield place and kind for all of an interaction: its texts, and these put together.

        An answer comes in tokens, and a stream in events: what none of them holds, all may.
        """
        if not self._kind_of(interaction):  # to ask where everything is takes most of the time
            return
        parts: dict[str, list[str]] = {}
        found = set[str]()
        for where, general, text in self._texts(interaction, place, place):
            parts.setdefault(general, []).append(text)
            kind = self._kind_of(text)
            if kind:
                found.add(kind)
                yield where, kind
        for general, texts in parts.items():
            kind = self._kind("".join(texts)) if len(texts) > 1 else ""
            if kind and kind not in found:
                yield general, kind

    def _kind_of(self, value: object) -> str:
        """Return what is somewhere in a value, its texts put together included."""
        for text in _together(value):
            if kind := self._kind(text):
                return kind
        return ""

    def _kind(self, text: str) -> str:
        for value, kind in self._known.items():
            if value in text:
                return kind
        return shape_in(text, self._allowed)

    def _texts(self, value: object, place: str, general: str) -> Iterator[tuple[str, str, str]]:
        """Yield every text below a place: where it is, where all like it are, and the text."""
        value = _opened(value)
        if isinstance(value, str):
            yield place, general, value
        elif isinstance(value, _Members):
            yield from self._members(value, place, general)
        elif isinstance(value, (list, tuple)):
            for index, each in enumerate(cast("Sequence[object]", value)):
                yield from self._texts(each, f"{place}[{index}]", f"{general}[*]")

    def _members(
        self, members: _Members, place: str, general: str
    ) -> Iterator[tuple[str, str, str]]:
        for name, value in members:
            yield place, f"{general}.*", name
            step = _step("…" if self._kind(name) else name)
            yield from self._texts(value, f"{place}{step}", f"{general}{step}")
            if name == "base64" and isinstance(value, str):
                yield from self._texts(_plain(value), f"{place}{step}", f"{general}{step}.plain")


def _together(value: object) -> Iterator[str]:
    """Yield all texts in a value, those at like places as one: each in a line, and put together."""
    waiting: list[list[object]] = [[value]]
    while waiting:
        texts: list[str] = []
        listed: list[object] = []
        below: dict[str, list[object]] = {}
        for each in waiting.pop():
            opened = each
            if isinstance(each, Raw):
                yield each  # of a name that is given twice, one value is lost now
                opened = _QUICK_READER.decode(each)
            if isinstance(opened, str):
                texts.append(opened)
            elif isinstance(opened, dict):
                for name, member in cast("dict[str, object]", opened).items():
                    below.setdefault(name, []).append(member)
                    if name == "base64" and isinstance(member, str):
                        listed.append(_plain(member))
            elif isinstance(opened, (list, tuple)):
                listed.extend(filter(None, cast("Sequence[object]", opened)))
        yield "\n".join(below)
        yield (lines := "\n".join(texts))
        if len(texts) > 1:
            yield "".join(texts)
        waiting += [each for each in ([*_streamed(lines)], listed, *below.values()) if each]


def _opened(value: object) -> object:
    """Read JSON that is stored as it is spelled, and join the lines of a text."""
    if isinstance(value, Raw):
        value = _READER.decode(value)
    elif isinstance(value, dict):
        value = _Members(cast("dict[str, object]", value).items())
    if isinstance(value, _Members) and len(value) == 1 and value[0][0] == "\n":
        listed = cast("list[object]", value[0][1]) if isinstance(value[0][1], list) else []
        lines = [line for line in listed if isinstance(line, str)]
        if lines and len(lines) == len(listed):
            return "\n".join(lines)
    return value


def _streamed(text: str) -> Iterator[object]:
    """Yield the JSON in the lines of a text: of a stream that is stored as such, of a call."""
    for line in text.split("\n") if "{" in text else ():
        data = line.removeprefix("data:").lstrip()
        if data.startswith("{"):
            with suppress(ValueError, RecursionError):  # of a stream that was cut, or no JSON
                yield _QUICK_READER.decode(data)


def _plain(encoded: str) -> str:
    try:
        return b64decode(encoded).decode("latin-1").replace("\0", "")  # also of UTF-16
    except ValueError:  # of a member of that name in somebody's JSON
        return ""


def _step(name: str) -> str:
    return f".{name}" if _PLAIN_NAME.fullmatch(name) else f"[{json.dumps(name)}]"


# A number is no text, and may have more digits than Python reads: it becomes nothing.
_NOTHING: Final[dict[str, None]] = {}
_READER: Final = json.JSONDecoder(
    object_pairs_hook=_Members, parse_float=_NOTHING.get, parse_int=_NOTHING.get
)
_QUICK_READER: Final = json.JSONDecoder(parse_float=_NOTHING.get, parse_int=_NOTHING.get)
