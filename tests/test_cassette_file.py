"""The file of a cassette: how it looks, and that it is replaced whole or not at all."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys

import pytest

from pytest_logprobs import CassetteReadError, CassetteWriteError
from pytest_logprobs.cassettes._file import (
    CassetteFile,
    cassette_text,
    read_cassette,
    write_cassette,
)
from pytest_logprobs.cassettes._layout import Raw

INTERACTION = {
    "request": {
        "method": "POST",
        "url": "http://127.0.0.1:8000/v1/completions",
        "headers": {"content-type": "application/json"},
        "json": Raw(
            r'{"prompt":{"\n":["Is the review good?","\"It is.\""]},"temperature":0.0,"seed":7}'
        ),
    },
    "response": {
        "status": 200,
        "json": Raw(
            '{"choices":[{"text":" Yes","logprobs":{"tokens":[" Yes"],"token_logprobs":[-1E-2]}}]}'
        ),
    },
    "recorded": {"at": "2026-11-23T08:00:00Z", "plugin": "0.1.0"},
}
TEXT = r"""{
 "format": "pytest-logprobs cassette",
 "version": 1,
 "complete": true,
 "interactions": [
  {
   "request": {
    "method": "POST",
    "url": "http://127.0.0.1:8000/v1/completions",
    "headers": {"content-type": "application/json"},
    "json": {
     "prompt": {
      "\n": [
       "Is the review good?",
       "\"It is.\""
      ]
     },
     "temperature": 0.0,
     "seed": 7
    }
   },
   "response": {
    "status": 200,
    "json": {
     "choices": [{"text": " Yes", "logprobs": {"tokens": [" Yes"], "token_logprobs": [-1E-2]}}]
    }
   },
   "recorded": {"at": "2026-11-23T08:00:00Z", "plugin": "0.1.0"}
  }
 ],
 "checksum": "crc32:25321be2"
}
"""


def without_checksum(text):
    """Return a cassette with another checksum, the same for all."""
    return re.sub("crc32:[0-9a-f]{8}", "", text if isinstance(text, str) else text.decode())


@pytest.fixture
def path(tmp_path):
    """Where a cassette may stand, in directories that are not there."""
    return tmp_path / "cassettes" / "test_a" / "c.json"


def test_the_text():
    """The file begins with what it is; bodies are laid out and spelled as they were."""
    assert cassette_text(True, [INTERACTION]) == TEXT


def test_no_file(path):
    """A file that is not there is no error, nor is a directory that is not there."""
    assert read_cassette(path) is None
    path.parent.parent.touch()
    assert read_cassette(path) is None


def test_written_and_read(path):
    """What is written is read; its JSON is text, spelled as the file spells it."""
    write_cassette(path, False, [INTERACTION])
    found = read_cassette(path)
    assert isinstance(found, CassetteFile)
    assert found.complete is False
    (interaction,) = found.interactions
    assert interaction["recorded"] == INTERACTION["recorded"]
    begin, end = TEXT.index('{\n     "prompt"'), TEXT.index('\n   },\n   "response"')
    assert interaction["request"]["json"] == TEXT[begin:end]
    assert isinstance(interaction["request"]["json"], Raw)
    assert without_checksum(path.read_bytes()) == without_checksum(TEXT.replace("true", "false"))


def test_members_of_a_later_version(path):
    """A member that is not known is kept where it is, spelled as it was."""
    later = TEXT.replace('"status": 200,', '"status": 200,\n    "seconds": 1.50,').replace(
        '"plugin": "0.1.0"}', '"plugin": "0.1.0", "cost": 1E400},\n   "labels": ["a", 1.0]'
    )
    path.parent.mkdir(parents=True)
    path.write_text(later, "utf-8", newline="\n")
    found = read_cassette(path)
    assert found.interactions[0]["labels"] == '["a", 1.0]'
    text = cassette_text(found.complete, found.interactions)
    assert without_checksum(text) == without_checksum(later)


def test_nothing_to_write(path):
    """A file that holds the same already is not touched."""
    write_cassette(path, True, [INTERACTION])
    os.utime(path, ns=(1, 1))
    write_cassette(path, True, read_cassette(path).interactions)
    assert path.stat().st_mtime_ns == 1


def names(directory):
    """Return the names of what is in a directory."""
    return sorted(each.name for each in directory.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_permissions(path, tmp_path):
    """A new file has the usual permissions, a file that is replaced keeps its own."""
    write_cassette(path, True, [])
    usual = tmp_path / "usual"
    usual.touch()
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(usual.stat().st_mode)
    path.chmod(0o640)
    write_cassette(path, True, [INTERACTION])
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert names(path.parent) == ["c.json"]


def test_a_link(path, tmp_path):
    """A link to a cassette stays one; what it leads to is replaced."""
    target = tmp_path / "elsewhere.json"
    path.parent.mkdir(parents=True)
    try:
        path.symlink_to(target)
    except OSError:
        pytest.skip("links cannot be made here")
    write_cassette(path, True, [INTERACTION])
    assert path.is_symlink()
    assert target.read_text("utf-8") == TEXT


def refused(path, reason):
    """Return what a refused write says."""
    return (
        f"{path}: cannot be written: {reason}; what was there is untouched. "
        f"Make {path.parent} a directory that you may write to, with room, and record again"
    )


def test_a_file_in_the_way(path):
    """Where a directory would have to stand, nothing is overwritten."""
    path.parent.parent.mkdir()
    path.parent.write_text("mine")
    with pytest.raises(FileExistsError) as obstacle:  # each system has its own words
        path.parent.mkdir()
    with pytest.raises(CassetteWriteError) as caught:
        write_cassette(path, True, [])
    assert str(caught.value) == refused(path, obstacle.value.strerror)
    assert (caught.value.path, caught.value.line) == (str(path), None)
    assert path.parent.read_text() == "mine"


def test_a_directory_in_the_way(path):
    """A directory of that name is no cassette; nothing is left beside it."""
    path.mkdir(parents=True)
    with pytest.raises(CassetteWriteError) as failed:
        write_cassette(path, True, [])
    assert str(failed.value).startswith(f"{path}: cannot be written: ")
    assert names(path.parent) == ["c.json"]
    with pytest.raises(CassetteReadError) as caught:
        read_cassette(path)
    reason = "cannot be opened: a directory stands there; make it a file that you may read"
    assert str(caught.value) == f"{path}: {reason}"
    assert caught.value.line is None


def test_no_room(path):
    """A disk that takes only a part of the new file leaves the old one, and nothing else."""
    resource = pytest.importorskip("resource", reason="Windows limits no sizes of files")
    write_cassette(path, True, [])
    before = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, hard))
    try:
        with pytest.raises(CassetteWriteError) as caught:
            write_cassette(path, True, [INTERACTION])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert str(caught.value) == refused(path, "File too large")
    assert path.read_bytes() == before
    assert names(path.parent) == ["c.json"]


IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.mark.skipif(IS_ROOT or sys.platform == "win32", reason="permissions do not hold here")
def test_no_permission(path):
    """A directory that may not be written to, and a file that may not be read, say so."""
    write_cassette(path, True, [])
    path.parent.chmod(0o500)
    with pytest.raises(CassetteWriteError) as failed:
        write_cassette(path, True, [INTERACTION])
    path.parent.chmod(0o700)
    assert str(failed.value) == refused(path, "Permission denied")
    reason = "cannot be opened: Permission denied; make it a file that you may read"
    for closed in (path, path.parent):
        closed.chmod(0o000)
        with pytest.raises(CassetteReadError) as caught:
            read_cassette(path)
        assert str(caught.value) == f"{path}: {reason}"
    path.parent.chmod(0o700)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"json": Raw("{'a': 1}")}, ""),
        ({"json": Raw('"\ud83d"')}, ""),
        (
            {"text": "\ud83d"},
            r'interactions[0].request.text: expected a text, or {"\n": [its lines]}, got "\ud83d"',
        ),
    ],
    ids=["no-json", "no-utf-8", "no-text"],
)
def test_what_could_not_be_read_again(path, body, problem):
    """A fault of ours costs no cassette: what could not be read again is not written."""
    write_cassette(path, True, [])
    before = path.read_bytes()
    request = {"method": "POST", "url": "http://127.0.0.1/", **body}
    with pytest.raises(CassetteWriteError) as caught:
        write_cassette(path, True, [{"request": request, "response": {"status": 200}}])
    start = f"{path}: cannot be written, for it could not be read again: "
    assert str(caught.value).startswith(f"{start}{problem}")
    assert str(caught.value).endswith("; please report this")
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "text",
    ["", "[]", TEXT.replace('"version": 1', '"version": 2')],
    ids=["empty", "other", "newer"],
)
def test_the_command(path, text):
    """What to do about a file that cannot be read holds the command that records, as given."""
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    command = "pytest 'test_a.py::test_a[{b}]' --logprobs-record=once"
    with pytest.raises(CassetteReadError) as caught:
        read_cassette(path, record=command)
    assert str(caught.value).endswith(f" or delete the file, then {command}")


WRITER = """
import sys
from pathlib import Path
from pytest_logprobs.cassettes._file import write_cassette
for number in range(1_000_000):
    response = {"status": 200, "text": str(number % 10) * 100_000}
    request = {"method": "GET", "url": "http://127.0.0.1/"}
    write_cassette(Path(sys.argv[1]), True, [{"request": request, "response": response}])
    print(number, flush=True)
"""


def test_killed(path):
    """Whenever the writer is killed, the old cassette is there whole, or the new one."""
    for writes in (1, 4, 9):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE
        ) as process:
            for _ in range(writes):
                process.stdout.readline()
            process.kill()
        (interaction,) = read_cassette(path).interactions
        assert len(interaction["response"]["text"]) == 100_000
