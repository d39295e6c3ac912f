"""Several processes record one cassette: CONTRACT §4, "under a lock between processes"."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pytest_logprobs import CassetteWriteError
from pytest_logprobs.cassettes._file import read_cassette
from pytest_logprobs.cassettes._locking import locked

SIX = """
shared = pytest.mark.logprobs_cassette(name="shared")

@pytest.fixture(scope="session")
def greeting():
    return ask("greeting")

@shared
@pytest.mark.parametrize("number", range(6))
def test_it(number, greeting, request):
    assert ask("Hi").startswith("Hi ")
    assert ask(f"number {number}").startswith(f"number {number} ")
    {end}
"""


@pytest.fixture
def workers(project):
    """Give a project with six tests that share a cassette, for two workers."""
    pytest.importorskip("xdist")
    project.write(SIX.replace("{end}", ""))
    return project


def prompts(project, name="shared"):
    """Return whether a cassette is complete, and the prompts that it answers, sorted."""
    complete, answers = project.cassette(name)
    return complete, sorted(each.rpartition(" ")[0] for each in answers)


ALL = ["Hi", *(f"number {number}" for number in range(6))]


@pytest.mark.parametrize("mode", ["once", "new_episodes", "rewrite"])
def test_two_workers_record_one_cassette(workers, mode):
    """Six of six are kept, none twice, and any process replays them."""
    result = workers.run("-n2", f"--logprobs-record={mode}")
    result.assert_outcomes(passed=6)
    assert prompts(workers) == (True, ALL)
    assert prompts(workers, "fixture.greeting") == (True, ["greeting"])
    assert workers.journals == []
    asked = len(workers.server.asked)
    workers.run().assert_outcomes(passed=6)
    if mode == "once":
        workers.run("-n2").assert_outcomes(passed=6)
    assert len(workers.server.asked) == asked


def test_two_workers_record_it_anew(workers):
    """Each asks for everything; the file is as long as before."""
    workers.record("once")
    result = workers.run("-n2", "--logprobs-record=all")
    result.assert_outcomes(passed=6)
    assert prompts(workers) == (True, ALL)
    assert not {answer for answer in workers.cassette("shared")[1] if answer.endswith(" 1")}
    workers.run().assert_outcomes(passed=6)


def test_a_test_that_passes_does_not_speak_for_one_that_failed(workers):
    """Whichever worker writes last: the file says that it is not complete."""
    workers.write(SIX.replace("{end}", "assert number != 2"))
    result = workers.run("-n2", "--logprobs-record=once")
    result.assert_outcomes(passed=5, failed=1)
    assert prompts(workers) == (False, ALL)
    workers.write(SIX.replace("{end}", ""))
    workers.run("--logprobs-record=once").assert_outcomes(passed=6)
    assert prompts(workers) == (True, ALL)


def test_workers_add_nothing_to_a_file_that_was_there(workers):
    """``once`` looks at whether it existed when the run began, in every worker."""
    workers.record("once", "-k", "2 or 3")
    before = workers.path("shared").read_bytes()
    result = workers.run("-n2", "--logprobs-record=once")
    result.assert_outcomes(passed=2, failed=4)
    assert workers.path("shared").read_bytes() == before


NOT_KEPT = "not kept, for the test did not come to its end; the next recording run has them"
WAIT = (
    "logprobs: {} of tests that a worker did not bring to their end; the next recording run has {}"
)
DIES = """
@pytest.mark.logprobs_cassette(name="shared")
@pytest.mark.parametrize("number", range(4))
def test_it(number):
    ask(f"number {number}")
    if number == 1:
        os._exit(3)
"""


def test_a_worker_that_dies(workers):
    """Another takes its place in the same run, and users hear of the answers that wait."""
    workers.write(DIES)
    arguments = ("-n1", "--testrunuid=build-1.2", "--logprobs-record=once")
    result = workers.run(*arguments)
    result.assert_outcomes(passed=3, failed=1)
    told = [line for line in result.outlines if line.startswith("logprobs:")]
    assert told == [
        "logprobs: recorded 3 answers in cassettes/test_it/shared.json",
        WAIT.format("1 answer waits", "it"),
    ]
    assert prompts(workers) == (True, ["number 0", "number 2", "number 3"])
    assert workers.journals == [["number 1 2"]]


BROKEN_OFF = """
import signal

@cassette
def test_error():
    ask("error")
    raise RuntimeError

@cassette
def test_it():
    ask("Hi")
    ask("Bye")
    os.kill(os.getppid(), signal.SIGINT)
    raise KeyboardInterrupt
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no signal to one process")
def test_ctrl_c(workers):
    """The controller tells what waits of the tests that nothing was reported of."""
    workers.write(BROKEN_OFF)
    result = workers.run("-n1", "--logprobs-record=once", subprocess=True)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    told = [line for line in result.outlines if line.startswith("logprobs:")]
    assert told == [
        f"logprobs: recorded 1 answer in cassettes/test_it/test_error.json: {NOT_KEPT}",
        WAIT.format("2 answers wait", "them"),
    ]
    assert sorted(workers.journals) == [["Hi 2", "Bye 3"], ["error 1"]]


def test_a_file_that_was_damaged_meanwhile(project):
    """It is left alone, and the answers wait for the next recording run."""
    project.write(
        """
from pathlib import Path

@pytest.mark.logprobs_cassette(name="shared")
def test_it(logprobs_cassette):
    ask()
    if not logprobs_cassette.path.exists():
        logprobs_cassette.path.parent.mkdir(parents=True)
        logprobs_cassette.path.write_text("<<<<<<< ours\\n")
"""
    )
    result = project.run("--logprobs-record=once")
    result.assert_outcomes(passed=1, errors=1)
    path = project.path("shared")
    (line,) = [line for line in result.outlines if line.startswith(f"{path}:1: ")]
    assert "an unresolved merge conflict (<<<<<<<); mend it, or get the committed file" in line
    assert (path.read_text(), project.journals) == ("<<<<<<< ours\n", [["Hi 1"]])
    path.unlink()
    project.write("@pytest.mark.logprobs_cassette(name='shared')\ndef test_it():\n    ask()")
    assert project.record("once") == []
    assert project.cassette("shared") == (True, ["Hi 1"])


def test_workers_lock_without_a_cache_too(workers):
    """The lock is in the directory for temporary files then."""
    arguments = ("-p", "no:cacheprovider", "-n2", "--logprobs-record=once")
    workers.run(*arguments).assert_outcomes(passed=6)
    assert prompts(workers) == (True, ALL)
    assert not (workers.root / ".pytest_cache").exists()


def test_locks_do_not_fill_the_cache(project):
    """There are sixteen at most, none of them beside a cassette."""
    project.write("@cassette\n@pytest.mark.parametrize('n', range(40))\ndef test_it(n):\n    ask()")
    project.record("once")
    assert len(project.files) == 40
    locks = [path.name for path in project.root.glob("**/*.lock")]
    assert {*locks} <= {f"{digit:x}.lock" for digit in range(16)}
    assert len(locks) == len({*locks})


HOLDER = """
import sys
from pathlib import Path
from pytest_logprobs.cassettes._locking import locked
with locked(Path("a.json"), Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_lock_that_another_process_does_not_give_back(tmp_path):
    """Who waits too long says for what; the lock of a process that was killed is free."""
    lock, path = tmp_path / "0.lock", tmp_path / "a.json"
    command = [sys.executable, "-c", HOLDER, lock]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline().strip() == b"held"
        with pytest.raises(CassetteWriteError) as caught, locked(path, lock, 0.25):
            pytest.fail("it is held")
        process.kill()
    assert str(caught.value) == (
        f"{path}: cannot be written: another process holds {lock} for more than 0.25 s; what was "
        f"there is untouched. End that process, and record again"
    )
    with locked(path, lock):
        assert read_cassette(path) is None


def test_where_nothing_can_be_locked(tmp_path):
    """A process goes on without: what it recorded was paid for."""
    (tmp_path / "file").write_text("in the way")
    with locked(tmp_path / "a.json", tmp_path / "file" / "0.lock"):
        pass
    with locked(tmp_path / "a.json", None):
        pass
