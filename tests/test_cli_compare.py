"""The command line: ``pytest-logprobs compare``, what it prints and how it ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from ledgers import case, ledger, several

from pytest_logprobs._baseline import write_baseline, write_run
from pytest_logprobs._gate import judge
from pytest_logprobs._ledger import Policy, Scope
from pytest_logprobs.cli import main
from pytest_logprobs.reports.terminal import render

COMMAND = (sys.executable, "-m", "pytest_logprobs", "compare")

HELP = """\
usage: pytest-logprobs compare [-h] [--inconclusive WHAT] [--new WHAT] A B

Decide whether the run B is worse than A, as the gates of a test run would:
each group by the margin that A has for it, each case under
max_mean_logprob_drop by that limit.

positional arguments:
  A                    a run file or a baseline; - reads standard input
  B                    a run file; - reads standard input

options:
  -h, --help           show this help message and exit
  --inconclusive WHAT  what to do where it cannot be told, with too few cases
                       or cases that were not run: fail or warn (default:
                       fail)
  --new WHAT           what to do about cases that A does not have: fail or
                       warn (default: warn, fail where CI is set)

exit codes: 0 not worse; 1 worse, or cases are missing or not comparable; 2
usage; 3 inconclusive, or B did not run all that A has; 4 a file cannot be
read, or nothing could be compared
"""
ACCEPT = "to accept what has changed: pytest --logprobs-baseline=update"
NOTHING = (
    "pytest-logprobs: nothing was compared: there is no case that both A and B have and that a "
    "gate which ran whole, or a limit, is about\n"
)
BEFORE = ledger(*several(24))
WORSE = ledger(*several(24, lambda number: -0.5 - number / 100))
UNSURE = ledger(*several(24, lambda number: -0.25 - number / 100))
PARTIAL = ledger(*several(12), scopes=(Scope(paths=("tests/test_that.py",)),))


@pytest.fixture
def compare(tmp_path, monkeypatch, capsys):
    """Run ``pytest-logprobs compare`` on two ledgers: its exit code, output and errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CI", raising=False)

    def run(before, after, *arguments, write=write_run):
        write(Path("a.json"), before)
        write_run(Path("b.json"), after)
        code = main(["compare", "a.json", "b.json", *arguments])
        return code, *capsys.readouterr()

    return run


def test_help_says_all_of_it(monkeypatch, capsys):
    """``--help`` tells what is decided, and the exit codes."""
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as stopped:
        main(["compare", "--help"])
    assert stopped.value.code == 0
    assert capsys.readouterr() == (HELP, "")


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        (BEFORE, BEFORE, 0),
        (BEFORE, ledger(*several(25)), 0),  # a new case
        (BEFORE, WORSE, 1),
        (ledger(*several(25)), BEFORE, 1),  # a case is gone
        (ledger(*several(24, model="one")), ledger(*several(24, model="other")), 1),
        (BEFORE, UNSURE, 3),
        (BEFORE, PARTIAL, 4),
    ],
)
def test_the_report_is_that_of_a_run_and_the_exit_code_its_verdict(compare, before, after, code):
    """0 not worse, 1 worse, missing or not comparable, 3 inconclusive, 4 nothing compared."""
    shown = render(judge(before, after), accept="")
    assert shown
    assert compare(before, after) == (code, f"{shown}\n", NOTHING if code == 4 else "")


def test_the_policy_is_that_of_a(compare):
    """B cannot move its own yardstick."""
    lenient = ledger(*WORSE.cases.values(), policies={"capitals": Policy(margin=9.0)})
    assert compare(BEFORE, lenient)[0] == 1
    before = ledger(*BEFORE.cases.values(), policies={"capitals": Policy(margin=9.0)})
    assert compare(before, WORSE)[0] == 0


def test_a_baseline_is_compared_like_a_run_and_can_be_updated(compare):
    """The command that accepts the change is named where there is one."""
    assert compare(BEFORE, BEFORE, write=write_baseline)[0] == 0
    code, output, errors = compare(BEFORE, WORSE, write=write_baseline)
    assert (code, errors) == (1, "")
    assert output.endswith(f"{ACCEPT}\n")
    assert ACCEPT not in compare(BEFORE, WORSE)[1]


def test_too_few_cases_to_tell(compare):
    """``--inconclusive=warn`` lets it pass; what is worse is worse all the same."""
    assert compare(BEFORE, UNSURE, "--inconclusive=fail")[0] == 3
    assert compare(BEFORE, UNSURE, "--inconclusive=warn")[0] == 0
    assert compare(BEFORE, WORSE, "--inconclusive=warn")[0] == 1
    both = [
        ledger(*run.cases.values(), *several(24, each, at=50, groups=("tone",)))
        for run, each in ((BEFORE, -0.25), (UNSURE, -0.75))
    ]
    assert compare(*both)[0] == 1


def test_cases_that_a_does_not_have(compare, monkeypatch):
    """``--new`` goes before ``CI``, and that before letting them pass."""
    more = ledger(*several(25))
    assert compare(BEFORE, more)[0] == 0
    assert compare(BEFORE, more, "--new=fail")[0] == 1
    monkeypatch.setenv("CI", "true")
    assert compare(BEFORE, more)[0] == 1
    assert compare(BEFORE, more, "--new=warn")[0] == 0


def test_new_cases_behind_a_milder_verdict(compare):
    """A verdict that warns hides none that fails, as in a run."""
    mild = "--inconclusive=warn"
    more = ledger(*UNSURE.cases.values(), *several(1, at=50))
    assert compare(BEFORE, more, mild)[0] == 0
    assert compare(BEFORE, more, mild, "--new=fail")[0] == 1
    assert compare(BEFORE, more, "--new=fail")[0] == 1


def test_a_gate_that_did_not_run_whole_cannot_be_told(compare):
    """What was compared may be fine: 3, and it is said of what nothing is known."""
    scopes = (Scope(paths=("tests/test_it.py",)),)
    limited = [case(f"t.py::test_{n}", groups=(), max_drop=0.1) for n in range(5)]
    tone = [case(f"t.py::test_tone[{n}]", groups=("tone",)) for n in range(12)]
    before = ledger(*BEFORE.cases.values(), *tone, *limited)
    part = ledger(*BEFORE.cases.values(), scopes=scopes)
    code, _, errors = compare(before, part)
    assert (code, errors) == (
        3,
        (
            "pytest-logprobs: B did not run all that A has, so this cannot be told: gate tone, "
            "t.py::test_0, t.py::test_1, t.py::test_2, t.py::test_3 and 1 more\n"
        ),
    )
    assert compare(before, part, "--inconclusive=warn")[::2] == (0, "")


def test_a_limit_of_a_case(compare):
    """A case under ``max_mean_logprob_drop`` is compared without any gate."""
    limited = [ledger(case(score=score, groups=(), max_drop=0.1)) for score in (-0.25, -0.3, -0.5)]
    assert compare(limited[0], limited[1])[0] == 0
    assert compare(limited[0], limited[2])[0] == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ledger(), ledger()),
        (ledger(case(groups=())), ledger(case(groups=()))),
        (ledger(), BEFORE),
    ],
)
def test_nothing_compared_is_not_fine(compare, before, after):
    """Two runs that judge nothing in common end with 4, and say so."""
    code, _, errors = compare(before, after)
    assert (code, errors) == (4, NOTHING)


def test_what_cannot_be_read(compare, capsys):
    """The file, its line, and what is wanted instead."""
    compare(BEFORE, BEFORE, write=write_baseline)
    assert main(["compare", "b.json", "a.json"]) == 4
    assert capsys.readouterr().err == (
        "pytest-logprobs: a.json:1: this is a baseline, and a run file is wanted; give what "
        "pytest --logprobs-report=FILE.json writes\n"
    )
    assert main(["compare", "b.json", "gone.json"]) == 4
    assert capsys.readouterr().err == "pytest-logprobs: gone.json: No such file or directory\n"
    assert main(["compare", "-", "-"]) == 2
    assert capsys.readouterr().err == "pytest-logprobs: A and B cannot both be standard input\n"


def test_standard_input(compare):
    """Either side may be standard input."""
    shown = compare(BEFORE, WORSE)[1]
    for arguments, file in ((("-", "b.json"), "a.json"), (("a.json", "-"), "b.json")):
        command = (*COMMAND, *arguments)
        data = Path(file).read_bytes()
        done = subprocess.run(command, input=data, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (1, b"")
        assert done.stdout.decode().splitlines() == shown.splitlines()
