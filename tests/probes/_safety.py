"""Probes of what a recorder writes, and what it loses when something goes wrong."""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from probes._trial import Outcome, Probe, Trial

__all__ = ["PROBES"]

TRIES = 3
PAID = 11


def in_the_write(trial: Trial, sent: int) -> Outcome:
    """Stop the run as soon as anything changes where the cassettes are; several times."""
    trial.write('def test_it():\n    post(json.dumps(chat("Hi", server={"size": 1_000_000})))')
    trial.run("once")
    path = trial.file()
    before, folder = path.read_bytes(), path.parent
    intact = stopped = 0
    for _ in range(TRIES):
        there = listing(folder)
        trial.begin("rewrite")
        while trial.process.poll() is None:
            if listing(folder) != there:
                trial.process.send_signal(sent)
                stopped += 1
                break
            time.sleep(0.0002)  # the process needs its share of the machine
        trial.end()
        if path.exists() and path.read_bytes() == before:
            intact += 1
        else:
            intact += trial.run("none")
            path.write_bytes(before)
    what = f"{intact} of {TRIES} times a whole cassette is there"
    return Outcome(kept=intact == TRIES and stopped > 0, what=what)


def listing(folder: Path) -> list[tuple[str, int]]:
    """Return the names and sizes of the files in a folder, as they are this moment."""
    found = []
    for entry in os.scandir(folder):
        size = -1
        with suppress(FileNotFoundError):  # it is gone meanwhile
            size = entry.stat().st_size
        found.append((entry.name, size))
    return sorted(found)


def killed_in_the_write(trial: Trial) -> Outcome:
    """Kill the process while it writes."""
    return in_the_write(trial, signal.SIGKILL)


def interrupted_in_the_write(trial: Trial) -> Outcome:
    """Press Ctrl-C while it writes."""
    return in_the_write(trial, signal.SIGINT)


def stopped_after_paying(trial: Trial, sent: int) -> Outcome:
    """Stop a run after some answers, and count how many are asked for again."""
    trial.write(f"""
def test_it():
    for number in range({PAID}):
        ask(f"prompt {{number}}")
    if "STOPPED" in os.environ:
        os.kill(os.getpid(), {int(sent)})
        time.sleep(60)
""")
    trial.begin("once", STOPPED="1")
    trial.end()
    paid = len(trial.endpoint.asked)
    trial.run("once")
    again = len(trial.endpoint.asked) - paid
    what = f"{PAID - again} of {PAID} answers are kept"
    return Outcome(kept=(paid, again) == (PAID, 0), what=what)


def killed_after_paying(trial: Trial) -> Outcome:
    """Kill it."""
    return stopped_after_paying(trial, signal.SIGKILL)


def terminated_after_paying(trial: Trial) -> Outcome:
    """Ask it to end."""
    return stopped_after_paying(trial, signal.SIGTERM)


def two_workers(trial: Trial) -> Outcome:
    """Record one cassette from two processes of pytest-xdist."""
    tests = [
        f"def test_{n}():\n    say([{n}, ask('{n}')])\n    time.sleep(0.1)\n" for n in range(6)
    ]
    trial.write("".join(tests), shared=True)
    trial.run("new_episodes", "-n2")
    trial.run("none")
    right = sum(answer.startswith(str(number)) for number, answer in trial.said)
    return Outcome(kept=right == 6, what=f"{right} of 6 tests get their own answer")


def failing(trial: Trial) -> Outcome:
    """Let the test fail after its first answer while it records, then record on."""
    trial.write("""
def test_it():
    say(ask("one"))
    assert "FAIL" not in os.environ
    say(ask("two"))
""")
    trial.run("once", FAIL="1")
    passed = trial.run("once")
    asked = len(trial.endpoint.asked)
    if not passed:
        return Outcome(kept=False, what="the next run cannot record the rest")
    again = "" if asked == 2 else ", paying twice for the first answer"
    return Outcome(kept=asked == 2, what=f"the next run records the rest{again}")


def endpoint_down(trial: Trial) -> Outcome:
    """Record anew while the endpoint is down."""
    trial.write("def test_it():\n    say(ask('Hi'))")
    trial.run("once")
    before = trial.file().read_bytes()
    trial.endpoint.close()
    trial.run("rewrite")
    after = trial.file().read_bytes() if trial.file().exists() else None
    what = "the old cassette is there" if after == before else "the old cassette is gone"
    return Outcome(kept=after == before, what=what)


SECRETS = {
    "authorization": "sk-proj-Kq7Zt2Wm9Xb4Rn6Vc8Ls3Yd5",
    "x-api-key": "planted-x-api-key-8f2b6c1d",
    "cookie": "session=planted-cookie-5e9a7d30",
    "openai-organization": "org-planted4c1e8b27",
    "query": "planted-query-91d3f6a5",
    "body": "planted-body-7a2c4e6f8b1d",
    "set-cookie": "session=planted-set-cookie-3b8d",
    "x-upstream-key": "planted-response-header-6c0f",
}


def secrets(trial: Trial) -> Outcome:
    """Plant eight secrets in a request and its answer, and look for them in what is written.

    That of the body is the value of an environment variable that is named as a key.
    """
    trial.write("""
def test_it():
    secrets = json.loads(os.environ["SECRETS"])
    sent = {name: secrets[name] for name in ("x-api-key", "cookie", "openai-organization")}
    sent["authorization"] = "Bearer " + secrets["authorization"]
    body = chat("Hi", api_key=os.environ["UPSTREAM_API_KEY"])
    say(post(json.dumps(body), "/chat?api_key=" + secrets["query"], **sent).status_code)
""")
    trial.endpoint.headers = {name: SECRETS[name] for name in ("set-cookie", "x-upstream-key")}
    environment = {"SECRETS": json.dumps(SECRETS), "UPSTREAM_API_KEY": SECRETS["body"]}
    trial.run("once", **environment)
    found = [name for name, value in SECRETS.items() if value.encode() in trial.written]
    replays = trial.run("none", **environment) and trial.said == [200]
    which = f": {', '.join(found)}" if found else ""
    replay = "" if replays else ", and it does not replay"
    return Outcome(
        kept=replays and not found, what=f"{len(found)} of 8 are in the file{which}{replay}"
    )


PROBES: dict[str, Probe] = {
    "eight planted secrets": secrets,
    "`kill -9` while the cassette is written": killed_in_the_write,
    "Ctrl-C while the cassette is written": interrupted_in_the_write,
    "`SIGKILL` after eleven paid answers": killed_after_paying,
    "`SIGTERM` after eleven paid answers": terminated_after_paying,
    "two xdist workers record one cassette": two_workers,
    "the test fails while it records": failing,
    "everything recorded anew, the endpoint down": endpoint_down,
}
