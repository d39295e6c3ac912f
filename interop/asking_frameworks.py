"""One question through each framework that takes openai 3."""

from __future__ import annotations

import asyncio

ASKED = {"logprobs": True, "top_logprobs": 2}


def langchain(address, **settings):
    """Give LangChain's model of a chat."""
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(model="m", base_url=f"{address}/v1", max_retries=0, **settings)


def langchain_message(address):
    """Ask LangChain's model."""
    return langchain(address, **ASKED).invoke("Hello?")


def langchain_result(address):
    """Ask LangChain's model for all that it knows."""
    from langchain_core.messages import HumanMessage

    return langchain(address, **ASKED).generate([[HumanMessage("Hello?")]])


def langchain_state(address):
    """Ask LangChain's model as an agent does, which gives back its messages."""
    from langchain_core.messages import HumanMessage

    return {"messages": [HumanMessage("Hello?"), langchain_message(address)]}


def langchain_chunks(address):
    """Ask LangChain's model for a stream."""
    return list(langchain(address, **ASKED).stream("Hello?"))


def langchain_merged(address):
    """Ask LangChain's model for a stream, and add it up."""
    first, *rest = langchain_chunks(address)
    return sum(rest, first)


def langchain_completion(address):
    """Ask LangChain's model that completes a text."""
    from langchain_openai import OpenAI

    model = OpenAI(model="m", base_url=f"{address}/v1", max_retries=0, logprobs=2)
    return model.generate(["Hello?"])


def langchain_response(address):
    """Ask LangChain's model over the Responses API."""
    include = ["message.output_text.logprobs"]
    model = langchain(address, use_responses_api=True, include=include, top_logprobs=2)
    return model.invoke("Hello?")


def langchain_google(address):
    """Ask LangChain's model of Gemini, which knows no parameter for it."""
    from langchain_google_genai import ChatGoogleGenerativeAI

    return ChatGoogleGenerativeAI(model="gemini-2.0-flash", base_url=address).invoke("Hello?")


def langchain_ollama(address):
    """Ask LangChain's model of Ollama, which streams whatever is asked."""
    from langchain_ollama import ChatOllama

    return ChatOllama(model="m", base_url=address, **ASKED).invoke("Hello?")


PYDANTIC_AI = {"openai_logprobs": True, "openai_top_logprobs": 2}


def pydantic_ai(address):
    """Ask an agent of Pydantic AI."""
    from pydantic_ai import Agent
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    model = OpenAIChatModel("gpt-4o", provider=OpenAIProvider(base_url=f"{address}/v1"))
    return Agent(model).run_sync("Hello?", model_settings=PYDANTIC_AI)


def pydantic_ai_response(address):
    """Keep the response of an agent's run."""
    return pydantic_ai(address).response


def pydantic_ai_messages(address):
    """Keep the messages of an agent's run."""
    return pydantic_ai(address).all_messages()


def pydantic_ai_json(address):
    """Keep the messages of an agent's run as JSON."""
    return pydantic_ai(address).all_messages_json()


def pydantic_ai_responses(address):
    """Ask an agent of Pydantic AI over the Responses API."""
    from pydantic_ai import Agent
    from pydantic_ai.models.openai import OpenAIResponsesModel
    from pydantic_ai.providers.openai import OpenAIProvider

    model = OpenAIResponsesModel("gpt-4o", provider=OpenAIProvider(base_url=f"{address}/v1"))
    return Agent(model).run_sync("Hello?", model_settings=PYDANTIC_AI).response


def pydantic_ai_google(address):
    """Ask an agent of Pydantic AI with Gemini."""
    from pydantic_ai import Agent
    from pydantic_ai.models.google import GoogleModel
    from pydantic_ai.providers.google import GoogleProvider

    model = GoogleModel("gemini-2.0-flash", provider=GoogleProvider(base_url=address))
    asked = {"google_logprobs": True, "google_top_logprobs": 2}
    return Agent(model).run_sync("Hello?", model_settings=asked).response


def haystack(address, **settings):
    """Ask a generator of Haystack."""
    from haystack.components.generators.chat import OpenAIChatGenerator
    from haystack.dataclasses import ChatMessage

    asked = {"model": "m", "api_base_url": f"{address}/v1", "generation_kwargs": ASKED}
    return OpenAIChatGenerator(**asked, **settings).run([ChatMessage.from_user("Hello?")])


def haystack_message(address):
    """Keep the first reply of a generator."""
    return haystack(address)["replies"][0]


def haystack_stream(address):
    """Ask a generator of Haystack for a stream."""
    return haystack(address, streaming_callback=id)["replies"][0]


def haystack_chunks(address):
    """Ask a generator of Haystack for a stream, and keep the chunks."""
    chunks = []
    haystack(address, streaming_callback=chunks.append)
    return chunks


def haystack_response(address):
    """Ask a generator of Haystack over the Responses API."""
    from haystack.components.generators.chat import OpenAIResponsesChatGenerator
    from haystack.dataclasses import ChatMessage

    asked = {"include": ["message.output_text.logprobs"], "top_logprobs": 2}
    generator = OpenAIResponsesChatGenerator(
        model="m", api_base_url=f"{address}/v1", generation_kwargs=asked
    )
    return generator.run([ChatMessage.from_user("Hello?")])["replies"][0]


def inspect(address):
    """Ask a model of Inspect."""
    from inspect_ai.model import GenerateConfig, get_model

    config = GenerateConfig(**ASKED, max_retries=0)
    model = get_model("openai/gpt-4o", base_url=f"{address}/v1", config=config, memoize=False)
    return asyncio.run(model.generate("Hello?"))


CHAT, CHAT_STREAM = "openai-chat-openai", "openai-chat-openai-stream"
COMPLETION, RESPONSE = "openai-completions-openai", "openai-responses-openai"

KEPT = [
    (langchain_message, CHAT),
    (langchain_result, CHAT),
    (langchain_state, CHAT),
    (langchain_chunks, CHAT_STREAM),
    (langchain_merged, CHAT_STREAM),
    (langchain_completion, COMPLETION),
    (langchain_ollama, "ollama-chat-stream"),
    (pydantic_ai_response, CHAT),
    (pydantic_ai_messages, CHAT),
    (pydantic_ai_json, CHAT),
    (pydantic_ai_responses, RESPONSE),
    (pydantic_ai_google, "gemini-vertex"),
    (haystack, CHAT),
    (haystack_message, CHAT),
    (haystack_stream, CHAT_STREAM),
    (haystack_chunks, CHAT_STREAM),
    (haystack_response, RESPONSE),
    (inspect, CHAT),
]
LOST = [
    (langchain_response, RESPONSE, "LangChain drops those of the Responses API"),
    (langchain_google, "gemini-vertex", "ask for them with logprobs=True, top_logprobs=5"),
]
UNSEEN = []
