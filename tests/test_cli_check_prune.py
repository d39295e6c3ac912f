"""The command line: ``pytest-logprobs check`` of what no test used, and ``--prune``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from checking import interaction, put, write

from pytest_logprobs._unused import Leftover, as_json, digest_of
from pytest_logprobs.cli import main

RECORD = ".pytest_cache/v/logprobs/unused"
NOTHING = (
    "pytest-logprobs: nothing to prune: a run of the whole suite with pytest tells what is unused\n"
)
A, B = (str(Path(f"cassettes/{name}.json")) for name in "ab")
REMOVES = "pytest-logprobs check --prune removes it"


def found_unused(record=RECORD, **positions):
    """Write what a run has found unused, by the names of cassettes."""
    paths = {f"cassettes/{name}.json": each for name, each in positions.items()}
    leftovers = {
        path: Leftover(digest_of(Path(path).read_bytes()), each) for path, each in paths.items()
    }
    put(record, json.dumps(as_json(leftovers)))


def prompts(path):
    """Return what was asked in a cassette."""
    interactions = json.loads(Path(path).read_bytes())["interactions"]
    return [each["request"]["json"]["messages"][0]["content"] for each in interactions]


@pytest.fixture(autouse=True)
def leftovers(check):
    """A cassette that no test opened, and one of which two recordings were not asked for."""
    write("cassettes/a.json")
    write("cassettes/b.json", *map(interaction, "1234"), complete=False)
    found_unused(a=(), b=(1, 3))


def test_what_is_unused_is_told(check):
    """With what removes it; exit 1, and nothing is changed."""
    before = Path(B).read_bytes()
    assert check() == (
        1,
        [
            f"{A}: unused: no test opened it; {REMOVES}",
            f"{B}: unused: no test asked for recordings 2, 4; {REMOVES}",
            (
                f"{B}: incomplete: the test failed when this was recorded; run it with "
                f"--logprobs-record=once"
            ),
            "2 cassettes, 5 recordings: 2 unused, 1 incomplete",
        ],
        "",
    )
    assert Path(B).read_bytes() == before


def test_pruning(check):
    """Each removal is told, and what is left is as it was; once more, there is nothing to do."""
    assert check("--prune") == (
        0,
        [
            f"{A}: pruned: no test opened it",
            f"{B}: pruned: no test asked for recordings 2, 4",
            (
                f"{B}: incomplete: the test failed when this was recorded; run it with "
                f"--logprobs-record=once"
            ),
            "2 cassettes, 5 recordings: 1 incomplete, 2 pruned",
        ],
        "",
    )
    assert (Path(A).exists(), prompts(B)) == (False, ["1", "3"])
    left = Path(B).read_bytes()
    write("cassettes/b.json", *map(interaction, "13"), complete=False)
    assert Path(B).read_bytes() == left
    code, lines, errors = check("--prune")
    assert (code, lines[-1], errors) == (0, "1 cassette, 2 recordings: 1 incomplete", NOTHING)


def test_what_changed_since_is_left_alone(check):
    """Nobody knows whether it is unused."""
    write("cassettes/a.json", interaction("new"))
    write("cassettes/b.json", *map(interaction, "12345"))
    expected = (0, ["2 cassettes, 6 recordings: fine"])
    assert check() == (*expected, "")
    assert check("--prune") == (*expected, NOTHING)


def test_only_what_is_named_is_pruned(check):
    """What is unused elsewhere stays."""
    assert check("--prune", "cassettes/a.json")[1][-1] == "1 cassette, 1 recording: 1 pruned"
    assert prompts(B) == [*"1234"]


@pytest.mark.parametrize("record", ["", "[]", '{"cassettes/a.json": 1}', None])
def test_without_a_record_nothing_is_unused(check, record):
    """It may have been lost, or written by another version."""
    if record is None:
        Path(RECORD).unlink()
    else:
        put(RECORD, record)
    assert check("cassettes/a.json") == (0, ["1 cassette, 1 recording: fine"], "")
    code, _, errors = check("--prune", "cassettes/a.json")
    assert (code, errors, Path(A).exists()) == (0, NOTHING, True)


def test_what_cannot_be_read_is_not_deleted(check):
    """Whatever the record says."""
    put(A, "")
    found_unused(a=())
    code, lines, _ = check("--prune", "cassettes/a.json")
    assert (code, lines[-1]) == (4, "1 cassette, 0 recordings: 1 unreadable")
    assert Path(A).exists()


def test_a_cassette_of_vcrpy_is_deleted_or_left(check):
    """A part of it cannot be taken out: it would not be vcrpy's any more."""
    asked = "- request: {method: GET, uri: 'http://a', body: null, headers: {}}\n"
    came = "  response: {status: {code: 200, message: OK}, body: {string: a}, headers: {}}\n"
    put(A, f"interactions:\n{asked}{came}{asked}{came}version: 1\n")
    found_unused(a=(0,))
    expected = f"{A}: unused: no test asked for recording 1; convert the file, which vcrpy wrote"
    code, lines, errors = check("--prune", A)
    assert (code, lines[0], errors) == (1, expected, "")
    found_unused(a=())
    assert check("--prune", A)[:2] == (
        0,
        [f"{A}: pruned: no test opened it", "1 cassette, 2 recordings: 1 pruned"],
    )


def test_a_link_is_pruned_and_not_what_it_leads_to(check, tmp_path):
    """That may be anywhere, and another's."""
    try:
        for name in "ab":
            target = tmp_path / f"{name}.txt"
            Path(f"cassettes/{name}.json").rename(target)
            Path(f"cassettes/{name}.json").symlink_to(target)
    except OSError:
        pytest.skip("who may not make links here")
    code, lines, _ = check("--prune")
    assert (code, lines[:2]) == (
        1,
        [
            f"{A}: pruned: no test opened it",
            f"{B}: unused: no test asked for recordings 2, 4; it is a link; replace it",
        ],
    )
    assert ((tmp_path / "a.txt").exists(), Path(A).exists()) == (True, False)
    assert prompts(tmp_path / "b.txt") == [*"1234"]


def test_the_cache_may_be_elsewhere(check):
    """The ``cache_dir`` of pytest's configuration is where the record is looked for."""
    Path("pytest.ini").write_text("[pytest]\ncache_dir = build/$KIND\n")
    assert check(A)[0] == 0
    found_unused("build/$KIND/v/logprobs/unused", a=())
    assert check(A)[0] == 1


def test_who_does_not_want_to_know_is_not_told(check):
    """``logprobs_unused = ignore`` holds here as well, but for who prunes."""
    Path("pytest.ini").write_text("[pytest]\nlogprobs_unused = ignore\n")
    assert check(A)[:2] == (0, ["1 cassette, 1 recording: fine"])
    assert check("--prune", A)[:2] == (
        0,
        [f"{A}: pruned: no test opened it", "1 cassette, 1 recording: 1 pruned"],
    )


def test_from_a_run_to_a_clean_project(project, monkeypatch, capsys):
    """What a whole run finds unused is pruned, and the next run finds nothing."""
    monkeypatch.chdir(project.root)
    project.write('@cassette\ndef test_one(): ask("1"), ask("2")\n@cassette\ndef test_two(): ask()')
    project.record("once")
    project.write('@cassette\ndef test_one(): ask("2")')
    assert "check --prune" in project.run().stdout.str()
    one, two = (str(Path(f"cassettes/test_it/test_{name}.json")) for name in ("one", "two"))
    capsys.readouterr()
    assert main(["check", "--prune"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{one}: pruned: no test asked for recording 1",
        f"{two}: pruned: no test opened it",
        "2 cassettes, 3 recordings: 2 pruned",
    ]
    assert project.cassette("test_one") == (True, ["2 2"])
    result = project.run()
    result.assert_outcomes(passed=1)
    assert "unused" not in result.stdout.str()
