"""A run that does not come to its end judges no gate, and never passes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from gating import TONE, told, verdicts

FAILING = """
def test_fails():
    assert 0

"""
NOT_JUDGED = "logprobs: the run did not come to its end, and was not judged: gate[tone]"
STOPS = {
    "-x": (FAILING, ("-x",)),
    "--maxfail": (FAILING, ("--maxfail=1",)),
    "--sw": (FAILING, ("--sw",)),
    "pytest.exit": ("def test_exits():\n    pytest.exit('now', returncode=0)\n", ()),
    "Ctrl-C": ("def test_stops():\n    raise KeyboardInterrupt\n", ()),
    "the last": (TONE + FAILING, ("-x",)),
}


@pytest.mark.parametrize("stop", STOPS)
def test_a_stopped_run_judges_nothing(gates, stop):
    """One line says so, and the exit status is not 0."""
    gates.store()
    tests, arguments = STOPS[stop]
    gates.write(tests if "test_tone" in tests else tests + TONE)
    result = gates.run("-rA", *arguments)
    assert (told(result), verdicts(result)) == ([NOT_JUDGED], [])
    assert result.ret in (1, 2)


@pytest.mark.parametrize("stop", ["-x", "--maxfail", "--sw"])
def test_a_stopped_run_of_many_processes_judges_nothing(gates, stop):
    """As in one."""
    gates.store()
    tests, arguments = STOPS[stop]
    gates.write(tests + TONE)
    result = gates.run("-rA", "-n2", *arguments)
    assert (told(result), verdicts(result)) == ([NOT_JUDGED], [])
    assert result.ret in (1, 2)


@pytest.mark.parametrize("way", [(), ("-n2",), ("--continue-on-collection-errors",)], ids=" ".join)
def test_what_cannot_be_collected(gates, way):
    """Nothing is known of the tests in it."""
    gates.store()
    gates.write("import nothing", file="test_wrong.py")
    result = gates.run("-rA", "--logprobs-baseline=check", *way)
    assert (told(result), verdicts(result)) == ([NOT_JUDGED], [])
    assert result.ret in (1, 2)


LISTENING = """
import signal, sys
import pytest
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
sys.exit(pytest.main(["-p", "no:cacheprovider"]))
"""


def test_a_signal(gates, monkeypatch):
    """SIGINT to the process, as Ctrl-C sends it."""
    gates.store()
    begun = gates.root / "begun"
    waiting = f"""
def test_waits():
    import pathlib, time
    pathlib.Path({str(begun)!r}).touch()
    time.sleep(60)
"""
    gates.write(TONE + waiting)
    monkeypatch.setenv("WORSE", "0")
    flags = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if os.name == "nt" else {}
    command = [sys.executable, "-c", LISTENING]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=gates.root, **flags
    ) as run:
        while not begun.exists():
            assert run.poll() is None
            time.sleep(0.02)
        run.send_signal(signal.CTRL_BREAK_EVENT if os.name == "nt" else signal.SIGINT)
        out, _ = run.communicate(timeout=60)
    assert run.returncode == 2
    assert NOT_JUDGED in out.splitlines()


CRASH = "said(number))\n    if number == 5 and os.environ['CRASH']: os._exit(3)"


@pytest.mark.parametrize("restart", [(), ("--max-worker-restart=0",)], ids=" ".join)
def test_a_worker_that_dies_fails_the_gates_of_its_test(gates, monkeypatch, restart):
    """By the name of the test; no baseline is written by such a run."""
    monkeypatch.setenv("CRASH", "")
    gates.store(TONE.replace("said(number))", CRASH))
    before = gates.baseline.read_bytes()
    monkeypatch.setenv("CRASH", "1")
    result = gates.run("-rA", "-n1", *restart)
    assert (result.ret, verdicts(result)) == (1, ["FAILED gate[tone]"])
    result.stdout.fnmatch_lines(["  nothing was reported of:", "    test_tone.py::test_tone[[]5]"])
    result = gates.run("-n1", *restart, "--logprobs-baseline=update", worse=0.5)
    assert told(result) == [
        "logprobs: the run did not come to its end: the baseline stays as it was"
    ]
    assert result.ret == 1
    assert gates.baseline.read_bytes() == before


def test_a_worker_that_dies_in_its_first_test(gates, monkeypatch):
    """What it was to run was told by then."""
    gates.store(TONE)
    gates.write(TONE.replace("said(number))", "said(number))\n    os._exit(3)"))
    result = gates.run("-rA", "-n1", "--max-worker-restart=0")
    assert (result.ret, verdicts(result)) == (1, ["FAILED gate[tone]"])


def test_a_process_that_dies_writes_nothing(gates, monkeypatch):
    """A run of one process that crashes half-way leaves the baseline as it was."""
    monkeypatch.setenv("CRASH", "")
    gates.store(TONE.replace("said(number))", CRASH))
    before = gates.baseline.read_bytes()
    monkeypatch.setenv("CRASH", "1")
    result = gates.run("--logprobs-baseline=update", worse=0.5, subprocess=True)
    assert result.ret == 3
    assert gates.baseline.read_bytes() == before


def test_a_stopped_run_writes_what_it_has(gates):
    """A run file says which tests nothing was reported of, so that no comparison passes by it."""
    gates.store()
    gates.write(TONE.replace("said(number))", "said(number))\n    assert number < 5"))
    result = gates.run("-x", "--logprobs-report=run.json")
    assert told(result) == ["logprobs: wrote the run to run.json", NOT_JUDGED]
    run = json.loads((gates.root / "run.json").read_text())
    assert len(run["asked"]) == 12
    assert [*run["outcomes"].values()].count("passed") == 5
    assert [*run["outcomes"].values()].count("unreported") == 6


@pytest.mark.parametrize("stop", ["-x", "pytest.exit"])
def test_a_stopped_update_writes_nothing(gates, stop):
    """And says so."""
    gates.store()
    before = gates.baseline.read_bytes()
    tests, arguments = STOPS[stop]
    gates.write(TONE + tests)
    result = gates.run("--logprobs-baseline=update", *arguments, worse=0.5)
    assert told(result) == [
        "logprobs: the run did not come to its end: the baseline stays as it was"
    ]
    assert result.ret in (1, 2)
    assert gates.baseline.read_bytes() == before
