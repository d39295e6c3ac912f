"""The helpers about alternatives that are required or forbidden: CONTRACT §2."""

import json
import math
from pathlib import Path

import pytest

from pytest_logprobs import (
    Alternative,
    ConfidenceError,
    EmptySpanError,
    MissingAlternativesError,
    SpanNotFoundError,
    Token,
    UnscoredTokenError,
    assert_forbidden_alternatives,
    assert_required_alternatives,
    parse,
)

RECORDINGS = Path(__file__).parent / "recordings"
BODY = (RECORDINGS / "chat.json").read_bytes()
HAMLET = parse(BODY)
LISTED = [
    Alternative("yes", math.log(0.5)),
    Alternative("no", math.log(0.25)),
    Alternative(" No", math.log(0.125)),
    Alternative("masked", -9999.0),
]
ANSWER = Token("yes", math.log(0.5), alternatives=LISTED)
UNSCORED = Token("yes", -9999.0, alternatives=LISTED[1:])
ALONE = Token("yes", math.log(0.5))


@pytest.mark.parametrize(
    ("subject", "required", "options"),
    [
        (ANSWER, "yes", {}),
        (ANSWER, ("yes", "no"), {"min_probability": 0.25}),
        # with `fold=True`, as CONTRACT says, "case and one leading space are ignored"
        (ANSWER, "NO", {"fold": True, "min_probability": 0.375}),
        (ANSWER, " yes", {"fold": True, "min_probability": 0.5}),
        (ALONE, "yes", {"min_probability": 0.5}),
        (UNSCORED, "yes", {}),
        (HAMLET, " a", {"at": 3}),
        (HAMLET, " a", {"at": -7}),
        (HAMLET[3:], " a", {}),
        (BODY, "The", {}),
        (json.loads(BODY), "The", {}),
    ],
)
def test_required(subject, required, options):
    """Each "is the chosen token or among the alternatives", "with at least that probability"."""
    assert_required_alternatives(subject, required, **options)


@pytest.mark.parametrize(
    ("required", "options", "explanation"),
    [
        (
            ["yes", "maybe"],
            {},
            """\
required 'maybe' is neither token 0 nor among the 3 others listed
text: ⟦yes⟧
#0 'yes' 50.0 %; instead: 'no' 25.0 %, ' No' 12.5 %, 'masked' ?
next: ask for a longer list (top_logprobs=20), or put the text in the prompt""",
        ),
        (
            "No",
            {},
            """\
required 'No' is neither token 0 nor among the 3 others listed
text: ⟦yes⟧
#0 'yes' 50.0 %; instead: 'no' 25.0 %, ' No' 12.5 %, 'masked' ?
next: 'no' is there: fold=True ignores case and a leading space""",
        ),
        (
            "no",
            {"min_probability": 0.3},
            """\
required 'no' has 0.25 at token 0, not >= 0.3 (0.05 too low, in probability)
text: ⟦yes⟧
#0 'yes' 50.0 %; instead: 'no' 25.0 %, ' No' 12.5 %, 'masked' ?
next: put the text in the prompt, as one of the allowed answers""",
        ),
        (
            "no",
            {"min_probability": math.nan, "fold": True},
            """\
required 'no' has 0.375 at token 0, not >= nan (NaN compares false with everything)
text: ⟦yes⟧
#0 'yes' 50.0 %; instead: 'no' 25.0 %, ' No' 12.5 %, 'masked' ?
next: put the text in the prompt, as one of the allowed answers""",
        ),
        (
            "masked",
            {"fold": True},
            """\
required 'masked' is neither token 0 nor among the 3 others listed
text: ⟦yes⟧
#0 'yes' 50.0 %; instead: 'no' 25.0 %, ' No' 12.5 %, 'masked' ?
next: ask for a longer list (top_logprobs=20), or put the text in the prompt""",
        ),
    ],
)
def test_required_and_not_there(required, options, explanation):
    """The first text that is missing or too rare fails, and the whole list is shown."""
    with pytest.raises(ConfidenceError) as error:
        assert_required_alternatives(ANSWER, required, **options)
    assert error.value.explanation == explanation
    assert error.value.section(0).startswith(explanation.partition("\n")[0] + "\n\n⟦yes|50⟧\n\n")


def test_a_long_list():
    """A list as long as any provider gives is shown whole, and a longer one not asked for."""
    listed = [Alternative(f"word {at}", -3.0 - at / 100) for at in range(20)]
    with pytest.raises(ConfidenceError) as error:
        assert_required_alternatives(Token("yes", -3.0, alternatives=listed), "no")
    assert error.value.explanation.splitlines()[2:] == [
        "#0 'yes' 5.0 %; instead: 'word 0' 5.0 %, 'word 1' 4.9 %",
        "next: put the text in the prompt, as one of the allowed answers",
    ]
    assert error.value.section(0).endswith(", 'word 19' 4.1 %")
    one = Token("yes", -1.0, alternatives=listed[:1])
    with pytest.raises(ConfidenceError, match="nor among the 1 other listed\n"):
        assert_required_alternatives(one, "no")


@pytest.mark.parametrize(
    ("subject", "forbidden", "options"),
    [
        (ANSWER, "maybe", {}),
        (ANSWER, ["maybe", "masked"], {}),
        (ANSWER, "no", {"max_probability": 0.25}),
        (ANSWER, "no", {"max_probability": 0.375, "fold": True}),
        (HAMLET, "Ophelia", {}),
        (HAMLET, " king", {"at": 0}),
        (BODY, "Ophelia", {}),
    ],
)
def test_forbidden(subject, forbidden, options):
    """It holds when "none of them is chosen or listed above that probability"."""
    assert_forbidden_alternatives(subject, forbidden, **options)


@pytest.mark.parametrize(
    ("subject", "forbidden", "options", "explanation"),
    [
        (
            ANSWER,
            ["maybe", "no"],
            {"max_probability": 0.1},
            """\
forbidden 'no' has 0.25 at token 0, not <= 0.1 (0.15 too high, in probability)
text: ⟦yes⟧
#0 'yes' 50.0 %; instead: 'no' 25.0 %, ' No' 12.5 %, 'masked' ?
next: rule it out in the prompt, or allow it a share with max_probability""",
        ),
        (
            ANSWER,
            "NO",
            {"max_probability": 0.25, "fold": True, "at": -1},
            """\
forbidden 'NO' has 0.375 at token 0, not <= 0.25 (0.125 too high, in probability)
text: ⟦yes⟧
#0 'yes' 50.0 %; instead: 'no' 25.0 %, ' No' 12.5 %, 'masked' ?
next: rule it out in the prompt, or allow it a share with max_probability""",
        ),
        (
            ANSWER,
            "no",
            {"max_probability": math.nan},
            """\
forbidden 'no' has 0.25 at token 0, not <= nan (NaN compares false with everything)
text: ⟦yes⟧
#0 'yes' 50.0 %; instead: 'no' 25.0 %, ' No' 12.5 %, 'masked' ?
next: rule it out in the prompt, or allow it a share with max_probability""",
        ),
        # chosen is chosen, however rarely
        (
            HAMLET,
            " play",
            {"max_probability": 1.0},
            """\
forbidden ' play' was chosen at token 4 (7.2 %)
text: Hamlet is the⟦ play⟧ written by William Shakespeare.
#4 ' play' 7.2 %; instead: ' final' 5.9 %, ' fictional' 5.5 %
next: rule it out in the prompt""",
        ),
        (
            UNSCORED,
            "yes",
            {},
            """\
forbidden 'yes' was chosen at token 0 (?)
text: ⟦yes⟧
#0 'yes' ?; instead: 'no' 25.0 %, ' No' 12.5 %, 'masked' ?
next: rule it out in the prompt""",
        ),
    ],
)
def test_forbidden_and_there(subject, forbidden, options, explanation):
    """What is chosen or listed too high fails, at the first token where it is."""
    with pytest.raises(ConfidenceError) as error:
        assert_forbidden_alternatives(subject, forbidden, **options)
    assert error.value.explanation == explanation


ASK = "so it cannot be told; ask for some (top_logprobs=5, or what the API calls it)"
MASKED = (
    'its logprob is -9999.0, a sentinel for "outside the list" or "masked"; without '
    "min_probability its text alone is checked"
)
NOTHING = (
    "probability: a span without tokens has none; check that something was generated or found first"
)
SHOWN = (
    "<Completion 'Hamlet is the play written …' 10 tokens, mean_logprob -0.7209, "
    "smollm2-135m-instruct>"
)


@pytest.mark.parametrize(
    ("helper", "arguments", "options", "error", "message"),
    [
        (
            assert_required_alternatives,
            (ALONE, "no"),
            {},
            MissingAlternativesError,
            f"'no' is required, and the response lists no alternatives for token 0 'yes', {ASK}",
        ),
        (
            assert_forbidden_alternatives,
            (ALONE, ["no", "maybe"]),
            {},
            MissingAlternativesError,
            f"'no' is forbidden, and the response lists no alternatives for token 0 'yes', {ASK}",
        ),
        (
            assert_required_alternatives,
            (UNSCORED, "yes"),
            {"min_probability": 0.1},
            UnscoredTokenError,
            f"min_probability: token 0 'yes' is not scored: {MASKED}",
        ),
        (
            assert_required_alternatives,
            (HAMLET, "no"),
            {"at": 10},
            SpanNotFoundError,
            f"at=10 of {SHOWN}: there is no such token, at goes from -10 to 9",
        ),
        (
            assert_required_alternatives,
            (HAMLET, "no"),
            {"min_probability": None},
            TypeError,
            "min_probability is a number, got None",
        ),
        (
            assert_forbidden_alternatives,
            (HAMLET, "no"),
            {"max_probability": "1"},
            TypeError,
            "max_probability is a number, got '1'",
        ),
        *(
            (
                helper,
                (HAMLET[:0], "no"),
                {},
                EmptySpanError,
                NOTHING,
            )
            for helper in (assert_required_alternatives, assert_forbidden_alternatives)
        ),
    ],
)
def test_what_cannot_be_judged(helper, arguments, options, error, message):
    """What is not known is an error of its own, with the reason and a remedy."""
    with pytest.raises(error) as caught:
        helper(*arguments, **options)
    assert (type(caught.value), str(caught.value)) == (error, message)


@pytest.mark.parametrize("texts", ["", [], ["a", ""], [3], ["a", None]])
def test_texts_that_are_none(texts):
    """The texts to look for are one or several, and none of them is empty."""
    helpers = {"required": assert_required_alternatives, "forbidden": assert_forbidden_alternatives}
    for name, helper in helpers.items():
        with pytest.raises(ValueError, match="is a text or several") as error:
            helper(HAMLET, texts)
        expected = f"{name} is a text or several, none of them empty, got {texts!r}"
        assert str(error.value) == expected
