"""The marker ``logprobs_gate``: how markers merge, and mistakes in them."""

from __future__ import annotations

import pytest

from pytest_logprobs._gated import Gate, gates_of
from pytest_logprobs._ledger import Policy

TAKES = "it takes the name of a group and metric=, margin=, confidence=, cluster=, min_cases="
NAMES = "takes the name of a group, one line without ::, [ and ], got"
MISTAKES = {
    "'g', margin=1, limit=2": f"logprobs_gate does not take limit; {TAKES}",
    "'g', 'h', margin=1": f"logprobs_gate does not take 'h'; {TAKES}",
    "'g', group='g', margin=1": f"logprobs_gate does not take 'g'; {TAKES}",
    "margin=1": f"logprobs_gate {NAMES} none",
    "'a::b', margin=1": f"logprobs_gate {NAMES} 'a::b'",
    "'a[b', margin=1": f"logprobs_gate {NAMES} 'a[b'",
    r"'a\nb', margin=1": rf"logprobs_gate {NAMES} 'a\nb'",
    "' a', margin=1": f"logprobs_gate {NAMES} ' a'",
    "'', margin=1": f"logprobs_gate {NAMES} ''",
    "7, margin=1": f"logprobs_gate {NAMES} 7",
    "'g'": (
        "logprobs_gate('g') needs a margin, the drop of the group's average that nobody minds, "
        "such as margin=0.05, here or on its class or module"
    ),
    "'g', margin='5%'": (
        "logprobs_gate('g'): margin='5%': give a number above 0 in nats/token, such as 0.05; "
        "percentages are not taken"
    ),
    "'g', margin=1, confidence=95": (
        "logprobs_gate('g'): confidence=95 is no number between 0.5 and 1"
    ),
    "'g', margin=1, min_cases=1": "logprobs_gate('g'): min_cases=1 is no whole number from 2 on",
    "'g', margin=1, cluster=7": "logprobs_gate('g'): cluster=7 is no text",
    "'g', margin=1, cluster='{'": (
        "logprobs_gate('g'): cluster='{' cannot be filled in: Single '{' encountered in format "
        "string"
    ),
    "'g', margin=1, cluster='{page}'": (
        "logprobs_gate('g'): cluster='{page}' names 'page', which is no parameter; those of the "
        "test are number, thing"
    ),
    "'g', margin=1, cluster='{thing}'": (
        "logprobs_gate('g'): cluster='{thing}': thing is object, which has no text that is the "
        "same in every run; parametrize a text or a number beside it"
    ),
}


def marked(pytester, source):
    """Return what the markers of the first test of a module say."""
    return gates_of(pytester.getitem(f"import enum, pytest\n{source}", "test_it[7]"))


def test_markers_merge_keyword_by_keyword_and_group_by_group(pytester):
    """What is nearer to the test goes before; ``None`` is the default again."""
    found = marked(
        pytester,
        """
gate = pytest.mark.logprobs_gate
pytestmark = [gate("tone", margin=0.1, metric="perplexity", min_cases=5), gate("facts", margin=1)]

@gate(group="tone", margin=0.2, metric=None, cluster="document {number}")
@pytest.mark.parametrize("number", [7])
def test_it(number): ...
""",
    )
    assert found == {
        "tone": Gate(Policy(margin=0.2, min_cases=5), cluster="document 7"),
        "facts": Gate(Policy(margin=1)),
    }


CLUSTERS = {
    "'seven'": "seven",
    "7.5": "7.5",
    "None": "None",
    "enum.Enum('E', {'SEVEN': object()}).SEVEN": "SEVEN",
}


@pytest.mark.parametrize("value", CLUSTERS)
def test_a_cluster_is_named_by_what_is_the_same_in_every_run(pytester, value):
    """Texts, numbers, ``None`` and the names of members of an enumeration."""
    found = marked(
        pytester,
        f"""
@pytest.mark.logprobs_gate("g", margin=1, cluster="{{value}}")
@pytest.mark.parametrize("value", [{value}], ids=["7"])
def test_it(value): ...
""",
    )
    assert found["g"].cluster == CLUSTERS[value]


@pytest.mark.parametrize("arguments", MISTAKES)
def test_a_mistake_in_the_marker_is_a_usage_error(gates, arguments):
    """It ends the run before any test, with exit 4."""
    gates.write(
        f"""
@gate({arguments})
@pytest.mark.parametrize(("number", "thing"), [(1, object())], ids=["x"])
def test_it(number, thing): ...
"""
    )
    result = gates.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.stderr.str() == (
        f"ERROR: test_tone.py::test_it[x]: the marker {MISTAKES[arguments]}\n"
    )


DISAGREEING = """
@gate("g", margin=0.1, min_cases=5)
def test_one(): ...

@gate("g", margin=0.2)
def test_two(): ...
"""


@pytest.mark.parametrize("arguments", [(), ("-n2",)])
def test_the_tests_of_a_group_agree_on_how_it_is_judged(gates, arguments):
    """Else the usage error names two of them, and what differs; under xdist as well."""
    gates.write(DISAGREEING)
    result = gates.run(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.stderr.str() == (
        "ERROR: test_tone.py::test_one and test_tone.py::test_two would have the group 'g' judged "
        "by margin=0.1, min_cases=5 and by margin=0.2, min_cases=10, and a group is judged once: "
        "mark their module or class, or give both the same\n"
    )


def test_a_test_that_is_left_out_disagrees_with_nobody(gates):
    """Only those that are chosen are looked at."""
    gates.write(DISAGREEING)
    assert gates.run("-k", "two", "--collect-only").ret == 0


def test_a_marker_that_comes_while_the_test_runs_fails_it(gates):
    """It was decided by then what is judged."""
    gates.write(
        """
@pytest.fixture(autouse=True)
def late(request):
    request.applymarker(gate("g", margin=1))

def test_it(): ...
"""
    )
    result = gates.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["the marker logprobs_gate came after the collection"])


def test_it_is_listed_by_pytest(gates):
    """``pytest --markers`` says what it takes."""
    shown = gates.run("--markers").stdout.str()
    assert (
        "@pytest.mark.logprobs_gate(group, metric='mean_logprob', margin=..., confidence=0.95, "
        "cluster=None, min_cases=10): judge the completions of all tests of the group against the "
        "baseline, at the end.\n"
    ) in shown
