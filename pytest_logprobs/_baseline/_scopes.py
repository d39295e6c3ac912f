"""What several runs were of, said in few scopes: the same whatever parts a suite was cut into."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from pytest_logprobs._ledger import Scope, scope_json

__all__ = ["united_scopes"]
__tracebackhide__ = True  # a failed test shows its own lines

_STEP: Final = re.compile(r"/|::|\[")  # between a path and what is below it


def united_scopes(scopes: Iterable[Scope]) -> tuple[Scope, ...]:
    """Return scopes that together cover what the given ones cover, in an order of their own.

    A test that one shard left out and another did not was not left out.

    >>> shards = [Scope(left_out=frozenset({"t.py::a"})), Scope(left_out=frozenset({"t.py::b"}))]
    >>> united_scopes(shards)
    (Scope(paths=('',), ignored=(), left_out=frozenset()),)
    """
    kin: defaultdict[tuple[str, ...], list[Scope]] = defaultdict(list)
    for scope in dict.fromkeys(scopes):
        kin[_outermost(scope.ignored)].append(scope)
    united = [_united(alike, ignored) for ignored, alike in kin.items()]
    return tuple(sorted(united, key=lambda scope: json.dumps(scope_json(scope))))


def _united(scopes: list[Scope], ignored: tuple[str, ...]) -> Scope:
    """Return the one scope that covers what several cover, which differ in paths and left out."""
    candidates = frozenset[str]().union(*(scope.left_out for scope in scopes))
    return Scope(
        paths=_outermost(path for scope in scopes for path in scope.paths),
        ignored=ignored,
        left_out=frozenset(
            test for test in candidates if not any(scope.covers(test) for scope in scopes)
        ),
    )


def _outermost(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the paths that are below no other, sorted."""
    every = frozenset(paths)
    return tuple(sorted(path for path in every if every.isdisjoint(_above(path))))


def _above(path: str) -> Iterator[str]:
    if path:
        yield ""
    for step in _STEP.finditer(path):
        yield path[: step.start()]
