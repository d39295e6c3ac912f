"""Where a test that records went past its cassette: what a replay will refuse."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit
from urllib.request import getproxies

__all__ = ["bypassed"]
__tracebackhide__ = True  # a failed test shows its own lines


def bypassed(places: Iterable[str], asked: Collection[str]) -> list[str]:
    """Return which of the places that were connected to are none of what a cassette was asked for.

    ``places`` are hosts with their ports, ``asked`` the hosts of requests. What the environment
    names as a proxy is passed over; so is a bare address where there was any request, for a client
    may look names up in a way of its own.

    >>> bypassed(["api.openai.com:443", "db.example:5432", "192.0.2.1:443"], {"api.openai.com"})
    ['db.example:5432']
    """
    found = [(place, urlsplit(f"//{place}").hostname or place) for place in places]
    if not found:
        return []
    proxies = {
        urlsplit(url if "://" in url else f"//{url}").hostname for url in getproxies().values()
    }
    known = proxies.union(asked)
    return [
        place for place, host in found if host not in known and not (asked and _is_address(host))
    ]


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
