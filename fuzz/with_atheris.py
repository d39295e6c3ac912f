"""Fuzz with atheris, libFuzzer for Python: what reaches new lines is kept and changed.

The arguments are libFuzzer's. Its own changes of bytes hardly ever leave JSON as it is, so most
changes are those of ``tests/mutating.py``, to the decoded case.
"""

from __future__ import annotations

import sys
from random import Random

import atheris
from findings import keep, wrong_with

with atheris.instrument_imports(include=["pytest_logprobs"]):
    import pytest_logprobs.metrics
    import pytest_logprobs.parsers  # noqa: F401

from cases import FORMS, Case, decoded, seeds, written_case
from mutating import HOW, mutated, torn

BYTES = 8
"""One in so many changes is libFuzzer's own."""


def read(data: bytes) -> None:
    """Read a case, and keep it if that goes wrong; the run goes on."""
    case = Case.of(data)
    wrong = wrong_with(case)
    if wrong:
        keep(case, wrong)


def changed(data: bytes, size: int, seed: int) -> bytes:
    """Change a case: its JSON, its text, its form, or any of its bytes."""
    random = Random(seed)  # noqa: S311 - no secret
    case = Case.of(data)
    value = decoded(case.body)
    if value is None or random.randrange(BYTES) == 0:
        return atheris.Mutate(data, size)
    kind = random.randrange(10)
    if kind == 0:
        return bytes(Case(random.choice(FORMS), case.body))[:size]
    if kind == 1:
        return bytes(Case(case.form, torn(case.body, random)))[:size]
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        value = mutated(value, random, DONORS)
    new = written_case(value, random, HOW if random.randrange(3) == 0 else HOW[:1])
    data = bytes(new)
    return data if len(data) <= size else bytes(case)


DONORS = list(seeds().values())

if __name__ == "__main__":
    atheris.Setup(sys.argv, read, custom_mutator=changed)
    atheris.Fuzz()
