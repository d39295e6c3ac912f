"""The last member of a cassette: a checksum of all that stands before it in the file.

Where it is right the file is as it was written, and need not be looked through for faults. Where
it is wrong, after a change by hand, a merge, or a conversion of line ends, nothing is amiss.
"""

from __future__ import annotations

import re
import zlib
from typing import Final

__all__ = ["CHECKSUM", "UNKNOWN", "is_as_written", "with_checksum"]
__tracebackhide__ = True  # a failed test shows its own lines

CHECKSUM: Final = "checksum"
"""The name of the member."""

UNKNOWN: Final = "crc32:00000000"
"""Its value until ``with_checksum`` has put in the right one, of the same length."""

_END: Final = re.compile(rb'"checksum": "crc32:([0-9a-f]{8})"\n?\}\n\Z')
_LONGEST_END: Final = 40  # bytes
_DIGITS: Final = 8


def with_checksum(text: str) -> str:
    r"""Put the right checksum in the place of the unknown one at the end of a text.

    >>> with_checksum('{"a": 1, "checksum": "crc32:00000000"}\n')
    '{"a": 1, "checksum": "crc32:67d6756f"}\n'
    """
    before, _, after = text.rpartition(UNKNOWN[-_DIGITS:])
    return f"{before}{zlib.crc32(before.encode()):08x}{after}"


def is_as_written(data: bytes) -> bool:
    r"""Return whether the bytes of a file end with the checksum of what stands before it.

    >>> is_as_written(b'{"a": 1, "checksum": "crc32:67d6756f"}\n')
    True
    >>> is_as_written(b'{"a": 2, "checksum": "crc32:67d6756f"}\n')
    False
    """
    found = _END.search(data, max(0, len(data) - _LONGEST_END))
    return found is not None and zlib.crc32(memoryview(data)[: found.start(1)]) == int(found[1], 16)
