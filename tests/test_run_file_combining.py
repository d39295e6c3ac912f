"""Parts of a run as one run: how a suite was cut into shards, and in what order, shows nowhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledgers import GROUPS, NODES, POLICIES, SCOPES, case, ledger, ledgers, several

from pytest_logprobs._baseline import combined, run_text
from pytest_logprobs._baseline._combining import in_order
from pytest_logprobs._baseline._scopes import united_scopes
from pytest_logprobs._ledger import Ledger, Policy, Scope
from pytest_logprobs.errors import BaselineError

POLICY = {group: Policy(margin=0.1) for group in GROUPS}


def named(parts):
    """Give parts the names that files have."""
    return {f"part{number}.json": part for number, part in enumerate(parts, start=1)}


def refused(*parts):
    """Give the error of parts that do not fit together."""
    with pytest.raises(BaselineError) as caught:
        combined(named(parts))
    return str(caught.value)


@st.composite
def split_runs(draw):
    """Draw a run, and parts of it: each case, outcome, scope in one part at least."""
    run = draw(ledgers())
    count = draw(st.integers(1, 3))

    def parts_of(values):
        """Yield a bag for each part; what is drawn for several parts is in all of them."""
        bags = [[] for _ in range(count)]
        for value in values:
            chosen = draw(st.integers(1, 2**count - 1))
            for at, bag in enumerate(bags):
                if chosen >> at & 1:
                    bag.append(value)
        return bags

    bags = zip(
        parts_of(run.cases.items()),
        parts_of(run.asked.items()),
        parts_of(run.outcomes.items()),
        parts_of(run.scopes),
        parts_of(run.environments),
        parts_of(run.policies.items()),
        strict=True,
    )
    parts = [
        Ledger(
            cases=dict(cases),
            asked=dict(asked),
            outcomes=dict(outcomes),
            scopes=tuple(scopes),
            environments=tuple(environments),
            policies=dict(policies),
        )
        for cases, asked, outcomes, scopes, environments, policies in bags
    ]
    return run, parts


@given(split_runs(), st.randoms(use_true_random=False))
def test_any_split_in_any_order_is_the_whole(split, rng):
    """However a run is cut: its parts are the run again, byte for byte."""
    run, parts = split
    whole = run_text(run)
    assert run_text(combined(named(parts))) == whole
    rng.shuffle(parts)
    assert combined(named(parts)) == in_order(run)
    assert run_text(combined({"run.json": run})) == whole


@given(split_runs(), st.integers(0, 3))
def test_what_was_combined_can_be_combined_again(split, cut):
    """Parts of parts are the same run."""
    run, parts = split
    halves = [combined(named(half)) for half in (parts[:cut], parts[cut:])]
    assert run_text(combined(named(halves))) == run_text(run)
    assert combined(named([*parts, combined(named(parts))])) == in_order(run)


@given(st.lists(SCOPES, max_size=4), st.lists(NODES, max_size=9))
def test_united_scopes_cover_what_each_covers(scopes, tests):
    """Nothing is covered that was not, and all that was."""
    united = united_scopes(scopes)
    for test in tests:
        before = any(scope.covers(test) for scope in scopes)
        assert any(scope.covers(test) for scope in united) == before


@given(st.lists(SCOPES, max_size=6), st.integers(0, 6), st.randoms(use_true_random=False))
def test_scopes_are_united_in_any_order(scopes, cut, rng):
    """Order and nesting change nothing."""
    united = united_scopes(scopes)
    assert united_scopes([*united_scopes(scopes[:cut]), *united_scopes(scopes[cut:])]) == united
    rng.shuffle(scopes)
    assert united_scopes(scopes) == united


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_the_number_of_shards_shows_nowhere(count):
    """Shards that each leave out the tests of the others make the run that left out none."""
    cases = several(24)
    tests = {each.test for each in cases}
    parts = []
    for shard in range(count):
        own = cases[shard::count]
        left_out = frozenset(tests - {each.test for each in own})
        parts.append(ledger(*own, scopes=(Scope(paths=("tests",), left_out=left_out),)))
    whole = ledger(*cases, scopes=(Scope(paths=("tests",)),))
    assert run_text(combined(named(parts))) == run_text(whole)


def test_shards_of_files_and_of_one_directory():
    """A path below another adds nothing; what all shards ignored stays so."""
    scopes = [
        Scope(paths=("tests/a", "tests/b/test_b.py::test_b"), ignored=("tests/a/old",)),
        Scope(paths=("tests/b",), ignored=("tests/a/old", "tests/a/old/x")),
        Scope(paths=("tests/b/test_b.py", "tests/bc"), ignored=("tests/a/old",)),
    ]
    assert united_scopes(scopes) == (
        Scope(paths=("tests/a", "tests/b", "tests/bc"), ignored=("tests/a/old",)),
    )


def test_a_test_that_every_shard_left_out_was_left_out():
    """``-m`` is a choice of the run, not of a shard."""
    left = [frozenset({"t.py::slow", "t.py::a"}), frozenset({"t.py::slow", "t.py::b"})]
    (united,) = united_scopes([Scope(left_out=each) for each in left])
    assert united == Scope(left_out=frozenset({"t.py::slow"}))


def test_a_case_that_was_measured_twice():
    """It is an error that names both files, unless it is the same."""
    one, other = several(1), several(1, -0.5)
    assert combined(named([ledger(*one), ledger(*one)])) == in_order(ledger(*one))
    assert refused(ledger(*several(3, at=1)), ledger(*one), ledger(*other)) == (
        "part3.json: tests/test_it.py::test_capital[0] was measured in part2.json too, and not the "
        "same; run each test in one part alone"
    )
    labelled = [ledger(case("t.py::t", score, label="before")) for score in (-0.25, -0.5)]
    assert refused(*labelled) == (
        "part2.json: t.py::t (before) was measured in part1.json too, and not the same; run each "
        "test in one part alone"
    )


def test_a_test_that_ended_in_two_ways():
    """Which of them counts, nobody can say."""
    parts = [ledger(outcomes={"t.py::t": outcome}) for outcome in ("passed", "failed")]
    assert refused(*parts) == (
        "part2.json: t.py::t is failed here and passed in part1.json; run each test in one part "
        "alone"
    )


def test_a_group_that_is_judged_in_two_ways():
    """What differs is told, on both sides."""
    one = ledger(policies={"tone": Policy(margin=0.1, metric="mean_probability")})
    other = ledger(policies={"tone": Policy(margin=0.05, metric="mean_probability", min_cases=4)})
    assert refused(one, other) == (
        "part2.json: the gate tone has margin=0.05, min_cases=4 here and margin=0.1, min_cases=10 "
        "in part1.json; run all parts from the same state of the repository"
    )


@given(POLICIES, POLICIES)
def test_policies_are_the_same_or_an_error(one, other):
    """Which part is first makes no difference to that."""
    parts = [ledger(policies={"tone": policy}) for policy in (one, other)]
    if one == other:
        assert combined(named(parts)) == combined(named(reversed(parts)))
    else:
        assert refused(*parts)
        assert refused(*reversed(parts))
