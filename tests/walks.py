"""What stands on the wire, collected by hand: one small walk for each family of formats.

Nothing of ``pytest_logprobs`` is used, and nothing is checked: these walks are for sound answers
of a known family. Each returns the answers in their order.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple


class Said(NamedTuple):
    """A token as the wire has it; ``alternatives`` are pairs of text and number, best first."""

    text: str
    logprob: float | None
    alternatives: list[tuple[str, float | None]]


class Answer(NamedTuple):
    """An answer as the wire has it; ``text`` is ``None`` where there is none beside the tokens."""

    text: str | None
    tokens: list[Said]
    prompt: list[Said]


def decoded(body: str) -> Any:
    """Decode JSON, server-sent events, or lines of JSON, with the standard library alone."""
    try:
        return json.loads(body)
    except ValueError:
        lines = [line for line in body.splitlines() if not line.startswith((":", "event:"))]
        lines = [line.removeprefix("data:").strip() for line in lines]
        return [json.loads(line) for line in lines if line and line != "[DONE]"]


def said(text: str, logprob: float | None, pairs: Iterable[tuple[str, float | None]] = ()) -> Said:
    """Return a token, its alternatives in the order in which they are listed to users."""
    return Said(text, logprob, best_first(list(pairs)))


def best_first(pairs: list[tuple[str, float | None]]) -> list[tuple[str, float | None]]:
    """Sort by number, equal ones as on the wire, and what stands for "not known" last."""

    def known(pair: tuple[str, float | None]) -> float:
        is_known = pair[1] is not None and pair[1] > -999
        return min(pair[1], 0.0) if is_known else -math.inf

    return sorted(pairs, key=known, reverse=True)


def listed(wire: Any) -> list[Any]:
    """Return a list of what is one already, or of one."""
    return wire if isinstance(wire, list) else [wire]


def entries(found: Any) -> list[Said]:
    """Read objects with ``token``, ``logprob`` and ``top_logprobs``."""
    return [
        said(
            entry["token"],
            entry["logprob"],
            [(each["token"], each["logprob"]) for each in entry.get("top_logprobs") or ()],
        )
        for entry in found or ()
    ]


def content(wire: Any) -> Iterator[Answer]:
    """Family A: ``choices[].logprobs.content[]``, whole or in chunks."""
    answers: dict[int, Answer] = {}
    for chunk in listed(wire):
        for choice in chunk["choices"]:
            text, tokens, _ = answers.get(choice.get("index", 0), Answer("", [], []))
            message = choice.get("message") or choice.get("delta") or choice
            new = [message.get(key) or "" for key in ("content", "refusal", "text")]
            logprobs = choice.get("logprobs") or {}
            found = [each for key in ("content", "refusal") for each in entries(logprobs.get(key))]
            answers[choice.get("index", 0)] = Answer(text + "".join(new), tokens + found, [])
    return iter(answers.values())


def arrays(wire: Any) -> Iterator[Answer]:
    """Family B: ``tokens``, ``token_logprobs`` and ``top_logprobs`` side by side."""
    for choice in wire.get("choices", [{"text": None, "logprobs": wire}]):
        found = choice["logprobs"]
        maps = found.get("top_logprobs") or [None] * len(found["tokens"])
        tokens = [
            said(token, logprob, (top or {}).items())
            for token, logprob, top in zip(
                found["tokens"], found["token_logprobs"], maps, strict=True
            )
        ]
        generated = wire.get("usage", {}).get("completion_tokens", len(tokens))
        count = len(tokens) - generated if tokens[0].logprob is None else 0
        yield Answer(choice["text"], tokens[count:], tokens[:count])


def responses(wire: Any) -> Iterator[Answer]:
    """Responses: the parts of the output, or the deltas of a stream, which alone are precise."""
    if isinstance(wire, list):
        deltas = [each for each in wire if each["type"] == "response.output_text.delta"]
        tokens = [each for delta in deltas for each in entries(delta["logprobs"])]
        yield Answer("".join(delta["delta"] for delta in deltas), tokens, [])
    else:
        parts = [part for item in wire["output"] for part in item.get("content") or ()]
        tokens = [each for part in parts for each in entries(part.get("logprobs"))]
        yield Answer("".join(part["text"] for part in parts), tokens, [])


def transcription(wire: Any) -> Iterator[Answer]:
    """A transcription: one flat list, or the deltas of a stream."""
    if isinstance(wire, list):
        deltas = [each for each in wire if each["type"] == "transcript.text.delta"]
        tokens = [each for delta in deltas for each in entries(delta["logprobs"])]
        yield Answer("".join(delta["delta"] for delta in deltas), tokens, [])
    else:
        yield Answer(wire["text"], entries(wire["logprobs"]), [])


def candidates(wire: Any) -> Iterator[Answer]:
    """Gemini, of which the result alone was kept."""
    tops = [
        [(each["token"], each["logProbability"]) for each in step["candidates"]]
        for step in wire["topCandidates"]
    ]
    chosen = wire["chosenCandidates"]
    pairs = zip(chosen, tops, strict=True)
    yield Answer(
        None, [said(each["token"], each["logProbability"], top) for each, top in pairs], []
    )


def details(wire: Any) -> Iterator[Answer]:
    """Text Generation Inference: ``details`` of each answer and of the others of its best_of."""
    for answer in listed(wire):
        for each in (answer, *(answer["details"].get("best_of_sequences") or ())):
            found = each.get("details", each)
            tops = found.get("top_tokens") or [[]] * len(found["tokens"])
            tokens = [
                said(token["text"], token["logprob"], [(t["text"], t["logprob"]) for t in top])
                for token, top in zip(found["tokens"], tops, strict=True)
            ]
            prompt = [said(token["text"], token["logprob"]) for token in found.get("prefill") or ()]
            yield Answer(each["generated_text"], tokens, prompt)


def events(wire: Any) -> Iterator[Answer]:
    """Text Generation Inference, streamed: a token for each event, the whole text in the last."""
    tokens = [said(each["token"]["text"], each["token"]["logprob"]) for each in listed(wire)]
    yield Answer(listed(wire)[-1]["generated_text"], tokens, [])


def probabilities(wire: Any) -> Iterator[Answer]:
    """llama.cpp's own: ``completion_probabilities``, of log-probabilities or probabilities."""
    for answer in listed(wire):
        yield Answer(
            answer["content"],
            [
                said(each["token"], number(each), [(t["token"], number(t)) for t in tops(each)])
                for each in answer["completion_probabilities"]
            ],
            [],
        )


def tops(entry: Any) -> list[Any]:
    """Return the alternatives of llama.cpp."""
    return entry["top_logprobs"] if "top_logprobs" in entry else entry["top_probs"]


def number(entry: Any) -> float:
    """Return a log-probability, or that of a probability."""
    if "logprob" in entry:
        return entry["logprob"]
    return math.log(entry["prob"]) if entry["prob"] else -math.inf


def kept(wire: Any) -> Iterator[Answer]:
    """The results of uqlm: lists of entries, for each prompt or for each sample of each prompt."""
    data = wire["data"]
    for key in ("logprobs", "multiple_logprobs"):
        for found in flat(data.get(key) or ()):
            yield Answer(None, entries(found), [])


def flat(found: Any) -> Iterator[Any]:
    """Yield the lists of entries in nested lists."""
    for each in found:
        if each and isinstance(each[0], dict):
            yield each
        else:
            yield from flat(each)


Walk = Callable[[Any], Iterator[Answer]]
