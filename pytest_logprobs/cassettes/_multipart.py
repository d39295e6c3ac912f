"""The boundary of a multipart body, which clients make up anew for each request."""

from __future__ import annotations

import re
from itertools import chain, count
from typing import Final

__all__ = ["steady"]
__tracebackhide__ = True  # a failed test shows its own lines

_BOUNDARY: Final = re.compile(r'(;\s*boundary=)(?:"([^"]+)"|([^\s;,"]+))', re.IGNORECASE)


def steady(content_type: str, body: bytes) -> tuple[str, bytes]:
    r"""Return content type and body with a boundary that is the same for the same parts.

    What is not multipart, or not parted by the boundary that it names, is left alone.

    >>> steady("multipart/form-data; boundary=x7f", b"--x7f\r\n\r\nhi\r\n--x7f--\r\n")
    ('multipart/form-data; boundary=boundary', b'--boundary\r\n\r\nhi\r\n--boundary--\r\n')
    """
    is_multipart = content_type.lower().lstrip().startswith("multipart/")
    named = _BOUNDARY.search(content_type) if is_multipart else None
    if named is None:
        return content_type, body
    old = re.escape((named[2] or named[3]).encode("latin-1", "replace"))
    parts = re.split(rb"(?m)^--%s(?=(?:--)?[ \t]*\r?$)" % old, body)
    if len(parts) == 1:
        return content_type, body
    names = chain(["boundary"], (f"boundary-{number}" for number in count(2)))
    new = next(name for name in names if not any(f"--{name}".encode() in part for part in parts))
    return _BOUNDARY.sub(rf"\g<1>{new}", content_type), f"--{new}".encode().join(parts)
