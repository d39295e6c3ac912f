"""A request that nothing answers: what was asked, what comes closest, what to do."""

from __future__ import annotations

import inspect
import os
import sysconfig
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from pytest_logprobs._quote import clip, one_line
from pytest_logprobs.cassettes._difference import nearest, summary
from pytest_logprobs.cassettes._file import read_cassette
from pytest_logprobs.cassettes._line_diff import diff
from pytest_logprobs.cassettes._matching import body_value, is_object, key_of
from pytest_logprobs.cassettes._origin import origin
from pytest_logprobs.cassettes._shapes import masked
from pytest_logprobs.cassettes._tape import Asked, Tape
from pytest_logprobs.errors import CassetteError

if TYPE_CHECKING:
    from _pytest.outcomes import Failed as _Failed
else:
    _Failed = pytest.fail.Exception  # its public name, which type checkers do not see as a class

__all__ = ["CassetteMissError", "caller", "explain", "explain_connection"]
__tracebackhide__ = True  # a failed test shows its own lines

_WIDTH: Final = 160
_LENGTH: Final = 640
"""As many characters of an explanation does pytest show of an assertion, and so do we of a miss."""

_NEIGHBOURS: Final = 5  # cassettes that are looked into for a request that has none
_LEAST: Final = 60  # of a line, where a command is so long that nothing else fits
# A project may hold the Python that runs it.
_NOT_THEIRS: Final = tuple(
    f"{directory}{os.sep}"
    for directory in (Path(__file__).parents[1], sysconfig.get_path("stdlib"))
)


@dataclass(frozen=True, slots=True)
class _Closest:
    """The recording that comes closest: why it does not fit, where it comes from, the diff."""

    sentence: str = ""
    origin: str = ""
    section: str = ""


class CassetteMissError(_Failed):
    """A request that no recording answers, or a connection made around the cassette.

    A ``BaseException`` outside ``Exception``, as ``pytest.fail`` is, so that no client retries,
    wraps or swallows it. ``explanation`` is the short text; ``section`` the long one, which the
    plugin prints as a section of the test's report.
    """

    __module__ = "pytest_logprobs"  # where users import it from, and shorter in a summary

    def __init__(self, explanation: str, section: str = "") -> None:
        self.explanation = explanation
        self.section = section
        super().__init__(explanation, pytrace=False)


def explain(
    asked: Asked,
    tape: Tape,
    *,
    cassette: str,
    root: Path,
    command: str,
    ignore: Sequence[str] = (),
    missing: Path | None = None,
    briefly: bool = False,
) -> CassetteMissError:
    """Say what was asked, which recording comes closest, why it does not fit, what to do.

    ``cassette`` is the file's path as users know it, and says where it does not exist; ``command``
    records the cassette, and ``ignore`` names paths into the body that do not count. ``missing``:
    the file that does not exist; a test that was renamed left its own beside it. ``briefly``: the
    recording that comes closest is not looked for.
    """
    closest = _Closest()
    if not briefly:
        closest = _elsewhere(asked, missing, ignore) if missing else _closest(asked, tape, ignore)
    lines = [
        f"no recording answers {_what(asked.request)}",
        *_asked_at(root),
        f"cassette: {cassette}",
        *([f"closest: {closest.sentence}"] if closest.sentence else []),
        *([f"recorded: {closest.origin}"] if closest.origin else []),
    ]
    remedy = f"next: if this request is meant, record it: {command}"
    # a key in a prompt stands in no cassette, and is not to stand in the log of a run instead
    return CassetteMissError(masked(_fitted(lines, remedy)), masked(closest.section))


def explain_connection(
    where: str, *, test: str, cassette: str, root: Path, command: str
) -> CassetteMissError:
    """Say which test went past its cassette to another machine, and what to do.

    ``where`` is host and port; the rest is as for :func:`explain`.
    """
    lines = [
        f"{test} connects to {where}, past its cassette, which replays",
        *_asked_at(root),
        f"cassette: {cassette}",
    ]
    remedy = (
        "next: allow the host in logprobs_allowed_hosts, or make the call with httpx, requests, "
        f"urllib3 or aiohttp, and record it: {command}"
    )
    return CassetteMissError(_fitted(lines, remedy))


def caller(root: Path) -> str:
    """Return the innermost line of the project that runs now, ``""`` if none does."""
    frame = inspect.currentframe()
    inside = os.path.join(root, "")  # noqa: PTH118 - a text that ends in a separator
    while frame is not None:
        file = frame.f_code.co_filename
        installed = "site-packages" in file or file.startswith(_NOT_THEIRS)
        if file.startswith(inside) and not installed:
            at = f"{file.removeprefix(inside)}:{frame.f_lineno}".replace(os.sep, "/")
            return f"{at} in {frame.f_code.co_name}"
        frame = frame.f_back
    return ""


def _asked_at(root: Path) -> list[str]:
    place = caller(root)
    return [f"asked at: {place}"] if place else []


def _fitted(lines: Sequence[str], remedy: str) -> str:
    """Join lines and a remedy that stays whole, the longest of the lines cut to make all fit."""
    length, width = _LENGTH - len(remedy), _LENGTH
    while width > _LEAST and sum(min(len(line), width) + 1 for line in lines) > length:
        width -= 1
    return "\n".join([*(clip(line, width) for line in lines), remedy])


def _what(request: Mapping[str, Any]) -> str:
    value = body_value(request)
    model = value.get("model") if is_object(value) else None
    named = f" ({clip(one_line(model), 60)})" if isinstance(model, str) else ""
    return clip(one_line(f"{request['method']} {request['url']}"), _WIDTH) + named


def _closest(asked: Asked, tape: Tape, ignore: Sequence[str]) -> _Closest:
    """Say which recording of the cassette comes closest, and how the two differ."""
    count = len(tape.loaded)
    if alike := tape.alike(asked):
        return _Closest(_played(alike, count), _origin(tape.loaded[alike[-1]]))
    waiting = [at for at in range(count) if not tape.is_played(at)]
    positions = waiting or range(count)
    candidates = [tape.loaded[at]["request"] for at in positions]
    found = nearest(asked.request, candidates, ignore)
    if found is None:
        return _Closest("nothing like it is recorded" if tape.loaded else "")
    position, recorded = positions[found], candidates[found]
    played = "" if waiting else ", played already,"
    differing = summary(asked.request, recorded, ignore)
    return _Closest(
        f"recording {position + 1} of {count}{played} differs in {differing}",
        _origin(tape.loaded[position]),
        diff(asked.request, recorded, ignore),
    )


def _played(alike: Sequence[int], count: int) -> str:
    """Say that the very request was asked more often than it was recorded."""
    if len(alike) == 1:
        which, them, it = f"recording {alike[0] + 1} of {count} is", "was", "it"
    else:
        which = ", ".join([*(str(at + 1) for at in alike[:5]), *("…" for _ in alike[5:6])])
        which, them, it = f"recordings {which} of {count} are", f"all {len(alike)} were", "the last"
    return (
        f'{which} this very request, and {them} played already; repeats="last" would play {it} '
        f"again"
    )


def _elsewhere(asked: Asked, missing: Path, ignore: Sequence[str]) -> _Closest:
    """Look for the very request in cassettes whose names are like that of the missing one."""
    names = sorted(each.name for each in missing.parent.glob("*.json"))
    for name in get_close_matches(missing.name, names, n=_NEIGHBOURS, cutoff=0):
        with suppress(CassetteError):
            file = read_cassette(missing.with_name(name))
            for each in file.interactions if file else ():
                request = cast("Mapping[str, object]", each["request"])
                if key_of(request, ignore) == asked.key:
                    sentence = f"{name} beside it has this request: if the test was renamed, "
                    return _Closest(f"{sentence}rename its cassette", _origin(each))
    return _Closest()


def _origin(interaction: Mapping[str, Any]) -> str:
    return origin(interaction, datetime.now(timezone.utc))
