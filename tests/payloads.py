"""What is expected of each real answer in the folder that ``PYTEST_LOGPROBS_PAYLOADS`` names."""

from __future__ import annotations

import re

import walks

from pytest_logprobs import (
    MalformedResponseError,
    MissingLogprobsError,
    ResponseError,
    UnknownFormatError,
)

HARNESS = "EleutherAI-lm-evaluation-harness"
LLAMA = "local-capture"
HUB = "huggingface-huggingface_hub"
TGI = "huggingface-text-generation-inference"
SDK = "openai-openai-python"
PYDANTIC = "pydantic-pydantic-ai"

READ = {
    # (tokens, how many of them have a place in the text, prompt tokens told apart), per answer
    "openai_chat__openai-openai-openapi__top-logprobs-doc.json": (walks.content, [(9, 9, 0)]),
    "openai_chat__arena-ai-structured-logprobs__parsed-completion.json": (
        walks.content,
        [(17, 17, 0)],
    ),
    "openai_chat__openai-openai-cookbook__emoji-split-bytes.json": (walks.content, [(14, 14, 0)]),
    f"openai_chat_stream__{SDK}__content-logprobs-old.sse": (walks.content, [(2, 2, 0)]),
    f"openai_chat_stream__{SDK}__content-logprobs.sse": (walks.content, [(2, 2, 0)]),
    f"openai_chat_stream__{SDK}__refusal-logprobs-old.sse": (walks.content, [(10, 10, 0)]),
    f"openai_chat_stream__{SDK}__refusal-logprobs.sse": (walks.content, [(11, 11, 0)]),
    # the end token is listed and is no text; a fence that the server strips is no text
    f"llama_cpp_chat__{LLAMA}__eos.json": (walks.content, [(18, 17, 0)]),
    f"llama_cpp_chat__{LLAMA}__json-schema.json": (walks.content, [(20, 12, 0)]),
    f"llama_cpp_chat_stream__{LLAMA}__emoji.sse": (walks.content, [(10, 10, 0)]),
    f"llama_cpp_completions__{LLAMA}__echo.json": (walks.content, [(1, 1, 0)]),
    f"llama_cpp_completions_stream__{LLAMA}__logprobs3.sse": (walks.content, [(3, 3, 0)]),
    # the first token is spelled with a blank that the text begins without, and has no place
    f"llama_cpp_python_completions__{HARNESS}__echo.json": (walks.arrays, [(1, 1, 1)]),
    # no usage: prompt and answer cannot be told apart
    f"openai_completions__{HARNESS}__echo-chosen-not-in-top.json": (walks.arrays, [(2, 2, 0)]),
    f"openai_completions__{HARNESS}__echo-endoftext.json": (walks.arrays, [(18, 18, 0)]),
    f"openai_completions__{HARNESS}__echo-long.json": (
        walks.arrays,
        [(count, count, 0) for count in (237, 137, 50, 43, 39, 31, 22, 18, 11, 11, 9, 9, 2)],
    ),
    f"openai_completions__{HARNESS}__echo-short.json": (walks.arrays, [(6, 6, 0)] * 4),
    f"openai_completions__{HARNESS}__tokens-past-stop.json": (walks.arrays, [(8, 1, 0)]),
    "together_chat__langchain-ai-langchain-xai__docstring-shape.json": (walks.arrays, [(4, 4, 0)]),
    f"openai_responses__{PYDANTIC}__body-nonstream.json": (walks.responses, [(9, 9, 0)]),
    f"openai_responses_stream__{PYDANTIC}__body-stream.sse": (walks.responses, [(9, 9, 0)]),
    "lmstudio_responses_stream__vercel-ai__tool-call.jsonl": (walks.responses, [(13, 13, 0)]),
    "lmstudio_responses_stream__vercel-ai__tool-call-2.jsonl": (walks.responses, [(13, 13, 0)]),
    "openai_transcription__openai-openai-openapi__doc.json": (walks.transcription, [(16, 16, 0)]),
    "openai_transcription_stream__openai-openai-openapi__doc.sse": (
        walks.transcription,
        [(31, 31, 0)],
    ),
    "gemini_logprobsResult__BerriAI-litellm__tool-call-sentinel.json": (
        walks.candidates,
        [(12, 12, 0)],
    ),
    f"llama_cpp_native__{LLAMA}__grammar-post.json": (walks.probabilities, [(2, 2, 0)]),
    f"llama_cpp_native__{LLAMA}__logit-bias-ban.json": (walks.probabilities, [(1, 1, 0)]),
    f"llama_cpp_native__{LLAMA}__nprobs1-sampled.json": (walks.probabilities, [(8, 8, 0)]),
    f"llama_cpp_native__{LLAMA}__prompt-list.json": (walks.probabilities, [(2, 2, 0)] * 2),
    f"tgi_generate__{HUB}__best-of-gpt2.json": (walks.details, [(1, 1, 1)] * 2),
    f"tgi_generate__{HUB}__best-of-t5.json": (walks.details, [(1, 1, 1)] * 2),
    f"tgi_generate__{HUB}__details-gpt2.json": (walks.details, [(1, 1, 1)]),
    f"tgi_generate__{TGI}__bloom-all-params.json": (walks.details, [(10, 10, 5)]),
    f"tgi_generate__{TGI}__bloom-load-list.json": (walks.details, [(10, 10, 11)] * 4),
    # the end token is listed and is no text
    f"tgi_generate__{TGI}__grammar-json.json": (walks.details, [(30, 29, 0)]),
    f"tgi_generate__{TGI}__llama-simple.json": (walks.details, [(10, 10, 0)]),
    f"tgi_generate__{TGI}__medusa-speculative.json": (walks.details, [(10, 10, 0)]),
    # the text begins with the prompt, after which the first token's blank is missing: no one can
    # tell which " blue" is meant
    f"tgi_generate__{TGI}__mt0-special-eos.json": (walks.details, [(10, 0, 1)]),
    f"tgi_generate__{TGI}__starcoder-null-chosen.json": (walks.details, [(2, 1, 0)]),
    f"tgi_generate_stream__{HUB}__stream-details-gpt2.sse": (walks.events, [(1, 1, 0)]),
    # a blank that is the only token, of which the whole text is said to be ""
    f"tgi_generate_stream__{HUB}__stream-t5.sse": (walks.events, [(1, 0, 0)]),
    "framework_uqlm__cvs-health-uqlm__whitebox.json": (walks.kept, None),
    "framework_uqlm__cvs-health-uqlm__semanticdensity.json": (walks.kept, None),
}
"""File → the walk that collects what it holds, and how many tokens there are.

``None``: as many as there are, all of them with a place, for they alone make the text.
"""

PROMPT_IN_TEXT = {f"tgi_generate__{TGI}__bloom-all-params.json"}
"""Answers whose text begins with the prompt, which the tokens do not spell."""

BLANK_LOST = {
    f"tgi_generate__{HUB}__best-of-t5.json",
    f"llama_cpp_python_completions__{HARNESS}__echo.json",
}
"""Answers whose text begins without the blank of their first token."""

ESCAPED = {"openai_chat__openai-openai-cookbook__emoji-split-bytes.json"}
"""Answers that spell a piece of a character with its bytes."""

CHAT = ("openai-chat", "logprobs=True, top_logprobs=5")
COMPLETIONS = ("openai-completions", "logprobs=5")
RESPONSES = ("openai-responses", 'include=["message.output_text.logprobs"], top_logprobs=5')
GEMINI = ("gemini", "generationConfig: {responseLogprobs: true, logprobs: 5}")


def missing(what: tuple[str, str]) -> tuple[type[Exception], str]:
    """Return that log-probabilities are missing: of which format, and how they are asked for."""
    name, ask = map(re.escape, what)
    said = f"choice 0 of the {name} response carries no log-probabilities: .*{ask}.*"
    return MissingLogprobsError, said


REFUSED = {
    "alibaba_chat__vercel-ai__text-null.json": missing(CHAT),
    "azure_chat_stream__vercel-ai__model-router.jsonl": missing(CHAT),
    "azure_responses__vercel-ai__text.json": missing(RESPONSES),
    "azure_responses_stream__vercel-ai__text.jsonl": missing(RESPONSES),
    f"cerebras_chat__{HUB}__absent.json": missing(CHAT),
    "deepseek_chat__vercel-ai__reasoning-null.json": missing(CHAT),
    "deepseek_chat_stream__vercel-ai__text-null.jsonl": missing(CHAT),
    f"fireworks_chat__{HUB}__absent.json": missing(CHAT),
    f"fireworks_chat_stream__{HUB}__absent.sse": missing(CHAT),
    **{
        "gemini_generateContent__FirebaseExtended-vertexai-sdk-test-data__"
        f"avg-{name}.json": missing(GEMINI)
        for name in ("citations", "safety", "short", "thinking")
    },
    "groq_chat__vercel-ai__text-null.json": (
        MissingLogprobsError,
        ".* carries no log-probabilities: this provider, Groq, gives none, whatever is asked",
    ),
    f"hyperbolic_chat__{HUB}__null.json": missing(CHAT),
    f"hyperbolic_chat_stream__{HUB}__null.sse": missing(CHAT),
    f"llama_cpp_chat__{LLAMA}__absent.json": missing(CHAT),
    f"llama_cpp_chat__{LLAMA}__top0.json": missing(CHAT),
    f"llama_cpp_completions__{LLAMA}__null.json": missing(COMPLETIONS),
    f"llama_cpp_completions__{LLAMA}__stop-inside-token.json": missing(COMPLETIONS),
    "lmstudio_responses__vercel-ai__basic.json": missing(RESPONSES),
    f"nebius_chat__{HUB}__null.json": missing(CHAT),
    f"novita_chat__{HUB}__absent.json": missing(CHAT),
    "openai_chat__vercel-ai__null-logprobs.json": missing(CHAT),
    "openai_completions__openai-openai-openapi__null-doc.json": missing(COMPLETIONS),
    "openai_completions__vercel-ai__null-logprobs.json": missing(COMPLETIONS),
    "openai_completions_stream__vercel-ai__null-logprobs.jsonl": missing(COMPLETIONS),
    f"sambanova_chat__{HUB}__null.json": missing(CHAT),
    f"tgi_chat__{HUB}__hf-inference-null.json": missing(CHAT),
    f"tgi_chat__{TGI}__chat-null.json": missing(CHAT),
    f"tgi_chat__{TGI}__chat-tools-null.json": (
        MissingLogprobsError,
        "choice 0 of the openai-chat response carries no log-probabilities: it is a tool call, .*",
    ),
    f"tgi_chat_stream__{HUB}__hf-inference-null.sse": missing(CHAT),
    f"tgi_chat_stream__{TGI}__chat-stream-null.json": missing(CHAT),
    f"tgi_completions__{TGI}__completions-many-prompts.json": missing(COMPLETIONS),
    f"together_chat__{HUB}__null.json": missing(CHAT),
    f"together_chat_stream__{HUB}__null.sse": missing(CHAT),
    "xai_responses__vercel-ai__code-exec.json": missing(RESPONSES),
    "llama_cpp_responses__local-capture__error-top-logprobs.json": (
        ResponseError,
        re.escape(
            "the response is the provider's error (400): top_logprobs requires logprobs to be set "
            "to true"
        ),
    ),
    # whole cassettes, which are YAML and no bodies
    f"openai_responses__{PYDANTIC}__cassette-nonstream.yaml": (
        MalformedResponseError,
        r"\$: the body is no JSON \(.*\): interactions:.*",
    ),
    f"openai_responses_stream__{PYDANTIC}__cassette-stream.yaml": (
        MalformedResponseError,
        r"\$: the body is no JSON \(.*\): interactions:.*",
    ),
    # a mock without tokens
    f"llama_cpp_python_completions__{HARNESS}__mock-offset-int.json": (
        MalformedResponseError,
        r"\$\.choices\[0\]\.logprobs\.tokens: expected a list, got null",
    ),
    # alternatives of three answers without a chosen token; one number for a whole text
    "openai_chat__openai-openai-cookbook__classification-top2.json": (
        UnknownFormatError,
        "no wire format has this shape; .*: 'headlines'",
    ),
    f"textsynth_logprob__{HARNESS}__logprob.json": (
        UnknownFormatError,
        "no wire format has this shape; .*: '_url', 'body'",
    ),
}
"""File → the class of the error, and a pattern of its whole message."""
