"""What a request asked for, as far as two answers must agree in it to be compared."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

__all__ = ["SAMPLING", "fingerprint", "prompt_of", "sampling_of"]
__tracebackhide__ = True  # a failed test shows its own lines

_SPELLED: Final[Mapping[str, tuple[str, ...]]] = {
    "temperature": ("temperature",),
    "top_p": ("top_p", "topP", "p"),
    "top_k": ("top_k", "topK", "k"),
    "min_p": ("min_p", "minP"),
    "frequency_penalty": ("frequency_penalty", "frequencyPenalty"),
    "presence_penalty": ("presence_penalty", "presencePenalty"),
    "repetition_penalty": (
        *("repetition_penalty", "repetitionPenalty", "repeat_penalty", "repeatPenalty"),
    ),
    "logit_bias": ("logit_bias", "logitBias"),
    "response_format": (
        *("response_format", "responseFormat", "format"),
        *("response_mime_type", "responseMimeType", "structural_tag"),
    ),
    "response_schema": (
        *("response_schema", "responseSchema", "response_json_schema", "responseJsonSchema"),
        *("json_schema", "guided_json", "json"),
    ),
    "grammar": ("grammar", "guided_grammar", "ebnf"),
    "regex": ("regex", "guided_regex"),
    "choice": ("choice", "guided_choice"),
}
"""Parameter → what wire formats call it."""

SAMPLING: Final = tuple(_SPELLED)
"""The parameters that must be equal for two cases to be compared, under one name each."""

_WRAPPERS: Final = ("chatRequest", "inferenceRequest")
"""Objects of OCI's bodies that hold all but the model."""

_PLACES: Final = (
    *("generationConfig", "generation_config"),  # Gemini
    "options",  # Ollama
    "parameters",  # TGI, watsonx
    "sampling_params",  # SGLang
    "text",  # the Responses API: text.format
    "structured_outputs",  # vLLM
    "nvext",  # NIM
    *_WRAPPERS,
)
"""Objects of a body that hold parameters; what stands there goes before what stands beside."""

_PROMPTS: Final = (
    *("messages", "prompt", "input", "contents", "inputs", "suffix"),
    *("message", "chat_history", "preamble"),  # Cohere's first version
    *("text", "input_ids"),  # SGLang
    *("system", "instructions", "system_instruction", "systemInstruction"),
)
"""What wire formats call the prompt, and the instructions that stand beside it."""

_LONGEST: Final = 100
"""Of a value that is kept as it is, in characters of JSON; a schema can have thousands."""

_HEX_DIGITS: Final = 16


def sampling_of(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return each parameter of :data:`SAMPLING` as a request's body has it.

    ``None`` stands for what was not sent, a setting of its own; a value that fills more than a line
    is told by its hash. ``None`` as a whole where nothing is known of the body, or a parameter is
    something that JSON does not have.

    >>> sampling = sampling_of({"generationConfig": {"temperature": 0, "topP": 0.9}})
    >>> {name: value for name, value in sampling.items() if value is not None}
    {'temperature': 0, 'top_p': 0.9}
    """
    if not body:
        return None
    places = (*(body.get(name) for name in _PLACES), body)
    try:
        return {name: _short(_found(places, names)) for name, names in _SPELLED.items()}
    except (TypeError, ValueError, RecursionError):  # an object, or nested too deeply
        return None


def prompt_of(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what the model was given to answer, with the instructions that stand beside it.

    ``None`` where no such thing is known.

    >>> prompt_of({"input": "2+2=", "instructions": "Be brief.", "temperature": 0})
    {'input': '2+2=', 'instructions': 'Be brief.'}
    """
    wrapped = (body.get(name) for name in _WRAPPERS)
    whole = next((cast("Mapping[str, Any]", e) for e in wrapped if isinstance(e, Mapping)), body)
    found = {name: value for name in _PROMPTS if (value := whole.get(name)) is not None}
    if isinstance(found.get("text"), dict):
        del found["text"]  # parameters, in the Responses API
    return found or None


def fingerprint(value: object) -> str | None:
    """Return 16 hexadecimal digits of the SHA-256 of a value's canonical JSON.

    ``None`` for what cannot be written as JSON, NaN and infinities included.

    >>> fingerprint({"b": 1, "a": [None]}) == fingerprint({"a": [None], "b": 1})
    True
    >>> fingerprint({1, 2})
    """
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return None
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:_HEX_DIGITS]


def _found(places: Iterable[object], names: tuple[str, ...]) -> Any:  # noqa: ANN401 - as on the wire
    """Return a parameter by whichever of its names it was sent; ``None``: by none."""
    values = (_value(place, names) for place in places)
    return next((value for value in values if value is not None), None)


def _value(place: object, names: tuple[str, ...]) -> Any:  # noqa: ANN401 - as on the wire
    if isinstance(place, list):  # one object for each prompt, in SGLang
        values = [_value(each, names) for each in cast("list[object]", place)]
        return values if any(value != values[0] for value in values) else next(iter(values), None)
    if not isinstance(place, Mapping):
        return None
    said = cast("Mapping[str, Any]", place)
    return next((said[name] for name in names if said.get(name) is not None), None)


def _short(value: Any) -> Any:  # noqa: ANN401 - as on the wire
    if isinstance(value, float) and not math.isfinite(value):  # NaN is not even equal to itself
        return repr(value)
    is_short = len(json.dumps(value, allow_nan=False)) <= _LONGEST
    return value if is_short else f"sha256:{fingerprint(value)}"
