"""The errors of pytest-logprobs, all in one place.

::

    LogprobsError
    ├── UnknownFormatError       no wire format has this shape
    ├── MalformedResponseError   the shape is known, a value in it is wrong     (.path)
    ├── ResponseError            the body is the provider's own error object    (.provider_message)
    ├── MissingLogprobsError     a sound answer without log-probabilities       (.format)
    ├── ChoiceError              which of several choices? or: no such choice   (.choices)
    ├── UnscoredTokenError       a score needs a number that is not known       (.token)
    ├── EmptySpanError           a score of no token                            (.metric)
    ├── SpanNotFoundError        the text looked for is not there, or no token covers it
    ├── MissingAlternativesError an alternative is asked of a token that lists none
    ├── CassetteError            a file of recordings, at one place of it       (.path, .line)
    └── BaselineError            a file of measured cases, at one place of it   (.path, .line)

    CassetteError
    ├── CassetteReadError        it cannot be read: damaged, foreign, of a newer version
    ├── CassetteSecretError      it would hold a secret, and is not written      (.place)
    └── CassetteWriteError       it cannot be written: the disk, the directory

    BaselineError
    ├── BaselineReadError        it cannot be read: damaged, of a newer version, not there
    ├── BaselineCaseError        it has no such case, or one that cannot be compared
    └── BaselineWriteError       it cannot be written: the disk, the directory

    AssertionError
    └── ConfidenceError          an ``assert_*`` helper does not hold   (.explanation, .section)

A wrong *answer of a model* is an ``AssertionError``; an answer that cannot be judged is a
``LogprobsError``. A test fails with either, but only the first says anything about the model.
"""

from __future__ import annotations

import copyreg
from collections.abc import Callable
from typing import Final

__all__ = [
    "SECTION_ROWS",
    "BaselineCaseError",
    "BaselineError",
    "BaselineReadError",
    "BaselineWriteError",
    "CassetteError",
    "CassetteReadError",
    "CassetteSecretError",
    "CassetteWriteError",
    "ChoiceError",
    "ConfidenceError",
    "EmptySpanError",
    "LogprobsError",
    "MalformedResponseError",
    "MissingAlternativesError",
    "MissingLogprobsError",
    "ResponseError",
    "SpanNotFoundError",
    "UnknownFormatError",
    "UnscoredTokenError",
    "confidence_errors",
]
__tracebackhide__ = True  # a failed test shows its own lines

SECTION_ROWS: Final = 50
"""How many tokens the table of a failure lists unless a setting says otherwise."""


class LogprobsError(Exception):
    """The base of every error that is about input, not about confidence."""

    def __reduce__(self) -> tuple[object, ...]:
        # Copies are not made by calling the class: it takes other arguments than a message. Without
        # this an error never comes back from a process pool.
        return copyreg.__newobj__, (type(self), *self.args), vars(self)  # type: ignore[attr-defined] # in no stub


class UnknownFormatError(LogprobsError):
    """No wire format has the shape of this response.

    The message lists the formats that were tried and the keys that were seen.
    """


class MalformedResponseError(LogprobsError):
    """A value of the response is not what its format promises.

    ``path`` says where, in JSONPath's dotted form (``$.choices[0].logprobs.content[3]``); ``$`` is
    the whole response, and a stream's chunks are ``$[0]``, ``$[1]``, …. Where a project's own
    format fails, it is the line of its code (``conftest.py:7``).
    """

    def __init__(self, path: str, problem: str) -> None:
        self.path = path
        super().__init__(f"{path}: {problem}")


class ResponseError(LogprobsError):
    """The response is the provider's own error object, not an answer.

    ``provider_message`` is what the provider said.
    """

    def __init__(self, message: str, *, provider_message: str) -> None:
        self.provider_message = provider_message
        super().__init__(message)


class MissingLogprobsError(LogprobsError):
    """The answer is sound but carries no log-probabilities.

    ``format`` is the recognised wire format; the message names the request parameter that turns
    log-probabilities on for it.
    """

    def __init__(self, message: str, *, format: str) -> None:  # the word of the field
        self.format = format
        super().__init__(message)


class ChoiceError(LogprobsError):
    """One completion was asked for and the response does not say which.

    ``choices`` are the numbers (0-based) of the choices that the response has.
    """

    def __init__(self, message: str, *, choices: tuple[int, ...]) -> None:
        self.choices = choices
        super().__init__(message)


class UnscoredTokenError(LogprobsError):
    """A score needs a number of a token that is not known.

    ``token`` is the first such token.
    """

    def __init__(self, message: str, *, token: object) -> None:
        self.token = token
        super().__init__(message)


class EmptySpanError(LogprobsError):
    """A score was asked of a span without tokens.

    ``metric`` is the name of that score.
    """

    def __init__(self, metric: str, problem: str = "a span without tokens has no score") -> None:
        self.metric = metric
        super().__init__(f"{metric}: {problem}; check that something was generated or found first")


class SpanNotFoundError(LogprobsError):
    """The text looked for does not stand in the answer, or no token covers it."""


class MissingAlternativesError(LogprobsError):
    """An alternative was asked of a token for which the response lists none."""


class CassetteError(LogprobsError):
    """A cassette, a file of recorded answers, cannot be used as it is.

    ``path`` is the file. ``line`` (from 1) is where the trouble begins in it; ``None``: in no line
    of it, it is the file as a whole.
    """

    def __init__(self, path: str, problem: str, *, line: int | None = None) -> None:
        self.path = path
        self.line = line
        super().__init__(f"{path}: {problem}" if line is None else f"{path}:{line}: {problem}")


class CassetteReadError(CassetteError):
    """A cassette cannot be read: it is damaged, foreign, of a newer version, or not to be opened.

    It is never taken for an empty one, and never overwritten.
    """


class CassetteSecretError(CassetteError):
    """A cassette would hold what looks like a secret; what was on the disk is untouched.

    ``place`` is the path to it from the top of the file; the secret itself is told to nobody.
    """

    def __init__(self, path: str, problem: str, *, place: str) -> None:
        self.place = place
        super().__init__(path, problem)


class CassetteWriteError(CassetteError):
    """A cassette cannot be written; what was on the disk is untouched."""


class BaselineError(LogprobsError):
    """A baseline or a run file, a file of measured cases, cannot be used as it is.

    ``path`` is the file, or the revision and the file in it. ``line`` (from 1) is where the trouble
    begins in it; ``None``: in no line of it, it is the file as a whole.
    """

    def __init__(self, path: str, problem: str, *, line: int | None = None) -> None:
        self.path = path
        self.line = line
        super().__init__(f"{path}: {problem}" if line is None else f"{path}:{line}: {problem}")


class BaselineReadError(BaselineError):
    """A baseline cannot be read: it is damaged, of a newer version, or not there."""


class BaselineCaseError(BaselineError):
    """A baseline has no such case, or one that the running test's cannot be compared with."""


class BaselineWriteError(BaselineError):
    """A baseline cannot be written; what was on the disk is untouched."""


class ConfidenceError(AssertionError):
    """An ``assert_*`` helper does not hold.

    ``explanation`` is the short part of the message, at most 8 lines. ``section(rows)`` gives the
    long one: the whole text as a heat map, and a table of at most ``rows`` tokens (0: all);
    ``None`` where there is no token to show.
    ``str()`` gives both. The plugin prints the long part as a section of the test's report and
    then sets ``section_reported``, so that the text does not stand there twice.
    """

    def __init__(self, explanation: str, section: Callable[[int], str] | None = None) -> None:
        self.explanation = explanation
        self.section = section
        self.section_reported = False
        super().__init__(explanation, section)

    def __str__(self) -> str:
        if self.section is None or self.section_reported:
            return self.explanation
        return f"{self.explanation}\n\n{self.section(SECTION_ROWS)}"


def confidence_errors(error: BaseException | None) -> list[ConfidenceError]:
    """Return the confidence errors behind an error: itself, its causes, members of groups."""
    seen: dict[int, BaseException] = {}
    waiting: list[object] = [error]
    for each in waiting:  # grows
        if isinstance(each, BaseException) and id(each) not in seen:
            seen[id(each)] = each
            members = getattr(each, "exceptions", None)
            waiting += members if isinstance(members, tuple) else ()
            waiting += (each.__cause__, each.__context__)
    return [each for each in seen.values() if isinstance(each, ConfidenceError)]


for _error in (
    LogprobsError,
    *LogprobsError.__subclasses__(),
    *CassetteError.__subclasses__(),
    *BaselineError.__subclasses__(),
    ConfidenceError,
):
    _error.__module__ = "pytest_logprobs"  # where users import them from, and shorter in a summary
