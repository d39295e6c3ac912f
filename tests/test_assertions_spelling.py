"""Alternatives whose texts a server left out, or spells as its vocabulary does."""

import pytest

from pytest_logprobs import (
    Alternative,
    ConfidenceError,
    MissingAlternativesError,
    Token,
    assert_forbidden_alternatives,
    assert_required_alternatives,
)


def named(text, token_id, spelled=None):
    """Give a token with an alternative that is called by its id, or that is not."""
    other = Alternative(text, -1.2, token_id=token_id, bytes=spelled)
    return Token("yes", -0.4, alternatives=[Alternative("yes", -0.4), other])


@pytest.mark.parametrize(
    ("check", "what"),
    [(assert_required_alternatives, "required"), (assert_forbidden_alternatives, "forbidden")],
)
def test_alternatives_that_are_known_by_their_ids_alone(check, what):
    """Whether a text is among them cannot be told, so it is not said to be absent."""
    with pytest.raises(MissingAlternativesError) as caught:
        check(named("token_id:80", 80), "no")
    assert str(caught.value) == (
        f"'no' is {what}, and alternatives of token 0 'yes' are known by their ids alone, so it "
        "cannot be told; ask for the texts of the tokens"
    )


@pytest.mark.parametrize(
    "token", [named("token_id:80", None), named("token_id:80", 81), named("token_id:80", 80, b"!")]
)
def test_alternatives_that_only_look_like_ids(token):
    """A text of that kind is a text where no id or other bytes say that it is not."""
    assert_forbidden_alternatives(token, "no")


@pytest.mark.parametrize("mark", ["\u0120", "\u2581"])
def test_texts_as_a_vocabulary_writes_them(mark):
    """The mark of a space is read as one, folded or not."""
    token = Token(f"{mark}yes", -0.4, alternatives=[Alternative(f"{mark}No", -1.2)])
    assert_required_alternatives(token, [" yes", " No"], min_probability=0.3)
    assert_required_alternatives(token, ["YES", "no"], min_probability=0.3, fold=True)
    for text, fold in ((" No", False), ("no", True)):
        with pytest.raises(ConfidenceError, match=r"^forbidden "):
            assert_forbidden_alternatives(token, text, fold=fold)
    assert_forbidden_alternatives(token, "No")
