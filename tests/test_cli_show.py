"""The command line: ``pytest-logprobs show``."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from pytest_logprobs.cli import main

FULL = Path("/dev/full")
COMMAND = (sys.executable, "-m", "pytest_logprobs")
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")

SHOWN = """\
Completion 'Hamlet is the play written …' 10 tokens, mean_logprob -0.7209, smollm2-135m-instruct

⟦Ham|42⟧let⟦ is|28⟧⟦ the|24⟧⟦ play|7⟧⟦ written|66⟧ by⟦ William|84⟧ Shakespeare⟦.|69⟧

⟦token|57⟧ had 57 % (?: not known); unmarked: 90 % or more, or not at issue

    #  token                  prob    logprob  alternatives
    3  ' the'               24.2 %      -1.42  ' a' 22.9 %, ' often' 13.5 %, ' attributed' 5.9 %, ' typically' 5.8 %
    4  ' play'               7.2 %     -2.626  ' final' 5.9 %, ' fictional' 5.5 %, ' ' 5.0 %, ' protagonist' 5.0 %
       … and 8 less doubtful (all: --logprobs-rows=0; in show: --rows=0)
"""  # noqa: E501


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    """An environment that says nothing about colours, and a width of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)


def run(*arguments, encoding="utf-8", **options):
    """Run the command as a program of its own, at a console with an encoding."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        env=os.environ | {"PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
        **options,
    )


def test_show_prints_a_heat_map_and_a_table(recordings, capsys):
    """``show FILE`` prints the whole text with its doubtful tokens, and a table of them."""
    assert main(["show", str(recordings / "chat.json"), "--rows=2"]) == 0
    assert capsys.readouterr() == (SHOWN, "")


def test_a_dash_reads_standard_input(recordings):
    """``show -`` reads a stream as well as a body."""
    body = (recordings / "chat-stream.sse").read_bytes()
    result = run("show", "-", "--rows=1", input=body)
    assert (result.returncode, result.stderr) == (0, b"")
    assert result.stdout.decode().startswith("Completion 'Hamlet is the play written …' 10 tokens")


@pytest.mark.parametrize(("rows", "count"), [("0", 228), ("3", 3), (None, 50)])
def test_rows_is_how_many_tokens_the_table_lists(recordings, capsys, rows, count):
    """``--rows`` limits the table to the most doubtful tokens; 0 lists all, 50 is the default."""
    arguments = ["show", str(recordings / "chat-long.json"), *(["--rows", rows] if rows else [])]
    assert main(arguments) == 0
    table = capsys.readouterr().out.split("\n\n")[-1].splitlines()[1:]
    assert len([line for line in table if line.split()[0].isdigit()]) == count
    left_out = [line for line in table if "less doubtful" in line]
    assert bool(left_out) == (count < 228)


def test_several_choices_are_shown_one_after_the_other(recordings, tmp_path, capsys):
    """Each choice of a response says which one it is."""
    body = json.loads((recordings / "chat.json").read_bytes())
    body["choices"].append(body["choices"][0] | {"index": 1})
    path = tmp_path / "both.json"
    path.write_text(json.dumps(body), "utf-8")
    assert main(["show", str(path), "--rows=1"]) == 0
    titles = [line[:31] for line in capsys.readouterr().out.splitlines() if "Completion" in line]
    assert titles == [f"choice {n}: Completion 'Hamlet is" for n in (0, 1)]


def problems(recordings):
    """What cannot be read, and what is said about it."""
    return {
        recordings / "missing.json": "No such file or directory",
        recordings / "chat-no-logprobs.json": (
            "choice 0 of the openai-chat response carries no log-probabilities: ask for them "
            "with logprobs=True, top_logprobs=5 in the request; if it did, this model or "
            "provider gives none"
        ),
        recordings / "error-400.json": (
            "the response is the provider's error (context_length_exceeded): This model's maximum "
            "context length is 2048 tokens. However, you requested 2171 tokens (2131 in the "
            "messages, 40 in the completion). Please reduce the length of the messages or "
            "completion."
        ),
    }


def test_what_cannot_be_read_is_one_line_on_standard_error(recordings, capsys):
    """A missing file, an answer without logprobs, a provider's error: exit 4 and one line."""
    for path, problem in problems(recordings).items():
        assert main(["show", str(path)]) == 4
        assert capsys.readouterr() == ("", f"pytest-logprobs: {path}: {problem}\n")


def test_a_directory_is_no_response(tmp_path, capsys):
    """What the system says differs; it is one line all the same."""
    assert main(["show", str(tmp_path)]) == 4
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(f"pytest-logprobs: {tmp_path}: ")
    assert shown.err.count("\n") == 1


def test_an_error_holds_no_control_character(tmp_path, capsys):
    """A message shows a name and what stands in the body, and obeys neither."""
    path = tmp_path / "hostile.json"
    path.write_bytes(b"\x1b[31m\r\nno\nJSON \x07")
    for file in (str(path), f"{tmp_path}/\x1b[31mmissing"):
        assert main(["show", file]) == 4
        message = capsys.readouterr().err
        assert message.endswith("\n")
        assert message[:-1].isprintable()


MISTAKES = {
    (): "pytest-logprobs: the following arguments are required: COMMAND; "
    "see pytest-logprobs --help\n",
    ("show",): "pytest-logprobs show: the following arguments are required: FILE; "
    "see pytest-logprobs show --help\n",
    ("show", "a", "b"): "pytest-logprobs: unrecognized arguments: b; see pytest-logprobs --help\n",
    ("show", "a", "--rows=-1"): "pytest-logprobs show: argument --rows: '-1' is no whole number, "
    "0 or more; see pytest-logprobs show --help\n",
    ("show", "a", "--rows=x"): "pytest-logprobs show: argument --rows: 'x' is no whole number, "
    "0 or more; see pytest-logprobs show --help\n",
}


@pytest.mark.parametrize("arguments", MISTAKES)
def test_a_usage_mistake_is_one_line_and_exit_2(arguments, capsys):
    """It names the argument, and where the help is."""
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert capsys.readouterr() == ("", MISTAKES[arguments])


def test_version_and_help(capsys):
    """``--version`` and ``--help`` print to standard output and exit with 0."""
    shown = {}
    for arguments in (("--version",), ("--help",), ("show", "--help")):
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == 0
        shown[arguments] = capsys.readouterr().out
    assert shown["--version",] == f"pytest-logprobs {version('pytest-logprobs')}\n"
    assert shown["--help",].startswith("usage: pytest-logprobs [-h] [--version] COMMAND ...\n")
    assert "print the answers in a file as heat maps with their" in shown["--help",]
    assert (
        shown["show", "--help"]
        == """\
usage: pytest-logprobs show [-h] [--rows N] FILE

Print the answers in a file as heat maps with their least certain tokens.

positional arguments:
  FILE        a response body or a cassette; - reads standard input

options:
  -h, --help  show this help message and exit
  --rows N    how many tokens the table lists, 0 for all (default: 50)
"""
    )


def test_a_console_without_a_character_shows_its_escape(recordings):
    """A console in an old code page survives what it cannot print."""
    result = run("show", recordings / "chat.json", "--rows=1", encoding="cp1252")
    assert (result.returncode, result.stderr) == (0, b"")
    assert b"\\u27e6Ham|42\\u27e7let\\u27e6 is|28\\u27e7" in result.stdout


@posix
def test_a_reader_that_stops_early_is_no_error(recordings):
    """``show … | head`` prints no traceback."""
    reading, writing = os.pipe()
    os.close(reading)
    result = subprocess.run(
        [*COMMAND, "show", str(recordings / "chat.json")],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (result.returncode, result.stderr) == (0, b"")


@pytest.mark.skipif(not FULL.exists(), reason="Linux has a file that is always full")
def test_output_that_cannot_be_written_is_one_line(recordings):
    """A full disk is told like a file that cannot be read."""
    with FULL.open("wb") as full:
        result = subprocess.run(
            [*COMMAND, "show", str(recordings / "chat.json")],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert result.returncode == 4
    assert result.stderr == b"pytest-logprobs: standard output: No space left on device\n"


@posix
def test_an_interrupt_is_no_traceback(tmp_path):
    """Ctrl-C while it waits for its input ends it with the exit code that shells expect."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    # a suite that runs in the background ignores the signal, and so would what it starts
    code = (
        "import signal, sys; from pytest_logprobs.cli import main; "
        "signal.signal(signal.SIGINT, signal.default_int_handler); sys.exit(main())"
    )
    command = [sys.executable, "-c", code, "show", str(path)]
    with (
        subprocess.Popen(command, stderr=subprocess.PIPE) as process,
        path.open("wb"),  # returns when the command has opened it too
    ):
        process.send_signal(signal.SIGINT)
        try:
            _, errors = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, errors) == (130, b"")


@posix
def test_closed_streams_are_no_traceback(recordings):
    """Standard input may be closed, and so may standard output."""
    shell = 'exec "$0" -m pytest_logprobs show "$1" '
    chat = str(recordings / "chat.json")
    no_input, no_output = (
        subprocess.run(
            ["/bin/sh", "-c", shell + redirection, sys.executable, file],
            capture_output=True,
            check=False,
        )
        for redirection, file in (("<&-", "-"), (">&-", chat))
    )
    assert no_input.returncode == 4
    assert no_input.stderr == b"pytest-logprobs: -: Bad file descriptor\n"
    assert (no_output.returncode, no_output.stderr) == (0, b"")


def on_terminal(recordings, **environment):
    """Show the play in a pseudo-terminal, and return what it prints."""
    outer, inner = os.openpty()
    subprocess.run(
        [*COMMAND, "show", str(recordings / "chat.json"), "--rows=2"],
        stdout=inner,
        env=os.environ | environment,
        check=True,
    )
    shown = os.read(outer, 65536)  # all of it waits there: the other end is still open
    os.close(inner)
    os.close(outer)
    return shown.decode().splitlines()


@posix
def test_a_terminal_has_colour_and_a_table_of_its_width(recordings):
    """The heat map is coloured, and no row of the table runs over the edge."""
    lines = on_terminal(recordings)
    assert "\x1b[31m⟦Ham|42⟧\x1b[0mlet\x1b[31m⟦ is|28⟧\x1b[0m" in lines[2]
    assert "\x1b[33m⟦ written|66⟧\x1b[0m" in lines[2]
    assert [len(line) for line in lines[-3:-1]] == [80, 80]
    assert lines[-2].endswith("…")


@posix
@pytest.mark.parametrize("variable", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colour_can_be_declined(recordings, variable):
    """``NO_COLOR`` and a dumb terminal get the marks alone."""
    assert not any("\x1b" in line for line in on_terminal(recordings, **variable))


@posix
def test_an_empty_no_color_declines_nothing(recordings):
    """The variable counts where it is not empty."""
    assert any("\x1b" in line for line in on_terminal(recordings, NO_COLOR=""))
