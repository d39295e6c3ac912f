"""Cases, policies and scopes as JSON: one form between processes, in run files and in baselines.

A member that says nothing, since it is not known, empty or as usual, is left out. What is read is
looked through: a file may have been edited, merged, or written by something else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final, get_args

from pytest_logprobs._ledger._case import Case, Outcome, Row, Sample
from pytest_logprobs._ledger._policy import Policy
from pytest_logprobs._ledger._reading import (
    FormError,
    Read,
    any_json,
    count_from,
    expected,
    finite_number,
    list_of,
    members_of,
    object_of,
    one_of,
    or_null,
    some_list,
    some_text,
)
from pytest_logprobs._ledger._scope import Scope
from pytest_logprobs._numbers import is_number

__all__ = ["case_json", "case_of", "policy_json", "policy_of", "scope_json", "scope_of"]
__tracebackhide__ = True  # a failed test shows its own lines


def case_json(case: Case) -> dict[str, Any]:
    """Return a case as it is written.

    >>> samples = (Sample({"mean_logprob": -0.25}, 1, tokens=(Row("Par", -0.25),)),)
    >>> case_json(Case(test="t", label=None, samples=samples, groups={"capitals": None}))
    {'test': 't', 'groups': {'capitals': None}, 'samples': [{'scores': {'mean_logprob': -0.25}, \
'count': 1, 'tokens': [['Par', -0.25]]}]}
    """
    sampling = case.sampling
    members = {
        "test": case.test,
        "label": case.label,
        "groups": dict(sorted(case.groups.items())) or None,
        "max_drop": None if case.max_drop is None else float(case.max_drop),
        "outcome": None if case.outcome == "passed" else case.outcome,
        "model": case.model,
        "sampling": None if sampling is None else _said(dict(sorted(sampling.items()))),
        "prompt": case.prompt,
        "parameters": case.parameters,
        "cassette": case.cassette,
        "repeats": None if case.repeats == 1 else case.repeats,
        "samples": [_sample_json(sample) for sample in case.samples],
    }
    return _said(members)


def case_of(value: object) -> Case:
    """Return the case that was written; the opposite of :func:`case_json`.

    A sampling parameter that was ``None`` is not there. Raises ``FormError`` for what is no case.

    >>> case_of({"test": "t", "samples": [{"scores": {}, "count": -1}]})
    Traceback (most recent call last):
    ...
    pytest_logprobs._ledger._reading.FormError: $.samples[0].count: expected a whole number \
from 0 on, got -1
    """
    members = members_of(value, _CASE, ("test", "samples"))
    return Case(label=members.pop("label", None), **members)


def policy_json(policy: Policy) -> dict[str, Any]:
    """Return a policy as it is written.

    >>> policy_json(Policy(margin=0.05))
    {'metric': 'mean_logprob', 'margin': 0.05, 'confidence': 0.95, 'min_cases': 10}
    """
    return {
        "metric": policy.metric,
        "margin": float(policy.margin),
        "confidence": float(policy.confidence),
        "min_cases": policy.min_cases,
    }


def policy_of(value: object) -> Policy:
    """Return the policy that was written; the opposite of :func:`policy_json`.

    Raises ``FormError`` for what is no policy.

    >>> policy_of({"metric": "mean_logprob", "margin": "10 %"})
    Traceback (most recent call last):
    ...
    pytest_logprobs._ledger._reading.FormError: $.margin: expected a finite number, got "10 %"
    """
    members = members_of(value, _POLICY, ("metric", "margin"))
    try:
        return Policy(**members)
    except ValueError as error:
        raise FormError(str(error)) from None


def scope_json(scope: Scope) -> dict[str, Any]:
    """Return a scope as it is written.

    >>> scope_json(Scope(paths=("tests/a",), left_out=frozenset({"tests/a/test_b.py::test_c"})))
    {'paths': ['tests/a'], 'left_out': ['tests/a/test_b.py::test_c']}
    """
    members = {
        "paths": None if scope.paths == Scope().paths else [*scope.paths],
        "ignored": [*scope.ignored] or None,
        "left_out": sorted(scope.left_out) or None,
    }
    return _said(members)


def scope_of(value: object) -> Scope:
    """Return the scope that was written; the opposite of :func:`scope_json`.

    Raises ``FormError`` for what is no scope.

    >>> scope_of({"paths": "tests"})
    Traceback (most recent call last):
    ...
    pytest_logprobs._ledger._reading.FormError: $.paths: expected a list, got "tests"
    """
    return Scope(**members_of(value, _SCOPE))


def _said(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _sample_json(sample: Sample) -> dict[str, Any]:
    members = {
        "scores": {name: float(score) for name, score in sorted(sample.scores.items())},
        "count": sample.count,
        "text": sample.text,
        "tokens": [_row_json(row) for row in sample.tokens] or None,
    }
    return _said(members)


def _row_json(row: Row) -> list[Any]:
    pair = [row.text, _finite(row.logprob)]
    others = [[text, _finite(logprob)] for text, logprob in row.alternatives]
    return [*pair, others] if others else pair


def _finite(logprob: float | None) -> float | None:
    # JSON has no infinity, and of a token nothing is compared but its text
    return None if logprob is None or not math.isfinite(logprob) else float(logprob)


def _samples(value: object) -> tuple[Sample, ...]:
    if not (found := _SAMPLES(value)):
        raise expected("a sample at least", value)
    return found


def _sample(value: object) -> Sample:
    return Sample(**members_of(value, _SAMPLE, ("scores", "count")))


def _row(value: object) -> Row:
    row = some_list(value, (2, 3), "[text, logprob] or [text, logprob, alternatives]")
    pair = _pair(row[:2])
    if not row[2:]:
        return Row(*pair)
    try:
        return Row(*pair, _PAIRS(row[2]))
    except FormError as error:
        raise error.below(2) from None


def _pair(value: object) -> tuple[str, float | None]:
    text, logprob = some_list(value, (2,), "[text, logprob]")
    is_known = type(logprob) is float  # to ask whether it is any number takes longer
    if type(text) is not str or not (logprob is None or is_known or is_number(logprob)):
        raise expected("[text, logprob]", value)
    return text, _LOGPROB(logprob)


def _texts(value: object) -> frozenset[str]:
    return frozenset(_TEXTS(value))


_TEXTS: Final = list_of(some_text)
_LOGPROB: Final = or_null(finite_number)
_PAIRS: Final = list_of(_pair)
_SAMPLES: Final = list_of(_sample)
_SAMPLE: Final[Mapping[str, Read[Any]]] = {
    "scores": object_of(finite_number),
    "count": count_from(0),
    "text": some_text,
    "tokens": list_of(_row),
}
_CASE: Final[Mapping[str, Read[Any]]] = {
    "test": some_text,
    "label": some_text,
    "groups": object_of(or_null(some_text)),
    "max_drop": finite_number,
    "outcome": one_of(get_args(Outcome)),
    "model": some_text,
    "sampling": object_of(any_json),
    "prompt": some_text,
    "parameters": some_text,
    "cassette": some_text,
    "repeats": count_from(1),
    "samples": _samples,
}
_POLICY: Final[Mapping[str, Read[Any]]] = {
    "metric": some_text,
    "margin": finite_number,
    "confidence": finite_number,
    "min_cases": count_from(0),
}
_SCOPE: Final[Mapping[str, Read[Any]]] = {
    "paths": _TEXTS,
    "ignored": _TEXTS,
    "left_out": _texts,
}
