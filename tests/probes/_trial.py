"""A project that uses one recorder, and what is seen of its runs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from probes._endpoint import Endpoint
from probes._recorders import Recorder

__all__ = ["Here", "Outcome", "Probe", "Trial"]

_PREAMBLE = """
import asyncio, json, os, signal, socket, sys, threading, time
from pathlib import Path
import httpx, pytest

signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
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


Here = Callable[[Sequence[str], Mapping[str, str]], tuple[bool, str]]
"""Runs pytest here, with arguments and an environment: whether all passed, and the output."""


@dataclass
class Trial:
    """A project in a folder of its own, and the endpoint that its tests ask."""

    recorder: Recorder
    folder: Path
    endpoint: Endpoint
    here: Here | None = None
    said: list[Any] = field(default_factory=list)
    output: str = ""

    @classmethod
    @contextmanager
    def of(cls, recorder: Recorder, folder: Path, here: Here | None) -> Iterator[Trial]:
        """Make a project, and run its endpoint."""
        with Endpoint.running() as endpoint:
            (folder / "pytest.ini").write_text("[pytest]\n")
            (folder / "conftest.py").write_text(recorder.conftest)
            yield cls(recorder, folder, endpoint, here)

    def write(self, tests: str, *, shared: bool = False) -> None:
        """Write the project's tests; ``shared``: all of them have one cassette."""
        mark = self.recorder.shared if shared else self.recorder.mark
        (self.folder / "test_it.py").write_text(f"{_PREAMBLE.format(mark=mark)}\n{tests}")

    def run(self, mode: str, *arguments: str, **environment: str) -> bool:
        """Run the tests in a mode; return whether all passed, and keep what they said."""
        if self.here is None:
            self.begin(mode, *arguments, **environment)
            return self.end()
        passed, self.output = self.here(*self._call(mode, arguments, environment))
        self.said = self._heard()
        return passed

    def begin(self, mode: str, *arguments: str, **environment: str) -> None:
        """Begin to run the tests, in a process that may be stopped."""
        command, added = self._call(mode, arguments, environment)
        inherited = {name: os.environ[name] for name in os.environ if name != "CI"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *command],
            cwd=self.folder,
            env={**inherited, **added},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def end(self) -> bool:
        """Wait for the process."""
        self.output, _ = self.process.communicate(timeout=120)
        self.said = self._heard()
        return self.process.returncode == 0

    def _call(
        self, mode: str, arguments: Sequence[str], environment: Mapping[str, str]
    ) -> tuple[list[str], dict[str, str]]:
        """Return what pytest is called with, and in which environment; forget what was said."""
        (self.folder / "said.jsonl").write_text("")
        mode = self.recorder.mode(mode)
        added = {
            "PYTEST_ADDOPTS": "-p no:hypothesispytest -p no:anyio -p no:benchmark",
            # else a test that is written anew within a second, as long as before, is the old one
            "PYTHONDONTWRITEBYTECODE": "1",
            "OPENAI_BASE_URL": self.endpoint.address,
            "OPENAI_API_KEY": "placeholder",
            "MODE": mode,
        }
        return ["-q", *self.recorder.arguments(mode), *arguments], {**added, **environment}

    def _heard(self) -> list[Any]:
        lines = (self.folder / "said.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

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
