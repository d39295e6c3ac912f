"""The doors of clients in C, with stand-ins of their shape; the real ones are in ``clients``."""

from __future__ import annotations

import importlib
import socket
import sys
from types import ModuleType
from unittest.mock import Mock

import pytest

from pytest_logprobs.cassettes import bypassed, guarded

STAND_INS = {
    "grpc/__init__.py": "",
    "grpc/_channel.py": """
class _Core:
    def __init__(self, target):
        self._target = target

    def target(self):
        return self._target

class _UnaryUnaryMultiCallable:
    def __init__(self, target):
        self._channel = _Core(target)

    def __call__(self, request):
        return "gone"

class Channel(_UnaryUnaryMultiCallable):
    def subscribe(self, callback, try_to_connect=False):
        return "gone"

class _Other:
    def __call__(self):
        return "gone"
""",
    "curl_cffi/__init__.py": "",
    "curl_cffi/curl.py": """
class Curl:
    def setopt(self, option, value):
        return "gone"
""",
    "pycurl.py": """
from curl_cffi.curl import Curl as _Curl

class Curl(_Curl):
    pass
""",
    "uvloop.py": """
class _Base:
    def create_connection(self, factory, host=None, port=None):
        return "gone"

    def getaddrinfo(self, host, port, *, family=0):
        return "gone"

    def getnameinfo(self, sockaddr, flags=0):
        return "gone"

    def sock_connect(self, sock, address):
        return "gone"

    def create_datagram_endpoint(self, factory, local_addr=None, remote_addr=None):
        return "gone"

class Loop(_Base):
    pass
""",
}
CALLS = {
    "call": ("grpc._channel", "_UnaryUnaryMultiCallable(b'api.invalid:443')(b'')"),
    "ready": ("grpc._channel", "Channel(b'dns:///api.invalid:443').subscribe(print, True)"),
    "curl": ("curl_cffi.curl", "Curl().setopt(10002, b'https://me@api.invalid:443/v1')"),
    "pycurl": ("pycurl", "Curl().setopt(10002, 'api.invalid:443/v1')"),
    "connection": ("uvloop", "Loop().create_connection(print, 'api.invalid', 443)"),
    "named": ("uvloop", "Loop().create_connection(print, port=443, host='api.invalid')"),
    "lookup": ("uvloop", "Loop().getaddrinfo('api.invalid', 443, family=2)"),
    "reverse": ("uvloop", "Loop().getnameinfo(('api.invalid', 443))"),
    "socket": ("uvloop", "Loop().sock_connect(None, ('api.invalid', 443))"),
    "datagram": ("uvloop", "Loop().create_datagram_endpoint(print, None, ('api.invalid', 443))"),
}
LET_THROUGH = {
    "unix": ("grpc._channel", "_UnaryUnaryMultiCallable(b'unix:/tmp/it')(b'')"),
    "other": ("grpc._channel", "_Other()()"),
    "option": ("pycurl", "Curl().setopt(10001, 'api.invalid')"),
    "no-port": ("curl_cffi.curl", "Curl().setopt(10002, 'http://localhost:x')"),
    "path": ("uvloop", "Loop().sock_connect(None, '/tmp/it')"),
    "no-host": ("uvloop", "Loop().create_connection(print)"),
}


class Refusal(BaseException):
    """What the tests have raised."""


@pytest.fixture(autouse=True)
def stand_ins(tmp_path, monkeypatch):
    """Let the stand-ins be imported, and nothing else of their names."""
    for name, source in STAND_INS.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    for name in [name for name in sys.modules if name.split(".")[0] in NAMES]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in [name for name in sys.modules if name.split(".")[0] in NAMES]:
        del sys.modules[name]


NAMES = {name.split("/")[0].removesuffix(".py") for name in STAND_INS}


def call(module, expression):
    """Evaluate an expression with the names of a module."""
    return eval(expression, vars(importlib.import_module(module)))  # noqa: S307 - of this file


@pytest.mark.parametrize(("module", "expression"), CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("imported", ["before", "inside"])
def test_refused_while_guarded(module, expression, imported):
    """A client goes nowhere in a block, whenever it was imported, and anywhere after it."""
    if imported == "before":
        assert call(module, expression) == "gone"
    with guarded((), Refusal):
        with pytest.raises(Refusal, match=r"^api\.invalid:443$"):
            call(module, expression)
        with guarded((), Refusal), pytest.raises(Refusal):
            call(module, expression)
    assert call(module, expression) == "gone"
    with guarded(["api.invalid"], Refusal):
        assert call(module, expression) == "gone"


@pytest.mark.parametrize(("module", "expression"), LET_THROUGH.values(), ids=LET_THROUGH)
def test_let_through(module, expression):
    """What stays on this machine, or goes nowhere, is let through."""
    with guarded((), Refusal):
        assert call(module, expression) == "gone"


def test_what_makes_no_refusal_is_told_once():
    """A host that nothing is made of is let through, and told once in a block."""
    places = []
    with guarded((), places.append):
        for each in CALLS.values():
            assert call(*each) == "gone"
        call("uvloop", "Loop().getaddrinfo('other.invalid', None)")
    assert places == ["api.invalid:443", "other.invalid"]


def test_nothing_stays_behind():
    """What is imported in a block is as it was afterwards; finders too."""
    finders = list(sys.meta_path)
    with guarded((), Refusal):
        module = importlib.import_module("uvloop")
        assert "getaddrinfo" in vars(module.Loop)
    assert "getaddrinfo" not in vars(module.Loop)
    assert sys.meta_path == finders


@pytest.mark.parametrize("stand_in", [ModuleType("pycurl"), ModuleType("curl"), Mock(), None])
def test_what_stands_in_for_a_module(monkeypatch, stand_in):
    """A test may put anything there; sockets are guarded, and afterwards they are as they were."""
    monkeypatch.setitem(sys.modules, "pycurl", stand_in)
    with guarded((), Refusal), pytest.raises(Refusal):
        socket.gethostbyname("api.invalid")
    assert "connect" not in vars(socket.socket)


def test_finders_that_were_put_back():
    """Who restores the finders within a block takes out the guard's: nothing stays all the same."""
    finders = list(sys.meta_path)
    with guarded((), Refusal):
        sys.meta_path[:] = finders
    assert "connect" not in vars(socket.socket)
    assert sys.meta_path == finders


def test_a_module_that_is_not_there():
    """A missing client is missing, as ever."""
    with guarded((), Refusal), pytest.raises(ModuleNotFoundError):
        importlib.import_module("grpc.aio._channel")


def test_where_a_test_went_past_its_cassette(monkeypatch):
    """Any place where nothing was asked; else no address, host that was asked, or proxy."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ALL_PROXY", "proxy.invalid:3128")
    places = ["a.invalid:443", "[2001:db8::1]:443", "proxy.invalid:3128", "b.invalid"]
    assert bypassed(places, ()) == ["a.invalid:443", "[2001:db8::1]:443", "b.invalid"]
    assert bypassed(places, {"b.invalid"}) == ["a.invalid:443"]
    assert bypassed([], ()) == []
