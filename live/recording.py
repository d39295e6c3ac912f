"""One line of the tables of what is recorded, and how to write one down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from llama_server import MODEL

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Recording:
    """One request, why it is worth recording, and the file its answer goes to."""

    file: str
    why: str
    path: str
    body: Mapping[str, object]
    status: int = 200


# The most likely token every time. The server would punish repetitions unasked, and the chosen
# token would not be the most likely one.
GREEDY = {"temperature": 0, "seed": 7, "repeat_penalty": 1.0}


def chat(file: str, why: str, question: str, *, status: int = 200, **options: object) -> Recording:
    """Return a chat request for 40 tokens with five alternatives each; `options` win."""
    messages = [{"role": "user", "content": question}]
    body = {"model": MODEL, "messages": messages, "logprobs": True, "top_logprobs": 5}
    body |= {"max_tokens": 40, **GREEDY, **options}
    return Recording(file, why, "/v1/chat/completions", body, status)


def completion(file: str, why: str, prompt: str, **options: object) -> Recording:
    """Return a request to continue a text by 16 tokens, five alternatives each; `options` win."""
    body = {"model": MODEL, "prompt": prompt, "logprobs": 5, "max_tokens": 16}
    return Recording(file, why, "/v1/completions", body | GREEDY | options)
