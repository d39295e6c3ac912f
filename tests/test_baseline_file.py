"""The baseline file: a case a line, byte for byte the same, and never taken for what it is not."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from ledgers import case, ledger, ledgers, sample

from pytest_logprobs import BaselineReadError, BaselineWriteError
from pytest_logprobs._baseline import read_baseline, write_baseline
from pytest_logprobs._baseline._file import baseline_text, stored
from pytest_logprobs._ledger import Policy, case_json, case_of

SCORES = {"perplexity": 1.284025416687, "mean_logprob": -0.250000001234}
TWO = ledger(
    case("tests/test_b.py::test_é[1]", SCORES, label="after", model="m", sampling={"top_p": None}),
    case("tests/test_b.py::test_é[1]", groups={"tone": "letters", "capitals": None}, max_drop=0.1),
    case(
        "tests/test_a.py::test_x",
        samples=(sample(-0.5), sample(-0.25), sample({"mean_logprob": -1.0, "perplexity": 2.0})),
        outcome="failed",
    ),
    policies={"tone": Policy(margin=0.5, metric="perplexity", min_cases=24)},
)
TEXT = """\
{
"version": 1,
"groups": {
"capitals": {"metric": "mean_logprob", "margin": 0.1, "confidence": 0.95, "min_cases": 10},
"tone": {"metric": "perplexity", "margin": 0.5, "confidence": 0.95, "min_cases": 24}
},
"cases": [
{"test": "tests/test_a.py::test_x", "groups": {"capitals": null}, "repeats": 3, "samples": \
[{"scores": {"mean_logprob": -0.5833333}, "count": 1}]},
{"test": "tests/test_b.py::test_\\u00e9[1]", "groups": {"capitals": null, "tone": "letters"}, \
"max_drop": 0.1, "samples": [{"scores": {"mean_logprob": -0.25}, "count": 1}]},
{"test": "tests/test_b.py::test_\\u00e9[1]", "label": "after", "groups": {"capitals": null}, \
"model": "m", "sampling": {}, "samples": \
[{"scores": {"mean_logprob": -0.25, "perplexity": 1.284025}, "count": 1}]}
]
}
"""
MERGE = (
    "keep one line for each case, either side's, and run the tests with --logprobs-baseline=update"
)
MEND = (
    "mend it (one line for each case), take a sound one from git, or delete it and run the tests "
    "with --logprobs-baseline=update"
)
GIVE = "give what pytest --logprobs-baseline=update writes"


@pytest.fixture
def path(tmp_path):
    """Give the path of a baseline that is not there yet."""
    return tmp_path / "logprobs-baseline.json"


def test_the_file(path):
    """Cases are sorted, repeats averaged, numbers have seven digits; no text, tokens or outcome."""
    write_baseline(path, TWO)
    assert path.read_bytes() == TEXT.encode("ascii")


def test_it_is_byte_stable(path):
    """What was read is written as it was, without the file being touched."""
    path.write_bytes(TEXT.encode())
    before = path.stat()
    write_baseline(path, read_baseline(path))
    assert path.read_bytes() == TEXT.encode()
    assert path.stat() == before


@given(ledgers())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_stored_comes_back(path, run):
    """Reading gives the cases as stored and the policies, and writing them the same text."""
    write_baseline(path, run)
    read = read_baseline(path)
    assert read.cases == {key: stored(each) for key, each in run.cases.items()}
    assert read.policies == run.policies
    assert [*read.cases.values()] == sorted(read.cases.values(), key=lambda each: each.order)
    assert baseline_text(read) == path.read_text()


@given(ledgers())
def test_what_is_stored_is_stored_as_it_is(run):
    """To average and to round once more changes nothing, nor does the way through JSON."""
    for each in map(stored, run.cases.values()):
        assert stored(each) == each
        assert case_of(case_json(each)) == each


def test_there_is_no_file(path):
    """That is no error, nor is it that a directory of its path is none."""
    assert read_baseline(path) is None
    path.write_text("")
    assert read_baseline(path / "below.json") is None


def refused(path):
    """Return what is wrong with a file, and in which line."""
    with pytest.raises(BaselineReadError) as caught:
        read_baseline(path)
    assert caught.value.path == str(path)
    return str(caught.value).removeprefix(str(path)), caught.value.line


def test_a_directory_in_its_place(path):
    """It is not taken for a baseline that is not there."""
    path.mkdir()
    expected = ": cannot be opened: a directory stands there; make it a file that you may read"
    assert refused(path) == (expected, None)


def test_a_name_that_no_file_can_have(path):
    """Whether there is such a file cannot be asked, and it is not taken for one to come."""
    path = path.with_name("a" * 300)
    expected = ": cannot be opened: File name too long; make it a file that you may read"
    assert refused(path) == (expected, None)


def test_a_link_to_nowhere(path):
    """Nor is a link whose file has gone."""
    path.symlink_to(path.parent / "gone.json")
    problem, line = refused(path)
    assert problem == (
        ": cannot be opened: No such file or directory; make it a file that you may read"
    )
    assert line is None


def merged(text):
    """Give a text in which git has met two versions of the same line."""
    lines = text.splitlines(keepends=True)
    both = ["<<<<<<< HEAD\n", lines[7], "=======\n", lines[7], ">>>>>>> feature\n"]
    return "".join([*lines[:7], *both, *lines[8:]])


def twice(text):
    """Give a text with a line twice."""
    lines = text.splitlines(keepends=True)
    return "".join([*lines[:8], lines[7], *lines[8:]])


def changed(old, new):
    """Return what changes a text in one place."""
    return lambda text: text.replace(old, new, 1)


SCORE = "8: $.cases[0].samples[0].scores.mean_logprob: expected a finite number, got"
DAMAGES = {
    "empty": (changed(TEXT, ""), "1: the file is empty"),
    "bom": (changed("{", "\ufeff{"), "1: a byte order mark stands before the text"),
    "conflict": (merged, "8: an unresolved merge conflict (<<<<<<<)"),
    "half-resolved": (
        lambda text: merged(text).replace("<<<<<<< HEAD\n", ""),
        "9: an unresolved merge conflict (=======)",
    ),
    "forgotten": (
        changed("\n]\n}", "\n>>>>>>> feature\n]\n}"),
        "11: an unresolved merge conflict (>>>>>>>)",
    ),
    "twice": (twice, "9: $.cases[1]: tests/test_a.py::test_x is there twice, first in line 8"),
    "comma": (
        changed("]},\n", "]}\n"),
        """9: no JSON at '{"test": "tests/test_b.py::test_\\u00e…': Expecting ',' delimiter""",
    ),
    "cut": (
        lambda text: text[:-30],
        """10: the text breaks off after ' {"mean_logprob": -0.25, "perplexity":'""",
    ),
    "nan": (changed("-0.5833333", "NaN"), "8: NaN is no JSON"),
    "word": (changed("-0.5833333", '"-0.58"'), f'{SCORE} "-0.58"'),
    "infinite": (changed("-0.5833333", "-1e999"), f"{SCORE} -Infinity"),
    "margin": (
        changed('"margin": 0.5', '"margin": -0.5'),
        "5: $.groups.tone: margin=-0.5: give a number above 0 in equal choices, such as 0.05",
    ),
    "key-twice": (changed('"tone": {', '"capitals": {'), "5: the key 'capitals' is there twice"),
    "no-policy": (changed('"tone": {', '"mood": {'), '9: $.cases[1].groups: "groups" has no tone'),
    "no-name": (
        changed('"tone": {', '"to\\ud800ne": {'),
        (
            "5: $.groups.to\\ud800ne: the name of a group is one line of printable text without "
            "::, [ and ]"
        ),
    ),
    "version": (
        changed('"version": 1', '"version": "1"'),
        '2: $.version: expected a whole number from 1 on, got "1"',
    ),
}


@pytest.mark.parametrize(("damage", "problem"), DAMAGES.values(), ids=DAMAGES)
def test_a_broken_file(path, damage, problem):
    """The error has the line, what is wrong there, and what to do."""
    path.write_bytes(damage(TEXT).encode())
    mend = MERGE if "merge" in problem else MEND
    assert refused(path) == (f":{problem}; {mend}", int(problem.partition(":")[0]))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            TEXT.replace('"version": 1', '"version": 2'),
            "2: a baseline of version 2; this pytest-logprobs reads 1; upgrade pytest-logprobs",
        ),
        (
            '{"version": 1, "kind": "run", "cases": []}',
            f"1: this is a run file, and a baseline is wanted; {GIVE}",
        ),
        ("[]", f"1: the JSON is no object; {GIVE}"),
        ('{"a": 1}', f"1: this is neither a baseline nor a run file; {GIVE}"),
    ],
)
def test_another_file(path, text, problem):
    """It is not called broken."""
    path.write_text(text)
    assert refused(path)[0] == f":{problem}"


def test_bytes_that_are_no_text(path):
    """They have a line, too."""
    path.write_bytes(TEXT.encode().replace(b'"m"', b'"\xff"'))
    assert refused(path) == (f":10: no UTF-8 text (the bytes ff); {MEND}", 10)


def test_the_disk_refuses(path):
    """What was there is untouched, and it is said where room is needed."""
    path.mkdir()
    with pytest.raises(BaselineWriteError) as caught:
        write_baseline(path, TWO)
    assert str(caught.value) == (
        f"{path}: cannot be written: Is a directory; what was there is untouched. Make "
        f"{path.parent} a directory that you may write to, with room"
    )
    assert [*path.parent.iterdir()] == [path]
