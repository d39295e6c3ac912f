"""Record the examples from a real model by running their own tests.

``examples.py compare PYTEST`` records them into a temporary directory, most of them twice, and
replays them when the server is gone: a second recording differs in nothing but ids and times, and a
replay gives the same completions to the last digit. ``examples.py keep PYTEST`` records the
cassettes that are kept. Run it through ``live.sh`` or ``record.sh``, which build the environment
that it needs.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from llama_server import ServerError, find_weights, running_server

ROOT = Path(__file__).resolve().parent.parent

REWRITE = "--logprobs-record=rewrite"

# The test that is meant to fail.
DEMO = "examples/demo_failure.py"

# Where the examples look for a server unless the environment names another.
PORT = 8000

# Every kind of answer, in little time.
SOME = ("examples/capitals", "examples/sentiment", "examples/streaming", "examples/async")

# What a server says anew each time, when it was asked, and the sum that follows from both.
_CHANGING = re.compile(r'"(?:id|at|checksum)": "[^"]*"|"created": \d+')


class DifferenceError(Exception):
    """A recording or a replay is not what it has to be."""


def main(what: str, pytest: str) -> None:
    """Record, and do what is asked with the recordings."""
    # The server has to be stopped on a polite kill, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    if what == "keep":
        with running_server(find_weights(), PORT) as server:
            run(pytest, server.port, REWRITE, "--logprobs-baseline=off")
            run(pytest, server.port, REWRITE, tests=(DEMO,), status=1)
            record_changes(pytest, server.port)
        return
    with tempfile.TemporaryDirectory() as scratch:
        compare(pytest, Path(scratch))


def compare(pytest: str, scratch: Path) -> None:
    """Record twice, replay, and compare.

    Raises:
        DifferenceError: if something differs that must not.
    """
    cassettes = scratch / "cassettes"
    with running_server(find_weights()) as server:
        port = server.port
        live = run(pytest, port, REWRITE, *into(cassettes), seen=scratch / "live.jsonl")
        first = texts(cassettes)
        run(pytest, port, REWRITE, *into(cassettes), tests=SOME)
    changed = [name for name, text in texts(cassettes).items() if text != first.get(name)]
    if changed or len(texts(cassettes)) != len(first):
        message = f"a second recording differs in more than ids and times: {changed}"
        raise DifferenceError(message)
    replayed = run(pytest, port, *into(cassettes), seen=scratch / "replayed.jsonl")
    if replayed != live:
        differing = [test for test in live if replayed.get(test) != live[test]]
        message = f"a replay gives other completions than the server did: {differing}"
        raise DifferenceError(message)
    count = sum(map(len, live.values()))
    print(f"\n{len(first)} cassettes recorded, {count} completions of {len(live)} tests:")
    print("a second recording changed ids and times alone, a replay not one digit.")


def into(cassettes: Path) -> tuple[str, str]:
    """Return what makes pytest keep cassettes in a directory."""
    return "-o", f"logprobs_cassette_dir={cassettes}"


def run(
    pytest: str,
    port: int,
    *arguments: str,
    tests: tuple[str, ...] = ("examples",),
    status: int = 0,
    seen: Path | None = None,
) -> dict[str, list[object]]:
    """Run examples against a port; return the completions that each test saw.

    Raises:
        DifferenceError: if pytest exits with another status.
    """
    environment = os.environ | {
        "EXAMPLES_SERVER": f"http://127.0.0.1:{port}/v1",
        "PYTHONPATH": str(Path(__file__).parent),
        "PYTEST_LOGPROBS_SEEN": str(seen or os.devnull),
    }
    command = [pytest, "-q", "-p", "seen", *arguments, *tests]
    begin = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    print(f"{' '.join(arguments)}: {time.monotonic() - begin:.0f} s", flush=True)
    if done.returncode != status:
        message = f"{' '.join(command)} exited with {done.returncode}, not {status}"
        raise DifferenceError(message)
    lines = seen.read_text(encoding="utf-8").splitlines() if seen else ()
    # Requests that are made together come in any order.
    return {
        line["test"]: sorted(line["completions"], key=json.dumps) for line in map(json.loads, lines)
    }


def record_changes(pytest: str, port: int) -> None:
    """Record the answers to the prompts that are judged, and the baseline that is kept."""
    environment = os.environ | {"EXAMPLES_SERVER": f"http://127.0.0.1:{port}/v1"}
    story = [str(Path(pytest).with_name("python")), "examples/prompt_change/story.py", "--record"]
    subprocess.run(story, cwd=ROOT, env=environment, check=True)
    run(pytest, port, "--logprobs-baseline=update")


def texts(cassettes: Path) -> dict[str, str]:
    """Return the text of every cassette, without what changes with each recording."""
    return {
        str(path.relative_to(cassettes)): _CHANGING.sub("", path.read_text(encoding="utf-8"))
        for path in sorted(cassettes.rglob("*.json"))
    }


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (ServerError, DifferenceError) as error:
        sys.exit(f"examples.py: {error}")
