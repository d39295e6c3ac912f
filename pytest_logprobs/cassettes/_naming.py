"""The file of a cassette, named after its test."""

from __future__ import annotations

import re
from hashlib import blake2b
from pathlib import Path
from typing import Final

from pytest_logprobs._text import encode

__all__ = ["cassette_file", "safe_name"]
__tracebackhide__ = True  # a failed test shows its own lines

# 255 is the limit of usual file systems; encrypting and synchronising ones allow less, and a
# temporary file beside it has a longer name.
_LONGEST: Final = 180
_DIGEST_SIZE: Final = 4  # bytes: it only has to tell names apart that are otherwise the same
_SUFFIX_LENGTH: Final = 1 + 2 * _DIGEST_SIZE
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._\[\]()=,+@ -]|^[ .]|[ .]$")
_HASHED: Final = re.compile(r"-[0-9a-f]{8}$", re.IGNORECASE)
# Windows takes these for devices, whatever stands behind a dot.
_DEVICE: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9]) *(?:\.|$)", re.IGNORECASE)
_UPPER: Final = re.compile("[A-Z]")


def cassette_file(directory: Path, name: str) -> Path:
    """Return the file of the cassette with a name.

    >>> cassette_file(Path("cassettes"), "test_capital[france]").as_posix()
    'cassettes/test_capital[france].json'
    """
    return directory / f"{safe_name(name)}.json"


def safe_name(name: str) -> str:
    """Return the stem of a file's name that is safe on Linux, macOS and Windows.

    What is readable stays as it is. Other characters become ``-``. Where a name does not stay as
    it is, or could meet another one in the same file, a hash of it is appended, so that different
    names never share a file. This holds where a file system ignores case, too: the id of a
    parameter with capital letters gets a hash. The exception are tests and classes whose own
    names, before the ``[``, differ in nothing but case.

    >>> safe_name("test_capital[france]"), safe_name("test_capital[Sri Lanka?]")
    ('test_capital[france]', 'test_capital[Sri Lanka-]-6d7330d3')
    """
    stem = _UNSAFE.sub("-", name)
    is_device = _DEVICE.match(stem)
    if is_device:
        stem = stem.replace(".", "-", 1)
    _, _, parameter = name.partition("[")
    if (
        stem == name != ""
        and not is_device
        and len(stem) <= _LONGEST
        and not _UPPER.search(parameter)
        and not _HASHED.search(stem)
    ):
        return stem
    digest = blake2b(encode(name), digest_size=_DIGEST_SIZE).hexdigest()
    return f"{stem[: _LONGEST - _SUFFIX_LENGTH]}-{digest}"
