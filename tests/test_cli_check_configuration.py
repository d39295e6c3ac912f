"""The command line: ``pytest-logprobs check`` keeps to what the project configured for pytest."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml
from checking import KEY, interaction, put, write

HOOKS = Path(__file__).parent.parent / ".pre-commit-hooks.yaml"
FILES = {
    "pytest.ini": "[pytest]\n{}\n",
    "tox.ini": "[pytest]\n{}\n",
    "setup.cfg": "[tool:pytest]\n{}\n",
    "pyproject.toml": "[tool.pytest.ini_options]\n{}\n",
}


@pytest.fixture
def configure():
    """Write the configuration of the project."""

    def write_it(text, file="pytest.ini"):
        Path("pytest.ini").unlink()
        put(file, FILES[file].format(text))

    return write_it


@pytest.mark.parametrize("file", FILES)
def test_exceptions_from_the_scan(check, configure, file):
    """``logprobs_allow_secrets`` lists texts that are no secrets, in any file that pytest reads."""
    write("cassettes/a.json", interaction(f"Is {KEY} a key?"))
    assert check()[0] == 1
    value = f'["{KEY}"]' if file == "pyproject.toml" else f"\n  other\n  {KEY}"
    configure(f"logprobs_allow_secrets = {value}", file)
    assert check() == (0, ["1 cassette, 1 recording: fine"], "")


def test_a_header_that_is_allowed_in_a_cassette_of_vcrpy(check, configure):
    """The exceptions are those of all that is found."""
    asked = (
        "- request: {method: GET, uri: 'http://a', body: '', headers: {X-Api-Key: [Ab1Cd2Ef3Gh4]}}"
    )
    came = "  response: {status: {code: 200, message: OK}, body: {string: a}, headers: {}}"
    put("cassettes/a.yaml", f"interactions:\n{asked}\n{came}\nversion: 1\n")
    assert check()[0] == 1
    configure("logprobs_allow_secrets = Ab1Cd2Ef3Gh4")
    assert check()[0] == 0


@pytest.mark.parametrize(("arguments", "code"), [((), 1), (("--max-age=52w",), 0)])
def test_the_oldest_age(check, configure, arguments, code):
    """``logprobs_max_age`` holds unless the command line says otherwise, if it only warns, too."""
    at = (datetime.now(timezone.utc) - timedelta(days=100)).isoformat()
    write("cassettes/a.json", interaction(at=at))
    configure("logprobs_max_age = 90d")
    assert check(*arguments)[0] == code


def test_the_directory_of_cassettes(check, configure):
    """``logprobs_cassette_dir`` names them."""
    put("recorded/a.json", "")
    assert check()[0] == 0
    configure("logprobs_cassette_dir = recorded")
    assert check()[0] == 4


def test_from_anywhere_in_the_project(check, configure, monkeypatch):
    """As pytest does, it looks for the configuration in the directories above."""
    write("tests/cassettes/a.json", interaction(KEY))
    configure(f"logprobs_allow_secrets = {KEY}")
    monkeypatch.chdir("tests")
    assert check() == (0, ["1 cassette, 1 recording: fine"], "")


def test_nothing_of_the_project_runs(check, configure, monkeypatch):
    """Neither a ``conftest.py`` nor a plugin that may not be there, nor pytest's own arguments."""
    put("conftest.py", "raise RuntimeError")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--option-of-a-plugin")
    monkeypatch.setenv("PYTEST_PLUGINS", "nowhere_to_be_found")
    configure(
        "addopts = --another --strict-config\n"
        "required_plugins = pytest-nowhere\n"
        "filterwarnings = error\n"
        "strict = true\n"
        "strict_config = true\n"
        "option_of_a_plugin = 1\n"
        "logprobs_cassette_dir = recorded"
    )
    write("recorded/a.json")
    assert check() == (0, ["1 cassette, 1 recording: fine"], "")


def test_a_wrong_setting(check, configure):
    """It is told as pytest tells it, in one line; exit 2."""
    configure("logprobs_max_age = soon")
    code, lines, errors = check()
    assert (code, lines) == (2, [])
    takes = "days or weeks, such as 90d or 12w, and then whether to warn or fail (90d fail)"
    assert errors == (
        f"pytest-logprobs: logprobs_max_age in the configuration takes {takes}; default: of any "
        f"age, and warn; got 'soon'\n"
    )


def test_a_configuration_that_cannot_be_read(check, tmp_path):
    """Pytest itself says so; exit 2."""
    put("pytest.ini", "[pytest\n")
    code, lines, errors = check()
    assert (code, lines) == (2, [])
    assert errors.startswith(f"ERROR: {tmp_path / 'pytest.ini'}:1: ")


def test_the_hook_of_pre_commit():
    """What others configure by its id runs the command, on the files where cassettes are."""
    (hook,) = yaml.safe_load(HOOKS.read_text("utf-8"))
    assert (hook["id"], hook["entry"]) == ("pytest-logprobs-check", "pytest-logprobs check")
    named = re.compile(hook["files"]).search
    assert named("tests/cassettes/test_it/test_one.json")
    assert named("cassettes/a.yaml")
    assert not named("tests/data/a.json")
    assert not named("tests/cassettes/notes.md")
