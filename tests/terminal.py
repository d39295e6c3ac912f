"""What a run of pytester shows in its terminal."""

from __future__ import annotations

import re
from itertools import groupby
from textwrap import dedent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

_RULE = re.compile(r"(=|-|_)\1* (.+) \1+$")


def explanations(result: pytest.RunResult) -> list[str]:
    """Return the text of every failure: the lines that pytest begins with an E."""
    runs = groupby(result.outlines, key=lambda line: line == "E" or line.startswith("E   "))
    return [dedent("\n".join(line[4:] for line in lines)) for failed, lines in runs if failed]


def sections(result: pytest.RunResult, name: str = "logprobs") -> list[str]:
    """Return the text of every section with a name."""
    return [text for title, text in _blocks(result) if title == name]


def failures(result: pytest.RunResult) -> dict[str, str]:
    """Return the text of each test that failed, without its sections, by the test's name."""
    return {title: text for title, text in _blocks(result) if title.startswith(("test_", "Test"))}


def _blocks(result: pytest.RunResult) -> list[tuple[str, str]]:
    """Return what stands between rules (``--- title ---``), with the titles."""
    blocks: list[tuple[str, list[str]]] = [("", [])]
    for line in result.outlines:
        rule = _RULE.match(line)
        if rule:
            blocks.append((rule.group(2), []))
        else:
            blocks[-1][1].append(line)
    return [(title, "\n".join(lines).strip()) for title, lines in blocks]
