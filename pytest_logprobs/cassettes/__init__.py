"""Cassettes: the HTTP traffic of a test, recorded once and replayed without a network."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from pytest_logprobs.cassettes._cassette import LogprobsCassette
from pytest_logprobs.cassettes._contents import contents
from pytest_logprobs.cassettes._guard import guarded
from pytest_logprobs.cassettes._matching import check_path
from pytest_logprobs.cassettes._miss import CassetteMissError
from pytest_logprobs.cassettes._naming import cassette_file
from pytest_logprobs.cassettes._placeholder_keys import PLACEHOLDER_KEYS, placeholder_keys
from pytest_logprobs.cassettes._plan import Ending, Plan

__all__ = [
    "PLACEHOLDER_KEYS",
    "CassetteMissError",
    "Ending",
    "LogprobsCassette",
    "Plan",
    "cassette_file",
    "check_path",
    "contents",
    "guarded",
    "patched_clients",
    "placeholder_keys",
]
__tracebackhide__ = True  # a failed test shows its own lines


def patched_clients(current: Callable[[], LogprobsCassette]) -> AbstractContextManager[object]:
    """Send what every HTTP client asks to the ``current`` cassette, inside a ``with`` block."""
    from pytest_logprobs.cassettes import _vcr  # noqa: PLC0415 - loads every client there is

    return _vcr.patched_clients(current)
