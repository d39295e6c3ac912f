"""The command line: ``pytest-logprobs combine``, and the schema of what it writes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from ledgers import ledger, ledgers, several

from pytest_logprobs._baseline import run_text, write_run
from pytest_logprobs.cli import main

COMMAND = (sys.executable, "-m", "pytest_logprobs", "combine")

HELP = """\
usage: pytest-logprobs combine [-h] [-o PATH] PART [PART ...]

Make one run file out of those that the shards of a CI job wrote with
--logprobs-report. Into how many shards the suite was cut, and in which order
they are named, changes nothing in it. A case that two of them measured is an
error, unless both measured the same.

positional arguments:
  PART        a run file; - reads standard input

options:
  -h, --help  show this help message and exit
  -o PATH     where to write the whole run; - is standard output (default)

exit codes: 0 fine; 2 usage; 4 a file cannot be read or written, or combined
with the others
"""
SCHEMA_HELP = """\
usage: pytest-logprobs schema [-h]

Print the JSON Schema, of draft 2020-12, of the run files that pytest
--logprobs-report=FILE.json and pytest-logprobs combine write.

options:
  -h, --help  show this help message and exit

exit codes: 0 fine; 2 usage
"""
WHOLE = ledger(*several(9))


@pytest.fixture
def combine(tmp_path, monkeypatch, capsys):
    """Run ``pytest-logprobs combine`` beside three parts: its exit code, output and errors."""
    monkeypatch.chdir(tmp_path)
    for shard in range(3):
        write_run(Path(f"part{shard}.json"), ledger(*several(3, at=3 * shard)))

    def run(*arguments):
        code = main(["combine", *arguments])
        return code, *capsys.readouterr()

    return run


@pytest.mark.parametrize(("command", "text"), [("combine", HELP), ("schema", SCHEMA_HELP)])
def test_help_says_all_of_it(command, text, monkeypatch, capsys):
    """``--help`` tells what the command does, and the exit codes."""
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])
    assert stopped.value.code == 0
    assert capsys.readouterr() == (text, "")


def test_the_shards_of_a_job_are_the_run_of_the_suite(combine):
    """In any order, into a file or to standard output: byte for byte the same."""
    written = combine("part0.json", "part1.json", "part2.json", "-o", "run.json")
    assert written == (0, "", "run.json: 9 cases of 3 parts\n")
    assert Path("run.json").read_text("ascii") == run_text(WHOLE)
    assert combine("part2.json", "part0.json", "part1.json") == (0, run_text(WHOLE), "")
    assert combine("run.json", "part1.json", "-o", "-") == (0, run_text(WHOLE), "")


def test_what_was_written_is_counted(combine):
    """A part that is named twice is one."""
    write_run(Path("part0.json"), ledger(*several(1)))
    written = combine("part0.json", "part0.json", "-o", "run.json")
    assert written == (0, "", "run.json: 1 case of 1 part\n")


def test_a_part_from_standard_input(combine):
    """``-`` is standard input, and read once however often it is named."""
    arguments = (*COMMAND, "part0.json", "-", "part2.json", "-")
    part = Path("part1.json").read_bytes()
    done = subprocess.run(arguments, input=part, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode("ascii").splitlines() == run_text(WHOLE).splitlines()
    done = subprocess.run((*COMMAND, "-"), input=b"{", capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (4, b"")
    assert done.stderr.decode().splitlines() == [
        (
            "pytest-logprobs: standard input:1: the text breaks off after '{'; run the tests again "
            "with --logprobs-report"
        )
    ]


def test_parts_that_do_not_fit_together(combine):
    """One line that names both files; nothing is written."""
    write_run(Path("other.json"), ledger(*several(1, -0.5)))
    assert combine("part0.json", "part1.json", "other.json", "-o", "run.json") == (
        4,
        "",
        (
            "pytest-logprobs: other.json: tests/test_it.py::test_capital[0] was measured in "
            "part0.json too, and not the same; run each test in one part alone\n"
        ),
    )
    assert not Path("run.json").exists()


def test_what_cannot_be_read_or_written(combine):
    """One line, exit 4, no traceback."""
    assert combine("part0.json", "gone.json") == (
        4,
        "",
        "pytest-logprobs: gone.json: No such file or directory\n",
    )
    Path("baseline.json").write_text('{"version": 1, "groups": {}, "cases": []}')
    assert combine("baseline.json") == (
        4,
        "",
        (
            "pytest-logprobs: baseline.json:1: this is a baseline, and a run file is wanted; give "
            "what pytest --logprobs-report=FILE.json writes\n"
        ),
    )
    code, output, errors = combine("part0.json", "-o", "part1.json/run.json")
    assert (code, output, errors.count("\n")) == (4, "", 1)
    written = Path("part1.json", "run.json")
    assert errors.startswith(f"pytest-logprobs: {written}: cannot be written: ")


def test_nothing_to_combine_is_a_mistake(capsys):
    """A job whose parts were lost is not a run without cases."""
    with pytest.raises(SystemExit) as stopped:
        main(["combine", "-o", "run.json"])
    assert stopped.value.code == 2
    assert capsys.readouterr().err == (
        "pytest-logprobs combine: the following arguments are required: PART; see pytest-logprobs "
        "combine --help\n"
    )


# the schema


@pytest.fixture(scope="module")
def validator():
    """Give what checks a run file by the schema that is printed."""
    printed = subprocess.check_output((*COMMAND[:-1], "schema"))
    schema = json.loads(printed)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@given(ledgers())
def test_every_run_file_is_as_the_schema_says(validator, run):
    """Whatever was measured; and no member is left for the schema to explain."""
    validator.validate(json.loads(run_text(run)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"kind": "run"', '"kind": "walk"'),
        ('"version": 1', '"version": 2'),
        ('"count": 1', '"count": -1'),
        ('"margin": 0.1', '"margin": 0'),
        ('"passed"', '"fine"'),
        ('["Paris", -0.25]', '["Paris"]'),
        ('["Paris", -0.25]', '["Paris", -0.25, [], 1]'),
        ('"text"', '"words"'),
        ('"asked"', '"ask"'),
    ],
)
def test_what_is_no_run_file_is_refused_by_the_schema(validator, old, new):
    """The schema is more than a list of names."""
    text = run_text(WHOLE)
    assert old in text
    assert not validator.is_valid(json.loads(text.replace(old, new)))
