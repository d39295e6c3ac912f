"""A project that uses one recorder, and what is seen of its runs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from probes._endpoint import Endpoint
from probes._recorders import Recorder

__all__ = ["Outcome", "Probe", "Trial"]

_PREAMBLE = """
import asyncio, json, os, signal, socket, sys, threading, time
from pathlib import Path
import httpx, pytest

{mark}
BASE = os.environ["OPENAI_BASE_URL"]
NOW = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())

def chat(prompt, **more):
    return {{"model": "m", "messages": [{{"role": "user", "content": prompt}}], **more}}

def post(content, path="/chat/completions", **headers):
    headers = {{"content-type": "application/json", **headers}}
    with httpx.Client(verify=False) as client:
        response = client.post(BASE + path, content=content, headers=headers)
    return response.raise_for_status()

def ask(prompt, **more):
    answer = post(json.dumps(chat(prompt, **more))).json()
    return answer["choices"][0]["message"]["content"]

def say(value):
    with open("said.jsonl", "a") as file:
        file.write(json.dumps(value) + "\\n")
"""


class Outcome(NamedTuple):
    """What a probe saw: whether nothing was lost, leaked or mixed up, and what happened."""

    kept: bool
    what: str


@dataclass
class Trial:
    """A project in a folder of its own, and the endpoint that its tests ask."""

    recorder: Recorder
    folder: Path
    endpoint: Endpoint
    said: list[Any] = field(default_factory=list)
    output: str = ""

    @classmethod
    @contextmanager
    def of(cls, recorder: Recorder, folder: Path) -> Iterator[Trial]:
        """Make a project, and run its endpoint."""
        with Endpoint.running() as endpoint:
            (folder / "pytest.ini").write_text("[pytest]\n")
            (folder / "conftest.py").write_text(recorder.conftest)
            yield cls(recorder, folder, endpoint)

    def write(self, tests: str, *, shared: bool = False) -> None:
        """Write the project's tests; ``shared``: all of them have one cassette."""
        mark = self.recorder.shared if shared else self.recorder.mark
        (self.folder / "test_it.py").write_text(f"{_PREAMBLE.format(mark=mark)}\n{tests}")

    def run(self, mode: str, *arguments: str, **environment: str) -> bool:
        """Run the tests in a mode; return whether all passed, and keep what they said."""
        self.begin(mode, *arguments, **environment)
        return self.end()

    def begin(self, mode: str, *arguments: str, **environment: str) -> None:
        """Begin to run the tests."""
        (self.folder / "said.jsonl").write_text("")
        inherited = {name: os.environ[name] for name in os.environ if name != "CI"}
        mode = self.recorder.mode(mode)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pytest", "-q", *self.recorder.arguments(mode), *arguments],
            cwd=self.folder,
            env={
                **inherited,
                "PYTEST_ADDOPTS": "-p no:hypothesispytest -p no:anyio -p no:benchmark",
                "OPENAI_BASE_URL": self.endpoint.address,
                "OPENAI_API_KEY": "placeholder",
                "MODE": mode,
                **environment,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def end(self) -> bool:
        """Wait for the run."""
        self.output, _ = self.process.communicate(timeout=120)
        lines = (self.folder / "said.jsonl").read_text().splitlines()
        self.said = [json.loads(line) for line in lines]
        return self.process.returncode == 0

    def file(self, test: str = "test_it") -> Path:
        """Return where the cassette of a test is."""
        return self.folder / self.recorder.file.format(test)

    def names(self, path: Path) -> bool:
        """Return whether the last run named a file, other than as one that has no such answer."""
        return path.name in self.output and "CannotOverwrite" not in self.output

    @property
    def error(self) -> str:
        """The type of the first error that the last run showed."""
        found = re.search(r"^E +(?:[\w.]*\.)?(\w+(?:Error|Exception)\b)", self.output, re.MULTILINE)
        return found[1] if found else "no error"

    @property
    def written(self) -> bytes:
        """All that the recorder wrote: cassettes, and what it keeps beside them."""
        kept = [*self.folder.glob("cassettes/**/*"), *self.folder.glob(".pytest_cache/**/*")]
        return b"\n".join(path.read_bytes() for path in kept if path.is_file())


Probe = Callable[[Trial], Outcome]
