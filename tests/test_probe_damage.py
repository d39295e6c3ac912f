"""Cassettes that are cut, emptied or torn by git, and what they never do: CONTRACT §4.

"A cassette that cannot be read is an error that names file, line and remedy, in every mode, and is
never overwritten (``rewrite`` alone replaces it)."
"""

from __future__ import annotations

import re
import shlex

import pytest

from pytest_logprobs import CassetteReadError, CassetteWriteError
from pytest_logprobs._settings import RECORD_MODES
from pytest_logprobs._traffic import Traffic
from pytest_logprobs.cassettes import LogprobsCassette, Plan
from pytest_logprobs.cassettes._file import cassette_of, cassette_text, read_cassette
from pytest_logprobs.cassettes._journal import Journal
from pytest_logprobs.cassettes._layout import Raw

URL = "https://api.example/v1/chat/completions"
INTERACTIONS = [
    {
        "request": {"method": "POST", "url": URL, "json": Raw(f'{{"prompt": "say {number}"}}')},
        "response": {
            "status": 200,
            "headers": {"content-type": "application/json"},
            "json": Raw(
                '{"content": [{"token": "é", "logprob": -0.0}, {"token": "\\n", "logprob": -1e-9}]}'
            ),
        },
        "recorded": {"at": "2026-11-23T08:00:00Z"},
    }
    for number in range(5)
]
TEXT = cassette_text(True, INTERACTIONS)
WHOLE = cassette_of(TEXT.encode(), "")
FAULTY_MODES = [mode for mode in RECORD_MODES if mode not in ("rewrite", "off")]


def command(mode):
    """Return the command that records the test."""
    return f"pytest test_it.py::test_it --logprobs-record={mode}"


@pytest.fixture
def plan(tmp_path):
    """Give what makes a cassette's plan for a mode."""

    def make(mode, **more):
        about = {"shown": "test_it.json", "test": "test_it.py::test_it", "command": command}
        path = tmp_path / "cassettes" / "test_it.json"
        path.parent.mkdir(exist_ok=True)
        lock = tmp_path / "0.lock"
        return Plan(path=path, mode=mode, root=tmp_path, lock=lock, **about, **more)

    return make


def refusal(plan):
    """Return the error of a cassette that cannot be read, which leaves the file alone."""
    before = plan.path.read_bytes()
    with pytest.raises(CassetteReadError) as caught:
        LogprobsCassette(plan, Traffic())
    assert plan.path.read_bytes() == before
    assert [*plan.path.parent.iterdir()] == [plan.path]
    return caught.value


def remedy(plan):
    """Return what an error of damage says that can be done."""
    restored = f"git checkout -- {shlex.quote(str(plan.path))}"
    return (
        f"; mend it, or get the committed file back: {restored}; or delete the file, then "
        f"{command('once')}"
    )


@pytest.mark.parametrize("mode", FAULTY_MODES)
def test_a_file_that_was_cut(plan, mode):
    """At no percent of its length it is read as a shorter cassette."""
    plan = plan(mode)
    data = TEXT.encode()
    for percent in range(100):
        cut = data[: len(data) * percent // 100]
        plan.path.write_bytes(cut)
        error = refusal(plan)
        lines = cut.rstrip().count(b"\n") + 1
        why = "the text breaks off " if cut else "the file is empty"
        assert str(error).startswith(f"{plan.path}:{lines}: {why}")
        assert str(error).endswith(remedy(plan))


def test_a_cut_is_never_silently_shorter():
    """At no byte: it is an error, or nothing but white space is missing."""
    data = TEXT.encode()
    for size in range(len(data)):
        try:
            found = cassette_of(data[:size], "")
        except CassetteReadError:
            continue
        assert (found.complete, found.interactions) == (WHOLE.complete, WHOLE.interactions)
        assert data[size:].strip() == b""


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("mode", FAULTY_MODES)
def test_a_merge_that_was_not_finished(plan, mode, ending):
    """At every line of the file: the error names the first marker, and its line."""
    plan = plan(mode)
    lines = TEXT.split("\n")
    for at in range(len(lines)):
        ours = ["<<<<<<< HEAD", *lines[at : at + 3], "=======", *lines[at : at + 2]]
        torn = [*lines[:at], *ours, ">>>>>>> a branch", *lines[at + 3 :]]
        plan.path.write_bytes(ending.join(torn).encode())
        error = refusal(plan)
        problem = "an unresolved merge conflict (<<<<<<<)"
        assert str(error) == f"{plan.path}:{at + 1}: {problem}{remedy(plan)}"


def test_rewrite_replaces_what_cannot_be_read(plan):
    """It alone; where it records nothing it leaves that alone, too."""
    plan = plan("rewrite")
    plan.path.write_bytes(b"")
    LogprobsCassette(plan, Traffic()).close("passed")
    assert plan.path.read_bytes() == b""
    cassette = LogprobsCassette(plan, Traffic())
    record(cassette, "Hi")
    cassette.close("passed")
    assert len(read_cassette(plan.path).interactions) == 1


def record(cassette, prompt):
    """Record an answer, as a client does."""
    number, asked = cassette.ask("POST", URL, {}, prompt.encode())
    cassette.record(number, asked, {}, (200, {"content-type": "text/plain"}, b"pong " * 1000))


def test_a_disk_that_is_full(plan, tmp_path):
    """The old file stays whole, nothing lies beside it, and what the journal could take is kept."""
    resource = pytest.importorskip("resource", reason="Windows limits no sizes of files")
    journal = tmp_path / "0.run1-main.jsonl"
    plan = plan("new_episodes", journal=journal)
    plan.path.write_text(TEXT, "utf-8")
    cassette = LogprobsCassette(plan, Traffic())
    record(cassette, "Hi")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(CassetteWriteError, match=re.escape(f"{plan.path}: cannot be written")):
            cassette.close("passed")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert plan.path.read_text("utf-8") == TEXT
    assert [*plan.path.parent.iterdir()] == [plan.path]
    assert len(Journal(journal).read()) == 1


@pytest.mark.parametrize("mode", ["rewrite", "all"])
def test_an_endpoint_that_is_down(project, mode):
    """Re-recording replaces the old file only when there is something to put in its place."""
    test = "@cassette\ndef test_it():\n    ask('Hi')\n    ask('Bye')"
    project.write(test)
    project.record("once")
    before = project.path().read_bytes()
    project.write(test.replace("ask('Bye')", "httpx.post('http://127.0.0.1:9/nobody')"))
    project.run(f"--logprobs-record={mode}").assert_outcomes(failed=1)
    assert project.path().read_bytes() == before
    project.write(test)
    project.run().assert_outcomes(passed=1)


def test_a_test_that_fails_while_it_records(project):
    """What it recorded is kept, and the next run goes on from there instead of replaying it."""
    test = "@cassette\ndef test_it():\n    ask('Hi')\n    assert {}\n    ask('Bye')"
    project.write(test.format("not 'as expected'"))
    assert project.record("once") == ["Hi"]
    project.write(test.format("True"))
    assert project.record("once") == ["Bye"]
    assert project.cassette() == (True, ["Hi 1", "Bye 2"])
    project.run().assert_outcomes(passed=1)
