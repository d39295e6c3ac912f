"""The options of the command line and of the configuration."""

from __future__ import annotations

import pytest
from terminal import explanations, sections

import pytest_logprobs

BROKEN = """
def test_it():
    assert HAMLET.min_probability >= 0.9
"""
SETTINGS = {  # lines of the configuration, arguments, and how many tokens the table lists
    "the default": ("", (), 10),
    "the configuration": ("logprobs_rows = 4", (), 4),
    "the command line": ("logprobs_rows = 4", ("--logprobs-rows=3",), 3),
    "the command line alone": ("", ("--logprobs-rows", "2"), 2),
    "all of them": ("logprobs_rows = 4", ("--logprobs-rows=0",), 10),
    "an override": ("logprobs_rows = 4", ("-o", "logprobs_rows=5"), 5),
}


@pytest.mark.parametrize("place", SETTINGS)
def test_the_command_line_goes_before_the_configuration(run_tests, pytester, place):
    """``--logprobs-rows`` goes before ``logprobs_rows``, and that before the default."""
    lines, arguments, rows = SETTINGS[place]
    pytester.makeini(f"[pytest]\n{lines}\n")
    (section,) = sections(run_tests(BROKEN, *arguments))
    table = section.split("\n\n")[-1].split("\n")[1:]
    assert len([line for line in table if line.lstrip()[0].isdigit()]) == rows
    assert ("less doubtful" in section) == (rows < 10)


@pytest.mark.skipif(pytest.version_tuple < (9,), reason="pytest reads types from 9.0 on")
def test_the_configuration_may_have_types(run_tests, pytester):
    """A number is written as one where the configuration knows numbers."""
    pytester.makepyprojecttoml("[tool.pytest]\nlogprobs_rows = 4\n")
    (section,) = sections(run_tests(BROKEN))
    assert "… and 6 less doubtful" in section


def test_the_configuration_may_be_a_pyproject(run_tests, pytester):
    """The setting stands beside pytest's own."""
    pytester.makepyprojecttoml('[tool.pytest.ini_options]\nlogprobs_rows = "4"\n')
    (section,) = sections(run_tests(BROKEN))
    assert "… and 6 less doubtful" in section


TAKES = "takes a whole number, 0 for all (default: 50)"


@pytest.mark.parametrize("value", ["-1", "1.5", "many", ""])
def test_a_wrong_value_is_a_usage_error(pytester, value):
    """It ends the run before anything is collected, with exit 4 and one line."""
    option = pytester.runpytest(f"--logprobs-rows={value}")
    pytester.makeini(f"[pytest]\nlogprobs_rows = {value}\n")
    configuration = pytester.runpytest()
    assert (option.ret, configuration.ret) == (4, 4)
    assert option.stderr.str() == f"ERROR: --logprobs-rows {TAKES}; got {value!r}\n"
    unread = f"invalid literal for int() with base 10: {value!r}"  # pytest's own words
    got = f"got {value!r}" if value == "-1" else unread
    assert configuration.stderr.str() == (
        f"ERROR: logprobs_rows in the configuration {TAKES}; {got}\n"
    )


def test_help_shows_options_and_configuration(pytester):
    """``pytest --help`` has a group of its own for the options, and a line for each setting."""
    result = pytester.runpytest("--help")
    result.stdout.fnmatch_lines(
        [
            "log-probabilities of language-model answers:",
            "  --logprobs-rows=N     how many tokens the table of a failure lists: a whole",
            "                        number, 0 for all (default: 50)",
            "  --logprobs-record=MODE",
            "                        how cassettes record: none, once, new_episodes, all,",
            "                        rewrite or off (default: none)",
            "  logprobs_rows (int):  how many tokens the table of a failure lists: a whole",
            "                        number, 0 for all (default: 50)",
            "  logprobs_record (string):",
            "                        how cassettes record: none, once, new_episodes, all,",
            "                        rewrite or off (default: none)",
            "  logprobs_cassette_dir (string):",
            "                        where cassettes are: a directory, beside the test file",
            "                        if it is relative (default: cassettes)",
            "  logprobs_ignore (linelist):",
            "                        what cassettes ignore when they match requests: paths in",
            "                        the body such as metadata.trace_id, one a line",
            "  logprobs_placeholder_keys (linelist):",
            "                        which variables hold a placeholder while a cassette",
            "                        replays, beside the usual ones: names of environment",
            "                        variables, one a line; empty: none at all",
            "  logprobs_allowed_hosts (linelist):",
            "                        where a test may connect to while its cassette replays,",
            "                        beside this machine: host names or addresses without",
            "                        ports, one a line",
        ]
    )


def test_the_markers_are_registered(run_tests):
    """``pytest --markers`` explains them, and ``--strict-markers`` knows it."""
    listed = run_tests("", "--markers")
    assert (
        "@pytest.mark.logprobs(**limits): limits that every completion of the test must keep, "
        "such as min_token_probability=0.5 or min_mean_logprob=-0.5."
    ) in listed.outlines
    assert (
        "@pytest.mark.logprobs_cassette(name=None, record=None, ignore=(), repeats='error'): "
        "record the HTTP traffic of the test once, and replay it from then on."
    ) in listed.outlines
    marked = "@limits(min_mean_logprob=-9)\ndef test_it(logprobs):\n    logprobs(HAMLET)"
    run_tests(marked, "--strict-markers").assert_outcomes(passed=1)


def test_it_can_be_switched_off(run_tests, recordings):
    """With ``-p no:logprobs`` there is no fixture; a helper then says both parts itself."""
    hamlet = pytest_logprobs.parse((recordings / "chat.json").read_bytes())
    with pytest.raises(pytest_logprobs.ConfidenceError) as error:
        pytest_logprobs.assert_min_token_probability(hamlet, 0.9)
    result = run_tests(
        """
def test_fixture(logprobs):
    pass

def test_plain():
    assert HAMLET.min_probability >= 0.9

def test_helper():
    assert_min_token_probability(HAMLET, 0.9)
""",
        "-p",
        "no:logprobs",
        "-W",
        "ignore::pytest.PytestUnknownMarkWarning",
    )
    result.assert_outcomes(errors=1, failed=2)
    fixture, plain, helper = explanations(result)
    assert fixture == "fixture 'logprobs' not found"
    assert plain.startswith("AssertionError: assert 0.07235072805257088 >= 0.9\n +  where ")
    assert helper == f"pytest_logprobs.ConfidenceError: {error.value}"
    assert sections(result) == []
