"""Texts with the shape of a key: CONTRACT §4, "known key patterns anywhere"."""

import json
import string
from base64 import b64encode
from pathlib import Path

import pytest

from pytest_logprobs import CassetteSecretError
from pytest_logprobs.cassettes import Found, refuse_secrets, secrets_of
from pytest_logprobs.cassettes._messages import stored_request, stored_response

URL = "https://api.example/v1"
JSON = {"content-type": "application/json"}
SSE = {"content-type": "text/event-stream"}
MIXED = (string.ascii_letters + string.digits) * 4
BASE32 = "QWERTYUIOPASDF23"
HEX = "0123456789abcdef" * 4
PEM = "-----BEGIN {}PRIVATE KEY-----"

# Put together here, so that no scanner takes this file for a leak.
KEYS = {
    "an OpenAI key": ["sk-" + "proj-" + MIXED[:120] + "_-", "sk-" + "svcacct-" + MIXED[:60]],
    "an API key that begins with sk-": ["sk-" + MIXED[20:68], "sk-" + HEX[:32]],
    "an Anthropic key": ["sk-" + "ant-api03-" + MIXED[:93] + "AA"],
    "an OpenRouter key": ["sk-" + "or-v1-" + HEX],
    "a Google key": ["AIza" + "SyB_" + MIXED[:31], "AQ." + "Ab" + MIXED[:50]],
    "a Google OAuth token": ["ya29." + MIXED[:60], "GOCSPX-" + MIXED[:28]],
    "an AWS access key": ["AKIA" + BASE32, "ASIA" + BASE32],
    "a GitHub token": [
        *(f"gh{kind}_" + MIXED[:36] for kind in "pousr"),
        "github_" + "pat_" + MIXED[:22] + "_" + MIXED[:59],
    ],
    "a GitLab token": ["glpat-" + MIXED[50:70]],
    "a Hugging Face token": ["hf_" + MIXED[:34], "api_org_" + MIXED[:34]],
    "a Groq key": ["gsk_" + MIXED[:52]],
    "an xAI key": ["xai-" + MIXED[:80]],
    "an NVIDIA key": ["nvapi-" + MIXED[:64]],
    "a Perplexity key": ["pplx-" + MIXED[:48]],
    "a Cerebras key": ["csk-" + (string.ascii_lowercase + string.digits)[:36] + "abcdefghijkl"],
    "a Replicate token": ["r8_" + MIXED[:37]],
    "a Together key": ["tgp_v1_" + MIXED[:43]],
    "a LangSmith key": ["lsv2_pt_" + HEX[:32] + "_" + HEX[:10]],
    "a Slack token": ["xoxb-" + "123456789012-" + MIXED[:24]],
    "a Stripe key": ["sk_" + "live_" + MIXED[:24], "rk_" + "live_" + MIXED[:24]],
    "a JSON web token": ["eyJ" + MIXED[:30] + ".eyJ" + MIXED[:30] + "." + MIXED[:43]],
    "a private key": [
        PEM.format("") + "\n" + MIXED[:64] + "\n",
        PEM.format("RSA ") + "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n" + MIXED[:64],
        PEM.format("OPENSSH ") + r"\n" + MIXED[:64],
    ],
}
HARMLESS = [
    "sk-proj-your-openai-api-key-goes-right-here",
    "sk-proj-" + "x1" * 40,
    "sk-" + "1" * 48,
    "task-" + MIXED[:48],
    "ask-" + MIXED[:48],
    "sk-learn is not scikit-learn",
    "sk-estimator-html-doc-link-to-something-very-long-without-a-number",
    "AKIA" + "IOSFODNN7" + "EXAMPLE",
    "AIza is how they begin",
    "the header eyJhbGciOiJIUzI1NiJ9 alone",
    PEM.format("") + " is how such a file begins, and then comes a lot of base64",
    "hf_hub_download(repo_id, filename)",
    "xai-grok-4-fast-reasoning",
    "gsk_plc_annual_report",
    MIXED,
    f"gAAAAA-sk-{MIXED[20:68]}_r8_{MIXED[:37]}-hf_{MIXED[:34]}",  # in base64 for URLs
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIn0." + MIXED[:43],
    "",
]


def response(text, **more):
    """Store a chat's answer."""
    body = {"choices": [{"message": {"content": text}, **more}]}
    return stored_response(200, JSON, json.dumps(body).encode())


def interaction(text):
    """Store a request, and an answer that says a text."""
    return {"request": stored_request("POST", URL, JSON, b"{}"), "response": response(text)}


def found(*interactions, **more):
    """Return places, from the interaction on, and kinds."""
    places = secrets_of(interactions, **more)
    return [(place.partition(".")[2], kind) for _, place, kind in places]


CONTENT = "response.json.choices[0].message.content"


@pytest.mark.parametrize(
    ("kind", "key"), [(kind, key) for kind, keys in KEYS.items() for key in keys]
)
def test_keys(kind, key):
    """Each shape is found: alone, in a sentence, after an escaped line break, beside quotes."""
    for text in (key, f"My key is {key}, you see.", f'{{"say": "\\n{key}"}}', f"KEY={key}\nA=1"):
        assert found(interaction(text)) == [(CONTENT, kind)]


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_texts(text):
    """What only begins like a key, or stands for one in documentation, is none."""
    assert found(interaction(text)) == []


KEY = KEYS["an OpenAI key"][0]
KIND = "an OpenAI key"


def test_every_place():
    """URL, headers, bodies of all kinds, names: wherever it stands, the place is told."""
    leaks = [
        ({"request": {"url": f"{URL}/{KEY}"}}, "request.url"),
        ({"request": {"headers": {"accept": ["a", KEY]}}}, "request.headers.accept[1]"),
        ({"request": stored_request("POST", URL, {}, f"a\n{KEY}".encode())}, "request.text"),
        (
            {"request": stored_request("POST", URL, JSON, json.dumps([f"a\n{KEY}"]).encode())},
            "request.json[0]",
        ),
        (
            {
                "response": stored_response(
                    200, SSE, f"id: 1\ndata: [DONE]\n\nid: {KEY}\n\n".encode()
                )
            },
            "response.events[1].id",
        ),
        (
            {"response": stored_response(200, SSE, f'data: {{"a": [1, "{KEY}"]}}\n\n'.encode())},
            "response.events[0].data.a[1]",
        ),
        ({"response": stored_response(200, {}, b"\xff\x00" + KEY.encode())}, "response.base64"),
        ({"response": {"base64": b64encode(KEY.encode()).decode()}}, "response.base64"),
        ({"recorded": {"model": KEY}}, "recorded.model"),
        (
            {"response": stored_response(200, JSON, b'{"a b": {"c": "%s"}}' % KEY.encode())},
            'response.json["a b"].c',
        ),
        # a member given twice counts as often
        (
            {"response": stored_response(200, JSON, b'{"a": "%s", "a": 1}' % KEY.encode())},
            "response.json.a",
        ),
    ]
    for leak, place in leaks:
        assert found(leak) == [(place, KIND)]


@pytest.mark.parametrize(
    "text",
    [
        rf"{{\u0022key\u0022: \u0022{KEY}\u0022}}",
        f"?q=is%20%22{KEY}%22&a=1",
        f"prompt=key%3a{KEY}",
        json.dumps({"key": KEY}).replace("sk-", r"\u0073k\u002d"),
    ],
)
def test_escapes(text):
    """What goes before it may be an escape that ends in a digit or a letter, as may itself."""
    assert found(interaction(text)) == [(CONTENT, KIND)]


def test_a_name_is_told_by_nobody():
    """Where the name of a member is the secret, its object is told, and what is below it too."""
    leak = {"response": stored_response(200, JSON, json.dumps({"a": {KEY: [KEY]}}).encode())}
    assert found(leak) == [("response.json.a", KIND), ('response.json.a["\\u2026"][0]', KIND)]


def test_in_pieces():
    """Tokens and events that hold it together are found; the place is that of all of them."""
    pieces = [{"token": KEY[at : at + 3], "logprob": -0.5} for at in range(0, len(KEY), 3)]
    leak = {"response": response("no", logprobs={"content": pieces})}
    assert found(leak) == [("response.json.choices[*].logprobs.content[*].token", KIND)]
    events = "".join(f'data: {{"delta": "{KEY[at : at + 9]}"}}\n\n' for at in range(0, len(KEY), 9))
    leak = {"response": stored_response(200, SSE, events.encode())}
    assert found(leak) == [("response.events[*].data.delta", KIND)]


@pytest.mark.parametrize(
    ("line", "end"), [('{"response": "%s"}\n', ""), ('data: {"a": "%s"}\n\n', 'data: {"a": "')]
)
def test_in_pieces_of_a_text(line, end):
    """So it is in a stream that is stored as a text: JSON in lines, or one that was cut."""
    body = "".join(line % KEY[at : at + 9] for at in range(0, len(KEY), 9)) + end
    stored = stored_response(200, SSE, body.encode())
    assert [*stored] == ["status", "headers", "text"]
    assert found({"response": stored}) == [("response.text", KIND)]


def test_text_of_two_bytes():
    """Bytes are looked at as the text that they may be."""
    leak = {"response": stored_response(200, JSON, json.dumps([KEY]).encode("utf-16"))}
    assert found(leak) == [("response.base64", KIND)]


def test_what_is_allowed():
    """A text that is listed is none, and hides no other one."""
    other = KEYS["an AWS access key"][0]
    assert found(interaction(KEY), allowed=[KEY]) == []
    assert found(interaction(f"{KEY} {other}"), allowed=[KEY]) == [(CONTENT, "an AWS access key")]
    pem = KEYS["a private key"][0]
    assert found(interaction(pem), allowed=[MIXED[:64]]) == []


def test_what_is_known():
    """What somebody knows to be secret is found whatever it looks like."""
    known = {"correct-horse": "the value of A_PASSWORD"}
    leak = interaction("it is correct-horse!")
    assert found(leak, known=known) == [(CONTENT, "the value of A_PASSWORD")]
    assert found(leak, known=known, allowed=["correct-horse"]) == []


def test_several():
    """All are told, by the number of their interaction."""
    assert [*secrets_of([interaction("a"), interaction(KEY)])] == [
        Found(1, f"interactions[1].{CONTENT}", KIND)
    ]


def test_numbers_are_no_texts():
    """A number with more digits than Python reads is passed over."""
    body = b'{"a": %s, "b": [1.5, null, true]}' % (b"7" * 5000)
    assert found({"response": stored_response(200, JSON, body)}) == []


def test_the_error():
    """It says where, what, and what to do, and nothing of the secret."""
    with pytest.raises(CassetteSecretError) as caught:
        refuse_secrets(Path("cassettes/test_a.json"), [interaction("a"), interaction(KEY)])
    assert str(caught.value) == (
        "cassettes/test_a.json: not written, for interaction 2 holds what looks like an OpenAI "
        "key, at interactions[1].response.json.choices[0].message.content. If it is one, revoke "
        "it, and take it out of what is sent, or out of what is stored with the hook "
        "pytest_logprobs_scrub; if it is none, list it in logprobs_allow_secrets"
    )
    assert caught.value.place == f"interactions[1].{CONTENT}"
    refuse_secrets(Path("cassettes/test_a.json"), [interaction("a")])


@pytest.mark.parametrize(
    "part",
    ["sk-", "sk-proj-", "eyJ", "eyJ-", "eyJaaaaaaaaaaaaaaaa.", "AIza", PEM.format(""), "xoxb-1"],
)
def test_long_texts(part):
    """A text that begins like a key again and again is read to its end."""
    assert found({"response": {"text": part * 100_000}}) == []
