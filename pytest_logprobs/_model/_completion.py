"""An answer: its text, its tokens, and where it came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import NamedTuple

from pytest_logprobs._model._request import Request
from pytest_logprobs._model._span import Span
from pytest_logprobs._model._token import Alternative, ListAlternatives, Token
from pytest_logprobs._quote import quote
from pytest_logprobs._text import Extent, align, encode

__all__ = ["Completion", "Draft", "assemble"]
__tracebackhide__ = True  # a failed test shows its own lines


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Completion(Span):
    """A whole answer of a model: a :class:`Span` that knows where it came from.

    - ``text``: the whole answer as the provider gave it, also where no token covers it.
    - ``model``, ``finish_reason``: as the response names them, ``None`` where it does not.
    - ``choice``: which of several answers to one request this is, 0-based.
    - ``format``: the wire format that it was read as.
    - ``prompt_tokens``: the echoed prompt as a span, where the response tells it apart.
    - ``request``: what was asked, known where the answer came through a cassette. Two completions
      that say the same are equal, whatever is known of their requests.

    >>> completion = Completion("Paris.", [Token("Paris", -0.25, extent=(0, 5))])
    >>> completion.text, completion.span("Paris").min_probability > 0.7
    ('Paris.', True)
    """

    model: str | None
    finish_reason: str | None
    choice: int
    format: str | None
    prompt_tokens: Span | None
    request: Request | None = field(compare=False)

    def __init__(
        self,
        text: str,
        tokens: Iterable[Token],
        *,
        model: str | None = None,
        finish_reason: str | None = None,
        choice: int = 0,
        format: str | None = None,
        prompt_tokens: Span | None = None,
        request: Request | None = None,
    ) -> None:
        """Take tokens whose offsets count in ``text``."""
        Span.__init__(self, tokens, source=text)
        put = object.__setattr__
        put(self, "model", model)
        put(self, "finish_reason", finish_reason)
        put(self, "choice", choice)
        put(self, "format", format)
        put(self, "prompt_tokens", prompt_tokens)
        put(self, "request", request)

    @property
    def text(self) -> str:
        """The whole answer as the provider gave it."""
        return self._source or ""

    def answering(self, request: Request) -> Completion:
        """Return this completion as the answer to a request."""
        return Completion(
            self.text,
            self._tokens,
            model=self.model,
            finish_reason=self.finish_reason,
            choice=self.choice,
            format=self.format,
            prompt_tokens=self.prompt_tokens,
            request=request,
        )

    def _bounds(self) -> Extent:
        prompt_end = self.prompt_tokens.end if self.prompt_tokens else None
        return prompt_end or 0, len(self.text)

    def __repr__(self) -> str:
        model = f", {quote(self.model)[1:-1]}" if self.model else ""
        return f"<{self._summary()}{model}>"


class Draft(NamedTuple):
    """A token as a wire format gives it, before it is placed in the text.

    ``spelled`` are the bytes that it stands for where the wire says, else ``None``.
    """

    text: str
    logprob: float | None
    spelled: bytes | None = None
    token_id: int | None = None
    alternatives: ListAlternatives | Sequence[Alternative] = ()


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
) -> Completion:
    """Place tokens in their text and make a completion of them.

    ``starts`` are the offsets that the wire claims (see :func:`pytest_logprobs._text.align`).
    ``echoed``: the first token is that of a prompt; the first ``prompt_count`` tokens are all of
    it, 0 where the response does not tell.
    """
    places = _places(text, drafts, starts)
    tokens = [
        _token(
            draft,
            place,
            index=at - prompt_count if at >= prompt_count else at,
            unconditional=echoed and at == 0 and draft.logprob is None,
        )
        for at, (draft, place) in enumerate(zip(drafts, places, strict=True))
    ]
    return Completion(
        text,
        tokens[prompt_count:],
        model=model,
        finish_reason=finish_reason,
        choice=choice,
        format=format,
        prompt_tokens=Span(tokens[:prompt_count], source=text) if prompt_count else None,
    )


def _places(
    text: str, drafts: Sequence[Draft], starts: Sequence[int] | None
) -> Sequence[Extent | None]:
    texts = [draft.text for draft in drafts]
    if "".join(texts) != text:
        return align(text, [_spellings(draft) for draft in drafts], starts)
    ends = list(accumulate(map(len, texts)))  # the common case needs no search
    return [(begin, end) if begin < end else None for begin, end in pairwise([0, *ends])]


def _spellings(draft: Draft) -> tuple[bytes, ...]:
    own = encode(draft.text)
    return (own,) if not draft.spelled or draft.spelled == own else (draft.spelled, own)


def _token(draft: Draft, extent: Extent | None, *, index: int, unconditional: bool) -> Token:
    return Token(
        draft.text,
        draft.logprob,
        alternatives=draft.alternatives,
        bytes=draft.spelled,
        token_id=draft.token_id,
        index=index,
        extent=extent,
        unconditional=unconditional,
    )
