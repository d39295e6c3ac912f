"""Cassettes: the HTTP traffic of a test, recorded once and replayed without a network."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib import import_module
from typing import Any

from pytest_logprobs.cassettes._bypassed import bypassed
from pytest_logprobs.cassettes._cassette import LogprobsCassette
from pytest_logprobs.cassettes._checking import Checks, check_cassette, place_of
from pytest_logprobs.cassettes._contents import (
    begins_like_cassette,
    begins_like_ours,
    contents,
    converted,
)
from pytest_logprobs.cassettes._file import write_whole
from pytest_logprobs.cassettes._guard import guarded
from pytest_logprobs.cassettes._known_keys import environment_keys
from pytest_logprobs.cassettes._matching import check_path
from pytest_logprobs.cassettes._miss import CassetteMissError
from pytest_logprobs.cassettes._naming import cassette_file
from pytest_logprobs.cassettes._placeholder_keys import PLACEHOLDER_KEYS, placeholder_keys
from pytest_logprobs.cassettes._plan import Ending, Plan
from pytest_logprobs.cassettes._scrub import Rules, check_header
from pytest_logprobs.cassettes._secrets import Found, refuse_secrets, secrets_of
from pytest_logprobs.cassettes._tree import cassette_files

__all__ = [
    "PLACEHOLDER_KEYS",
    "CassetteMissError",
    "Checks",
    "Ending",
    "Found",
    "LogprobsCassette",
    "Plan",
    "Rules",
    "begins_like_cassette",
    "begins_like_ours",
    "bypassed",
    "cassette_file",
    "cassette_files",
    "check_cassette",
    "check_header",
    "check_path",
    "configured",
    "contents",
    "converted",
    "environment_keys",
    "guarded",
    "patched_clients",
    "place_of",
    "placeholder_keys",
    "refuse_secrets",
    "secrets_of",
    "write_whole",
]
__tracebackhide__ = True  # a failed test shows its own lines


def configured(configure: Callable[[Any], object]) -> object:
    """Return the ``vcr.VCR`` that clients are patched with, after ``configure`` has seen it.

    Raises ``LogprobsError`` where that sets what a cassette does not heed.
    """
    return _seam().configured(configure)


def patched_clients(
    current: Callable[[], LogprobsCassette], with_vcr: object = None
) -> AbstractContextManager[object]:
    """Send what every HTTP client asks to the ``current`` cassette, inside a ``with`` block."""
    clients: AbstractContextManager[object] = _seam().patched_clients(current, with_vcr)
    return clients


def _seam() -> Any:  # noqa: ANN401 - typed where it is called
    """Load what loads vcrpy; where a suite runs pytester, as often as that forgets them both."""
    return import_module("pytest_logprobs.cassettes._vcr")
