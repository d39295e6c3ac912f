"""Where clients in C leave this process: what the guard wraps of them, for it sees no socket there.

One row for each module: which functions of it go out, and to where, as far as Python can tell. What
is not in the table is not seen: other extensions with sockets of their own, a ``pycurl.Curl`` that
was made or imported by name before the guard stood, a datagram that uvloop sends unconnected,
lookups of c-ares, and where a redirect that libcurl follows leads to.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any, Final, NamedTuple, cast
from urllib.parse import unquote, urlsplit

__all__ = ["DOORS", "Check", "Door"]
__tracebackhide__ = True  # a failed test shows its own lines

_Place = tuple[object, object]
"""A host and a port."""

Check = Callable[[object, object], None]
"""What raises where a host is not to be reached; it is given the port as well."""

_CURL_URL: Final = 10002  # CURLOPT_URL: a number that libcurl never changes
_SCHEMES: Final = ("dns", "ipv4", "ipv6")  # what gRPC knows without two slashes
_OF_THIS_MACHINE: Final = ("unix", "unix-abstract", "vsock")


class Door(NamedTuple):
    """An attribute, and what makes its wrapper, given how to check and what it is now."""

    owner: object
    name: str
    wrapped: Callable[[Check, Any], object]


def _door(owner: object, name: str, places: Callable[..., Iterable[_Place]]) -> Door:
    """Return the door that is a function, given how to read its arguments."""

    def wrapped(check: Check, original: Callable[..., object]) -> object:
        @functools.wraps(original)
        def leave(*arguments: object, **named: object) -> object:
            for host, port in places(*arguments, **named):
                check(host, port)
            return original(*arguments, **named)

        return leave

    return Door(owner, name, wrapped)


def _of_grpc(module: ModuleType) -> Iterator[Door]:
    """Yield what makes a call or connects; stubs and channels made before are of these classes."""
    for owner in [each for each in vars(module).values() if isinstance(each, type)]:
        of_module = owner.__module__ == module.__name__
        if of_module and owner.__name__.endswith(("MultiCallable", "Channel")):
            for name in ("__call__", "with_call", "future", "subscribe", "get_state"):
                if name in vars(owner):
                    yield _door(owner, name, _of_channel)


def _of_channel(calling: Any, *_given: object, **_named: object) -> Iterator[_Place]:  # noqa: ANN401 - of grpc
    """Read the target of a channel, such as ``dns:///api.example:443``."""
    target: Any = calling._channel.target  # noqa: SLF001 - the one place where it stands
    spelled = unquote(cast("bytes", target() if callable(target) else target).decode())
    scheme, _, rest = spelled.partition(":")
    if scheme in _OF_THIS_MACHINE:
        return
    hosts = rest.rpartition("/")[2] if scheme in _SCHEMES or rest.startswith("//") else spelled
    yield from (_of_url(f"//{each}") for each in hosts.split(","))


def _of_libcurl(module: ModuleType) -> Iterator[Door]:
    yield _door(module.Curl, "setopt", _of_option)


def _of_pycurl(module: ModuleType) -> Iterator[Door]:
    """Yield the class, whose own methods cannot be replaced."""

    def wrapped(check: Check, original: Any) -> object:  # noqa: ANN401 - a class without types
        def setopt(curl: object, *option: object) -> object:
            for host, port in _of_option(curl, *option):
                check(host, port)
            return original.setopt(curl, *option)

        return type(original.__name__, (original,), {"setopt": setopt})

    yield Door(module, "Curl", wrapped)


def _of_option(
    _curl: object, option: object = None, value: object = None, *_: object
) -> Iterator[_Place]:
    """Read the URL that a handle of libcurl is given."""
    if option == _CURL_URL:
        url = value.decode("latin-1") if isinstance(value, bytes) else str(value)
        yield _of_url(url if "://" in url else f"//{url}")


def _of_uvloop(module: ModuleType) -> Iterator[Door]:
    yield _door(module.Loop, "create_connection", _host_at(2))
    yield _door(module.Loop, "getaddrinfo", _host_at(1))
    yield _door(module.Loop, "getnameinfo", _address_at(1, "sockaddr"))
    yield _door(module.Loop, "sock_connect", _address_at(2, "address"))
    yield _door(module.Loop, "create_datagram_endpoint", _address_at(3, "remote_addr"))


def _of_windows(module: ModuleType) -> Iterator[Door]:
    """Yield what asyncio's loop on Windows does without the methods of a socket."""
    yield _door(module.IocpProactor, "connect", _address_at(2, "address"))
    yield _door(module.IocpProactor, "sendto", _address_at(4, "addr"))


def _host_at(at: int) -> Callable[..., Iterator[_Place]]:
    """Make what reads a host and a port from the arguments, given where they stand."""

    def read(*arguments: object, **named: object) -> Iterator[_Place]:
        named |= zip(("host", "port"), arguments[at:], strict=False)
        yield named.get("host"), named.get("port")

    return read


def _address_at(at: int, name: str) -> Callable[..., Iterator[_Place]]:
    """Make what reads an address; the path of a Unix socket is no tuple."""

    def read(*arguments: object, **named: object) -> Iterator[_Place]:
        address = (*arguments, named.get(name))[min(at, len(arguments))]
        if isinstance(address, tuple):
            host, port = (*cast("tuple[object, ...]", address), None, None)[:2]
            yield host, port

    return read


def _of_url(url: str) -> _Place:
    parts = urlsplit(url)
    try:
        return parts.hostname, parts.port
    except ValueError:  # no port: it is the client's to refuse
        return parts.hostname, None


DOORS: Final[Mapping[str, Callable[[ModuleType], Iterator[Door]]]] = {
    "grpc._channel": _of_grpc,
    "grpc.aio._channel": _of_grpc,
    "curl_cffi.curl": _of_libcurl,
    "pycurl": _of_pycurl,
    "uvloop": _of_uvloop,
    "asyncio.windows_events": _of_windows,
}
"""A module that is not always there → its doors."""
