"""A project whose tests ask a server on this machine: the server, and pytester's runs of it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from threading import Lock
from typing import TYPE_CHECKING, Any

# What runs in this process would import these anew each time.
import filelock  # noqa: F401
import httpcore  # noqa: F401
import httpx  # noqa: F401
import vcr.stubs.aiohttp_stubs
import vcr.stubs.httpx_stubs  # noqa: F401
from loopback import LocalServer, serving

import pytest_logprobs._limits
import pytest_logprobs._played
import pytest_logprobs._recorder
import pytest_logprobs._selection
import pytest_logprobs.cassettes._vcr  # noqa: F401

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PREAMBLE = """
import os, unittest
import httpx, pytest

def ask(prompt="Hi", **more):
    question = {"model": "m", "messages": [{"role": "user", "content": prompt}], **more}
    with httpx.Client(verify=False) as client:
        response = client.post(os.environ["ASKED"], json=question)
    if response.status_code != 200:
        return response.status_code
    return response.json()["choices"][0]["message"]["content"]

cassette = pytest.mark.logprobs_cassette
"""


class Server:
    """A server that numbers its answers: the first is ``Hi 1`` if it is asked ``Hi``.

    ``asked`` are the prompts, ``statuses`` what the next answers are, if not 200;
    0: it hangs up.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.statuses: list[int] = []
        self.probability = 0.5
        self._lock = Lock()

    def answer(self, question: dict[str, Any]) -> tuple[int, bytes]:
        """Answer one question, as OpenAI's chat endpoint does."""
        prompt = question["messages"][0]["content"]
        with self._lock:
            self.asked.append(prompt)
            number = len(self.asked)
            status = self.statuses.pop(0) if self.statuses else 200
        if status != 200:
            return status, json.dumps({"error": {"message": f"error {number}"}}).encode()
        text = f"{prompt} {number}"
        token = {"token": text, "logprob": math.log(self.probability), "bytes": None}
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": text},
            "logprobs": {"content": [{**token, "top_logprobs": []}]},
            "finish_reason": "stop",
        }
        head = {"id": f"chatcmpl-{number}", "object": "chat.completion", "created": 1700000000}
        body = {**head, "model": question["model"], "choices": [choice]}
        return status, json.dumps(body).encode()

    @contextmanager
    def running(self) -> Iterator[str]:
        """Run the server and give its address."""
        asked = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                """Answer the question."""
                length = int(self.headers["content-length"])
                status, body = asked.answer(json.loads(self.rfile.read(length)))
                if not status:
                    return
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                if status != 200:
                    self.send_header("retry-after-ms", "1")  # else OpenAI's client waits long
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        with serving(LocalServer(Handler)) as address:
            yield f"{address}/v1/chat/completions"


class Project:
    """A directory with tests that ask the server."""

    def __init__(self, pytester: pytest.Pytester, server: Server) -> None:
        self.root = pytester.path
        self.server = server
        self._pytester = pytester

    @classmethod
    @contextmanager
    def asking(
        cls, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[Project]:
        """Run a server and make a project that asks it."""
        server = Server()
        with server.running() as address:
            monkeypatch.setenv("ASKED", address)
            yield cls(pytester, server)

    def write(self, tests: str, file: str = "test_it.py") -> Path:
        """Write a file of tests after the preamble."""
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{PREAMBLE}\n{tests}")
        return path

    def run(self, *arguments: str, subprocess: bool = False) -> pytest.RunResult:
        """Run the project's tests; ``subprocess``: in a process of their own."""
        run: Callable[..., pytest.RunResult] = self._pytester.runpytest_inprocess
        if subprocess:
            return self._pytester.runpytest_subprocess(*arguments)
        return run(*arguments, no_reraise_ctrlc=True)

    def record(self, mode: str, *arguments: str) -> list[str]:
        """Run the tests in a mode and return what the server was asked by this run."""
        before = len(self.server.asked)
        self.run(f"--logprobs-record={mode}", *arguments)
        return self.server.asked[before:]

    @property
    def files(self) -> list[str]:
        """The files of all cassettes, temporary ones too."""
        paths = self.root.glob("**/cassettes/**/*")
        return sorted(path.relative_to(self.root).as_posix() for path in paths if path.is_file())

    @property
    def names(self) -> list[str]:
        """The cassettes in the project's own directory, as ``module/test``."""
        return [name.removeprefix("cassettes/").removesuffix(".json") for name in self.files]

    @property
    def journals(self) -> list[list[Any]]:
        """What each journal holds: an answer's text, or the status of an error."""
        paths = sorted(self.root.glob(".pytest_cache/**/*.jsonl"))
        return [
            [_answer(json.loads(line)) for line in path.read_text().split("\n") if line]
            for path in paths
        ]

    def path(self, name: str = "test_it", module: str = "test_it") -> Path:
        """Return where the cassette of a test is."""
        return self.root / "cassettes" / module / f"{name}.json"

    def cassette(self, name: str = "test_it", module: str = "test_it") -> tuple[bool, list[Any]]:
        """Return whether a cassette is complete, and its answers as :attr:`journals` has them."""
        content = json.loads(self.path(name, module).read_text())
        return content["complete"], [_answer(each) for each in content["interactions"]]


def _answer(interaction: dict[str, Any]) -> object:
    response = interaction["response"]
    if response["status"] != 200:
        return response["status"]
    return response["json"]["choices"][0]["message"]["content"]
