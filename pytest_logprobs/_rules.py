"""What a project says about what cassettes may store: its settings, and its own hook."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from pytest_logprobs._implementations import place_of
from pytest_logprobs._settings import Settings
from pytest_logprobs.cassettes import Rules, check_header, environment_keys
from pytest_logprobs.errors import LogprobsError

if TYPE_CHECKING:
    import pytest

__all__ = ["check_rules", "rules_of"]
__tracebackhide__ = True  # a failed test shows its own lines

_HOOK: Final = "pytest_logprobs_scrub"
_Interaction = dict[str, Any]


def check_rules(settings: Settings) -> None:
    """Raise ``ValueError`` for a header that is to be kept and must not be."""
    for name in settings.keep_headers:
        check_header(name)


def rules_of(item: pytest.Item, settings: Settings) -> Rules:
    """Return what holds for the cassettes of a test: with the hooks of its directory and above."""
    return Rules(
        headers=frozenset(name.strip().lower() for name in settings.keep_headers),
        parameters=frozenset(
            re.sub("[^a-z0-9]", "", name.lower()) for name in settings.secret_parameters
        ),
        secrets=environment_keys(os.environ),
        allowed=frozenset(settings.allow_secrets),
        hook=_hook_of(item),
    )


def _hook_of(item: pytest.Item) -> Callable[[_Interaction], None] | None:
    """Return what asks the implementations of the hook, ``None`` where there are none."""
    hook = item.ihook.pytest_logprobs_scrub
    if not hook.get_hookimpls():
        return None

    def scrub(interaction: _Interaction) -> None:
        sides = [*interaction]
        try:
            hook(interaction=interaction)
        except Exception as error:
            place = place_of(hook, error, item.config.rootpath)
            raise LogprobsError(f"{place}: {_HOOK} raised {error!r}") from error
        for problem in _problems(interaction, sides):
            place = place_of(hook, None, item.config.rootpath)
            raise LogprobsError(f"{place}: after {_HOOK} {problem}")

    return scrub


def _problems(interaction: _Interaction, sides: Iterable[str]) -> Iterator[str]:
    """Yield what an implementation has made of an interaction and cannot be stored."""
    for side in sides:
        message: object = interaction.get(side)
        found = cast("dict[str, object]", message) if isinstance(message, dict) else {}
        for name, (expected, holds) in _MESSAGES[side].items():
            if not holds(found.get(name)):
                got = type(found.get(name)).__name__
                yield f'interaction["{side}"]["{name}"] is {expected}, got {got}'


def _is_text(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:  # half a character, which nothing can send
        return False
    return True


def _are_headers(value: object) -> bool:
    return isinstance(value, dict) and all(
        _is_text(name)
        and all(map(_is_text, cast("list[object]", each) if isinstance(each, list) else [each]))
        for name, each in cast("dict[object, object]", value).items()
    )


_Check = tuple[str, Callable[[object], bool]]
_HEADERS: Final[_Check] = ("a dict from texts to texts, or lists of them", _are_headers)
_BODY: Final[_Check] = (
    "a text or bytes",
    lambda value: isinstance(value, bytes) or _is_text(value),
)
_MESSAGES: Final[Mapping[str, Mapping[str, _Check]]] = {
    "request": {
        "method": ("a text", _is_text),
        "url": ("a text", _is_text),
        "headers": _HEADERS,
        "body": _BODY,
    },
    "response": {
        "status": ("a number", lambda value: type(value) is int),
        "headers": _HEADERS,
        "body": _BODY,
    },
}
"""What is left of each message must still be this."""
