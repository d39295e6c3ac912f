"""An answer without log-probabilities: how they are asked for, or that there are none to be had."""

from __future__ import annotations

from pytest_logprobs.errors import MissingLogprobsError

__all__ = ["missing"]
__tracebackhide__ = True  # a failed test shows its own lines


def missing(format: str, choice: int, ask: str, because: str | None = None) -> MissingLogprobsError:
    """Return the error of a choice without log-probabilities.

    ``ask`` is what turns them on in a request of this wire format; ``because`` says why there are
    none whatever is asked, where the response tells.
    """
    remedy = because or (
        f"ask for them with {ask} in the request; if it did, this model or provider gives none"
    )
    return MissingLogprobsError(
        f"choice {choice} of the {format} response carries no log-probabilities: {remedy}",
        format=format,
    )
