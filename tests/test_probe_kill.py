"""A process that is killed, or interrupted, at any step of writing a cassette: CONTRACT §4.

"Any other end leaves the old file as it was and the new answers in a scrubbed journal."
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="Windows makes no copy of a process"
)

KILLED = r"""
import json, os, signal, sys
from pathlib import Path

import filelock  # loaded here, else in every process below
from pytest_logprobs import _writing
from pytest_logprobs._traffic import Traffic
from pytest_logprobs.cassettes import LogprobsCassette, Plan
from pytest_logprobs.cassettes import _cassette, _file, _journal, _locking, _merging
from pytest_logprobs.cassettes._file import read_cassette

root, mode, number = Path(sys.argv[1]), sys.argv[2], signal.Signals[sys.argv[3]]
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
path, journals, lock = root / "cassettes" / "a.json", root / "journals", root / "0.lock"
WATCHED = {module.__file__ for module in (_cassette, _file, _journal, _locking, _merging, _writing)}
OLD, NEW = ["old 0", "old 1"], ["new 0", "new 1"]


def opened(run, mode):
    about = {"path": path, "shown": "a.json", "test": "test_a", "root": root, "lock": lock}
    journal = journals / f"c0ffee.{run}-main.jsonl"
    return LogprobsCassette(Plan(mode=mode, command=str, journal=journal, **about), Traffic())


def recorded(cassette, answers):
    # Ask for as much as there are answers; what the cassette has is not asked of the server.
    for at, answer in enumerate(answers):
        order, asked = cassette.ask("GET", f"http://127.0.0.1/{at}", {}, b"")
        if asked.answer is None:
            cassette.record(order, asked, {}, (200, {}, answer.encode()))
        else:
            cassette.play(order, asked)


def texts(interactions):
    return [each["response"]["text"] for each in interactions]


def close(cassette, step):
    # Close the cassette in this process, and be hit by the signal before a line of our code.
    lines = 0

    def trace(frame, event, _):
        nonlocal lines
        if frame.f_code.co_filename not in WATCHED:
            return None
        if event == "line":
            lines += 1
            if lines == step:
                os.kill(os.getpid(), number)
        return trace

    sys.settrace(trace)
    try:
        cassette.close("passed")
    except KeyboardInterrupt:
        os._exit(1)
    os._exit(0)  # the step was never reached: all is done


def after(step):
    for left in (*path.parent.iterdir(), *journals.iterdir()):
        left.unlink()
    if mode == "rewrite":
        first = opened("run0", "once")
        recorded(first, OLD)
        first.close("passed")
    process = os.fork()
    if process == 0:
        signal.alarm(20)  # rather than to wait for ever
        cassette = opened("run1", mode)
        recorded(cassette, NEW)
        close(cassette, step)
    _, status = os.waitpid(process, 0)
    return status


def check(step, status):
    # Whatever is there is whole, and the next recording run pays for nothing again.
    found = read_cassette(path)
    answers = texts(found.interactions) if found else None
    known = [NEW, OLD] if mode == "rewrite" else [NEW, None]
    assert answers in known, (step, answers)
    assert found is None or found.complete
    if status == 0 or number == signal.SIGINT:  # what can tidy up has done so
        assert [each for each in path.parent.iterdir() if each != path] == [], step
    again = opened("run2", mode)
    recorded(again, ["paid twice"] * 2)
    again.close("passed")
    found = texts(read_cassette(path).interactions)
    assert [*path.parent.iterdir()] == [path], step
    if mode == "once" or answers == OLD:
        assert found == NEW, (step, found)
        assert answers == NEW or not [*journals.iterdir()], step
    return answers == NEW


path.parent.mkdir()
journals.mkdir()
step, wrote, status = 0, [], 1
while status:
    step += 3
    status = after(step)
    wrote.append(check(step, status))
print(json.dumps(wrote))
"""


@pytest.mark.parametrize("number", ["SIGKILL", "SIGINT"])
@pytest.mark.parametrize("mode", ["once", "rewrite"])
def test_hit_at_any_step(tmp_path, mode, number):
    """The file is the old one or the new one, and what was answered is not asked for again."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, tmp_path, mode, number],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stderr, done.returncode) == ("", 0)
    wrote = json.loads(done.stdout)
    assert len(wrote) > 25
    assert wrote == sorted(wrote)  # from one step on it is the new file
    assert (wrote[0], wrote[-1]) == (False, True)
