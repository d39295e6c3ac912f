"""What of a request and its response may be kept: nothing that opens a door."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final, cast
from urllib.parse import unquote_plus

__all__ = ["REQUEST_HEADERS", "RESPONSE_HEADERS", "kept_headers", "scrubbed_url"]
__tracebackhide__ = True  # a failed test shows its own lines

# Lists of what is kept, not of what is taken out: the next secret header has a name of its own.
REQUEST_HEADERS: Final = frozenset({"accept", "content-type"})
RESPONSE_HEADERS: Final = frozenset(
    {"content-type", "location", "retry-after", "retry-after-ms", "x-should-retry"}
)

_REDACTED: Final = "REDACTED"
# All before the last "@" of the authority: a password may hold one that nobody escaped.
_USERINFO: Final = re.compile(r"^((?:[A-Za-z][A-Za-z0-9+.-]*:)?//)[^/?#]*@")
_PARAMETER: Final = re.compile(r"([?&#])([^=&#?]*)=[^&#]*")
# Matched against letters and digits alone. Names that merely end in "token" are left: a page's
# token is no secret, and tells one request from the next.
_SECRET: Final = re.compile(
    r"x(?:amz|goog).+|key|sig|code|token|auth|authorization|credentials?|jwt|pass|pwd"
    r"|.*(?:apikey|accesskey|accesskeyid|subscriptionkey|secret|secretkey|password|passwd|signature"
    r"|accesstoken|authtoken|bearertoken|idtoken|refreshtoken|securitytoken|sessiontoken)"
)


def kept_headers(
    headers: Mapping[str, object], allowed: Collection[str]
) -> dict[str, str | list[str]]:
    """Return the allowed headers, in lower case and sorted.

    A value is a text, bytes or a list of them; one that is repeated comes back as a list. The
    address of a ``location`` is scrubbed.

    >>> kept_headers({"Content-Type": b"text/plain", "Set-Cookie": "id=1"}, RESPONSE_HEADERS)
    {'content-type': 'text/plain'}
    """
    found: dict[str, list[str]] = {}
    for name, value in headers.items():
        values = cast("list[object]", value) if isinstance(value, (list, tuple)) else [value]
        found.setdefault(name.lower(), []).extend(map(_text, values))
    found["location"] = [scrubbed_url(url) for url in found.get("location", [])]
    return {
        name: values if len(values) > 1 else values[0]
        for name, values in sorted(found.items())
        if values and name in allowed
    }


def scrubbed_url(url: str) -> str:
    """Return a URL without user, password and the values of secret parameters.

    Everything else keeps its spelling, and what is scrubbed already stays as it is, so that URLs
    can be compared by their texts. A parameter is secret by its name, however that is spelled;
    those of a fragment, where sign-in pages send tokens, are looked at too.

    >>> scrubbed_url("https://me:pw@api.example/v1/chat?alt=sse&api-key=abc")
    'https://api.example/v1/chat?alt=sse&api-key=REDACTED'
    """
    return _PARAMETER.sub(_scrubbed, _USERINFO.sub(r"\1", url))


def _scrubbed(parameter: re.Match[str]) -> str:
    separator, name = parameter.groups()
    known = re.sub("[^a-z0-9]", "", unquote_plus(name).lower())
    return f"{separator}{name}={_REDACTED}" if _SECRET.fullmatch(known) else parameter[0]


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
