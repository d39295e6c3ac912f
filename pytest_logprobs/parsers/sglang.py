"""The ``sglang`` family: SGLang's own ``meta_info.output_token_logprobs``.

A token is ``[logprob, id, text]``, and so is an alternative in ``output_top_logprobs``. The habits
that are read as they are:

- ``text`` is null unless it was asked for; the token is then called by its id, ``token_id:42``;
- a position without alternatives has null, and so have the prompt's first token's logprob and
  list; ``input_token_logprobs`` is empty where the prompt was not asked to be scored;
- each chunk of a stream repeats what came before, unless the server was told otherwise; the
  count of tokens in ``meta_info`` tells which, and the last chunk or all of them are read; some
  releases repeat the tokens and not the text;
- a request that was refused is an answer without tokens, whose ``finish_reason`` has the message;
- ``index`` tells the streams of several prompts apart; whole answers come as a list;
- ``finish_reason`` is an object with a ``type``, or a string;
- there is no ``text`` where the server runs without a tokenizer.

Arrays that were flattened (``output_top_logprobs_val_flat``) are refused.

Source: sglang 0.5.23, ``managers/tokenizer_manager.py``, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from pytest_logprobs._model import Alternative, Completion, Draft, assemble
from pytest_logprobs.errors import MalformedResponseError
from pytest_logprobs.parsers._missing import missing
from pytest_logprobs.parsers._pieces import Piece, check_counted, joined
from pytest_logprobs.parsers._provider_error import check_no_error_in
from pytest_logprobs.parsers._wire import (
    Chunk,
    Readers,
    as_list,
    as_number,
    as_object,
    as_said,
    as_whole,
    by_index,
    check_is_one,
    check_paired,
    got,
    is_list,
    is_object,
    text_or_name,
)

__all__ = ["NAME", "ends", "read", "recognises"]
__tracebackhide__ = True  # a failed test shows its own lines

NAME: Final = "sglang"

_ASK: Final = '"return_logprob": true, "top_logprobs_num": 5, "return_text_in_logprobs": true'
_SCORES: Final = "output_token_logprobs"
_COUNTS: Final = ("output_token_logprobs_length", "completion_tokens")
_FLAT: Final = {
    "input": "return_flat_raw_top_logprobs",
    "output": "return_flat_raw_output_top_logprobs",
}
_TRIPLE: Final = 3


def recognises(chunks: Sequence[Chunk]) -> bool:
    """Return whether the response has this family's shape."""
    return any(_is_answer(chunk) for _, chunk in chunks)


def ends(chunk: Chunk) -> bool:
    """Return whether an answer ends with a chunk."""
    meta = chunk[1].get("meta_info")
    return is_object(meta) and meta.get("finish_reason") is not None


def read(chunks: Sequence[Chunk]) -> Readers:
    """Return what reads each choice."""
    return {number: partial(_completion, number, own) for number, own in by_index(chunks).items()}


def _is_answer(chunk: dict[str, Any]) -> bool:
    meta = chunk.get("meta_info")
    if not is_object(meta) or "choices" in chunk:
        return False
    return _SCORES in meta or (
        "finish_reason" in meta and ("text" in chunk or "output_ids" in chunk)
    )


def _completion(number: int, chunks: Sequence[Chunk]) -> Completion:
    check_is_one(chunks, ends)
    pieces = _pieces(chunks)
    text = "".join(piece.text for piece in pieces)
    drafts = joined(pieces)
    path, meta = _meta(*chunks[-1])
    reason = meta.get("finish_reason")
    if is_object(reason):
        if reason.get("type") == "abort" and not text and not drafts:
            check_no_error_in(chunks[-1][0], {"error": reason})
        reason = reason.get("type")
    if drafts is None:
        raise missing(NAME, number, _ASK)
    check_counted(meta.get(_COUNTS[0]), "scored", len(drafts), f"{path}.{_COUNTS[0]}")
    return assemble(
        text,
        drafts,
        finish_reason=reason if isinstance(reason, str) else None,
        choice=number,
        format=NAME,
        prompt=_drafts(meta, "input", path) or None,
    )


def _pieces(chunks: Sequence[Chunk]) -> list[Piece]:
    """Return what each chunk brings, or one piece of a stream whose chunks repeat those before."""
    lists = [_scores(*chunk) for chunk in chunks]
    texts = [as_said(chunk.get("text"), f"{path}.text") for path, chunk in chunks]
    while len(chunks) > 1 and not texts[-1] and not lists[-1]:  # it ends or aborts the answer
        chunks, lists, texts = chunks[:-1], lists[:-1], texts[:-1]
    texts_repeat = all(texts[-1].startswith(text) for text in texts)
    if not _scores_repeat(chunks[-1], lists):
        is_last = texts_repeat and not any(lists[:-1])  # it is the first that has any tokens
        return [_piece(*chunk) for chunk in (chunks[-1:] if is_last else chunks)]
    last = _piece(*chunks[-1])
    said, spelled = "".join(texts), "".join(draft.text for draft in last.drafts or ())
    is_cut = spelled.startswith(texts[-1]) and not spelled.startswith(said)
    if (texts_repeat and said != spelled) or is_cut:
        said = texts[-1]
    return [last._replace(text=said)]


def _scores_repeat(last: Chunk, lists: Sequence[Sequence[Any]]) -> bool:
    """Return whether the last chunk lists again what those before it listed."""
    *before, whole = lists
    path, meta = _meta(*last)
    counted = next((meta[key] for key in _COUNTS if type(meta.get(key)) is int), None)
    if counted == sum(map(len, lists)) or not any(before):
        return False
    if not all(list(whole[: len(each)]) == list(each) for each in before):
        return False
    if counted is None and len(whole) == max(map(len, before)) == len(before[0]):
        problem = "no count of tokens tells whether this chunk repeats those before or follows them"
        raise MalformedResponseError(f"{path}.{_SCORES}", problem)
    return True


def _meta(path: str, chunk: dict[str, Any]) -> Chunk:
    return f"{path}.meta_info", as_object(chunk.get("meta_info"), f"{path}.meta_info")


def _scores(path: str, chunk: dict[str, Any]) -> Sequence[Any]:
    where, meta = _meta(path, chunk)
    return as_list(meta.get(_SCORES), f"{where}.{_SCORES}")


def _piece(path: str, chunk: dict[str, Any]) -> Piece:
    where, meta = _meta(path, chunk)
    text = as_said(chunk.get("text"), f"{path}.text")
    return Piece(f"{where}.{_SCORES}", text, _drafts(meta, "output", where))


def _drafts(meta: dict[str, Any], side: str, path: str) -> list[Draft] | None:
    """Return the tokens of the answer or of the prompt, ``None`` where they are not listed."""
    key, above, flat = (
        f"{side}_{end}" for end in ("token_logprobs", "top_logprobs", "top_logprobs_val_flat")
    )
    if meta.get(key) is None:
        return None
    for name in (flat, f"{flat}_b64"):
        if meta.get(name) is not None:
            problem = f"alternatives in a flat array are not read: ask without {_FLAT[side]}"
            raise MalformedResponseError(f"{path}.{name}", problem)
    tokens = as_list(meta[key], f"{path}.{key}")
    tops = as_list(meta.get(above), f"{path}.{above}") or [None] * len(tokens)
    check_paired(len(tops), len(tokens), f"{path}.{above}")
    drafts: list[Draft] = []
    for i, (token, top) in enumerate(zip(tokens, tops, strict=True)):
        text, logprob, token_id = _triple(token, f"{path}.{key}[{i}]")
        listed = partial(_alternatives, top, f"{path}.{above}[{i}]") if top else ()
        drafts.append(Draft(text, logprob, token_id=token_id, alternatives=listed))
    return drafts


def _alternatives(top: object, path: str) -> tuple[Alternative, ...]:
    found = [_triple(each, f"{path}[{i}]") for i, each in enumerate(as_list(top, path))]
    return tuple(Alternative(text, logprob, token_id=at) for text, logprob, at in found)


def _triple(value: object, path: str) -> tuple[str, float | None, int | None]:
    if not is_list(value) or len(value) != _TRIPLE:
        raise MalformedResponseError(path, f"expected [logprob, id, text], got {got(value)}")
    logprob, found, text = value
    token_id = as_whole(found, f"{path}[1]")
    return text_or_name(text, token_id, f"{path}[2]"), as_number(logprob, f"{path}[0]"), token_id
