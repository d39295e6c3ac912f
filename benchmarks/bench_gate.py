"""Whole suites through the gate: ten thousand cases, and a hundred thousand.

Ten times as many cases should take ten times as long, and as much memory: the ratios tell. They are
measured in a process of their own, which this file is when it is run.
"""

from __future__ import annotations

import gc
import json
import random
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from rounds import Seconds, take_turns

from pytest_logprobs._baseline import (
    combined,
    read_baseline,
    read_run,
    updated,
    write_baseline,
    write_run,
)
from pytest_logprobs._gate import judge
from pytest_logprobs._ledger import Case, Ledger, Policy, Row, Sample, Scope, case_json, case_of
from pytest_logprobs.metrics import METRICS
from pytest_logprobs.reports.terminal import render

SIZES = 10_000, 100_000
SHARDS = 8
ALTERNATIVES = tuple((f" word{number}", -2.5 - number) for number in range(2))
GROUPS = {"capitals": None, "tone": "document"}  # the cases of one are in clusters

Steps = dict[str, Callable[[], object]]


def run_of(count: int, seed: int) -> Ledger:
    """Return a run of as many cases, four of each test; each seed gives other scores."""
    rng = random.Random(seed)  # noqa: S311 - the same numbers each time are what is wanted
    cases = [_case(number, rng) for number in range(count)]
    return Ledger(
        cases={case.key: case for case in cases},
        policies={group: Policy(margin=0.1) for group in GROUPS},
        asked={case.test: tuple(GROUPS) for case in cases},
        outcomes={case.test: case.outcome for case in cases},
    )


def _case(number: int, rng: random.Random) -> Case:
    logprob = -rng.expovariate(4)
    tokens = tuple(Row(text, logprob, ALTERNATIVES) for text in ("Paris", "."))
    sample = Sample({name: logprob * (1 + rng.random()) for name in METRICS}, 2, "Paris.", tokens)
    return Case(
        test=f"tests/test_{number // 400}.py::test_capital[{number // 4}]",
        label=f"answer {number % 4}",
        samples=(sample,),
        model="benchmark",
        sampling={"temperature": 0},
        prompt=f"{rng.getrandbits(64):016x}",
        groups={"capitals": None, "tone": f"document {number // 10}"},
        max_drop=9.0 if number % 2 else None,
    )


def shards_of(run: Ledger) -> Mapping[str, Ledger]:
    """Cut a run into parts, as shards do that each leave out the tests of the others."""
    tests = list(run.outcomes)
    shards: dict[str, Ledger] = {}
    for shard in range(SHARDS):
        own = frozenset(tests[shard::SHARDS])
        shards[f"part{shard}.json"] = Ledger(
            cases={key: case for key, case in run.cases.items() if case.test in own},
            policies=run.policies,
            asked={test: run.asked[test] for test in own},
            outcomes={test: run.outcomes[test] for test in own},
            scopes=(Scope(left_out=frozenset(tests) - own),),
        )
    return shards


def steps_of(count: int, directory: Path) -> Steps:
    """Return what is done with a suite of that size, by name."""
    before, after = (run_of(count, seed) for seed in (1, 2))
    shards = shards_of(after)
    run_file, baseline_file = directory / f"run-{count}.json", directory / f"base-{count}.json"

    def travel() -> None:
        for case in after.cases.values():
            case_of(json.loads(json.dumps(case_json(case))))

    def keep(read: Callable, write: Callable, path: Path) -> None:
        path.unlink(missing_ok=True)
        write(path, after)
        read(path)

    return {
        "cases as JSON and back": travel,
        "judge, and the summary": lambda: render(judge(before, after), accept="pytest"),
        f"combine {SHARDS} parts": lambda: combined(shards),
        "a run file, written and read": lambda: keep(read_run, write_run, run_file),
        "a baseline, written and read": lambda: keep(read_baseline, write_baseline, baseline_file),
        "an update of the baseline": lambda: updated(before, after),
    }


def peak_of(step: Callable[[], object]) -> int:
    """Return how many bytes a step has in use at most, beyond what was in use before."""
    gc.collect()
    tracemalloc.start()
    try:
        step()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def in_megabytes(size: float) -> str:
    """Show a number of bytes."""
    return f"{size / 1e6:.3g} MB"


def test_gate(table):
    """Everything that a gate does is linear in the number of cases, in time and in memory.

    A step of milliseconds may grow faster: ten thousand cases are still in the processor's cache.
    """
    printed = subprocess.check_output([sys.executable, __file__])
    steps = {step: (times, peaks) for step, times, peaks in json.loads(printed)}
    for step, (times, peaks) in [("all of it", _together([*steps.values()])), *steps.items()]:
        small, large = times
        aim = "≤ 12 × (linear)" if step == "all of it" else ""
        table.line(f"{step}: time", small, times, to=small)
        table.line(f"{step}: time", large, times, to=small, aim=aim)
        group = f"{step}: memory"
        table.line(group, small, peaks, to=small, show=in_megabytes)
        table.line(group, large, peaks, to=small, aim=aim, show=in_megabytes)


def _together(steps: list[tuple[Seconds, Seconds]]) -> tuple[Seconds, Seconds]:
    """Return the time of all steps, one after the other, and the highest peak of memory."""
    sizes = steps[0][0]
    rounds = {size: zip(*(times[size] for times, _ in steps), strict=True) for size in sizes}
    times = {size: [sum(each) for each in rounds[size]] for size in sizes}
    peaks = {size: [max(peaks[size][0] for _, peaks in steps)] for size in sizes}
    return times, peaks


def main() -> None:
    """Print each step with the timings and the peak of memory of each size, as JSON."""
    with TemporaryDirectory() as directory:
        suites = {f"{size:,} cases": steps_of(size, Path(directory)) for size in SIZES}
        found = []
        for step in next(iter(suites.values())):
            work = {size: steps[step] for size, steps in suites.items()}
            peaks = {size: [peak_of(each)] for size, each in work.items()}
            found.append((step, take_turns(work, rounds=1), peaks))
        print(json.dumps(found))


if __name__ == "__main__":
    main()
