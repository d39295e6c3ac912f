"""Responses as they could go wrong: dropped, repeated, retyped, reordered, cut off, mixed up."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

ODD: Sequence[Any] = (
    *(None, "", 0, 0.0, -0.0, 1, -1, 0.5, 2.5, True, False, [], {}, [[]], [{}], [None], {"": None}),
    *("NaN", "-Infinity", "0", "null", "\ud800", "token_id:7", "bytes:\\xff", "\ufffd", " "),
    *(float("nan"), float("inf"), -float("inf"), -9999.0, -3.4028234663852886e38, 5e-7),
    *(10**19, -(10**19), 10**400, -(10**400), 1e308, 2**31, 255, 256, [255, 256], [-0.5, 1, "A"]),
    *([{"token": "A", "logprob": -0.5}], {"A": -0.5}, {"logprob": None}, [[-0.5, 1, None]]),
)


def mutated(value: Any, random: Random, donors: Sequence[Any]) -> Any:
    """Return a copy of decoded JSON with one change; ``donors`` lend what is spliced in."""
    root = [copied(value)]
    places = list(_places(root))
    container, key = places[random.randrange(len(places))]
    change = random.choice(CHANGES)
    change(container, key, random, donors)
    return root[0] if root else None


def copied(value: Any) -> Any:
    """Return a copy of decoded JSON."""
    if isinstance(value, dict):
        return {key: copied(each) for key, each in value.items()}
    return [copied(each) for each in value] if isinstance(value, (list, tuple)) else value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every container with each of its keys, to any depth."""
    waiting = [value]
    while waiting:
        container = waiting.pop()
        for key in list(container) if isinstance(container, dict) else range(len(container)):
            yield container, key
            if isinstance(container[key], (dict, list)):
                waiting.append(container[key])


def _drop(container, key, random, donors) -> None:
    del container[key]


def _retype(container, key, random, donors) -> None:
    container[key] = copied(random.choice(ODD))


def _repeat(container, key, random, donors) -> None:
    if isinstance(container, list):
        container.insert(random.randrange(len(container) + 1), copied(container[key]))
    else:
        container[_name(random, donors)] = copied(container[key])


def _reorder(container, key, random, donors) -> None:
    if isinstance(container, list):
        random.shuffle(container)
    else:
        items = list(container.items())
        random.shuffle(items)
        container.clear()
        container.update(items)


def _rename(container, key, random, donors) -> None:
    if isinstance(container, dict):
        container[_name(random, donors)] = container.pop(key)
    else:
        _swap(container, key, random, donors)


def _swap(container, key, random, donors) -> None:
    other = random.choice(list(container) if isinstance(container, dict) else range(len(container)))
    container[key], container[other] = container[other], container[key]


def _wrap(container, key, random, donors) -> None:
    name = _name(random, donors)
    container[key] = random.choice([[container[key]], {name: container[key]}])


def _unwrap(container, key, random, donors) -> None:
    inner = container[key]
    if isinstance(inner, (dict, list)) and inner:
        container[key] = random.choice(list(inner.values() if isinstance(inner, dict) else inner))


def _splice(container, key, random, donors) -> None:
    container[key] = copied(_subtree(random, donors))


def _mix(container, key, random, donors) -> None:
    """Put the entries of another format's object, or list, beside those of this one."""
    inner, other = container[key], random.choice(donors)
    if isinstance(inner, dict) and isinstance(other, dict):
        container[key] = (
            {**inner, **copied(other)} if random.random() < 0.5 else {**copied(other), **inner}
        )
    elif isinstance(inner, list):
        inner.insert(random.randrange(len(inner) + 1), copied(other))
    else:
        _splice(container, key, random, donors)


def _tweak(container, key, random, donors) -> None:
    number = container[key]
    if isinstance(number, (int, float)) and not isinstance(number, bool):
        container[key] = random.choice([-number, str(number), [number], number * 1000, number // 1])
    elif isinstance(number, str):
        container[key] = random.choice(
            [number[1:], number[:-1], number + "\u2026", number * 2, [number]]
        )
    else:
        _drop(container, key, random, donors)


Change = Callable[[Any, Any, Random, Sequence[Any]], None]
CHANGES: Sequence[Change] = (
    *(_drop, _retype, _retype, _repeat, _reorder, _rename, _swap, _wrap, _unwrap),
    *(_splice, _mix, _tweak),
)


def _subtree(random: Random, donors: Sequence[Any]) -> Any:
    """Return a part of another response."""
    value = random.choice(donors)
    for _ in range(random.randrange(8)):
        if not isinstance(value, (dict, list)) or not value:
            break
        value = random.choice(list(value.values() if isinstance(value, dict) else value))
    return value


def _name(random: Random, donors: Sequence[Any]) -> str:
    """Return a key that some response has."""
    for _ in range(8):
        value = _subtree(random, donors)
        if isinstance(value, dict) and value:
            return random.choice(list(value))
    return "logprobs"


def written(value: Any, how: str) -> bytes:
    """Return decoded JSON as a body; ``data`` are events without a blank before their data."""
    chunks = value if isinstance(value, list) else [value]
    if how == "json":
        return json.dumps(value).encode()
    texts = [json.dumps(chunk) for chunk in chunks]
    if how == "lines":
        return "\n".join(texts).encode()
    blank = " " if how == "sse" else ""
    events = [f"data:{blank}{text}\n\n" for text in texts]
    return ("".join(events) + ("data: [DONE]\n\n" if how == "sse" else "")).encode()


HOW = ("json", "sse", "data", "lines")


def torn(body: bytes, random: Random) -> bytes:
    """Return the text of a body with one change that regards no JSON."""
    start, end = sorted(random.randrange(len(body) + 1) for _ in range(2))
    kind = random.randrange(6)
    if kind < 2:
        return body[:start]
    if kind == 2:
        return body[:start] + body[end:]
    if kind == 3:
        return body[:end] + body[start:]
    if kind == 4:
        return body[:start] + bytes([random.randrange(256)]) + body[start + 1 :]
    return body.replace(b"\n", random.choice([b"\r\n", b"\r", b"", b"\n\n"]))
