"""A server on this machine that answers as Amazon Bedrock's runtime does."""

from __future__ import annotations

import binascii
import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

from loopback import LocalServer, serving

ANSWER = "Hello to you"


class Bedrock(LocalServer):
    """The server: ``asked`` are the paths, ``signed`` counts the requests with a signature."""

    def __init__(self):
        super().__init__(_Handler)
        self.asked: list[str] = []
        self.signed = 0

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        """Answer by the path, which ends in the operation."""
        self.rfile.read(int(self.headers["content-length"]))
        self.server.asked.append(self.path)
        self.server.signed += self.headers["authorization"].startswith(
            "AWS4-HMAC-SHA256 Credential"
        )
        if "refused" in self.path:
            self._send(400, {"message": "no"}, {"x-amzn-ErrorType": "ValidationException"})
        elif "busy" in self.path and self.server.asked.count(self.path) == 1:
            self._send(429, {"message": "slow"}, {"x-amzn-ErrorType": "ThrottlingException"})
        elif self.path.endswith("/converse-stream"):
            events = [event("contentBlockDelta", delta(text)) for text in ("Hello", " to", " you")]
            events.append(event("messageStop", {"stopReason": "end_turn"}))
            self._send(200, b"".join(events), {}, "application/vnd.amazon.eventstream")
        elif self.path.endswith("/invoke"):
            self._send(200, {"text": ANSWER, "logprob": -0.50}, {})
        else:
            self._send(200, converse(), {})

    def _send(self, status, body, headers, kind="application/json"):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {
            "content-type": kind,
            "content-length": str(len(body)),
            **headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing."""


def converse():
    """Return a whole answer."""
    return {
        "output": {"message": {"role": "assistant", "content": [{"text": ANSWER}]}},
        "stopReason": "end_turn",
        "usage": {"inputTokens": 2, "outputTokens": 3, "totalTokens": 5},
        "metrics": {"latencyMs": 1},
    }


def delta(text):
    """Return a part of a streamed answer."""
    return {"contentBlockIndex": 0, "delta": {"text": text}}


def event(kind, payload):
    """Write an event as AWS frames it: lengths, headers, payload, and two checksums."""
    named = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    headers = b"".join(
        struct.pack(
            f">B{len(name)}sBH{len(value)}s",
            len(name),
            name.encode(),
            7,
            len(value),
            value.encode(),
        )
        for name, value in named.items()
    )
    body = json.dumps(payload).encode()
    lengths = struct.pack(">II", len(headers) + len(body) + 16, len(headers))
    prelude = lengths + struct.pack(">I", binascii.crc32(lengths))
    message = prelude + headers + body
    return message + struct.pack(">I", binascii.crc32(message))


@contextmanager
def bedrock() -> Iterator[Bedrock]:
    """Run the server; afterwards nothing listens there any more."""
    server = Bedrock()
    with serving(server):
        yield server
