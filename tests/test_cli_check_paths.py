"""The command line: where ``pytest-logprobs check`` looks for cassettes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from checking import put, write

from pytest_logprobs.cassettes import cassette_files

links = pytest.mark.skipif(os.name == "nt", reason="Windows lets few users make links")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)


def found(path=".", beside="cassettes"):
    """Return the files that are found, with slashes."""
    return [file.as_posix() for file in cassette_files(Path(path), beside)]


def test_all_json_and_yaml_in_directories_of_cassettes():
    """Wherever these are, and in the same order in any file system."""
    for name in ("b/x.json", "b.yml", "b/A.JSON", "a.yaml", "notes.txt", ".x.tmp", "a.json.bak"):
        put(f"two/cassettes/{name}", "")
    put("cassettes/x.json", "")
    put("two/other/x.json", "{}")
    assert found() == [
        "cassettes/x.json",
        "two/cassettes/a.yaml",
        "two/cassettes/b.yml",
        "two/cassettes/b/A.JSON",
        "two/cassettes/b/x.json",
    ]
    assert found("two/cassettes/b") == ["two/cassettes/b/A.JSON", "two/cassettes/b/x.json"]


def test_a_file_anywhere_that_says_it_is_a_cassette():
    """An absolute ``logprobs_cassette_dir`` may have been another on another machine."""
    write("recorded/test_it/a.json")
    put("recorded/data.json", '{"interactions": []}')
    put("recorded/a.yaml", "version: 1")
    assert found() == ["recorded/test_it/a.json"]


def test_a_file_that_is_named_is_one():
    """What it holds is not asked."""
    put("data.json", "{}")
    assert found("data.json") == ["data.json"]


@pytest.mark.parametrize("beside", ["data/recorded", "data//recorded/"])
def test_directories_may_have_another_name(beside):
    """``logprobs_cassette_dir`` may be a path of several parts."""
    for name in ("tests/data/recorded/test_it/a.json", "tests/data/a.json", "recorded/a.json"):
        put(name, "")
    assert found(beside=beside) == ["tests/data/recorded/test_it/a.json"]


def test_directories_may_be_absolute_or_the_tests_own(tmp_path):
    """Beside the tests themselves, a file is a cassette if it says so."""
    put("all/tests/test_it/a.json", "")
    write("tests/test_it/b.json")
    put("tests/data.json", "{}")
    named = ["all/tests/test_it/a.json", "tests/test_it/b.json"]
    assert found(beside=str(tmp_path / "all")) == named
    assert found(beside=".") == ["tests/test_it/b.json"]


def test_where_the_project_itself_is_does_not_count(tmp_path, monkeypatch):
    """A project in a directory called ``cassettes`` is no cassette as a whole."""
    put("cassettes/project/package.json", "{}")
    put("cassettes/project/cassettes/a.json", "")
    monkeypatch.chdir(tmp_path / "cassettes/project")
    assert found() == ["cassettes/a.json"]
    assert found(tmp_path / "cassettes/project") == [
        (tmp_path / "cassettes/project/cassettes/a.json").as_posix()
    ]


def test_what_others_wrote_is_left_out():
    """Hidden directories, packages and environments of Python are not the project's."""
    for name in (".git", ".venv", "node_modules", "__pycache__", "lib/site-packages", "env"):
        put(f"{name}/cassettes/a.json", "")
    put("env/pyvenv.cfg", "")
    put("cassettes/a.json", "")
    assert found() == ["cassettes/a.json"]
    assert found(".git/cassettes") == [".git/cassettes/a.json"]  # unless it is asked for


@links
def test_links():
    """Those to files are files; those to directories are followed where they are named alone."""
    put("cassettes/a.json", "")
    Path("other").mkdir()
    for name, target in {
        "cassettes/b.json": "a.json",
        "cassettes/c.json": "nowhere",
        "cassettes/loop": "..",
        "other/cassettes": "../cassettes",
    }.items():
        Path(name).symlink_to(target)
    os.mkfifo("cassettes/pipe.json")  # who reads it waits
    assert found() == ["cassettes/a.json", "cassettes/b.json"]
    assert found("other/cassettes") == ["other/cassettes/a.json", "other/cassettes/b.json"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="who may read everything")
def test_a_directory_that_cannot_be_read_is_an_error(check):
    """Nobody knows what is in there."""
    put("cassettes/closed/a.json", "")
    Path("cassettes/closed").chmod(0)
    try:
        expected = f"pytest-logprobs: {Path('cassettes/closed')}: Permission denied\n"
        assert check() == (4, [], expected)
    finally:
        Path("cassettes/closed").chmod(0o700)


def test_a_file_is_checked_once(check):
    """However often it is named."""
    write("cassettes/a.json")
    arguments = ("cassettes/a.json", ".", "./cassettes", "cassettes")
    assert check(*arguments) == (0, ["1 cassette, 1 recording: fine"], "")
