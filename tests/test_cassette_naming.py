"""Where a test's cassette is: CONTRACT §4, "names are made safe and never collide"."""

import re
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pytest_logprobs.cassettes._naming import cassette_file, safe_name

laws = settings(deadline=None)
SAFE = re.compile(r"[A-Za-z0-9._\[\]()=,+@ -]+")
DEVICES = ("con", "prn", "aux", "nul", "com1", "lpt9")
names = (
    st.text(st.characters(), max_size=20)
    | st.text(st.sampled_from("aAbB[].- é/\\:*?\0"), max_size=20)
    | st.from_regex(
        r"(TestA\.)?test_[ab](\[[a-zA-Z0-9 ./-]{0,9}\])?(-[0-9a-fA-F]{8})?", fullmatch=True
    )
    | st.from_regex(r"(con|NUL|com1)[ .]{0,2}(test_a)?", fullmatch=True)
    | st.integers(150, 250).map("test_a".ljust)
)


@pytest.mark.parametrize(
    "name",
    [
        "test_b",
        "TestA.test_b",
        "TestA.test_b[france-0.7]",
        "test_b[sri lanka]",
        "test_b[a=1,b=(2+3)@c]",
        "test_b[]",
        "test_b[x][y]",
        "test_B",
        "confess",
        "test_con.nul",
        "test_b[1234abc]",
        "test_b" + "x" * 174,
    ],
)
def test_readable_names(name):
    """A name that is safe and readable is the file's."""
    assert safe_name(name) == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # characters that some system refuses or reads otherwise
        ("TestA.test_b[x/y]", "TestA.test_b[x-y]-cb4b7411"),
        ("test_b[../../etc]", "test_b[..-..-etc]-c5163090"),
        (r"test_b[\xe9\n]", "test_b[-xe9-n]-45ffea67"),
        ('test_b[<>:"|?*]', "test_b[-------]-c5e1b8cc"),
        ("test_é", "test_--7761a4a7"),
        ("test_b[\0\ud800]", "test_b[--]-dea22ce4"),
        (" test_b.", "-test_b--ba98e5fb"),
        ("..", "---e6fc5bb9"),
        ("", "-1271cf25"),
        # two files in one where case is ignored
        ("test_b[France]", "test_b[France]-5b5ae7c4"),
        # devices of Windows
        ("con", "con-d1d8ab24"),
        ("NUL.test_b", "NUL-test_b-ee47eaad"),
        ("com1 .test_b.c", "com1 -test_b.c-c615d362"),
        # what looks like a hash
        ("test_b-01234abc", "test_b-01234abc-911e3dbc"),
        ("test_b-01234ABC", "test_b-01234ABC-15f44078"),
        # too long
        ("test_b" + "x" * 175, "test_b" + "x" * 165 + "-6b9b75d7"),
        ("test_b[" + "/" * 300 + "]", "test_b[" + "-" * 164 + "-bd29eb51"),
    ],
    ids=[
        "slash",
        "dots",
        "backslash",
        "windows",
        "no-ascii",
        "surrogate",
        "ends",
        "parent",
        "empty",
        "capital",
        "device",
        "device-capital",
        "device-space",
        "hash",
        "hash-capital",
        "long",
        "long-unsafe",
    ],
)
def test_other_names(name, expected):
    """A name that is unsafe, too long, or could meet another in one file gets a hash."""
    assert safe_name(name) == expected


def test_cassette_file(tmp_path):
    """A cassette is a JSON file in its directory, whatever the name, and can be made there."""
    assert cassette_file(Path("cassettes"), "test_b") == Path("cassettes/test_b.json")
    for name in ("test_b[../../x]", "test_b[\0]", "/", "..", "con", "é"):
        path = cassette_file(tmp_path, name)
        path.write_text(name, encoding="utf-8")
        assert path.parent == tmp_path
    assert len([*tmp_path.iterdir()]) == 6


@laws
@given(names)
def test_names_are_safe(name):
    """Every name is one that all systems take."""
    stem = safe_name(name)
    assert SAFE.fullmatch(stem)
    assert stem.strip(" .") == stem
    assert stem.split(".")[0].rstrip(" ").lower() not in DEVICES
    assert len(f"{stem}.json".encode()) < 200


@laws
@given(names, names)
def test_names_differ(one, other):
    """Different tests never share a file, where case is ignored but for their own names neither."""
    assume(one != other)
    assert safe_name(one) != safe_name(other)
    (head, _, parameter), (other_head, _, other_parameter) = (
        one.partition("["),
        other.partition("["),
    )
    if parameter != other_parameter or head.casefold() != other_head.casefold():
        assert safe_name(one).casefold() != safe_name(other).casefold()


@laws
@given(names)
def test_hashes_are_not_met(name):
    """A name that another one was given is not kept by a test that has it by itself."""
    assert safe_name(safe_name(name)) == name or safe_name(safe_name(name)) != safe_name(name)
