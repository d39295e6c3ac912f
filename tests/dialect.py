"""Fixtures of wire formats: a body in a provider's documented shape, and what is read from it.

A fixture is a JSON file in ``dialects/``, named ``<format>-<dialect>.json``:

- ``about``: whose body this is and what is odd about it, in a sentence; ``source``: where its
  shape is documented. The values are made up unless it says otherwise.
- ``body``: the response as JSON, or its text as a string (server-sent events, lines of JSON).
- ``reads``: each completion: ``text``, ``format``, ``tokens``, and where they are not ``None``,
  ``model``, ``finish_reason``, ``prompt`` (its tokens); ``capabilities``, four values in their
  order. A token is ``[text, raw logprob, [start, end], alternatives, token id, bytes]``, an
  alternative ``[text, raw logprob, token id, bytes]``; what is null at the end is left out.
- ``error``: instead, the class of the error and its whole message.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from law import invented

__all__ = ["FOLDER", "PATHS", "body_of", "invented", "load", "shown", "token"]

FOLDER = Path(__file__).parent / "dialects"
PATHS = sorted(FOLDER.glob("*.json"))


def load(path: Path) -> dict[str, Any]:
    """Read a fixture."""
    return json.loads(path.read_text("utf-8"))


def body_of(fixture: dict[str, Any]) -> bytes:
    """Return the body as it crosses the wire."""
    body = fixture["body"]
    return (body if isinstance(body, str) else json.dumps(body)).encode()


def shown(completion) -> dict[str, Any]:
    """Return a completion as a fixture describes it."""
    told = completion.capabilities
    found = {
        "text": completion.text,
        "format": completion.format,
        "model": completion.model,
        "finish_reason": completion.finish_reason,
        "capabilities": [told.chosen, told.alternatives, told.prompt, told.processed],
        "prompt": completion.prompt_tokens and [*map(token, completion.prompt_tokens)],
        "tokens": [*map(token, completion)],
    }
    return {key: value for key, value in found.items() if value is not None}


def token(each) -> list[Any]:
    """Return a token as a fixture describes it."""
    place = None if each.start is None else [each.start, each.end]
    alternatives = [_short(_alternative(a)) for a in each.alternatives] or None
    spelled = None if each.bytes is None else [*each.bytes]
    return _short([each.text, each.raw_logprob, place, alternatives, each.token_id, spelled])


def _alternative(each) -> list[Any]:
    spelled = None if each.bytes is None else [*each.bytes]
    return [each.text, each.raw_logprob, each.token_id, spelled]


def _short(values: list[Any]) -> list[Any]:
    while values and values[-1] is None:
        values.pop()
    return values
