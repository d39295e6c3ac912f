"""What happens to answers where a run breaks off or the disk refuses: CONTRACT §4.

"Any other end leaves the old file as it was and the new answers in a scrubbed journal under
``.pytest_cache``, offered back at the next recording run." "Written atomically."
"""

from __future__ import annotations

import os
import signal
import socket

import httpx
import pytest

FILE = "cassettes/test_it/test_it.json"


@pytest.mark.parametrize("end", ["os._exit(3)", "os.kill(os.getpid(), 9)"])
def test_a_process_that_dies_leaves_the_file_whole_and_the_answers(project, end):
    """Whatever was answered is on the disk; the next recording run uses it."""
    if "kill" in end and not hasattr(signal, "SIGKILL"):
        pytest.skip("this platform has no SIGKILL")
    tests = "@cassette\ndef test_it():\n    ask('Hi')\n    {}\n    ask('Bye')"
    project.write(tests.format("pass"))
    project.record("once")
    before = project.path().read_bytes()
    project.write(tests.format(end))
    project.run("--logprobs-record=rewrite", subprocess=True)
    assert (project.path().read_bytes(), project.files) == (before, [FILE])
    assert project.journals == [["Hi 3"]]
    project.path().unlink()
    project.write(tests.format("pass"))
    assert project.record("once") == ["Bye"]
    assert project.cassette() == (True, ["Hi 3", "Bye 4"])
    assert project.journals == []


def patched():
    """Return what a cassette that replays changes in the process."""
    names = "OPENAI_API_KEY", "GEMINI_API_KEY"
    keys = [os.environ.get(name) for name in names]
    return httpx.HTTPTransport.handle_request, socket.getaddrinfo, socket.socket.connect, keys


@pytest.mark.parametrize("end", ["raise KeyboardInterrupt", "pytest.exit('enough')"])
@pytest.mark.parametrize("where", ["fixture", "test"])
def test_nothing_stays_patched_where_a_run_is_broken_off(project, end, where):
    """After Ctrl-C the clients, the sockets and the environment are what they were."""
    before = patched()
    project.write(
        f"""
@pytest.fixture
def broken():
    if {where == "fixture"}:
        {end}

@cassette
def test_it(broken):
    {end}
"""
    )
    assert project.run().ret == pytest.ExitCode.INTERRUPTED
    assert patched() == before


@pytest.mark.parametrize("end", ["raise KeyboardInterrupt", "pytest.exit('enough')"])
def test_a_run_that_is_broken_off_says_what_waits(project, end):
    """Nothing is reported of the test, and still its answers are not forgotten."""
    tests = "@cassette\ndef test_it():\n    ask('Hi')\n    ask('Bye')\n    {}"
    project.write(tests.format(end))
    result = project.run("--logprobs-record=once")
    assert (
        f"logprobs: recorded 2 answers in {FILE}: not kept, for the test did not come to its end; "
        f"the next recording run has them"
    ) in result.outlines
    assert (project.files, project.journals) == ([], [["Hi 1", "Bye 2"]])
    project.write(tests.format("pass"))
    result = project.run("--logprobs-record=once")
    assert f"logprobs: recorded 2 answers (2 of an earlier run) in {FILE}" in result.outlines


def test_a_file_that_cannot_be_written_is_an_error_of_the_test(project):
    """It says what to do, and the answers wait for the next recording run."""
    project.write("@cassette\ndef test_it():\n    ask()")
    obstacle = project.root / "cassettes"
    obstacle.write_text("in the way")
    directory = project.path().parent
    with pytest.raises(OSError) as error:  # noqa: PT011 - which it is differs by platform
        directory.mkdir(parents=True)
    result = project.run("--logprobs-record=once")
    result.assert_outcomes(passed=1, errors=1)
    reason = error.value.strerror
    assert (
        f"{project.path()}: cannot be written: {reason}; what was there is untouched. "
        f"Make {directory} a directory that you may write to, with room, and record again"
    ) in result.outlines
    assert (obstacle.read_text(), project.journals) == ("in the way", [["Hi 1"]])
    obstacle.unlink()
    assert project.record("once") == []
    assert project.cassette() == (True, ["Hi 1"])


@pytest.mark.parametrize("mode", ["none", "once", "new_episodes", "all"])
def test_a_file_that_cannot_be_read_is_an_error_and_stays(project, mode):
    """The error names file, line and remedy; ``rewrite`` alone replaces the file."""
    project.write("@cassette\ndef test_it():\n    ask()")
    project.record("once")
    damaged = project.path().read_text()[:-20]
    project.path().write_text(damaged)
    result = project.run(f"--logprobs-record={mode}")
    result.assert_outcomes(errors=1)
    assert [line for line in result.outlines if line.startswith(f"{project.path()}:")] != []
    assert "hidden" not in result.stdout.str()
    assert (project.path().read_text(), project.server.asked) == (damaged, ["Hi"])
    assert project.record("rewrite") == ["Hi"]
    assert project.cassette() == (True, ["Hi 2"])


def test_what_looks_like_a_secret_waits_nowhere(project):
    """It is not in the journal, and users are not told that it is."""
    key = "AKIA" + "QWERTYUIOPASDFGH"
    project.write(
        f"@cassette\ndef test_it():\n    ask('Hi')\n    ask('{key}')\n    raise RuntimeError"
    )
    result = project.run("--logprobs-record=once")
    assert (project.files, project.journals) == ([], [["Hi 1"]])
    assert (
        f"logprobs: recorded 2 answers in {FILE}: not kept, for the test did not come to its end"
        in result.outlines
    )


@pytest.mark.parametrize("obstacle", ["-p no:cacheprovider", "a file"])
def test_recording_needs_no_cache(project, obstacle):
    """Without a journal a test that passes is recorded all the same, and none other is."""
    arguments = obstacle.split() if "-p" in obstacle else []
    if not arguments:
        (project.root / ".pytest_cache").write_text("in the way")
        arguments = ["-W", "ignore::pytest.PytestCacheWarning"]
    project.write("@cassette\ndef test_it():\n    ask()\n    raise RuntimeError")
    result = project.run("--logprobs-record=once", *arguments)
    result.assert_outcomes(failed=1)
    assert (project.files, project.journals) == ([], [])
    assert (
        f"logprobs: recorded 1 answer in {FILE}: not kept, for the test did not come to its end"
        in result.outlines
    )
    project.write("@cassette\ndef test_it():\n    ask()")
    project.run("--logprobs-record=once", *arguments).assert_outcomes(passed=1)
    assert project.cassette() == (True, ["Hi 2"])
