"""Fuzz for some minutes: a third of the time with hypothesis, the rest with atheris.

Before that, 10,000 responses go through a cassette, however long that takes. Prints executions,
coverage, the size of the corpus and what was found; 1 if anything was.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from importlib.util import find_spec

from findings import FINDINGS, HERE, wrong_with

CORPUS = HERE / "corpus"
LARGEST = 32_000
SLOW = 20
"""Seconds after which a case counts as a hang."""


def main() -> int:
    """Run both fuzzers one after the other, on one core."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    seconds = parser.parse_args().minutes * 60
    has_atheris = find_spec("atheris") is not None
    FINDINGS.mkdir(exist_ok=True)
    forget_repaired()
    share = seconds / 3 if has_atheris else seconds
    failed = subprocess.run([sys.executable, HERE / "cassettes.py"], check=False).returncode != 0
    hypothesis = [sys.executable, HERE / "with_hypothesis.py", "--seconds", str(share)]
    failed = subprocess.run(hypothesis, check=False).returncode != 0 or failed
    if has_atheris:
        failed = with_atheris(seconds - share) or failed
    else:
        print("NO ATHERIS for this Python on this platform: hypothesis had all the time, alone")
    found = sorted(FINDINGS.iterdir())
    print(f"findings: {len(found)}")
    for path in found:
        if path.suffix == ".case":
            print(f"  again: {sys.executable} fuzz/again.py {path}")
    return int(bool(found) or failed)


def forget_repaired() -> None:
    """Remove the findings of earlier runs with which nothing is wrong any more."""
    from cases import Case

    for path in FINDINGS.glob("*.case"):
        if wrong_with(Case.of(path.read_bytes())) is None:
            path.unlink()


def with_atheris(seconds: float) -> bool:
    """Run atheris for so long, begun anew where it stops at a case; return whether it failed."""
    write_seeds()
    end, stops = time.monotonic() + seconds, 0
    while (left := end - time.monotonic()) > 1 and stops < 10:
        command = [
            *(sys.executable, HERE / "with_atheris.py", CORPUS),
            *(f"-max_total_time={left:.0f}", f"-timeout={SLOW}", f"-max_len={LARGEST}"),
            *("-rss_limit_mb=3000", "-len_control=0", "-print_final_stats=1"),
            f"-artifact_prefix={FINDINGS}/",
        ]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, errors="replace") as run:
            last = shown(run.stderr)
        print(f"atheris: {last}, corpus on disk {len(list(CORPUS.iterdir()))} cases", flush=True)
        if run.returncode == 0:
            break
        stops += 1  # a hang or a crash of the interpreter: its case is among the findings
    return stops > 0


def write_seeds() -> None:
    """Make the corpus to begin with; what earlier runs put there is kept."""
    from cases import Case, seeds
    from mutating import written

    CORPUS.mkdir(exist_ok=True)
    for at, (name, value) in enumerate(seeds().items()):
        how = ("json", "sse", "lines")[at % 3] if isinstance(value, list) else "json"
        form = ("bytes", "value")[at % 2]
        (CORPUS / f"seed-{name}").write_bytes(bytes(Case(form, written(value, how))))


def shown(lines) -> str:
    """Show what libFuzzer says a few times, and return its last state."""
    last, executions, told = "", "", time.monotonic()
    for line in lines:
        state = re.search(r"#(\d+)\s.*(cov: \d+ ft: \d+ corp: [^ ]+)", line)
        if state:
            executions, last = f"{state[1]} executions", state[2]
            if time.monotonic() - told > 60:
                print(f"  {executions}, {last}", flush=True)
                told = time.monotonic()
        elif "stat::" in line or "ERROR" in line or "Traceback" in line or "Error" in line:
            print(f"  {line.rstrip()}", flush=True)
    return f"{executions}, {last}"


if __name__ == "__main__":
    os.chdir(HERE.parent)
    sys.exit(main())
