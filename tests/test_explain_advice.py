"""How far, and what next: the sentence and the advice of an explanation (DESIGN rule 8)."""

import math
from fractions import Fraction
from pathlib import Path

import pytest

from pytest_logprobs import (
    Alternative,
    ConfidenceError,
    Request,
    Span,
    Token,
    assert_no_uncertain_span,
    assert_required_alternatives,
    parse,
)
from pytest_logprobs._explain import compare, explain
from pytest_logprobs._score import Score
from pytest_logprobs.metrics import Metric

RECORDINGS = Path(__file__).parent / "recordings"
HAMLET = parse((RECORDINGS / "chat.json").read_bytes())
AUTHOR = HAMLET.span("written by William")
SAMPLED = parse((RECORDINGS / "chat-sampled.json").read_bytes())
SCHEMA = parse((RECORDINGS / "chat-json-schema.json").read_bytes())
ALONE = parse((RECORDINGS / "chat-top-logprobs-0.json").read_bytes())


@pytest.mark.parametrize(
    ("score", "op", "bound", "sentence"),
    [
        (
            HAMLET.perplexity,
            "<=",
            1.5,
            "perplexity is 2.056, not <= 1.5 (0.5564 too high, in equal choices)",
        ),
        (
            HAMLET.worst_rank,
            "<",
            1,
            "worst_rank is 1, not < 1 (they are equal)",
        ),
        (
            HAMLET.bits_per_byte,
            "<=",
            0.2,
            "bits_per_byte is 0.208, not <= 0.2 (0.008021 too high, in bits/byte)",
        ),
        # as many digits as it takes to tell the two apart
        (
            Span([Token("a", -0.50000001)]).mean_logprob,
            ">=",
            -0.5,
            "mean_logprob is -0.50000001, not >= -0.5 (1e-08 too low, in nats/token)",
        ),
        (
            HAMLET.mean_logprob,
            "==",
            math.nan,
            "mean_logprob is -0.7209, not == nan (NaN compares false with everything)",
        ),
        (
            HAMLET.mean_logprob,
            ">=",
            math.inf,
            "mean_logprob is -0.7209, not >= inf (inf too low, in nats/token)",
        ),
        (
            HAMLET.mean_logprob,
            "<",
            -math.inf,
            "mean_logprob is -0.7209, not < -inf (inf too high, in nats/token)",
        ),
        (
            Span([Token("a", -998.0)]).perplexity,
            "<",
            math.inf,
            "perplexity is inf, not < inf (they are equal)",
        ),
        (
            HAMLET.perplexity,
            "<=",
            -(10**400),
            "perplexity is 2.056, not <= -inf (inf too high, in equal choices)",
        ),
        (
            HAMLET.mean_logprob,
            ">",
            10**400,
            "mean_logprob is -0.7209, not > inf (inf too low, in nats/token)",
        ),
        (
            HAMLET.min_probability,
            ">",
            Fraction(1, 2),
            "min_probability is 0.07235, not > 0.5 (0.4276 too low, in probability)",
        ),
        (
            HAMLET.mean_logprob,
            ">",
            AUTHOR.mean_logprob,
            "mean_logprob is -0.7209, not > -0.2023 (0.5187 too low, in nats/token)",
        ),
        (
            HAMLET.min_logprob,
            ">",
            AUTHOR.mean_logprob,
            "min_logprob is -2.626, not > mean_logprob -0.2023 (2.424 too low, in nats)",
        ),
    ],
)
def test_sentences(score, op, bound, sentence):
    """The sentence has "value, operator, bound and gap with unit"."""
    assert explain(score, op, bound).lines[0] == sentence


UNSURE = "next: unsure at #4: put the fact or the allowed answers in the prompt"
LESS = "next: no {} is {}: ask for less"


@pytest.mark.parametrize(
    ("score", "op", "bound", "advice"),
    [
        (HAMLET.min_probability, ">=", 0.8, [UNSURE]),
        (HAMLET.max_entropy, "<", 2.5, [UNSURE]),
        # of a long answer an average says little, a total falls
        (
            SAMPLED.mean_logprob,
            ">=",
            -0.5,
            [
                "next: not the likeliest at #1: set temperature=0, if no schema forced it",
                'next: an average hides single words: check what matters with .span("…")',
            ],
        ),
        (
            HAMLET.joint_probability,
            ">=",
            0.5,
            [UNSURE, "next: joint_probability falls with length: compare texts by mean_logprob"],
        ),
        (
            SCHEMA.worst_rank,
            "<=",
            1,
            ["next: not the likeliest at #1: set temperature=0, if no schema forced it"],
        ),
        # an entropy and a margin speak of the alternatives, whichever of them was chosen
        (
            SAMPLED.min_margin,
            ">=",
            0.1,
            ["next: unsure at #15: put the fact or the allowed answers in the prompt"],
        ),
        (
            ALONE.perplexity,
            "<=",
            1.1,
            ["next: ask for alternatives (top_logprobs=5, or what the API calls it)"],
        ),
        # what is punctuation is not what matters, unless there is nothing else
        (
            AUTHOR[1:2].min_probability,
            ">=",
            0.999,
            [],
        ),
        (
            HAMLET[8:].min_probability,
            ">=",
            0.8,
            ['next: #9 is no word: narrow the check to what matters with .span("…")'],
        ),
        (
            HAMLET[9:].min_probability,
            ">=",
            0.8,
            ["next: unsure at #9: put the fact or the allowed answers in the prompt"],
        ),
        # bounds that nothing can keep
        (HAMLET.min_probability, ">=", 80, ["next: no min_probability is above 1: 80 % is 0.8"]),
        (HAMLET.min_margin, ">=", 1.2, [LESS.format("min_margin", "above 1")]),
        (HAMLET.min_probability, ">=", 101, [LESS.format("min_probability", "above 1")]),
        (HAMLET.min_probability, ">", 1, ["next: min_probability is 1 at best: nothing is > 1"]),
        (HAMLET.mean_logprob, ">=", 0.5, [LESS.format("mean_logprob", "above 0")]),
        (HAMLET.perplexity, "<=", 0.5, [LESS.format("perplexity", "below 1")]),
        (HAMLET.worst_rank, "<", 1, ["next: worst_rank is 1 at best: nothing is < 1"]),
        (HAMLET.mean_entropy, "<", -1, [LESS.format("mean_entropy", "below 0")]),
        (HAMLET.bits_per_byte, "<=", -1, [LESS.format("bits_per_byte", "below 0")]),
        # bounds in the other direction
        (
            HAMLET.perplexity,
            ">",
            3,
            ["next: a lower perplexity is more confident: was < meant?"],
        ),
        (
            HAMLET.mean_logprob,
            ">",
            AUTHOR.perplexity,
            ["next: nats/token and equal choices do not compare: take one score of both"],
        ),
        (HAMLET.mean_logprob, ">", math.nan, ["next: the bound is NaN: check what it is made of"]),
    ],
)
def test_advice(score, op, bound, advice):
    """The last lines say "what to do next, where something applies"."""
    lines = explain(score, op, bound).lines
    assert [line for line in lines if line.startswith("next: ")] == advice


def test_a_tie_is_no_reason_to_sample_otherwise():
    """Where another was as likely, temperature 0 is no remedy; an unknown share is none either."""
    for other, raw in ((-0.7, -0.7), (-0.695, -0.7), (-9999.0, -0.7)):
        token = Token("yes", raw, alternatives=[Alternative("no", other), Alternative("yes", raw)])
        (advice,) = compare(Span([token]).min_probability, ">=", 0.9).advice
        assert advice == "unsure at #0: put the fact or the allowed answers in the prompt"


GREEDY = [{"temperature": 0}, {"generationConfig": {"temperature": 0.0}}]


@pytest.mark.parametrize("body", [*GREEDY, {"temperature": 1}, {}])
def test_who_asked_for_the_likeliest_is_not_told_to(body):
    """Whatever of the answer is looked at, if its request is known."""
    sampled = "not the likeliest at #1: set temperature=0, if no schema forced it"
    average = 'an average hides single words: check what matters with .span("…")'
    told = () if body in GREEDY else (sampled,)
    answer = SAMPLED.answering(Request("https://api.example/v1", body))
    assert compare(answer.mean_logprob, ">=", -0.5).advice == (*told, average)
    for part in (answer[1:2], answer.span(answer[1].text).scored()):
        assert compare(part.min_probability, ">=", 0.9).advice == told
    with pytest.raises(ConfidenceError) as error:
        assert_no_uncertain_span(answer[1:2], below=0.9)
    assert (sampled in error.value.explanation) == bool(told)


def test_a_required_word_of_several_tokens():
    """The advice is to require its first piece, not a longer list."""
    token = Token(" Istanbul", -0.7, alternatives=[Alternative(" Ank", -1.5)])
    with pytest.raises(ConfidenceError) as error:
        assert_required_alternatives(token, "Ankara")
    assert error.value.explanation.split("\n")[-1] == (
        "next: ' Ank' may be its first piece: require that"
    )


def test_a_metric_of_ones_own():
    """A score of a unit that is not known here is explained, without advice on its bound."""
    metric = Metric("surprise", "bans", higher_is_better=False, quantity="logprob")
    finding = compare(Score(3.0, metric, HAMLET.evidence), "<=", 2)
    assert finding.sentence == "surprise is 3, not <= 2 (1 too high, in bans)"
