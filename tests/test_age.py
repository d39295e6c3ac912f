"""How old a recording is, and how old it may be."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from pytest_logprobs._age import MaxAge, age, ago, explain_age, max_age, told_of_ages

TODAY = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90d", MaxAge(90)),
        ("12w", MaxAge(84)),
        ("1d warn", MaxAge(1)),
        (" 90 d  fail ", MaxAge(90, fails=True)),
        ("9999w fail", MaxAge(69993, fails=True)),
    ],
)
def test_what_a_user_says(text, expected):
    """Days or weeks, and whether an older recording fails its test."""
    assert max_age(text) == expected
    assert max_age(str(expected)) == MaxAge(expected.days)


WRONG = ["", "90", "d", "0d", "-1d", "1.5d", "90D", "3m", "1y", "90d error", "90d,fail", "٣d"]


@pytest.mark.parametrize("text", [*WRONG, "9" * 5000 + "d"])
def test_what_is_no_age(text):
    """Anything else is an error that tells what was got."""
    with pytest.raises(ValueError, match=r"^got '") as caught:
        max_age(text)
    assert str(caught.value) == f"got {text!r}"


@pytest.mark.parametrize(
    ("at", "days"),
    [
        ("2026-11-23T12:00:00Z", 0),
        ("2026-11-22T12:00:01Z", 0),
        ("2026-11-22T12:00:00Z", 1),
        ("2026-09-10T08:00:00Z", 74),
        ("2026-09-10T08:00:00z", 74),
        ("2026-09-10T08:00:00.123456+00:00", 74),
        ("2026-09-10T10:00:00+02:00", 74),
        ("2026-09-10T08:00:00", 74),
        ("2026-09-10", 74),
        ("2026-11-24T11:00:00Z", 0),
        ("2026-11-25T12:00:00Z", None),
        ("2999-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("0001-01-01T00:00:00+23:59", 739943),
        ("", None),
        ("yesterday", None),
        ("2026-02-30T08:00:00Z", None),
        (None, None),
        (1700000000, None),
        ([], None),
    ],
)
def test_ages(at, days):
    """Whole days, ``None`` where that cannot be said; a fast clock's are today."""
    assert age(at, TODAY) == days


def test_an_age_in_words():
    """Today, one day, or several."""
    assert [ago(days) for days in (0, 1, 2, 412)] == [
        "today",
        "1 day ago",
        "2 days ago",
        "412 days ago",
    ]


def test_beyond():
    """The last day counts as allowed, and what is not known is never too old."""
    assert [MaxAge(90).is_exceeded(days) for days in (None, 0, 90, 91)] == [
        False,
        False,
        False,
        True,
    ]


def test_any_time_of_day():
    """An age in days changes when a whole day is over, whenever the day began."""
    made = "2026-11-01T23:59:59Z"
    first = datetime(2026, 11, 1, 23, 59, 59, tzinfo=timezone.utc)
    for days in range(3):
        for seconds in (0, 1, 86399):
            assert age(made, first + timedelta(days=days, seconds=seconds)) == days


def old(path, **days):
    """Return what a cassette tells of its recordings that are too old."""
    numbers = {number.removeprefix("n"): each for number, each in days.items()}
    first = next(iter(numbers))
    return {
        "path": path,
        "max_age": "90d",
        "days": numbers,
        "oldest": f"recording {first} of 3, recorded {numbers[first]} days ago on m, fp_1",
        "command": f"pytest {path} --logprobs-record=rewrite",
    }


def test_a_failure():
    """What was replayed, how old it is, and the command."""
    assert explain_age(old("c/a.json", n2=412, n1=91)) == (
        "this test replays what is older than logprobs_max_age allows, which is 90d\n"
        "cassette: c/a.json, 2 recordings are older\n"
        "oldest: recording 2 of 3, recorded 412 days ago on m, fp_1\n"
        "next: record the test anew: pytest c/a.json --logprobs-record=rewrite"
    )
    assert ", 1 recording is older\n" in explain_age(old("c/a.json", n2=412))


def test_one_line_for_a_run():
    """Recordings that several tests replayed count once; the oldest is named."""
    assert [*told_of_ages([])] == []
    (line,) = told_of_ages([old("c/a.json", n1=91)])
    assert line == (
        "logprobs: 1 recording is older than 90d, 91 days in c/a.json; record it anew: "
        "pytest c/a.json --logprobs-record=rewrite"
    )
    several = [old("c/a.json", n1=91), old("c/b.json", n1=92, n3=412), old("c/b.json", n3=412)]
    (line,) = told_of_ages(several)
    assert line == (
        "logprobs: 3 recordings in 2 cassettes are older than 90d, the oldest 412 days in "
        "c/b.json; record it anew: pytest c/b.json --logprobs-record=rewrite"
    )
    (line,) = told_of_ages(several[1:])
    assert line.startswith("logprobs: 2 recordings are older than 90d, the oldest 412 days in ")
