"""Multipart bodies: they match and are stored without the boundary that each request makes up."""

import httpx
import pytest

from pytest_logprobs.cassettes._matching import key_of
from pytest_logprobs.cassettes._messages import stored_request
from pytest_logprobs.cassettes._multipart import steady

URL = "https://api.example/v1/audio/transcriptions"


def stored(**parts):
    """Store the request that httpx makes of fields and files."""
    request = httpx.Request("POST", URL, **parts)
    return stored_request("POST", URL, dict(request.headers), request.read())


FIELDS = {
    "data": {"model": "whisper-1"},
    "files": {"file": ("a.wav", b"\x00\xff\r\n--x", "audio/wav")},
}


def test_the_same_upload_is_the_same_request():
    """Two uploads of the same parts have boundaries of their own, and are stored alike."""
    assert stored(**FIELDS) == stored(**FIELDS)
    assert stored(**FIELDS)["headers"]["content-type"] == "multipart/form-data; boundary=boundary"
    text = {"data": {"a": "1"}, "files": {"file": ("a.txt", b"hello")}}
    assert stored(**text)["text"]["\n"][0] == "--boundary\r"


def test_another_upload_is_another_request():
    """One byte of a file makes a difference."""
    other = {**FIELDS, "files": {"file": ("a.wav", b"\x00\xfe\r\n--x", "audio/wav")}}
    assert key_of(stored(**FIELDS)) == key_of(stored(**FIELDS)) != key_of(stored(**other))


def test_the_key_in_a_form_with_a_file():
    """A form with a file that is no text loses the key of the request all the same."""
    headers = {"content-type": "multipart/form-data; boundary=x", "x-api-key": "w3Er-5tYu-8iOp"}
    body = b"--x\r\n\r\n%s\r\n--x\r\n\r\n\xff\r\n--x--\r\n"
    kept = stored_request("POST", URL, headers, body % b"w3Er-5tYu-8iOp")
    headers["x-api-key"] = "placeholder"
    replayed = stored_request("POST", URL, headers, body % b"placeholder")
    assert "base64" in kept
    assert key_of(kept) == key_of(replayed)
    assert kept != replayed


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        # one that is quoted, among other parameters, in any case
        (
            'Multipart/Mixed; type=a; Boundary="a b"; x=1',
            b"--a b\n1\n--a b--",
            ("Multipart/Mixed; type=a; Boundary=boundary; x=1", b"--boundary\n1\n--boundary--"),
        ),
        # what stands for it stands in a part already
        (
            "multipart/form-data; boundary=b",
            b"--b\r\n--boundary\r\n--b--\r\n",
            (
                "multipart/form-data; boundary=boundary-2",
                b"--boundary-2\r\n--boundary\r\n--boundary-2--\r\n",
            ),
        ),
        # a part may begin like it
        (
            "multipart/form-data; boundary=b",
            b"--b\r\n--bc\r\nx --b\r\n--b--",
            (
                "multipart/form-data; boundary=boundary",
                b"--boundary\r\n--bc\r\nx --b\r\n--boundary--",
            ),
        ),
    ],
)
def test_boundaries(kind, body, expected):
    """Where the boundary parts the body it is replaced, and nowhere else."""
    assert steady(kind, body) == expected


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--x\r\n--x--"),
        ("multipart/form-data; boundary=y", b"--x\r\n--x--"),
        ("application/json; boundary=x", b"--x\r\n--x--"),
        ("", b""),
    ],
)
def test_what_is_not_multipart(kind, body):
    """Anything else is left alone."""
    assert steady(kind, body) == (kind, body)
