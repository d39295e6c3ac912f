"""Keys whose values are known: those that a request is sent with, and those of the environment.

They are taken out wherever they stand, also of a prompt that quotes one. Only what looks like a key
is: a variable that holds a word, a number or a path must not change what is asked and answered.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote

__all__ = ["REDACTED", "environment_keys", "is_secret_header", "redacted", "sent_keys"]
__tracebackhide__ = True  # a failed test shows its own lines

REDACTED: Final = "REDACTED"
"""What stands for what was taken out."""

# The names are matched against letters and digits alone.
_SECRET_HEADER: Final = re.compile(
    r".*authorization|.*cookie2?|authkey|.*jwt.*"
    r"|.*(?:api|access|auth|function|functions|private|secret|subscription)key"
    r"|.*(?:token|secret|password|passwd|signature|credentials?)"
)
_SECRET_VARIABLE: Final = re.compile(
    r"(?:.*_)?(?:API_?KEY|(?:ACCESS|ADMIN|AUTH|ENCRYPTION|PRIVATE|SECRET|SIGNING)_KEY(?:_ID)?"
    r"|SECRET|TOKEN|(?:PG)?PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|JWT|PAT)"
)
# Of pages, caches and orders, and the special tokens of models, which stand in answers.
_NO_KEY: Final = re.compile(
    r"(?:.*_)?(?:(?:CACHE|FOREIGN|GROUP|IDEMPOTENCY|MODEL|PARTITION|PRIMARY|PUBLIC|ROUTING|SORT)_KEY"
    r"|(?:BOS|CLS|END|EOS|IMAGE|MASK|NEXT|PAD|PAGE|SEP|SPECIAL|START|STOP|UNK)_TOKEN)"
)

# Without quotes, brackets, commas and blanks: no part of JSON reads like this but a text.
_KEY: Final = re.compile(r"[A-Za-z0-9!#$%&*+./:=?@^_~-]{12,}")
_NUMBER: Final = re.compile(r"[0-9.eE+-]+")
_PATH: Final = re.compile(r"[/~.].*|[A-Za-z]:/.*|.*://.*")
_LONG: Final = 20
_PIECE: Final = re.compile(r"[^\s,;]+")
_SIGNING: Final = re.compile(r"^(?:AWS|GOOG)4-[A-Z0-9-]+ |\bSignedHeaders=[^,]*")  # is no secret
_USER: Final = re.compile(r"^(?:[A-Za-z][A-Za-z0-9+.-]*:)?//([^/?#]*)@")
_ESCAPED: Final = re.compile("[&+=]")


def environment_keys(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the keys in the environment, each with the name of its variable.

    A variable counts by its name (``…_API_KEY``, ``…_TOKEN``, ``…_SECRET``, ``…_PASSWORD``) and
    by its value, which has 12 characters or more, with letters of both cases or letters and
    digits; and 20 where the name is any other ``…_KEY``.

    >>> environment_keys({"SOME_TOKEN": "q7Rw-2xTz-9Lm", "CACHE_KEY": "linux-python-3.11-main"})
    {'q7Rw-2xTz-9Lm': 'the value of SOME_TOKEN'}
    """
    return {
        value: f"the value of {name}"
        for name in environ
        if _may_name_a_key(name)
        for value in [environ[name]]
        if _is_key(value) and (len(value) >= _LONG or _SECRET_VARIABLE.fullmatch(name.upper()))
    }


def sent_keys(
    url: str, headers: Mapping[str, str | list[str]], parameters: Iterable[str] = ()
) -> dict[str, str]:
    """Return the keys that a request is sent with: in headers, in the URL, in ``parameters`` of it.

    >>> sent_keys("https://me:q7Rw-2xTz-9Lm@api.example", {"x-api-key": "w3Er-5tYu-8iOp"})
    {'w3Er-5tYu-8iOp': 'the key of the request', 'q7Rw-2xTz-9Lm': 'the key of the request'}
    """
    found = [piece for name in headers if is_secret_header(name) for piece in _of(headers[name])]
    user = _USER.match(url)
    found += user[1].split(":", 1) if user else []
    found += parameters
    texts = dict.fromkeys(text for each in found for text in (each, unquote(each)))
    return {text: "the key of the request" for text in texts if _is_key(text)}


@lru_cache(maxsize=256)
def is_secret_header(name: str) -> bool:
    """Return whether a header of this name is one for keys, cookies and the like.

    >>> is_secret_header("X-Goog-Api-Key"), is_secret_header("X-Request-Id")
    (True, False)
    """
    return bool(_SECRET_HEADER.fullmatch(re.sub("[^a-z0-9]", "", name.lower())))


def redacted(text: str, secrets: Iterable[str]) -> str:
    r"""Return a text in which each secret is replaced, also where it is escaped or encoded.

    >>> redacted(r'{"say": "it is a\/b-12345678"}', ["a/b-12345678"])
    '{"say": "it is REDACTED"}'
    """
    for spelling in _spellings(frozenset(secrets)):
        if spelling in text:
            text = text.replace(spelling, REDACTED)
    return text


@lru_cache(maxsize=1024)  # each cassette that opens looks at the environment
def _may_name_a_key(name: str) -> bool:
    known = name.upper()
    may_be = _SECRET_VARIABLE.fullmatch(known) or known.endswith("_KEY")
    return bool(may_be and not _NO_KEY.fullmatch(known))


def _is_key(value: str) -> bool:
    """Return whether a value looks like a key, and like nothing else that a body may hold."""
    if not _KEY.fullmatch(value) or _NUMBER.fullmatch(value) or _PATH.fullmatch(value):
        return False
    kinds = (str.islower, str.isupper, str.isdigit)
    return sum(any(map(kind, value)) for kind in kinds) > 1


def _of(header: str | list[str]) -> Iterator[str]:
    """Yield what may be a key in the value of a header: each piece, and what it is set to."""
    for value in [header] if isinstance(header, str) else header:
        for piece in _PIECE.findall(_SIGNING.sub("", value)):
            yield piece
            yield piece.partition("=")[2].strip('"')
        scheme, _, encoded = value.partition(" ")
        if scheme.lower() == "basic":
            yield from _decoded(encoded.strip()).split(":", 1)


def _decoded(encoded: str) -> str:
    try:
        return b64decode(encoded).decode()
    except ValueError:
        return ""


@lru_cache(maxsize=64)
def _spellings(secrets: frozenset[str]) -> tuple[str, ...]:
    """Return how secrets may be spelled, the longest first: one may be a part of another."""
    found: set[str] = set()
    for secret in secrets:
        escaped = _ESCAPED.sub(lambda sign: f"\\u{ord(sign[0]):04x}", secret)
        encoded = quote(secret, safe="")
        lower = re.sub("%..", lambda sign: sign[0].lower(), encoded)
        found |= {secret, secret.replace("/", "\\/"), escaped, encoded, lower}
        found.update(_in_base64(secret.encode()))
    return tuple(sorted(found, key=lambda each: (-len(each), each)))


def _in_base64(secret: bytes) -> Iterator[str]:
    """Yield the digits that depend on a secret alone, wherever it begins in what is encoded."""
    for before in range(3):
        digits = b64encode(b"\0" * before + secret).decode()
        begin, end = -(-before * 4 // 3), (before + len(secret)) * 4 // 3
        yield from (each := digits[begin:end], each.replace("+", "-").replace("/", "_"))
    yield b64encode(secret).decode().rstrip("=")  # its last digit is known where it stands alone
