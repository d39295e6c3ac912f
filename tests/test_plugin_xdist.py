"""The plugin under pytest-xdist: what a worker finds, the controller shows."""

from __future__ import annotations

from xml.dom import minidom

import pytest
from terminal import explanations, failures, sections

pytest.importorskip("xdist")

TESTS = r"""
TEXT = "\x1b[31m\x00\ud800\u202e"
SPAN = Span([Token(TEXT, -3.0, alternatives=[Alternative(TEXT + "2", -4.0)])])

def test_plain():
    assert HAMLET.min_probability >= 0.9

def test_helper():
    assert_min_token_probability(HAMLET, 0.9)

@limits(min_token_probability=0.9)
def test_marker(logprobs):
    logprobs(HAMLET)

def test_hostile():
    assert SPAN.min_probability >= 0.9

def test_property(record_property):
    record_property("mean", HAMLET.mean_logprob)
    record_property("name", "Hamlet")
    record_property("each", {"scores": [HAMLET.min_logprob], "of": (1, HAMLET.worst_rank)})
"""


def test_everything_crosses_the_border_between_processes(run_tests, pytester):
    """Explanations, sections and properties are those of a run in one process."""
    pytester.makeconftest(
        """
        def pytest_runtest_logreport(report):
            if report.when == "call" and report.user_properties:
                print("\\n", [(name, type(value)) for name, value in report.user_properties])
        """
    )
    arguments = ("-s", "--junitxml=report.xml", "-o", "junit_family=xunit1")
    alone = run_tests(TESTS, *arguments)
    shared = run_tests(TESTS, "-n2", *arguments)
    alone.assert_outcomes(failed=4, passed=1)
    shared.assert_outcomes(failed=4, passed=1)
    assert sorted(explanations(shared)) == sorted(explanations(alone))
    assert sorted(sections(shared)) == sorted(sections(alone))
    assert "[('mean', <class 'float'>), ('name', <class 'str'>), ('each', <class 'dict'>)]" in (
        shared.stdout.str()
    )
    report = minidom.parse(str(pytester.path / "report.xml"))  # noqa: S318 - our own
    properties = [
        (each.getAttribute("name"), each.getAttribute("value"))
        for each in report.getElementsByTagName("property")
    ]
    assert properties == [
        ("mean", "-0.7209461338818073"),
        ("name", "Hamlet"),
        ("each", "{'scores': [-2.626229763031006], 'of': (1, 1.0)}"),
    ]


def test_a_mistake_in_a_marker_ends_the_run_as_it_does_without_workers(run_tests):
    """The same words on standard error, the same exit 4, no traceback and no ``INTERNALERROR``."""
    mistake = "@limits(margin=1)\ndef test_mistake():\n    pass\n\ndef test_fine():\n    pass"
    alone = run_tests(mistake)
    shared = run_tests(mistake, "-n2")
    assert (alone.ret, shared.ret) == (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.USAGE_ERROR)
    assert shared.stderr.str() == alone.stderr.str()
    assert "INTERNALERROR" not in shared.stdout.str()
    assert "Traceback" not in shared.stdout.str() + shared.stderr.str()


def test_a_wrong_option_ends_the_run_before_there_are_workers(run_tests):
    """Options are settled by the controller first."""
    result = run_tests("", "-n2", "--logprobs-rows=x")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.stderr.str() == (
        "ERROR: --logprobs-rows takes a whole number, 0 for all (default: 50); got 'x'\n"
    )


def test_options_reach_the_workers_and_colour_is_the_controllers(run_tests):
    """``--logprobs-rows`` counts where the section is made, ``--color`` where it is shown."""
    result = run_tests(TESTS, "-n1", "--logprobs-rows=2", "--color=yes", "-k", "plain")
    (section,) = sections(result)
    assert "… and 8 less doubtful" in section
    assert "\x1b[31m⟦Ham|42⟧\x1b[0mlet\x1b[31m⟦ is|28⟧\x1b[0m" in section


def test_a_worker_that_crashes_is_no_business_of_the_plugin(run_tests):
    """The test that was running is reported by xdist, and the run goes on."""
    result = run_tests("import os\n\ndef test_crash():\n    os._exit(3)", "-n1")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert list(failures(result)) == ["test_inner.py"]
