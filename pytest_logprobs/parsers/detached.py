"""A ``logprobs`` that was taken out of its response.

``choice.logprobs``, or the list in it, is all that much code keeps of a response. The text is what
the tokens spell, by their bytes. See ``kept`` for the shapes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pytest_logprobs.parsers._answers import ENTRIES
from pytest_logprobs.parsers._wire import Chunk, Readers, is_list, is_object
from pytest_logprobs.parsers.kept import ARRAYS, CHOSEN, LISTS, Answer, Part, readers_of

__all__ = ["NAME", "ends", "read", "recognises"]
__tracebackhide__ = True  # a failed test shows its own lines

NAME: Final = "detached"


def recognises(chunks: Sequence[Chunk]) -> bool:
    """Return whether this is a ``logprobs`` alone."""
    return len(chunks) == 1 and ends(chunks[0])


def ends(chunk: Chunk) -> bool:
    """Return whether a chunk is a ``logprobs`` alone, which is that of a whole answer."""
    value = chunk[1]
    if "type" in value:  # an event, or a part of a message
        return False
    if ENTRIES in value or any(is_list(value.get(key)) for key in CHOSEN):
        return True
    if all(is_list(value.get(key)) for key in ARRAYS):
        return True
    lists = [value[key] for key in LISTS if value.get(key) is not None]
    if not lists:  # nothing but what an SDK's object of it holds
        return bool(value) and value.keys() <= set(LISTS)
    return all(is_list(each) and all(map(_is_entry, each[:1])) for each in lists)


def _is_entry(value: object) -> bool:
    return is_object(value) and isinstance(value.get("token"), str) and "logprob" in value


def read(chunks: Sequence[Chunk]) -> Readers:
    """Return what reads the one answer that there is."""
    path, chunk = chunks[0]
    return readers_of([Answer([Part(path, chunk.get(ENTRIES, chunk))], {})], NAME)
