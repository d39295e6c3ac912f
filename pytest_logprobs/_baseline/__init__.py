"""Files of cases: the baseline, run files, and the baseline as it is committed."""

from __future__ import annotations

from pytest_logprobs._baseline._combining import combined
from pytest_logprobs._baseline._document import BASELINE, RUN, ledger_of
from pytest_logprobs._baseline._file import read_baseline, write_baseline
from pytest_logprobs._baseline._run_file import read_run, run_text, write_run
from pytest_logprobs._baseline._schema import RUN_SCHEMA
from pytest_logprobs._baseline._update import Update, update_baseline, updated
from pytest_logprobs._baseline._yardstick import Yardstick

__all__ = [
    "BASELINE",
    "RUN",
    "RUN_SCHEMA",
    "Update",
    "Yardstick",
    "combined",
    "ledger_of",
    "read_baseline",
    "read_run",
    "run_text",
    "update_baseline",
    "updated",
    "write_baseline",
    "write_run",
]
__tracebackhide__ = True  # a failed test shows its own lines
