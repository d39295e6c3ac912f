"""The record of what a run found unused: told in few words, and read back."""

from __future__ import annotations

import json

import pytest

from pytest_logprobs._unused import Leftover, as_json, record_of, summary

RECORD = {
    "cassettes/test_it/test_a.json": Leftover("00ff", (1, 4)),
    "cassettes/test_it/test_b.json": Leftover("ff00"),
}


def test_a_record_comes_back_from_json():
    """What is kept in the cache is what was found."""
    assert record_of(json.loads(json.dumps(as_json(RECORD)))) == RECORD


@pytest.mark.parametrize(
    "value", [None, [], "text", {"a.json": None}, {"a.json": {"digest": "00"}}, {"a.json": []}]
)
def test_what_is_no_record_is_an_empty_one(value):
    """What another version wrote, or nobody, lets nothing be removed."""
    assert record_of(value) == {}


def test_a_leftover_is_a_whole_file_or_some_of_its_recordings():
    """No positions: no test opened the file."""
    assert [each.whole for each in RECORD.values()] == [False, True]


def test_nothing_unused_needs_no_word():
    """A record that is empty has no summary."""
    assert [*summary({})] == []


def test_hundreds_are_told_in_a_few_lines():
    """Names and numbers are the first five, and how many more there are."""
    record = {f"{at:03}.json": Leftover("", (0, 1, 2, 3, 4, 5, 6)) for at in range(300)}
    record |= {f"{at}.json": Leftover("") for at in range(300, 600)}
    each = "(1, 2, 3, 4, 5 and 2 more)"
    parts = [f"  00{at}.json {each}" for at in range(5)]
    assert "\n".join(summary(record)).splitlines() == [
        "2100 recordings that no test asked for in 300 cassettes:",
        *parts,
        "  and 295 more",
        "300 cassettes that no test opened:",
        *("  300.json", "  301.json", "  302.json", "  303.json", "  304.json"),
        "  and 295 more",
    ]


def test_one_of_each_is_singular():
    """One recording, one cassette."""
    record = {"a.json": Leftover("", (2,)), "b.json": Leftover("")}
    assert [*summary(record)] == [
        "1 recording that no test asked for: a.json (3)",
        "1 cassette that no test opened: b.json",
    ]
