"""Real answers of many providers, in a folder outside of this repository.

The folder is named by the environment variable ``PYTEST_LOGPROBS_PAYLOADS``; its ``INDEX.tsv``
lists the files and which wire format each has. Without it there is nothing to test here.
"""

import csv
import os
from pathlib import Path

import pytest

from pytest_logprobs import (
    LogprobsError,
    MalformedResponseError,
    MissingLogprobsError,
    UnknownFormatError,
    parse_all,
)

VARIABLE = "PYTEST_LOGPROBS_PAYLOADS"
SHAPES = ("_chat", "_completions", "_chat_stream", "_completions_stream")
"""How the formats are called that are of these two families, whoever's they are."""

HARNESS = "EleutherAI-lm-evaluation-harness"
LLAMA = "local-capture"
HUB = "huggingface-huggingface_hub"
TGI = "huggingface-text-generation-inference"
SDK = "openai-openai-python"

READ = {
    # (tokens, how many of them have a place in the text, prompt tokens told apart), per choice
    "openai_chat__openai-openai-openapi__top-logprobs-doc.json": [(9, 9, 0)],
    "openai_chat__arena-ai-structured-logprobs__parsed-completion.json": [(17, 17, 0)],
    "openai_chat__openai-openai-cookbook__emoji-split-bytes.json": [(14, 14, 0)],
    f"openai_chat_stream__{SDK}__content-logprobs-old.sse": [(2, 2, 0)],
    f"openai_chat_stream__{SDK}__content-logprobs.sse": [(2, 2, 0)],
    f"openai_chat_stream__{SDK}__refusal-logprobs-old.sse": [(10, 10, 0)],
    f"openai_chat_stream__{SDK}__refusal-logprobs.sse": [(11, 11, 0)],
    # the end token is listed and is no text; a fence that the server strips is no text
    f"llama_cpp_chat__{LLAMA}__eos.json": [(18, 17, 0)],
    f"llama_cpp_chat__{LLAMA}__json-schema.json": [(20, 12, 0)],
    f"llama_cpp_chat_stream__{LLAMA}__emoji.sse": [(10, 10, 0)],
    f"llama_cpp_completions__{LLAMA}__echo.json": [(1, 1, 0)],
    f"llama_cpp_completions_stream__{LLAMA}__logprobs3.sse": [(3, 3, 0)],
    f"llama_cpp_python_completions__{HARNESS}__echo.json": [(1, 1, 1)],
    # no usage: prompt and answer cannot be told apart
    f"openai_completions__{HARNESS}__echo-chosen-not-in-top.json": [(2, 2, 0)],
    f"openai_completions__{HARNESS}__echo-endoftext.json": [(18, 18, 0)],
    f"openai_completions__{HARNESS}__echo-long.json": [
        (count, count, 0) for count in (237, 137, 50, 43, 39, 31, 22, 18, 11, 11, 9, 9, 2)
    ],
    f"openai_completions__{HARNESS}__echo-short.json": [(6, 6, 0)] * 4,
    f"openai_completions__{HARNESS}__tokens-past-stop.json": [(8, 1, 0)],
}
REFUSED = {
    "alibaba_chat__vercel-ai__text-null.json": MissingLogprobsError,
    "azure_chat_stream__vercel-ai__model-router.jsonl": MissingLogprobsError,
    f"cerebras_chat__{HUB}__absent.json": MissingLogprobsError,
    "deepseek_chat__vercel-ai__reasoning-null.json": MissingLogprobsError,
    "deepseek_chat_stream__vercel-ai__text-null.jsonl": MissingLogprobsError,
    f"fireworks_chat__{HUB}__absent.json": MissingLogprobsError,
    f"fireworks_chat_stream__{HUB}__absent.sse": MissingLogprobsError,
    "groq_chat__vercel-ai__text-null.json": MissingLogprobsError,
    f"hyperbolic_chat__{HUB}__null.json": MissingLogprobsError,
    f"hyperbolic_chat_stream__{HUB}__null.sse": MissingLogprobsError,
    f"llama_cpp_chat__{LLAMA}__absent.json": MissingLogprobsError,
    f"llama_cpp_chat__{LLAMA}__top0.json": MissingLogprobsError,
    f"llama_cpp_completions__{LLAMA}__null.json": MissingLogprobsError,
    f"llama_cpp_completions__{LLAMA}__stop-inside-token.json": MissingLogprobsError,
    f"nebius_chat__{HUB}__null.json": MissingLogprobsError,
    f"novita_chat__{HUB}__absent.json": MissingLogprobsError,
    "openai_chat__vercel-ai__null-logprobs.json": MissingLogprobsError,
    "openai_completions__openai-openai-openapi__null-doc.json": MissingLogprobsError,
    "openai_completions__vercel-ai__null-logprobs.json": MissingLogprobsError,
    "openai_completions_stream__vercel-ai__null-logprobs.jsonl": MissingLogprobsError,
    f"sambanova_chat__{HUB}__null.json": MissingLogprobsError,
    f"tgi_chat__{HUB}__hf-inference-null.json": MissingLogprobsError,
    f"tgi_chat__{TGI}__chat-null.json": MissingLogprobsError,
    f"tgi_chat__{TGI}__chat-tools-null.json": MissingLogprobsError,
    f"tgi_chat_stream__{HUB}__hf-inference-null.sse": MissingLogprobsError,
    f"tgi_chat_stream__{TGI}__chat-stream-null.json": MissingLogprobsError,
    f"tgi_completions__{TGI}__completions-many-prompts.json": MissingLogprobsError,
    f"together_chat__{HUB}__null.json": MissingLogprobsError,
    f"together_chat_stream__{HUB}__null.sse": MissingLogprobsError,
    # a mock without tokens; two excerpts that are no whole answer
    f"llama_cpp_python_completions__{HARNESS}__mock-offset-int.json": MalformedResponseError,
    "openai_chat__openai-openai-cookbook__classification-top2.json": UnknownFormatError,
    "together_chat__langchain-ai-langchain-xai__docstring-shape.json": UnknownFormatError,
}


@pytest.fixture(scope="module")
def payloads():
    """Give the folder of the payloads."""
    if not os.environ.get(VARIABLE):
        pytest.skip(f"{VARIABLE} names no folder of recorded payloads")
    return Path(os.environ[VARIABLE])


@pytest.fixture(scope="module")
def index(payloads):
    """Give the format of each file."""
    with (payloads / "INDEX.tsv").open(encoding="utf-8", newline="") as file:
        return {row["file"]: row["format"] for row in csv.DictReader(file, delimiter="\t")}


def test_every_payload_of_these_families_has_an_expectation(index):
    """No answer of a family that is read here is left out of the tables, and none is made up."""
    ours = {name for name, wire_format in index.items() if wire_format.endswith(SHAPES)}
    assert sorted(ours) == sorted(READ | REFUSED)


@pytest.mark.parametrize("name", READ)
def test_payloads_that_are_read(payloads, name):
    """Every token is read, and placed in the text wherever the tokens spell it."""
    completions = parse_all((payloads / name).read_bytes())
    assert [
        (
            len(completion),
            sum(token.start is not None for token in completion),
            len(completion.prompt_tokens or ()),
        )
        for completion in completions
    ] == READ[name]


@pytest.mark.parametrize("name", READ)
def test_numbers_of_payloads(payloads, name):
    """Every scored token has a probability, and every alternative on the wire is built."""
    for completion in parse_all((payloads / name).read_bytes()):
        unscored = [token.index for token in completion if token.logprob is None]
        assert unscored == ([0] if completion[0].unconditional else [])
        assert all(each.logprob is not None for token in completion for each in token.alternatives)


@pytest.mark.parametrize("name", REFUSED)
def test_payloads_that_are_refused(payloads, name):
    """An answer without log-probabilities says so; what is no whole answer is no known shape."""
    with pytest.raises(REFUSED[name]):
        parse_all((payloads / name).read_bytes())


def test_other_payloads(payloads, index):
    """What is of a family that is not read yet is refused, and not taken for one that is."""
    others = sorted(set(index) - set(READ) - set(REFUSED))
    assert others
    for name in others:
        with pytest.raises(LogprobsError):
            parse_all((payloads / name).read_bytes())
