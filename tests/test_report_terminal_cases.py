"""What a terminal and a log of CI show of single cases: the worst, those with a limit."""

from __future__ import annotations

from dataclasses import replace

from comparing import ACCEPT, cases, shown
from ledgers import case, ledger, sample, several

from pytest_logprobs._gate import judge
from pytest_logprobs._ledger import Policy
from pytest_logprobs.reports import explain, render


def test_clusters_and_the_one_that_carries_the_mean():
    """How many there are, and whose drop it is."""
    names = "aabbccddeeff"

    def clustered(drop):
        found = [
            replace(each, groups={"capitals": name})
            for each, name in zip(cases(), names, strict=True)
        ]
        found[7] = replace(found[7], samples=(sample(-0.25 - drop, tokens=()),))
        return found

    expected = """\
gate capitals: inconclusive (mean_logprob, nats/token)
  6 clusters are too few (min_cases is 10); an unchanged prompt would pass with
  about 81 clusters, a true change near the margin needs far more
  cases  clusters  baseline  candidate    drop          interval  margin
     12         6     -0.25    -0.3958  0.1458  -0.148 to 0.4397     0.1
  - cluster d makes up more than half of the spread: an average cannot see a
    rare disaster, a limit for each case can
  the worst of 12 cases:
    drop  baseline  candidate  case
    1.75     -0.25         -2  tests/test_it.py::test_capital[7]"""
    assert shown(clustered(0), clustered(1.75)) == expected


def test_a_case_that_carries_the_mean():
    """It is named; one that has become better is no disaster."""
    after = [*cases(23), replace(cases(24)[23], samples=(sample(-2.0, tokens=()),))]
    expected = """\
gate capitals: inconclusive (mean_logprob, nats/token)
  the fall of mean_logprob lies between -0.05205 and 0.1979, and the margin is
  0.1 (nats/token, 95 % sure of each bound); an unchanged prompt would pass with
  about 81 cases, a true change near the margin needs far more
  cases  baseline  candidate     drop            interval  margin
     24     -0.25    -0.3229  0.07292  -0.05205 to 0.1979     0.1
  - these 24 cases are enough for margins from 0.1875 on
  - tests/test_it.py::test_capital[23] makes up more than half of the spread: an
    average cannot see a rare disaster, a limit for each case can
  the worst of 24 cases:
    drop  baseline  candidate  case
    1.75     -0.25         -2  tests/test_it.py::test_capital[23]

to accept what has changed: pytest --logprobs-baseline=update"""
    assert shown(cases(24), after) == expected
    better = shown(after, cases(24))
    note = "  - tests/test_it.py::test_capital[23] makes up more than half of the spread"
    assert better.endswith(f"on\n{note}")


def test_repeats_and_a_margin_below_their_noise():
    """The smallest honest margin is told."""
    policies = {"capitals": Policy(margin=0.01)}
    again = [
        replace(each, samples=tuple(sample(-0.25 + step, tokens=()) for step in (-0.02, 0.0, 0.02)))
        for each in cases()
    ]
    summary = judge(ledger(*cases(), policies=policies), ledger(*again, policies=policies))
    expected = """\
gate capitals: pass (mean_logprob, nats/token)
  mean_logprob is the same on both sides
  cases  baseline  candidate  drop  interval  margin
     12     -0.25      -0.25     0    0 to 0    0.01
  - 12 cases have several answers, and their mean_logprob varies within a case
    by 0.02 (standard deviation)
  - warning: the margin of 0.01 is below what this noise allows; the smallest
    honest margin is 0.01781"""
    assert render(summary, accept=ACCEPT) == expected


def test_what_is_not_known():
    """Counted, as are the cases of tests that failed; a failed one is marked where it is named."""
    before = several(1)
    after = [replace(several(1, -0.5)[0], outcome="failed", sampling={})]
    expected = """\
gate capitals: inconclusive (mean_logprob, nats/token)
  1 case is too few (min_cases is 10)
  cases  baseline  candidate  drop  interval  margin
      1     -0.25       -0.5  0.25         ?     0.1
  - not known on a side, and so not compared: model in 1 case, sampling in 1
    case
  - 1 case is of tests that failed
  the case:
    drop  baseline  candidate  case
    0.25     -0.25       -0.5  tests/test_it.py::test_capital[0] (its test failed)
      the same text; at token 0, 'Paris' 77.9 % became 60.7 %"""
    assert shown(before, after) == expected


def test_several_gates():
    """A block each; that all of them have to pass is said once."""
    both = cases(groups=("tone", "length"))
    expected = """\
gate length: pass (mean_logprob, nats/token)
  mean_logprob is the same on both sides
  cases  baseline  candidate  drop  interval  margin
     12     -0.25      -0.25     0    0 to 0     0.1

gate tone: pass (mean_logprob, nats/token)
  mean_logprob is the same on both sides
  cases  baseline  candidate  drop  interval  margin
     12     -0.25      -0.25     0    0 to 0     0.1

the gates length, tone judge the same cases: "nothing got worse" needs all of
them to pass"""
    assert shown(both, both) == expected


def test_limits_of_single_cases():
    """How many there are of each verdict, and those that are not kept."""
    names = "abcdefg"
    limited = {"groups": (), "max_drop": 0.1}
    before = [case(f"t.py::test_{name}", label="x", **limited) for name in names]
    before[3] = replace(before[3], model="m")
    after = [case(f"t.py::test_{name}", -0.5, label="x", **limited) for name in "abdfgh"]
    after[0] = replace(after[0], samples=before[0].samples)
    after[2] = replace(after[2], model="n")
    after[3] = replace(after[3], max_drop=0.2, outcome="failed")
    expected = """\
limits of single cases (max_mean_logprob_drop): 3 fail, 1 not comparable, 2
  missing, 1 new, 1 pass
  fail:
    t.py::test_b (x)
      mean_logprob fell by 0.25, more than 0.1 (nats/token)
      the same text; at token 0, 'Paris' 77.9 % became 60.7 %
    t.py::test_f (x)
      mean_logprob fell by 0.25, more than 0.1 (nats/token)
      the same text; at token 0, 'Paris' 77.9 % became 60.7 %
    t.py::test_g (x)
      mean_logprob fell by 0.25, more than 0.1 (nats/token)
      the same text; at token 0, 'Paris' 77.9 % became 60.7 %
  not comparable:
    t.py::test_d (x): model was m and is n
  missing:
    2 cases: its test is gone, or has another name
      t.py::test_c (x)
      t.py::test_e (x)
  new:
    t.py::test_h (x)

max_mean_logprob_drop of t.py::test_f (x) was 0.1 in the baseline and is 0.2
now; 0.1, the stricter, was applied

to accept what has changed: pytest --logprobs-baseline=update"""
    assert shown(before, after) == expected
    expected = """\
limits of single cases (max_mean_logprob_drop): 1 pass"""
    assert shown(before[:1], before[:1]) == expected


def test_many_broken_limits():
    """The first five, and how many more."""
    sides = [several(8, score, groups=(), max_drop=0.1) for score in (-0.25, -0.5)]
    bare = [
        [replace(each, samples=(replace(each.samples[0], tokens=()),)) for each in side]
        for side in sides
    ]
    expected = """\
limits of single cases (max_mean_logprob_drop): 8 fail
  fail:
    tests/test_it.py::test_capital[0]
      mean_logprob fell by 0.25, more than 0.1 (nats/token)
    tests/test_it.py::test_capital[1]
      mean_logprob fell by 0.25, more than 0.1 (nats/token)
    tests/test_it.py::test_capital[2]
      mean_logprob fell by 0.25, more than 0.1 (nats/token)
    tests/test_it.py::test_capital[3]
      mean_logprob fell by 0.25, more than 0.1 (nats/token)
    tests/test_it.py::test_capital[4]
      mean_logprob fell by 0.25, more than 0.1 (nats/token)
    … and 3 more

to accept what has changed: pytest --logprobs-baseline=update"""
    assert shown(*bare) == expected


def test_what_a_gate_says_when_it_fails():
    """The first line says what matters most, for a summary that has room for one."""
    (group,) = judge(ledger(*cases()), ledger(*cases(drop=0.3), case("t.py::test_new"))).groups
    expected = """\
fail: mean_logprob fell by 0.305 (95 % sure: by more than 0.2958), beyond the
  margin of 0.1 (nats/token); 1 case is not in the baseline
  cases  baseline  candidate   drop          interval  margin
     12     -0.25     -0.555  0.305  0.2958 to 0.3142     0.1
  - these 12 cases are enough for margins from 0.01376 on
  new:
    t.py::test_new
  the 5 worst of 12 cases:
    drop  baseline  candidate  case
    0.33     -0.25      -0.58  tests/test_it.py::test_capital[3]
    0.33     -0.25      -0.58  tests/test_it.py::test_capital[9]
    0.32     -0.25      -0.57  tests/test_it.py::test_capital[11]
    0.32     -0.25      -0.57  tests/test_it.py::test_capital[5]
    0.31     -0.25      -0.56  tests/test_it.py::test_capital[0]"""
    assert explain(group) == expected


def test_a_gate_that_was_explained_before():
    """Its verdict and its numbers, once more."""
    summary = judge(ledger(*cases(groups="ab")), ledger(*cases(drop=0.3, groups="ab")))
    expected = """\
gate a: fail (mean_logprob, nats/token)
  cases  baseline  candidate   drop          interval  margin
     12     -0.25     -0.555  0.305  0.2958 to 0.3142     0.1

gate b: fail (mean_logprob, nats/token)
  mean_logprob fell by 0.305 (95 % sure: by more than 0.2958), beyond the margin
  of 0.1 (nats/token)
  cases  baseline  candidate   drop          interval  margin
     12     -0.25     -0.555  0.305  0.2958 to 0.3142     0.1
  - these 12 cases are enough for margins from 0.01376 on
  the 5 worst of 12 cases:
    drop  baseline  candidate  case
    0.33     -0.25      -0.58  tests/test_it.py::test_capital[3]
    0.33     -0.25      -0.58  tests/test_it.py::test_capital[9]
    0.32     -0.25      -0.57  tests/test_it.py::test_capital[11]
    0.32     -0.25      -0.57  tests/test_it.py::test_capital[5]
    0.31     -0.25      -0.56  tests/test_it.py::test_capital[0]

the gates a, b judge the same cases: "nothing got worse" needs all of them to
pass

to accept what has changed: pytest --logprobs-baseline=update"""
    assert render(summary, accept=ACCEPT, briefly={"a"}) == expected


def test_a_reason_that_needs_a_line_of_its_own():
    """Where the name is long."""
    before = cases(1, parameters="00")
    after = [replace(before[0], parameters="ff", model="another")]
    expected = """\
gate capitals: not comparable (mean_logprob, nats/token)
  1 case cannot be compared
  not comparable:
    tests/test_it.py::test_capital[0]
      model was m and is another; the parameters of this case changed: give the
      test `ids=`

to accept what has changed: pytest --logprobs-baseline=update"""
    assert shown(before, after) == expected
