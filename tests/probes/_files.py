"""Probes of a cassette's file: damaged, compressed, streamed, and what it says of itself."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

from probes._trial import Outcome, Probe, Trial

__all__ = ["PROBES"]

THREE = "    say([ask(str(number)) for number in range(3)])\n"


def truncated(trial: Trial) -> Outcome:
    """Cut a cassette at every hundredth of its length, then replay and record."""
    trial.write(f"def test_0():\n{THREE}")
    trial.run("once")
    whole = trial.file("test_0").read_bytes()
    cuts = {f"test_{part}": whole[: len(whole) * part // 100] for part in range(1, 100)}
    trial.write("".join(f"def {test}():\n{THREE}" for test in cuts))
    for test, cut in cuts.items():
        trial.file(test).write_bytes(cut)
    trial.run("none", "--junitxml=results.xml")
    results = ET.parse(trial.folder / "results.xml").iter("testcase")  # noqa: S314 - what pytest wrote a moment ago
    said = {each.get("name"): "".join(part.text or "" for part in each) for each in results}
    named = sum(
        trial.file(test).name in said.get(test, "") and "CannotOverwrite" not in said[test]
        for test in cuts
    )
    trial.run("once")
    changed = sum(trial.file(test).read_bytes() != cut for test, cut in cuts.items())
    rest = f"the next recording {f'replaces {changed}' if changed else 'leaves all alone'}"
    what = f"{named} of 99 errors name the damaged file; {rest}"
    return Outcome(kept=(named, changed) == (99, 0), what=what)


def damaged(trial: Trial, damage: Callable[[bytes], bytes]) -> Outcome:
    """Damage a cassette, then replay and record."""
    trial.write(f"def test_it():\n{THREE}")
    trial.run("once")
    spoilt = damage(trial.file().read_bytes())
    trial.file().write_bytes(spoilt)
    passed = trial.run("none")
    named = not passed and trial.names(trial.file())
    error = "the error" if named else f"`{trial.error}`"
    says = "names the damaged file" if named else "does not say that the file is damaged"
    trial.run("once")
    left = trial.file().read_bytes() == spoilt
    rest = "the next recording leaves it alone" if left else "the next recording replaces it"
    return Outcome(kept=named and left, what=f"{error} {says}; {rest}")


def emptied(trial: Trial) -> Outcome:
    """Replay from an empty file."""
    return damaged(trial, lambda _: b"")


def conflict(data: bytes) -> bytes:
    """Return a file as git leaves it that both sides have changed."""
    lines = data.splitlines(keepends=True)
    half = len(lines) // 2
    ours, theirs = lines[half : half + 2], lines[half + 1 : half + 3]
    marked = [b"<<<<<<< HEAD\n", *ours, b"=======\n", *theirs, b">>>>>>> branch\n"]
    return b"".join([*lines[:half], *marked, *lines[half + 3 :]])


def conflicting(trial: Trial) -> Outcome:
    """Replay from a file with the markers of a merge."""
    return damaged(trial, conflict)


def provenance(trial: Trial) -> Outcome:
    """Ask a cassette when it was recorded, and replay it."""
    recorder = trial.recorder
    trial.write(f"def test_it({recorder.fixture}):\n    {recorder.note}\n    say(ask('Hi'))")
    trial.run("once")
    text = trial.file().read_text()
    says = "says when" if re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d", text) else "does not say when"
    replays = trial.run("none")
    replay = "replays" if replays else f"does not replay: {trial.error}"
    return Outcome(kept=replays and says == "says when", what=f"it {says}, and {replay}")


def compressed(trial: Trial, encoding: str) -> Outcome:
    """Record a compressed answer."""
    trial.write(f"def test_it():\n    say(ask('Hi', server={{'encoding': '{encoding}'}}))")
    trial.run("once")
    readable = trial.file().exists() and b"Hi 1" in trial.file().read_bytes()
    replays = trial.run("none") and trial.said == ["Hi 1"]
    replay = "replayed" if replays else "not replayed"
    return Outcome(
        kept=replays and readable,
        what=f"{replay}; the file shows {'the answer' if readable else 'bytes'}",
    )


def of_gzip(trial: Trial) -> Outcome:
    """As most servers do."""
    return compressed(trial, "gzip")


def of_zstd(trial: Trial) -> Outcome:
    """As some do where the client can read it."""
    return compressed(trial, "zstd")


PREAMBLE = """
from openai import AsyncOpenAI, OpenAI

STREAM = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], "stream": True}

def shown(chunks):
    say([chunk.model_dump() for chunk in chunks])
"""
SYNC = """
def test_it():
    with OpenAI() as client:
        shown(list(client.chat.completions.create(**STREAM)))
"""
ASYNC = """
async def streamed():
    async with AsyncOpenAI() as client:
        return [chunk async for chunk in await client.chat.completions.create(**STREAM)]

def test_it():
    shown(asyncio.run(streamed()))
"""
EARLY = """
def test_it():
    with OpenAI() as client:
        stream = client.chat.completions.create(**STREAM)
        if "BREAK" in os.environ:
            next(iter(stream))
            stream.close()
        else:
            shown(list(stream))
"""


def streamed(trial: Trial, test: str) -> Outcome:
    """Record a stream through OpenAI's client, and replay it."""
    trial.write(PREAMBLE + test)
    trial.run("once")
    live = trial.said
    trial.run("none")
    same = bool(live) and trial.said == live and len(trial.endpoint.asked) == 1
    return Outcome(kept=same, what="the same events" if same else "other events")


def sync_stream(trial: Trial) -> Outcome:
    """Through the client that waits."""
    return streamed(trial, SYNC)


def async_stream(trial: Trial) -> Outcome:
    """Through the one that does not."""
    return streamed(trial, ASYNC)


def early_break(trial: Trial) -> Outcome:
    """Record from a test that looks at the first event alone, and replay the whole."""
    trial.write(PREAMBLE + EARLY)
    trial.run("once", BREAK="1")
    trial.run("none")
    events = len(trial.said[0]) if trial.said else 0
    return Outcome(kept=events == 3, what=f"{events} of 3 events are recorded")


def way_out(trial: Trial) -> Outcome:
    """Go out, while replaying, through a transport that nobody patches."""
    trial.write("""
class Own(httpx.BaseTransport):
    def __init__(self, go):
        self.go = go

    def handle_request(self, request):
        self.go()

@pytest.mark.parametrize("name", ["look_up", "connect"])
def test_it(name):
    doors = {
        "look_up": lambda: socket.getaddrinfo("host.invalid", 80),
        "connect": lambda: socket.create_connection(("192.0.2.1", 80), timeout=0.05),
    }
    try:
        httpx.Client(transport=Own(doors[name]), verify=False).get("http://host.invalid/")
    except OSError:
        say(name)
""")
    trial.run("none")
    went = [name for name in ("look_up", "connect") if name in trial.said]
    what = {
        (): "neither a name is looked up nor a connection made",
        ("look_up",): "no connection is made, but names are looked up",
    }.get(tuple(went), "names are looked up and connections made")
    return Outcome(kept=not went, what=what)


PROBES: dict[str, Probe] = {
    "the file cut at every hundredth": truncated,
    "the file emptied": emptied,
    "markers of a merge in the file": conflicting,
    "when it was recorded": provenance,
    "an answer compressed with gzip": of_gzip,
    "an answer compressed with zstd": of_zstd,
    "a stream, through `OpenAI`": sync_stream,
    "a stream, through `AsyncOpenAI`": async_stream,
    "a stream that the test leaves early": early_break,
    "a transport that nobody patches, while replaying": way_out,
}
