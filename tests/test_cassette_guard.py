"""Nothing but this machine is reached while a test replays: CONTRACT §4, "The guard".

No test leaves the machine: what is let through is on loopback or stands in for the network, and
what is refused has addresses and names that are nobody's (192.0.2.0/24, 2001:db8::/32, .invalid).
"""

import asyncio
import http.client
import socket
import ssl
import urllib.request
from contextlib import ExitStack
from ipaddress import IPv4Address

import aiohttp
import httpx
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from loopback import recorded_server

from pytest_logprobs.cassettes._guard import guarded

FUNCTIONS = ("getaddrinfo", "gethostbyname", "gethostbyname_ex")
QUESTION = {"messages": []}


class Refusal(BaseException):
    """What the tests have raised; no client catches it."""


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    """Send every client the direct way, on whatever machine this runs."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("no_proxy", "*")


def tcp():
    """Make a socket that would connect."""
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM)


def udp():
    """Make a socket that sends without connecting."""
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def over_http_client(address):
    """Ask with the standard library's lower half."""
    host, port = address.removeprefix("http://").split("/")[0].split(":")
    connection = http.client.HTTPConnection(host, int(port))
    connection.request("POST", "/v1/completions", b"{}")
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


def over_urllib(address):
    """Ask with the standard library."""
    with urllib.request.urlopen(f"{address}/completions", b"{}") as response:  # noqa: S310 - http
        return response.status


async def over_httpx_asynchronous(address):
    """Ask with httpx on an event loop."""
    async with httpx.AsyncClient() as client:
        return (await client.post(f"{address}/completions", json=QUESTION)).status_code


async def over_aiohttp(address):
    """Ask with aiohttp."""
    url = f"{address}/completions"
    async with aiohttp.ClientSession() as session, session.post(url, json=QUESTION) as response:
        return response.status


async def over_streams(address):
    """Connect with asyncio alone."""
    host, port = address.removeprefix("http://").split("/")[0].split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.close()
    await writer.wait_closed()
    return 200


CLIENTS = {
    "urllib": over_urllib,
    "http.client": over_http_client,
    "httpx": lambda address: httpx.post(f"{address}/completions", json=QUESTION).status_code,
    "requests": lambda address: (
        requests.post(f"{address}/completions", json=QUESTION, timeout=9).status_code
    ),
    "httpx-async": lambda address: asyncio.run(over_httpx_asynchronous(address)),
    "aiohttp": lambda address: asyncio.run(over_aiohttp(address)),
    "asyncio": lambda address: asyncio.run(over_streams(address)),
}


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_clients_reach_this_machine(client, host):
    """A server on loopback is reached, by its address and by its name."""
    with recorded_server() as address, guarded((), Refusal):
        assert client(address.replace("127.0.0.1", host)) == 200


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
@pytest.mark.parametrize("host", ["192.0.2.1", "api.invalid"])
def test_clients_reach_no_other(client, host):
    """No client gets through to another machine, or asks for its name; it is stopped at once."""
    places = []

    def refuse(place):
        places.append(place)
        return Refusal(place)

    with guarded((), refuse), pytest.raises(BaseException) as stop:  # noqa: PT011 - or in a group
        client(f"http://{host}:8000/v1")
    assert places == [f"{host}:8000"]
    assert not isinstance(stop.value, Exception)


def over_tls(tcp):
    """Connect a socket that is wrapped already."""
    context = ssl.create_default_context()
    with context.wrap_socket(tcp, server_hostname="api.invalid") as client:
        client.connect(("192.0.2.1", 443))


CONNECTING = {
    "connect": (lambda tcp, _: tcp.connect(("192.0.2.1", 443)), "192.0.2.1:443"),
    "connect_ex": (lambda tcp, _: tcp.connect_ex(("192.0.2.1", 443)), "192.0.2.1:443"),
    "name": (lambda tcp, _: tcp.connect(("api.invalid", 443)), "api.invalid:443"),
    "bytes": (lambda tcp, _: tcp.connect((b"api.invalid", 443)), "api.invalid:443"),
    "tls": (lambda tcp, _: over_tls(tcp), "192.0.2.1:443"),
    "udp": (lambda _, udp: udp.connect(("192.0.2.1", 53)), "192.0.2.1:53"),
    "sendto": (lambda _, udp: udp.sendto(b"?", ("192.0.2.1", 53)), "192.0.2.1:53"),
    "flags": (lambda _, udp: udp.sendto(b"?", 0, ("192.0.2.1", 53)), "192.0.2.1:53"),
    "broadcast": (lambda _, udp: udp.sendto(b"?", ("<broadcast>", 53)), "<broadcast>:53"),
}


@pytest.mark.parametrize(("call", "place"), CONNECTING.values(), ids=CONNECTING)
def test_connecting_and_sending(call, place):
    """No socket connects to another machine or sends it anything; the place is named as asked."""
    with ExitStack() as stack:
        stream, datagram = stack.enter_context(tcp()), stack.enter_context(udp())
        stack.enter_context(guarded((), Refusal))
        refusal = stack.enter_context(pytest.raises(Refusal))
        call(stream, datagram)
    assert str(refusal.value) == place


LOOKUPS = {
    "create_connection": (lambda: socket.create_connection(("api.invalid", 1)), "api.invalid:1"),
    "getaddrinfo": (lambda: socket.getaddrinfo("api.invalid", 443), "api.invalid:443"),
    "named": (lambda: socket.getaddrinfo(host="api.invalid", port="https"), "api.invalid:https"),
    "no-port": (lambda: socket.getaddrinfo(b"api.invalid", None), "api.invalid"),
    "bytes-as-port": (lambda: socket.getaddrinfo("api.invalid", b"80"), "api.invalid:80"),
    "gethostbyname": (lambda: socket.gethostbyname("api.invalid"), "api.invalid"),
    "gethostbyname_ex": (lambda: socket.gethostbyname_ex("api.invalid"), "api.invalid"),
    "ipv6": (lambda: socket.getaddrinfo("2001:db8::1", 443), "[2001:db8::1]:443"),
    "mapped": (lambda: socket.getaddrinfo("::ffff:192.0.2.1", 1), "[::ffff:192.0.2.1]:1"),
    "looks-local": (lambda: socket.gethostbyname("localhost.invalid"), "localhost.invalid"),
    "brackets": (lambda: socket.gethostbyname("[127.0.0.1]"), "[127.0.0.1]"),
    "root": (lambda: socket.gethostbyname("."), "."),
    "gethostbyaddr": (lambda: socket.gethostbyaddr("192.0.2.1"), "192.0.2.1"),
    "getfqdn": (lambda: socket.getfqdn("api.invalid"), "api.invalid"),
    "getnameinfo": (lambda: socket.getnameinfo(("192.0.2.1", 443), 0), "192.0.2.1:443"),
}


@pytest.mark.parametrize(("call", "place"), LOOKUPS.values(), ids=LOOKUPS)
def test_lookups(call, place):
    """Nobody is asked for the address of another machine; the name is given as it was asked."""
    with guarded((), Refusal), pytest.raises(Refusal) as refusal:
        call()
    assert str(refusal.value) == place


@given(st.ip_addresses(v=4))
def test_only_loopback(address):
    """Of all addresses those of loopback, and the one that means any of them, are let through."""
    try:
        with guarded((), Refusal):
            assert socket.gethostbyname(str(address)) == str(address)
    except Refusal:
        let_through = False
    else:
        let_through = True
    assert let_through == (str(address).startswith("127.") or address == IPv4Address(0))


def test_sockets_of_other_families():
    """A Unix socket is let through, as is one that is connected already."""
    with guarded((), Refusal):
        left, right = socket.socketpair()
        with left, right:
            left.sendall(b"hello")
            assert right.recv(5) == b"hello"


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no Unix sockets here")
def test_unix_sockets(tmp_path, monkeypatch):
    """A Unix socket is connected to by its path."""
    monkeypatch.chdir(tmp_path)  # such a path must be short
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind("it")
        server.listen()
        with guarded((), Refusal):
            client.connect("it")
            assert client.getpeername() == "it"


@pytest.mark.parametrize("address", [(), ("127.0.0.1",), ("192.0.2.1",), "192.0.2.1", None])
def test_what_is_no_address(address):
    """What is no address is refused by the socket, as always, and never by sending something."""
    with guarded(["192.0.2.1"], Refusal), tcp() as client, pytest.raises(TypeError):
        client.connect(address)


class Network:
    """A stand-in for the network: it knows one name, and notes who is connected to."""

    def __init__(self, monkeypatch):
        self.connected = []
        monkeypatch.setattr(socket.socket, "connect", lambda _, address: self.note(address))
        monkeypatch.setattr(socket, "getaddrinfo", self.look_up)
        monkeypatch.setattr(socket, "gethostbyname", lambda _: "192.0.2.1")
        monkeypatch.setattr(socket, "gethostbyname_ex", lambda name: (name, [], ["192.0.2.1"]))

    def note(self, address):
        """Note an address in place of connecting to it."""
        self.connected.append(address)

    def look_up(self, host, port, *_, **__):
        """Give the same two addresses for every name."""
        rest = (socket.SOCK_STREAM, 0, "")
        return [
            (socket.AF_INET, *rest, ("192.0.2.1", port)),
            (socket.AF_INET6, *rest, ("2001:db8::1", port, 0, 0)),
        ]


@pytest.fixture
def network(monkeypatch):
    """Put the stand-in where the network is."""
    return Network(monkeypatch)


@pytest.mark.parametrize(
    ("allowed", "host"),
    [
        ("api.invalid", "API.invalid."),
        ("API.Invalid", "api.invalid"),
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1", "::ffff:192.0.2.1"),
        ("[2001:db8::1]", "2001:DB8:0::1"),
        ("fe80::1", "fe80::1%1"),
    ],
)
def test_allowed_hosts(network, allowed, host):
    """A host that is allowed is let through, however it is written."""
    with guarded([allowed], Refusal), tcp() as client:
        client.connect((host, 443))
    assert network.connected == [(host, 443)]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_address_of_an_allowed_name(network, name):
    """The addresses that a lookup gave belong to the name, in the block where it is allowed."""
    with guarded(["api.invalid"], Refusal), tcp() as client:
        with pytest.raises(Refusal, match=r"^192\.0\.2\.1:443$"):
            client.connect(("192.0.2.1", 443))
        getattr(socket, name)("api.invalid", *([443] if name == "getaddrinfo" else []))
        client.connect(("192.0.2.1", 443))
    with guarded(["api.invalid"], Refusal), tcp() as client, pytest.raises(Refusal):
        client.connect(("192.0.2.1", 443))
    assert network.connected == [("192.0.2.1", 443)]


LOCAL = (None, "", b"", "localhost", b"localhost", "LOCALHOST.", "localhost.localdomain")
NUMERIC = ("127.0.0.1", "127.8.9.1", "0.0.0.0", "::1", "::ffff:127.0.0.1", "::")  # noqa: S104 - nothing is bound


@pytest.mark.parametrize("host", [*LOCAL, *NUMERIC])
def test_names_of_this_machine(network, host):
    """What means this machine, or any of its addresses, is let through."""
    with guarded((), Refusal), tcp() as client:
        client.connect((host, 80))
        assert socket.getaddrinfo(host, 80) == network.look_up(host, 80)
    assert network.connected == [(host, 80)]
