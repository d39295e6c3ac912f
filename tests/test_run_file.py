"""The run file: what is written is what is read, in lines, byte for byte the same."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from ledgers import case, ledger, ledgers, sample, several

from pytest_logprobs._baseline import read_run, run_text, write_run
from pytest_logprobs._baseline._combining import in_order
from pytest_logprobs._baseline._document import RUN, ledger_of
from pytest_logprobs._ledger import Policy, Row, Sample, Scope
from pytest_logprobs.errors import BaselineReadError, BaselineWriteError

FILE = """\
{
"version": 1,
"kind": "run",
"environments": [
{"python": "3.12"}
],
"scopes": [
{"paths": ["tests"]}
],
"groups": {
"capitals": {"metric": "mean_logprob", "margin": 0.1, "confidence": 0.95, "min_cases": 10}
},
"asked": {
"tests/test_it.py::test_a": ["capitals"],
"tests/test_it.py::test_b": ["capitals"]
},
"outcomes": {
"tests/test_it.py::test_a": "passed",
"tests/test_it.py::test_b": "failed"
},
"cases": [
{"test": "tests/test_it.py::test_a", "groups": {"capitals": null}, "samples": [\
{"scores": {"mean_logprob": -0.25}, "count": 1, "text": "Par\\u00eds", \
"tokens": [["Par\\u00eds", -0.25, [["Lyon", -2.5]]]]}]},
{"test": "tests/test_it.py::test_b", "groups": {"capitals": null}, "outcome": "failed", \
"samples": [{"scores": {"mean_logprob": -0.5}, "count": 1, "text": "Rome", \
"tokens": [["Rome", -0.5]]}]}
]
}
"""


def small():
    """Give the run of that file, its parts in another order."""
    answer = Sample({"mean_logprob": -0.25}, 1, "París", (Row("París", -0.25, (("Lyon", -2.5),)),))
    failed = case("tests/test_it.py::test_b", samples=(sample(-0.5, "Rome"),), outcome="failed")
    passed = case("tests/test_it.py::test_a", samples=(answer,))
    return ledger(
        failed, passed, scopes=(Scope(paths=("tests",)),), environments=({"python": "3.12"},)
    )


def test_the_file_is_what_is_promised(tmp_path):
    """One line for each case, each test and each group; sorted; ASCII; ends with a line break."""
    path = tmp_path / "reports" / "run.json"
    write_run(path, small())
    assert path.read_text("ascii") == FILE
    assert read_run(path) == in_order(small())
    assert [each.name for each in path.parent.iterdir()] == ["run.json"]


def test_what_is_written_again_is_the_same(tmp_path):
    """Reading and writing a file changes no byte, and a file that is right is not touched."""
    path = tmp_path / "run.json"
    write_run(path, small())
    before = path.stat().st_mtime_ns
    write_run(path, read_run(path))
    assert (path.read_text("ascii"), path.stat().st_mtime_ns) == (FILE, before)


@given(ledgers())
def test_every_run_comes_back(run):
    """Whatever was measured: it is read as it was written, and written as it was read."""
    text = run_text(run)
    read = ledger_of(text.encode(), "run.json", RUN)
    assert text.isascii()
    assert run_text(read) == text
    assert (read.outcomes, read.policies) == (in_order(run).outcomes, in_order(run).policies)
    assert {key: each.samples for key, each in read.cases.items()} == {
        key: each.samples for key, each in run.cases.items()
    }


@given(ledgers())
def test_the_file_is_json(run):
    """Any reader of JSON reads it, and finds each case in a line of its own."""
    text = run_text(run)
    cases = json.loads(text)["cases"]
    lines = text.splitlines()
    begin = next(at for at, line in enumerate(lines) if line.startswith('"cases": ['))
    found = [json.loads(line.removesuffix(",")) for line in lines[begin + 1 : -2]]
    assert found == cases
    assert len(cases) == len(run.cases)


def test_no_order_of_what_was_collected_shows(tmp_path):
    """The same run in another order is the same file."""
    cases = several(20)
    assert run_text(ledger(*cases)) == run_text(ledger(*reversed(cases)))


def test_infinity_is_no_json(tmp_path):
    """A score that no JSON can hold is never written: nothing could read the file."""
    path = tmp_path / "run.json"
    with pytest.raises(ValueError, match="Out of range float values are not JSON compliant"):
        write_run(path, ledger(case(score=float("-inf"))))
    assert not path.exists()


def test_a_directory_that_cannot_be_written_to(tmp_path):
    """It is said what is in the way; nothing is left behind."""
    (tmp_path / "reports").write_text("")
    path = tmp_path / "reports" / "run.json"
    with pytest.raises(BaselineWriteError) as caught:
        write_run(path, small())
    assert str(caught.value).startswith(f"{path}: cannot be written: ")
    assert str(caught.value).endswith(
        f"; what was there is untouched. Make {path.parent} a directory that you may write to, "
        f"with room"
    )


def test_a_file_that_is_not_there(tmp_path):
    """It is an error of the file, as all else."""
    path = tmp_path / "run.json"
    with pytest.raises(BaselineReadError) as caught:
        read_run(path)
    problem = "cannot be opened: No such file or directory; make it a file that you may read"
    assert str(caught.value) == f"{path}: {problem}"
    path.mkdir()
    with pytest.raises(BaselineReadError, match="cannot be opened: a directory stands there; "):
        read_run(path)


def test_a_policy_keeps_its_numbers():
    """Margins are not rounded: they are what the project wrote."""
    run = ledger(case(), policies={"capitals": Policy(margin=0.123456789, confidence=0.99)})
    assert ledger_of(run_text(run).encode(), "", RUN).policies == run.policies
