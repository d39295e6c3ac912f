"""An endpoint on this machine that counts what it would charge for."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

__all__ = ["Endpoint"]


class Endpoint(ThreadingHTTPServer):
    """Answers chats, numbering the answers; ``asked`` are the prompts it was asked so far.

    ``headers`` go with every answer; the member ``"server"`` of a request says what else is
    wanted: an encoding, a size.
    """

    request_queue_size = 64
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.headers: dict[str, str] = {}
        self.lock = Lock()

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Endpoint]:
        """Run an endpoint."""
        endpoint = cls()
        thread = Thread(target=endpoint.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield endpoint
        finally:
            endpoint.shutdown()
            thread.join()
            endpoint.server_close()

    @property
    def address(self) -> str:
        """The base address that OpenAI's clients take."""
        return f"http://127.0.0.1:{self.server_port}/v1"

    def close(self) -> None:
        """Listen no more."""
        self.socket.close()

    def answer(self, question: dict[str, Any]) -> tuple[str, str]:
        """Return the type and the text of an answer."""
        prompt = question["messages"][0]["content"]
        with self.lock:
            self.asked.append(prompt)
            number = len(self.asked)
        size = question.get("server", {}).get("size")
        if size:
            return "text/plain", f"{number} " * (size // len(f"{number} "))
        head = {"id": f"chatcmpl-{number}", "created": 1_700_000_000, "model": "m"}
        if question.get("stream"):
            events = [_chunk(head, text) for text in (prompt, " ", str(number))]
            return "text/event-stream", "".join(f"data: {e}\n\n" for e in (*events, "[DONE]"))
        message = {"role": "assistant", "content": f"{prompt} {number}"}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        body = {**head, "object": "chat.completion", "choices": [choice]}
        return "application/json", json.dumps(body, ensure_ascii=False)


def _chunk(head: dict[str, object], text: str) -> str:
    token = {"token": text, "logprob": -0.25, "bytes": None, "top_logprobs": []}
    choice = {"index": 0, "delta": {"content": text}, "logprobs": {"content": [token]}}
    return json.dumps({**head, "object": "chat.completion.chunk", "choices": [choice]})


def _of_zstd(body: bytes) -> bytes:
    import zstandard

    return zstandard.compress(body)


_ENCODINGS = {"": bytes, "gzip": gzip.compress, "zstd": _of_zstd}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body are one packet, for which nobody waits
    server: Endpoint

    def do_POST(self) -> None:
        """Answer a chat."""
        question = json.loads(self.rfile.read(int(self.headers["content-length"])))
        kind, text = self.server.answer(question)
        wanted = question.get("server", {})
        encoding = wanted.get("encoding", "")
        body = _ENCODINGS[encoding](text.encode())
        length = str(len(body))
        headers = {"content-type": kind, "content-length": length, **self.server.headers}
        if encoding:
            headers["content-encoding"] = encoding
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""
