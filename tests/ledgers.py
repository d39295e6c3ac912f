"""Ledgers for tests: cases with as little as a test needs to say, and drawn ones."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from pytest_logprobs._ledger import Case, Ledger, Policy, Row, Sample, Scope, rounded

TEST = "tests/test_it.py::test_capital"


def case(test=TEST, score=-0.25, *, groups=("capitals",), **more):
    """Give a case of one answer; ``groups`` may map each to its cluster."""
    clusters = groups if isinstance(groups, dict) else dict.fromkeys(groups)
    samples = more.pop("samples", None) or (sample(score),)
    return Case(test=test, label=more.pop("label", None), samples=samples, groups=clusters, **more)


def sample(score=-0.25, text="Paris", **more):
    """Give an answer of one token; ``score`` is its mean log-probability, or maps scores."""
    scores = score if isinstance(score, dict) else {"mean_logprob": score}
    row = Row(text, min(0.0, scores.get("mean_logprob", 0.0)))
    return Sample(scores, 1, **{"text": text, "tokens": (row,), **more})


def ledger(*cases, policies=None, **more):
    """Give a ledger of cases: a run, with the policies and outcomes that belong to them.

    ``policies`` of groups that are not given have a margin of 0.1.
    """
    groups = sorted({group for each in cases for group in each.groups})
    return Ledger(
        cases={each.key: each for each in cases},
        policies={**{group: Policy(margin=0.1) for group in groups}, **(policies or {})},
        asked=more.pop("asked", None) or {each.test: tuple(sorted(each.groups)) for each in cases},
        outcomes=more.pop("outcomes", None) or {each.test: each.outcome for each in cases},
        **more,
    )


def several(count, score=-0.25, *, at=0, **more):
    """Give cases of as many tests; ``score`` may be a function of their numbers."""
    return [
        case(f"tests/test_it.py::test_capital[{n}]", score(n) if callable(score) else score, **more)
        for n in range(at, at + count)
    ]


def changed(run, order):
    """Give a run of the same tests, some of them gone and some of them new, with other answers."""
    found = [
        replace(
            each, samples=(sample(-order.random(), order.choice("ab")),), model=order.choice("ab")
        )
        for each in run.cases.values()
        if order.random() < 0.8
    ]
    found.append(case("t.py::test_new", groups=order.sample(GROUPS, 1)))
    order.shuffle(found)
    return replace(run, cases={each.key: each for each in found})


# drawn

NAMES = st.sampled_from(("a", "b", "c"))
NODES = st.builds("{}/test_{}.py::test_{}[{}]".format, NAMES, NAMES, NAMES, NAMES)
TEXTS = st.text(max_size=3)  # lone surrogates too
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
SCORES = st.dictionaries(
    st.sampled_from(("mean_logprob", "min_margin")), NUMBERS.map(rounded), max_size=2
)
PAIRS = st.tuples(TEXTS, st.none() | NUMBERS)
ROWS = st.builds(lambda pair, others: Row(*pair, tuple(others)), PAIRS, st.lists(PAIRS, max_size=1))
SAMPLES = st.builds(
    Sample,
    scores=SCORES,
    count=st.integers(0, 9),
    text=st.none() | TEXTS,
    tokens=st.lists(ROWS, max_size=1).map(tuple),
)
GROUPS = ("capitals", "tone")
POLICIES = st.builds(
    Policy,
    margin=st.floats(1e-6, 1e6),
    metric=st.sampled_from(("mean_logprob", "perplexity")),
    confidence=st.floats(0.51, 0.999),
    min_cases=st.integers(2, 40),
)
PATHS = st.sampled_from(("", "a", "b", "a/test_a.py", "a/test_b.py", "a/test_a.py::test_a", "c"))
SCOPES = st.builds(
    Scope,
    paths=st.lists(PATHS, max_size=2).map(tuple),
    ignored=st.lists(PATHS.filter(bool), max_size=1).map(tuple),
    left_out=st.frozensets(NODES, max_size=2),
)
OUTCOMES = st.sampled_from(("passed", "failed", "skipped", "unreported"))


@st.composite
def cases(draw):
    """Draw a case with all that one can have."""
    return Case(
        test=draw(NODES),
        label=draw(st.none() | TEXTS),
        samples=tuple(draw(st.lists(SAMPLES, min_size=1, max_size=2))),
        model=draw(st.none() | TEXTS),
        sampling=draw(
            st.none() | st.dictionaries(TEXTS, NUMBERS | TEXTS | st.booleans(), max_size=1)
        ),
        prompt=draw(st.none() | TEXTS),
        parameters=draw(st.none() | TEXTS),
        groups=draw(st.dictionaries(st.sampled_from(GROUPS), st.none() | TEXTS)),
        max_drop=draw(st.none() | st.floats(0, 9)),
        cassette=draw(st.none() | TEXTS),
        outcome=draw(OUTCOMES),
        repeats=draw(st.integers(1, 3)),
    )


@st.composite
def ledgers(draw, most=3):
    """Draw a run."""
    found = draw(st.lists(cases(), max_size=most, unique_by=lambda each: each.key))
    groups = st.sampled_from(((), *((group,) for group in GROUPS), GROUPS))
    asked = st.dictionaries(NODES, groups, max_size=2)
    return Ledger(
        cases={each.key: each for each in found},
        policies={group: draw(POLICIES) for group in GROUPS},
        asked=draw(asked),
        outcomes=draw(st.dictionaries(NODES, OUTCOMES, max_size=2)),
        scopes=tuple(draw(st.lists(SCOPES, max_size=2))),
        environments=tuple(draw(st.lists(st.dictionaries(NAMES, NAMES, max_size=1), max_size=2))),
    )
