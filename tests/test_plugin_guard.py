"""While a cassette replays, a test reaches nothing but this machine.

No test here leaves it: 192.0.2.1 is nobody's address, and to look an address up asks nobody.
"""

from __future__ import annotations

import pytest
from terminal import failures, sections

LOOK_UP = 'socket.getaddrinfo("192.0.2.1", 443, flags=socket.AI_NUMERICHOST)'
"""What a test that tries to leave does, though nothing happens where it may."""

REFUSED = """\
test_inner.py::test_it connects to 192.0.2.1:443, past its cassette, which replays
asked at: test_inner.py:18 in test_it
cassette: cassettes/test_inner/test_it.json
next: allow the host in logprobs_allowed_hosts, or make the call with httpx, requests, urllib3 or \
aiohttp, and record it: pytest test_inner.py::test_it --logprobs-record=once"""

PAST = (
    "logprobs: connected to {} past cassettes/test_inner/test_it.json: nothing was recorded of it, "
    "and a replay will refuse it"
)

WAYS = {
    "connect": "socket.create_connection(HOST)",
    "look up": LOOK_UP,
    "datagram": 'with socket.socket(type=socket.SOCK_DGRAM) as s: s.sendto(b"", HOST)',
    "asyncio": "asyncio.run(asyncio.open_connection(*HOST))",
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_connection_around_the_cassette(suite, way):
    """The failure names test, host and remedy; an app that swallows it does not pass."""
    host = 'HOST = ("192.0.2.1", 443)\n'
    suite.write(f"{host}def test_it():\n    {way}\n")
    result = suite.run()
    result.assert_outcomes(failed=1)
    assert failures(result) == {"test_it": REFUSED}
    assert sections(result) == []
    swallowed = f"try:\n        {way}\n    except BaseException:\n        pass"
    suite.write(f"{host}def test_it():\n    {swallowed}\n")
    result = suite.run()
    result.assert_outcomes(failed=1)
    assert failures(result) == {"test_it": REFUSED.replace(":18", ":19")}


def test_a_transport_of_ones_own(suite):
    """A client whose transport nobody patches does not go out; who wrote it is named."""
    suite.write(
        """
class Direct(httpx.BaseTransport):
    def handle_request(self, request):
        socket.create_connection((request.url.host, request.url.port))

def test_it():
    with httpx.Client(transport=Direct()) as client:
        client.get("http://192.0.2.1:443/")
"""
    )
    result = suite.run()
    result.assert_outcomes(failed=1)
    told = REFUSED.replace("test_inner.py:18 in test_it", "test_inner.py:19 in handle_request")
    assert failures(result) == {"test_it": told}


def test_in_fixtures(suite):
    """The guard stands from before the first fixture is set up until the last is torn down."""
    suite.write(
        f"""
@pytest.fixture(autouse=True)
def before():
    {LOOK_UP}

@pytest.fixture
def after():
    yield
    {LOOK_UP}

class TestBefore:
    def test_it(self):
        pass

class TestAfter:
    @pytest.fixture
    def before(self):
        pass

    def test_it(self, after):
        pass
"""
    )
    result = suite.run()
    result.assert_outcomes(passed=1, errors=2)
    assert result.stdout.str().count(" connects to 192.0.2.1:443, past ") == 2


def test_this_machine_is_let_through(suite):
    """A socket to loopback is; HTTP "goes to the cassette whatever the host, loopback too"."""
    suite.write(
        """
def test_socket():
    host, port = URL.removeprefix("http://").removesuffix("/v1").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"GET /v1/models HTTP/1.0\\r\\n\\r\\n")
        assert connection.makefile("rb").read().startswith(b"HTTP/1.1")
    socket.getaddrinfo("localhost", port)

def test_client():
    httpx.get(f"{URL}/models")
"""
    )
    before = len(suite.wire.asked)
    result = suite.run()
    result.assert_outcomes(passed=1, failed=1)
    assert suite.wire.asked[before:] == ["/v1/models"]
    assert failures(result)["test_client"].startswith(f"no recording answers GET {suite.wire.url}")


def test_allowed_hosts(suite):
    """``logprobs_allowed_hosts`` names exceptions, one a line; others are refused as ever."""
    suite.pytester.makeini("[pytest]\nlogprobs_allowed_hosts =\n    192.0.2.1\n    api.invalid\n")
    other = LOOK_UP.replace("2.1", "2.2")
    suite.write(f"def test_it():\n    {LOOK_UP}\n\ndef test_other():\n    {other}\n")
    result = suite.run()
    result.assert_outcomes(passed=1, failed=1)
    assert failures(result)["test_other"].startswith(
        "test_inner.py::test_other connects to 192.0.2.2:443, "
    )


@pytest.mark.parametrize("mode", ["once", "new_episodes", "all", "rewrite", "off"])
def test_what_records_is_not_guarded(suite, mode):
    """A run that records needs the network; it is told what a replay will refuse."""
    suite.write(f"def test_it():\n    {LOOK_UP}\n")
    result = suite.record(mode=mode)
    result.assert_outcomes(passed=1)
    told = [line for line in result.outlines if line.startswith("logprobs: ")]
    assert told == ([] if mode == "off" else [PAST.format("192.0.2.1:443")])


def test_what_is_told_of_a_run_that_records(suite, monkeypatch):
    """Hosts, once each; not one that is allowed or was asked through a client, and no proxy."""
    monkeypatch.setenv("HTTPS_PROXY", "http://me:secret@proxy.invalid:3128")
    suite.pytester.makeini("[pytest]\nlogprobs_allowed_hosts = allowed.invalid\n")
    suite.write(
        f"""
LOOK_UP = socket.getaddrinfo
socket.getaddrinfo = lambda host, *more, **named: LOOK_UP("127.0.0.1", *more, **named)

def teardown_module():
    socket.getaddrinfo = LOOK_UP

def test_it():
    for host in "one", "allowed", "one", "proxy", "two":
        socket.getaddrinfo(f"{{host}}.invalid", 443)
    httpx.get(URL.replace("127.0.0.1", "asked.invalid") + "/models")
    {LOOK_UP}
"""
    )
    result = suite.record()
    result.assert_outcomes(passed=1)
    assert [line for line in result.outlines if line.startswith("logprobs: ")] == [
        "logprobs: recorded 1 answer in cassettes/test_inner/test_it.json",
        PAST.format("one.invalid:443, two.invalid:443"),
    ]


def test_other_tests_are_not_guarded(suite):
    """A test without a cassette goes where it likes, also after one that has one."""
    suite.write(
        f"""
pytestmark = []

@pytest.mark.logprobs_cassette
def test_first():
    pass

def test_second():
    {LOOK_UP}
    assert socket.getaddrinfo.__module__ == "socket"
    assert "connect" not in vars(socket.socket)
    assert os.environ.get("OPENAI_API_KEY") is None
"""
    )
    suite.run().assert_outcomes(passed=2)
