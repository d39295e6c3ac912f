"""An update takes over what a run measured, touches nothing else, and says what it changed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from ledgers import case, ledger, ledgers, sample, several

from pytest_logprobs._baseline import updated
from pytest_logprobs._baseline._file import stored
from pytest_logprobs._ledger import Policy, Scope

A, B, C = (f"tests/test_{name}.py::test_{name}" for name in "abc")
EVERYWHERE = (Scope(),)


def baseline(*cases, **more):
    """Give a baseline as it is read."""
    run = ledger(*map(stored, cases), **more)
    return replace(run, asked={}, outcomes={}, scopes=EVERYWHERE)


def scores_of(ledger):
    """Return the names of the cases, and their scores."""
    return {each.name: each.score("mean_logprob") for each in ledger.cases.values()}


def test_without_a_baseline_all_is_new():
    """A first update takes over all that was measured, with its policies."""
    run = ledger(case(A, -0.1), case(B, -0.2), policies={"capitals": Policy(margin=0.3)})
    update = updated(None, run)
    assert scores_of(update.ledger) == {A: -0.1, B: -0.2}
    assert update.ledger.policies == {"capitals": Policy(margin=0.3)}
    assert update.lines == ("2 new:", f"  {A}", f"  {B}")


def test_what_a_run_did_not_cover_stays():
    """Of a part of the tests only the cases of this part are touched."""
    old = baseline(case(A, -0.1), case(B, -0.2), case(C, -0.3))
    deselected = Scope(left_out=frozenset({A}))
    file = Scope(paths=("tests/test_b.py",))
    update = updated(old, ledger(case(B, -0.25), scopes=(deselected,)))
    assert scores_of(update.ledger) == {A: -0.1, B: -0.25}
    assert update.removed == (stored(case(C, -0.3)),)
    update = updated(old, ledger(case(B, -0.25), scopes=(file,)))
    assert scores_of(update.ledger) == {A: -0.1, B: -0.25, C: -0.3}
    assert update.lines == (
        "1 changed within the margin:",
        f"  {B}: mean_logprob from -0.2 to -0.25, worse (margin 0.1)",
        "2 not run",
    )


def test_a_test_that_is_gone_loses_its_cases():
    """It would have run if it were there; so would one of a group that nothing asks for now."""
    old = baseline(case(A, -0.1), case(B, -0.2, groups=("tone",)))
    update = updated(old, ledger(case(A, -0.1)))
    assert scores_of(update.ledger) == {A: -0.1}
    assert [*update.ledger.policies] == ["capitals"]
    assert update.lines == ("1 removed, not measured any more:", f"  {B}", "1 unchanged")


def test_a_test_that_measures_fewer_labels_loses_the_others():
    """What its own last run measured is all that it measures."""
    old = baseline(case(A, label="before"), case(A, label="after"), case(A))
    update = updated(old, ledger(case(A, label="after")))
    assert [*scores_of(update.ledger)] == [f"{A} (after)"]
    assert update.lines == (
        "2 removed, not measured any more:",
        f"  {A}",
        f"  {A} (before)",
        "1 unchanged",
    )


def test_a_test_that_passed_and_measured_nothing_loses_all():
    """That it ran is enough, whatever the run was of."""
    run = ledger(case(B), outcomes={A: "passed", B: "passed"}, scopes=())
    assert [*scores_of(updated(baseline(case(A)), run).ledger)] == [B]


@pytest.mark.parametrize("outcome", ["failed", "unreported"])
def test_a_test_that_did_not_pass_keeps_its_cases(outcome):
    """Neither is what it measured taken over, nor is removed what it did not measure."""
    old = baseline(case(A, -0.1), case(A, -0.2, label="after"))
    failed = (
        case(A, -0.9, outcome=outcome),
        case(A, label="less", outcome=outcome),
        case(A, label="more", outcome=outcome),
    )
    update = updated(old, ledger(*failed, outcomes={A: outcome}))
    assert scores_of(update.ledger) == {A: -0.1, f"{A} (after)": -0.2}
    assert update.lines == (
        "2 kept as before, for their tests did not pass:",
        f"  {A}",
        f"  {A} (after)",
        "2 not stored, for their tests did not pass:",
        f"  {A} (less)",
        f"  {A} (more)",
    )


def test_a_test_of_which_nothing_was_reported_keeps_its_cases():
    """It was to run: it is not gone."""
    run = ledger(case(B), asked={A: ("capitals",), B: ("capitals",)})
    update = updated(baseline(case(A)), run)
    assert [*scores_of(update.ledger)] == [A, B]
    assert update.lines == (
        "1 new:",
        f"  {B}",
        "1 kept as before, for its test did not pass:",
        f"  {A}",
    )


def test_a_skipped_test_keeps_its_cases():
    """It may be skipped on this machine alone."""
    update = updated(baseline(case(A, -0.1)), ledger(outcomes={A: "skipped"}))
    assert scores_of(update.ledger) == {A: -0.1}
    assert update.lines == ("1 not run",)


def test_changes_are_measured_by_the_margin_of_the_baseline():
    """Of each group that has the case, by its score; the greatest first, also to the better."""
    tone = Policy(margin=1.0, metric="perplexity")
    scores = {"mean_logprob": -0.2, "perplexity": 2.0}
    old = baseline(
        case(A, scores, groups=("capitals", "tone")),
        *several(4, -0.5),
        case(C, sampling={"temperature": 0}),
        policies={"tone": tone},
    )
    run = ledger(
        case(A, {**scores, "perplexity": 3.5}, groups=("capitals", "tone")),
        *several(4, lambda n: -0.5 + (0.0, 0.3, -0.1, -0.05)[n]),
        case(C, sampling={"temperature": 1}),
        policies={"capitals": Policy(margin=9.0), "tone": tone},
    )
    update = updated(old, run)
    test = "tests/test_it.py::test_capital"
    assert update.lines == (
        "3 changed beyond the margin:",
        f"  {C}: temperature was 0 and is 1",
        f"  {test}[1]",
        "    mean_logprob from -0.5 to -0.2, better (margin 0.1)",
        f"  {A}: perplexity from 2 to 3.5, worse (margin 1)",
        "2 changed within the margin:",
        f"  {test}[2]",
        "    mean_logprob from -0.5 to -0.6, worse (margin 0.1)",
        f"  {test}[3]",
        "    mean_logprob from -0.5 to -0.55, worse (margin 0.1)",
        "1 unchanged",
        "the gate capitals has another policy: margin from 0.1 to 9.0",
    )
    assert update.ledger.policies == run.policies


def test_a_limit_of_its_own_is_a_margin():
    """A case under a limit is measured by it, a case under none by nothing."""
    old = baseline(case(A, -0.1, groups=(), max_drop=0.2), case(B, -0.1, groups=(), prompt="old"))
    new = case(A, -0.4, groups=(), max_drop=0.2), case(B, -0.9, groups=(), prompt="new")
    assert updated(old, ledger(*new)).lines == (
        "1 changed beyond the margin:",
        f"  {A}: mean_logprob from -0.1 to -0.4, worse (margin 0.2)",
        "1 changed, under no gate:",
        f"  {B}",
    )


def test_a_change_of_what_is_not_judged():
    """Of a case that something judges, it is one within the margin."""
    update = updated(baseline(case(A, prompt="old")), ledger(case(A, prompt="new")))
    assert update.lines == ("1 changed within the margin:", f"  {A}: mean_logprob is as before")


def test_another_model_is_told_once():
    """However many cases it answered, with or without a gate; not where more is another."""
    several_of = [case(each, groups=(), model="m") for each in (A, B)]
    old = baseline(*several_of, case(C, model="m"), case("t.py::t", model="o"))
    run = ledger(
        *(replace(each, model="n") for each in several_of),
        case(C, model="n", sampling={"temperature": 0}),
        case("t.py::t", model="n"),
    )
    assert updated(old, run).lines == (
        "3 measured with another model (m → n)",
        "1 measured with another model (o → n)",
    )
    old = baseline(case(A, model="m", sampling={"temperature": 1}))
    run = ledger(case(A, model="n", sampling={"temperature": 0}))
    assert updated(old, run).lines == (
        "1 changed beyond the margin:",
        f"  {A}: model was m and is n; temperature was 1 and is 0",
    )


def test_lines_are_no_longer_than_a_terminal_is_wide():
    """But for names; they stand two columns to the right."""
    policy = Policy(margin=0.1, min_cases=99)
    other = Policy(margin=0.123456, metric="tail_mean_logprob", confidence=0.987654)
    old = baseline(case(A, sampling={"temperature": 0}), policies={"capitals": policy})
    run = ledger(case(A, sampling={"top_p": 0.125}), policies={"capitals": other})
    assert updated(old, run).lines == (
        "1 changed beyond the margin:",
        f"  {A}",
        "    temperature was 0 and is not sent; top_p was not sent and is 0.125",
        "the gate capitals has another policy: metric from mean_logprob to",
        "  tail_mean_logprob, margin from 0.1 to 0.123456, confidence from 0.95 to",
        "  0.987654, min_cases from 99 to 10",
    )


def test_a_score_that_is_not_known_any_more():
    """It is no small change."""
    old = baseline(case(A, -0.1))
    assert updated(old, ledger(case(A, {"perplexity": 1.0}))).lines == (
        "1 changed beyond the margin:",
        f"  {A}: mean_logprob is not known in this run",
    )


def test_many_cases_are_counted():
    """Ten of a kind are named."""
    lines = updated(None, ledger(*several(13))).lines
    assert lines[0] == "13 new:"
    assert lines[-2:] == ("  tests/test_it.py::test_capital[6]", "  … and 3 more")
    assert len(lines) == 12


def test_a_name_is_a_line():
    """Nothing in a label reaches the terminal as a command."""
    assert updated(None, ledger(case(A, label="a\n\x1b[31m"))).lines[1] == f"  {A} (a\\n\\x1b[31m)"


def test_repeats_are_averaged():
    """The baseline has their average, and how many there were."""
    run = ledger(case(A, samples=(sample(-0.2), sample(-0.4))))
    (only,) = updated(None, run).ledger.cases.values()
    assert (only.samples[0].scores, only.repeats) == ({"mean_logprob": -0.3}, 2)


@given(ledgers(), ledgers())
def test_the_laws_of_an_update(old, run):
    """Twice is once; what is not of a test that passed, or is gone, is as it was."""
    old = replace(baseline(*old.cases.values()), policies=old.policies)
    update = updated(old, run)
    again = updated(update.ledger, run)
    assert again.ledger == update.ledger
    assert (again.new, again.changes, again.removed) == ((), (), ())
    before, after = old.cases, update.ledger.cases
    for key in before.keys() | after.keys():
        outcome = run.outcomes.get(key[0])
        if outcome == "passed":
            measured = run.cases.get(key)
            assert after.get(key) == (measured and stored(measured))
        elif outcome or key[0] in run.asked or not run.covers(key[0]):
            assert after.get(key) == before.get(key)
        else:
            assert key not in after
    counted = (update.new, update.changes, update.removed)
    assert sum(map(len, counted)) == sum(
        before.get(key) != after.get(key) for key in before.keys() | after.keys()
    )
    used = {group for each in after.values() for group in each.groups}
    assert update.ledger.policies.keys() == used
