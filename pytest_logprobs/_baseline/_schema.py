"""The run file as a JSON Schema, for whoever reads run files without this package."""

from __future__ import annotations

from typing import Any, Final, get_args

from pytest_logprobs._baseline._document import VERSION
from pytest_logprobs._ledger import Outcome
from pytest_logprobs.metrics import METRICS

__all__ = ["RUN_SCHEMA"]
__tracebackhide__ = True  # a failed test shows its own lines

_Schema = dict[str, Any]


def _text(about: str) -> _Schema:
    return {"type": "string", "description": about}


def _number(about: str, **bounds: float) -> _Schema:
    return {"type": "number", "description": about, **bounds}


def _count(about: str, least: int) -> _Schema:
    return {"type": "integer", "description": about, "minimum": least}


def _list(about: str, items: _Schema) -> _Schema:
    return {"type": "array", "description": about, "items": items}


def _map(about: str, values: _Schema) -> _Schema:
    return {"type": "object", "description": about, "additionalProperties": values}


def _object(about: str, required: tuple[str, ...], **members: _Schema) -> _Schema:
    return {
        "type": "object",
        "description": about,
        "required": list(required),
        "properties": members,
        "additionalProperties": False,
    }


def _row(about: str, *more: _Schema) -> _Schema:
    token = {"type": "string"}, {"type": ["number", "null"]}
    return {
        "type": "array",
        "description": about,
        "prefixItems": [*token, *more],
        "items": False,
        "minItems": len(token),
    }


_PATHS: Final = {"type": "string"}
_HASH: Final = "16 hexadecimal digits of a SHA-256; left out: not known"
_OUTCOME: Final[_Schema] = {"enum": list(get_args(Outcome))}
_ALTERNATIVE: Final = _row("what the token nearly was: text, log-probability (null: not known)")
_TOKEN: Final = _row(
    "a token: text, log-probability in nats (null: not known), alternatives, the likeliest first",
    _list("left out: none are at hand", _ALTERNATIVE),
)
_SAMPLE: Final = _object(
    "one answer",
    ("scores", "count"),
    scores={
        "type": "object",
        "description": "every score that is known, by name",
        "properties": {
            name: _number(
                f"{score.unit}; {'higher' if score.higher_is_better else 'lower'} is better"
            )
            for name, score in METRICS.items()
        },
        "additionalProperties": {"type": "number"},
    },
    count=_count("how many tokens the answer has", 0),
    text=_text("the whole answer"),
    tokens=_list("the tokens of the answer", _TOKEN),
)
_CASE: Final = _object(
    "what a test measured under one label",
    ("test", "samples"),
    test=_text("the node id of the test"),
    label=_text("left out: the test gave none"),
    groups=_map("each gate that it is a case of, with its cluster", {"type": ["string", "null"]}),
    max_drop=_number("its own limit, max_mean_logprob_drop, in nats per token"),
    outcome={**_OUTCOME, "description": "how the test ended; left out: passed"},
    model=_text("the model that answered, else the one that was asked for"),
    sampling=_map("the parameters that must be equal for cases to be compared", {}),
    prompt=_text(f"of the prompt: {_HASH}"),
    parameters=_text(f"of the test's parameters: {_HASH}"),
    cassette=_text("where the answer was recorded"),
    repeats=_count("how many answers a sample averages; left out: 1", 1),
    samples={**_list("the answers, repeats of each other", _SAMPLE), "minItems": 1},
)
_SCOPE: Final = _object(
    "the part of the suite that was asked for",
    (),
    paths=_list("below the root directory; left out: all of it", _PATHS),
    ignored=_list("paths that were not looked into", _PATHS),
    left_out=_list("node ids of tests that were collected, and then not chosen", _PATHS),
)
_POLICY: Final = _object(
    "what a group is judged by",
    ("metric", "margin", "confidence", "min_cases"),
    metric={"enum": list(METRICS), "description": "the score that is compared"},
    margin=_number("a drop that nobody minds, in the unit of the score", exclusiveMinimum=0),
    confidence=_number(
        "of each one-sided bound of the interval", exclusiveMinimum=0.5, exclusiveMaximum=1
    ),
    min_cases=_count("the fewest cases that are judged", 2),
)

RUN_SCHEMA: Final[_Schema] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "A run file of pytest-logprobs",
    **_object(
        "what one run of a test suite measured, or several that were combined",
        ("version", "kind", "environments", "scopes", "groups", "asked", "outcomes", "cases"),
        version={"const": VERSION},
        kind={"const": "run"},
        environments=_list(
            "in what surroundings, each once", _map("versions by name", {"type": "string"})
        ),
        scopes=_list("what the run was of", _SCOPE),
        groups=_map("the gates, by name", _POLICY),
        asked=_map(
            "by node id, the gates that each test was to measure cases of",
            {"type": "array", "items": {"type": "string"}},
        ),
        outcomes=_map("by node id, how each test ended", _OUTCOME),
        cases=_list("sorted by test and label", _CASE),
    ),
}
"""A JSON Schema of draft 2020-12."""
