"""Measuring: a response becomes a completion of the running test."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_logprobs._model import Completion
from pytest_logprobs._traffic import Traffic
from pytest_logprobs.errors import ChoiceError, LogprobsError
from pytest_logprobs.parsers import parse

__all__ = ["Logprobs", "Measured", "seen"]
__tracebackhide__ = True  # a failed test shows its own lines


@dataclass(frozen=True, slots=True)
class Measured:
    """A completion that a test measured, and the label it gave it, if any."""

    label: str | None
    completion: Completion


class Logprobs:
    """What the fixture ``logprobs`` is: call it with a response to measure it.

    >>> logprobs = Logprobs()
    >>> entry = {"token": "Paris", "logprob": -0.25}
    >>> answer = {"message": {"content": "Paris"}, "logprobs": {"content": [entry]}}
    >>> logprobs({"choices": [answer]}).mean_logprob
    -0.25
    """

    __slots__ = ("_measured", "_traffic")

    def __init__(self, traffic: Traffic | None = None) -> None:
        """Take what crosses the wire in the test, where that is seen."""
        self._measured: list[Measured] = []
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
        if not (label is None or isinstance(label, str)):
            raise TypeError(f"a label is a text, got {label!r}")
        if not isinstance(response, Completion):
            response = parse(response, choice=choice)
        elif choice not in (None, response.choice):
            problem = f"choice {choice!r} is asked for, and this completion is of {response.choice}"
            raise ChoiceError(problem, choices=(response.choice,))
        if self._traffic is not None:
            response = self._traffic.take(response)
        self._measured.append(Measured(label, response))
        return response

    def __repr__(self) -> str:
        count = len(self._measured)
        return f"<Logprobs {count} completion{'' if count == 1 else 's'} measured>"

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


def seen(
    logprobs: Logprobs | None, traffic: Traffic | None
) -> tuple[Measured | LogprobsError, ...]:
    """Return what a test measured, and then what else crossed the wire.

    An error stands for an answer that cannot be read.
    """
    others = traffic.not_taken if traffic else ()
    return (
        *(logprobs.measured if logprobs else ()),
        *(Measured(None, each) if isinstance(each, Completion) else each for each in others),
    )
