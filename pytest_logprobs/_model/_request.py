"""What was asked of a model, as it was sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from pytest_logprobs._quote import clip, one_line

__all__ = ["Request"]
__tracebackhide__ = True  # a failed test shows its own lines

_PROMPTS: Final = ("messages", "prompt", "input", "contents", "inputs")
"""What wire formats call the prompt; a body has one of them."""

_MODELS: Final = ("model", "model_id")
_MODEL_IN_URL: Final = re.compile(
    "[^?#]*?/(?:models/([^/:?#]+):[a-zA-Z]|deployments/([^/?#]+)/)"  # Gemini's method, Azure's path
)


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """A request for completions: where it went, and its decoded body.

    >>> request = Request("https://api.example/v1", {"model": "m", "prompt": "2+2=", "seed": 7})
    >>> request.model, request.prompt, request.parameters
    ('m', '2+2=', {'seed': 7})
    """

    url: str
    body: Mapping[str, Any]

    @property
    def model(self) -> str | None:
        """The model that was asked for, which may be an alias of the one that answered.

        Some wire formats name it in the URL instead of the body, or call it ``model_id``.

        >>> Request("https://api.example/v1/models/gemini-2.5-flash:generateContent", {}).model
        'gemini-2.5-flash'
        """
        named = (self.body.get(name) for name in _MODELS)
        if model := next((each for each in named if isinstance(each, str)), None):
            return model
        found = _MODEL_IN_URL.match(self.url)
        return unquote(found[1] or found[2]) if found else None

    @property
    def prompt(self) -> Any:  # noqa: ANN401 - as the wire format has it
        """What the model was given: a text, or a list of messages; ``None`` if it is not known."""
        return next((self.body[name] for name in _PROMPTS if name in self.body), None)

    @property
    def parameters(self) -> dict[str, Any]:
        """Everything else that was asked: sampling parameters, tools, how many alternatives."""
        return {k: v for k, v in self.body.items() if k not in (*_MODELS, *_PROMPTS)}

    def __repr__(self) -> str:
        model = f" {clip(one_line(self.model), 40)}" if self.model else ""
        return f"<Request{model} {clip(one_line(self.url), 80)}>"
