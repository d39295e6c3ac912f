"""The table of ``docs/cassettes.md``: every probe has a row, and ours ends well."""

import re
from pathlib import Path

import pytest
from probes import PROBES

SECTION = (Path(__file__).parent.parent / "docs/cassettes.md").read_text("utf-8")
TABLE = SECTION.partition("<!-- probes -->")[2].partition("<!-- end of probes -->")[0]
HEAD, _, *ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in TABLE.splitlines()
    if line.startswith("|")
]


def test_it_says_what_was_tried_and_when():
    """A table of others' faults has a date and versions."""
    assert re.search(r"Tried on \d{4}-\d\d-\d\d with CPython [\d.]+, pytest-logprobs ", TABLE)
    assert re.search(r"vcrpy [\d.]+, pytest-recording [\d.]+", TABLE)
    assert HEAD[-3:] == ["pytest-logprobs", "vcrpy", "pytest-recording"]


def test_every_probe_has_a_row():
    """In the order of the suite, none left out."""
    assert [row[0] for row in ROWS] == [*PROBES]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_row_has_an_outcome_for_each(row):
    """Ours ends well; of the others it is said how they end, by default and with options."""
    _, ours, *others = row
    assert ours.startswith("✓ ")
    assert len(others) == 2
    for other in others:
        assert re.fullmatch(r"[✓✗] [^✓✗]+(?:; with options [✓✗] [^✓✗]+)?", other)
