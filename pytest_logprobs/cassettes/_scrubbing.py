"""Requests and responses of one cassette on their way into it, without what must not be stored."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from pytest_logprobs.cassettes._messages import provenance, stored_request, stored_response
from pytest_logprobs.cassettes._miss import CassetteMissError
from pytest_logprobs.cassettes._scrub import Rules
from pytest_logprobs.cassettes._secrets import refuse_secrets, secrets_of
from pytest_logprobs.errors import LogprobsError

__all__ = ["Scrubbing"]
__tracebackhide__ = True  # a failed test shows its own lines

_Headers = Mapping[str, Any]


class Scrubbing:
    """What is taken out, by the rules of the project and for the keys that this test has used.

    A hook of the project that goes wrong raises ``CassetteMissError``, which is also added to
    ``misses``: the test fails with it, whatever the client makes of it.
    """

    def __init__(self, rules: Rules, misses: list[CassetteMissError]) -> None:
        self._rules: Final = rules
        self._misses: Final = misses
        self._sent: dict[str, str] = {}  # an answer may quote them

    def request(self, method: str, url: str, headers: _Headers, body: bytes) -> dict[str, Any]:
        """Return a request as it is stored."""
        self._sent.update(self._rules.sent(url, headers))
        with self._telling():
            return stored_request(method, url, headers, body, self._rules)

    def response(
        self,
        request: Mapping[str, Any],
        sent: _Headers,
        response: tuple[int, _Headers, bytes],
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the response to a stored request as it is stored, and where it is from.

        ``sent`` are the headers of the request as they were on the wire.
        """
        with self._telling():
            stored = stored_response(*response, self._known(), request)
        return stored, provenance(sent, request, stored)

    def is_clean(self, interaction: Mapping[str, object]) -> bool:
        """Return whether nothing in an interaction looks like a secret."""
        rules = self._known()
        return not any(secrets_of([interaction], rules.allowed, rules.secrets))

    def refuse(self, path: Path, interactions: Iterable[Mapping[str, object]]) -> None:
        """Raise ``CassetteSecretError`` if what would be written looks like a secret."""
        rules = self._known()
        refuse_secrets(path, interactions, rules.allowed, rules.secrets)

    def _known(self) -> Rules:
        return self._rules.knowing(dict(self._sent))

    @contextmanager
    def _telling(self) -> Generator[None]:
        try:
            yield
        except LogprobsError as error:
            self._misses.append(miss := CassetteMissError(str(error)))
            raise miss from None
