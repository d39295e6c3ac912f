r"""The ``openai-completions`` family: parallel arrays in ``choices[].logprobs``.

``tokens[i]``, ``token_logprobs[i]`` and ``top_logprobs[i]`` belong together. Known by these
arrays, also where a chat server answers with them, else by a choice's ``text``. Its servers'
habits that are read as they are:

- ``top_logprobs`` null or absent, a ``{token: logprob}`` map per token, or a list of
  ``{"token", "logprob"}`` objects; a map lists the chosen token or leaves it out;
- an echoed prompt, whose first token has neither a log-probability nor alternatives; it is told
  apart from the answer by the numbers of tokens in ``usage``;
- tokens that go on behind a stop sequence; they have no place in the text;
- ``text_offset`` counted from the start of the prompt, absent, or -1 throughout: it decides only
  where the bytes leave a choice;
- pieces of a character spelled ``bytes:\xe2\x80``, and tokens named ``token_id:123``.

Source: platform.openai.com/docs/api-reference/completions/object, read 2026-11;
friendli.ai's ``CompletionsLogprobs``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from pytest_logprobs._model import Alternative, Completion, Draft, assemble
from pytest_logprobs._quote import quote
from pytest_logprobs.errors import MalformedResponseError, MissingLogprobsError
from pytest_logprobs.parsers._choices import Choice, choices_of, drafts_of, nodes_of
from pytest_logprobs.parsers._wire import (
    Chunk,
    Readers,
    as_list,
    as_number,
    as_object,
    as_text,
    got,
    id_in,
    is_list,
    is_object,
)

__all__ = ["NAME", "read", "recognises"]
__tracebackhide__ = True  # a failed test shows its own lines

NAME: Final = "openai-completions"

_ARRAYS: Final = ("tokens", "token_logprobs")
_BYTES: Final = re.compile(r"bytes:((?:\\x[0-9a-f]{2})+)", re.IGNORECASE)


def recognises(chunks: Sequence[Chunk]) -> bool:
    """Return whether the response has this family's shape."""
    nodes = [node for _, node in nodes_of(chunks)]
    found = [logprobs for node in nodes if is_object(logprobs := node.get("logprobs"))]
    if any(logprobs.get(key) is not None for logprobs in found for key in _ARRAYS):
        return True
    is_chat = any(is_object(node.get(key)) for node in nodes for key in ("message", "delta"))
    if is_chat or any("content" in logprobs for logprobs in found):
        return False
    return any(isinstance(node.get("text"), str) for node in nodes)


def read(chunks: Sequence[Chunk]) -> Readers:
    """Return what reads each choice."""
    return {choice.number: partial(_completion, choice) for choice in choices_of(chunks)}


def _completion(choice: Choice) -> Completion:
    drafts = drafts_of(choice, _drafts)
    if drafts is None:
        raise MissingLogprobsError(
            f"choice {choice.number} of the {NAME} response carries no log-probabilities: ask for "
            "them with logprobs=5 in the request; if it did, this model or provider gives none",
            format=NAME,
        )
    echoed = _is_echo(choice, drafts)
    if echoed:
        _check_echo(choice, drafts)
    return assemble(
        choice.text,
        drafts,
        model=choice.model,
        finish_reason=choice.finish_reason,
        choice=choice.number,
        format=NAME,
        starts=_starts(choice),
        echoed=echoed,
        prompt_count=_prompt_count(choice, drafts) if echoed else 0,
    )


def _is_echo(choice: Choice, drafts: Sequence[Draft]) -> bool:
    """Return whether the tokens begin with the prompt's: the first has neither number nor list."""
    if not drafts or drafts[0].logprob is not None or drafts[0].alternatives:
        return False
    # where all of them were generated, the first is one whose number got lost
    generated = choice.usage.get("completion_tokens")
    return type(generated) is not int or generated < len(drafts)


def _check_echo(choice: Choice, drafts: Sequence[Draft]) -> None:
    """Refuse an echo that is off by one: its numbers belong to other tokens.

    Seen of llama-cpp-python 0.3 where a model's prompts begin with no special token: it leaves out
    the last token instead of the first, and every entry carries its successor's numbers.
    """
    spelled = "".join(draft.text for draft in drafts)
    if len(spelled) < len(choice.text) and choice.text.startswith(spelled):
        rest = quote(choice.text[len(spelled) :])
        raise MalformedResponseError(
            f"{choice.pieces[0].path}.logprobs.tokens",
            f"the echoed tokens stop short of the text, {rest} is missing at its end: this "
            "server's echo is off by one and its numbers belong to other tokens; ask without echo",
        )


def _prompt_count(choice: Choice, drafts: Sequence[Draft]) -> int:
    """Return how many of the tokens are an echoed prompt's; 0 where the response does not tell.

    They are counted back from the end, since servers leave out a token that begins every prompt.
    One too few may as well mean that they count the token that ended the answer and do not list
    it; an answer that was cut short, and whose text ends with its last token, has none.
    """
    asked, generated = (choice.usage.get(f"{part}_tokens") for part in ("prompt", "completion"))
    if type(asked) is not int or type(generated) is not int:
        return 0
    count = len(drafts) - generated
    is_cut = choice.finish_reason == "length" and choice.text.endswith(drafts[-1].text)
    return max(count, 0) if count == asked or (is_cut and count == asked - 1) else 0


def _starts(choice: Choice) -> list[int]:
    """Return the offsets that the wire claims."""
    found = filter(is_object, (piece.node.get("logprobs") for piece in choice.pieces))
    claimed = filter(is_list, (logprobs.get("text_offset") for logprobs in found))
    return [each for offsets in claimed for each in offsets if type(each) is int]


def _drafts(logprobs: dict[str, Any], path: str) -> list[Draft] | None:
    if all(logprobs.get(key) is None for key in _ARRAYS):
        return None
    tokens, numbers = (_array(logprobs, key, path) for key in _ARRAYS)
    listed = as_list(logprobs.get("top_logprobs"), f"{path}.top_logprobs") or [None] * len(tokens)
    for name, array in (("token_logprobs", numbers), ("top_logprobs", listed)):
        if len(array) != len(tokens):
            problem = (
                f"{len(array)} entries for {len(tokens)} tokens: they belong together one by one"
            )
            raise MalformedResponseError(f"{path}.{name}", problem)
    drafts: list[Draft] = []
    for i, (token, number, top) in enumerate(zip(tokens, numbers, listed, strict=True)):
        text = as_text(token, f"{path}.tokens[{i}]")
        logprob = as_number(number, f"{path}.token_logprobs[{i}]")
        where = f"{path}.top_logprobs[{i}]"
        alternatives = () if top in (None, {}, []) else partial(_alternatives, top, where)
        drafts.append(Draft(text, logprob, _spelled(text), id_in(text), alternatives))
    return drafts


def _array(logprobs: dict[str, Any], key: str, path: str) -> Sequence[Any]:
    if logprobs.get(key) is None:
        raise MalformedResponseError(f"{path}.{key}", f"expected a list, got {got(None)}")
    return as_list(logprobs[key], f"{path}.{key}")


def _alternatives(top: object, path: str) -> tuple[Alternative, ...]:
    if is_list(top):
        return tuple(_entry(each, f"{path}[{i}]") for i, each in enumerate(top))
    alternatives: list[Alternative] = []
    for key, number in as_object(top, path).items():
        text = as_text(key, path)
        logprob = number if type(number) is float else as_number(number, f"{path}[{quote(text)}]")
        alternatives.append(_alternative(text, logprob))
    return tuple(alternatives)


def _entry(value: object, path: str) -> Alternative:
    entry = as_object(value, path)
    text = as_text(entry.get("token"), f"{path}.token")
    return _alternative(text, as_number(entry.get("logprob"), f"{path}.logprob"))


def _alternative(text: str, logprob: float | None) -> Alternative:
    return Alternative(text, logprob, bytes=_spelled(text), token_id=id_in(text))


def _spelled(text: str) -> bytes | None:
    """Return the bytes of a piece of a character, which is spelled out; else ``None``."""
    match = _BYTES.fullmatch(text) if text.startswith("bytes:") else None
    return bytes.fromhex(match.group(1).replace("\\x", "")) if match else None
