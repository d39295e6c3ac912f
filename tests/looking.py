"""Parse something and look at everything that is read later."""

import math

from pytest_logprobs import LogprobsError, parse_all

__all__ = ["looked_at"]


def looked_at(response):
    """Return the completions, or the error that parsing ended with; no other error may come."""
    try:
        completions = parse_all(response)
    except LogprobsError as error:
        return error
    assert completions
    for completion in completions:
        assert repr(completion).startswith("<Completion ")
        for token in (*(completion.prompt_tokens or ()), *completion):
            look_at(token)
        try:
            assert math.isfinite(completion.mean_logprob)
        except LogprobsError:
            assert not completion or None in [token.logprob for token in completion]
    return completions


def look_at(token):
    """Look at what comes from a token's alternatives, which are checked only now."""
    assert token.probability is None or 0 <= token.probability <= 1
    try:
        listed = [alternative.probability for alternative in token.alternatives]
    except LogprobsError:
        return
    assert listed == sorted(listed, key=lambda each: -1 if each is None else each, reverse=True)
    assert token.margin is None or 0 <= token.margin <= 1
    assert token.rank is None or token.rank >= 1
    assert token.entropy is None or token.entropy >= 0
