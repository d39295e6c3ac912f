"""A request that nothing answers: what was asked, what comes closest, what to do."""

from __future__ import annotations

import inspect
import os
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from pytest_logprobs._quote import clip, one_line
from pytest_logprobs.cassettes._difference import diff, nearest, summary
from pytest_logprobs.cassettes._matching import body_value, is_object
from pytest_logprobs.cassettes._tape import Asked, Tape

if TYPE_CHECKING:
    from _pytest.outcomes import Failed as _Failed
else:
    _Failed = pytest.fail.Exception  # its public name, which type checkers do not see as a class

__all__ = ["CassetteMissError", "caller", "explain", "explain_connection"]
__tracebackhide__ = True  # a failed test shows its own lines

_WIDTH: Final = 160
_LENGTH: Final = 640
"""As many characters of an explanation does pytest show of an assertion, and so do we of a miss."""

_LEAST: Final = 60  # of a line, where a command is so long that nothing else fits
# A project may hold the Python that runs it.
_NOT_THEIRS: Final = tuple(
    f"{directory}{os.sep}"
    for directory in (Path(__file__).parents[1], sysconfig.get_path("stdlib"))
)


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
    briefly: bool = False,
) -> CassetteMissError:
    """Say what was asked, which recording comes closest, why it does not fit, what to do.

    ``cassette`` is the file's path as users know it, and says where it does not exist; ``command``
    records the cassette, and ``ignore`` names paths into the body that do not count. ``briefly``:
    the recording that comes closest is not looked for.
    """
    closest, section = ("", "") if briefly else _closest(asked, tape, ignore)
    lines = [
        f"no recording answers {_what(asked.request)}",
        *_asked_at(root),
        f"cassette: {cassette}",
        *([f"closest: {closest}"] if closest else []),
    ]
    remedy = f"next: if this request is meant, record it: {command}"
    return CassetteMissError(_fitted(lines, remedy), section)


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


def _closest(asked: Asked, tape: Tape, ignore: Sequence[str]) -> tuple[str, str]:
    """Return a sentence on the recording that comes closest, and how the two differ."""
    count = len(tape.loaded)
    if alike := tape.alike(asked):
        which = ", ".join([*(str(at + 1) for at in alike[:5]), *("…" for _ in alike[5:6])])
        again = 'was played already; repeats="last" would play it again'
        return f"recording {which} of {count} is this very request, and {again}", ""
    waiting = [at for at in range(count) if not tape.is_played(at)]
    positions = waiting or range(count)
    candidates = [tape.loaded[at]["request"] for at in positions]
    found = nearest(asked.request, candidates, ignore)
    if found is None:
        return ("nothing like it is recorded" if tape.loaded else ""), ""
    position, recorded = positions[found], candidates[found]
    played = "" if waiting else ", played already,"
    differing = summary(asked.request, recorded, ignore)
    sentence = f"recording {position + 1} of {count}{played} differs in {differing}"
    return sentence, diff(asked.request, recorded, ignore)
