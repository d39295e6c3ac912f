"""Tokens as a wire format gives them → a completion, in whose text they have their places."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from pytest_logprobs._model._completion import Completion
from pytest_logprobs._model._span import Span
from pytest_logprobs._model._token import Alternative, ListAlternatives, Token
from pytest_logprobs._text import Extent, align, encode

__all__ = ["Draft", "assemble"]
__tracebackhide__ = True  # a failed test shows its own lines


class Draft(NamedTuple):
    """A token as a wire format gives it, before it is placed in the text.

    ``spelled`` are the bytes that it stands for where the wire says, else ``None``. ``continues``:
    the wire spells it together with the token before it, in whose place it stands too. ``hidden``:
    it came with reasoning or the like, not with the text, and has no place where the others can
    spell all of that.
    """

    text: str
    logprob: float | None
    spelled: bytes | None = None
    token_id: int | None = None
    alternatives: ListAlternatives | Sequence[Alternative] = ()
    continues: bool = False
    hidden: bool = False


def assemble(
    text: str,
    drafts: Sequence[Draft],
    *,
    model: str | None = None,
    finish_reason: str | None = None,
    choice: int = 0,
    format: str | None = None,
    starts: Sequence[int] | None = None,
    echoed: bool = False,
    prompt_count: int = 0,
    prompt: Sequence[Draft] | None = None,
    processed: bool | None = None,
) -> Completion:
    """Place tokens in their text and make a completion of them.

    ``starts`` are the offsets that the wire claims (see :func:`pytest_logprobs._text.align`).
    ``echoed``: the first token is that of a prompt; the first ``prompt_count`` tokens are all of
    it, 0 where the response does not tell. ``prompt``: the tokens of a prompt that stand apart
    from the answer, ``None`` where it is not scored. ``processed``: see :class:`Capabilities`.
    """
    tokens = _tokens(text, drafts, starts, is_prompt=echoed, prompt_count=prompt_count)
    echo = Span(tokens[:prompt_count], source=text) if prompt_count else None
    return Completion(
        text,
        tokens[prompt_count:],
        model=model,
        finish_reason=finish_reason,
        choice=choice,
        format=format,
        prompt_tokens=echo if prompt is None else _prompt(prompt),
        processed=processed,
    )


def _prompt(drafts: Sequence[Draft]) -> Span:
    """Return the tokens of a prompt, placed in what they spell: the response has no other text."""
    text = "".join(draft.text for draft in drafts)
    return Span(_tokens(text, drafts, is_prompt=True), source=text)


def _tokens(
    text: str,
    drafts: Sequence[Draft],
    starts: Sequence[int] | None = None,
    *,
    is_prompt: bool,
    prompt_count: int = 0,
) -> list[Token]:
    """Place tokens; those of the answer are counted anew, and nothing comes before a prompt."""
    places = _places(text, drafts, starts)
    return [
        Token(
            draft.text,
            draft.logprob,
            alternatives=draft.alternatives,
            bytes=draft.spelled,
            token_id=draft.token_id,
            index=at - prompt_count if at >= prompt_count else at,
            extent=place,
            unconditional=is_prompt and at == 0 and not draft.logprob,  # 0.0: a placeholder
        )
        for at, (draft, place) in enumerate(zip(drafts, places, strict=True))
    ]


def _places(
    text: str, drafts: Sequence[Draft], starts: Sequence[int] | None
) -> Sequence[Extent | None]:
    shown = [draft for draft in drafts if not draft.hidden]
    if len(shown) == len(drafts) or not _can_spell(shown, text):
        return _placed(text, drafts, starts)
    places = iter(_placed(text, shown, None))
    return [None if draft.hidden else next(places) for draft in drafts]


def _can_spell(drafts: Sequence[Draft], text: str) -> bool:
    """Return whether tokens have bytes enough for a text, whatever these are."""
    return sum(len(_spellings(draft)[0]) for draft in drafts) >= len(encode(text))


def _placed(
    text: str, drafts: Sequence[Draft], starts: Sequence[int] | None
) -> Sequence[Extent | None]:
    texts = [draft.text for draft in drafts]
    places: Sequence[Extent | None]
    if "".join(texts) == text:  # the common case needs no search
        bounds = pairwise(accumulate(map(len, texts), initial=0))
        places = [(begin, end) if begin < end else None for begin, end in bounds]
    else:
        places = align(text, [_spellings(draft) for draft in drafts], starts)
    if not any(draft.continues for draft in drafts):
        return places
    shared: list[Extent | None] = []
    for draft, place in zip(drafts, places, strict=True):
        shared.append(shared[-1] if draft.continues and shared else place)
    return shared


def _spellings(draft: Draft) -> tuple[bytes, ...]:
    own = encode(draft.text)
    return (own,) if not draft.spelled or draft.spelled == own else (draft.spelled, own)
