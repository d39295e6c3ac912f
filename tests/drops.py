"""A suite whose tests are held against a baseline, and answers as confident as is wanted."""

from __future__ import annotations

# What inner runs import is taken out of `sys.modules` after each; what is there already stays.
from pytest_logprobs import _controller, _limits, _measuring  # noqa: F401

__all__ = ["Suite", "command"]

_PREAMBLE = """
import pytest
from pytest_logprobs import *

limits = pytest.mark.logprobs

def said(*logprobs, texts=("Par", "is", "."), model="m"):
    entries = [{"token": text, "logprob": each} for text, each in zip(texts, logprobs)]
    text = "".join(entry["token"] for entry in entries)
    choice = {"message": {"content": text}, "logprobs": {"content": entries}}
    return {"model": model, "choices": [choice]}

"""


def command(test):
    """Give the command that stores what a test measures."""
    return f"pytest test_inner.py::{test} --logprobs-baseline=update"


class Suite:
    """A suite in pytester's directory, whose last run was its ``result``."""

    def __init__(self, pytester):
        self.pytester = pytester
        self.baseline = pytester.path / "logprobs-baseline.json"

    def run(self, tests, *arguments):
        """Run the source of some tests after the preamble."""
        self.pytester.makepyfile(test_inner=_PREAMBLE + tests)
        return self.pytester.runpytest("-p", "no:cacheprovider", *arguments)

    def store(self, tests, *arguments):
        """Run tests that pass, and store what they measured as the baseline."""
        result = self.run(tests, "--logprobs-baseline=update", *arguments)
        assert result.ret == 0, result.stdout.str()
        return result
