"""The README, followed word for word in an empty directory."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from loopback import recorded_server

README = Path(__file__).parent.parent / "README.md"

FENCE = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = FENCE.findall(README.read_text(encoding="utf-8"))
FILES = {name: content for _, name, content in BLOCKS if name}
CONSOLE = [content for language, _, content in BLOCKS if language == "console"]


@pytest.fixture
def endpoint():
    """Give the address of a server that answers with a recording."""
    with recorded_server() as address:
        yield address


@pytest.fixture
def empty_directory(tmp_path, monkeypatch):
    """Give a directory that holds what the README tells to write, and be in it."""
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*command, **environment):
    """Run a command as a user would, in a terminal of 80 columns without colour."""
    plain = {name: os.environ[name] for name in os.environ if name not in ("CI", "BUILD_NUMBER")}
    settings = {"COLUMNS": "80", "PYTHONIOENCODING": "utf-8", "PYTEST_ADDOPTS": "", **environment}
    done = subprocess.run(
        [sys.executable, "-m", *command],
        env={**plain, **settings},
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout.decode() + done.stderr.decode()


def without_times(output):
    """Leave out what differs from run to run, and the header of a session."""
    output = re.sub(r"^=+ test session starts =+\n(.*\n)*?\n", "", output)
    # the rule around the last line is as long as the time leaves room for
    output = re.sub(r"^=+ (\d+ failed).* =*$", r"= \1 =", output, flags=re.MULTILINE)
    return "\n".join(line.rstrip() for line in output.replace("\r\n", "\n").splitlines())


def test_the_readme_shows_the_failure_of_its_first_test(empty_directory):
    """The first example stands there "with its failing output"."""
    command, _, expected = CONSOLE[0].partition("\n")
    assert command == "$ pytest test_review.py"
    status, output = run("pytest", "-p", "no:cacheprovider", "test_review.py")
    assert status == 1
    assert without_times(output) == without_times(expected)


@pytest.mark.parametrize(
    "name", sorted(FILES.keys() - {"answer.json", "conftest.py", "test_review.py"})
)
def test_every_other_test_of_the_readme_passes(empty_directory, endpoint, name):
    """What is shown runs, the real client against a server on this machine included."""
    environment = {"OPENAI_BASE_URL": endpoint, "OPENAI_API_KEY": "placeholder"}
    status, output = run("pytest", name, "--logprobs-record=once", **environment)
    assert (status, output[-200:] if status else "") == (0, "")


def test_the_three_commands(empty_directory):
    """Record, replay without server and key, look; then ask something else, and be told."""
    record, replay, look = re.findall(r"^\$ (?:\S+=… )?(.*)$", CONSOLE[1], re.MULTILINE)
    with recorded_server() as address:
        status, _ = run(*record.split(), OPENAI_BASE_URL=address, OPENAI_API_KEY="placeholder")
    assert status == 0
    assert run(*replay.split(), OPENAI_BASE_URL=address, OPENAI_API_KEY="")[0] == 0
    status, output = run(*look.replace("-", "_", 1).split())
    head = re.sub("[0-9]{4}-[0-9]{2}-[0-9]{2}", "2026-11-23", output.splitlines()[0])
    shown = "1 of 1, recorded 2026-11-23, asked 'Who wrote Hamlet? Answer in one sentenc…'"
    assert (status, head) == (0, shown)

    test = empty_directory / "test_hamlet.py"
    test.write_text(FILES["test_hamlet.py"].replace("Hamlet", "Faust"), "utf-8")
    command, _, expected = CONSOLE[2].partition("\n")
    assert command == "$ pytest test_hamlet.py"
    status, output = run(*replay.split(), OPENAI_BASE_URL=address, OPENAI_API_KEY="")
    assert status == 1
    output = output.replace(address, "https://api.openai.com/v1")
    told = "12 days ago on gpt-4o-mini-2024-07-18"
    output = output.replace("today on smollm2-135m-instruct", told)
    assert without_times(output) == without_times(expected)


def test_the_readme_shows_an_answer(empty_directory):
    """The command line prints what the README says."""
    command, _, expected = CONSOLE[3].partition("\n")
    assert command == "$ pytest-logprobs show answer.json"
    status, output = run("pytest_logprobs", "show", "answer.json")
    assert status == 0
    assert without_times(output) == without_times(expected)
