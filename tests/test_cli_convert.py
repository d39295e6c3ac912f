"""The command line: ``pytest-logprobs convert``."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from pytest_logprobs.cassettes import cassette_file
from pytest_logprobs.cassettes._file import cassette_text
from pytest_logprobs.cassettes._foreign import foreign_text
from pytest_logprobs.cassettes._messages import stored_request, stored_response
from pytest_logprobs.cli import main

JSON = {"content-type": "application/json"}
URL = "https://api.example/v1/chat/completions"
KEY = "sk-proj-" + "abcdefghij0123456789"
HELP = """\
usage: pytest-logprobs convert [-h] [--to {logprobs,yaml,json}] [-o PATH] [--force] FILE [FILE ...]

Turn cassettes of vcrpy and pytest-recording, YAML or JSON, into cassettes of pytest-logprobs, and
these into YAML that vcrpy reads. What is recorded stays the same: requests, answers, their order.
Headers that cassettes do not keep are left out, and nothing is written that looks like a secret,
unless pytest's configuration here lists it in logprobs_allow_secrets.

positional arguments:
  FILE                  a cassette; - reads standard input and writes to standard output

options:
  -h, --help            show this help message and exit
  --to {logprobs,yaml,json}
                        what to write (default: logprobs from what vcrpy wrote, yaml from what is
                        ours)
  -o PATH               where to write the one FILE; - is standard output (default: beside it)
  --force               replace a file that is there

exit codes: 0 fine; 1 a secret was found; 2 usage, or a file is there already; 4 a file cannot be
read or written. The other files are converted all the same.
"""


def interactions(body=b'{"logprob": -0.10}'):
    """Return two recordings."""
    asked = b'{"messages": [{"role": "user", "content": "Who?"}]}'
    return [
        {
            "request": stored_request("POST", URL, JSON, asked),
            "response": stored_response(status, JSON, each),
        }
        for status, each in ((429, b'{"error": "wait"}'), (200, body))
    ]


OURS = cassette_text(True, interactions())
THEIRS = {kind: foreign_text(interactions(), kind) for kind in ("yaml", "json")}


@pytest.fixture(autouse=True)
def directory(tmp_path, monkeypatch):
    """Work in a directory of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "102")
    return tmp_path


def test_help(capsys):
    """It says what becomes of what, and what the exit codes mean."""
    with pytest.raises(SystemExit) as caught:
        main(["convert", "--help"])
    assert caught.value.code == 0
    assert capsys.readouterr() == (HELP, "")


def test_a_cassette_of_vcrpy_becomes_ours(directory, capsys):
    """It is written beside the old one, which stays."""
    (directory / "c.yaml").write_text(THEIRS["yaml"])
    assert main(["convert", "c.yaml"]) == 0
    assert (directory / "c.json").read_text() == OURS
    assert (directory / "c.yaml").read_text() == THEIRS["yaml"]
    assert capsys.readouterr() == ("", "")


def test_ours_becomes_yaml(directory):
    """It is written beside the old one, and comes back as it was."""
    (directory / "c.json").write_text(OURS)
    assert main(["convert", "c.json"]) == 0
    assert (directory / "c.yaml").read_text() == THEIRS["yaml"]
    assert main(["convert", "c.yaml", "-o", "again/c.json"]) == 0
    assert (directory / "again/c.json").read_text() == OURS


@pytest.mark.parametrize("to", ["logprobs", "yaml", "json"])
@pytest.mark.parametrize("text", [OURS, *THEIRS.values()], ids=["logprobs", "yaml", "json"])
def test_every_kind_into_every_other(directory, text, to):
    """``--to`` says into which."""
    (directory / "c").write_text(text)
    assert main(["convert", "c", "--to", to, "-o", "d"]) == 0
    assert (directory / "d").read_text() == {"logprobs": OURS, **THEIRS}[to]


def test_the_name_is_what_the_test_will_look_for(directory):
    """Where file systems take names for one, ours has a hash."""
    (directory / "test_it[GPT-4].yaml").write_text(THEIRS["yaml"])
    assert main(["convert", "test_it[GPT-4].yaml"]) == 0
    assert cassette_file(directory, "test_it[GPT-4]").exists()
    assert not (directory / "test_it[GPT-4].json").exists()


def test_a_file_that_is_there_stays(directory, capsys):
    """It is a mistake of the command, unless ``--force`` is given; others are converted."""
    for name in ("a.yaml", "b.yaml"):
        (directory / name).write_text(THEIRS["yaml"])
    (directory / "a.json").write_text("mine")
    assert main(["convert", "a.yaml", "b.yaml"]) == 2
    told = "pytest-logprobs: a.json: there is a file already; replace it with --force\n"
    assert capsys.readouterr() == ("", told)
    assert (directory / "a.json").read_text() == "mine"
    assert (directory / "b.json").read_text() == OURS
    assert main(["convert", "a.yaml", "--force"]) == 0
    assert (directory / "a.json").read_text() == OURS


def test_json_of_vcrpy_in_its_own_place(directory):
    """That is to replace it."""
    (directory / "c.json").write_text(THEIRS["json"])
    assert main(["convert", "c.json"]) == 2
    assert main(["convert", "c.json", "--force"]) == 0
    assert (directory / "c.json").read_text() == OURS


def test_one_output_is_for_one_file(capsys):
    """Several are a mistake, told before anything is read."""
    assert main(["convert", "a", "b", "-o", "c"]) == 2
    assert capsys.readouterr().err == (
        "pytest-logprobs: -o is where one FILE goes, and there are 2\n"
    )


def test_standard_input_and_output():
    """A dash is both."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest_logprobs", "convert", "-"],
        input=THEIRS["yaml"],
        env=os.environ | {"PYTHONUTF8": "1"},
        capture_output=True,
        check=False,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, OURS, "")


def test_a_dash_as_output(directory, capsys):
    """What is there on the disk is converted to standard output."""
    (directory / "c.json").write_text(OURS)
    assert main(["convert", "c.json", "-o", "-"]) == 0
    assert capsys.readouterr() == (THEIRS["yaml"], "")


@pytest.mark.parametrize("text", [None, "{}", "interactions:\n- 'a\n"])
def test_what_cannot_be_read(directory, capsys, text):
    """It is one line on standard error and exit 4, whatever becomes of the others."""
    (directory / "b.yaml").write_text(THEIRS["yaml"])
    if text is not None:
        (directory / "a.yaml").write_text(text)
    assert main(["convert", "a.yaml", "b.yaml"]) == 4
    shown = capsys.readouterr()
    assert (shown.out, shown.err.count("\n")) == ("", 1)
    assert shown.err.startswith("pytest-logprobs: a.yaml:")
    assert (directory / "b.json").read_text() == OURS


def test_what_cannot_be_written(directory, capsys):
    """It is one line on standard error and exit 4."""
    (directory / "c.yaml").write_text(THEIRS["yaml"])
    (directory / "d").write_text("a file")
    assert main(["convert", "c.yaml", "-o", "d/c.json"]) == 4
    assert capsys.readouterr().err.startswith("pytest-logprobs: d/c.json: cannot be written: ")


def test_bytes_are_nothing_for_json_of_vcrpy(directory, capsys):
    """The error says what can hold them."""
    (directory / "c.json").write_text(cassette_text(True, interactions(b"\xff\x00")))
    assert main(["convert", "c.json", "--to=json", "-o", "d"]) == 4
    told = "a body is no text, which JSON of vcrpy cannot hold: write YAML"
    assert capsys.readouterr().err == f"pytest-logprobs: c.json: {told}\n"
    assert main(["convert", "c.json"]) == 0


def test_a_secret(directory, capsys):
    """Nothing is written; the error names the place and not the secret, and the exit code is 1."""
    leak = json.dumps({"answer": f"my key is {KEY}"}).encode()
    (directory / "c.yaml").write_text(foreign_text(interactions(leak), "yaml"))
    assert main(["convert", "c.yaml"]) == 1
    shown = capsys.readouterr().err
    found = "interaction 2 holds what looks like an OpenAI key, at interactions[1].response.json"
    assert shown.startswith(f"pytest-logprobs: c.yaml: not written, for {found}.answer. ")
    assert KEY not in shown
    assert not (directory / "c.json").exists()


def test_a_key_of_this_machine(directory, capsys, monkeypatch):
    """What only this machine knows to be a key is not written either."""
    monkeypatch.setenv("HOUSE_API_KEY", "q7Rw-2xTz-9Lm4")
    (directory / "c.yaml").write_text(foreign_text(interactions(b"q7Rw-2xTz-9Lm4"), "yaml"))
    assert main(["convert", "c.yaml"]) == 1
    found = "what looks like the value of HOUSE_API_KEY, at interactions[1].response.text. "
    assert found in capsys.readouterr().err
    (directory / "pytest.ini").write_text("[pytest]\nlogprobs_allow_secrets = q7Rw-2xTz-9Lm4\n")
    assert main(["convert", "c.yaml"]) == 0


def test_a_secret_that_is_none(directory):
    """What the project's configuration allows is written."""
    leak = json.dumps({"answer": f"my key is {KEY}"}).encode()
    (directory / "c.yaml").write_text(foreign_text(interactions(leak), "yaml"))
    (directory / "pytest.ini").write_text(f"[pytest]\nlogprobs_allow_secrets = {KEY}\n")
    assert main(["convert", "c.yaml"]) == 0
    assert KEY in (directory / "c.json").read_text()


def test_what_vcrpy_kept_and_we_do_not(directory):
    """Keys in headers and in the URL are gone."""
    text = THEIRS["yaml"].replace(
        "headers:\n", f"headers:\n      Authorization: [Bearer {KEY}]\n", 1
    )
    (directory / "c.yaml").write_text(text.replace(URL, f"{URL}?api_key={KEY}"))
    assert main(["convert", "c.yaml"]) == 0
    ours = (directory / "c.json").read_text()
    assert KEY not in ours
    assert "authorization" not in ours.lower()
