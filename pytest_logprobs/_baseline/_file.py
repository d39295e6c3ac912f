"""The baseline file: what cases scored when it was written, a case a line."""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter
from pathlib import Path

from pytest_logprobs._baseline._disk import data_of, put_text
from pytest_logprobs._baseline._document import BASELINE, VERSION, ledger_of
from pytest_logprobs._baseline._lines import text_of
from pytest_logprobs._ledger import Case, Ledger, Sample, case_json, policy_json

__all__ = ["baseline_text", "read_baseline", "stored", "write_baseline"]
__tracebackhide__ = True  # a failed test shows its own lines


def read_baseline(path: Path) -> Ledger | None:
    """Return what a baseline holds, ``None`` if there is no file.

    Raises ``BaselineReadError`` with line, reason and remedy.
    """
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        pass  # it may be there, which whoever opens it says
    return ledger_of(data_of(path), str(path), BASELINE)


def write_baseline(path: Path, baseline: Ledger) -> bool:
    """Write a baseline, in one step, and return whether the file is another now.

    What was read is written as it was. Raises ``BaselineWriteError``; the old file is then as it
    was.
    """
    return put_text(path, baseline_text(baseline))


def baseline_text(baseline: Ledger) -> str:
    """Return the text of a baseline: byte for byte the same for the same cases and policies.

    >>> case = Case(test="t.py::test", label=None, samples=(Sample({"perplexity": 2 / 3}, 4),))
    >>> print(baseline_text(Ledger(cases={case.key: case}, policies={})), end="")
    {
    "version": 1,
    "groups": {},
    "cases": [
    {"test": "t.py::test", "samples": [{"scores": {"perplexity": 0.6666667}, "count": 4}]}
    ]
    }
    """
    cases = sorted(baseline.cases.values(), key=attrgetter("order"))
    policies = sorted(baseline.policies.items())
    return text_of(
        {
            "version": VERSION,
            "groups": {group: policy_json(policy) for group, policy in policies},
            "cases": (case_json(stored(case)) for case in cases),
        }
    )


def stored(case: Case) -> Case:
    """Return a case as a baseline has it: one sample, the averages of the repeats.

    ``count`` is that of the first. What is not known of all repeats, and what was not sent, is not
    there: reading what was written gives an equal case.

    >>> samples = Sample({"mean_logprob": -0.2}, 1), Sample({"mean_logprob": -0.5}, 2)
    >>> short = stored(Case(test="t", label=None, samples=samples, outcome="failed"))
    >>> short.samples, short.repeats, short.outcome
    ((Sample(scores={'mean_logprob': -0.35}, count=1, text=None, tokens=()),), 2, 'passed')
    """
    first = case.samples[0]
    known = ((name, case.score(name)) for name in sorted(first.scores))
    scores = {name: score for name, score in known if score is not None}
    sampling = case.sampling
    return replace(
        case,
        sampling=sampling and {name: each for name, each in sampling.items() if each is not None},
        samples=(Sample(scores, first.count),),
        outcome="passed",
        repeats=max(case.repeats, len(case.samples)),
    )
