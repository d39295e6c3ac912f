"""Which tests a run was of: what it did not run says nothing about them."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Scope"]
__tracebackhide__ = True  # a failed test shows its own lines


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of a suite that one process, or one shard, was asked to run.

    ``paths`` are files, directories and node ids below the root directory, with slashes; ``""`` is
    all of it. ``ignored`` are paths below those that were not looked into, ``left_out`` the node
    ids of tests that were collected and then not chosen.

    >>> scope = Scope(paths=("tests",), left_out=frozenset({"tests/test_a.py::test_slow"}))
    >>> [scope.covers(f"tests/test_a.py::{name}") for name in ("test_slow", "test_gone")]
    [False, True]
    """

    paths: tuple[str, ...] = ("",)
    ignored: tuple[str, ...] = ()
    left_out: frozenset[str] = frozenset()

    def covers(self, test: str) -> bool:
        """Return whether a test would have run here if there is one of that node id."""
        return (
            test not in self.left_out
            and any(_is_below(test, path) for path in self.paths)
            and not any(_is_below(test, path) for path in self.ignored)
        )


def _is_below(test: str, path: str) -> bool:
    return not path or test == path or test.startswith((f"{path}/", f"{path}::", f"{path}["))
