"""What a cassette holds, for those who look at it without a test."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pytest_logprobs._traffic import Traffic
from pytest_logprobs.cassettes._file import cassette_of
from pytest_logprobs.cassettes._messages import exchange_of
from pytest_logprobs.cassettes._schema import FORMAT

__all__ = ["contents"]
__tracebackhide__ = True  # a failed test shows its own lines

_HEAD: Final = 100  # bytes, in which a cassette says that it is one


def contents(data: bytes, path: Path) -> Traffic | None:
    """Return the traffic that a cassette holds, ``None`` if the bytes are no cassette.

    ``path`` is for errors. Raises ``CassetteReadError`` for a cassette that cannot be read.
    """
    if FORMAT.encode() not in data[:_HEAD]:
        return None
    traffic = Traffic()
    for interaction in cassette_of(data, path).interactions:
        traffic.add(traffic.begin(), exchange_of(interaction))
    return traffic
