"""The baseline file is brought up to date by one process at a time, and is never lost."""

from __future__ import annotations

import subprocess
import sys

import pytest
from ledgers import case, ledger

from pytest_logprobs import BaselineReadError, BaselineWriteError
from pytest_logprobs._baseline import read_baseline, update_baseline
from pytest_logprobs._ledger import Scope
from pytest_logprobs._writing import holding

A, B = "tests/test_a.py::test_a", "tests/test_b.py::test_b"


def scores_of(baseline):
    """Return the names of the cases, and their scores."""
    return {each.name: each.score("mean_logprob") for each in baseline.cases.values()}


@pytest.fixture
def path(tmp_path):
    """Give the path of a baseline that is not there yet."""
    return tmp_path / "logprobs-baseline.json"


def test_the_file_is_updated(path):
    """What is printed is what was written."""
    update = update_baseline(path, ledger(case(A, -0.1)))
    assert read_baseline(path).cases == update.ledger.cases
    assert update.headline("b.json") == "wrote b.json"
    update_baseline(path, ledger(case(B, -0.2), scopes=(Scope(paths=("tests/test_b.py",)),)))
    assert scores_of(read_baseline(path)) == {A: -0.1, B: -0.2}


def test_no_file_is_made_of_nothing(path):
    """One that is there is emptied if all of its tests are gone."""
    update = update_baseline(path, ledger())
    assert not path.exists()
    assert update.headline("b.json") == (
        "b.json was not written: no test measured anything that is compared with it"
    )
    update = update_baseline(path, ledger(case(A, outcome="failed")))
    assert not path.exists()
    assert update.headline("b.json") == (
        "b.json was not written: no test that measured anything passed"
    )
    update_baseline(path, ledger(case(A)))
    update_baseline(path, ledger())
    assert path.read_text() == '{\n"version": 1,\n"groups": {},\n"cases": []\n}\n'


def test_a_file_that_stays_as_it_was_is_not_written(path):
    """Its cases are counted; one that was mended by hand is put in order."""
    update_baseline(path, ledger(case(A)))
    written = path.stat().st_ino
    update = update_baseline(path, ledger(case(A)))
    assert update.headline("b.json") == "b.json is unchanged (1 case)"
    assert path.stat().st_ino == written
    path.write_bytes(path.read_bytes().replace(b"{\n", b"{\r\n", 1))
    assert update_baseline(path, ledger(case(A))).headline("b.json") == "wrote b.json"
    assert b"\r" not in path.read_bytes()
    update_baseline(path, ledger(case(A), case(B)))
    update = update_baseline(path, ledger(case(A), case(B)))
    assert update.headline("b.json") == "b.json is unchanged (2 cases)"


def test_a_broken_file_is_not_overwritten(path):
    """It is somebody's work, which may be mended."""
    path.write_text("<<<<<<< HEAD\n")
    with pytest.raises(BaselineReadError):
        update_baseline(path, ledger(case(A)))
    assert path.read_text() == "<<<<<<< HEAD\n"


def test_what_a_killed_process_left_is_removed(path):
    """A file that is half written stays beside none."""
    (path.parent / f".{path.name}.0a1b2c3d.tmp").write_text("{")
    update_baseline(path, ledger(case(A)))
    assert [*path.parent.iterdir()] == [path]


def test_another_process_holds_the_lock(path, monkeypatch):
    """Who waits too long says for what."""
    monkeypatch.setattr("pytest_logprobs._baseline._update._PATIENCE", 0.1)
    lock = path.parent / "0.lock"
    with holding(lock, 1), pytest.raises(BaselineWriteError) as caught:
        update_baseline(path, ledger(case(A)), lock=lock)
    assert str(caught.value) == (
        f"{path}: cannot be written: another process holds {lock} for more than 0.1 s; what was "
        "there is untouched. End that process, and run the tests again"
    )
    assert not path.exists()


RUN = """
import sys
from pathlib import Path
from ledgers import case, ledger
from pytest_logprobs._baseline import update_baseline
from pytest_logprobs._ledger import Scope

path, lock, who = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
sys.stdin.readline()
for number in range(20):
    test = f"tests/test_{who}{number}.py::test_it"
    scope = Scope(paths=(f"tests/test_{who}{number}.py",))
    update_baseline(path, ledger(case(test), scopes=(scope,)), lock=lock)
"""


def test_two_updates_at_once_lose_nothing(path, monkeypatch, request):
    """Each reads what the other has written."""
    monkeypatch.setenv("PYTHONPATH", str(request.path.parent))
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", RUN, path, path.parent / "0.lock", who], stdin=subprocess.PIPE
        )
        for who in "xy"
    ]
    for run in runs:  # both are there, and begin at once
        run.stdin.write(b"\n")
        run.stdin.flush()
    for run in runs:
        run.communicate(timeout=60)
        assert run.returncode == 0
    expected = {f"tests/test_{who}{number}.py::test_it" for who in "xy" for number in range(20)}
    assert scores_of(read_baseline(path)).keys() == expected
