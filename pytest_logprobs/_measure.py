"""Measuring: a response becomes a completion of the running test."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_logprobs._model import Completion
from pytest_logprobs.errors import ChoiceError
from pytest_logprobs.parsers import parse

__all__ = ["Logprobs", "Measured"]
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

    __slots__ = ("_measured",)

    def __init__(self) -> None:
        self._measured: list[Measured] = []

    def __call__(
        self, response: object, *, label: str | None = None, choice: int | None = None
    ) -> Completion:
        """Parse a response, as :func:`pytest_logprobs.parse` does, and measure the completion.

        A completion that was parsed before is measured as it is. What is measured is held against
        the limits of the ``logprobs`` marker; ``label`` names it there, where a test measures
        several. Raises what ``parse`` raises.
        """
        if not (label is None or isinstance(label, str)):
            raise TypeError(f"a label is a text, got {label!r}")
        if not isinstance(response, Completion):
            response = parse(response, choice=choice)
        elif choice not in (None, response.choice):
            problem = f"choice {choice!r} is asked for, and this completion is of {response.choice}"
            raise ChoiceError(problem, choices=(response.choice,))
        self._measured.append(Measured(label, response))
        return response

    def __repr__(self) -> str:
        count = len(self._measured)
        return f"<Logprobs {count} completion{'' if count == 1 else 's'} measured>"

    @property
    def measured(self) -> tuple[Measured, ...]:
        """What was measured so far, in order."""
        return tuple(self._measured)
