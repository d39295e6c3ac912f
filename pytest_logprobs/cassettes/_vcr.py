# pyright: basic, reportMissingTypeStubs=false
"""The seam to vcrpy, which patches the HTTP clients: the one module that imports it.

vcrpy's stubs ask a cassette three things: whether it ``can_play_response_for`` a request, to
``play_response``, and to ``append`` what the real server said. This one hands them on to the
cassette of the running test, which finds a recording by its key. What vcrpy would do beyond that
(walk a list, read and write a file, copy requests) is not asked of it. It has no types, and
pyright reads it all the same: in this module less strictly.
"""

from __future__ import annotations

import http.client
import inspect
import json
import logging
import re
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from threading import Lock
from typing import Any, cast
from urllib.parse import urlencode

from pytest_logprobs.cassettes._cassette import LogprobsCassette
from pytest_logprobs.cassettes._late_clients import LateClients
from pytest_logprobs.cassettes._messages import wire_headers
from pytest_logprobs.cassettes._tape import Asked
from pytest_logprobs.errors import LogprobsError

_clients = LateClients()
with _clients.unimported():
    import vcr.patch
    from vcr import VCR
    from vcr.cassette import Cassette

    if find_spec("socks"):  # else urllib3 warns
        with suppress(ImportError):  # there is no urllib3
            # requests imports it, and what it defines derives from what will be patched
            import_module("urllib3.contrib.socks")
_clients.patch = vcr.patch

__all__ = ["configured", "patched_clients"]
__tracebackhide__ = True  # a failed test shows its own lines

_Request = Any
"""A request as vcrpy has it, which has no types."""

_Known = tuple[LogprobsCassette, int, Asked]
"""Who was asked, the number of the request, and what is known of it."""


_HONOURED = frozenset({"custom_patches", "_custom_patches", "ignore_hosts", "ignore_localhost"})
"""What a project may set of a ``VCR``; the second is where vcrpy keeps the first."""

_LOCALHOST = ("localhost", "0.0.0.0", "127.0.0.1", "::1")  # noqa: S104 - nothing is bound


def configured(configure: Callable[[VCR], object]) -> VCR:
    """Return what clients are patched with, after a project had its say.

    Raises ``LogprobsError`` for what a cassette would not heed.
    """
    usual = vars(VCR())
    takes = _HONOURED | (usual.keys() & {"skip_patchers"})  # of vcrpy 9.3 and later
    configure(mine := VCR())
    for name, value in vars(mine).items():
        if name not in takes and usual.get(name) != value:
            names = sorted(each for each in takes if each[0] != "_")
            raise LogprobsError(
                f"pytest_logprobs_configure_vcr sets {name} of the VCR, which a cassette of "
                f"pytest-logprobs does not heed; it heeds {', '.join(names)}. What is kept of a "
                f"request is said by pytest_logprobs_scrub, how requests match by logprobs_ignore, "
                f"when to record by --logprobs-record"
            )
    if not _are_hosts(mine.ignore_hosts):
        raise LogprobsError(
            f"pytest_logprobs_configure_vcr sets ignore_hosts of the VCR to {mine.ignore_hosts!r}; "
            f'expected a list of names or compiled patterns, such as ["api.example"]'
        )
    return mine


def _are_hosts(value: object) -> bool:
    if isinstance(value, str) or not isinstance(value, Collection):
        return False
    return all(isinstance(each, (str, re.Pattern)) for each in value)


@contextmanager
def patched_clients(
    current: Callable[[], LogprobsCassette], with_vcr: object = None
) -> Generator[None]:
    """Send what every HTTP client asks to the ``current`` cassette, inside a ``with`` block."""
    mine = cast("VCR", with_vcr or VCR())
    names = ("_custom_patches", "custom_patches")
    patches = [each for name in names for each in getattr(mine, name, ())]
    patches.append((vcr.patch, "force_reset", _RealConnections()))
    config: dict[str, object] = {"custom_patches": patches}
    if hasattr(mine, "skip_patchers"):
        config["skip_patchers"] = mine.skip_patchers
    ignored = {*mine.ignore_hosts, *(_LOCALHOST if mine.ignore_localhost else ())}
    with _quiet(), _clients.patched(_Indexed(current, ignored, **config)):
        yield


@contextmanager
def _quiet() -> Generator[None]:
    """Keep vcrpy from logging every request, with all that its URL holds."""
    logger = logging.getLogger("vcr")
    level = logger.level
    logger.setLevel(max(level, logging.WARNING))
    try:
        yield
    finally:
        logger.setLevel(level)


class _RealConnections:
    """What puts real classes back while a stub builds a real connection.

    Those alone that the real ones look up by name, and then alone. vcrpy puts back all that it
    patched, for every thread and as long as a request takes: what another one asks meanwhile would
    be neither recorded nor replayed, and where two such blocks overlap, clients would stay as they
    must not be.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._blocks = 0
        self._patched: dict[tuple[object, str], object] = {}

    def __call__(self) -> AbstractContextManager[None]:
        # The stubs do not say what they are about to do; to use a connection needs no names.
        frame = inspect.currentframe()
        frame = frame and frame.f_back
        if frame is None or frame.f_code.co_name != "__init__":
            return nullcontext()
        real = getattr(frame.f_locals.get("self"), "_baseclass", object)
        return self._block() if _looks_up_names(real) else nullcontext()

    @contextmanager
    def _block(self) -> Generator[None]:
        with self._lock:
            if not self._blocks:
                real = _looked_up_by_name()
                self._patched = {place: getattr(*place) for place in real}
                _put(real)
            self._blocks += 1
        try:
            yield
        finally:
            with self._lock:
                self._blocks -= 1
                if not self._blocks:
                    _put(self._patched)


def _looks_up_names(real: type) -> bool:
    """Return whether a class of connections looks others up while one is built."""
    of_tls = _looked_up_by_name()[http.client, "HTTPSConnection"]
    return real.__module__ == "httplib2" or issubclass(real, cast("type", of_tls))


@cache
def _looked_up_by_name() -> dict[tuple[object, str], object]:
    """Map where the classes stand to the real ones."""
    with _clients.unimported():
        resets = [(each.getter(), each) for each in vcr.patch.reset_patchers()]
    modules = ("http.client", "httplib2")
    return {
        (owner, each.attribute): each.new
        for owner, each in resets
        if getattr(owner, "__name__", "") in modules
    }


def _put(classes: Mapping[tuple[object, str], object]) -> None:
    for (owner, name), each in classes.items():
        setattr(owner, name, each)


class _Indexed(Cassette):  # type: ignore[misc] # vcrpy has no types
    """What vcrpy's stubs talk to."""

    def __init__(
        self,
        current: Callable[[], LogprobsCassette],
        ignored: Collection[str | re.Pattern[str]],
        **config: Any,  # noqa: ANN401 - vcrpy's
    ) -> None:
        super().__init__(path="of the running test", **config)
        self._current = current
        self._ignored = ignored

    @property
    def write_protected(self) -> bool:
        # A request that nothing answers has raised by then; before vcrpy 9.4, connections of TLS
        # ask this to know whether to connect.
        return not self._current().is_recording

    def filter_request(self, request: _Request) -> _Request | None:
        return None if self._is_ignored(request) else request

    def can_play_response_for(self, request: _Request) -> bool:
        return not self._is_ignored(request) and self._known(request)[2].answer is not None

    def play_response(self, request: _Request) -> dict[str, Any]:
        cassette, number, asked = self._known(request)
        response, body = cassette.play(number, asked)
        status = response["status"]
        return {
            "status": {"code": status, "message": http.client.responses.get(status, "")},
            "headers": wire_headers(response, body),
            "body": {"string": body},
        }

    def append(self, request: _Request, response: dict[str, Any]) -> None:
        if self._is_ignored(request):
            return
        cassette, number, asked = self._known(request)
        body = response["body"].get("string") or b""
        headers = dict(response["headers"])  # tornado's stub gives pairs
        answer = response["status"]["code"], headers, _bytes(body)
        cassette.record(number, asked, request.headers, answer)

    def find_requests_with_most_matches(self, request: _Request) -> list[tuple[Any, ...]]:
        return [(request, [], [])]  # asked by the stub of aiohttp, which follows redirects itself

    def _is_ignored(self, request: _Request) -> bool:
        return any(
            each == request.host if isinstance(each, str) else each.fullmatch(request.host)
            for each in self._ignored
        )

    def _known(self, request: _Request) -> _Known:
        """Ask the cassette for a request, once: connections ask before and after they connect.

        One that is kept open asks even for the request before, when it connects again.
        """
        if not hasattr(request, "logprobs_known"):
            cassette = self._current()
            body = _form(request.body) if _becomes_form(request.body) else _bytes(request.body)
            asked = cassette.ask(request.method, request.uri, request.headers, body)
            request.logprobs_known = cassette, *asked
        return cast("_Known", request.logprobs_known)


def _becomes_form(body: object) -> bool:
    """Return whether aiohttp will write a form: its stub gives that as it gives what becomes JSON.

    Only who was called knows which.
    """
    frame = inspect.currentframe() if isinstance(body, (Mapping, list)) else None
    while frame is not None and frame.f_globals.get("__name__") != "vcr.stubs.aiohttp_stubs":
        frame = frame.f_back
    return frame is not None and frame.f_locals.get("kwargs", {}).get("data") is not None


def _form(fields: Any) -> bytes:  # noqa: ANN401 - vcrpy's
    return urlencode([*(fields.items() if isinstance(fields, Mapping) else fields)]).encode()


def _bytes(body: object) -> bytes:
    """Return a body as clients give it to vcrpy; aiohttp's stub gives what it will write as JSON.

    Raises ``LogprobsError`` for one that is written in a way of the client's own.
    """
    if body is None:
        return b""
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    read = getattr(body, "read", None)
    if callable(read):
        return _bytes(read())
    if isinstance(body, Iterable) and not isinstance(body, (Mapping, list)):
        return b"".join(map(_bytes, body))
    with suppress(TypeError):
        return json.dumps(body).encode()
    kind = f"{type(body).__module__}.{type(body).__qualname__}"
    raise LogprobsError(f"a request whose body is a {kind} cannot be recorded: send bytes or JSON")
