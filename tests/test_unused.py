"""The record of what a run found unused: told in few words, read back, and removed with care."""

from __future__ import annotations

import json

import pytest

from pytest_logprobs._unused import Leftover, as_json, digest_of, record_of, removable, summary

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


def test_only_what_is_still_the_same_is_removable(tmp_path):
    """A file that was recorded anew since, or is gone, is not what the run saw."""
    for name in ("same", "changed"):
        (tmp_path / f"{name}.json").write_text(name)
    seen = {name: Leftover(digest_of(name.encode()), (0,)) for name in ("same", "changed", "gone")}
    (tmp_path / "changed.json").write_text("anew")
    record = {f"{name}.json": each for name, each in seen.items()}
    assert removable(record, tmp_path) == {tmp_path / "same.json": seen["same"]}


def test_a_file_outside_of_the_project_is_found_by_its_own_path(tmp_path):
    """Cassettes may be in a directory of their own, with an absolute path."""
    file = tmp_path / "a.json"
    file.write_text("text")
    leftover = Leftover(digest_of(b"text"))
    assert removable({file.as_posix(): leftover}, tmp_path / "project") == {file: leftover}


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
