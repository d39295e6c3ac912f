"""The law of reading: no number in a result that is not on the wire, no unknown turned into one.

And: whatever a response is, what comes out are completions or a ``LogprobsError``, also when all
that is read later is looked at.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence

from evidence import Wire, key, wire_of
from pairs import pairs_of

from pytest_logprobs import Completion, LogprobsError, parse_all
from pytest_logprobs.metrics import METRICS


def outcome(response: object) -> tuple[Completion, ...] | LogprobsError:
    """Return the completions, or the error that parsing ended with."""
    try:
        return parse_all(response)
    except LogprobsError as error:
        return error


def problems(completions: Sequence[Completion], value: object) -> list[str]:
    """Return how completions break the law; ``value`` is their response as decoded JSON."""
    wire = wire_of(value)
    found = [] if completions else ["there is no completion"]
    for completion in completions:
        for token in (*completion, *(completion.prompt_tokens or ())):
            found += [f"{token!r}: {problem}" for problem in _of_token(token, wire)]
        found += _of_completion(completion)
    return [*found, *_used_too_often(completions, wire), *_mixed_up(completions, value)]


def invented(completion: Completion, value: object) -> list[str]:
    """Return what of a completion stands nowhere in its response."""
    return problems([completion], value)


def _of_token(token, wire: Wire) -> Iterator[str]:
    yield from _of_number(token, wire)
    for alternative in alternatives_of(token):
        for problem in _of_number(alternative, wire):
            yield f"{alternative!r}: {problem}"
    if alternatives_of(token):
        known = [each.logprob for each in token.alternatives]
        ordered = sorted(known, key=lambda each: -math.inf if each is None else each, reverse=True)
        if known != ordered:
            yield f"alternatives are not in order: {known}"
        for name, low, high in (("margin", 0, 1), ("rank", 1, math.inf), ("entropy", 0, math.inf)):
            number = getattr(token, name)
            if number is not None and not low <= number <= high:
                yield f"{name} is {number!r}"


def alternatives_of(token) -> Sequence:
    """Return the alternatives, none where they are not sound."""
    try:
        return token.alternatives
    except LogprobsError:
        return ()


def _of_number(each, wire: Wire) -> Iterator[str]:
    """Yield what is wrong with a token or an alternative."""
    raw, known = each.raw_logprob, each.logprob
    is_known = raw is not None and -999 < raw <= 1e-6
    if (known is not None) != is_known:
        yield f"logprob is {known!r} where the wire says {raw!r}"
    elif is_known and known != min(raw, 0.0):
        yield f"logprob {known!r} differs from the wire's {raw!r}"
    if (each.probability is None) != (known is None):
        yield f"probability is {each.probability!r} where logprob is {known!r}"
    if each.probability is not None and each.probability != math.exp(known):
        yield f"probability {each.probability!r} is not that of {known!r}"
    if each.token_id is not None and each.token_id not in wire.ids:
        yield f"token_id {each.token_id!r} is not on the wire"
    if each.bytes is not None and each.bytes not in wire.spelled:
        yield f"bytes {each.bytes!r} are not on the wire"
    if each.text and each.text not in wire.texts and not _is_named(each.text, wire):
        yield f"text {each.text!r} is not on the wire"


def _is_named(text: str, wire: Wire) -> bool:
    name, _, number = text.partition(":")
    return name == "token_id" and number.removeprefix("-").isdecimal() and int(number) in wire.ids


def _used_too_often(completions: Iterable[Completion], wire: Wire) -> Iterator[str]:
    """Yield each number that the completions have more often than their response."""
    used: Counter[Hashable] = Counter()
    prompts: Counter[Hashable] = Counter()
    for completion in completions:
        used.update(_numbers(completion))
        prompts |= Counter(_numbers(completion.prompt_tokens or ()))  # choices share a prompt
    for number, times in (used + prompts).items():
        if times > wire.numbers[number]:
            yield f"{number!r} is used {times} times, the wire has it {wire.numbers[number]} times"


def _mixed_up(completions: Iterable[Completion], value: object) -> Iterator[str]:
    """Yield each token whose number belongs to others."""
    pairs = pairs_of(value)
    for completion in completions:
        for token in (*completion, *(completion.prompt_tokens or ())):
            for each in (token, *alternatives_of(token)):
                if each.raw_logprob is not None and (each.text, key(each.raw_logprob)) not in pairs:
                    yield f"{each!r}: {each.raw_logprob!r} is the number of others"


def _numbers(tokens: Iterable) -> Iterator[Hashable]:
    for token in tokens:
        for each in (token, *alternatives_of(token)):
            if each.raw_logprob is not None:
                yield key(each.raw_logprob)


def _of_completion(completion: Completion) -> Iterator[str]:
    spans = (
        [completion] if completion.prompt_tokens is None else [completion, completion.prompt_tokens]
    )
    for span in spans:
        yield from _of_places(span)
        yield from _of_scores(span)
        for each in (span, *span):
            if not repr(each):
                yield "there is no repr"
    yield from _of_capabilities(completion)


def _of_places(span) -> Iterator[str]:
    text = span.evidence.text
    places = [(token.start, token.end) for token in span if token.start is not None]
    if any(not 0 <= start <= end <= len(text) for start, end in places):
        yield f"places {places} are not in a text of {len(text)}"
    if places != sorted(places):
        yield f"places {places} are not in order"
    pattern = text[:3].strip()
    try:
        found = span.spans(pattern) if pattern else ()
    except LogprobsError:
        return
    # blanks may be covered by no token
    if any("".join(pattern.split()) not in "".join(each.text.split()) for each in found):
        yield f"a span of {pattern!r} does not hold it"


def _of_scores(span) -> Iterator[str]:
    for name in METRICS:
        try:
            score = float(getattr(span, name))
        except LogprobsError:
            continue
        if math.isnan(score):
            yield f"{name} is {score!r}"
    if any(token.logprob is None for token in span.scored()):
        yield "scored() keeps a token that is not scored"


def _of_capabilities(completion: Completion) -> Iterator[str]:
    try:
        told = completion.capabilities
    except LogprobsError:
        return
    counts = [len(token.alternatives) for token in completion]
    if told.alternatives != max(counts, default=0):
        yield f"capabilities tell of {told.alternatives} alternatives, there are {counts}"
    if told.chosen != any(token.logprob is not None for token in completion):
        yield f"capabilities tell chosen={told.chosen}"
