"""What a user's cassettes never hold: CONTRACT §4, "Secrets"."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler

import pytest
from loopback import LocalServer, serving
from terminal import sections

PLANTED = {
    "authorization": "Planted-Authorization-1",
    "x-api-key": "Planted-Key-2",
    "cookie": "Planted-Cookie-3",
    "query": "Planted-Query-4",
    "body": "Planted-Body-5",
    "set-cookie": "Planted-Set-Cookie-6",
    "openai-organization": "Planted-Organization-7",
    "x-answered-by": "Planted-Header-8",
    "echoed": "Planted-Authorization-1 again",
}
PREAMBLE = """
import json, os, httpx, pytest
pytestmark = pytest.mark.logprobs_cassette

def ask(prompt="Hi", key=os.environ.get("MINE", "placeholder"), **more):
    headers = {
        "authorization": f"Bearer {key}-Authorization-1", "x-api-key": f"{key}-Key-2",
        "cookie": f"session={key}-Cookie-3", "openai-organization": f"{key}-Organization-7",
    }
    if key == "placeholder":
        headers = {"authorization": "Bearer placeholder"}
    body = {"prompt": prompt, "api_key": os.environ.get("SOME_API_KEY", "placeholder"), **more}
    query = {"api_key": f"{key}-Query-4", "alt": "json"}
    with httpx.Client() as client:
        return client.post(os.environ["ASKED"], params=query, headers=headers, json=body)
"""


class _Planting(BaseHTTPRequestHandler):
    def do_POST(self):
        """Answer with the prompt, and with what else must not be stored."""
        question = json.loads(self.rfile.read(int(self.headers["content-length"])))
        said = f"{question['prompt']}: {self.headers['authorization']} again"
        body = json.dumps({"model": "planted-1", "choices": [{"message": {"content": said}}]})
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("set-cookie", f"session={PLANTED['set-cookie']}")
        self.send_header("x-answered-by", PLANTED["x-answered-by"])
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def planted(pytester, monkeypatch):
    """Run a server and write tests that ask it; ``MINE`` is the key that they use."""
    monkeypatch.setenv("MINE", "Planted")
    monkeypatch.setenv("SOME_API_KEY", PLANTED["body"])

    def write(tests, ini=""):
        pytester.makepyfile(test_it=f"{PREAMBLE}\n{tests}")
        pytester.makeini(f"[pytest]\n{ini}")
        return pytester

    with serving(LocalServer(_Planting)) as address:
        monkeypatch.setenv("ASKED", f"{address}/v1")
        yield write


def stored(pytester):
    """Return the texts of all that was written beside the tests: cassettes, journals, caches."""
    paths = [*pytester.path.glob("cassettes/**/*"), *pytester.path.glob(".pytest_cache/**/*")]
    return {path.name: path.read_text() for path in paths if path.is_file()}


def test_nothing_of_what_was_planted_is_written(planted, monkeypatch):
    """Headers of both sides, query, body and what the answer says of them: all is taken out."""
    pytester = planted("def test_it():\n    assert 'Planted' in ask().text")
    pytester.runpytest("--logprobs-record=once").assert_outcomes(passed=1)
    written = stored(pytester)
    assert [name for name, text in written.items() if "Planted" in text] == []
    (interaction,) = json.loads(written["test_it.json"])["interactions"]
    assert interaction["request"]["json"] == {"prompt": "Hi", "api_key": "REDACTED"}
    assert interaction["request"]["url"].endswith("/v1?api_key=REDACTED&alt=json")
    assert [*interaction["request"]["headers"]] == ["accept", "content-type"]
    assert [*interaction["response"]["headers"]] == ["content-type"]
    content = interaction["response"]["json"]["choices"][0]["message"]["content"]
    assert content == "Hi: Bearer REDACTED again"
    assert interaction["recorded"]["model"] == "planted-1"


@pytest.mark.parametrize("mine", ["Another", None])
def test_who_has_another_key_or_none_replays(planted, monkeypatch, mine):
    """Recordings are found with a colleague's key and with what stands for one."""
    planted("def test_it():\n    ask()").runpytest("--logprobs-record=once")
    monkeypatch.delenv("SOME_API_KEY")
    monkeypatch.delenv("MINE")
    if mine:
        monkeypatch.setenv("MINE", mine)
        monkeypatch.setenv("SOME_API_KEY", "Another-Body-5")
    pytester = planted("def test_it():\n    assert 'REDACTED again' in ask().text")
    pytester.runpytest().assert_outcomes(passed=1)


def test_a_journal_holds_none(planted):
    """What waits for a test that did not come to its end is without them too."""
    pytester = planted("def test_it():\n    ask()\n    raise KeyError")
    pytester.runpytest("--logprobs-record=once").assert_outcomes(failed=1)
    written = stored(pytester)
    assert [name for name in written if name.endswith(".jsonl")] != []
    assert [name for name, text in written.items() if "Planted" in text] == []


def test_a_miss_tells_none(planted):
    """The sentence and the diff of a request that nothing answers are without them too."""
    planted("def test_it():\n    ask('Hi')").runpytest("--logprobs-record=once")
    result = planted("def test_it():\n    ask('Ho')").runpytest("-rA")
    result.assert_outcomes(failed=1)
    assert "no recording answers POST http://127.0.0.1" in result.stdout.str()
    assert [secret for secret in PLANTED.values() if secret in result.stdout.str()] == []


AWS = "AKIA" + "QWERTYUIOPASDFGH"
PLACE = "interactions[0].request.json.prompt"


def test_a_miss_masks_what_looks_like_a_key(planted):
    """A key in a prompt gets into no log: neither the sentence nor the diff has it."""
    planted("def test_it():\n    ask('Hi')").runpytest("--logprobs-record=once")
    pytester = planted(f"AWS = {AWS!r}\ndef test_it():\n    ask(f'I am {{AWS}}', model=AWS)")
    result = pytester.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*no recording answers POST * (REDACTED)", "*I am REDACTED*"])
    assert AWS not in result.stdout.str()


def test_what_looks_like_a_key_is_not_written(planted):
    """The old file stays, the journal has none of it, and the test's end says why."""
    pytester = planted("def test_it():\n    ask('Hi')")
    pytester.runpytest("--logprobs-record=once")
    path = pytester.path / "cassettes/test_it/test_it.json"
    before = path.read_bytes()
    planted(f"def test_it():\n    ask('I am {AWS}')\n    ask('Hi')")
    result = pytester.runpytest("--logprobs-record=rewrite")
    result.assert_outcomes(passed=1, errors=1)
    assert sections(result, "ERROR at teardown of test_it")[0] == (
        f"{path}: not written, for interaction 1 holds what looks like an AWS access key, at "
        f"{PLACE}. If it is one, revoke it, and take it out of what is sent, or out of what is "
        "stored with the hook pytest_logprobs_scrub; if it is none, list it in "
        "logprobs_allow_secrets"
    )
    assert path.read_bytes() == before
    assert [name for name, text in stored(pytester).items() if AWS in text] == []
    (journal,) = [text for name, text in stored(pytester).items() if name.endswith(".jsonl")]
    assert journal.count('"prompt"') == 1  # the other answer was paid for, too


def test_what_is_allowed_is_written(planted):
    """A literal exception is for what only looks like a key."""
    pytester = planted(f"def test_it():\n    ask('I am {AWS}')", f"logprobs_allow_secrets = {AWS}")
    pytester.runpytest("--logprobs-record=once").assert_outcomes(passed=1)
    assert AWS in stored(pytester)["test_it.json"]


def test_settings_extend_what_is_usual(planted):
    """A header more is kept, a parameter more is taken out, and the usual ones stay so."""
    ini = "logprobs_keep_headers = X-Answered-By\nlogprobs_secret_parameters = alt"
    pytester = planted("def test_it():\n    ask()", ini)
    pytester.runpytest("--logprobs-record=once").assert_outcomes(passed=1)
    (interaction,) = json.loads(stored(pytester)["test_it.json"])["interactions"]
    assert interaction["response"]["headers"] == {
        "content-type": "application/json",
        "x-answered-by": PLANTED["x-answered-by"],
    }
    assert interaction["request"]["url"].endswith("/v1?api_key=REDACTED&alt=REDACTED")
    pytester.runpytest().assert_outcomes(passed=1)


def test_a_header_for_keys_is_never_kept(planted):
    """To list one is a usage error that names it."""
    pytester = planted("def test_it():\n    ask()", "logprobs_keep_headers = Set-Cookie")
    result = pytester.runpytest("--logprobs-record=once")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.errlines[0] == (
        "ERROR: logprobs_keep_headers in the configuration: the header Set-Cookie may hold a "
        "secret and is never kept; take it out of the list"
    )
