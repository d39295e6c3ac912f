"""What of a request and its response is kept: CONTRACT §4, "Secrets"."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_logprobs.cassettes._scrub import (
    REQUEST_HEADERS,
    RESPONSE_HEADERS,
    kept_headers,
    scrubbed_url,
)

SECRETS = (
    "key",
    "KEY",
    "api_key",
    "api-key",
    "apiKey",
    "x-api-key",
    "%61pi_key",
    "api+key",
    "subscription-key",
    "Ocp-Apim-Subscription-Key",
    "access_token",
    "id_token",
    "token",
    "auth",
    "auth[token]",
    "authorization",
    "code",
    "sig",
    "X-Amz-Signature",
    "X-Amz-Credential",
    "X-Goog-Signature",
    "AWSAccessKeyId",
    "client_secret",
    "password",
    "pwd",
)
HARMLESS = (
    "alt",
    "api-version",
    "model",
    "max_tokens",
    "token_count",
    "page_token",
    "pageToken",
    "monkey",
    "keyword",
    "author",
    "encode",
    "design",
    "",
)
laws = settings(deadline=None)
words = st.text(st.characters(exclude_characters="&#?=", codec="utf-8"), max_size=8)
pairs = st.tuples(st.sampled_from(SECRETS + HARMLESS) | words, words)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://api.example/v1/chat", "https://api.example/v1/chat"),
        # user and password, however odd
        ("https://me:pw@api.example/v1", "https://api.example/v1"),
        ("https://me@api.example", "https://api.example"),
        ("https://me:p@w@api.example:8443?a=1", "https://api.example:8443?a=1"),
        ("//me:pw@api.example/v1", "//api.example/v1"),
        ("HTTP+X://me@[::1]:80/", "HTTP+X://[::1]:80/"),
        # an "@" behind the host is none of a user's
        ("https://api.example/@me?to=a@b.example", "https://api.example/@me?to=a@b.example"),
        ("/v1/models/gpt@2", "/v1/models/gpt@2"),
        # a secret among what keeps its spelling
        (
            "https://api.example/v1beta/models/gemini:generate?%61lt=sse&key=AIza-1&q=a%20b+c",
            "https://api.example/v1beta/models/gemini:generate?%61lt=sse&key=REDACTED&q=a%20b+c",
        ),
        (
            "/cb?code=1&state=2#access_token=3&x=4",
            "/cb?code=REDACTED&state=2#access_token=REDACTED&x=4",
        ),
        # all of its value
        ("/?key=a=b;c=d?e&f=g", "/?key=REDACTED&f=g"),
        ("/?key=a&key=b", "/?key=REDACTED&key=REDACTED"),
        # whether a key was given is not told
        ("/?key=", "/?key=REDACTED"),
        ("/?key", "/?key"),
        ("", ""),
    ],
)
def test_urls(url, expected):
    """User, password and secret parameters are taken out; the rest keeps its spelling."""
    assert scrubbed_url(url) == expected


@pytest.mark.parametrize("name", SECRETS)
def test_secret_names(name):
    """A parameter is secret by its name, in any case and spelling."""
    assert scrubbed_url(f"/?a=1&{name}=s3cret") == f"/?a=1&{name}=REDACTED"


@pytest.mark.parametrize("name", HARMLESS, ids=[each or "empty" for each in HARMLESS])
def test_harmless_names(name):
    """What only looks a little like a secret is kept: it tells requests apart."""
    assert scrubbed_url(f"/?a=1&{name}=value") == f"/?a=1&{name}=value"


@laws
@given(st.lists(pairs, max_size=5), words, st.sampled_from(["", "me:s3cret@", "s3cret@"]))
def test_scrubbing_laws(parameters, path, user):
    """No secret is left, scrubbing again changes nothing, and nothing else is touched."""
    query = "&".join(
        f"{name}={'s3cret' if name in SECRETS else value}" for name, value in parameters
    )
    url = f"https://{user}api.example/{path}?{query}"
    scrubbed = scrubbed_url(url)
    assert "s3cret" not in scrubbed
    assert scrubbed_url(scrubbed) == scrubbed
    if not user and "REDACTED" not in scrubbed:
        assert scrubbed == url


@laws
@given(st.text())
def test_any_url(text):
    """Whatever stands for a URL, scrubbing comes to an end that it keeps."""
    assert scrubbed_url(scrubbed_url(text)) == scrubbed_url(text)


def test_kept_headers():
    """Only what is listed is kept, in lower case and sorted, as texts or lists of them."""
    sent = {
        "X-Api-Key": "s3cret",
        "Content-Type": "application/json",
        "Authorization": "Bearer s3cret",
        "Accept": ["application/json", b"text/plain"],
        "openai-organization": "org-1",
        "Cookie": ["a=1", "b=2"],
    }
    kept = kept_headers(sent, REQUEST_HEADERS)
    assert kept == {
        "accept": ["application/json", "text/plain"],
        "content-type": "application/json",
    }
    assert list(kept) == ["accept", "content-type"]


def test_kept_response_headers():
    """A response keeps what a client acts on; the address that it is sent to is scrubbed."""
    received = {
        "Set-Cookie": "session=s3cret",
        "Retry-After": 3,
        "retry-after-ms": ["2500"],
        "X-Should-Retry": b"true",
        "Location": "https://me:pw@api.example/next?token=s3cret&page=2",
        "location": ["/cb?code=s3cret"],
        "content-type": [],
    }
    assert kept_headers(received, RESPONSE_HEADERS) == {
        "location": ["https://api.example/next?token=REDACTED&page=2", "/cb?code=REDACTED"],
        "retry-after": "3",
        "retry-after-ms": "2500",
        "x-should-retry": "true",
    }


def test_no_headers():
    """Nothing is kept of nothing."""
    assert kept_headers({}, RESPONSE_HEADERS) == {}
