"""What being installed costs a suite that never uses the plugin."""

from __future__ import annotations

import subprocess
import sys

from rounds import take_turns


def test_collecting_1000_tests(table, tmp_path):
    """Collecting with the plugin takes as long as without it, give or take the noise."""
    for number in range(10):
        tests = "".join(f"def test_{i}(): ...\n" for i in range(100))
        (tmp_path / f"test_{number}.py").write_text(tests)

    def collect(*arguments):
        command = [sys.executable, "-m", "pytest", "--collect-only", "-q", *arguments]
        assert b"1000 tests collected" in subprocess.check_output(command, cwd=tmp_path)

    without = ("-p", "no:logprobs")
    taken = take_turns(
        {
            "without the plugin": lambda: collect(*without),
            "without it, once more": lambda: collect(*without),
            "with the plugin": collect,
        },
        rounds=8,
    )
    group = "collecting 1,000 empty tests in a new process"
    for name in taken:
        aim = "as near to 1 as the line above" if name == "with the plugin" else ""
        table.line(group, name, taken, to="without the plugin", aim=aim)
