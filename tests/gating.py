"""A project with a gate: a dozen tests whose answers can be made worse, and runs of it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from xml.dom import minidom

# What runs in this process would import these anew each time.
import pytest_logprobs._controller
import pytest_logprobs._limits
import pytest_logprobs._measuring
import pytest_logprobs._selection  # noqa: F401

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PREAMBLE = """
import os
import pytest
from pytest_logprobs import Completion, Request, Token

WORSE = float(os.environ["WORSE"])
gate = pytest.mark.logprobs_gate

def said(number=0, model="m", **sampling):
    logprob = -0.2 - number / 100 - WORSE * (1 + number / 50)
    body = {"model": model, "messages": [], **sampling}
    request = Request("https://api.example/v1/chat/completions", body)
    return Completion("Paris", [Token("Paris", logprob)], model=model, request=request)
"""
TONE = """
@gate("tone", margin=0.1)
@pytest.mark.parametrize("number", range(12))
def test_tone(number, logprobs):
    logprobs(said(number))
"""
OTHER = """
def test_other(): ...
"""


class Gates:
    """A project in pytester's directory."""

    def __init__(self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = pytester.path
        self._pytester = pytester
        self._monkeypatch = monkeypatch
        pytester.makeini(
            "[pytest]\naddopts = --strict-markers --strict-config\n"
            "xfail_strict = true\nfilterwarnings = error\n"
        )

    @property
    def baseline(self) -> Path:
        """The baseline."""
        return self.root / "logprobs-baseline.json"

    @property
    def stored(self) -> list[str]:
        """The names of the cases of the baseline."""
        return [each["test"] for each in json.loads(self.baseline.read_text())["cases"]]

    def write(self, tests: str = TONE, file: str = "test_tone.py") -> Path:
        """Write a file of tests after the preamble."""
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{PREAMBLE}\n{tests}")
        return path

    def run(self, *arguments: str, worse: float = 0, subprocess: bool = False) -> pytest.RunResult:
        """Run the tests, with answers that are ``worse`` by that much on average."""
        self._monkeypatch.setenv("WORSE", str(worse))
        if subprocess:
            return self._pytester.runpytest_subprocess(*arguments)
        # modules of the same size that are written in the same second are one to Python's cache
        for cache in self.root.rglob("__pycache__"):
            for each in cache.iterdir():
                each.unlink()
        return self._pytester.runpytest_inprocess(*arguments, no_reraise_ctrlc=True)

    def store(self, tests: str = TONE, *arguments: str, file: str = "test_tone.py") -> str:
        """Write tests and store what they measure; return what the run printed."""
        self.write(tests, file)
        result = self.run("--logprobs-baseline=update", *arguments)
        assert result.ret == 0
        return result.stdout.str()


def verdicts(result: pytest.RunResult) -> list[str]:
    """Return what the tests of verdicts came to, as the short summary of ``-rA`` has it."""
    shown = result.stdout.str()
    found = re.findall(r"^(PASSED|FAILED|ERROR) (?:\.\./)?logprobs::(\S+)", shown, re.MULTILINE)
    return [f"{outcome} {name}" for outcome, name in found]


def told(result: pytest.RunResult) -> list[str]:
    """Return the lines of the terminal that the plugin says at the end."""
    return [line for line in result.stdout.lines if line.startswith("logprobs: ")]


def junit(path: Path) -> dict[str, Any]:
    """Return the tests of a JUnit report that stand for verdicts, with their failures."""
    document = minidom.parse(str(path))  # noqa: S318 - our own
    return {
        case.getAttribute("name"): [
            each.getAttribute("message") for each in case.getElementsByTagName("failure")
        ]
        for case in document.getElementsByTagName("testcase")
        if case.getAttribute("classname") == "logprobs"
    }
