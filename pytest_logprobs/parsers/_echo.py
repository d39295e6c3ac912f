"""An echoed prompt: the tokens of an answer begin with those of what was asked.

Its first token has neither a log-probability nor alternatives, for nothing came before it. Where a
server gives it a number all the same, the numbers of tokens in ``usage`` tell: as many are listed
as those of the prompt and of the answer together. They also tell where the answer begins.
"""

from __future__ import annotations

from collections.abc import Sequence

from pytest_logprobs._model import Draft
from pytest_logprobs._text import encode
from pytest_logprobs.parsers._choices import Choice

__all__ = ["begins_unconditional", "is_echo", "prompt_count"]
__tracebackhide__ = True  # a failed test shows its own lines


def begins_unconditional(drafts: Sequence[Draft], starts: Sequence[int] = ()) -> bool:
    """Return whether the first token can be that of a prompt: it has neither number nor list.

    ``starts`` are the offsets that the wire claims. They count from the beginning of the prompt:
    where the first is beyond it, the prompt is not listed, and a number got lost.
    """
    if not drafts or drafts[0].logprob is not None or drafts[0].alternatives:
        return False
    return not _are_beyond(starts)


def is_echo(choice: Choice, drafts: Sequence[Draft], starts: Sequence[int] = ()) -> bool:
    """Return whether the tokens begin with those of the prompt."""
    if begins_unconditional(drafts, starts):
        # where all of them were generated, the first is one whose number got lost
        generated = choice.usage.generated
        return generated is None or generated < choice.usage.listed
    return not _are_beyond(starts) and _counts_prompt(choice, drafts)


def prompt_count(choice: Choice, drafts: Sequence[Draft], apart: Sequence[Draft] = ()) -> int:
    """Return how many of the tokens are an echoed prompt's; 0 where the response does not tell.

    They are counted back from the end, since servers leave out a token that begins every prompt.
    One too few may as well mean that they count the token that ended the answer and do not list
    it; an answer that was cut short, and whose text ends with its last token, has none. Where
    ``usage`` does not tell, a prompt that is scored ``apart``, with the same numbers, does.
    """
    asked, generated, listed, choices, _ = choice.usage
    if asked is not None and generated is not None:
        before = listed - generated
        is_cut = choice.finish_reason == "length" and choice.text.endswith(drafts[-1].text)
        if choices == 1 and is_cut and before == asked - 1:
            return before
        if before == asked * choices and _is_common(choice, drafts[:asked]):
            return asked if asked <= len(drafts) else 0
    echo = zip(apart, drafts, strict=False)
    is_same = all(draft.logprob in {None, other.logprob} for draft, other in echo)
    return len(apart) if is_same and len(apart) <= len(drafts) else 0


def _are_beyond(starts: Sequence[int]) -> bool:
    return bool(starts) and starts[0] > 0


def _counts_prompt(choice: Choice, drafts: Sequence[Draft]) -> bool:
    """Return whether ``usage`` says that the tokens of a text are the prompt's and the answer's.

    What goes on behind a stop sequence is listed and may not be counted: the tokens have to begin
    and end with the text, but for one at each end, and the prompt's have to stand in it.
    """
    asked, generated, listed, choices, _ = choice.usage
    if not asked or generated is None or listed != generated + asked * choices:
        return False
    text = choice.text.strip()
    return (
        choice.is_text
        and asked <= len(drafts)
        and _is_common(choice, drafts[:asked])
        and _spelled(drafts[1:asked]) in encode(choice.text)
        and any(map(text.startswith, _shown(drafts[:2])))
        and any(map(text.endswith, _shown(drafts[-2:])))
    )


def _is_common(choice: Choice, prompt: Sequence[Draft]) -> bool:
    """Return whether several answers begin alike for as long as a prompt, but for its first."""
    size = sum(len(draft.text) for draft in prompt[1:])
    return choice.usage.choices == 1 or choice.usage.common >= size


def _spelled(drafts: Sequence[Draft]) -> bytes:
    return b"".join(draft.spelled or encode(draft.text) for draft in drafts)


def _shown(drafts: Sequence[Draft]) -> list[str]:
    return [shown for draft in drafts if (shown := draft.text.strip())]
