"""A cassette is one test's, unless tests share it by a name that they give."""

from __future__ import annotations

import pytest

REMEDY = "rename one of them, or give both the same name= in the marker logprobs_cassette"
CASES = {
    "tests that differ in case": (
        "@cassette\ndef test_a(): ...\n@cassette\ndef test_A(): ...",
        ("test_a", "test_A", "test_A"),
    ),
    "a name that is another test's own": (
        "@cassette\ndef test_a(): ...\n@named(name='test_a')\ndef test_b(): ...",
        ("test_a", "test_b", "test_a"),
    ),
    "names that differ in case": (
        "@named(name='one')\ndef test_a(): ...\n@named(name='One')\ndef test_b(): ...",
        ("test_a", "test_b", "One"),
    ),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("arguments", [(), ("-n1",)])
def test_two_owners_of_a_file_are_a_usage_error(project, case, arguments):
    """It ends the run before any test, also where case counts: a clone elsewhere would break."""
    if arguments:
        pytest.importorskip("xdist")
    tests, (first, second, name) = CASES[case]
    project.write(f"named = pytest.mark.logprobs_cassette\n{tests}")
    result = project.run(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert (
        f"ERROR: test_it.py::{first} and test_it.py::{second} would have one cassette, "
        f"cassettes/test_it/{name}.json: {REMEDY}"
    ) in result.errlines


def test_one_test_in_the_same_file_twice_is_one_owner(project):
    """Pytest can be told to collect a file as often as it is named; a name may be shared."""
    project.write(
        "shared = pytest.mark.logprobs_cassette(name='a')\n"
        "@shared\ndef test_a(): ...\n@shared\ndef test_b(): ...\n@cassette\ndef test_c(): ..."
    )
    project.run("--keep-duplicates", "test_it.py", "test_it.py").assert_outcomes(passed=6)


def test_modules_of_one_name_cannot_have_one_directory(project, pytester):
    """A directory that is not below that of the tests is the same for several."""
    pytester.makeini("[pytest]\nlogprobs_cassette_dir = ../cassettes")
    pytester.makepyfile(**{"one/__init__": "", "two/__init__": ""})
    for directory in ("one", "two"):
        project.write("@cassette\ndef test_it(): ...", f"{directory}/test_it.py")
    result = project.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.stderr.str() == (
        "ERROR: one/test_it.py::test_it and two/test_it.py::test_it would have one cassette, "
        f"two/../cassettes/test_it/test_it.json: {REMEDY}\n"
    )
