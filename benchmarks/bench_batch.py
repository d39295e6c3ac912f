"""Reading a batch: how much memory it takes as the file grows.

The peak of a process does not fall again, so each file is read in a process of its own, which this
file is when it is run.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SIZES = (1_000, 100_000)
TOKENS = 10
AIM = 1.1


def write_batch(path: Path, lines: int) -> None:
    """Write a batch as OpenAI does, of about 1 kB a line."""
    token = {"token": " word", "logprob": -0.31273786, "bytes": [32, 119, 111, 114, 100]}
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": " word" * TOKENS},
        "logprobs": {"content": [token] * TOKENS},
        "finish_reason": "stop",
    }
    body = {"object": "chat.completion", "model": "benchmark", "choices": [choice]}
    response = json.dumps({"status_code": 200, "request_id": "r", "body": body})
    with path.open("w") as file:
        for number in range(lines):
            file.write(f'{{"custom_id": "{number}", "response": {response}, "error": null}}\n')


def tokens_in(path: str) -> int:
    """Read a batch and count its tokens."""
    from pytest_logprobs._batch import parse_batch

    return sum(len(each) for line in parse_batch(path) for each in line.completions)


def peak() -> int:
    """Return the most memory that this process ever had, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux, whose getrusage counts the process that started this one too
        (line,) = [each for each in status.read_text().splitlines() if each.startswith("VmHWM:")]
        return int(line.split()[1]) * 1024
    import resource

    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size if sys.platform == "darwin" else size * 1024


def test_memory_of_a_batch(tmp_path, capsys):
    """A file of 100 times the lines takes no more memory."""
    pytest.importorskip("resource", reason="the peak of a process is not known on this system")
    peaks = {}
    for lines in SIZES:
        path = tmp_path / f"{lines}.jsonl"
        write_batch(path, lines)
        printed = subprocess.check_output([sys.executable, __file__, str(path)])
        tokens, peaks[lines] = json.loads(printed)
        assert tokens == lines * TOKENS
        size = path.stat().st_size
        with capsys.disabled():
            print(
                f"\na batch of {lines:,} lines, {size / 1e6:.0f} MB: "
                f"at most {peaks[lines] / 1e6:.1f} MB of memory",
                end="",
            )
    few, many = peaks.values()
    with capsys.disabled():
        print(f", {many / few:.2f} × (aim: ≤ {AIM} ×)")
    assert many <= AIM * few


if __name__ == "__main__":
    print(json.dumps([tokens_in(sys.argv[1]), peak()]))
