"""What a test measured as cases: from completions to plain values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, get_args

from pytest_logprobs._gate import incomparable
from pytest_logprobs._ledger import (
    Case,
    Outcome,
    Row,
    Sample,
    fingerprint,
    prompt_of,
    sampling_of,
)
from pytest_logprobs._model import Completion, Token
from pytest_logprobs._numbers import as_float
from pytest_logprobs._quote import quote
from pytest_logprobs.errors import LogprobsError
from pytest_logprobs.metrics import FORMULAS, METRICS, Quantity

__all__ = [
    "Measured",
    "Seen",
    "asked_of",
    "cases_of",
    "check_cases",
    "check_scores",
    "parameters_of",
]
__tracebackhide__ = True  # a failed test shows its own lines

_NO_GROUPS: Final[Mapping[str, str | None]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Measured:
    """A completion that a test measured, and the label it gave it, if any."""

    label: str | None
    completion: Completion


Seen = Measured | LogprobsError
"""What a test measured, or the error that stands for an answer that cannot be read."""


def cases_of(
    test: str,
    seen: Iterable[Seen],
    *,
    groups: Mapping[str, str | None] = _NO_GROUPS,
    max_drop: float | None = None,
    parameters: str | None = None,
    cassette: str | None = None,
    outcome: Outcome = "passed",
    alternatives: int = 0,
) -> tuple[Case, ...]:
    """Return what a test measured as cases: one for each label, in the order of the first of each.

    Completions of the same label, or of none, are samples of one case. An answer that cannot be
    read is none. ``test`` is its node id, and ``alternatives`` the most that are kept of a token.

    >>> completion = Completion("Paris", [Token("Paris", -0.25)], model="m")
    >>> [case] = cases_of("test_it.py::test_it", [Measured("before", completion)])
    >>> case.name, case.score("mean_logprob"), case.model
    ('test_it.py::test_it (before)', -0.25, 'm')
    """
    return tuple(
        replace(
            asked_of(completions[0]),
            test=test,
            label=label,
            samples=tuple(_sample(each, alternatives) for each in completions),
            prompt=_prompt(completions),
            parameters=parameters,
            groups=groups,
            max_drop=None if max_drop is None else as_float(max_drop),
            cassette=cassette,
            outcome=outcome,
            repeats=len(completions),
        )
        for label, completions in _by_label(seen).items()
    )


def check_cases(seen: Sequence[Seen], why: str) -> None:
    """Raise ``LogprobsError`` where what a test measured cannot be told apart as cases.

    ``why`` says what asks for cases: there is no completion, one cannot be read, several have no
    label, or those of one label are no repeats.
    """
    if not seen:
        raise LogprobsError(
            f"{why} needs a completion, and none was seen\nnext: give the response to the fixture: "
            "logprobs(response), or make the call under the marker logprobs_cassette, which sees "
            "what crosses the wire"
        )
    for each in seen:
        if isinstance(each, LogprobsError):
            raise LogprobsError(f"{why} needs a completion, and one cannot be read\n{each}")
    measured = [each for each in seen if isinstance(each, Measured)]
    bare = sum(each.label is None for each in measured)
    if bare and len(measured) > 1:
        raise LogprobsError(
            f"{why} needs each completion to have a label, where there are several: {bare} of "
            f"{len(measured)} have none\nnext: logprobs(response, label='before'); those of the "
            "same label are repeats of one case"
        )
    first: dict[str | None, Completion] = {}
    for each in measured:
        before = first.setdefault(each.label, each.completion)
        if difference := incomparable(asked_of(before), asked_of(each.completion)):
            raise LogprobsError(
                f"{why} takes completions of the same label for repeats of one case, and those of "
                f"{quote(each.label or '')} are none: {difference}\nnext: give each a label of its "
                "own: logprobs(response, label=…)"
            )


def check_scores(seen: Iterable[Seen], metric: str, why: str) -> None:
    """Raise ``LogprobsError`` where a completion has no such score; ``why`` says what judges it.

    >>> check_scores([Measured(None, Completion("Paris", []))], "mean_logprob", "a gate")
    Traceback (most recent call last):
    ...
    pytest_logprobs.LogprobsError: a gate judges mean_logprob, which is not known of the completion
    mean_logprob: a span without tokens has no score; check that something was generated or found \
first
    """
    for each in seen:
        if isinstance(each, Measured) and metric not in dict(_scores(each.completion)):
            named = f" {quote(each.label)}" if each.label is not None else ""
            problem = f"{why} judges {metric}, which is not known of the completion{named}"
            try:
                value = getattr(each.completion, metric)
            except LogprobsError as error:
                raise LogprobsError(f"{problem}\n{error}") from None
            raise LogprobsError(f"{problem}: it is {float(value)!r}")


def asked_of(completion: Completion) -> Case:
    """Return what is known of whom was asked, and how, as a case without samples."""
    request = completion.request
    return Case(
        test="",
        label=None,
        samples=(),
        model=completion.model or (request.model if request else None),
        sampling=sampling_of(request.body) if request else None,
    )


def parameters_of(values: Mapping[str, object]) -> str | None:
    """Return a hash of a test's parameters, ``None`` if it has none, or none that are JSON.

    >>> parameters_of({"city": "Paris"}) == parameters_of({"city": "Lyon"})
    False
    """
    return fingerprint(dict(values)) if values else None


def _by_label(seen: Iterable[Seen]) -> dict[str | None, list[Completion]]:
    labelled: dict[str | None, list[Completion]] = {}
    for each in seen:
        if isinstance(each, Measured):
            labelled.setdefault(each.label, []).append(each.completion)
    return labelled


def _sample(completion: Completion, alternatives: int) -> Sample:
    return Sample(
        scores=dict(_scores(completion)),
        count=len(completion),
        text=completion.text,
        tokens=tuple(_row(token, alternatives) for token in completion),
    )


def _row(token: Token, alternatives: int) -> Row:
    if not alternatives:  # they are read when they are looked at
        return Row(token.text, token.logprob)
    try:
        listed = token.alternatives[:alternatives]
    except LogprobsError:  # they are not sound
        listed = ()
    return Row(token.text, token.logprob, tuple((each.text, each.logprob) for each in listed))


def _scores(completion: Completion) -> Iterator[tuple[str, float]]:
    """Yield every score that is known and finite; what scores read of a token is read once."""
    tokens = completion.evidence.tokens
    for quantity in get_args(Quantity):
        try:
            values = [getattr(token, quantity) for token in tokens]
        except LogprobsError:  # its alternatives are not sound
            continue
        if values and None not in values:
            for name, metric in METRICS.items():
                if metric.quantity == quantity:
                    value = _score(completion, name, values)
                    if value is not None and math.isfinite(value):
                        yield name, value


def _score(completion: Completion, name: str, values: Sequence[float]) -> float | None:
    if formula := FORMULAS.get(name):
        return float(formula(values))
    try:
        return float(getattr(completion, name))
    except LogprobsError:  # bits per byte of tokens that cover no text
        return None


def _prompt(completions: Sequence[Completion]) -> str | None:
    """Return a hash of the prompt, ``None`` where it is not known or not that of all repeats."""
    requests = [each.request for each in completions]
    prompts = [prompt_of(each.body) if each else None for each in requests]
    if prompts[0] is None or any(each != prompts[0] for each in prompts):
        return None
    return fingerprint(prompts[0])
