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
    "api_key",
    "API_KEY",
    "api-key",
    "apiKey",
    "x-api-key",
    "%61pi_key",
    "api+key",
    "subscription-key",
    "Ocp-Apim-Subscription-Key",
    "apikeyid",
    "cursor_api_key",
    "access_token",
    "auth[token]",
    "refresh_token",
    "id_token",
    "session_token",
    "bearer_token",
    "api_token",
    "private_token",
    "bot_token",
    "hf_token",
    "auth_key",
    "authorization",
    "jwt",
    "X-Amz-Signature",
    "X-Amz-Credential",
    "X-Goog-Signature",
    "AWSAccessKeyId",
    "client_secret",
    "secret_key",
    "password",
    "passphrase",
    "pwd",
)
PERHAPS = (
    "key",
    "KEY",
    "appkey",
    "license_key",
    "key_id",
    "token",
    "user_token",
    "code",
    "sig",
    "auth",
    "bearer",
    "pass",
    "sas",
    "session",
    "session_id",
    "JSESSIONID",
    "monkey",
)
PAGES = (
    "page_token",
    "pageToken",
    "next_page_token",
    "NextToken",
    "continuation_token",
    "nextSyncToken",
    "cursor",
    "cursor_token",
    "next_cursor_key",
    "sort_key",
    "page_key",
    "partition-key",
    "cache_key",
    "prompt_cache_key",
    "primary_key",
)
LIKE_A_SECRET = (
    "sk-proj-1234",
    "AIza_9.~+/=%2B-",
    "0123456789ab",
    "placeholder",  # what stands for a key while a test replays
    "",
)
UNLIKE_A_SECRET = ("paris", "de", "REDACTED", "0123456789a", "0123456789a:", "0123456789a\xe9")
HARMLESS = (
    "alt",
    "api-version",
    "model",
    "max_tokens",
    "token_count",
    "session_count",
    "keyword",
    "author",
    "encode",
    "design",
    "",
)
laws = settings(deadline=None)
words = st.text(st.characters(exclude_characters="&#?;=", codec="utf-8"), max_size=8)
names = st.sampled_from(SECRETS + PERHAPS + PAGES + HARMLESS) | words
pairs = st.tuples(names, words | st.sampled_from(LIKE_A_SECRET + UNLIKE_A_SECRET))


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
            "https://api.example/v1beta/models/gemini:generate?%61lt=sse&key=AIzaSyA-1234&q=a%20b+c",
            "https://api.example/v1beta/models/gemini:generate?%61lt=sse&key=REDACTED&q=a%20b+c",
        ),
        (
            "/cb?code=4/0AX4XfWh-p9&state=2#access_token=3&x=4",
            "/cb?code=REDACTED&state=2#access_token=REDACTED&x=4",
        ),
        # all of its value, as far as no other parameter begins
        ("/?api_key=a=b;c?d&f=g", "/?api_key=REDACTED&f=g"),
        ("/?api_key=a&api_key=b", "/?api_key=REDACTED&api_key=REDACTED"),
        ("/?a=1;api_key=b;c=2", "/?a=1;api_key=REDACTED;c=2"),
        ("/a;token=0123456789ab?c=2", "/a;token=REDACTED?c=2"),
        ("/?to=/cb?api_key=b", "/?to=/cb?api_key=REDACTED"),
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


@pytest.mark.parametrize("name", PERHAPS)
def test_names_that_may_be_secret(name):
    """A name that says little is secret where its value looks like a key, or stands for one."""
    for value in LIKE_A_SECRET:
        assert scrubbed_url(f"/?a=1&{name}={value}&b") == f"/?a=1&{name}=REDACTED&b"
    for value in UNLIKE_A_SECRET:
        assert scrubbed_url(f"/?a=1&{name}={value}&b") == f"/?a=1&{name}={value}&b"


@pytest.mark.parametrize("name", PAGES)
def test_names_of_pages(name):
    """What leads to another page, or sorts, tells requests apart and is kept, however it looks."""
    for value in LIKE_A_SECRET + UNLIKE_A_SECRET:
        assert scrubbed_url(f"/?a=1&{name}={value}&b") == f"/?a=1&{name}={value}&b"


@pytest.mark.parametrize("name", HARMLESS, ids=[each or "empty" for each in HARMLESS])
def test_harmless_names(name):
    """Any other parameter is kept, however its value looks: it tells requests apart."""
    for value in LIKE_A_SECRET + UNLIKE_A_SECRET:
        assert scrubbed_url(f"/?a=1&{name}={value}") == f"/?a=1&{name}={value}"


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
@given(st.text() | st.lists(st.sampled_from([*"?&#;=@", "//", "api_key", "key", *LIKE_A_SECRET])))
def test_any_url(parts):
    """Whatever stands for a URL, scrubbing comes to an end that it keeps."""
    scrubbed = scrubbed_url("".join(parts))
    assert scrubbed_url(scrubbed) == scrubbed


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
        "Location": "https://me:pw@api.example/next?token=s3cret-s3cret&page=2",
        "location": ["/cb?code=s3cret-s3cret"],
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
