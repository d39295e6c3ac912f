"""Keys that are taken out by their values: CONTRACT §4, "Secrets"."""

import json
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_logprobs import CassetteSecretError
from pytest_logprobs.cassettes._known_keys import environment_keys, redacted, sent_keys
from pytest_logprobs.cassettes._matching import key_of
from pytest_logprobs.cassettes._messages import stored_request, stored_response
from pytest_logprobs.cassettes._scrub import Rules, check_header, matched_url
from pytest_logprobs.cassettes._scrubbing import Scrubbing

KEY = "q7Rw/2xTz+9Lm=="
OTHER = "w3Er-5tYu-8iOp-1"
URL = "https://api.example/v1"
JSON = {"Content-Type": "application/json"}
KNOWING = Rules(secrets={KEY: "the value of A_TOKEN"})


@pytest.mark.parametrize(
    "name",
    [
        *("OPENAI_API_KEY", "MY_APIKEY", "AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "HF_TOKEN"),
        *("CLIENT_SECRET", "SECRET_KEY", "PGPASSWORD", "Password", "GITHUB_PAT", "token"),
    ],
)
def test_variables_of_keys(name):
    """A variable that is named like a key is one, whatever the case."""
    assert environment_keys({name: KEY}) == {KEY: f"the value of {name}"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        # the name says something else
        *(
            (name, KEY)
            for name in ("EOS_TOKEN", "PAGE_TOKEN", "CACHE_KEY", "MODEL_KEY", "PUBLIC_KEY")
        ),
        *((name, KEY) for name in ("TOKENIZER", "MAX_TOKENS", "KEYBOARD", "MONKEY", "PATH")),
        # the value is short, a word, a number, a path, an address
        ("A_TOKEN", "q7Rw-2xTz-9"),
        ("A_TOKEN", "placeholder"),
        ("A_TOKEN", "not-needed-here"),
        ("A_TOKEN", "sk-no-key-required"),
        ("A_TOKEN", "POSTGRESPOSTGRES"),
        ("A_TOKEN", "0.123456789012"),
        ("A_TOKEN", "-1.2345678901e-05"),
        ("A_TOKEN", "2026-11-23"),
        ("A_TOKEN", "/run/secrets/Key-1"),
        ("A_TOKEN", "~/.ssh/Key-1-abc"),
        ("A_TOKEN", "C:/secrets/Key-1"),
        ("A_TOKEN", "https://Example.com/1"),
        ("A_TOKEN", "Hello World 12"),
        ("A_TOKEN", '"token":"Paris1"'),
        # any other key has 20 characters
        ("GPG_KEY", KEY),
        ("A_TOKEN", ""),
    ],
)
def test_other_variables(name, value):
    """Nothing is taken out for a variable that only seems to be a key."""
    assert environment_keys({name: value}) == {}


def test_any_other_key():
    """A name that says less asks for a value that says more."""
    assert environment_keys({"SIGN_KEY": KEY * 2}) == {KEY * 2: "the value of SIGN_KEY"}


@pytest.mark.parametrize(
    ("url", "headers", "keys"),
    [
        (URL, {"authorization": f"Bearer {KEY}"}, [KEY]),
        (URL, {"x-api-key": KEY, "api-key": [OTHER], "x-goog-api-key": KEY}, [KEY, OTHER]),
        (URL, {"cookie": f"lang=de; session={KEY}; b={OTHER}"}, [KEY, OTHER]),
        (URL, {"x-amz-security-token": KEY, "x-request-id": OTHER}, [KEY]),
        (f"https://me:{OTHER}@api.example", {}, [OTHER]),
        (f"https://me:{quote(KEY, safe='')}@api.example", {}, [KEY, quote(KEY, safe="")]),
        (URL, {"authorization": "Bearer placeholder", "user-agent": OTHER}, []),
        (URL, {"authorization": "AWS4-HMAC-SHA256 SignedHeaders=host;x-amz-date"}, []),
    ],
)
def test_keys_of_a_request(url, headers, keys):
    """Headers that are named like keys, and what stands before a host."""
    assert {*keys} <= {*sent_keys(url, headers)}
    assert bool(sent_keys(url, headers)) == bool(keys)


def test_basic_authentication():
    """The password counts, and what is sent in its place."""
    encoded = b64encode(f"me:{KEY}".encode()).decode()
    assert {KEY, encoded} <= {*sent_keys(URL, {"authorization": f"Basic {encoded}"})}
    assert sent_keys(URL, {"authorization": "Basic é"}) == {}


@pytest.mark.parametrize(
    "spelled",
    [
        KEY,
        KEY.replace("/", r"\/"),
        KEY.replace("+", r"\u002b").replace("=", r"\u003d"),
        quote(KEY, safe=""),
        quote(KEY, safe="").replace("%2F", "%2f").replace("%2B", "%2b").replace("%3D", "%3d"),
        b64encode(KEY.encode()).decode(),
    ],
)
def test_spellings(spelled):
    """It is found as it is, escaped in JSON, in a URL, and encoded."""
    assert redacted(f"a {spelled} b", [KEY]).replace("==", "") == "a REDACTED b"


@pytest.mark.parametrize("before", ["m", "me", "me:", "me:?"])
@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
@pytest.mark.parametrize("key", [KEY, KEY[:-1], KEY[:-2]])
def test_in_what_is_encoded(key, encode, before):
    """In base64 its digits depend on where it begins; the first and the last may be left."""
    encoded = encode(f"{before}{key}>?".encode()).decode()
    left, right = redacted(encoded, [key]).split("REDACTED")
    taken = encoded.removeprefix(left).removesuffix(right)
    assert (left + taken + right, len(taken) + 1 >= len(key) * 4 // 3) == (encoded, True)


def test_one_in_another():
    """The longer one goes first."""
    assert redacted(f"{KEY} {KEY}-more", [KEY, f"{KEY}-more"]) == "REDACTED REDACTED"


@settings(deadline=None)
@given(
    st.recursive(st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.text(), st.lists)
)
def test_nothing_else_changes(value):
    """A body without the key is as it was, byte by byte; with it, it is JSON as before."""
    plain = json.dumps(value)
    assert redacted(plain, [KEY]) == plain
    assert json.loads(redacted(json.dumps([value, KEY]), [KEY])) == [value, "REDACTED"]


def test_in_a_request():
    """URL, kept headers and body lose it; the spelling of numbers stays."""
    body = json.dumps({"prompt": f"my key\nis {KEY}", "token": "a"})[:-1] + ', "t": 1.0}'
    headers = {"Content-Type": "application/json", "Accept": f"a/{KEY}"}
    assert stored_request(
        "POST", f"{URL}/{quote(KEY, safe='')}?a={KEY}", headers, body.encode(), KNOWING
    ) == {
        "method": "POST",
        "url": f"{URL}/REDACTED?a=REDACTED",
        "headers": {"accept": "a/REDACTED", "content-type": "application/json"},
        "json": '{"prompt": {"\\n": ["my key", "is REDACTED"]}, "token": "a", "t": 1.0}',
    }


def test_the_key_of_the_request_itself():
    """Nobody has to announce the key that the request is sent with, in a header or the URL."""
    body = json.dumps({"api_key": KEY, "user": OTHER}).encode()
    sent = {**JSON, "Authorization": f"Bearer {KEY}"}
    stored = stored_request("POST", f"{URL}?key={OTHER}", sent, body)
    assert stored["url"] == f"{URL}?key=REDACTED"
    assert stored["json"] == '{"api_key": "REDACTED", "user": "REDACTED"}'


def test_in_a_response():
    """A body loses it once it is decompressed; bytes that are no text are left alone."""
    stored = stored_response(
        200, {**JSON, "Link": f"<{URL}?api_key=a&p=2>; rel=next"}, f'["{KEY}"]'.encode(), KNOWING
    )
    assert stored == {
        "status": 200,
        "headers": {
            "content-type": "application/json",
            "link": f"<{URL}?api_key=REDACTED&p=2>; rel=next",
        },
        "json": '["REDACTED"]',
    }
    binary = b"\xff\x00" + KEY.encode()
    assert stored_response(200, {}, binary, KNOWING)["base64"] == b64encode(binary).decode()


def test_what_is_allowed_stays():
    """A text that is listed as none is no secret, wherever it is known from."""
    rules = Rules(secrets={KEY: "the value of A_TOKEN"}, allowed=frozenset({KEY}))
    assert stored_request("POST", URL, {}, KEY.encode(), rules)["text"] == KEY


def test_more_headers_and_parameters():
    """What a project lists comes on top of what is usual."""
    rules = Rules(headers=frozenset({"x-trace"}), parameters=frozenset({"tenantid"}))
    moved = {"Location": "/?tenant_id=me", "Link": "</?tenant_id=me>"}
    assert stored_response(307, moved, b"", rules)["headers"] == {
        "link": "</?tenant_id=REDACTED>",
        "location": "/?tenant_id=REDACTED",
    }
    headers = {"X-Trace": "1", "Accept": "*/*", "X-Other": "2"}
    assert stored_request("GET", f"{URL}?tenant_id=me&api_key=a&b=1", headers, b"", rules) == {
        "method": "GET",
        "url": f"{URL}?tenant_id=REDACTED&api_key=REDACTED&b=1",
        "headers": {"accept": "*/*", "x-trace": "1"},
    }
    assert stored_response(200, headers, b"", rules)["headers"] == {"x-trace": "1"}


@pytest.mark.parametrize(
    "name",
    ["Authorization", "x-original-authorization", "Cookie", "set-cookie", "X-Api-Key", "x-jwt-a"],
)
def test_headers_that_are_never_kept(name):
    """No list lets a key or a cookie in."""
    with pytest.raises(ValueError, match=r"may hold a secret") as caught:
        check_header(name)
    assert str(caught.value) == (
        f"the header {name} may hold a secret and is never kept; take it out of the list"
    )


@pytest.mark.parametrize(
    "name", ["openai-organization", "x-request-id", "x-ratelimit-limit-tokens"]
)
def test_headers_that_can_be_kept(name):
    """Any other header is the project's to decide."""
    check_header(name)


@pytest.mark.parametrize(
    ("url", "matched"),
    [
        ("/?key=REDACTED", "/"),
        ("/?key=REDACTED&a=1", "/?a=1"),
        ("/?a=1&key=REDACTED", "/?a=1"),
        ("/?a=1&key=REDACTED&b=2", "/?a=1&b=2"),
        ("/?a=1&api_key=x#access_token=y", "/?a=1"),
        ("/?api_key=x#part", "/#part"),
        ("/a;token=REDACTED?c=2", "/a?c=2"),
        ("/?api_key=placeholder", "/"),
        ("/?q=key&&b=2", "/?q=key&&b=2"),
        ("/?key=paris", "/?key=paris"),
        ("/bot/placeholder/send", "/bot/REDACTED/send"),
        ("https://me:pw@api.example/", "https://api.example/"),
    ],
)
def test_urls_as_they_are_compared(url, matched):
    """Secret parameters do not count, and everything else does."""
    assert matched_url(url) == matched


def keyed(key, url=URL, body=None):
    """Return the key of a request that is sent with somebody's key, here and there."""
    text = body or json.dumps({"api_key": key, "messages": ["Hi"]})
    headers = {**JSON, "Authorization": f"Bearer {key}"}
    return key_of(stored_request("POST", f"{url}?api_key={key}", headers, text.encode()))


def test_another_key_is_the_same_request():
    """A colleague's key, and what stands for one where there is none, find the recording."""
    assert keyed(KEY.replace("+", "-")) == keyed(OTHER) == keyed("placeholder")
    assert keyed(OTHER, body="api_key=w3Er-5tYu-8iOp-1&a=1") == keyed(
        "placeholder", body="api_key=placeholder&a=1"
    )


def test_a_placeholder_in_a_sentence_is_a_word():
    """Only a whole text stands for a key."""
    bodies = [
        '{"a": "a placeholder"}',
        '{"a": "a REDACTED"}',
        '{"placeholder": 1}',
        '{"REDACTED": 1}',
    ]
    assert len({key_of(stored_request("POST", URL, JSON, body.encode())) for body in bodies}) == 4


def test_an_answer_that_spells_the_key():
    """In one piece it is taken out; in tokens it cannot be, and nothing is written of it."""
    scrubbing = Scrubbing(Rules(), [])
    sent = {"Authorization": f"Bearer {OTHER}"}
    request = scrubbing.request("POST", URL, {**JSON, **sent}, b"{}")
    pieces = [OTHER[at : at + 4] for at in range(0, len(OTHER), 4)]
    for content, is_clean in (
        ({"content": OTHER}, True),
        ([{"token": each} for each in pieces], False),
    ):
        answer = 200, JSON, json.dumps(content).encode()
        stored, _ = scrubbing.response(request, sent, answer)
        assert OTHER not in json.dumps(stored)
        assert scrubbing.is_clean({"request": request, "response": stored}) == is_clean
    with pytest.raises(CassetteSecretError) as caught:
        scrubbing.refuse(Path("a.json"), [{"request": request, "response": stored}])
    assert str(caught.value).startswith(
        "a.json: not written, for interaction 1 holds what looks like the key of the request, at "
        "interactions[0].response.json[*].token. "
    )
