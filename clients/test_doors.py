"""Clients with sockets of their own do not leave while a test replays: gRPC, libcurl, uvloop.

No test leaves this machine: the names are nobody's (.invalid), as is the address (192.0.2.1).
"""

from __future__ import annotations

import asyncio
import importlib
import subprocess
import sys
from contextlib import suppress

import pytest
from loopback import recorded_server

from pytest_logprobs.cassettes import guarded

WAYS = {
    "grpc": """
import grpc
with grpc.insecure_channel(PLACE) as channel:
    channel.unary_unary("/s/m")(b"")
""",
    "grpc-future": """
import grpc
with grpc.insecure_channel(f"dns:///{PLACE}") as channel:
    channel.stream_unary("/s/m").future(iter([b""])).result()
""",
    "grpc-tls-stream": """
import grpc
with grpc.secure_channel(PLACE, grpc.ssl_channel_credentials()) as channel:
    list(channel.unary_stream("/s/m")(b""))
""",
    "grpc-ready": """
import grpc
with grpc.insecure_channel(PLACE) as channel:
    grpc.channel_ready_future(channel).result(5)
""",
    "grpc-interceptor": """
import grpc
class Passing(grpc.UnaryUnaryClientInterceptor):
    def intercept_unary_unary(self, continuation, details, request):
        return continuation(details, request)
with grpc.insecure_channel(PLACE) as channel:
    grpc.intercept_channel(channel, Passing()).unary_unary("/s/m")(b"")
""",
    "grpc-asynchronous": """
import asyncio, grpc.aio
async def ask():
    async with grpc.aio.insecure_channel(PLACE) as channel:
        await channel.unary_unary("/s/m")(b"")
asyncio.run(ask())
""",
    "grpc-asynchronous-stream": """
import asyncio, grpc.aio
async def ask():
    async with grpc.aio.insecure_channel(PLACE) as channel:
        async for _ in channel.stream_stream("/s/m")():
            pass
asyncio.run(ask())
""",
    "curl_cffi": """
from curl_cffi import requests
requests.post(f"http://{PLACE}/v1/completions", json={}).raise_for_status()
""",
    "curl_cffi-asynchronous": """
import asyncio
from curl_cffi.requests import AsyncSession
async def ask():
    async with AsyncSession() as session:
        await session.post(f"http://{PLACE}/v1/completions", json={})
asyncio.run(ask())
""",
    "pycurl": """
import pycurl
curl = pycurl.Curl()
curl.setopt(pycurl.URL, f"{PLACE}/v1/completions")
curl.setopt(pycurl.POSTFIELDS, "{}")
curl.setopt(pycurl.WRITEFUNCTION, lambda _: None)
curl.perform()
""",
    "uvloop": """
import asyncio, uvloop
async def ask():
    host, port = PLACE.rsplit(":", 1)
    _, writer = await asyncio.open_connection(host, int(port))
    writer.close()
uvloop.run(ask())
""",
    "uvloop-lookup": """
import asyncio, uvloop
async def ask():
    host, port = PLACE.rsplit(":", 1)
    await asyncio.get_running_loop().getaddrinfo(host, int(port))
uvloop.run(ask())
""",
    "uvloop-datagram": """
import asyncio, uvloop
async def ask():
    host, port = PLACE.rsplit(":", 1)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, remote_addr=(host, int(port))
    )
    transport.close()
uvloop.run(ask())
""",
    "uvloop-socket": """
import asyncio, socket, uvloop
async def ask():
    host, port = PLACE.rsplit(":", 1)
    with socket.socket() as stream:
        stream.setblocking(False)
        host = socket.inet_ntoa(socket.inet_aton(host)) if host[0].isdigit() else host
        await asyncio.get_running_loop().sock_connect(stream, (host, int(port)))
uvloop.run(ask())
""",
    "websockets-on-uvloop": """
import asyncio, uvloop, websockets
async def ask():
    async with websockets.connect(f"ws://{PLACE}", proxy=None):
        pass
uvloop.run(ask())
""",
}


class Refusal(BaseException):
    """What the tests have raised; no client catches it."""


def run(way, place):
    """Run a script that goes to a place."""
    exec(way, {"PLACE": place})  # noqa: S102 - a script of this file


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_refused(way):
    """A client that is imported already is stopped where it would leave, and told the place."""
    with suppress(Exception), recorded_server() as address:
        run(way, address.removeprefix("http://").removesuffix("/v1"))
    places = []

    def refuse(place):
        places.append(place)
        return Refusal(place)

    with guarded((), refuse), pytest.raises(BaseException) as stop:  # noqa: PT011 - or in a group
        run(way, "api.invalid:443")
    assert set(places) == {"api.invalid:443"}
    assert not isinstance(stop.value, Exception)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_refused_where_it_is_imported_in_the_test(way):
    """So is one that a test imports first."""
    script = f"""if True:
        from pytest_logprobs.cassettes import guarded

        class Refusal(BaseException):
            pass

        with guarded((), Refusal):
            try:
                exec({way!r}, {{"PLACE": "api.invalid:443"}})
            except Refusal as refusal:
                print(refusal)
            except BaseExceptionGroup as group:
                print(*group.exceptions)
    """
    if sys.version_info < (3, 11):
        script = script.replace("BaseExceptionGroup", "()")
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.stdout, done.stderr) == ("api.invalid:443\n", "")


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_let_through(way):
    """This machine is reached."""
    refused = []
    with (
        suppress(Exception),  # the server knows no gRPC
        recorded_server() as address,
        guarded((), refused.append),
    ):
        run(way, address.removeprefix("http://").removesuffix("/v1"))
    assert refused == []


@pytest.mark.parametrize("module", ["grpc", "grpc.aio"])
@pytest.mark.parametrize(
    ("target", "places"),
    [
        ("api.invalid", ["api.invalid"]),
        ("api.invalid:443", ["api.invalid:443"]),
        ("dns:api.invalid:443", ["api.invalid:443"]),
        ("dns://192.0.2.9/api.invalid:443", ["api.invalid:443"]),
        ("ipv4:127.0.0.1:9,192.0.2.1:443", ["192.0.2.1:443"]),
        ("ipv6:[2001:db8::1]:443", ["[2001:db8::1]:443"]),
        ("ipv6:%5B::1%5D:9", []),
        ("localhost:9", []),
        ("unix:/no/such/socket", []),
    ],
)
def test_targets_of_grpc(module, target, places):
    """Every spelling of a target is read, of a stub as well that was made before."""

    async def ask():
        channel = importlib.import_module(module).insecure_channel(target)
        call = channel.unary_unary("/s/m")
        refused = []
        with (
            suppress(Exception, Refusal),
            guarded((), lambda place: refused.append(place) or Refusal()),
        ):
            await call(b"", timeout=1)
        if closing := channel.close():
            await closing
        return refused

    assert asyncio.run(ask()) == places
