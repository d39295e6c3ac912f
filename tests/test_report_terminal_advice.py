"""What a report tells to do next, what it was compared with, and what of it is short."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ledgers import case, ledger, sample, several

from pytest_logprobs._gate import judge
from pytest_logprobs._ledger import Policy
from pytest_logprobs.reports import render

ACCEPT = "to accept: an update"
MEND = "mend the tests that did not pass first: an update takes over nothing that they\nmeasured"
KNOWN = {"model": "m", "sampling": {}}
BEFORE = several(12, **KNOWN)
WORSE = several(12, -0.75, **KNOWN)


def advice(before, after, **sides):
    """Return the blocks that come after the groups and limits of a comparison."""
    text = render(judge(ledger(*before), ledger(*after, **sides)), accept=ACCEPT)
    return [block for block in text.split("\n\n") if not block.startswith(("gate", "limits"))]


def failed(cases):
    """Give cases of tests that failed."""
    return [replace(each, outcome="failed") for each in cases]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param(BEFORE, BEFORE, [], id="the same"),
        pytest.param(BEFORE, WORSE, [ACCEPT], id="worse"),
        pytest.param(BEFORE, BEFORE[1:], [ACCEPT], id="gone"),
        pytest.param(BEFORE[1:], BEFORE, [ACCEPT], id="new"),
        pytest.param(BEFORE, several(12, model="n", sampling={}), [ACCEPT], id="another model"),
        pytest.param(BEFORE[:3], WORSE[:3], [], id="too few"),
        pytest.param(BEFORE[1:], [*failed(BEFORE[:1]), *BEFORE[1:]], [MEND], id="new and failed"),
        pytest.param(BEFORE, failed(WORSE), [MEND], id="all failed"),
        pytest.param(BEFORE, [*failed(WORSE[:1]), *WORSE[1:]], [MEND, ACCEPT], id="one failed"),
        pytest.param(BEFORE, failed(BEFORE), [], id="failed and the same"),
    ],
)
def test_what_to_do_next(before, after, told):
    """An update is named where it would change a verdict; a test that failed is mended first."""
    assert advice(before, after) == told


@pytest.mark.parametrize("outcome", ["skipped", "failed", "unreported"])
def test_a_test_that_measured_nothing_is_to_be_mended(outcome):
    """No update takes its case out of the baseline."""
    before, after = ledger(*BEFORE), ledger(*BEFORE[1:])
    asked = {each.test: ("capitals",) for each in BEFORE}
    run = replace(after, asked=asked, outcomes={**after.outcomes, BEFORE[0].test: outcome})
    assert render(judge(before, run), accept=ACCEPT).split("\n\n")[1:] == [MEND]


def test_a_broken_limit_can_be_accepted():
    """As long as its test can pass in an update."""
    before, after = (case(score=each, groups=(), max_drop=0.1) for each in (-0.25, -0.5))
    assert advice([before], [after]) == [ACCEPT]
    assert advice([before], [before]) == []


def test_what_it_was_compared_with():
    """It stands in the title of each group."""
    summary = judge(ledger(*BEFORE), ledger(*BEFORE))
    expected = """\
gate capitals: pass, against git:main (mean_logprob, nats/token)
  mean_logprob is the same on both sides
  cases  baseline  candidate  drop  interval  margin
     12     -0.25      -0.25     0    0 to 0     0.1"""
    assert render(summary, against="git:main") == expected


def test_in_short():
    """The verdict, why, and what of the policy has moved."""
    policies = {"capitals": Policy(margin=0.5)}
    after = ledger(*BEFORE[1:], policies=policies)
    expected = """\
gate capitals: missing (mean_logprob, nats/token)
  1 case of the baseline is missing; mean_logprob is the same on both sides
  - margin was 0.1 in the baseline and is 0.5 now; 0.1 was applied"""
    assert render(judge(ledger(*BEFORE), after), tersely={"capitals"}) == expected


def test_what_many_cases_have_in_common_is_said_once():
    """With the first of their names; of many different reasons the first are told."""
    after = several(12, model="n", sampling={})
    expected = """\
gate capitals: not comparable (mean_logprob, nats/token)
  12 cases cannot be compared
  not comparable:
    12 cases: model was m and is n
      tests/test_it.py::test_capital[0]
      tests/test_it.py::test_capital[10]
      tests/test_it.py::test_capital[11]
      tests/test_it.py::test_capital[1]
      tests/test_it.py::test_capital[2]
      … and 7 more"""
    assert render(judge(ledger(*BEFORE), ledger(*after))) == expected
    after = [replace(each, model=f"n{number}") for number, each in enumerate(BEFORE)]
    told = render(judge(ledger(*BEFORE), ledger(*after))).splitlines()[2:]
    assert told == [
        "  not comparable:",
        *(
            f"    tests/test_it.py::test_capital[{number}]: model was m and is n{number}"
            for number in (0, 10, 11, 1, 2)
        ),
        "    … and 7 more reasons",
    ]


def test_a_test_of_which_nothing_was_reported_is_named_once():
    """Not as a missing case too."""
    before, after = ledger(*BEFORE), ledger(*BEFORE[2:])
    run = replace(after, asked={each.test: ("capitals",) for each in BEFORE[1:]})
    expected = """\
gate capitals: fail (mean_logprob, nats/token)
  nothing was reported of 1 of its tests; 2 cases of the baseline are missing;
  mean_logprob is the same on both sides
  cases  baseline  candidate  drop  interval  margin
     10     -0.25      -0.25     0    0 to 0     0.1
  nothing was reported of:
    tests/test_it.py::test_capital[1]
  missing:
    tests/test_it.py::test_capital[0]: its test is gone, or has another name"""
    assert render(judge(before, run)).split("\n\n")[0] == expected


def test_numbers_that_are_too_long_for_a_line():
    """They stand below each other."""
    sides = [
        [
            replace(each, groups={"capitals": f"{n // 2}"}, samples=(sample(score, tokens=()),))
            for n, (each, score) in enumerate(zip(several(4, **KNOWN), scores, strict=True))
        ]
        for scores in ([-34567.8] * 4, [-45678.9, -45678.8, -45679.1, -45679.0])
    ]
    policies = {"capitals": Policy(margin=0.01, min_cases=2)}
    summary = judge(*(ledger(*side, policies=policies) for side in sides))
    expected = """\
      cases                       4
   clusters                       2
   baseline              -3.457e+04
  candidate              -4.568e+04
       drop               1.111e+04
   interval  1.111e+04 to 1.111e+04
     margin                    0.01"""
    assert "\n".join(render(summary).splitlines()[3:10]) == expected
