"""The command line: ``pytest-logprobs check``, what it finds in a cassette and how it ends."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from checking import KEY, interaction, put, write

from pytest_logprobs.cli import main

COMMAND = (sys.executable, "-m", "pytest_logprobs", "check")
posix = pytest.mark.skipif(os.name == "nt", reason="a closed pipe ends otherwise on Windows")

HELP = """\
usage: pytest-logprobs check [-h] [--prune] [--max-age AGE] [PATH ...]

Look through cassettes for what does not belong into a repository: files that
cannot be read, secrets, recordings that are too old, and what no test asked
for when the whole suite ran. The project's settings hold:
logprobs_allow_secrets, logprobs_cassette_dir, logprobs_max_age,
logprobs_unused.

positional arguments:
  PATH           a cassette, or a directory to look for cassettes in (default:
                 this one)

options:
  -h, --help     show this help message and exit
  --prune        delete unused cassettes, and take unused recordings out of
                 the others
  --max-age AGE  how old recordings may be: days or weeks, such as 90d or 12w

exit codes: 0 fine, also with cassettes that are incomplete or were pruned; 1
something was found; 2 usage; 4 something cannot be read, whatever else was
found: nobody knows what is in there
"""
A = str(Path("cassettes/a.json"))
REVOKE = "revoke it and record again, or list it in logprobs_allow_secrets if it is none"
VCRPY = """\
interactions:
- request:
    body: '{"messages": []}'
    headers:
      Accept: ['*/*']
      Authorization: ['Bearer q7Rw-2xTz-9Lm4']
      X-Filtered: [DUMMY]
    method: POST
    uri: https://api.example/v1?api_key=w3Er5tYu8iOp&page=2
  response:
    body: {string: '{"choices": []}'}
    headers:
      Content-Type: [application/json]
      Set-Cookie: ['sid=a1B2c3D4e5F6g7; path=/']
    status: {code: 200, message: OK}
version: 1
"""


def test_help_says_all_of_it(monkeypatch, capsys):
    """``check --help`` tells what is looked for, and the exit codes."""
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as stopped:
        main(["check", "--help"])
    assert stopped.value.code == 0
    assert capsys.readouterr() == (HELP, "")


def test_nothing_but_the_summary_where_all_is_fine(check):
    """One line, and exit 0."""
    write("tests/cassettes/test_it/a.json")
    write("tests/cassettes/test_it/b.json", interaction(), interaction("What?"))
    assert check() == (0, ["2 cassettes, 3 recordings: fine"], "")
    assert check("tests/cassettes/test_it/a.json") == (0, ["1 cassette, 1 recording: fine"], "")


def test_a_project_without_cassettes(check):
    """It has nothing that could be wrong."""
    assert check() == (0, ["no cassettes"], "")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ":1: unreadable: the file is empty; mend it, or get the committed file back: "),
        ("[]\n", ":1: unreadable: no cassette of pytest-logprobs: the JSON is no object; move it "),
        ('{\n"a": 1}\n', ':1: unreadable: no cassette of pytest-logprobs: "format" is missing; '),
        ('{\n"a": \n<<<<<<< HEAD\n', ":3: unreadable: "),
        ('{"format": "pytest-logprobs cassette", "version": 99}', ":1: unreadable: a cassette of "),
        ("interactions: [\n", ":"),
    ],
)
def test_what_cannot_be_read(check, text, found):
    """The line names place, problem and remedy as everywhere else; exit 4."""
    put("cassettes/a.json", text)
    code, (line, summary), errors = check()
    assert (code, summary, errors) == (4, "1 cassette, 0 recordings: 1 unreadable", "")
    assert line.startswith(f"{A}{found}")
    assert "--logprobs-record=once" in line


def test_a_secret_is_named_by_its_place(check):
    """Its kind and the path to it are told, and never the secret; exit 1."""
    write("cassettes/a.json", interaction(), interaction(f"My key is {KEY}"))
    code, lines, errors = check()
    place = "interactions[1].request.json.messages[0].content"
    assert (code, lines, errors) == (
        1,
        [
            (f"{A}: secret: what looks like an OpenAI key, at {place}; {REVOKE}"),
            "1 cassette, 2 recordings: 1 secret",
        ],
        "",
    )


def test_the_keys_of_this_machine_are_found_by_value(check, monkeypatch):
    """A key that looks like nothing known is told by the variable that holds it."""
    monkeypatch.setenv("HOUSE_API_KEY", "q7Rw-2xTz-9Lm4")
    write("cassettes/a.json", interaction("Is q7Rw-2xTz-9Lm4 a key?"))
    code, (line, _), _ = check()
    assert code == 1
    assert ": secret: what looks like the value of HOUSE_API_KEY, at interactions[0]." in line
    assert "q7Rw" not in line


def test_what_a_cassette_of_vcrpy_says_that_ours_would_not(check):
    """Keys in headers and in the URL, and cookies, are secrets; what stands for one is none."""
    put("cassettes/a.yaml", VCRPY)
    code, lines, _ = check()
    path = Path("cassettes/a.yaml")
    assert (code, lines) == (
        1,
        [
            (
                f"{path}: secret: what looks like a key or a cookie, at "
                f"interactions[0].request.headers.Authorization; {REVOKE}"
            ),
            (
                f"{path}: secret: what looks like a key or a cookie, at "
                f"interactions[0].response.headers.Set-Cookie; {REVOKE}"
            ),
            f"{path}: secret: what looks like a key, at interactions[0].request.url; {REVOKE}",
            "1 cassette, 1 recording: 3 secrets",
        ],
    )
    filtered = re.sub("q7Rw-2xTz-9Lm4|a1B2c3D4e5F6g7|w3Er5tYu8iOp", "DUMMY", VCRPY)
    put("cassettes/a.yaml", filtered)
    assert check() == (0, ["1 cassette, 1 recording: fine"], "")


def test_a_key_in_a_header_that_ours_would_not_keep(check):
    """A cassette of vcrpy has all headers; whatever their names are, they are looked at."""
    key = "AKIA" + "QWERTYUIOPASDF23"
    put(
        "cassettes/a.yaml", VCRPY.replace("a1B2c3D4e5F6g7", "none").replace("Set-Cookie", "X-Trace")
    )
    assert ".headers.X-Trace" not in "".join(check()[1])
    text = VCRPY.replace("a1B2c3D4e5F6g7", key).replace("Set-Cookie", "X-Trace")
    put("cassettes/a.yaml", text)
    code, lines, _ = check()
    assert code == 1
    place = "interactions[0].response.headers.X-Trace[0]"
    found = f"secret: what looks like an AWS access key, at {place}; {REVOKE}"
    assert f"{Path('cassettes/a.yaml')}: {found}" in lines


def test_old_recordings(check):
    """``--max-age`` tells how many are older, and how old the oldest is; exit 1."""
    ages = [datetime.now(timezone.utc) - timedelta(days=days) for days in (10, 100, 200)]
    write("cassettes/a.json", interaction(), *(interaction(at=each.isoformat()) for each in ages))
    assert check()[0] == 0
    assert check("--max-age", "90d") == (
        1,
        [
            (
                f"{A}: stale: 2 of 4 recordings older than 90d, from 200 days "
                f"ago; record again with --logprobs-record=rewrite"
            ),
            "1 cassette, 4 recordings: 1 stale",
        ],
        "",
    )
    assert check("--max-age", "52w")[0] == 0


def test_an_incomplete_cassette_is_told_and_fine(check):
    """The test that recorded it fails anyway, until it is made to pass."""
    write("cassettes/a.json", complete=False)
    assert check() == (
        0,
        [
            (
                f"{A}: incomplete: the test failed when this was recorded; run "
                f"it with --logprobs-record=once"
            ),
            "1 cassette, 1 recording: 1 incomplete",
        ],
        "",
    )


def test_the_worst_code_wins(check):
    """What cannot be read goes before what was found: nobody knows what is in there."""
    put("cassettes/a.json", "")
    write("cassettes/b.json", interaction(KEY))
    write("cassettes/c.json", interaction(KEY), complete=False)
    code, lines, _ = check()
    assert (code, lines[-1]) == (
        4,
        "3 cassettes, 2 recordings: 1 unreadable, 2 secrets, 1 incomplete",
    )


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("-",), "argument PATH: standard input is not looked through; name a file"),
        (
            ("--max-age=soon",),
            "argument --max-age: takes days or weeks, such as 90d or 12w; got 'soon'",
        ),
    ],
)
def test_usage(check, capsys, arguments, problem):
    """A usage mistake is one line on standard error, and exit 2."""
    with pytest.raises(SystemExit) as stopped:
        check(*arguments)
    assert stopped.value.code == 2
    shown = f"pytest-logprobs check: {problem}; see pytest-logprobs check --help\n"
    assert capsys.readouterr() == ("", shown)


def test_a_path_that_is_not_there(check):
    """It is one line on standard error, and exit 4."""
    assert check("nowhere") == (4, [], "pytest-logprobs: nowhere: No such file or directory\n")


def test_a_name_that_is_a_command_to_the_terminal(check):
    """What a name holds is shown, and not obeyed."""
    try:
        put("cassettes/\x1b[31m\n.json", "")
    except OSError:
        pytest.skip("this file system has no such names")
    _, lines, _ = check()
    assert len(lines) == 2
    assert lines[0].startswith(f"{Path('cassettes')}{os.sep}\\x1b[31m\\n.json:1: unreadable: ")


@posix
def test_who_has_seen_enough_gets_no_traceback(check):
    """``| head -1`` ends it without a complaint."""
    for number in range(200):
        put(f"cassettes/{number}.json", "")
    with subprocess.Popen(
        COMMAND, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline().startswith("cassettes/0.json:1: unreadable: ")
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 4


def test_it_says_the_same_whatever_a_body_holds(check):
    """A body of a megabyte is looked through like any other, at its very end, too."""
    body = {"request": interaction()["request"], "response": {"status": 200, "text": ""}}
    body["response"]["text"] = f"{json.dumps(['word'] * 100_000)} {KEY}"
    write("cassettes/a.json", body)
    assert check()[1][-1] == "1 cassette, 1 recording: 1 secret"
