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
from itertools import chain
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

from pytest_logprobs.cassettes._layout import Raw
from pytest_logprobs.errors import CassetteSecretError

__all__ = ["Found", "refuse_secrets", "secrets_of"]
__tracebackhide__ = True  # a failed test shows its own lines

_SHAPES: Final = {
    "an Anthropic key": r"sk-ant-(?=[\w-]{0,200}[0-9])[\w-]{20,200}",
    "an OpenRouter key": r"sk-or-(?:v\d-)?[0-9a-f]{32,64}",
    "an OpenAI key": r"sk-(?:proj|svcacct|admin|service)-(?=[\w-]{0,200}[0-9])[\w-]{20,200}",
    "an API key that begins with sk-": r"sk-(?=[A-Za-z]{0,64}[0-9])[A-Za-z0-9]{32,64}",
    "a Google key": r"AIza[\w-]{35}(?![\w-])|AQ\.Ab[\w-]{40,100}",
    "a Google OAuth token": r"ya29\.[\w-]{20,200}|GOCSPX-[\w-]{28}",
    "an AWS access key": r"A(?:KIA|SIA)[A-Z2-7]{16}(?<!EXAMPLE)(?![A-Z0-9])",
    "a GitHub token": r"gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}",
    "a GitLab token": r"glpat-(?=[\w-]{0,40}[0-9])[\w-]{20,40}",
    "a Hugging Face token": r"(?:hf|api_org)_[A-Za-z0-9]{34}(?![A-Za-z0-9])",
    "a Groq key": r"gsk_[A-Za-z0-9]{48,60}",
    "an xAI key": r"xai-[A-Za-z0-9]{70,100}",
    "an NVIDIA key": r"nvapi-[\w-]{60,80}",
    "a Perplexity key": r"pplx-[A-Za-z0-9]{48}",
    "a Cerebras key": r"csk-[a-z0-9]{48}",
    "a Replicate token": r"r8_[A-Za-z0-9]{37}",
    "a Together key": r"tgp_v1_[\w-]{43}",
    "a LangSmith key": r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}",
    "a Slack token": r"xox[abeoprs]-(?=[A-Za-z-]{0,9}[0-9])[A-Za-z0-9-]{20,250}",
    "a Stripe key": r"[sr]k_live_[A-Za-z0-9]{16,120}",
    # its start has to be that of a word with dashes: else each "eyJ" of "eyJ-eyJ-…" is tried
    "a JSON web token": (  # header, claims and signature
        r"(?:(?<![\w-])|(?<=\\[nrt]))ey[JK][\w-]{14,}\.ey[JK][\w-]{14,}\.[\w-]{10,}"
    ),
    "a private key": (
        r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:\s|\\[nr]){0,8}"
        r"(?:[\w-]{1,30}: [^\n]{0,200}\s{1,4}){0,5}[A-Za-z0-9+/=]{20,100}"
    ),
}
"""What it is → its shape, as providers and the scanners of code hosts give it.

Quantifiers have bounds, so that a text is read in a time that grows with its length alone.
"""

# No letter or digit goes before, unless it belongs to an escape: a text may hold JSON itself.
_SHAPE: Final = re.compile(
    rf"(?:(?<![A-Za-z0-9])|(?<=\\[nrt]))(?:{'|'.join(f'({each})' for each in _SHAPES.values())})",
    re.ASCII,
)
_KINDS: Final = (*_SHAPES,)
_SHORTEST: Final = 12
_FEWEST: Final = 10
"""Different characters of a key: in documentation there are keys such as ``sk-proj-xxxx1xxxx``."""

_BREAK: Final = re.compile(r"\s|\\[nr]")
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
        if self._is_clean(interaction):
            return
        parts: dict[str, list[str]] = {}
        found = set[str]()
        for where, general, text in self._texts(interaction, place, place):
            parts.setdefault(general, []).append(text)
            kind = self._kind(text)
            if kind:
                found.add(kind)
                yield where, kind
        for general, texts in parts.items():
            kind = self._kind("".join(texts)) if len(texts) > 1 else ""
            if kind and kind not in found:
                yield general, kind

    def _is_clean(self, interaction: Mapping[str, object]) -> bool:
        """Return whether there is nothing to tell, without asking where everything is.

        That takes most of the time: an answer has many thousand tokens, with their alternatives.
        """
        names: set[str] = set()
        parts: dict[str, list[str]] = {}
        _gather(interaction, "", names, parts)
        all_texts = "\n".join(chain(names, *parts.values()))
        return not any(map(self._kind, [all_texts, *map("".join, parts.values())]))

    def _kind(self, text: str) -> str:
        if len(text) < _SHORTEST:
            return ""
        for value, kind in self._known.items():
            if value in text:
                return kind
        for found in _SHAPE.finditer(text):
            secret = _BREAK.split(found[0])[-1]
            if secret not in self._allowed and len(set(secret)) >= _FEWEST:
                return _KINDS[(found.lastindex or 1) - 1]
        return ""

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


def _gather(value: object, place: str, names: set[str], parts: dict[str, list[str]]) -> None:
    """Collect the names below a place, and the texts: those at like places together, in order."""
    value = _opened(value)
    if isinstance(value, str):
        parts.setdefault(place, []).append(value)
    elif isinstance(value, _Members):
        for name, each in value:
            names.add(name)
            _gather(each, f"{place}.{name}", names, parts)
            if name == "base64" and isinstance(each, str):
                parts[f"{place}.{name}.plain"] = [_plain(each)]
    elif isinstance(value, (list, tuple)):
        for each in cast("Sequence[object]", value):
            _gather(each, place, names, parts)


def _opened(value: object) -> object:
    """Read JSON that is stored as it is spelled."""
    if isinstance(value, Raw):
        return _READER.decode(value)
    if isinstance(value, Mapping):
        return _joined(_Members(cast("Mapping[str, object]", value).items()))
    return value


def _plain(encoded: str) -> str:
    try:
        return b64decode(encoded).decode("latin-1")
    except ValueError:  # of a member of that name in somebody's JSON
        return ""


def _joined(value: object) -> object:
    """Join the lines of a text that is stored as such, and leave everything else alone."""
    if isinstance(value, _Members) and len(value) == 1 and value[0][0] == "\n":
        lines = value[0][1]
        listed = cast("list[object]", lines) if isinstance(lines, list) else []
        texts = [line for line in listed if isinstance(line, str)]
        if texts and len(texts) == len(listed):
            return "\n".join(texts)
    return value


def _step(name: str) -> str:
    return f".{name}" if _PLAIN_NAME.fullmatch(name) else f"[{json.dumps(name)}]"


_READER: Final = json.JSONDecoder(
    object_pairs_hook=lambda pairs: _joined(_Members(pairs)),
    parse_float=lambda _: None,  # a number is no text, and may have more digits than Python reads
    parse_int=lambda _: None,
)
