"""What code keeps of an answer: its log-probabilities, perhaps its text, a few names.

A ``logprobs`` is known by its shape, whoever kept it: the objects of a chat (``{"content": […]}``)
or their bare list, the arrays of a completion (``{"tokens": […], "token_logprobs": […]}``, also
beside a ``content`` that is null), Gemini's ``logprobsResult``, Cohere's list of pieces, and a list
of any of these, one for each chunk or part of the answer. Where the text is not there, it is what
the tokens spell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from pytest_logprobs._model import Completion, Draft, assemble
from pytest_logprobs._text import encode
from pytest_logprobs.errors import MalformedResponseError
from pytest_logprobs.parsers import cohere, gemini, openai_chat, openai_completions
from pytest_logprobs.parsers._arrays import offsets_in
from pytest_logprobs.parsers._content import drafts_in
from pytest_logprobs.parsers._echo import begins_unconditional
from pytest_logprobs.parsers._input import decoded
from pytest_logprobs.parsers._missing import missing
from pytest_logprobs.parsers._pieces import Piece, joined
from pytest_logprobs.parsers._wire import Readers, first_word, is_list, is_object

__all__ = ["ARRAYS", "CHOSEN", "LISTS", "Answer", "Part", "readers_of"]
__tracebackhide__ = True  # a failed test shows its own lines

LISTS: Final = ("content", "refusal")
"""The lists in the ``logprobs`` of a chat."""

ARRAYS: Final = ("tokens", "token_logprobs")
"""The arrays in the ``logprobs`` of a completion."""

CHOSEN: Final = ("chosenCandidates", "chosen_candidates")
"""The list in Gemini's, which the wire and its SDK spell in two ways."""

_ASK: Final = "logprobs=True, top_logprobs=5"
_MODELS: Final = ("model_name", "model")
_REASONS: Final = ("finish_reason", "done_reason")


class Part(NamedTuple):
    """The log-probabilities of an answer, or of one chunk of it, and their path.

    ``text`` is what it says, ``None`` where that was not kept. ``is_hidden``: see :class:`Piece`.
    ``is_merged``: they are those of several chunks, of which one may have had none. ``is_thinned``:
    whoever kept them left out tokens.
    """

    path: str
    logprobs: object
    text: str | None = None
    is_hidden: bool = False
    is_merged: bool = False
    is_thinned: bool = False


class Answer(NamedTuple):
    """The parts of an answer, and where its model and the like are named.

    ``because`` says why there are no log-probabilities, if there are none.
    """

    parts: Sequence[Part]
    about: dict[str, Any]
    because: str | None = None


def readers_of(answers: Iterable[Answer], name: str) -> Readers:
    """Return what reads each answer, by its place; ``name`` is that of who kept them."""
    return {i: partial(_completion, answer, name, i) for i, answer in enumerate(answers)}


def _completion(answer: Answer, name: str, choice: int) -> Completion:
    """Return a completion, whose format is the one in which its log-probabilities are written."""
    format, pieces = openai_chat.NAME, list[Piece]()
    for part in answer.parts:
        logprobs, found = _plain(part.logprobs), None
        if logprobs not in (None, [], ()):
            family = next(each for each in _FAMILIES if each.knows(logprobs))
            found = family.drafts(logprobs, part.path)
            format = format if found is None else family.name
        text = _spelled(found or ()) if part.text is None else part.text
        if part.is_thinned:
            _check_spelled(part.path, text, found or ())
        pieces.append(Piece(part.path, text, found, part.is_hidden))
        if part.is_merged:
            pieces.append(Piece(part.path, "", None))
    drafts, starts = joined(pieces), _starts(answer.parts)
    if drafts is None:
        raise missing(name, choice, _ASK, answer.because)
    return assemble(
        "".join(piece.text for piece in pieces),
        drafts,
        model=first_word(map(answer.about.get, _MODELS)),
        finish_reason=first_word(map(answer.about.get, _REASONS)),
        choice=choice,
        format=format,
        starts=starts,
        echoed=format == openai_completions.NAME and begins_unconditional(drafts, starts),
    )


def _plain(value: object) -> object:
    """Return decoded JSON, where an SDK's object was kept in a dictionary."""
    is_plain = value is None or isinstance(value, (str, int, float))
    return value if is_plain or is_object(value) or is_list(value) else decoded(value)


def _spelled(drafts: Sequence[Draft]) -> str:
    pieces = [each.spelled or encode(each.text) for each in drafts if not each.continues]
    spelled = b"".join(pieces)
    try:
        return spelled.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:  # cut inside of a character
        return spelled.decode("utf-8", "replace")


def _check_spelled(path: str, text: str, drafts: Sequence[Draft]) -> None:
    if drafts and text.strip() not in _spelled(drafts):
        problem = (
            "the tokens do not spell the text: some were left out, and the scores would be those "
            "of a part of the answer"
        )
        raise MalformedResponseError(path, problem)


def _starts(parts: Sequence[Part]) -> list[int]:
    """Return the offsets that the arrays of a completion claim, in each of its parts."""
    found = (_plain(part.logprobs) for part in parts)
    each = (one for value in found for one in (value if is_list(value) else (value,)))
    return [start for logprobs in each for start in offsets_in(logprobs)]


class _Family(NamedTuple):
    """A way to write log-probabilities: its format's name, how it is known, what reads it."""

    name: str
    knows: Callable[[Any], bool]
    drafts: Callable[[Any, str], list[Draft] | None]


def _has(*keys: str) -> Callable[[Any], bool]:
    return lambda value: is_object(value) and any(value.get(key) is not None for key in keys)


def _is_nested(value: Any) -> bool:
    """Return whether this is a list of what each chunk or each part of an answer has."""
    keys = (*LISTS, *ARRAYS, *CHOSEN)
    return is_list(value) and any(
        is_list(each) or (is_object(each) and any(key in each for key in keys)) for each in value
    )


def _are_items(value: Any) -> bool:
    """Return whether this is Cohere's list: the ids and numbers of each piece of text."""
    first = value[0] if is_list(value) and value else None
    return is_object(first) and is_list(first.get("token_ids")) and is_list(first.get("logprobs"))


def _nested(values: Sequence[Any], path: str) -> list[Draft]:
    drafts: list[Draft] = []
    for i, value in enumerate(values):
        family = next(each for each in _FAMILIES[1:] if each.knows(value))  # no deeper
        drafts += family.drafts(value, f"{path}[{i}]") or ()
    return drafts


def _is_anything(_: Any) -> bool:
    return True


_FAMILIES: Final = (
    _Family(openai_chat.NAME, _is_nested, _nested),
    _Family(cohere.NAME, _are_items, cohere.drafts),
    _Family(openai_chat.NAME, is_list, drafts_in),
    _Family(gemini.NAME, _has(*CHOSEN), gemini.drafts),
    _Family(openai_completions.NAME, _has(*ARRAYS), openai_completions.drafts),
    _Family(openai_chat.NAME, _is_anything, openai_chat.drafts),
)
"""In their order: the last one says of anything else what is wrong with it."""
