"""The error of a miss, and the line that it names."""

from __future__ import annotations

import inspect
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pytest_logprobs import CassetteMissError, LogprobsError
from pytest_logprobs.cassettes._miss import caller

HERE = Path(__file__)


def test_what_kind_of_error_it_is():
    """Outside ``Exception`` and outside ``LogprobsError``, "as ``pytest.fail`` is"."""
    miss = CassetteMissError("no recording\nnext", "the diff")
    kinds = (pytest.fail.Exception, BaseException, Exception, LogprobsError)
    assert [isinstance(miss, kind) for kind in kinds] == [True, True, False, False]
    assert (str(miss), miss.msg, miss.pytrace) == (
        "no recording\nnext",
        "no recording\nnext",
        False,
    )
    assert (miss.explanation, miss.section) == ("no recording\nnext", "the diff")
    assert CassetteMissError("no recording").section == ""


def test_it_crosses_processes():
    """A process pool hands it on as it is."""
    miss = pickle.loads(pickle.dumps(CassetteMissError("no recording", "the diff")))
    assert (type(miss), str(miss), miss.section) == (CassetteMissError, "no recording", "the diff")


def line():
    """Return the number of the line that calls this."""
    return inspect.currentframe().f_back.f_lineno


def test_the_line_that_asks():
    """The innermost line of the project, from its directory, and the function it stands in."""
    shown = f"test_miss.py:{line() + 1} in test_the_line_that_asks"
    assert caller(HERE.parent) == shown


def test_a_root_directory_that_holds_everything():
    """A project may hold the Python that runs it: what is installed is not the project's."""
    root = Path(HERE.anchor)
    shown = f"/test_miss.py:{line() + 1} in test_a_root_directory_that_holds_everything"
    assert caller(root).endswith(shown)
    with ThreadPoolExecutor() as pool:
        assert pool.submit(caller, root).result() == ""


def test_no_line_of_the_project(tmp_path):
    """Nothing of the project runs: there is no line to name."""
    assert caller(tmp_path) == ""
    assert caller(HERE.with_suffix("")) == ""
