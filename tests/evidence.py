"""What stands in a response: the numbers, ids, bytes and texts that a reader may take from it.

Written without regard to any reader: what counts is under which name a value stands.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Hashable, Iterator
from typing import Any, NamedTuple

NUMBERS = {
    *("logprob", "logprobs", "logProbability", "log_probability", "likelihood", "log_likelihood"),
    *("token_logprobs", "tokenLogprobs", "token_likelihoods"),
}
"""What log-probabilities are called, or the lists of them."""

MAPS = {"top_logprobs", "topLogprobs", "prompt_logprobs", "logprobs", "top_tokens"}
"""What maps of a token to its log-probability are called, or the lists of such maps."""

TRIPLES = {
    f"{side}_{kind}_logprobs"
    for side in ("input", "output")
    for kind in ("token", "top", "token_ids")
}
"""What lists of ``[log-probability, id, text]`` are called."""

SPELLED_OUT = {"logProbability", "log_probability", "topLogprobs", "tokenLogprobs"}
"""Where a string may stand for a number."""

TWICE = {"prompt_logprobs", "probs"}
"""Where the chosen token has no number of its own, but that of an alternative."""

IDS = {
    *("id", "token_id", "tokenId", "token_ids", "tokenIds", "token", "tokens", "ids"),
    *("output_ids", "input_ids", "prompt_token_ids", "encoded"),
}
_NAMED = re.compile(r"token_id:(\d{1,18})")
_BYTES = re.compile(r"(?:bytes:|byte: )((?:\\x[0-9a-fA-F]{2})+)")


class Wire(NamedTuple):
    """What a response holds; ``numbers`` with how often each may be used."""

    numbers: Counter[Hashable]
    ids: set[int]
    spelled: set[bytes]
    texts: set[str]


def key(number: float | None) -> Hashable:
    """Return what is equal for equal numbers: a NaN is equal to itself, -0.0 to 0.0."""
    if number is None:
        return None
    return "NaN" if math.isnan(number) else number + 0.0


def wire_of(value: object) -> Wire:
    """Collect what decoded JSON holds."""
    wire = Wire(Counter(), set(), set(), set())
    for path, found, beside in leaves(value):
        if isinstance(found, str):
            _add_text(wire, found)
            if path[-1:] == ("refusal",):
                wire.texts.add(together(beside))
        elif isinstance(found, bytes):
            wire.spelled.add(found)
        if _may_be_number(path, found):
            _add_number(wire, path, found, beside)
    return wire


def leaves(value: object) -> Iterator[tuple[tuple[Any, ...], object, object]]:
    """Yield every value that is no container, with the end of its path and its container.

    A container comes too, as ``None`` beside itself, so that its keys and bytes are seen.
    """
    waiting: list[tuple[tuple[Any, ...], object, object]] = [((), value, None)]
    while waiting:
        path, found, beside = waiting.pop()
        if isinstance(found, dict):
            yield from (((*path, "key"), each, None) for each in found if isinstance(each, str))
            waiting += [((*path[-5:], name), each, found) for name, each in found.items()]
        elif isinstance(found, (list, tuple)):
            if path and path[-1] == "bytes":
                yield path, _bytes(found), None
            waiting += [((*path[-5:], i), each, found) for i, each in enumerate(found)]
        else:
            yield path, found, beside


def together(said: Any) -> str:
    """Return a content with the refusal that follows it, which may be one token."""
    parts = (said.get(part) for part in ("content", "refusal")) if isinstance(said, dict) else ()
    return "".join(part for part in parts if isinstance(part, str))


def _bytes(values: object) -> object:
    try:
        return bytes(int(each) for each in values)
    except (TypeError, ValueError, OverflowError):
        return None


def _add_text(wire: Wire, text: str) -> None:
    wire.texts.add(text)
    if match := _NAMED.fullmatch(text):
        wire.ids.add(int(match.group(1)))
    elif text.isascii() and text.isdigit() and len(text) < 19:
        wire.ids.add(int(text))
    elif match := _BYTES.fullmatch(text):
        wire.spelled.add(bytes.fromhex(match.group(1).replace("\\x", "")))


def _may_be_number(path: tuple[Any, ...], value: object) -> bool:
    if isinstance(value, str):
        return any(name in SPELLED_OUT for name in path[:-1]) or path[-1:] in {
            (name,) for name in SPELLED_OUT
        }
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def as_float(value: Any) -> float | None:
    """Return a number of any size, or one that a string spells, as a float."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    except ValueError:
        return None


def _add_number(wire: Wire, path: tuple[Any, ...], found: object, beside: object) -> None:
    number = as_float(found)
    if number is None:
        return
    times = 2 if any(name in TWICE for name in path) else 1
    if is_logprob(path, beside):
        wire.numbers[key(number)] += times
    elif path[-1:] == ("prob",) and number >= 0:
        wire.numbers[key(math.log(number) if number else -math.inf)] += times
    name = next((each for each in reversed(path) if isinstance(each, str)), None)
    if name in IDS or (name in TRIPLES and path[-1] == 1):
        wire.ids.update(_ids(found))


def _ids(found: Any) -> Iterator[int]:
    if isinstance(found, int):
        yield found
    elif isinstance(found, float) and found.is_integer():
        yield int(found)


def is_logprob(path: tuple[Any, ...], beside: object) -> bool:
    """Return whether a number at a path is a log-probability; ``beside`` is its container."""
    names = [each for each in path if isinstance(each, str)]
    if not names:
        return False
    if isinstance(path[-1], int):
        return names[-1] in NUMBERS or (names[-1] in TRIPLES and path[-1] == 0)
    if names[-1] in NUMBERS:
        return True
    # a map may have a token of that name, whose number a string may spell
    is_spelled = any(name in SPELLED_OUT for name in names)
    is_entry = isinstance(beside, dict) and any(
        isinstance(text, str) and not (is_spelled and as_float(text) is not None)
        for text in map(beside.get, ("token", "text"))
    )
    return len(names) > 1 and names[-2] in MAPS and not is_entry
