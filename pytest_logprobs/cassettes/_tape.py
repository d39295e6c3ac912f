"""The recordings of a cassette while a test runs: what answers a request, and what is new."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from threading import RLock
from typing import Any, Final

from pytest_logprobs._traffic import FIRST_ERROR
from pytest_logprobs.cassettes._again import Again
from pytest_logprobs.cassettes._matching import in_repeat, key_of, key_of_recording

__all__ = ["Asked", "Interaction", "Tape", "Used", "answered", "is_error"]
__tracebackhide__ = True  # a failed test shows its own lines

Interaction = dict[str, Any]
"""A request, its response and where they come from, as the file holds them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request on its way: as it is stored, its key, its place in the order of requests.

    ``answer`` is the recording that answers it, if one does.
    """

    request: dict[str, Any]
    key: bytes
    order: int
    answer: Interaction | None


@dataclass(frozen=True, slots=True)
class Used:
    """A recording that answered a request with this key; ``new``: it is of this run."""

    key: bytes
    interaction: Interaction
    new: bool


class Tape:
    """Recordings by what they answer; the n-th identical request gets the n-th recording.

    ``loaded`` are those of the file, and ``playing`` the keys of those that answer, all if it is
    ``None``. ``offered`` were paid for by a run that did not come to its end: they answer, and
    count as recorded then. ``repeat``: see ``Plan``.
    """

    def __init__(
        self,
        loaded: Sequence[Interaction] = (),
        offered: Sequence[Interaction] = (),
        *,
        playing: Collection[bytes] | None = None,
        ignore: Sequence[str] = (),
        repeats: str = "error",
        repeat: int = 1,
    ) -> None:
        self.loaded: Final = tuple(loaded)
        self._ignore = ignore
        self._repeats = repeats
        self._repeat = repeat
        self._lock = RLock()
        self._asked = 0
        self._asking: dict[int, bytes] = {}
        self._played: set[int] = set()
        self._new: dict[int, tuple[bytes, Interaction]] = {}
        self.play_count = 0
        self.taken_up = 0  # of those offered
        self._offered = {id(each) for each in offered}
        self._keys = [key_of_recording(each, ignore) for each in self.loaded]
        self._again = Again(self.loaded, self._keys)
        self._waiting: dict[bytes, deque[Interaction]] = {}
        for key, each in zip(self._keys, self.loaded, strict=True):
            if playing is None or key in playing:
                self._waiting.setdefault(key, deque()).append(each)
        for each in offered:
            self._waiting.setdefault(key_of_recording(each, ignore), deque()).append(each)

    def ask(self, request: Mapping[str, Any]) -> Asked:
        """Take the next recording that answers a request, if there is one."""
        key = in_repeat(key_of(request, self._ignore), self._repeat)
        with self._lock:
            self._asked += 1
            answer = self._next(key)
            if answer is not None:
                self.play_count += 1
                self._played.add(id(answer))
                if id(answer) in self._offered:
                    self._offered.remove(id(answer))  # to be kept once, however often it answers
                    self.taken_up += 1
                    self._new[self._asked] = key, answer
            else:
                self._asking[self._asked] = key
            return Asked(dict(request), key, self._asked, answer)

    def record(
        self, asked: Asked, response: Mapping[str, Any], origin: Mapping[str, str]
    ) -> Interaction:
        """Add the response to a request, and return the interaction."""
        interaction: Interaction = {
            "request": asked.request,
            "response": dict(response),
            "recorded": {**origin},
        }
        if self._repeat > 1:
            interaction["repeat"] = self._repeat
        with self._lock:
            self._asking.pop(asked.order, None)
            self._new[asked.order] = asked.key, interaction
        return interaction

    @property
    def written(self) -> frozenset[bytes]:
        """The keys of what was recorded."""
        with self._lock:
            return frozenset(key for key, _ in self._new.values())

    @property
    def unanswered(self) -> int:
        """How many requests got no answer at all: none was recorded, and none came."""
        with self._lock:
            return len(self._asking)

    @property
    def lacks(self) -> bool:
        """Whether a request got no answer, nor another of the same."""
        with self._lock:
            return not self.written.issuperset(self._asking.values())

    @property
    def is_taken_up(self) -> bool:
        """Whether all that was offered has answered a request."""
        return not self._offered

    @property
    def new(self) -> tuple[Interaction, ...]:
        """What is to be kept of this run, in the order of the requests.

        An error that a retry of the same request replaced is left out.
        """
        return tuple(each for _, each in self._kept())

    @property
    def used(self) -> tuple[Used, ...]:
        """What answered requests: of what was loaded in its order, then what is :attr:`new`."""
        loaded = zip(self._keys, self.loaded, strict=True)
        return (
            *(Used(key, each, new=False) for key, each in loaded if id(each) in self._played),
            *(Used(key, each, new=True) for key, each in self._kept()),
        )

    def alike(self, asked: Asked) -> tuple[int, ...]:
        """Return the positions of the loaded recordings of the very same request."""
        return tuple(at for at, key in enumerate(self._keys) if key == asked.key)

    def is_played(self, position: int) -> bool:
        """Return whether a loaded recording answered a request in this test.

        One of a repeat did, where the one of the first time that it belongs to did.
        """
        return id(self._again.first(self.loaded[position])) in self._played

    def repeats_of(self, answer: Interaction) -> tuple[Interaction, ...]:
        """Return what a request was answered in the repeats of the test."""
        return self._again.repeats(answer)

    @property
    def unplayed(self) -> tuple[int, ...]:
        """The positions of the loaded recordings that answered no request in this test."""
        return tuple(at for at in range(len(self.loaded)) if not self.is_played(at))

    def _kept(self) -> list[tuple[bytes, Interaction]]:
        with self._lock:
            found = [self._new[order] for order in sorted(self._new)]
        replaced: set[bytes] = set()
        kept: list[tuple[bytes, Interaction]] = []
        for key, each in reversed(found):
            if not is_error(each):
                replaced.add(key)
            elif key in replaced:
                continue
            kept.append((key, each))
        return kept[::-1]

    def _next(self, key: bytes) -> Interaction | None:
        waiting = self._waiting.get(key)
        if not waiting:
            return None
        if self._repeats == "cycle":
            waiting.rotate(-1)
            return waiting[-1]
        if self._repeats == "last" and len(waiting) == 1:
            return waiting[0]
        return waiting.popleft()


def answered(interactions: Sequence[Interaction]) -> tuple[Interaction, ...]:
    """Return the interactions without the errors: who goes on recording asks again for those.

    >>> answered([{"response": {"status": 429}}, {"response": {"status": 200}}])
    ({'response': {'status': 200}},)
    """
    return tuple(each for each in interactions if not is_error(each))


def is_error(interaction: Interaction) -> bool:
    """Return whether the answer is an error of the server."""
    status: int = interaction["response"]["status"]
    return status >= FIRST_ERROR
