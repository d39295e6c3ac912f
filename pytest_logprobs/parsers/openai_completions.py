r"""The ``openai-completions`` family: parallel arrays in ``choices[].logprobs``.

``tokens[i]``, ``token_logprobs[i]`` and ``top_logprobs[i]`` belong together. Known by these
arrays, also where a chat server answers with them, else by a choice's ``text``. Its servers'
habits that are read as they are:

- the arrays as told in ``_arrays``; a map of alternatives has the chosen token or leaves it out;
- an echoed prompt, see ``_echo``;
- tokens that go on behind a stop sequence; they have no place in the text;
- ``text_offset`` counted from the start of the prompt, absent, or -1 throughout: it decides only
  where the bytes leave a choice;
- a bare number for the only token of a streamed chunk, its id in ``delta.token_id`` (Together), or
  as ``token`` in the choice (Friendli);
- a prompt scored apart, see ``_prompt``.

Source: platform.openai.com/docs/api-reference/completions/object; together 3.1's
``ChatCompletionChunk``; friendli 0.16's ``StreamedCompletionsChoice``; read 2026-11.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from pytest_logprobs._model import Completion, Draft, assemble
from pytest_logprobs._quote import quote
from pytest_logprobs.errors import MalformedResponseError
from pytest_logprobs.parsers._arrays import alternatives_in, arrays_in, has_arrays, offsets_in
from pytest_logprobs.parsers._choices import Choice, Part, choices_of, drafts_of, ends, nodes_in
from pytest_logprobs.parsers._echo import is_echo, prompt_count
from pytest_logprobs.parsers._missing import missing
from pytest_logprobs.parsers._prompt import prompt_of
from pytest_logprobs.parsers._wire import Chunk, Readers, as_number, as_whole, is_object

__all__ = ["NAME", "drafts", "ends", "read", "recognises"]
__tracebackhide__ = True  # a failed test shows its own lines

NAME: Final = "openai-completions"

_ASK: Final = "logprobs=5"


def recognises(chunks: Sequence[Chunk]) -> bool:
    """Return whether the response has this family's shape."""
    nodes = list(nodes_in(chunks))
    found = [node.get("logprobs") for node in nodes]
    if any(map(has_arrays, found)) or any(map(_is_bare, nodes)):
        return True
    is_chat = any(is_object(node.get(key)) for node in nodes for key in ("message", "delta"))
    if is_chat or any(is_object(logprobs) and "content" in logprobs for logprobs in found):
        return False
    return any(isinstance(node.get("text"), str) for node in nodes)


def read(chunks: Sequence[Chunk]) -> Readers:
    """Return what reads each choice."""
    return {choice.number: partial(_completion, choice) for choice in choices_of(chunks)}


def _completion(choice: Choice) -> Completion:
    found = drafts_of(choice, _part_drafts)
    if found is None:
        raise missing(NAME, choice.number, _ASK)
    starts = [start for part in choice.parts for start in offsets_in(part.node.get("logprobs"))]
    echoed, prompt = is_echo(choice, found, starts), prompt_of(choice)
    if echoed:
        _check_echo(choice, found)
    return assemble(
        choice.text,
        found,
        model=choice.model,
        finish_reason=choice.finish_reason,
        choice=choice.number,
        format=NAME,
        starts=starts,
        echoed=echoed,
        prompt_count=prompt_count(choice, found, prompt or ()) if echoed else 0,
        prompt=None if echoed else prompt,
    )


def drafts(logprobs: object, path: str) -> list[Draft] | None:
    """Return the tokens in a ``logprobs`` of this family, ``None`` where it has no arrays."""
    return arrays_in(logprobs, path)


def _part_drafts(part: Part) -> list[Draft] | None:
    if _is_bare(part.node):
        return [_bare(part)]
    found = drafts(part.logprobs, part.where)
    token_id = part.node.get("token")
    if found and len(found) == 1 and type(token_id) is int:
        return [found[0]._replace(token_id=token_id)]
    return found


def _is_bare(node: dict[str, Any]) -> bool:
    """Return whether a choice of a chunk has a number for its only token."""
    return type(node.get("logprobs")) in {int, float} and is_object(node.get("delta"))


def _bare(part: Part) -> Draft:
    top, where = part.node.get("top_logprobs"), f"{part.path}.top_logprobs"
    return Draft(
        part.text or part.reasoning,
        as_number(part.logprobs, part.where),
        None,
        as_whole(part.said.get("token_id"), f"{part.path}.delta.token_id"),
        partial(alternatives_in, top, where) if top else (),
    )


def _check_echo(choice: Choice, drafts: Sequence[Draft]) -> None:
    """Refuse an echo that is off by one: its numbers belong to other tokens.

    Seen of llama-cpp-python 0.3 where a model's prompts begin with no special token: it leaves out
    the last token instead of the first, and every entry carries its successor's numbers.
    """
    spelled = "".join(draft.text for draft in drafts)
    if len(spelled) < len(choice.text) and choice.text.startswith(spelled):
        rest = quote(choice.text[len(spelled) :])
        raise MalformedResponseError(
            f"{choice.parts[0].path}.logprobs.tokens",
            f"the echoed tokens stop short of the text, {rest} is missing at its end: this "
            "server's echo is off by one and its numbers belong to other tokens; ask without echo",
        )
