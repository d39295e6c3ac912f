"""What a project's own formats say of a payload."""

from __future__ import annotations

from contextvars import ContextVar
from functools import partial
from typing import Final

from pytest_logprobs._model import Completion
from pytest_logprobs._own_formats import OWN_FORMATS, OwnFormats
from pytest_logprobs._quote import clip, one_line
from pytest_logprobs._text import encode
from pytest_logprobs.errors import LogprobsError, MalformedResponseError
from pytest_logprobs.parsers._wire import Readers, got, is_list

__all__ = ["own_readers"]
__tracebackhide__ = True  # a failed test shows its own lines

_HOOK: Final = "pytest_logprobs_parse"
_ASKED: Final = ContextVar("_ASKED", default=False)
"""Whether they are being asked: what they parse meanwhile is in one of the built-in formats."""


def own_readers(payload: object) -> Readers | None:
    """Return what they make of decoded JSON, or of what cannot be decoded; ``None``: not theirs.

    They are not asked while they answer. An error of the project's code is a
    ``MalformedResponseError`` whose path is a place in it.
    """
    if not OWN_FORMATS or _ASKED.get():
        return None
    own = OWN_FORMATS[-1]
    found = _read(own, payload)
    if found is None:
        return None
    completions = [found] if isinstance(found, Completion) else found
    if not is_list(completions) or not completions:
        raise _wrong(own, got(found))
    for each in completions:
        if not isinstance(each, Completion):
            raise _wrong(own, f"a list with {got(each)} in it")
    return {i: partial(_itself, each) for i, each in enumerate(completions)}


def _read(own: OwnFormats, payload: object) -> object:
    if isinstance(payload, (str, bytearray)):
        payload = encode(payload) if isinstance(payload, str) else bytes(payload)
    asked = _ASKED.set(True)
    try:
        return own.read(payload)
    except LogprobsError:
        raise
    except Exception as error:
        said = clip(one_line(repr(error)), 200)
        raise MalformedResponseError(own.place_of(error), f"{_HOOK} raised {said}") from error
    finally:
        _ASKED.reset(asked)


def _itself(completion: Completion) -> Completion:
    return completion


def _wrong(own: OwnFormats, found: str) -> MalformedResponseError:
    return MalformedResponseError(
        own.place_of(None),
        f"{_HOOK} returns a Completion, several in a list, or None for a payload in another "
        f"format; it returned {found}",
    )
