"""A server on this machine that gives one of the project's fixtures for an answer to everything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from dialect import FOLDER, load
from loopback import serving

__all__ = ["answering", "expected", "numbers"]


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        """Answer with the body."""
        self.rfile.read(int(self.headers["content-length"]))
        body = self.server.body
        kind = "text/event-stream" if body.startswith((b"data:", b"event:")) else "application/json"
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing."""


@contextmanager
def answering(name: str) -> Iterator[str]:
    """Run a server that answers with a fixture, and give its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answer)
    server.daemon_threads = True
    server.body = _body(load(FOLDER / f"{name}.json")["body"]).encode()
    with serving(server) as address:
        yield address


def _body(body) -> str:
    """Return a fixture's body as its server would send it; lists are the chunks of a stream."""
    if isinstance(body, str):
        return body
    if isinstance(body, list):
        return (
            "".join(f"data: {json.dumps(_whole(each))}\n\n" for each in body) + "data: [DONE]\n\n"
        )
    return json.dumps(_whole(body))


def _whole(body: dict) -> dict:
    """Add what clients insist on and nobody reads, which fixtures leave out."""
    if "choices" not in body:
        return body
    counts = dict.fromkeys(("prompt_tokens", "completion_tokens", "total_tokens"), 1)
    usage = counts | (body.get("usage") or {})
    return {"created": 1, "object": "chat.completion"} | body | {"usage": usage}


def expected(name: str) -> list:
    """Return the tokens that a fixture says, as ``numbers`` gives them."""
    return [
        [
            (text, logprob, [tuple(each[:2]) for each in alternatives or ()])
            for text, logprob, _, alternatives, *_ in (
                (*token, *[None] * 4) for token in read["tokens"]
            )
        ]
        for read in load(FOLDER / f"{name}.json")["reads"]
    ]


def numbers(completions) -> list:
    """Return the tokens of completions with their numbers and alternatives."""
    return [
        [
            (each.text, each.raw_logprob, [(a.text, a.raw_logprob) for a in each.alternatives])
            for each in completion
        ]
        for completion in completions
    ]
