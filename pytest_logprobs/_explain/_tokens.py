"""A token that should have been another, or more certain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pytest_logprobs._explain._advice import advise_on
from pytest_logprobs._explain._comparison import gap
from pytest_logprobs._explain._finding import SENTENCE, Finding
from pytest_logprobs._heatmap import weakest
from pytest_logprobs._numbers import apart, as_float, percent
from pytest_logprobs._quote import quote
from pytest_logprobs._score import Evidence, EvidenceToken

__all__ = ["explain_forbidden", "explain_required", "explain_uncertain", "folded"]
__tracebackhide__ = True  # a failed test shows its own lines

_WHOLE_LIST: Final = 20  # more alternatives than that no provider lists


def explain_required(
    evidence: Evidence,
    token: EvidenceToken,
    text: str,
    probability: float | None,
    minimum: float,
    *,
    fold: bool,
) -> Finding:
    """Explain that a required text is not listed at a token, or not probable enough."""
    what = f"required {quote(text, 24)}"
    others = [each for each in token.alternatives if not token.is_same_as(each)]
    count = len(token.alternatives)
    if probability is None:
        listed = f"the {len(others)} other{'' if len(others) == 1 else 's'} listed"
        sentence = f"{what} is neither token {token.index} nor among {listed}"
    else:
        sentence = _share(what, probability, token, ">=", minimum)
    spelled = [token.text, *(each.text for each in others)]
    pieces = [each for each in spelled if _is_beginning(folded(each), folded(text))]
    near = [each for each in spelled if each != text and folded(each) == folded(text)]
    if probability is None and near and not fold:
        advice = f"{quote(near[0], 24)} is there: fold=True ignores case and a leading space"
    elif probability is None and pieces:
        advice = f"{quote(pieces[0], 24)} may be its first piece: require that"
    elif probability is None and count < _WHOLE_LIST:
        advice = "ask for a longer list (top_logprobs=20), or put the text in the prompt"
    else:
        advice = "put the text in the prompt, as one of the allowed answers"
    return _at_one(sentence, evidence, token, advice)


def explain_forbidden(
    evidence: Evidence,
    token: EvidenceToken,
    text: str,
    probability: float | None,
    maximum: float,
    *,
    chosen: bool,
) -> Finding:
    """Explain that a forbidden text is chosen at a token, or listed above a probability."""
    what = f"forbidden {quote(text, 24)}"
    if chosen or probability is None:
        sentence = f"{what} was chosen at token {token.index} ({percent(probability)})"
        return _at_one(sentence, evidence, token, "rule it out in the prompt")
    advice = "rule it out in the prompt, or allow it a share with max_probability"
    return _at_one(_share(what, probability, token, "<=", maximum), evidence, token, advice)


def explain_uncertain(runs: Sequence[Evidence], below: float, length: int) -> Finding:
    """Explain that runs of doubtful tokens stand in the text."""
    tokens = [token for run in runs for token in run.tokens]
    evidence = Evidence(tokens, runs[0].text, asked=runs[0].asked)
    worst = weakest(evidence, "logprob", 1)[0]
    lowest, bound = apart(worst.probability or 0.0, as_float(below))
    kind = "tokens" if length == 1 else f"{length} or more tokens"
    many = f"1 run of {kind} is" if len(runs) == 1 else f"{len(runs)} runs of {kind} are"
    sentence = f"{many} below {bound} in probability (lowest: {lowest}):"
    for run in runs:
        text = quote("".join(token.text for token in run.tokens), 24)
        if len(f"{sentence} {text}, …") > SENTENCE:
            sentence += " …,"
            break
        sentence += f" {text},"
    return Finding(sentence[:-1], evidence, advice=tuple(advise_on(worst, evidence, "logprob")))


def _share(what: str, probability: float, token: EvidenceToken, op: str, bound: float) -> str:
    number = as_float(bound)
    value, limit = apart(probability, number)
    far = gap(probability, op, number, "probability")
    return f"{what} has {value} at token {token.index}, not {op} {limit} ({far})"


def _at_one(sentence: str, evidence: Evidence, token: EvidenceToken, advice: str) -> Finding:
    """Make a finding on one token, with its whole list."""
    one = Evidence([token], evidence.text)
    return Finding(sentence, one, advice=(advice,), listed=_WHOLE_LIST)


def _is_beginning(piece: str, word: str) -> bool:
    return 0 < len(piece) < len(word) and word.startswith(piece)


def folded(text: str) -> str:
    """Return a text as ``fold=True`` compares it: case and one leading space are ignored."""
    return text.removeprefix(" ").casefold()
