"""Measuring: a response becomes a completion of the running test."""

from __future__ import annotations

from collections.abc import Callable

from pytest_logprobs._cases import Measured, Seen
from pytest_logprobs._ledger import BaselineCase
from pytest_logprobs._model import Completion
from pytest_logprobs._stored import Stored
from pytest_logprobs._traffic import Traffic
from pytest_logprobs.errors import ChoiceError, LogprobsError
from pytest_logprobs.parsers import parse

__all__ = ["Logprobs", "judged", "repeated", "seen"]
__tracebackhide__ = True  # a failed test shows its own lines


class Logprobs:
    """What the fixture ``logprobs`` is: call it with a response to measure it.

    >>> logprobs = Logprobs()
    >>> entry = {"token": "Paris", "logprob": -0.25}
    >>> answer = {"message": {"content": "Paris"}, "logprobs": {"content": [entry]}}
    >>> logprobs({"choices": [answer]}).mean_logprob
    -0.25
    """

    __slots__ = ("_compared", "_measured", "_stored", "_traffic")

    def __init__(
        self, traffic: Traffic | None = None, stored: Callable[[], Stored] | None = None
    ) -> None:
        """Take what crosses the wire in the test, where that is seen, and what gives its baseline.

        ``stored`` is not asked before the test asks for the baseline.
        """
        self._compared: set[str | None] = set()  # the labels whose baseline was asked for
        self._measured: list[Measured] = []
        self._stored = stored
        self._traffic = traffic

    def __call__(
        self, response: object, *, label: str | None = None, choice: int | None = None
    ) -> Completion:
        """Parse a response, as :func:`pytest_logprobs.parse` does, and measure the completion.

        A completion that was parsed before is measured as it is, and one that crossed the wire in
        this test is that one, with its request. What is measured is held against the limits of
        the ``logprobs`` marker; ``label`` names it there, where a test measures several. Raises
        what ``parse`` raises.
        """
        _check_label(label)
        if not isinstance(response, Completion):
            response = parse(response, choice=choice)
        elif choice not in (None, response.choice):
            problem = f"choice {choice!r} is asked for, and this completion is of {response.choice}"
            raise ChoiceError(problem, choices=(response.choice,))
        if self._traffic is not None:
            response = self._traffic.take(response)
        self._measured.append(Measured(label, response))
        if label in self._compared:
            self.baseline(label)  # raises where they cannot be compared
        return response

    def __repr__(self) -> str:
        count = len(self._measured)
        return f"<Logprobs {count} completion{'' if count == 1 else 's'} measured>"

    def baseline(self, label: str | None = None) -> BaselineCase:
        """Return what the baseline holds of this test under a label: every score as an attribute.

        With ``--logprobs-baseline=update`` or ``off`` it is what this test has measured under that
        label so far. Raises ``BaselineCaseError``, which says how to store the case, where there is
        none, or one of another model or other sampling parameters.
        """
        _check_label(label)
        if self._stored is None:
            raise LogprobsError("a baseline is that of a test, and no test runs")
        self._compared.add(label)
        return self._stored().baseline(label, self._measured)

    @property
    def asks_baseline(self) -> bool:
        """Whether the test has asked for a :meth:`baseline`, so that its cases belong there."""
        return bool(self._compared)

    @property
    def measured(self) -> tuple[Measured, ...]:
        """What was measured so far, in order."""
        return tuple(self._measured)

    @property
    def completions(self) -> tuple[Completion, ...]:
        """The completions that crossed the wire in this test, in the order of their requests.

        Whatever client made the call. Empty where there was none; raises a ``LogprobsError`` where
        answers came and none could be read, which says why.
        """
        if self._traffic is None:
            raise LogprobsError(
                "what crosses the wire is not seen in this test: mark it with "
                "@pytest.mark.logprobs_cassette, or give the response to the fixture: "
                "logprobs(response)"
            )
        return self._traffic.completions

    @property
    def last(self) -> Completion:
        """The last of :attr:`completions`; raises a ``LogprobsError`` where there is none yet."""
        last = self._traffic.last if self._traffic else None
        if last is None:
            _ = self.completions  # raises where there is more to say
            raise LogprobsError("no completion crossed the wire in this test so far")
        return last


def seen(logprobs: Logprobs | None, traffic: Traffic | None) -> tuple[Seen, ...]:
    """Return what a test measured, and then what else crossed the wire.

    An error stands for an answer that cannot be read.
    """
    others = traffic.not_taken if traffic else ()
    return (
        *(logprobs.measured if logprobs else ()),
        *(Measured(None, each) if isinstance(each, Completion) else each for each in others),
    )


def judged(logprobs: Logprobs | None, traffic: Traffic | None) -> tuple[Seen, ...]:
    """Return what cases are made from: what a test measured, else what crossed the wire."""
    return (logprobs.measured if logprobs else ()) or seen(None, traffic)


def repeated(judged: tuple[Seen, ...], traffic: Traffic | None) -> tuple[Seen, ...]:
    """Return what a test measured, each with what stands in its place in repeats of the test.

    Raises a ``LogprobsError`` for a repeat that cannot be read.
    """
    found: list[Seen] = []
    for each in judged:
        found.append(each)
        if traffic and isinstance(each, Measured):
            repeats = traffic.repeats_of(each.completion)
            found += (Measured(each.label, repeat) for repeat in repeats)
    return tuple(found)


def _check_label(label: object) -> None:
    if not (label is None or isinstance(label, str)):
        raise TypeError(f"a label is a text, got {label!r}")
