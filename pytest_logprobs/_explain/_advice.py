"""What to do next, where something applies."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final
from unicodedata import category

from pytest_logprobs._explain._finding import blamed
from pytest_logprobs._heatmap import SURE
from pytest_logprobs._known import ALTERNATIVES
from pytest_logprobs._ledger import sampling_of
from pytest_logprobs._numbers import plain
from pytest_logprobs._score import Evidence, EvidenceToken, Score
from pytest_logprobs.errors import LogprobsError
from pytest_logprobs.metrics import MEAN_LOGPROB_DROP, Quantity

__all__ = ["TURNED", "advise", "advise_on"]
__tracebackhide__ = True  # a failed test shows its own lines

TURNED: Final = str.maketrans("<>", "><")
"""The same comparison with its sides exchanged."""

_BEST: Final[Mapping[str, float]] = {
    "probability": 1,
    "nats": 0,
    "nats/token": 0,
    "bits/byte": 0,
    "equal choices": 1,
    "ranks": 1,
}
"""Unit → the best value that a score in it can have."""

_FEWEST_PERCENT: Final = 2  # a bound between this and 100 for a probability is a percentage
_TIE: Final = 0.01  # probabilities as close as this are no reason to sample otherwise
_LONG: Final = 12  # from this many tokens on an average hides single words


def advise(score: Score, op: str, bound: float) -> Iterator[str]:
    """Yield what to do where a score does not keep a bound, the most important first."""
    if math.isnan(bound) or math.isnan(score):
        yield f"the {'bound' if math.isnan(bound) else 'score'} is NaN: check what it is made of"
    elif op == "==":
        yield "numbers drift from run to run: use pytest.approx, or < and >"
    elif op != "!=":
        yield from _on_bound(score, op, bound) or _on_tokens(score, op)


def _on_bound(score: Score, op: str, bound: float) -> list[str]:
    """Say so where no score can keep the bound."""
    upwards = op in (">", ">=")
    if upwards != score.higher_is_better or score.metric is MEAN_LOGPROB_DROP:
        return []
    best = _BEST.get(score.unit)
    if best is None:  # somebody's own metric
        return []
    if bound == best and op in ("<", ">"):
        return [f"{score.name} is {plain(best)} at best: nothing is {op} {plain(best)}"]
    if bound <= best if upwards else bound >= best:
        return []
    never = f"no {score.name} is {'above' if upwards else 'below'} {plain(best)}"
    if score.unit == "probability" and _FEWEST_PERCENT <= bound <= 100:  # noqa: PLR2004
        return [f"{never}: {plain(bound)} % is {plain(bound / 100)}"]
    return [f"{never}: ask for less"]


def _on_tokens(score: Score, op: str) -> Iterator[str]:
    if score.higher_is_better != (op in (">", ">=")):  # more confident than it may be
        direction = "higher" if score.higher_is_better else "lower"
        yield f"a {direction} {score.name} is more confident: was {op.translate(TURNED)} meant?"
        return
    for token in blamed(score.evidence, score.metric.quantity)[:1]:
        yield from advise_on(token, score.evidence, score.metric.quantity)
    if score.name in ("total_logprob", "joint_probability") and len(score.tokens) > 1:
        yield f"{score.name} falls with length: compare texts by mean_logprob"
    elif ("mean" in score.name or score.name == "perplexity") and len(score.tokens) >= _LONG:
        yield 'an average hides single words: check what matters with .span("…")'


def advise_on(token: EvidenceToken, evidence: Evidence, quantity: Quantity) -> Iterator[str]:
    """Yield what to do about one weak token, if something is to be done."""
    # the other quantities speak of all that could have stood there, whatever was chosen
    of_chosen = quantity in ("logprob", "rank")
    try:
        others = [each for each in token.alternatives if not token.is_same_as(each)]
    except LogprobsError:
        return
    own = token.probability
    if not others:
        yield f"ask for alternatives ({ALTERNATIVES})"
    elif own is None or own >= SURE:
        return
    elif of_chosen and (others[0].probability or 0.0) - own > _TIE:
        if not _is_greedy(evidence):  # else a schema forced it, or the server's own numbers
            yield f"not the likeliest at #{token.index}: set temperature=0, if no schema forced it"
    elif _is_mark(token) and not all(map(_is_mark, evidence.tokens)):
        yield f'#{token.index} is no word: narrow the check to what matters with .span("…")'
    else:
        yield f"unsure at #{token.index}: put the fact or the allowed answers in the prompt"


def _is_greedy(evidence: Evidence) -> bool:
    """Return whether the likeliest tokens were asked for."""
    return (sampling_of(evidence.asked or {}) or {}).get("temperature") == 0


def _is_mark(token: EvidenceToken) -> bool:
    """Return whether a token is punctuation or white space."""
    return token.text != "" and all(category(each)[0] in "PZC" for each in token.text)
