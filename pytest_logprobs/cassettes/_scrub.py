"""What of a request and its response may be kept: nothing that opens a door."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final, cast
from urllib.parse import unquote_plus

from pytest_logprobs.cassettes._placeholder_keys import PLACEHOLDER

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
# A ";" or "?" ends a value where another parameter follows: some separate parameters by ";", and a
# value may be a URL with parameters of its own.
_PARAMETER: Final = re.compile(r"([?&#;])([^=&#?;]*)=((?:[^&#?;]|[?;](?![^=&#?;]*=))*)")
# The names are matched against letters and digits alone.
_SECRET: Final = re.compile(
    r"x(?:amz|goog).+|authorization|jwt|pwd"
    r"|.*(?:api|access|auth|subscription|private)key(?:id)?"
    r"|.*(?:access|api|auth|bearer|bot|hf|id|private|refresh|security|session)token"
    r"|.*(?:secret|password|passwd|passphrase|signature|credentials?)(?:key|id|token)?"
)
_PAGE: Final = re.compile(
    r".*cursor.*|(?:next|prev|previous|continuation|pagination)token"
    r"|(?:next|prev|previous|prompt)?(?:(?:page|sync)token|(?:sort|page|partition|cache|primary)key)"
)
_PERHAPS_SECRET: Final = re.compile(
    r".*(?:token|key|keyid|sess(?:ion)?id)|(?:auth)?code|sig|o?auth|bearer|pass|sas|session|sid"
)
_LIKE_A_SECRET: Final = re.compile(rf"[A-Za-z0-9_.~+/=%-]{{12,}}|{PLACEHOLDER}|")


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
    can be compared by their texts. Whether a value is taken out depends on the name of its
    parameter, in any spelling; a fragment, where sign-in pages send tokens, is looked at too:

    - Always, if the name says that it is secret: ``api_key``, ``access_token``, ``password``,
      ``client_secret``, ``signature``, ``x-amz-…``. Your recording answers your colleague, too,
      who has another key.
    - If the value looks like a key, where the name may mean one: whatever ends in ``token`` or
      ``key``; ``code``, ``sig``, ``auth``, ``pass``, ``sas``, ``session`` … A value looks so if
      it has 12 characters or more, all of them letters, digits or ``_.~+/=%-``, if it is empty,
      and if it is the placeholder that stands for a key while a test replays. ``?key=paris`` and
      ``?key=rome`` are different requests.
    - Never, if the name is that of a page or an order: ``page_token``, ``cursor``, ``sort_key``.

    >>> scrubbed_url("https://me:pw@api.example/v1/chat?alt=sse&api-key=abc&key=paris")
    'https://api.example/v1/chat?alt=sse&api-key=REDACTED&key=paris'
    """
    return _PARAMETER.sub(_scrubbed, _USERINFO.sub(r"\1", url))


def _scrubbed(parameter: re.Match[str]) -> str:
    separator, name, value = parameter.groups()
    known = re.sub("[^a-z0-9]", "", unquote_plus(name).lower())
    return f"{separator}{name}={_REDACTED}" if _is_secret(known, value) else parameter[0]


def _is_secret(name: str, value: str) -> bool:
    if _SECRET.fullmatch(name):
        return True
    may_be = _PERHAPS_SECRET.fullmatch(name) and not _PAGE.fullmatch(name)
    return bool(may_be and _LIKE_A_SECRET.fullmatch(value))


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
