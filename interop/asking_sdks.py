"""One question through each provider's own SDK."""

from __future__ import annotations

SAID = [{"role": "user", "content": "Hello?"}]
ASKED = {"logprobs": True, "top_logprobs": 2}


def openai(address):
    """Give OpenAI's client."""
    from openai import OpenAI

    return OpenAI(base_url=f"{address}/v1", max_retries=0)


def openai_chat(address):
    """Ask for a chat."""
    return openai(address).chat.completions.create(model="m", messages=SAID, **ASKED)


def openai_chat_logprobs(address):
    """Ask for a chat and keep its logprobs alone."""
    return openai_chat(address).choices[0].logprobs


def openai_chat_entries(address):
    """Ask for a chat and keep the list of its tokens alone."""
    return openai_chat(address).choices[0].logprobs.content


def openai_chat_stream(address):
    """Ask for a chat that is streamed."""
    return openai(address).chat.completions.create(model="m", messages=SAID, stream=True, **ASKED)


def openai_completion(address):
    """Ask for a completion."""
    return openai(address).completions.create(model="m", prompt="Hello?", logprobs=2)


def openai_completion_stream(address):
    """Ask for a completion that is streamed."""
    return openai(address).completions.create(model="m", prompt="Hello?", logprobs=2, stream=True)


def openai_response(address):
    """Ask for a response."""
    return openai(address).responses.create(
        model="m", input="Hello?", include=["message.output_text.logprobs"], top_logprobs=2
    )


def openai_response_stream(address):
    """Ask for a response that is streamed."""
    return openai(address).responses.create(
        model="m", input="Hello?", include=["message.output_text.logprobs"], stream=True
    )


def together(address):
    """Ask for a chat through Together's client."""
    from together import Together

    client = Together(api_key="placeholder", base_url=f"{address}/v1", max_retries=0)
    return client.chat.completions.create(model="m", messages=SAID, logprobs=2)


def mistral(address):
    """Ask for a chat through Mistral's client."""
    from mistralai.client import Mistral

    return Mistral(api_key="placeholder", server_url=address).chat.complete(
        model="m", messages=SAID, **ASKED
    )


def mistral_stream(address):
    """Ask for a chat that is streamed through Mistral's client."""
    from mistralai.client import Mistral

    return [
        *Mistral(api_key="placeholder", server_url=address).chat.stream(
            model="m", messages=SAID, **ASKED
        )
    ]


def cohere(address):
    """Ask for a chat through Cohere's client."""
    from cohere import ClientV2

    return ClientV2("placeholder", base_url=address).chat(model="m", messages=SAID, logprobs=True)


def cohere_stream(address):
    """Ask for a chat that is streamed through Cohere's client."""
    from cohere import ClientV2

    client = ClientV2("placeholder", base_url=address)
    return list(client.chat_stream(model="m", messages=SAID, logprobs=True))


def ollama(address):
    """Ask for a chat through Ollama's client."""
    from ollama import Client

    return Client(address).chat("m", SAID, **ASKED)


def ollama_stream(address):
    """Ask for a chat that is streamed through Ollama's client."""
    from ollama import Client

    return list(Client(address).chat("m", SAID, stream=True, **ASKED))


def ollama_generate(address):
    """Ask for a completion through Ollama's client."""
    from ollama import Client

    return Client(address).generate("m", "Hello?", **ASKED)


KEPT = [
    (openai_chat, "openai-chat-openai"),
    (openai_chat_logprobs, "openai-chat-openai"),
    (openai_chat_entries, "openai-chat-openai"),
    (openai_chat_stream, "openai-chat-openai-stream"),
    (openai_completion, "openai-completions-openai"),
    (openai_completion_stream, "openai-completions-openai-stream"),
    (openai_response, "openai-responses-openai"),
    (openai_response_stream, "openai-responses-openai-stream"),
    (together, "openai-chat-together"),
    (together, "openai-completions-together-chat"),
    (mistral, "openai-chat-mistral"),
    (mistral_stream, "openai-chat-mistral-stream"),
    (cohere, "cohere-chat"),
    (cohere_stream, "cohere-chat-stream"),
    (ollama, "ollama-chat"),
    (ollama_stream, "ollama-chat-stream"),
    (ollama_generate, "ollama-generate"),
]
LOST = []
UNSEEN = []
