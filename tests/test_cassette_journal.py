"""Answers that were paid for survive whatever ends the run."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from pytest_logprobs.cassettes._journal import Journal
from pytest_logprobs.cassettes._layout import Raw


def interaction(number):
    """Return an interaction whose JSON came on several lines."""
    return {
        "request": {"method": "POST", "url": "http://127.0.0.1/", "text": {"\n": ["two", "lines"]}},
        "response": {"status": 200, "json": Raw(f'{{\r\n  "logprob": -{number}.0\n}}')},
        "recorded": {"at": "2026-11-23T08:00:00Z"},
    }


def line(number):
    """Return the line that an interaction is in a journal."""
    return (
        '{"request":{"method":"POST","url":"http://127.0.0.1/","text":{"\\n":["two","lines"]}},'
        f'"response":{{"status":200,"json":{{"logprob": -{number}.0}}}},'
        '"recorded":{"at":"2026-11-23T08:00:00Z"}}'
    )


def numbers(interactions):
    """Return what the interactions read are known by, the spelling of their number."""
    return [each["response"]["json"].strip("{}").split()[1] for each in interactions]


@pytest.fixture
def path(tmp_path):
    """Where a journal may stand, in directories that are not there."""
    return tmp_path / "cache" / "logprobs" / "c0ffee.run2-gw0.jsonl"


def left(path, name, *interactions):
    """Write a journal as another process would, and close it."""
    journal = Journal(path.with_name(name))
    for number in interactions:
        journal.append(interaction(number))
    journal.close()
    return journal.path


def test_what_was_added_is_read(path):
    """Interactions come back in their order, shaped as those of a cassette."""
    journal = Journal(path)
    journal.append(interaction(1))
    journal.append(interaction(2))
    found = Journal(path).read()
    assert numbers(found) == ["-1.0", "-2.0"]
    assert found[0] == {**interaction(1), "response": {"status": 200, "json": '{"logprob": -1.0}'}}
    assert isinstance(found[0]["response"]["json"], Raw)
    assert journal.failed is False
    journal.close()
    assert path.read_text("utf-8") == f"\n{line(1)}\n\n{line(2)}\n"


def test_one_run_after_another(path):
    """A later run adds to what an earlier one left."""
    for number in (1, 2):
        journal = Journal(path)
        journal.append(interaction(number))
        journal.close()
        journal.close()
    journal.append(interaction(3))
    assert numbers(journal.read()) == ["-1.0", "-2.0", "-3.0"]
    journal.close()


def test_what_earlier_runs_left(path):
    """It is read from the oldest on, and deleted with the journal; that of others stays."""
    first = left(path, "c0ffee.run1-main.jsonl", 1)
    second = left(path, "c0ffee.run0-gw7.jsonl", 2)
    os.utime(first, (1, 1))
    worker = left(path, "c0ffee.run2-gw1.jsonl", 3)  # of the same run
    other = left(path, "decade.run1-main.jsonl", 4)  # of another cassette
    mine = left(path, path.name, 5)
    journal = Journal(path)
    assert numbers(journal.read()) == ["-1.0", "-2.0", "-5.0"]
    late = left(path, "c0ffee.run3-main.jsonl", 6)  # nobody has read it
    journal.discard()
    assert sorted(path.parent.iterdir()) == sorted([worker, other, late])
    assert not any(each.exists() for each in (first, second, mine))


def test_a_worker_of_any_name(tmp_path):
    """It is xdist's user who names it."""
    journal = Journal(tmp_path / "c0ffee.run2-my.worker-1.jsonl")
    left(journal.path, "c0ffee.run2-other.worker.jsonl", 2)
    left(journal.path, "c0ffee.run1-my.worker-1.jsonl", 1)
    assert numbers(journal.read()) == ["-1.0"]


@pytest.mark.parametrize("meanwhile", [True, False], ids=["meanwhile", "later"])
def test_a_run_that_is_under_way_in_another_terminal(path, meanwhile):
    """What it is answered is used by both; what is added meanwhile or later stays its own."""
    other = Journal(path.with_name("c0ffee.run1-main.jsonl"))
    other.append(interaction(1))
    journal = Journal(path)
    assert numbers(journal.read()) == ["-1.0"]
    if meanwhile:
        other.append(interaction(2))
    journal.discard()
    other.append(interaction(3))
    other.close()
    found = numbers(Journal(path.with_name("c0ffee.run3-main.jsonl")).read())
    assert found == (["-1.0", "-2.0", "-3.0"] if meanwhile else ["-3.0"])


def test_a_line_that_was_cut(path):
    """A cut at any byte costs the last line alone, and nothing that is added later."""
    journal = Journal(path)
    journal.append(interaction(1))
    journal.append(interaction(2))
    journal.close()
    data = path.read_bytes()
    for size in range(len(line(1)) + 2, len(data) - 1):
        path.write_bytes(data[:size])
        assert numbers(journal.read()) == ["-1.0"]
    journal.append(interaction(3))
    journal.close()
    assert numbers(journal.read()) == ["-1.0", "-3.0"]


@pytest.mark.parametrize(
    "damaged",
    [b"{", b"[]", b"\xff", b"null", line(2).replace("200", '"200"').encode()],
    ids=["cut", "list", "no-utf-8", "null", "wrong-type"],
)
def test_damaged_lines(path, damaged):
    """A line that is no interaction is left out."""
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\n".join((line(1).encode(), damaged, line(3).encode())))
    assert numbers(Journal(path).read()) == ["-1.0", "-3.0"]


def test_nothing_there(path):
    """A journal without a file is empty, and making one makes no file."""
    journal = Journal(path)
    assert journal.read() == []
    journal.discard()
    journal.close()
    assert not path.parent.exists()


def test_discarded(path):
    """A journal that was discarded is gone, and can be begun again."""
    journal = Journal(path)
    journal.append(interaction(1))
    journal.discard()
    assert not path.exists()
    journal.append(interaction(2))
    assert numbers(journal.read()) == ["-2.0"]
    journal.discard()
    assert not path.exists()


def test_a_file_in_the_way(path):
    """Where no journal can stand the test goes on, and the journal says that it failed."""
    path.parent.parent.mkdir()
    path.parent.write_text("mine")
    journal = Journal(path)
    journal.append(interaction(1))
    assert journal.failed is True
    assert journal.read() == []
    journal.discard()
    assert path.parent.read_text() == "mine"


def test_no_room(path):
    """A disk that takes only a part of a line costs that line, and no test."""
    resource = pytest.importorskip("resource", reason="Windows limits no sizes of files")
    journal = Journal(path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(line(1)) + 9, hard))
    try:
        journal.append(interaction(1))
        assert journal.failed is False
        journal.append(interaction(2))
        assert journal.failed is True
        journal.append(interaction(3))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    journal.append(interaction(4))
    journal.close()
    assert numbers(journal.read()) == ["-1.0", "-4.0"]


WRITER = """
import sys
from pathlib import Path
from pytest_logprobs.cassettes._journal import Journal
journal = Journal(Path(sys.argv[1]))
for number in range(1_000_000):
    response = {"status": 200, "text": str(number)}
    journal.append({"request": {"method": "GET", "url": "/"}, "response": response})
    print(number, flush=True)
"""


def test_killed(path):
    """What was added before the process was killed is there."""
    with subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE) as process:
        told = [int(process.stdout.readline()) for _ in range(11)]
        process.kill()
    found = [int(each["response"]["text"]) for each in Journal(path).read()]
    assert told == found[:11] == [*range(11)]
