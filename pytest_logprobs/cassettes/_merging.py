"""What a file holds after a test: what it holds now, and what answered the test's requests.

Now is when the test has ended. Since it began, tests in other processes may have written to the
file: what is there is theirs, too.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence

from pytest_logprobs.cassettes._tape import Interaction, Used

__all__ = ["extended", "replaced", "rewritten"]
__tracebackhide__ = True  # a failed test shows its own lines

_Base = Sequence[tuple[bytes, Interaction]]
"""The recordings of the file as it is now, each with the key of its request."""


def extended(base: _Base, used: Sequence[Used]) -> tuple[Interaction, ...]:
    """Return all that is there, and behind it what a test needs beyond that.

    A test that had n answers to a request needs n of them. Of what the file has another process may
    have recorded some: of the test's own, the last are added that make it n.
    """
    lacking = Counter(each.key for each in used)
    lacking.subtract(key for key, _ in base)
    added: list[Interaction] = []
    for each in reversed(used):
        if lacking[each.key] > 0:
            lacking[each.key] -= 1
            added.append(each.interaction)
    return (*(each for _, each in base), *reversed(added))


def replaced(base: _Base, used: Sequence[Used]) -> tuple[Interaction, ...]:
    """Return all that is there with what is new in its place, and the rest behind it.

    The n-th identical request replaces the n-th recording, which it will be answered by.
    """
    places = _places(base, used)
    found = [each for _, each in base]
    for at, mine in places.items():
        if mine.new:
            found[at] = mine.interaction
    placed = {id(mine) for mine in places.values()}
    return (*found, *(each.interaction for each in used if id(each) not in placed))


def rewritten(base: _Base, used: Sequence[Used]) -> tuple[Interaction, ...]:
    """Return what a test used alone; among each other, what was there too keeps its order.

    Requests that are made together come in any order, which is no change of a file.
    """
    places = _places(base, used)
    again = iter([places[at] for at in sorted(places)])
    placed = {id(mine) for mine in places.values()}
    return tuple((next(again) if id(each) in placed else each).interaction for each in used)


def _places(base: _Base, used: Sequence[Used]) -> dict[int, Used]:
    """Map positions in the file to what answered the same request as often as before it there."""
    waiting: dict[bytes, deque[Used]] = {}
    for each in used:
        waiting.setdefault(each.key, deque()).append(each)
    return {at: waiting[key].popleft() for at, (key, _) in enumerate(base) if waiting.get(key)}
