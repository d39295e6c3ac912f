"""The helpers that hold a score against a bound: CONTRACT §2."""

import dataclasses
import json
import math
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_logprobs import (
    ConfidenceError,
    EmptySpanError,
    LogprobsError,
    MissingLogprobsError,
    Span,
    Token,
    UnknownFormatError,
    UnscoredTokenError,
    assert_max_mean_entropy,
    assert_max_mean_logprob_drop,
    assert_max_perplexity,
    assert_min_margin,
    assert_min_mean_logprob,
    assert_min_token_probability,
    parse,
)

RECORDINGS = Path(__file__).parent / "recordings"
BODY = (RECORDINGS / "chat.json").read_bytes()
HAMLET = parse(BODY)
SAMPLED = parse((RECORDINGS / "chat-sampled.json").read_bytes())
SCHEMA = parse((RECORDINGS / "chat-json-schema.json").read_bytes())


@dataclasses.dataclass
class Response:
    """An SDK's object, as far as it matters: it gives its body as plain values."""

    body: bytes

    def model_dump(self, **options):
        """Give the body, whatever the options are."""
        return json.loads(self.body)


def drop(subject, maximum):
    """Assert on the drop from a baseline of -0.5."""
    assert_max_mean_logprob_drop(subject, -0.5, maximum)


BOUNDED = [
    # helper, the score it looks at, in which direction a bound is looser
    (assert_min_token_probability, "min_probability", -1),
    (assert_min_mean_logprob, "mean_logprob", -1),
    (assert_max_perplexity, "perplexity", 1),
    (assert_max_mean_entropy, "mean_entropy", 1),
    (assert_min_margin, "min_margin", -1),
    (drop, None, 1),
]


def score_of(subject, name):
    """Return the number that a helper looks at."""
    return -0.5 - subject.mean_logprob if name is None else float(getattr(subject, name))


@pytest.mark.parametrize(("helper", "name", "looser"), BOUNDED)
def test_bounds(helper, name, looser):
    """A helper "holds when" the score is at the bound or better; "NaN fails"."""
    score = score_of(HAMLET, name)
    for bound in (score, score + looser * 0.01, looser * 10**400):
        helper(HAMLET, bound)
    for bound in (score - looser * 0.01, -looser * 10**400, math.nan):
        with pytest.raises(ConfidenceError):
            helper(HAMLET, bound)


@pytest.mark.parametrize(("helper", "name", "looser"), BOUNDED)
@pytest.mark.parametrize(
    "subject",
    [
        HAMLET,
        HAMLET[:],
        HAMLET[4],
        BODY,
        BODY.decode(),
        json.loads(BODY),
        Response(BODY),
    ],
    ids=["completion", "span", "token", "bytes", "str", "dict", "object"],
)
def test_subjects(helper, name, looser, subject):
    """It takes "a `Token`, `Span`, `Completion` or anything `parse` reads"."""
    with pytest.raises(ConfidenceError) as error:
        helper(subject, -looser * 9)
    part = HAMLET[4:5] if isinstance(subject, Token) else HAMLET
    shown = error.value.explanation.partition(" is ")[2].partition(",")[0]
    assert float(shown) == pytest.approx(score_of(part, name), rel=1e-3)


@pytest.mark.parametrize(("helper", "name", "looser"), BOUNDED)
def test_what_cannot_be_judged(helper, name, looser):
    """No token, a token that is not scored, no log-probabilities: each is its own error."""
    unscored = Span([Token("a", None)])
    plain = (RECORDINGS / "chat-no-logprobs.json").read_bytes()
    for subject, error in (
        (HAMLET[:0], EmptySpanError),
        (unscored, UnscoredTokenError),
        (plain, MissingLogprobsError),
        (3, UnknownFormatError),
    ):
        with pytest.raises(error) as caught:
            helper(subject, 0.0)
        assert not isinstance(caught.value, AssertionError)
        assert isinstance(caught.value, LogprobsError)


@pytest.mark.parametrize(("helper", "name", "looser"), BOUNDED)
@pytest.mark.parametrize("bound", ["10 %", None, True])
def test_a_bound_that_is_no_number(helper, name, looser, bound):
    """A bound is a number: "a percentage of a log-probability is refused"."""
    units = {"min_probability": "probability", "perplexity": "equal choices"}
    units |= {"min_margin": "probability"}
    shown = f"{name or 'mean_logprob_drop'}, in {units.get(name, 'nats/token')},"
    with pytest.raises(TypeError) as error:
        helper(HAMLET, bound)
    assert str(error.value) == f"a bound for {shown} is a number, got {bound!r}"


ROWS = """\
text: ⟦Ham⟧let⟦ is⟧⟦ the⟧⟦ play⟧ written by William Shakespeare.
#4 ' play' 7.2 %; instead: ' final' 5.9 %, ' fictional' 5.5 %
#3 ' the' 24.2 %; instead: ' a' 22.9 %, ' often' 13.5 %
#2 ' is' 28.0 %; instead: ' by' 19.9 %, ''s' 19.6 %
#0 'Ham' 41.9 %; instead: 'The' 14.8 %, 'A' 6.1 %
next: unsure at #4: put the fact or the allowed answers in the prompt"""

DROP = "mean_logprob_drop is 0.2204, not <= 0.1 (0.1204 too high, in nats/token)"


@pytest.mark.parametrize(
    ("helper", "arguments", "explanation"),
    [
        (
            assert_min_token_probability,
            (0.8,),
            f"min_probability is 0.07235, not >= 0.8 (0.7276 too low, in probability)\n{ROWS}",
        ),
        (
            assert_min_mean_logprob,
            (-0.5,),
            f"mean_logprob is -0.7209, not >= -0.5 (0.2209 too low, in nats/token)\n{ROWS}",
        ),
        (
            assert_max_perplexity,
            (2,),
            f"perplexity is 2.056, not <= 2 (0.05638 too high, in equal choices)\n{ROWS}",
        ),
        (
            assert_max_mean_entropy,
            (1,),
            """\
mean_entropy is 1.235, not <= 1 (0.2348 too high, in nats/token)
text: ⟦Ham⟧let⟦ is⟧⟦ the⟧⟦ play⟧ written by William Shakespeare.
#4 ' play' 7.2 %, entropy 2.972; instead: ' final' 5.9 %
#0 'Ham' 41.9 %, entropy 2.094; instead: 'The' 14.8 %, 'A' 6.1 %
#3 ' the' 24.2 %, entropy 2.084; instead: ' a' 22.9 %, ' often' 13.5 %
#2 ' is' 28.0 %, entropy 1.857; instead: ' by' 19.9 %, ''s' 19.6 %
next: unsure at #4: put the fact or the allowed answers in the prompt""",
        ),
        (
            assert_min_margin,
            (0.05,),
            """\
min_margin is 0.01296, not >= 0.05 (0.03704 too low, in probability)
text: ⟦Ham⟧let⟦ is⟧⟦ the⟧⟦ play⟧ written by William Shakespeare.
#4 ' play' 7.2 %, margin 0.01296; instead: ' final' 5.9 %
#3 ' the' 24.2 %, margin 0.01307; instead: ' a' 22.9 %
#2 ' is' 28.0 %, margin 0.08046; instead: ' by' 19.9 %, ''s' 19.6 %
#0 'Ham' 41.9 %, margin 0.2703; instead: 'The' 14.8 %, 'A' 6.1 %
next: unsure at #4: put the fact or the allowed answers in the prompt""",
        ),
        (
            assert_max_mean_logprob_drop,
            (SCHEMA.mean_logprob, 0.1),
            f"{DROP}\nmean_logprob went from -0.5005 (baseline) to -0.7209\n{ROWS}",
        ),
    ],
)
def test_explanations(helper, arguments, explanation):
    """The error's `explanation` is the first part in full, its `section(rows)` is the other."""
    with pytest.raises(ConfidenceError) as error:
        helper(HAMLET, *arguments)
    assert error.value.explanation == explanation
    assert error.value.section(1).partition("\n")[0] == explanation.partition("\n")[0]


def test_the_whole_message():
    """It holds both parts "outside pytest"; in a report the second one is a section."""
    with pytest.raises(ConfidenceError) as caught:
        assert_min_token_probability(HAMLET.span("Hamlet"), 0.5)
    error = caught.value
    explanation = """\
min_probability is 0.4186, not >= 0.5 (0.08143 too low, in probability)
text: ⟦Ham⟧let is the play written by William Shakespeare.
#0 'Ham' 41.9 %; instead: 'The' 14.8 %, 'A' 6.1 %
next: unsure at #0: put the fact or the allowed answers in the prompt"""
    section = """\
min_probability is 0.4186, not >= 0.5 (0.08143 too low, in probability)

⟦Ham|42⟧let is the play written by William Shakespeare.

⟦token|57⟧ had 57 % (?: not known); unmarked: 90 % or more, or not at issue

    #  token                  prob    logprob  alternatives
    0  'Ham'                41.9 %    -0.8709  'The' 14.8 %, 'A' 6.1 %, 'Ben' 4.6 %, 'In' 3.2 %
    1  'let'                96.2 %   -0.03925  'ilton' 0.8 %, 'lett' 0.6 %, 'mer' 0.6 %, 'arter' 0.4 %"""  # noqa: E501 - as it is printed
    assert (error.explanation, error.section(0), error.section(50)) == (
        *(explanation, section),
        section,
    )
    assert str(error) == f"{explanation}\n\n{section}"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    error.section_reported = True
    assert str(error) == explanation


def test_outside_pytest():
    """A program that is no test prints both parts, too."""
    code = (
        "import pathlib, sys, pytest_logprobs as p\n"
        "p.assert_max_perplexity(pathlib.Path(sys.argv[1]).read_bytes(), 2)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, RECORDINGS / "chat.json"],
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    with pytest.raises(ConfidenceError) as error:
        assert_max_perplexity(HAMLET, 2)
    assert done.returncode == 1
    assert done.stderr.endswith(f"\npytest_logprobs.ConfidenceError: {error.value}\n")


def test_what_a_drop_is_measured_from():
    """As CONTRACT says, "`baseline` is a Span, a Score, a float"; or what `parse` reads."""
    token = HAMLET[4]
    for baseline in (HAMLET, HAMLET[:], BODY, HAMLET.mean_logprob, float(HAMLET.mean_logprob)):
        assert_max_mean_logprob_drop(HAMLET, baseline, 0.0)
    assert_max_mean_logprob_drop(HAMLET, token, -1.9)  # a gain
    assert_max_mean_logprob_drop(HAMLET, 0, 0.73)
    assert_max_mean_logprob_drop(HAMLET, -(10**400), 0.73)  # no float holds it
    for baseline in (0, math.nan):
        with pytest.raises(ConfidenceError):
            assert_max_mean_logprob_drop(HAMLET, baseline, 0.72)
    with pytest.raises(TypeError) as error:
        assert_max_mean_logprob_drop(HAMLET, HAMLET.perplexity, 0.1)
    expected = "a drop is measured from a mean_logprob, and the baseline is a perplexity"
    assert str(error.value) == expected
    with pytest.raises(ValueError, match=r"^a baseline is") as wrong:
        assert_max_mean_logprob_drop(HAMLET, 10**400, 0.1)
    expected = "a baseline is a mean_logprob, which is never above 0, got inf"
    assert str(wrong.value) == expected
    with pytest.raises(EmptySpanError):
        assert_max_mean_logprob_drop(HAMLET, HAMLET[:0], 0.1)
