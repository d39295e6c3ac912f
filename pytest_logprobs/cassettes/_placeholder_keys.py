"""Keys that are no keys: replaying needs none, but many clients cannot be built without one."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, MutableMapping
from contextlib import contextmanager
from typing import Final

__all__ = ["PLACEHOLDER", "PLACEHOLDER_KEYS", "placeholder_keys"]
__tracebackhide__ = True  # a failed test shows its own lines

PLACEHOLDER_KEYS: Final[tuple[str, ...]] = (
    "AI21_API_KEY",
    "ANTHROPIC_API_KEY",
    "AZURE_OPENAI_API_KEY",
    "CEREBRAS_API_KEY",
    "COHERE_API_KEY",  # of LangChain and LiteLLM
    "CO_API_KEY",  # of Cohere's own client
    "DASHSCOPE_API_KEY",
    "DEEPINFRA_API_KEY",
    "DEEPSEEK_API_KEY",
    "FIREWORKS_API_KEY",
    "FRIENDLI_TOKEN",
    "GEMINI_API_KEY",
    "GOOGLE_API_KEY",
    "GROQ_API_KEY",
    "HF_TOKEN",
    "HUGGINGFACEHUB_API_TOKEN",  # of LangChain
    "HUGGINGFACE_API_KEY",  # of LiteLLM
    "KEYWORDSAI_API_KEY",
    "MISTRAL_API_KEY",
    "NVIDIA_API_KEY",
    "OPENAI_API_KEY",
    "OPENROUTER_API_KEY",
    "PERPLEXITY_API_KEY",
    "SAMBANOVA_API_KEY",
    "TOGETHERAI_API_KEY",  # of LiteLLM
    "TOGETHER_API_KEY",
    "XAI_API_KEY",
)
"""The variables in which the usual clients look for their key."""

# Looks like no provider's key, so that no scanner of secrets is alarmed where it is logged.
PLACEHOLDER: Final = "placeholder"
"""What stands for a key."""


@contextmanager
def placeholder_keys(
    names: Iterable[str], environ: MutableMapping[str, str] = os.environ
) -> Generator[None]:
    """Give each variable that is unset or empty a placeholder for the length of a block.

    Afterwards it is as it was: unset, or empty. A variable that has a value is left alone, and one
    that was set or deleted within the block stays so.

    >>> environ = {"OPENAI_API_KEY": "", "MISTRAL_API_KEY": "mine"}
    >>> with placeholder_keys(["OPENAI_API_KEY", "MISTRAL_API_KEY", "HF_TOKEN"], environ):
    ...     print(environ)
    {'OPENAI_API_KEY': 'placeholder', 'MISTRAL_API_KEY': 'mine', 'HF_TOKEN': 'placeholder'}
    >>> environ
    {'OPENAI_API_KEY': '', 'MISTRAL_API_KEY': 'mine'}
    """
    before = {name: environ.get(name) for name in names if not environ.get(name)}
    environ.update(dict.fromkeys(before, PLACEHOLDER))
    try:
        yield
    finally:
        for name, value in before.items():
            if environ.get(name) == PLACEHOLDER:
                if value is None:
                    del environ[name]
                else:
                    environ[name] = value
