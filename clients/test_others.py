"""Clients with HTTP stacks of their own, recorded and replayed: boto3, httplib2, tornado."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from loopback import echo_server
from serving_bedrock import bedrock

pytest_plugins = ["pytester"]

PREAMBLE = """
import asyncio, json, os
import pytest
from loopback import RECORDINGS, echo
from pytest_logprobs import parse

pytestmark = pytest.mark.logprobs_cassette
HAMLET = parse((RECORDINGS / "chat.json").read_bytes())
BODY = {"model": "any", "messages": [{"role": "user", "content": "Who wrote Hamlet?"}]}
CHATS = os.environ["OPENAI_BASE_URL"] + "/chat/completions"
"""

CLIENTS = {
    "httplib2": """
import httplib2

def ask():
    response, body = httplib2.Http().request(CHATS, "POST", json.dumps(BODY))
    return response.status, json.loads(body)
""",
    "tornado": """
from tornado.httpclient import AsyncHTTPClient

def ask():
    async def asking():
        client = AsyncHTTPClient(force_instance=True)
        response = await client.fetch(CHATS, method="POST", body=json.dumps(BODY))
        return response.code, json.loads(response.body)

    return asyncio.run(asking())
""",
    "urllib3-pool": """
import urllib3

def ask():
    with urllib3.HTTPConnectionPool(CHATS.split("/")[2], maxsize=1, block=True) as pool:
        for _ in range(2):
            response = pool.request("POST", "/v1/chat/completions", json=BODY)
    return response.status, response.json() | {"id": "Who wrote Hamlet? #1"}
""",
}

BOTO = """
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

SAID = [{"role": "user", "content": [{"text": "Hello?"}]}]

@pytest.fixture
def client():
    return boto3.client(
        "bedrock-runtime",
        endpoint_url=os.environ["BEDROCK"],
        region_name="eu-central-1",
        config=Config(retries={"total_max_attempts": 3, "mode": "standard"}),
    )

def test_converse(client):
    answer = client.converse(modelId="m:1", messages=SAID)
    assert answer["output"]["message"]["content"] == [{"text": "Hello to you"}]
    assert answer["ResponseMetadata"]["RetryAttempts"] == 0

def test_invoke(client):
    answer = client.invoke_model(modelId="m:1", body=json.dumps({"prompt": "Hello?"}))
    assert json.loads(answer["body"].read()) == {"text": "Hello to you", "logprob": -0.50}

def test_stream(client):
    answer = client.converse_stream(modelId="m:1", messages=SAID)
    texts = [each["contentBlockDelta"]["delta"]["text"] for each in answer["stream"]
             if "contentBlockDelta" in each]
    assert texts == ["Hello", " to", " you"]

def test_error(client):
    with pytest.raises(ClientError) as error:
        client.converse(modelId="refused:1", messages=SAID)
    assert error.value.response["Error"] == {"Code": "ValidationException", "Message": "no"}

def test_retry(client):
    answer = client.converse(modelId="busy:1", messages=SAID)
    assert answer["output"]["message"]["content"] == [{"text": "Hello to you"}]
"""


@pytest.fixture
def pytester(pytester, monkeypatch):
    """Run pytest as a developer does."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    return pytester


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_replay(pytester, monkeypatch, client):
    """The answer, and the completion that is seen in it, are the same without the server."""
    pytester.makepyfile(
        test_inner=f"""{PREAMBLE}{client}
def test_it(logprobs):
    assert ask() == (200, echo("Who wrote Hamlet?"))
    assert set(logprobs.completions) == {{HAMLET}}
"""
    )
    with echo_server() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.address)
        pytester.runpytest_subprocess("--logprobs-record=once").assert_outcomes(passed=1)
    asked = len(server.prompts)
    assert asked
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_bedrock(pytester, monkeypatch):
    """Answers, binary streams, errors and retries are replayed; nothing of a signature is kept."""
    pytester.makepyfile(test_inner=f"{PREAMBLE}{BOTO}")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIANOBODYSKEYATALL1")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nobodys/secret+at/all/nobodys/secret+at0")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "nobodys-token")
    with bedrock() as server:
        monkeypatch.setenv("BEDROCK", server.address)
        pytester.runpytest_subprocess("--logprobs-record=once").assert_outcomes(passed=5)
    assert server.signed == len(server.asked) == 6
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "another")
    pytester.runpytest_subprocess().assert_outcomes(passed=5)
    files = {path.stem: path.read_text() for path in Path().glob("cassettes/**/*.json")}
    assert len(files) == 5
    for text in files.values():
        for secret in (
            "AKIA",
            "nobodys",
            "Signature",
            "amz-date",
            "amz-security",
            "sdk-invocation",
        ):
            assert secret.lower() not in text.lower()
    kept = {name: json.loads(text)["interactions"] for name, text in files.items()}
    assert [each["response"]["status"] for each in kept["test_retry"]] == [200]
    assert [each["response"]["status"] for each in kept["test_error"]] == [400]
    assert "base64" in kept["test_stream"][0]["response"]
