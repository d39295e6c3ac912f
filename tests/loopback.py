"""A server on this machine that answers as the recorded one did."""

import gzip
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread

RECORDINGS = Path(__file__).parent / "recordings"


class LocalServer(ThreadingHTTPServer):
    """A server on this machine; a client that leaves before the end of an answer is no error."""

    def __init__(self, handler: type[BaseHTTPRequestHandler]):
        super().__init__(("127.0.0.1", 0), handler)

    def handle_error(self, request, client_address):
        """Say what went wrong, unless nobody waits for it: that would stand in another test."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Recorded(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body are one packet, for which nobody waits

    def do_POST(self):
        """Answer with the recording of this endpoint, streamed if a stream is asked for."""
        question = json.loads(self.rfile.read(int(self.headers["content-length"])))
        name = "chat" if self.path.endswith("/chat/completions") else "completion"
        streamed = question.get("stream", False)
        body = (RECORDINGS / (f"{name}-stream.sse" if streamed else f"{name}.json")).read_bytes()
        self.send_response(200)
        kind = "text/event-stream" if streamed else "application/json"
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing."""


@contextmanager
def serving(server: LocalServer) -> Iterator[str]:
    """Run a server and give its address; afterwards nothing listens there any more."""
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def recorded_server() -> Iterator[str]:
    """Run the server and give the base address that OpenAI's clients take."""
    with serving(LocalServer(_Recorded)) as address:
        yield f"{address}/v1"


class EchoServer(LocalServer):
    """A server whose answers to chats say what was asked, and how often it had been.

    ``prompts`` holds what it was asked so far. It answers with the recorded chat, the prompt and a
    number as its id, streamed if that is asked for, and compressed where the client takes gzip.
    """

    request_queue_size = 64
    daemon_threads = True

    def __init__(self):
        super().__init__(_Echo)
        self.prompts: list[str] = []
        self.asking = Lock()

    @property
    def address(self) -> str:
        """The base address that OpenAI's clients take."""
        return f"http://127.0.0.1:{self.server_port}/v1"


def echo(prompt: str, number: int = 1) -> dict:
    """Return what an ``EchoServer`` answers to a prompt that comes for the ``number``-th time."""
    return json.loads((RECORDINGS / "chat.json").read_bytes()) | {"id": f"{prompt} #{number}"}


class _Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body are one packet, for which nobody waits

    def do_POST(self):
        """Answer a chat."""
        question = json.loads(self.rfile.read(int(self.headers["content-length"])))
        prompt = question["messages"][-1]["content"]
        with self.server.asking:
            self.server.prompts.append(prompt)
            number = self.server.prompts.count(prompt)
        if question.get("stream"):
            events = (RECORDINGS / "chat-stream.sse").read_text().splitlines(keepends=True)
            name = json.dumps(f"{prompt} #{number}")
            renamed = (re.sub('(?<="id": )"[^"]*"', lambda _: name, line) for line in events)
            self._send("text/event-stream", "".join(renamed))
        else:
            self._send("application/json", json.dumps(echo(prompt, number)))

    def _send(self, kind, text):
        packed = "gzip" in self.headers.get("accept-encoding", "")
        body = gzip.compress(text.encode()) if packed else text.encode()
        self.send_response(200)
        self.send_header("content-type", kind)
        if packed:
            self.send_header("content-encoding", "gzip")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing."""


@contextmanager
def echo_server() -> Iterator[EchoServer]:
    """Run an ``EchoServer``; afterwards nothing listens there any more."""
    server = EchoServer()
    with serving(server):
        yield server
