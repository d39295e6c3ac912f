"""Files that are replaced whole: what stands in their place already."""

from __future__ import annotations

import os
import threading

import pytest

from pytest_logprobs._writing import replace_file


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_is_written_to(tmp_path):
    """Who reads it gets the data, and it stays a pipe: `-o /dev/null` replaces no device."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    replace_file(pipe, b"data")
    reader.join(10)
    assert read == [b"data"]
    assert pipe.is_fifo()


def test_a_link_stays_one(tmp_path):
    """What it leads to is replaced."""
    link, file = tmp_path / "link", tmp_path / "file"
    file.write_bytes(b"old")
    link.symlink_to(file)
    replace_file(link, b"new")
    assert (link.is_symlink(), file.read_bytes()) == (True, b"new")


def test_a_directory_is_no_file(tmp_path):
    """It stays as it is."""
    with pytest.raises(IsADirectoryError if os.name == "posix" else OSError):
        replace_file(tmp_path, b"data")
