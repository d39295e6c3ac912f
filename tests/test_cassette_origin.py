"""Where a recording comes from, in words."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from pytest_logprobs.cassettes._origin import age_of, day_of, origin

TODAY = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
AT = "2026-09-10T08:00:00Z"

ORIGINS = {
    "all": (
        {"recorded": {"at": AT, "model": "gpt-4.1-mini-2025-04-14", "system_fingerprint": "fp_4"}},
        "74 days ago on gpt-4.1-mini-2025-04-14, fp_4",
    ),
    "time": ({"recorded": {"at": AT}, "response": {"status": 200, "text": "pong"}}, "74 days ago"),
    "model": ({"recorded": {"model": "m"}}, "on m"),
    "fingerprint": ({"recorded": {"at": AT, "system_fingerprint": "fp_4"}}, "74 days ago on fp_4"),
    "nothing": ({"response": {"status": 200, "json": "[1]"}}, ""),
    "damaged": (
        {"recorded": {"at": 7, "model": ["m"], "system_fingerprint": 1}, "response": {}},
        "",
    ),
    "body": (
        {"recorded": {"at": AT}, "response": {"json": '{"model": "m", "system_fingerprint": "f"}'}},
        "74 days ago on m, f",
    ),
    "gemini": (
        {"response": {"json": '{"modelVersion": "gemini-2.5-flash"}'}},
        "on gemini-2.5-flash",
    ),
    "events": (
        {"response": {"events": [{"event": "a", "text": "x"}, {"data": '{"model": "m"}'}]}},
        "on m",
    ),
    "nested": ({"response": {"events": [{"data": '{"response": {"model": "m"}}'}]}}, "on m"),
    "note-first": ({"recorded": {"model": "m"}, "response": {"json": '{"model": "n"}'}}, "on m"),
    "deep": ({"response": {"json": "[" * 100_000 + "]" * 100_000}}, ""),
    "digits": ({"response": {"json": f'{{"n": {"1" * 5000}}}'}}, ""),
    "unsafe": (
        {"recorded": {"model": "\x1b[31m\n" + "m" * 99}},
        "on \\x1b[31m\\n" + "m" * 49 + "…",
    ),
}


@pytest.mark.parametrize(("interaction", "expected"), ORIGINS.values(), ids=ORIGINS)
def test_origins(interaction, expected):
    """Age, model and fingerprint, as far as they are known; the answer tells what no note does."""
    assert origin(interaction, TODAY) == expected


def test_ages():
    """The age is that of the note, and not known without one."""
    assert age_of({"recorded": {"at": AT}}, TODAY) == 74
    assert age_of({}, TODAY) is None


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (AT, "2026-09-10"),
        ("2026-09-10", "2026-09-10"),
        ("10.9.2026", ""),
        ("2026-09-101", ""),
        (20260910, ""),
        (None, ""),
    ],
)
def test_days(at, day):
    """The day is that of the note, as it stands there; what is no time has none."""
    assert day_of({"recorded": {"at": at}}) == day
    assert day_of({}) == ""
