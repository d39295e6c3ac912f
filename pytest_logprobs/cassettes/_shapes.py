"""The shapes of providers' keys: what a text looks like that nobody has announced as a secret."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from pytest_logprobs.cassettes._known_keys import REDACTED

__all__ = ["masked", "shape_in"]
__tracebackhide__ = True  # a failed test shows its own lines

_APART: Final = "(?<![_-])"  # base64 of URLs has such signs, and so short a beginning by chance

_SHAPES: Final = {
    "an Anthropic key": r"sk-ant-(?=[\w-]{0,200}[0-9])[\w-]{20,200}",
    "an OpenRouter key": r"sk-or-(?:v\d-)?[0-9a-f]{32,64}",
    "an OpenAI key": r"sk-(?:proj|svcacct|admin|service)-(?=[\w-]{0,200}[0-9])[\w-]{20,200}",
    "an API key that begins with sk-": rf"{_APART}sk-(?=[A-Za-z]{{0,64}}[0-9])[A-Za-z0-9]{{32,64}}",
    "a Google key": r"AIza[\w-]{35}(?![\w-])|AQ\.Ab[\w-]{40,100}",
    "a Google OAuth token": r"ya29\.[\w-]{20,200}|GOCSPX-[\w-]{28}",
    "an AWS access key": r"A(?:KIA|SIA)[A-Z2-7]{16}(?<!EXAMPLE)(?![A-Z0-9])",
    "a GitHub token": r"gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}",
    "a GitLab token": r"glpat-(?=[\w-]{0,40}[0-9])[\w-]{20,40}",
    "a Hugging Face token": rf"{_APART}(?:hf|api_org)_[A-Za-z0-9]{{34}}(?![A-Za-z0-9])",
    "a Groq key": r"gsk_[A-Za-z0-9]{48,60}",
    "an xAI key": r"xai-[A-Za-z0-9]{70,100}",
    "an NVIDIA key": r"nvapi-[\w-]{60,80}",
    "a Perplexity key": r"pplx-[A-Za-z0-9]{48}",
    "a Cerebras key": r"csk-[a-z0-9]{48}",
    "a Replicate token": rf"{_APART}r8_[A-Za-z0-9]{{37}}",
    "a Together key": r"tgp_v1_[\w-]{43}",
    "a LangSmith key": r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}",
    "a Slack token": r"xox[abeoprs]-(?=[A-Za-z-]{0,9}[0-9])[A-Za-z0-9-]{20,250}",
    "a Stripe key": r"[sr]k_live_[A-Za-z0-9]{16,120}",
    # its start has to be that of a word with dashes: else each "eyJ" of "eyJ-eyJ-…" is tried
    "a JSON web token": (  # header, claims (not those of John Doe, 1234567890) and signature
        r"(?:(?<![\w-])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2}))"
        r"ey[JK][\w-]{14,}\.(?!eyJzdWIiOiIxMjM0NTY3ODkw)ey[JK][\w-]{14,}\.[\w-]{10,}"
    ),
    "a private key": (
        r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:\s|\\[nr]){0,8}"
        r"(?:[\w-]{1,30}: [^\n]{0,200}\s{1,4}){0,5}[A-Za-z0-9+/=]{20,100}"
    ),
}
"""What it is → its shape, as providers and the scanners of code hosts give it.

Quantifiers have bounds, so that a text is read in a time that grows with its length alone.
"""

# No letter or digit goes before, unless it belongs to an escape: of JSON in a text, or of a URL.
_SHAPE: Final = re.compile(
    r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt])|(?<=\\u[0-9A-Fa-f]{4})|(?<=%[0-9A-Fa-f]{2}))"
    rf"(?:{'|'.join(f'({each})' for each in _SHAPES.values())})",
    re.ASCII,
)
_KINDS: Final = (*_SHAPES,)
_FEWEST: Final = 10
"""Different characters of a key: in documentation there are keys such as ``sk-proj-xxxx1xxxx``."""

# To look for these, and for a shape only there, takes a tenth of the time.
_BEGINNINGS: Final = (
    *("sk-", "AIza", "AQ.Ab", "ya29.", "GOCSPX-", "AKIA", "ASIA", "ghp_", "gho_", "ghu_", "ghs_"),
    *("ghr_", "github_pat_", "glpat-", "hf_", "api_org_", "gsk_", "xai-", "nvapi-", "pplx-"),
    *("csk-", "r8_", "tgp_v1_", "lsv2_", "xox", "sk_live_", "rk_live_", "eyJ", "eyK", "-----BEGIN"),
)

_BREAK: Final = re.compile(r"\s|\\[nr]")


def shape_in(text: str, allowed: Collection[str] = ()) -> str:
    """Return what the first key in a text looks like that is not ``allowed``; empty without one.

    >>> shape_in("My key is " + "AKIA" + "QWERTYUIOPASDFGH")
    'an AWS access key'
    """
    for found in _found(text):
        secret = _BREAK.split(found[0])[-1]
        if secret not in allowed and len(set(secret)) >= _FEWEST:
            return _KINDS[(found.lastindex or 1) - 1]
    return ""


def masked(text: str) -> str:
    """Return a text with another word for what has the shape of a key.

    >>> masked("My key is " + "AKIA" + "QWERTYUIOPASDFGH")
    'My key is REDACTED'
    """
    for found in [*_found(text)]:
        text = text.replace(found[0], REDACTED)
    return text


def _found(text: str) -> Iterator[re.Match[str]]:
    for beginning in _BEGINNINGS:
        at = text.find(beginning)
        while at >= 0:
            if found := _SHAPE.match(text, at):
                yield found
            at = text.find(beginning, at + 1)
