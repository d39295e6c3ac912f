"""Gates and many processes: however tests are spread, and wherever they run."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from socket import socket

import pytest
from gating import TONE, verdicts

pytest.importorskip("xdist")

GROUPED = TONE.replace("@gate", '@pytest.mark.xdist_group("a@b")\n@gate')


@pytest.mark.parametrize(
    "way",
    [
        ("-n2", "--dist=worksteal"),
        ("-n2", "--dist=loadscope"),
        ("-n2", "--dist=loadgroup"),
        ("-n2", "--dist=each"),
        ("--dist=load", "--tx", "2*popen"),
        ("--dist=load", "--tx", f"popen//python={sys.executable}"),
    ],
    ids=" ".join,
)
def test_however_tests_are_spread(gates, way):
    """The names of cases are the same, and so is the verdict."""
    gates.store(GROUPED)
    stored = gates.baseline.read_bytes()
    gates.run("--logprobs-baseline=update", *way)
    assert gates.baseline.read_bytes() == stored
    fine, worse = gates.run("-rA", *way), gates.run("-rA", *way, worse=0.5)
    assert (fine.ret, verdicts(fine)) == (0, ["PASSED gate[tone]"])
    assert (worse.ret, verdicts(worse)) == (1, ["FAILED gate[tone]"])


ODD = "(os.environ.get('PYTEST_XDIST_WORKER') == 'gw0')"
HIDDEN = {
    "worse": ("said(number))", "FAILED gate[tone]"),
    "failed": ("said(number))\n    assert not ODD", "PASSED gate[tone]"),
    "skipped": ("ODD and pytest.skip() or said(number))", "FAILED gate[tone]"),
}


@pytest.mark.parametrize("hidden", HIDDEN)
def test_no_worker_hides_what_another_says(gates, hidden):
    """Where each runs every test, answers are averaged, and a test has ended as the worst did."""
    gates.store()
    before = gates.baseline.read_bytes()
    line, verdict = HIDDEN[hidden]
    own = f"WORSE *= {ODD if hidden == 'worse' else 0}\n"
    gates.write(own + TONE.replace("said(number))", line.replace("ODD", ODD)))
    result = gates.run("-rA", "-n2", "--dist=each", worse=0.5)
    assert (result.ret, verdicts(result)) == (1, [verdict])
    gates.run("-n2", "--dist=each", "--logprobs-baseline=update", worse=0.5)
    assert (gates.baseline.read_bytes() == before) == (hidden != "worse")


def test_workers_that_ask_another_model(gates):
    """Their answers are no repeats of each other: a usage error that says which case."""
    gates.store(TONE.replace("12", "1"))
    gates.write(
        TONE.replace("12", "1").replace("(number))", "(number, os.environ['PYTEST_XDIST_WORKER']))")
    )
    result = gates.run("-n2", "--dist=each")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.stderr.str() == (
        "ERROR: test_tone.py::test_tone[0]: workers disagree on what it is a case of: model was "
        "gw0 and is gw1; with --dist=each, let all ask the same\n"
    )


CONFTEST = """
import pytest

def pytest_collect_file(parent, file_path):
    if file_path.suffix == ".said":
        return File.from_parent(parent, path=file_path)

class File(pytest.File):
    def collect(self):
        for name in ("it@one", "it@two"):
            item = Item.from_parent(self, name=name)
            item.add_marker(pytest.mark.logprobs_gate("tone", margin=0.1, min_cases=2))
            item.add_marker(pytest.mark.xdist_group("a"))
            yield item

class Item(pytest.Item):
    def runtest(self):
        pass
"""


@pytest.mark.parametrize("way", [(), ("-n1", "--dist=loadgroup")], ids=" ".join)
def test_an_at_sign_of_a_test_of_another_kind(gates, pytester, way):
    """It is of the name: what xdist appends is taken off alone."""
    pytester.makeconftest(CONFTEST)
    (gates.root / "test_it.said").touch()
    gates.run("--logprobs-report=run.json", *way)
    run = json.loads((gates.root / "run.json").read_text())
    assert [*run["outcomes"]] == ["test_it.said::it@one", "test_it.said::it@two"]
    assert [*run["asked"]] == [*run["outcomes"]]


@contextmanager
def machine(directory, monkeypatch, worse):
    """Run a server that workers can be started on; give the arguments that do so."""
    monkeypatch.setenv("WORSE", str(worse))
    with socket() as free:
        free.bind(("localhost", 0))
        address = f"localhost:{free.getsockname()[1]}"
    directory.mkdir()
    command = [sys.executable, "-u", "-m", "execnet.script.socketserver", address]
    with subprocess.Popen(command, cwd=directory, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            assert "Entering Accept loop" in server.stdout.readline()
            # xdist warns of its own option, and execnet leaves its sockets open
            yield (
                "-rA",
                "--override-ini=filterwarnings=default",
                f"--tx=socket={address}",
                "--dist=load",
                "--rsyncdir=.",
            )
        finally:
            server.kill()


def test_a_worker_on_another_machine(gates, tmp_path, monkeypatch):
    """It has no baseline there, and none is written there."""
    gates.write()
    with machine(tmp_path / "one", monkeypatch, 0) as way:
        assert gates.run(*way, "--logprobs-baseline=update", subprocess=True).ret == 0
    assert len(gates.stored) == 12
    assert [*(tmp_path / "one").rglob("logprobs-baseline.json")] == []
    with machine(tmp_path / "two", monkeypatch, 0.5) as way:
        result = gates.run(*way, subprocess=True)
    assert (result.ret, verdicts(result)) == (1, ["FAILED gate[tone]"])
    result.stdout.fnmatch_lines(["gate tone: fail *"])
