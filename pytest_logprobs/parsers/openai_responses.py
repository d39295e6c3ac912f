"""The ``openai-responses`` family: ``output[].content[].logprobs``, a bare list of entries.

Known by an ``output`` whose items have a ``type``, or by events whose ``type`` begins with
``response.``. Every message of the output is a completion of its own, the parts of its content
joined. Refusals, reasoning and calls of tools have no log-probabilities. Read as they are:

- ``logprobs`` empty or null where they were not asked for, whole numbers where the server counts
  in them; ``top_logprobs`` of the response only repeats the request;
- a stream that tells the same tokens in ``output_text.delta`` and ``output_text.done``, not at all
  in ``content_part.done``, and rounded to six decimals in ``output_item.done`` and
  ``response.completed``: one of these is read, the first that has them for the text which the
  stream tells again later;
- a refusal beside a text, and a ``response.completed`` that leaves out reasoning, so that messages
  have other places in it;
- a stream that broke off, and one of which only the last event was kept.

Source: platform.openai.com/docs/api-reference/responses/object and
responses-streaming, read 2026-11; vllm 0.33 and LM Studio serve the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from pytest_logprobs._model import Completion, assemble
from pytest_logprobs._quote import clip, one_line
from pytest_logprobs.parsers._missing import missing
from pytest_logprobs.parsers._provider_error import check_no_error_in
from pytest_logprobs.parsers._retold import Said, Telling, best_of, by_answer, text_of
from pytest_logprobs.parsers._wire import (
    Chunk,
    Readers,
    another_answer,
    as_list,
    as_object,
    as_said,
    as_whole,
    is_list,
    is_object,
)

__all__ = ["NAME", "ends", "read", "recognises"]
__tracebackhide__ = True  # a failed test shows its own lines

NAME: Final = "openai-responses"

_ASK: Final = 'include=["message.output_text.logprobs"], top_logprobs=5'
_EVENT: Final = "response."
_CREATED: Final = "response.created"
_LAST: Final = ("response.completed", "response.incomplete", "response.failed", "response.done")
_PENDING: Final = ("queued", "in_progress")
_TEXTS: Final = {
    # event → which telling it is part of, where its text stands
    "response.output_text.delta": (0, "delta"),
    "response.refusal.delta": (0, "delta"),
    "response.output_text.done": (1, "text"),
    "response.refusal.done": (1, "refusal"),
}
_REFUSALS: Final = ("response.refusal.delta", "response.refusal.done")
_PART, _ITEM, _WHOLE = 2, 3, 4
"""The tellings behind these, in the order in which they are preferred."""


def recognises(chunks: Sequence[Chunk]) -> bool:
    """Return whether the response has this family's shape."""
    return any(_is_whole(chunk) or _type(chunk).startswith(_EVENT) for _, chunk in chunks)


def ends(chunk: Chunk) -> bool:
    """Return whether an answer ends with a chunk."""
    return _is_whole(chunk[1]) or _type(chunk[1]) in _LAST


def read(chunks: Sequence[Chunk]) -> Readers:
    """Return what reads each message of the output."""
    _check_is_one_answer(chunks)
    # where all events have the same number, it tells nothing
    are_ordered = len({_order(chunk) for _, chunk in chunks} - {None}) > 1
    tellings: list[dict[object, Said]] = [{} for _ in range(_WHOLE + 1)]
    for path, chunk in chunks:
        for at, said in _told(path, chunk):
            # what is told again replaces what was told; deltas go on
            key = (said.answer, said.part) if at else len(tellings[at])
            tellings[at][key] = said if are_ordered else said._replace(order=None)
    answers = by_answer(_matched([[*telling.values()] for telling in tellings]))
    about = _about(chunks)
    return {
        number: partial(_completion, told, number, about)
        for number, told in enumerate(answers or [[]])
    }


def _completion(tellings: Sequence[Telling], number: int, about: Mapping[str, Any]) -> Completion:
    pieces, found = best_of(tellings)
    if found is None:
        raise missing(NAME, number, _ASK, _why_none(pieces, about))
    return assemble(
        text_of(pieces),
        found,
        model=_word(about, "model"),
        finish_reason=_finish_reason(about),
        choice=number,
        format=NAME,
    )


def _matched(tellings: list[list[Said]]) -> list[list[Said]]:
    """Return the tellings with one name for each answer: the last counts what is in the output.

    Its order tells which is which where the events name or place their items otherwise; where it
    cannot, it is read without the events, or they without it if it is bare.
    """
    *events, whole = tellings
    names = [*dict.fromkeys(said.answer for telling in events for said in telling)]
    places = [*dict.fromkeys(said.answer for said in whole)]
    if not whole or set(names) <= set(places):
        return tellings
    if len(names) == len(places):
        name_at = dict(zip(places, names, strict=True))
        return [*events, [said._replace(answer=name_at[said.answer]) for said in whole]]
    return [whole] if any(said.has_entries for said in whole) else events


def _told(path: str, chunk: dict[str, Any]) -> Iterator[tuple[int, Said]]:
    """Yield what a chunk says of the answers, each with the telling that it is part of."""
    kind = _type(chunk)
    if _is_whole(chunk):
        yield from _output(chunk, path)
    elif kind in _TEXTS:
        at, name = _TEXTS[kind]
        text = as_said(chunk.get(name), f"{path}.{name}")
        said = Said(*_place(chunk, path), f"{path}.logprobs", text, chunk.get("logprobs"))
        yield at, said._replace(is_refusal=kind in _REFUSALS, order=_order(chunk))
    elif kind == "response.content_part.done":
        part = as_object(chunk.get("part"), f"{path}.part")
        if part.get("type") in ("output_text", "refusal"):  # others are reasoning
            yield _PART, _part(part, f"{path}.part", *_place(chunk, path))
    elif kind == "response.output_item.done":
        item = as_object(chunk.get("item"), f"{path}.item")
        answer, _ = _place({**chunk, "item_id": item.get("id")}, path)
        yield from ((_ITEM, said) for said in _message(item, f"{path}.item", answer))
    elif kind in _LAST:
        where = f"{path}.response"
        response = as_object(chunk.get("response"), where)
        check_no_error_in(where, response)
        yield from _output(response, where)


def _output(response: dict[str, Any], path: str) -> Iterator[tuple[int, Said]]:
    for i, item in enumerate(as_list(response.get("output"), f"{path}.output")):
        where = f"{path}.output[{i}]"
        yield from ((_WHOLE, said) for said in _message(as_object(item, where), where, i))


def _message(item: dict[str, Any], path: str, answer: int | str) -> Iterator[Said]:
    if item.get("type") == "message":
        for i, part in enumerate(as_list(item.get("content"), f"{path}.content")):
            where = f"{path}.content[{i}]"
            yield _part(as_object(part, where), where, answer, i)


def _part(part: dict[str, Any], path: str, answer: int | str, number: int) -> Said:
    is_refusal = part.get("type") == "refusal"
    name = "refusal" if is_refusal else "text"
    text = as_said(part.get(name), f"{path}.{name}")
    return Said(answer, number, f"{path}.logprobs", text, part.get("logprobs"), is_refusal)


def _place(event: dict[str, Any], path: str) -> tuple[int | str, int]:
    """Return which item of the output, and which part of it, an event speaks of.

    The item's place is trusted before its id: some gateways make up an id for each event.
    """
    at = as_whole(event.get("output_index"), f"{path}.output_index")
    part = as_whole(event.get("content_index"), f"{path}.content_index")
    name = event.get("item_id")
    return (at if at is not None else name if isinstance(name, str) else 0), part or 0


def _order(event: dict[str, Any]) -> int | None:
    number = event.get("sequence_number")
    return number if type(number) is int else None


def _about(chunks: Sequence[Chunk]) -> dict[str, Any]:
    """Return what the chunks last say of the response itself."""
    responses = [
        chunk if _is_whole(chunk) else response if is_object(response := _response(chunk)) else {}
        for _, chunk in chunks
    ]
    return {key: value for response in responses for key, value in response.items()}


def _response(chunk: dict[str, Any]) -> object:
    return chunk.get("response") if _type(chunk).startswith(_EVENT) else None


def _finish_reason(about: Mapping[str, Any]) -> str | None:
    """Return why the answer is incomplete, else its status where it has one that is final."""
    details, status = about.get("incomplete_details"), _word(about, "status")
    reason = _word(details, "reason") if is_object(details) else None
    return reason or (None if status in _PENDING else status)


def _why_none(pieces: Telling, about: Mapping[str, Any]) -> str | None:
    if pieces:
        is_refusal = {said.is_refusal for said in pieces if said.text} == {True}
        return "it is a refusal, and providers give none for refusals" if is_refusal else None
    status = _word(about, "status")
    if status in (None, "completed"):
        return "it has no message, and calls of tools, reasoning and other items have none"
    reason = clip(one_line(_finish_reason(about) or status), 40)
    return f"it has no message, its status is {reason}"


def _check_is_one_answer(chunks: Sequence[Chunk]) -> None:
    """Refuse the events of several answers: what stands at the same place would be joined."""
    begun = over = False
    for path, chunk in chunks:
        kind = _type(chunk)
        is_event = kind.startswith(_EVENT)
        if (kind == _CREATED and begun) or ((is_event or _is_whole(chunk)) and over):
            raise another_answer(path)
        begun, over = begun or is_event, over or ends((path, chunk))


def _is_whole(chunk: dict[str, Any]) -> bool:
    output = chunk.get("output")
    if not is_list(output):
        return False
    if not output:
        return chunk.get("object") == "response"
    return all(is_object(item) and isinstance(item.get("type"), str) for item in output)


def _type(chunk: dict[str, Any]) -> str:
    return _word(chunk, "type") or ""


def _word(fields: Mapping[str, Any], key: str) -> str | None:
    value = fields.get(key)
    return value if isinstance(value, str) else None
