"""What of a request and its response may be kept: nothing that opens a door."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast
from urllib.parse import unquote_plus

from pytest_logprobs.cassettes._known_keys import (
    REDACTED,
    is_secret_header,
    redacted,
    sent_keys,
)
from pytest_logprobs.cassettes._placeholder_keys import PLACEHOLDER

__all__ = [
    "REQUEST_HEADERS",
    "RESPONSE_HEADERS",
    "Rules",
    "check_header",
    "kept_headers",
    "matched_url",
    "plain_headers",
    "scrubbed_url",
]
__tracebackhide__ = True  # a failed test shows its own lines

# Lists of what is kept, not of what is taken out: the next secret header has a name of its own.
REQUEST_HEADERS: Final = frozenset({"accept", "content-type"})
RESPONSE_HEADERS: Final = frozenset(
    {
        "content-type",
        "link",
        "location",
        "retry-after",
        "retry-after-ms",
        "x-amzn-errortype",  # what AWS calls an error, which its SDK raises by that name
        "x-should-retry",
    }
)

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
_LINK: Final = re.compile("<([^<>]*)>")
_SEPARATORS: Final = re.compile(r"[?&#;]{2,}|[?&#;]\Z")
_STANDS_FOR_A_KEY: Final = re.compile(rf"(?<![\w.-]){PLACEHOLDER}(?![\w.-])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is kept of requests and responses, and what is taken out, beside what always is.

    ``headers``, in lower case, are kept too; ``parameters`` of a URL, in letters and digits alone,
    are secret too. ``secrets`` maps what is secret wherever it stands to what it is, and
    ``allowed`` are texts that are not, whatever they look like. ``hook`` is the project's own: it
    changes an interaction in place, and raises ``LogprobsError`` where that goes wrong.
    """

    headers: frozenset[str] = frozenset()
    parameters: frozenset[str] = frozenset()
    secrets: Mapping[str, str] = field(default_factory=dict[str, str])
    allowed: frozenset[str] = frozenset()
    hook: Callable[[dict[str, Any]], None] | None = None

    def knowing(self, secrets: Mapping[str, str]) -> Rules:
        """Return these rules with more secrets."""
        return replace(self, secrets={**secrets, **self.secrets}) if secrets else self

    def sent(self, url: str, headers: Mapping[str, object]) -> dict[str, str]:
        """Return the keys that a request is sent with, and what they are."""
        parameters = [
            value
            for _, name, value in _PARAMETER.findall(url)
            if _is_secret(_known(name), value) or _known(name) in self.parameters
        ]
        return sent_keys(url, plain_headers(headers), parameters)

    def text(self, text: str) -> str:
        """Return a text without the secrets that are known."""
        return redacted(text, self.secrets.keys() - self.allowed)

    def url(self, url: str) -> str:
        """Return a URL without its secret parameters, and without the secrets that are known."""
        return scrubbed_url(self.text(url), self.parameters)

    def kept(
        self, headers: Mapping[str, object], allowed: frozenset[str]
    ) -> dict[str, str | list[str]]:
        """Return the headers that are kept, without the secrets that are known."""
        kept = kept_headers(headers, allowed | self.headers, self.parameters)
        return {
            name: [*map(self.text, each)] if isinstance(each, list) else self.text(each)
            for name, each in kept.items()
        }

    def body(self, body: bytes, content_type: str) -> bytes:
        """Return a body without the secrets that are known.

        What is no text stays as it is: some formats count their bytes. A form with files does not.
        """
        plain = self.text(body.decode("latin-1")).encode("latin-1")  # a secret is ASCII
        is_form = content_type.lower().startswith("multipart/")
        return plain if is_form or plain == body or _is_utf_8(body) else body


def kept_headers(
    headers: Mapping[str, object], allowed: Collection[str], parameters: Collection[str] = ()
) -> dict[str, str | list[str]]:
    """Return the allowed headers, in lower case and sorted.

    A value is a text, bytes or a list of them; one that is repeated comes back as a list. The
    addresses in ``location`` and ``link`` are scrubbed, with ``parameters`` as for
    :func:`scrubbed_url`.

    >>> kept_headers({"Content-Type": b"text/plain", "Set-Cookie": "id=1"}, RESPONSE_HEADERS)
    {'content-type': 'text/plain'}
    """
    kept = {name: headers[name] for name in headers if name.lower() in allowed}
    return plain_headers(kept, parameters)


def plain_headers(
    headers: Mapping[str, object], parameters: Collection[str] = ()
) -> dict[str, str | list[str]]:
    """Return all headers as :func:`kept_headers` does those that are kept."""
    found: dict[str, list[str]] = {}
    for name, value in headers.items():
        values = cast("list[object]", value) if isinstance(value, (list, tuple)) else [value]
        found.setdefault(name.lower(), []).extend(map(_text, values))
    found["location"] = [scrubbed_url(url, parameters) for url in found.get("location", [])]
    found["link"] = [
        _LINK.sub(lambda link: f"<{scrubbed_url(link[1], parameters)}>", links)
        for links in found.get("link", [])
    ]
    return {
        name: values if len(values) > 1 else values[0]
        for name, values in sorted(found.items())
        if values
    }


def check_header(name: str) -> None:
    """Raise ``ValueError`` for a header that is never kept: those for keys and cookies.

    >>> check_header("Set-Cookie")
    Traceback (most recent call last):
        ...
    ValueError: the header Set-Cookie may hold a secret and is never kept; take it out of the list
    """
    if is_secret_header(name):
        problem = "may hold a secret and is never kept; take it out of the list"
        raise ValueError(f"the header {name} {problem}")


def scrubbed_url(url: str, parameters: Collection[str] = ()) -> str:
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

    ``parameters`` are names, in letters and digits alone, that are secret too.

    >>> scrubbed_url("https://me:pw@api.example/v1/chat?alt=sse&api-key=abc&key=paris")
    'https://api.example/v1/chat?alt=sse&api-key=REDACTED&key=paris'
    """

    def scrubbed(parameter: re.Match[str]) -> str:
        separator, name, value = parameter.groups()
        known = _known(name)
        is_secret = known in parameters or _is_secret(known, value)
        return f"{separator}{name}={REDACTED}" if is_secret else parameter[0]

    return _PARAMETER.sub(scrubbed, _USERINFO.sub(r"\1", url))


def matched_url(url: str) -> str:
    """Return a URL as it is compared: parameters that are secret do not count.

    Other recorders take them out altogether.

    >>> matched_url("https://api.example/v1?key=REDACTED&alt=sse")
    'https://api.example/v1?alt=sse'
    """
    counting = _PARAMETER.sub(_if_it_counts, _USERINFO.sub(r"\1", url))
    if counting != url:  # a separator stays behind that has nothing to separate
        counting = _SEPARATORS.sub(_separator, counting)
    return _STANDS_FOR_A_KEY.sub(REDACTED, counting)


def _if_it_counts(parameter: re.Match[str]) -> str:
    separator, name, value = parameter.groups()
    is_secret = value in (REDACTED, PLACEHOLDER) or _is_secret(_known(name), value)
    return separator if is_secret else parameter[0]


def _separator(separators: re.Match[str]) -> str:
    if separators.end() == len(separators.string):
        return ""
    return next(each for each in "#?&;" if each in separators[0])


def _known(name: str) -> str:
    """Return the name of a parameter in letters and digits alone."""
    return re.sub("[^a-z0-9]", "", unquote_plus(name).lower())


def _is_utf_8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_secret(name: str, value: str) -> bool:
    if _SECRET.fullmatch(name):
        return True
    may_be = _PERHAPS_SECRET.fullmatch(name) and not _PAGE.fullmatch(name)
    return bool(may_be and _LIKE_A_SECRET.fullmatch(value))


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
