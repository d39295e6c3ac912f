"""What crossed the wire in a test: exchanges, and the completions in them."""

from __future__ import annotations

from bisect import insort
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from threading import RLock
from typing import Final

from pytest_logprobs._model import Completion, Request
from pytest_logprobs.errors import (
    LogprobsError,
    MalformedResponseError,
    ResponseError,
    UnknownFormatError,
)
from pytest_logprobs.parsers import parse_all

__all__ = ["FIRST_ERROR", "Answer", "Exchange", "Traffic"]
__tracebackhide__ = True  # a failed test shows its own lines

FIRST_ERROR: Final = 400
"""Statuses from here on say that the request failed."""

Answer = Completion | LogprobsError
"""A completion, or the error that stands for one that cannot be read."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, the status of its answer, and the answer's body, which is not compressed."""

    request: Request
    status: int
    body: bytes


class Traffic:
    """The exchanges of a test in the order of their requests, whoever made them.

    >>> traffic = Traffic()
    >>> traffic.add(traffic.begin(), Exchange(Request("https://api.example", {}), 200, b"pong"))
    >>> traffic.completions
    ()
    """

    __slots__ = (
        "_all",
        "_answers",
        "_begun",
        "_lock",
        "_order",
        "_places",
        "_repeats",
        "_unread",
        "_waiting",
    )

    def __init__(self) -> None:
        self._lock = RLock()  # what reads an answer may ask for another
        self._begun = 0
        self._unread: dict[int, Exchange] = {}
        self._repeats: dict[int, Callable[[], Sequence[Exchange]]] = {}
        self._places: dict[int, tuple[int, int]] = {}  # number and position, by what was read
        self._answers: dict[int, tuple[Answer, ...]] = {}
        self._order: list[int] = []
        self._all: tuple[Answer, ...] | None = ()  # until there is more
        # Those that were not taken, by what they say. To take the first of a plain dict again and
        # again is quadratic.
        self._waiting: dict[object, OrderedDict[int, Completion]] = {}

    def begin(self) -> int:
        """Return the number of a new request: answers may come in another order."""
        with self._lock:
            self._begun += 1
            return self._begun

    def add(
        self,
        number: int,
        exchange: Exchange,
        repeats: Callable[[], Sequence[Exchange]] = tuple,
    ) -> None:
        """Add what a request was answered; ``repeats`` gives what it was in repeats of the test."""
        with self._lock:
            self._unread[number] = exchange
            self._repeats[number] = repeats

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Every completion, or the error that stands for one that cannot be read, in order.

        Errors of the provider and what is no completion (embeddings, lists of models) are passed
        over.
        """
        with self._lock:
            self._read()
            if self._all is None:
                self._all = tuple(each for number in self._order for each in self._answers[number])
            return self._all

    @property
    def completions(self) -> tuple[Completion, ...]:
        """Every completion with log-probabilities, in order.

        Raises the first error of :attr:`answers` where there is nothing but errors.
        """
        answers = self.answers
        completions = tuple(answer for answer in answers if isinstance(answer, Completion))
        if answers and not completions:
            raise next(answer for answer in answers if isinstance(answer, LogprobsError))
        return completions

    @property
    def last(self) -> Completion | None:
        """The last of :attr:`completions`, ``None`` where there is none."""
        with self._lock:
            self._read()
            found = (self._answers[number][::-1] for number in reversed(self._order))
            answers = chain.from_iterable(found)
            return next((each for each in answers if isinstance(each, Completion)), None)

    @property
    def not_taken(self) -> tuple[Answer, ...]:
        """The :attr:`answers` that were not taken."""
        with self._lock:
            answers = self.answers
            waiting = {number for alike in self._waiting.values() for number in alike}
        return tuple(
            each for each in answers if isinstance(each, LogprobsError) or id(each) in waiting
        )

    def take(self, completion: Completion) -> Completion:
        """Return a completion as it crossed the wire, with its request, and count it as taken.

        One that did not cross it, or all of whose like are taken, is returned as it is.
        """
        with self._lock:
            self._read()
            alike = self._waiting.get(_said(completion), OrderedDict())
            number = id(completion) if id(completion) in alike else next(iter(alike), 0)
            return alike.pop(number, completion)

    def repeats_of(self, completion: Completion) -> tuple[Completion, ...]:
        """Return what stands in the place of a completion in the repeats of the test.

        Of one that did not cross the wire there are none. Raises a ``LogprobsError`` for a repeat
        that cannot be read.
        """
        with self._lock:
            self._read()
            number, position = self._places.get(id(completion), (0, 0))
        if not number:
            return ()
        found = [_answers(each)[position : position + 1] for each in self._repeats[number]()]
        answers = [*chain.from_iterable(found)]
        for error in (each for each in answers if isinstance(each, LogprobsError)):
            raise error
        return tuple(each for each in answers if isinstance(each, Completion))

    def _read(self) -> None:
        """Read what came since: when it is first looked at, and once."""
        unread, self._unread = self._unread, {}
        for number in sorted(unread):
            self._answers[number] = answers = _answers(unread[number])
            insort(self._order, number)
            self._all = None
            for position, each in enumerate(answers):
                self._places[id(each)] = number, position
                if isinstance(each, Completion):
                    self._waiting.setdefault(_said(each), OrderedDict())[id(each)] = each


def _said(completion: Completion) -> object:
    # not the alternatives, which are read when they are looked at and may be wrong
    return completion.text, completion.choice, tuple(token.logprob for token in completion)


def _answers(exchange: Exchange) -> tuple[Answer, ...]:
    if exchange.status >= FIRST_ERROR:
        return ()
    try:
        found = parse_all(exchange.body)
    except (UnknownFormatError, ResponseError):
        return ()
    except MalformedResponseError as error:
        return () if error.path == "$" else (error,)  # "$": it is no JSON, or no stream
    except LogprobsError as error:
        return (error,)
    return tuple(completion.answering(exchange.request) for completion in found)
