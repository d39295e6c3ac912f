"""A run file that is none: an error with the line, the reason, and what to do about it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledgers import ledger, several

from pytest_logprobs._baseline import BASELINE, RUN, ledger_of, run_text
from pytest_logprobs._baseline._lines import decoded_members, place_in
from pytest_logprobs._flaws import FlawError
from pytest_logprobs.errors import BaselineReadError

AGAIN = "run the tests again with --logprobs-report"
RUN_WANTED = "give what pytest --logprobs-report=FILE.json writes"
BASELINE_WANTED = "give what pytest --logprobs-baseline=update writes"
TEXT = run_text(ledger(*several(3)))
LINES = TEXT.splitlines()
FIRST = 1 + next(number for number, line in enumerate(LINES) if '"samples"' in line)
CASE = LINES[FIRST - 1].rstrip(",")
EMPTY_BASELINE = '{"version": 1, "groups": {}, "cases": []}'


def refused(text, *wanted):
    """Give the error of a file with this text."""
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(BaselineReadError) as caught:
        ledger_of(data, "run.json", *(wanted or (RUN,)))
    return str(caught.value)


def error_of(data):
    """Give the error of a file with these bytes, ``None`` if it can be read."""
    try:
        ledger_of(data, "run.json", RUN)
    except BaselineReadError as error:
        return error
    return None


def changed(old, new, count=1):
    """Give the file with a text in place of another."""
    assert old in TEXT
    return TEXT.replace(old, new, count)


DAMAGES = [
    ("", "1: the file is empty"),
    (" \n", "1: the file is empty"),
    (b"\xef\xbb\xbf{}", "1: a byte order mark stands before the text"),
    (b'{"kind": "run",\n"a": "\xe9"}', "2: no UTF-8 text (the bytes e9)"),
    (
        TEXT[:-90],
        '24: the text breaks off after \'pitals": null}, "samples": [{"scores":\'',
    ),
    (
        changed('"test"', '"test" 1'),
        "22: no JSON at '1: \"tests/test_it.py::test_capital[0]…': Expecting ':' delimiter",
    ),
    (
        changed(f"{CASE},\n", f"<<<<<<< HEAD\n{CASE},\n=======\n{CASE},\n>>>>>>> other\n"),
        "22: an unresolved merge conflict (<<<<<<<)",
    ),
    (changed("-0.25}", "NaN}", 2), "22: NaN is no JSON"),
    (changed('"version": 1', '"version": -Infinity'), "2: -Infinity is no JSON"),
    (
        changed(CASE.replace("[0]", "[2]"), "[" * 100_000 + "]" * 100_000),
        "24: nested too deeply",
    ),
    (changed("{}\n", '{"paths": [], "paths": []}\n'), "6: the key 'paths' is there twice"),
    (changed('"asked"', '"groups"'), "11: the key 'groups' is there twice"),
    (
        changed("capital[2]", "capital[1]", 1),
        "14: the key 'tests/test_it.py::test_capital[1]' is there twice",
    ),
    (
        changed('"version": 1', '"version": 0'),
        ("2: $.version: expected a whole number from 1 on, got 0"),
    ),
    (changed("[\n{}\n]", "{}"), "5: $.scopes: expected a list, got {}"),
    (
        changed("[\n{}\n]", '[\n{\n"paths": 1}]'),
        "6: $.scopes[0].paths: expected a list, got 1",
    ),
    (
        changed('"count": 1', '"count": -1', 2),
        "22: $.cases[0].samples[0].count: expected a whole number from 0 on, got -1",
    ),
    (
        changed('[1]": "passed"', '[1]": "fine"'),
        (
            "18: $.outcomes.tests/test_it.py::test_capital[1]: expected one of passed, failed, "
            'skipped, unreported, got "fine"'
        ),
    ),
    (
        changed('"test": "tests/test_it.py::test_capital[1]"', '"test": "t", "label": "b"').replace(
            '"test": "tests/test_it.py::test_capital[2]"', '"test": "t", "label": "b"'
        ),
        "24: $.cases[2]: t (b) is there twice, first in line 23",
    ),
    (
        changed('"capitals": {"metric"', '"tone": {"metric"'),
        '22: $.cases[0].groups: "groups" has no capitals',
    ),
    (
        changed('[1]": ["capitals"]', '[1]": ["capitals", "tone"]'),
        '13: $.asked.tests/test_it.py::test_capital[1]: "groups" has no tone',
    ),
    (
        changed('"margin": 0.1', '"margin": 0'),
        ("9: $.groups.capitals: margin=0.0: give a number above 0 in nats/token, such as 0.05"),
    ),
]


@pytest.mark.parametrize(
    ("text", "problem"), DAMAGES, ids=[problem.partition(":")[2] for _, problem in DAMAGES]
)
def test_every_damage_has_a_line(text, problem):
    """Whatever is wrong, its line is told, why, and what to do."""
    assert refused(text) == f"run.json:{problem}; {AGAIN}"


def test_a_member_that_is_missing_or_unknown():
    """The members that there may be are listed."""
    known = "version, kind, environments, scopes, groups, asked, outcomes, cases"
    assert refused(changed('"asked"', '"ask"')) == (
        'run.json:1: $: expected the member "asked", got {"version": 1, "kind": "run", "environm…'
        f"; {AGAIN}"
    )
    assert refused(changed('"asked"', '"more": 1, "asked"')) == (
        f'run.json:1: $: unknown member "more"; known are {known}; {AGAIN}'
    )


def test_an_integer_that_is_too_long_for_python():
    """It is an error of the line, not of the process."""
    error = refused(changed('"count": 1,', f'"count": {"1" * 5000},'))
    assert error.startswith("run.json:22: Exceeds the limit (4300")


def test_one_kind_of_file_is_not_taken_for_the_other():
    """Each is called by its name, and it is said what writes the one that is wanted."""
    assert refused(EMPTY_BASELINE) == (
        f"run.json:1: this is a baseline, and a run file is wanted; {RUN_WANTED}"
    )
    assert refused(TEXT, BASELINE) == (
        f"run.json:1: this is a run file, and a baseline is wanted; {BASELINE_WANTED}"
    )
    assert ledger_of(EMPTY_BASELINE.encode(), "", RUN, BASELINE).cases == {}
    assert len(ledger_of(TEXT.encode(), "", BASELINE, RUN).cases) == 3


@pytest.mark.parametrize(
    "text", ['{"format": "pytest-logprobs cassette"}', '{"kind": "walk", "cases": []}', "{}"]
)
def test_a_file_of_something_else(text):
    """It is not called damaged."""
    problem = "this is neither a baseline nor a run file"
    assert refused(text) == f"run.json:1: {problem}; {RUN_WANTED}"
    assert refused("[1]") == f"run.json:1: the JSON is no object; {RUN_WANTED}"


def test_a_file_of_a_later_version():
    """It is not looked into."""
    text = changed('"version": 1', '"more": [],\n"version": 7')
    assert refused(text) == (
        "run.json:3: a run file of version 7; this pytest-logprobs reads 1; upgrade pytest-logprobs"
    )


@given(st.binary() | st.text().map(str.encode) | st.just(TEXT.encode()), st.data())
def test_whatever_the_bytes_are(data, draw):
    """A run, or an error with a line that the file has; never anything else."""
    if data == TEXT.encode():
        at, length = draw.draw(st.integers(0, len(data))), draw.draw(st.integers(0, 9))
        data = data[:at] + draw.draw(st.binary(max_size=3)) + data[at + length :]
    error = error_of(data)
    assert error is None or 1 <= error.line <= data.count(b"\n") + 1
    assert "\n" not in str(error)


PLAIN = st.integers() | st.text(max_size=2)
HOLDING = st.lists(PLAIN, max_size=3) | st.dictionaries(st.text(max_size=2), PLAIN, max_size=2)


@given(
    st.dictionaries(st.text(max_size=2), PLAIN | HOLDING, min_size=1, max_size=3),
    st.sampled_from((None, 0, 1, "\t")),
    st.booleans(),
)
def test_the_place_of_a_part_is_where_it_stands(members, indent, ascii_only):
    """However a file is laid out: a member begins with its key, an item of a list with itself."""
    text = json.dumps(members, indent=indent, ensure_ascii=ascii_only)
    decode = json.JSONDecoder().raw_decode
    assert decoded_members(text) == members
    for name, held in members.items():
        assert decode(text, place_in(text, name))[0] == name
        if isinstance(held, (dict, list)):
            for at, part in enumerate(held):
                place = part if isinstance(held, dict) else at
                assert decode(text, place_in(text, name, place))[0] == part
    with pytest.raises(FlawError) as caught:
        decoded_members(f"{text[:-1]}, {json.dumps(name, ensure_ascii=ascii_only)}: 1}}")
    assert caught.value.offset == len(text) + 1
