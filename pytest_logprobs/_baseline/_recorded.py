"""The tokens of measured answers, out of the cassettes that they were recorded in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from pytest_logprobs._baseline._file import stored
from pytest_logprobs._cases import Measured, cases_of
from pytest_logprobs._ledger import Case, Row, fingerprint
from pytest_logprobs._model import Completion
from pytest_logprobs.cassettes import contents
from pytest_logprobs.errors import LogprobsError

__all__ = ["Recorded"]
__tracebackhide__ = True  # a failed test shows its own lines

_ALTERNATIVES: Final = 5


class Recorded:
    """Cassettes, which ``read`` gives by the paths that users know them by.

    ``None`` stands for one that is not there.
    """

    def __init__(self, read: Callable[[str], bytes | None]) -> None:
        self._read = read
        self._cassettes: dict[str, tuple[Completion, ...]] = {}

    def tokens_of(self, case: Case) -> tuple[Row, ...]:
        """Return the tokens of a case with their alternatives, of the first if it has repeats.

        Its answer is the recorded one that scores as it does. Empty where there is none.
        """
        wanted = stored(case)
        (known,) = wanted.samples
        if case.cassette is None or not known.scores:
            return ()
        for answers in _alike(self._completions(case.cassette), wanted.repeats):
            if len(answers[0]) != known.count:  # before its scores are worked out
                continue
            seen = [Measured(case.label, answer) for answer in answers]
            (found,) = cases_of(case.test, seen, alternatives=_ALTERNATIVES)
            if all(found.score(name) == score for name, score in known.scores.items()):
                return found.samples[0].tokens
        return ()

    def _completions(self, cassette: str) -> tuple[Completion, ...]:
        """Return what a cassette has recorded, nothing if it cannot be read."""
        if cassette not in self._cassettes:
            data = self._read(cassette)
            try:
                found = contents(data, Path(cassette)) if data else None
            except LogprobsError:  # the verdict does not hang on what is shown beside it
                found = None
            self._cassettes[cassette] = found.completions if found else ()
        return self._cassettes[cassette]


def _alike(completions: Sequence[Completion], repeats: int) -> Iterable[Sequence[Completion]]:
    """Return the answers that may be those of a case: to the same request, as many as repeats."""
    if repeats == 1:
        return ((each,) for each in completions)
    asked: defaultdict[object, list[Completion]] = defaultdict(list)
    for each in completions:
        request = each.request
        body = fingerprint(request.body) if request else None
        asked[request.url if request else None, body, each.choice].append(each)
    return (answers for answers in asked.values() if len(answers) == repeats)
