"""What the guard lets through on this machine beside connections: its own name, messages, lookups.

No test leaves the machine: the system's own lookups are stood in for where they could.
"""

import socket

import pytest

from pytest_logprobs.cassettes._guard import guarded

LOOKUPS = ("getaddrinfo", "gethostbyaddr", "gethostbyname", "gethostbyname_ex")


class Refusal(BaseException):
    """What the tests have raised; no client catches it."""


@pytest.fixture
def system(monkeypatch):
    """Stand in for the system's lookups: each host is at the same address."""
    answers = {
        "getaddrinfo": [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("192.0.2.1", 80))],
        "gethostbyaddr": ("api.invalid", [], ["192.0.2.1"]),
        "gethostbyname": "192.0.2.1",
        "gethostbyname_ex": ("api.invalid", [], ["192.0.2.1"]),
    }
    for name, answer in answers.items():
        monkeypatch.setattr(socket, name, lambda *_, answer=answer: answer)
    monkeypatch.setattr(socket, "gethostname", lambda: "My-Machine.invalid")
    return answers


@pytest.mark.parametrize("name", LOOKUPS)
@pytest.mark.parametrize("host", ["My-Machine.invalid", "my-machine.INVALID."])
def test_the_own_name(system, name, host):
    """The name of this machine is looked up; what the answer leads to must be on loopback."""
    arguments = (host, 80) if name == "getaddrinfo" else (host,)
    with guarded((), Refusal), socket.socket() as client:
        assert getattr(socket, name)(*arguments) == system[name]
        with pytest.raises(Refusal, match=r"^192\.0\.2\.1:80$"):
            client.connect(("192.0.2.1", 80))


def test_the_own_full_name(system):
    """The full name of this machine is found, as many a server and mailer does."""
    with guarded((), Refusal):
        assert socket.getfqdn() == system["gethostbyaddr"][0]


def test_the_address_of_an_allowed_host(system):
    """What a reverse lookup of an allowed name gives belongs to the name."""
    with guarded(["api.invalid"], Refusal):
        assert socket.gethostbyaddr("api.invalid") == system["gethostbyaddr"]
        assert socket.gethostbyname("192.0.2.1") == "192.0.2.1"


def test_names_of_addresses():
    """An address of this machine has a name, and any address can be written as it is."""
    with guarded((), Refusal):
        assert socket.getnameinfo(("127.0.0.1", 80), socket.NI_NUMERICSERV)[1] == "80"
        numeric = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV
        assert socket.getnameinfo(("192.0.2.1", 443), numeric) == ("192.0.2.1", "443")
        with pytest.raises(Refusal, match=r"^192\.0\.2\.1:443$"):
            socket.getnameinfo(("192.0.2.1", 443), socket.NI_NUMERICSERV)


@pytest.mark.skipif(not hasattr(socket.socket, "sendmsg"), reason="Windows has no sendmsg")
def test_messages():
    """A message reaches this machine, or where its socket is connected; its parts name no host."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
        guarded((), Refusal),
    ):
        server.bind(("127.0.0.1", 0))
        client.sendmsg([b"one"], [], 0, server.getsockname())
        client.connect(server.getsockname())
        client.sendmsg((b"192.0.2.1", b":53"))
        assert [server.recv(99), server.recv(99)] == [b"one", b"192.0.2.1:53"]
        with pytest.raises(Refusal, match=r"^192\.0\.2\.1:53$"):
            client.sendmsg([b"?"], [], 0, ("192.0.2.1", 53))
