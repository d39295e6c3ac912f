"""Google's ``logprobsResult``: one list of chosen tokens, one of the best of each step.

In camel case as on the wire or in snake case as SDKs dump it, within a response or taken out of it.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from pytest_logprobs._model import Alternative, Draft
from pytest_logprobs.parsers._wire import (
    as_list,
    as_number,
    as_object,
    as_said,
    as_whole,
    check_paired,
)

__all__ = ["drafts", "key"]
__tracebackhide__ = True  # a failed test shows its own lines

_CHOSEN: Final = ("chosenCandidates", "chosen_candidates")
_TOP: Final = ("topCandidates", "top_candidates")
_LOGPROB: Final = ("logProbability", "log_probability")
_TOKEN_ID: Final = ("tokenId", "token_id")


def key(node: dict[str, Any], names: tuple[str, str]) -> str:
    """Return which of its two spellings a field has here, that of the wire where it is absent."""
    return names[1] if names[1] in node and names[0] not in node else names[0]


def drafts(logprobs_result: object, path: str) -> list[Draft] | None:
    """Return the tokens in a ``logprobsResult`` of either spelling, ``None`` where it lists none.

    Raises ``MalformedResponseError`` where the two lists do not belong together.
    """
    fields = as_object(logprobs_result, path)
    names = key(fields, _CHOSEN), key(fields, _TOP)
    chosen, top = (as_list(fields.get(name), f"{path}.{name}") for name in names)
    if not chosen and not top:
        return None
    if top:
        check_paired(len(top), len(chosen), f"{path}.{names[1]}")
    found: list[Draft] = []
    for i, each in enumerate(chosen):
        text, logprob, token_id = _fields(each, f"{path}.{names[0]}[{i}]")
        where = f"{path}.{names[1]}[{i}]"
        listed = as_object(top[i], where).get("candidates") if top else None
        none = listed in (None, [], ())
        alternatives = () if none else partial(_alternatives, listed, f"{where}.candidates")
        found.append(Draft(text, logprob, None, token_id, alternatives))
    return found


def _alternatives(entries: object, path: str) -> tuple[Alternative, ...]:
    listed = as_list(entries, path)
    fields = [_fields(entry, f"{path}[{i}]") for i, entry in enumerate(listed)]
    return tuple(Alternative(text, logprob, token_id=at) for text, logprob, at in fields)


def _fields(value: object, path: str) -> tuple[str, float | None, int | None]:
    """Read what a token and an alternative have in common."""
    entry = as_object(value, path)
    logprob, token_id = key(entry, _LOGPROB), key(entry, _TOKEN_ID)
    return (
        as_said(entry.get("token"), f"{path}.token"),
        as_number(entry.get(logprob), f"{path}.{logprob}"),
        as_whole(entry.get(token_id), f"{path}.{token_id}"),
    )
