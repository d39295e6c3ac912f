"""The tables of ``docs/formats.md``: every row is backed by a fixture, every fixture by a row."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
from dialect import PATHS, load

from pytest_logprobs import UnknownFormatError, parse_all
from pytest_logprobs.parsers import _FORMATS

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/formats.md").read_text("utf-8")
FIXTURES = {path.stem: load(path) for path in PATHS}
FAMILIES = (*_FORMATS, "unscored", "detached", "framework")
ERRORS = re.compile("`([A-Z][A-Za-z]+Error)`")


def table(heading: str) -> list[list[str]]:
    """Return the cells of each row of the table under a heading."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def proofs(cell: str) -> Iterator[str]:
    """Yield what a cell names in full: ``-stream`` is of the family of the name before it."""
    family = ""
    for name in re.findall("`([^`]+)`", cell):
        if name.startswith("-"):
            yield family + name
        else:
            family = max((each for each in FAMILIES if name.startswith(each)), key=len, default="")
            yield name


ROWS = table("Every format, and what proves that it is read")


def of_row(cells: list[str]) -> list[str]:
    """Return the fixtures that a row names; what else it names must be a file of the project."""
    found = []
    for proof in proofs(cells[-1] if len(cells) == 3 else ""):
        fixtures = [name for name in FIXTURES if fnmatch(name, proof)]
        assert fixtures or (ROOT / proof).is_file(), proof
        found += fixtures
    return found


@pytest.mark.parametrize("cells", ROWS, ids=lambda cells: (cells[0] or cells[1])[:40])
def test_every_row_is_backed(cells):
    """What is read has a fixture that is read, and each error that is named one that raises it."""
    fixtures = [FIXTURES[name] for name in of_row(cells)]
    if "not testable here" in cells[1]:
        assert fixtures == []
        return
    says_read = re.search(r"\bread\b", cells[1]) is not None
    assert any("reads" in fixture for fixture in fixtures) == says_read
    raised = {fixture["error"][0] for fixture in fixtures if "error" in fixture}
    named = set(ERRORS.findall(cells[1]))
    assert raised == named or (raised < named and "`tests/" in cells[2])


def test_every_fixture_has_a_row():
    """None is left out, and none stands in two rows."""
    named = [name for cells in ROWS for name in of_row(cells)]
    assert sorted(named) == sorted(FIXTURES)


def test_the_order_is_that_of_the_code():
    """The first table lists the formats as they are tried."""
    rows = table("How a response is recognised")
    assert [cells[1].strip("`") for cells in rows] == list(_FORMATS)


ASKED = {cells[0].strip("`"): cells[1] for cells in table("How log-probabilities are asked for")}


def test_every_format_is_asked_for():
    """No format is left out."""
    assert set(ASKED) == set(_FORMATS)


@pytest.mark.parametrize("name", _FORMATS)
def test_how_a_format_is_asked_for(name):
    """The page says what the errors say."""
    asked = re.search("`([^`]+)`", ASKED[name])[1]
    fixtures = [f for n, f in FIXTURES.items() if n.startswith(name) and "missing" in n]
    assert any(f"ask for them with {asked} in the request" in f["error"][1] for f in fixtures)


def test_what_is_not_testable_is_unknown():
    """A shape that is only described is refused, and not taken for another."""
    jurassic = {"completions": [{"data": {"text": "Hi", "tokens": [{"generatedToken": {}}]}}]}
    triton = {"outputs": [{"name": "cum_log_probs", "datatype": "FP32", "data": [-0.5]}]}
    imported = {"generation": "Hi", "logprobs": [{"17": -0.5}], "prompt_logprobs": None}
    lm_studio = {"fragment": {"content": "Hi", "logprobs": [[{"text": "Hi", "logprob": -0.5}]]}}
    for body in (jurassic, triton, imported, lm_studio):
        with pytest.raises(UnknownFormatError):
            parse_all(body)
