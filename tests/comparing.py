"""Comparisons of cases, as a terminal shows them."""

from __future__ import annotations

from dataclasses import replace

from ledgers import ledger, several

from pytest_logprobs._gate import judge
from pytest_logprobs.reports import render

ACCEPT = "to accept what has changed: pytest --logprobs-baseline=update"
STEPS = (0.01, -0.02, 0.0, 0.03, -0.01, 0.02)
KNOWN = {"model": "m", "sampling": {}}


def cases(count=12, drop=0.0, **more):
    """Give cases, the drop of each a little other than that of the next."""

    def score(number):
        return round(-0.25 - (drop and drop + STEPS[number % len(STEPS)]), 4)

    found = several(count, score, **KNOWN, **more)
    return [replace(each, samples=(replace(each.samples[0], tokens=()),)) for each in found]


def shown(before, after):
    """Return what a comparison of cases shows."""
    return render(judge(ledger(*before), ledger(*after)), accept=ACCEPT)
