"""An answer: its text, its tokens, and where it came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pytest_logprobs._model._capabilities import Capabilities
from pytest_logprobs._model._request import Request
from pytest_logprobs._model._span import Span
from pytest_logprobs._model._token import Token
from pytest_logprobs._quote import quote
from pytest_logprobs._text import Extent

__all__ = ["Completion"]
__tracebackhide__ = True  # a failed test shows its own lines


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Completion(Span):
    """A whole answer of a model: a :class:`Span` that knows where it came from.

    - ``text``: the whole answer as the provider gave it, also where no token covers it.
    - ``model``, ``finish_reason``: as the response names them, ``None`` where it does not.
    - ``choice``: which of several answers to one request this is, 0-based.
    - ``format``: the wire format that it was read as.
    - ``prompt_tokens``: the prompt as a span, where the response scores it and tells it apart.
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
    _processed: bool | None = field(compare=False)

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
        processed: bool | None = None,
    ) -> None:
        """Take tokens whose offsets count in ``text``.

        ``processed``: see :class:`Capabilities`.
        """
        Span.__init__(self, tokens, source=text)
        put = object.__setattr__
        put(self, "model", model)
        put(self, "finish_reason", finish_reason)
        put(self, "choice", choice)
        put(self, "format", format)
        put(self, "prompt_tokens", prompt_tokens)
        put(self, "request", request)
        put(self, "_asked", request.body if request else None)
        put(self, "_processed", processed)

    @property
    def text(self) -> str:
        """The whole answer as the provider gave it."""
        return self._source or ""

    @property
    def capabilities(self) -> Capabilities:
        """What the response tells beside its text.

        It looks at every token's alternatives: ``MalformedResponseError`` if they are not sound.

        >>> Completion("Hi", [Token("Hi", -0.5)]).capabilities
        Capabilities(chosen=True, alternatives=0, prompt=False, processed=None)
        """
        is_mixed = self.prompt_tokens is None and any(token.unconditional for token in self)
        return Capabilities(
            chosen=_is_scored(self),
            alternatives=max((len(token.alternatives) for token in self), default=0),
            prompt=None if is_mixed else _is_scored(self.prompt_tokens or ()),
            processed=self._processed,
        )

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
            processed=self._processed,
        )

    def _bounds(self) -> Extent:
        prompt, begin = self.prompt_tokens, 0
        # a prompt that is no part of the text may still spell the same
        if prompt and prompt.evidence.text == self.text and (self.start or 0) >= (prompt.end or 0):
            begin = prompt.end or 0
        return begin, len(self.text)

    def __repr__(self) -> str:
        model = f", {quote(self.model)[1:-1]}" if self.model else ""
        return f"<{self._summary()}{model}>"


def _is_scored(tokens: Iterable[Token]) -> bool:
    return any(token.logprob is not None for token in tokens)
