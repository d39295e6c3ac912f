"""What a response tells beside its text."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Capabilities"]
__tracebackhide__ = True  # a failed test shows its own lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What the log-probabilities of a response cover; nothing in it is guessed.

    - ``chosen``: at least one token has a known log-probability.
    - ``alternatives``: the most that are listed at any token, 0 where only the chosen are scored.
    - ``prompt``: at least one token of ``completion.prompt_tokens`` has a known log-probability;
      ``None`` where an echoed prompt is scored among the answer's tokens, for the response does
      not tell them apart.
    - ``processed``: ``True`` where the numbers are those after temperature, top-k and the like,
      ``False`` where they are the model's own, ``None`` where the wire does not tell.
    """

    chosen: bool
    alternatives: int
    prompt: bool | None
    processed: bool | None
