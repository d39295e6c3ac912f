"""The baseline: who writes it, what of it, and what is wrong with one."""

from __future__ import annotations

import subprocess
import sys

import pytest
from gating import TONE, told, verdicts

DONE = "logprobs: wrote logprobs-baseline.json"
NOTHING = "no test measured anything that is compared with it"
NONE = "logprobs: logprobs-baseline.json was not written: no test that measured anything passed"
SAME = "logprobs: logprobs-baseline.json is unchanged (2 cases)"
TWO = TONE.replace("12", "2")


@pytest.mark.parametrize("way", [(), ("-p", "no:xdist"), ("-n2",)], ids=" ".join)
def test_an_update_says_what_it_changed(gates, way):
    """It judges nothing, and the next run passes by what it wrote."""
    gates.store(TWO)
    gates.write(TONE.replace("range(12)", "[1, 2]"))
    result = gates.run("--logprobs-baseline=update", "-rA", *way, worse=0.5)
    assert (result.ret, verdicts(result)) == (0, [])
    lines = result.stdout.lines
    begin = lines.index(DONE)
    assert lines[begin : begin + 8] == [
        DONE,
        "  1 new:",
        "    test_tone.py::test_tone[2]",
        "  1 changed beyond the margin:",
        "    test_tone.py::test_tone[1]",
        "      mean_logprob from -0.21 to -0.72, worse (margin 0.1)",
        "  1 removed, not measured any more:",
        "    test_tone.py::test_tone[0]",
    ]
    assert gates.stored == ["test_tone.py::test_tone[1]", "test_tone.py::test_tone[2]"]
    again = gates.run("-rA", worse=0.5)
    assert (again.ret, verdicts(again)) == (0, ["PASSED gate[tone]"])


def test_an_update_that_changes_nothing_says_so(gates):
    """Whether there is a file or none; what nothing judges is nothing that it could store."""
    free = "def test_free(logprobs):\n    logprobs(said())\n"
    gates.write(free)
    assert told(gates.run("--logprobs-baseline=update")) == [
        f"logprobs: {gates.baseline.name} was not written: {NOTHING}",
    ]
    gates.write(TWO.replace("said(number))", "said(number))\n    assert 0"))
    result = gates.run("--logprobs-baseline=update")
    begin = result.stdout.lines.index(NONE)
    assert result.stdout.lines[begin + 1 : begin + 4] == [
        "  2 not stored, for their tests did not pass:",
        "    test_tone.py::test_tone[0]",
        "    test_tone.py::test_tone[1]",
    ]
    assert not gates.baseline.exists()
    gates.store(TWO)
    result = gates.run("--logprobs-baseline=update")
    begin = result.stdout.lines.index(SAME)
    assert result.stdout.lines[begin + 1] == "  2 unchanged"


def test_an_update_does_not_look_at_what_others_compare_with(gates, pytester):
    """A line of the configuration that names a revision is no concern of who writes a baseline."""
    pytester.makeini("[pytest]\nlogprobs_against = git:nowhere\n")
    gates.write(TWO)
    assert gates.run("--logprobs-baseline=update").ret == 0
    assert gates.run().ret == pytest.ExitCode.USAGE_ERROR


def test_an_update_of_a_part_leaves_the_rest(gates):
    """It touches the cases of the tests that ran, and of no test that failed."""
    gates.store(TWO)
    gates.write(TWO.replace("tone", "mood"), file="test_mood.py")
    result = gates.run("--logprobs-baseline=update", "test_mood.py", "-k", "0")
    assert result.ret == 0
    assert len(gates.stored) == 3
    before = gates.baseline.read_bytes()
    gates.write(TWO.replace("said(number))", "said(number))\n    assert 0"))
    gates.run("--logprobs-baseline=update", "test_tone.py", worse=0.5)
    assert gates.baseline.read_bytes() == before


def test_what_nothing_judges_is_not_stored(gates):
    """A test that measures and is under no gate has no case in the baseline."""
    gates.store(TWO + "def test_free(logprobs):\n    logprobs(said())\n")
    assert gates.stored == ["test_tone.py::test_tone[0]", "test_tone.py::test_tone[1]"]


def test_two_updates_at_once_lose_nothing(gates, monkeypatch):
    """Each takes over its part of what is there by then."""
    gates.write(TWO)
    gates.write(TWO.replace("tone", "mood"), file="test_mood.py")
    monkeypatch.setenv("WORSE", "0")
    command = [sys.executable, "-m", "pytest", "--logprobs-baseline=update"]
    runs = [
        subprocess.Popen([*command, file], cwd=gates.root, stdout=subprocess.PIPE)
        for file in ("test_tone.py", "test_mood.py")
    ]
    assert [run.communicate() and run.returncode for run in runs] == [0, 0]
    assert len(gates.stored) == 4


@pytest.mark.parametrize("way", [(), ("-n2",)], ids=" ".join)
@pytest.mark.parametrize("option", [(), ("--logprobs-baseline=check",)], ids=" ".join)
def test_a_broken_baseline_is_a_usage_error(gates, way, option):
    """It names the file and the line, ends the run with exit 4, and is not overwritten."""
    gates.write(TWO)
    gates.baseline.write_text("{\n]")
    result = gates.run(*way, *option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "logprobs-baseline.json:2: " in result.stderr.str()
    shown = result.stdout.str() + result.stderr.str()
    assert "INTERNALERROR" not in shown
    assert "Traceback" not in shown
    gates.run("--logprobs-baseline=update", *way)
    assert gates.baseline.read_text() == "{\n]"


@pytest.mark.parametrize("way", [(), ("-n2",)], ids=" ".join)
@pytest.mark.parametrize("against", ["git:nowhere", "nowhere.json"])
def test_what_is_not_there_to_compare_with_is_a_usage_error(gates, against, way):
    """Before any test runs."""
    gates.write(TWO)
    result = gates.run(f"--logprobs-against={against}", *way)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "nowhere" in result.stderr.str()
    assert "test_tone.py" not in result.stdout.str()


@pytest.mark.parametrize("what", ["update", "off"])
def test_nothing_is_compared_with_what_is_not_read(gates, what):
    """Two options that say the contrary are a usage error."""
    gates.write(TWO)
    result = gates.run("--logprobs-against=git:main", f"--logprobs-baseline={what}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.stderr.str() == (
        "ERROR: --logprobs-against says what to compare with, and "
        f"--logprobs-baseline={what} compares nothing: leave out one of them\n"
    )


def test_a_baseline_that_cannot_be_written_is_a_usage_error(gates):
    """It names the file."""
    gates.write(TWO)
    gates.baseline.mkdir()
    result = gates.run("--logprobs-baseline=update")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "INTERNALERROR" not in result.stdout.str()
    assert "logprobs-baseline.json: " in result.stderr.str()


@pytest.mark.parametrize("way", [(), ("-n2",)], ids=" ".join)
def test_a_run_file_has_all_that_was_measured(gates, way):
    """Several may be asked for; a run is compared with one as with a baseline."""
    gates.write(TONE + "def test_free(logprobs):\n    logprobs(said())\n")
    written = gates.run("--logprobs-report=a.json", "--logprobs-report=b.json", *way)
    assert written.ret == 0
    assert told(written) == [
        "logprobs: wrote the run to a.json",
        "logprobs: wrote the run to b.json",
        "logprobs: there is no logprobs-baseline.json yet, so every case is new",
    ]
    text = (gates.root / "a.json").read_text()
    assert text == (gates.root / "b.json").read_text()
    assert "test_tone.py::test_free" in text
    assert '"Paris"' in text
    fine = gates.run("-rA", "--logprobs-against=a.json", *way)
    assert (fine.ret, verdicts(fine)) == (0, ["PASSED gate[tone]"])
    worse = gates.run("-rA", "--logprobs-against=a.json", *way, worse=0.5)
    assert (worse.ret, verdicts(worse)) == (1, ["FAILED gate[tone]"])


def test_the_number_of_processes_is_not_in_a_run_file(gates):
    """One process or two: the same bytes."""
    gates.write()
    for name, way in (("one", ()), ("two", ("-n2",))):
        gates.run(f"--logprobs-report={name}.json", *way)
    assert (gates.root / "one.json").read_bytes() == (gates.root / "two.json").read_bytes()


def test_a_suite_without_gates_can_be_reported(gates):
    """Of a suite that measures, or of one that does not."""
    gates.write("def test_free(logprobs):\n    logprobs(said())\n\ndef test_other(): ...\n")
    result = gates.run("--logprobs-report=run.json")
    assert (result.ret, told(result)) == (0, ["logprobs: wrote the run to run.json"])
    text = (gates.root / "run.json").read_text()
    assert '"test_tone.py::test_other": "passed"' in text


def test_a_run_file_that_cannot_be_written_is_a_usage_error(gates):
    """It names the file."""
    gates.write(TWO)
    (gates.root / "run.json").mkdir()
    result = gates.run("--logprobs-report=run.json")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "run.json: " in result.stderr.str()
