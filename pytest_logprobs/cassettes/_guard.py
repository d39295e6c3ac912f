"""The guard: while a test replays, it reaches nothing but this machine.

It stands where Python's clients reach the network: ``connect``, ``connect_ex``, ``sendto`` and
``sendmsg`` of ``socket.socket``, and the lookups of names and addresses of ``socket``; and at the
doors of clients with sockets of their own (gRPC, libcurl, uvloop), as soon as they are imported. It
does not see what goes past these, nor other processes.
"""

from __future__ import annotations

import functools
import socket
import sys
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from threading import Lock
from types import ModuleType
from typing import Any, Final, NamedTuple, cast

from pytest_logprobs.cassettes._doors import DOORS
from pytest_logprobs.cassettes._imports import Imports

__all__ = ["guarded"]
__tracebackhide__ = True  # a failed test shows its own lines

_Host = str | IPv4Address | IPv6Address
_LOCAL_NAMES: Final = frozenset({"", "localhost", "localhost.localdomain"})  # "": any to bind to
_INTERNET: Final = frozenset({socket.AF_INET, socket.AF_INET6})
_INHERITED: Final = object()


@contextmanager
def guarded(
    allowed_hosts: Collection[str], refuse: Callable[[str], BaseException | None]
) -> Generator[None]:
    """Let nothing of this process reach another machine for the length of a block.

    Loopback, Unix sockets and the hosts allowed, names or addresses, are let through; a name that
    is allowed allows the addresses that its lookup gives. This machine's own name can be looked up.
    For anything else ``refuse`` is called with host and port, and what it makes is raised; where it
    makes nothing, the host is allowed from then on, so that each is told once. All threads are
    watched, until the last block is left; what is refused by any block that is open is refused.

    >>> with guarded((), lambda place: PermissionError(f"no way to {place}")):
    ...     socket.create_connection(("api.openai.com", 443))
    Traceback (most recent call last):
        ...
    PermissionError: no way to api.openai.com:443
    """
    block = _Block({_host(name.strip("[]")) for name in allowed_hosts}, refuse)
    _watch.open(block)
    try:
        yield
    finally:
        _watch.close(block)


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    allowed: set[_Host]  # grows with the addresses of the names in it
    refuse: Callable[[str], BaseException | None]


class _Patch(NamedTuple):
    owner: object
    name: str
    ours: object
    before: object  # _INHERITED: the owner itself had nothing of that name

    def undo(self) -> None:
        """Put back what was there; what somebody else put in our place meanwhile stays."""
        if vars(self.owner).get(self.name) is not self.ours:
            return
        if self.before is _INHERITED:
            delattr(self.owner, self.name)
        else:
            setattr(self.owner, self.name, self.before)


class _Watch:
    """The blocks that are open, and the patches that stand as long as there is one."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._blocks: tuple[_Block, ...] = ()
        self._patches: list[_Patch] = []
        self._imports = Imports(DOORS, self.cover)

    def open(self, block: _Block) -> None:
        with self._lock:
            if not self._blocks:
                self._patches = [_patch(*place) for place in _places()]
                for name in DOORS:
                    self._patches += _patched_doors(name, sys.modules.get(name))
                sys.meta_path.insert(0, self._imports)
            self._blocks += (block,)

    def close(self, block: _Block) -> None:
        with self._lock:
            self._blocks = tuple(each for each in self._blocks if each is not block)
            if not self._blocks:
                for patch in reversed(self._patches):
                    patch.undo()
                with suppress(ValueError):  # a test may have put back an older list
                    sys.meta_path.remove(self._imports)

    def cover(self, name: str, module: ModuleType) -> None:
        """Watch the doors of a module that was imported just now."""
        with self._lock:
            if self._blocks:
                self._patches += _patched_doors(name, module)

    def check(self, host: object, port: object) -> None:
        """Raise what the innermost block makes that does not let the host through."""
        known = _host(_text(host))
        if _is_local(known):
            return
        for block in reversed(self._blocks):
            if known not in block.allowed:
                refusal = block.refuse(_place(_text(host), _text(port)))
                if refusal is not None:
                    raise refusal
                block.allowed.add(known)

    def learn(self, host: object, addresses: Collection[object]) -> None:
        """Let the addresses of a name through wherever the name is."""
        for block in self._blocks:
            if _host(_text(host)) in block.allowed:
                block.allowed.update(_host(_text(address)) for address in addresses)


_watch: Final = _Watch()


def _places() -> Iterator[tuple[object, str, Callable[[Any], object]]]:
    for name in ("connect", "connect_ex", "sendto"):
        yield socket.socket, name, _connecting(slice(-1, None))
    if hasattr(socket.socket, "sendmsg"):  # not on Windows
        yield socket.socket, "sendmsg", _connecting(slice(3, 4))
    yield socket, "getaddrinfo", _looking_up(lambda found: [info[4][0] for info in found])
    yield socket, "gethostbyname", _looking_up(lambda found: [found])
    for name in ("gethostbyname_ex", "gethostbyaddr"):
        yield socket, name, _looking_up(lambda found: found[2])
    yield socket, "getnameinfo", _naming


def _patched_doors(name: str, module: object) -> list[_Patch]:
    """Wrap the doors of a module; what a test put in its place may have none."""
    patches: list[_Patch] = []
    if isinstance(module, ModuleType):
        with suppress(AttributeError):
            for door in DOORS[name](module):
                wrapped = functools.partial(door.wrapped, _watch.check)
                patches.append(_patch(door.owner, door.name, wrapped))
    return patches


def _patch(owner: object, name: str, wrapped: Callable[[Any], object]) -> _Patch:
    ours = wrapped(getattr(owner, name))
    patch = _Patch(owner, name, ours, vars(owner).get(name, _INHERITED))
    setattr(owner, name, ours)
    return patch


def _connecting(place: slice) -> Callable[[Callable[..., object]], object]:
    """Make the wrapper of a method, given which of its arguments is an address, if it is there."""

    def wrapped(original: Callable[..., object]) -> object:
        @functools.wraps(original)
        def connect(self: socket.socket, *arguments: object) -> object:
            if self.family in _INTERNET:
                for address in arguments[place]:
                    _check_address(address)
            return original(self, *arguments)

        return connect

    return wrapped


def _naming(original: Callable[..., object]) -> object:
    """Wrap ``getnameinfo``, which asks nobody where it only has to write an address."""

    @functools.wraps(original)
    def get_name(address: object, flags: int) -> object:
        if not flags & socket.NI_NUMERICHOST:
            _check_address(address)
        return original(address, flags)

    return get_name


def _check_address(address: object) -> None:
    if isinstance(address, tuple):  # else the socket refuses it
        host, port = (*cast("tuple[object, ...]", address), None, None)[:2]
        _watch.check(host, port)


def _looking_up(
    addresses_in: Callable[[Any], Collection[object]],
) -> Callable[[Callable[..., object]], object]:
    """Make the wrapper of a function that looks a name up, given how to read its answer."""

    def wrapped(original: Callable[..., object]) -> object:
        @functools.wraps(original)
        def look_up(host: object, *arguments: object, **named: object) -> object:
            if _host(_text(host)) != _host(socket.gethostname()):
                _watch.check(host, arguments[0] if arguments else named.get("port"))
            found = original(host, *arguments, **named)
            _watch.learn(host, addresses_in(found))
            return found

        return look_up

    return wrapped


def _host(name: str) -> _Host:
    """Return what different spellings of one host have in common."""
    try:
        address = ip_address(name)
    except ValueError:
        return name.lower().removesuffix(".") or name
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or IPv6Address(int(address))  # without its scope


def _is_local(host: _Host) -> bool:
    if isinstance(host, str):
        return host in _LOCAL_NAMES
    return host.is_loopback or host.is_unspecified  # 0.0.0.0: any address of this machine


def _text(value: object) -> str:
    """Return a host or a port, in any form that the functions take, as a text; none is empty."""
    if isinstance(value, bytes | bytearray):
        return value.decode("latin-1")
    return str(value or "")


def _place(host: str, port: str) -> str:
    return (f"[{host}]" if ":" in host else host) + (port and f":{port}")
