"""The two parts of an explanation: CONTRACT §2 "A failure has two parts", DESIGN rule 8."""

import math
from pathlib import Path

import pytest

from pytest_logprobs import Alternative, Completion, Span, Token, parse
from pytest_logprobs._explain import explain
from pytest_logprobs._score import Evidence, Score
from pytest_logprobs.metrics import MEAN_LOGPROB_DROP

RECORDINGS = Path(__file__).parent / "recordings"
HAMLET = parse((RECORDINGS / "chat.json").read_bytes())
AUTHOR = HAMLET.span("written by William")
SCHEMA = parse((RECORDINGS / "chat-json-schema.json").read_bytes())
ALONE = parse((RECORDINGS / "chat-top-logprobs-0.json").read_bytes())
EMPTY = Completion("", [])

WHERE = [
    "text: Hamlet is the play⟦ written⟧ by⟦ William⟧ Shakespeare.",
    "#5 ' written' 65.6 %; instead: ' by' 12.2 %, ''s' 9.1 %",
    "#7 ' William' 83.6 %; instead: ' King' 2.6 %, ' Claudius' 2.6 %",
]
SECTION = """
Hamlet is the play⟦ written|66⟧ by⟦ William|84⟧ Shakespeare.

⟦token|57⟧ had 57 % (?: not known); unmarked: 90 % or more, or not at issue

    #  token                  prob    logprob  alternatives
    5  ' written'           65.6 %    -0.4213  ' by' 12.2 %, ''s' 9.1 %, 'written' 3.6 %, ' of' 3.0 %
    6  ' by'                99.3 %  -0.006987  ' and' 0.2 %, ' in' 0.1 %, ' primarily' 0.1 %, ' on' <0.1 %
    7  ' William'           83.6 %    -0.1786  ' King' 2.6 %, ' Claudius' 2.6 %, ' Shakespeare' 2.5 %, ' the' 1.7 %"""  # noqa: E501 - as it is printed


@pytest.mark.parametrize(
    ("op", "bound", "sentence", "advice"),
    [
        (
            ">=",
            -0.1,
            "mean_logprob is -0.2023, not >= -0.1 (0.1023 too low, in nats/token)",
            ["next: unsure at #5: put the fact or the allowed answers in the prompt"],
        ),
        (
            ">",
            -0.1,
            "mean_logprob is -0.2023, not > -0.1 (0.1023 too low, in nats/token)",
            ["next: unsure at #5: put the fact or the allowed answers in the prompt"],
        ),
        (
            "<=",
            -0.3,
            "mean_logprob is -0.2023, not <= -0.3 (0.09771 too high, in nats/token)",
            ["next: a higher mean_logprob is more confident: was >= meant?"],
        ),
        (
            "<",
            -0.3,
            "mean_logprob is -0.2023, not < -0.3 (0.09771 too high, in nats/token)",
            ["next: a higher mean_logprob is more confident: was > meant?"],
        ),
        (
            "==",
            -0.2,
            "mean_logprob is -0.2023, not == -0.2 (0.002291 apart, in nats/token)",
            ["next: numbers drift from run to run: use pytest.approx, or < and >"],
        ),
        (
            "!=",
            float(AUTHOR.mean_logprob),
            "mean_logprob is -0.2023, not != -0.2023 (they are equal)",
            [],
        ),
    ],
)
def test_both_parts(op, bound, sentence, advice):
    """An explanation says how far, where and what next, then shows the whole text and a table.

    It is the same whichever side of the operator the score stands on.
    """
    mirrored = op.translate(str.maketrans("<>", "><"))
    for finding in (
        explain(AUTHOR.mean_logprob, op, bound),
        explain(bound, mirrored, AUTHOR.mean_logprob),
    ):
        assert finding.lines == [sentence, *WHERE, *advice]
        assert finding.section(0) == f"{sentence}\n{SECTION}"


def test_the_other_score():
    """Where two scores are compared, a line says what the other one is of."""
    assert explain(HAMLET.mean_logprob, ">", AUTHOR.mean_logprob).lines == [
        "mean_logprob is -0.7209, not > -0.2023 (0.5187 too low, in nats/token)",
        "against: mean_logprob -0.2023 of ' written by William'",
        "text: ⟦Ham⟧let⟦ is⟧⟦ the⟧⟦ play⟧ written by William Shakespeare.",
        "#4 ' play' 7.2 %; instead: ' final' 5.9 %, ' fictional' 5.5 %",
        "#3 ' the' 24.2 %; instead: ' a' 22.9 %, ' often' 13.5 %",
        "#2 ' is' 28.0 %; instead: ' by' 19.9 %, ''s' 19.6 %",
        "#0 'Ham' 41.9 %; instead: 'The' 14.8 %, 'A' 6.1 %",
        "next: unsure at #4: put the fact or the allowed answers in the prompt",
    ]


@pytest.mark.parametrize(
    ("score", "op", "bound", "row"),
    [
        (
            HAMLET.mean_entropy,
            "<=",
            1.0,
            "#4 ' play' 7.2 %, entropy 2.972; instead: ' final' 5.9 %",
        ),
        (
            HAMLET.min_margin,
            ">=",
            0.1,
            "#4 ' play' 7.2 %, margin 0.01296; instead: ' final' 5.9 %",
        ),
        (
            SCHEMA.worst_rank,
            "<=",
            1,
            r"""#1 ' "' 0.2 %, rank 5; instead: '\n ' 77.3 %, '\n   ' 11.6 %""",
        ),
        (
            HAMLET.total_logprob,
            ">=",
            -1,
            "#4 ' play' 7.2 %; instead: ' final' 5.9 %, ' fictional' 5.5 %",
        ),
    ],
)
def test_the_worst_token_by_what_was_compared(score, op, bound, row):
    """Tokens are ordered by what the score reads of them, and the row has that number."""
    assert next(line for line in explain(score, op, bound).lines if line.startswith("#")) == row


def test_only_weak_tokens_are_blamed():
    """Besides the worst token a row goes to weak ones: below 90 %, or of a rank other than 1."""
    rows = [line for line in explain(SCHEMA.worst_rank, "<=", 1).lines if line[0] == "#"]
    assert [row.split()[0] for row in rows] == ["#1"]
    rows = [line for line in explain(SCHEMA.min_probability, ">=", 0.9).lines if line[0] == "#"]
    assert [row.split()[0] for row in rows] == ["#1", "#0", "#10"]
    sure = explain(AUTHOR[1:2].min_probability, ">=", 0.999)
    assert sure.lines == [
        "min_probability is 0.993, not >= 0.999 (0.005962 too low, in probability)",
        "text: Hamlet is the play written⟦ by⟧ William Shakespeare.",
        "#6 ' by' 99.3 %; instead: ' and' 0.2 %, ' in' 0.1 %",
    ]


def test_a_list_that_cannot_be_read():
    """Alternatives that are not sound are no reason to fail otherwise: the text says why."""
    entry = {"token": "Yes", "logprob": -0.5, "top_logprobs": [{"token": 3, "logprob": -0.5}]}
    answer = {"message": {"content": "Yes"}, "logprobs": {"content": [entry]}}
    finding = explain(parse({"choices": [answer]}).mean_logprob, ">=", -0.1)
    problem = (
        "(unreadable: $.choices[0].logprobs.content[0].top_logprobs[0].token: expected a string, "
        "got a number 3)"
    )
    assert finding.lines == [
        "mean_logprob is -0.5, not >= -0.1 (0.4 too low, in nats/token)",
        "text: ⟦Yes⟧",
        "#0 'Yes' 60.7 %; instead: (unreadable)",
    ]
    assert finding.section(0).splitlines()[-1] == (
        f"    0  'Yes'                60.7 %       -0.5  {problem}"
    )


def test_tokens_that_are_not_known():
    """A token without a number is listed last, and shown as not known."""
    unknown = Token("b", -9999.0, index=1, alternatives=[Alternative("c", math.log(0.5))])
    known = Token("a", math.log(0.5), alternatives=[Alternative("a", math.log(0.5))])
    finding = explain(Span([unknown, known]).max_entropy, "<=", 0.5)
    assert finding.lines == [
        "max_entropy is 0.6931, not <= 0.5 (0.1931 too high, in nats)",
        "text: ⟦b⟧⟦a⟧",
        "#1 'b' ?, entropy 0.6931; instead: 'c' 50.0 %",
        "#0 'a' 50.0 %, entropy 0.6931",
    ]
    assert (
        finding.section(0)
        == """\
max_entropy is 0.6931, not <= 0.5 (0.1931 too high, in nats)

⟦b|?⟧⟦a|50⟧

⟦token|57⟧ had 57 % (?: not known); unmarked: 90 % or more, or not at issue

    #  token                  prob    logprob    entropy  alternatives
    1  'b'                       ?          ?     0.6931  'c' 50.0 %
    0  'a'                  50.0 %    -0.6931     0.6931"""
    )


def test_tokens_outside_the_text():
    """Where the tokens to blame have no place in the text, no line shows it."""
    stopped = parse((RECORDINGS / "completion-stop.json").read_bytes())
    finding = explain(stopped[4:5].min_probability, ">=", 0.9)
    assert finding.lines == [
        "min_probability is 0.657, not >= 0.9 (0.243 too low, in probability)",
        "#4 ' seven' 65.7 %; instead: ' and' 18.3 %, ' eight' 3.6 %",
        "next: unsure at #4: put the fact or the allowed answers in the prompt",
    ]
    heat_map = " five, six, \n(no part of the text: #4 ⟦ seven|66⟧)"
    assert heat_map in finding.section(0)


def test_a_drop_that_is_nan():
    """A score that is NaN says so, and one without tokens has a sentence alone."""
    drop = Score(math.nan, MEAN_LOGPROB_DROP, Evidence(()))
    assert explain(drop, "<=", 0.1).lines == [
        "mean_logprob_drop is nan, not <= 0.1 (NaN compares false with everything)",
        "next: the score is NaN: check what it is made of",
    ]


@pytest.mark.parametrize(
    ("left", "op", "right", "sentence"),
    [
        (HAMLET.mean_logprob, ">=", -1, "mean_logprob is -0.7209, which is >= -1"),
        (-1, "<", HAMLET.mean_logprob, "mean_logprob is -0.7209, which is > -1"),
        (HAMLET.mean_logprob, "!=", math.nan, "mean_logprob is -0.7209, which is != nan"),
        (HAMLET.mean_logprob, "<", 10**400, "mean_logprob is -0.7209, which is < inf"),
    ],
)
def test_what_holds(left, op, right, sentence):
    """A comparison that holds, an operand or what is under a `not`, gets one neutral line."""
    finding = explain(left, op, right)
    assert (finding.lines, finding.evidence.tokens) == ([sentence], ())


@pytest.mark.parametrize(
    ("left", "op", "right"),
    [
        (HAMLET.mean_logprob, "in", [1]),
        (HAMLET.mean_logprob, "is", 1),
        (HAMLET.mean_logprob, "<", "1"),
        (HAMLET.mean_logprob, "==", True),
        (HAMLET.mean_logprob, "==", None),
        (HAMLET.mean_logprob, "==", pytest.approx(-1)),
        (1.0, "<", 0.5),
        ("a", "==", HAMLET.mean_logprob),
    ],
)
def test_what_has_no_explanation(left, op, right):
    """Other operators and operands keep pytest's own text, `pytest.approx` among them."""
    assert explain(left, op, right) is None
