"""The run file: all that one run measured, for reports, for shards to be combined, to compare."""

from __future__ import annotations

from pathlib import Path

from pytest_logprobs._baseline._combining import in_order
from pytest_logprobs._baseline._disk import data_of, put_text
from pytest_logprobs._baseline._document import RUN, VERSION, ledger_of
from pytest_logprobs._baseline._lines import text_of
from pytest_logprobs._ledger import Ledger, case_json, policy_json, scope_json

__all__ = ["read_run", "run_text", "write_run"]
__tracebackhide__ = True  # a failed test shows its own lines


def read_run(path: Path) -> Ledger:
    """Return what a run file holds. Raises ``BaselineReadError``."""
    return ledger_of(data_of(path), str(path), RUN)


def write_run(path: Path, run: Ledger) -> None:
    """Write a run file, in one step. Raises ``BaselineWriteError``."""
    put_text(path, run_text(run))


def run_text(run: Ledger) -> str:
    """Return the text of a run file: byte for byte the same for the same run.

    >>> print(run_text(Ledger(cases={}, policies={}, outcomes={"test_a.py::test_b": "skipped"})))
    {
    "version": 1,
    "kind": "run",
    "environments": [],
    "scopes": [
    {}
    ],
    "groups": {},
    "asked": {},
    "outcomes": {
    "test_a.py::test_b": "skipped"
    },
    "cases": []
    }
    <BLANKLINE>
    """
    run = in_order(run)
    return text_of(
        {
            "version": VERSION,
            "kind": "run",
            "environments": run.environments,
            "scopes": map(scope_json, run.scopes),
            "groups": {name: policy_json(policy) for name, policy in run.policies.items()},
            "asked": run.asked,
            "outcomes": run.outcomes,
            "cases": map(case_json, run.cases.values()),
        }
    )
