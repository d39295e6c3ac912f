"""What ``generate`` of Hugging Face transformers returned, put into words by its tokenizer.

A :class:`TransformersOutput` turns ids and tensors into plain values; nothing is imported, any
objects with the methods that are called will do:
``{"transformers": [{"text", "logprobs": [{"token", "token_id", "logprob", "top_logprobs"}]}],
"model", "processed"}``. An entry that ``continues`` is a piece of a character, which the first of
them spells.

Numbers are those of ``compute_transition_scores(…, normalize_logits=True)``: without it they are
logits, some of them positive. What stands behind the end of a sequence is padding and left out;
what a warper took away (-inf) is no alternative.

Source: transformers 5.23's generation/utils.py, read 2026-11.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import takewhile
from typing import Any, Final

from pytest_logprobs._model import Completion, assemble
from pytest_logprobs.errors import MalformedResponseError, UnknownFormatError
from pytest_logprobs.parsers._content import drafts_in
from pytest_logprobs.parsers._missing import missing
from pytest_logprobs.parsers._wire import (
    Chunk,
    Readers,
    another_answer,
    as_list,
    as_object,
    as_said,
    is_list,
)

__all__ = ["NAME", "TransformersOutput", "ends", "read", "recognises"]
__tracebackhide__ = True  # a failed test shows its own lines

NAME: Final = "transformers"

_ASK: Final = "return_dict_in_generate=True, output_scores=True"
_LOST: Final = "\ufffd"
_LONGEST: Final = 4
"""A character has at most four bytes, and so as many tokens."""


@dataclass(frozen=True, slots=True)
class TransformersOutput:
    """What ``model.generate`` returned, with what it takes to read it.

    Give it to :func:`~pytest_logprobs.parse`, or to :func:`~pytest_logprobs.parse_all` for one
    completion per sequence. ``outputs`` must come from ``generate(…, return_dict_in_generate=True,
    output_scores=True)``, and the numbers are those after temperature, top-k and the like; with
    ``output_logits=True`` instead they are the model's own. ``alternatives`` is how many of the
    likeliest tokens are listed at each place; the prompt is not scored. Where sequences end is what
    ``model.generation_config`` says, else the tokenizer: set it there, not in the call.

    ::

        outputs = model.generate(**inputs, return_dict_in_generate=True, output_scores=True)
        completion = parse(TransformersOutput(outputs, model=model, tokenizer=tokenizer))
    """

    # Any: the objects of a package that is not imported
    outputs: Any = field(repr=False)
    model: Any = field(repr=False)
    tokenizer: Any = field(repr=False)
    alternatives: int = 5

    def to_dict(self) -> dict[str, Any]:
        """Return the sequences as JSON: texts, ids and numbers of the tokens."""
        return {
            "transformers": list(_sequences(self)),
            "model": getattr(getattr(self.model, "config", None), "_name_or_path", None),
            "processed": getattr(self.outputs, "scores", None) is not None,
        }


# Tensors → JSON


def _sequences(given: TransformersOutput) -> Iterator[dict[str, Any]]:
    outputs = given.outputs
    steps = getattr(outputs, "scores", None)
    steps = getattr(outputs, "logits", None) if steps is None else steps
    if steps is None:
        yield {}
        return
    sequences = outputs.sequences.tolist()
    beams = getattr(outputs, "beam_indices", None)
    numbers: list[list[float]] = [[] for _ in sequences]
    if steps:
        score = given.model.compute_transition_scores
        numbers = score(outputs.sequences, steps, beams, normalize_logits=True).tolist()
    # a step has a row of scores for each sequence, or for each beam that there was
    rows = [[i] * len(steps) for i in range(len(sequences))] if beams is None else beams.tolist()
    for ids, logprobs, used in zip(sequences, numbers, rows, strict=True):
        count = len(list(takewhile(_is_row, used)))  # behind it everything is scored 0.0
        kept = _without_padding(ids[len(ids) - len(logprobs) :][:count], given)
        scores = [steps[at][used[at]] for at in range(len(kept))]
        yield {
            "text": _spelled(given, kept),
            "logprobs": list(_entries(given, kept, logprobs, scores)),
        }


def _is_row(beam: int) -> bool:
    return beam >= 0


def _without_padding(ids: Sequence[int], given: TransformersOutput) -> Sequence[int]:
    ending, padding = (_special(given, name) for name in ("eos_token_id", "pad_token_id"))
    end = next((at for at, each in enumerate(ids) if each in ending), None)
    if end is not None:
        return ids[: end + 1]
    size = len(ids)
    while size and ids[size - 1] in padding:
        size -= 1
    return ids[:size]


def _special(given: TransformersOutput, name: str) -> Sequence[int]:
    """Return the ids of a special token: none, one or several."""
    holders: tuple[Any, Any] = (getattr(given.model, "generation_config", None), given.tokenizer)
    ids = [getattr(holder, name, None) for holder in holders]
    found: Any = ids[1] if ids[0] is None else ids[0]
    return found if is_list(found) else [found]


def _entries(
    given: TransformersOutput,
    ids: Sequence[int],
    logprobs: Sequence[float],
    scores: Sequence[Any],
) -> Iterator[dict[str, Any]]:
    """Yield the tokens, where several that spell one character have it together."""
    start = begin = 0
    for end in range(1, len(ids) + 1):
        text = _added(given, ids[start:begin], ids[begin:end])
        if text.endswith(_LOST) and end < len(ids) and end - begin < _LONGEST:
            continue
        for at in range(begin, end):
            yield {
                "token": "" if at > begin else text,
                "token_id": ids[at],
                "logprob": logprobs[at],
                "top_logprobs": list(_alternatives(given, ids[start:at], scores[at])),
                "continues": at > begin,
            }
        start, begin = begin, end


def _alternatives(
    given: TransformersOutput, before: Sequence[int], scores: Any
) -> Iterator[dict[str, Any]]:
    numbers, ids = scores.log_softmax(-1).topk(min(given.alternatives, len(scores)))
    for number, token_id in zip(numbers.tolist(), ids.tolist(), strict=True):
        if number > -math.inf:
            text = _added(given, before, [token_id])
            yield {"token": text, "token_id": token_id, "logprob": number}


def _added(given: TransformersOutput, before: Sequence[int], ids: Sequence[int]) -> str:
    """Return what tokens add to others: alone, many lose the blank that they begin with."""
    head, whole = _spelled(given, before), _spelled(given, [*before, *ids])
    if whole.startswith(head) and len(whole) > len(head):
        return whole[len(head) :]
    return _spelled(given, ids, special=True)


def _spelled(given: TransformersOutput, ids: Sequence[int], *, special: bool = False) -> str:
    """Return what tokens spell, with or without special ones."""
    text: str = given.tokenizer.decode(
        ids, skip_special_tokens=not special, clean_up_tokenization_spaces=False
    )
    return text


# JSON → completions


def recognises(chunks: Sequence[Chunk]) -> bool:
    """Return whether the response has this family's shape."""
    return any(is_list(body.get("transformers")) or _is_bare(body) for _, body in chunks)


def ends(chunk: Chunk) -> bool:
    """Return whether an answer ends with a chunk."""
    return recognises([chunk])


def read(chunks: Sequence[Chunk]) -> Readers:
    """Return what reads each choice."""
    for path, _ in chunks[1:]:
        raise another_answer(path)
    path, body = chunks[0]
    if _is_bare(body):
        raise UnknownFormatError(
            "what generate() returned has neither texts nor normalized numbers: give "
            "TransformersOutput(outputs, model=model, tokenizer=tokenizer)"
        )
    count = len(as_list(body.get("transformers"), f"{path}.transformers"))
    if not count:
        raise MalformedResponseError(path, "there is no sequence in the response")
    return {i: partial(_completion, body, f"{path}.transformers[{i}]", i) for i in range(count)}


def _is_bare(body: Mapping[str, Any]) -> bool:
    """Return whether this is what ``generate`` returned, a dictionary of tensors."""
    return callable(getattr(body.get("sequences"), "tolist", None))


def _completion(body: dict[str, Any], path: str, choice: int) -> Completion:
    node = as_object(body["transformers"][choice], path)
    if node.get("logprobs") is None:
        raise missing(NAME, choice, _ASK)
    model, processed, where = body.get("model"), body.get("processed"), f"{path}.logprobs"
    entries = as_list(node["logprobs"], where)
    drafts = [
        draft._replace(continues=entry.get("continues") is True)
        for draft, entry in zip(drafts_in(entries, where), entries, strict=True)
    ]
    return assemble(
        as_said(node.get("text"), f"{path}.text"),
        drafts,
        model=model if isinstance(model, str) and model else None,
        choice=choice,
        format=NAME,
        processed=processed if isinstance(processed, bool) else None,
    )
