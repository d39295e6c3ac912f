"""Probes of which answer a request gets."""

from __future__ import annotations

from probes._trial import Outcome, Probe, Trial

__all__ = ["PROBES"]


def swapped(trial: Trial) -> Outcome:
    """Replay two prompts in the other order."""
    test = "def test_it():\n    say([ask(prompt) for prompt in {}])"
    trial.write(test.format(["Paris", "Rome"]))
    trial.run("once")
    trial.write(test.format(["Rome", "Paris"]))
    trial.run("none")
    if trial.said == [["Paris 1", "Rome 2"]]:
        return Outcome(kept=False, what="each gets the other's answer, and the test passes")
    if trial.said == [["Rome 2", "Paris 1"]]:
        return Outcome(kept=True, what="each gets its own answer")
    return Outcome(kept=not trial.said, what="the test fails")


BASE = b'{"model": "m", "messages": [{"role": "user", "content": "\xc3\xa9"}], "temperature": 0}'
SAME = (
    b'{"temperature": 0, "messages": [{"content": "\xc3\xa9", "role": "user"}], "model": "m"}',
    BASE.replace(b": 0", b": 0.0"),
    BASE.replace(b"\xc3\xa9", rb"\u00e9"),
)
OTHER = BASE.replace(b": 0}", b': 0, "stop": null}')


def spellings(trial: Trial) -> Outcome:
    """Ask with the same body spelled in other ways, and with one that has a null more."""
    asking = "def test_{0}():\n    say([{0}, post({1!r}).status_code])\n"
    bodies = [*enumerate((*SAME, OTHER))]
    trial.write("".join(asking.format(at, BASE) for at, _ in bodies))
    trial.run("once")
    trial.write("".join(asking.format(at, body) for at, body in bodies))
    trial.run("none")
    found = {at for at, _ in trial.said}
    same = len(found & {0, 1, 2})
    told = "told apart" if 3 not in found else "not told apart"
    what = f"{same} of 3 spellings are the same; a missing member and null are {told}"
    return Outcome(kept=found == {0, 1, 2}, what=what)


def in_eight_threads(trial: Trial) -> Outcome:
    """Ask the same from eight threads at once, 200 times."""
    trial.write("""
from concurrent.futures import ThreadPoolExecutor

@pytest.fixture
def restless():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)

def test_it(restless):
    content = json.dumps(chat("Hi"))
    with httpx.Client() as client, ThreadPoolExecutor(8) as pool:
        headers = {"content-type": "application/json"}
        one = lambda _: client.post(BASE + "/chat/completions", content=content, headers=headers)
        answers = list(pool.map(one, range(200)))
    say(sorted(answer.json()["id"] for answer in answers))
""")
    trial.run("once")
    recorded = trial.said
    trial.run("none")
    given = set(*trial.said) if trial.said else set()
    what = f"{len(given)} of 200 answers are given, each once"
    return Outcome(kept=trial.said == recorded and len(given) == 200, what=what)


def names(trial: Trial) -> Outcome:
    """Record three tests whose ids differ in a character that no file name has."""
    trial.write("""
@pytest.mark.parametrize("model", ["gpt/4", "gpt:4", "gpt-4"])
def test_it(model):
    say([model, ask(model).partition(" ")[0]])
""")
    trial.run("once")
    files = sum(path.is_file() for path in trial.folder.glob("cassettes/**/*"))
    trial.run("none")
    right = sum(asked == answered for asked, answered in trial.said)
    what = f"{files} {'file' if files == 1 else 'files'}; {right} of 3 get their own answer"
    return Outcome(kept=right == 3, what=what)


def left_over(trial: Trial) -> Outcome:
    """Let a thread of one test ask while the next test runs."""
    trial.write("""
GO = threading.Event()

def later():
    GO.wait()
    try:
        ask("of the first test")
    except BaseException as error:
        pass

THREAD = threading.Thread(target=later)

def test_one():
    THREAD.start()
    ask("first")

def test_two():
    GO.set()
    THREAD.join()
    ask("second")
""")
    trial.run("once")
    path = trial.file("test_two")
    mixed = path.exists() and b"of the first test" in path.read_bytes()
    where = "into the cassette of the second" if mixed else "into no other test's cassette"
    told = "a thread that test_it.py::test_one left running" in trial.output
    named = ", and the run names the test" if told else ""
    return Outcome(kept=told or not mixed, what=f"its answer goes {where}{named}")


PROBES: dict[str, Probe] = {
    "two prompts, replayed in the other order": swapped,
    "one body in other spellings": spellings,
    "identical prompts in eight threads": in_eight_threads,
    "ids `gpt/4`, `gpt:4`, `gpt-4`": names,
    "a thread of one test asks in the next": left_over,
}
