"""A server on this machine that answers as the recorded one did."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

RECORDINGS = Path(__file__).parent / "recordings"


class _Recorded(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

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
def recorded_server() -> Iterator[str]:
    """Run the server and give the base address that OpenAI's clients take."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Recorded)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
