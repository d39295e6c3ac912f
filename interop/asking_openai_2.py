"""One question through what does not take openai 3 yet, and through openai 2 itself."""

from __future__ import annotations

SAID = [{"role": "user", "content": "Hello?"}]
ASKED = {"logprobs": True, "top_logprobs": 2}
CHAT, CHAT_STREAM = "openai-chat-openai", "openai-chat-openai-stream"


def openai(address):
    """Ask for a chat."""
    from openai import OpenAI

    client = OpenAI(base_url=f"{address}/v1", max_retries=0)
    return client.chat.completions.create(model="m", messages=SAID, **ASKED)


def litellm(address, **settings):
    """Ask LiteLLM."""
    from litellm import completion

    return completion("openai/m", SAID, api_base=f"{address}/v1", **ASKED, **settings)


def litellm_stream(address):
    """Ask LiteLLM for a stream."""
    return list(litellm(address, stream=True))


def litellm_google(address):
    """Ask LiteLLM for Gemini, which it makes a chat's response of."""
    from litellm import completion

    return completion("gemini/gemini-2.0-flash", SAID, api_base=address, logprobs=True)


def litellm_completion(address):
    """Ask LiteLLM for a completion."""
    from litellm import text_completion

    model = "text-completion-openai/m"
    return text_completion(model=model, prompt="Hello?", logprobs=2, api_base=f"{address}/v1")


GOOGLE = {"model": "m", "contents": "Hello?", "config": {"response_logprobs": True, "logprobs": 2}}


def google_response(address):
    """Ask Google's client."""
    from google.genai import Client

    with Client(http_options={"base_url": address}) as client:
        return client.models.generate_content(**GOOGLE)


def google_stream(address):
    """Ask Google's client for a stream."""
    from google.genai import Client

    with Client(http_options={"base_url": address}) as client:
        return list(client.models.generate_content_stream(**GOOGLE))


def google_result(address):
    """Ask Google's client, and keep the logprobs alone."""
    return google_response(address).candidates[0].logprobs_result


def instructor(address):
    """Ask for an object of a class of one's own."""
    from instructor import Mode, from_openai
    from openai import OpenAI
    from pydantic import BaseModel

    class Answer(BaseModel):
        a: int

    client = from_openai(OpenAI(base_url=f"{address}/v1", max_retries=0), mode=Mode.JSON)
    return client.chat.completions.create(
        model="m", messages=SAID, response_model=Answer, max_retries=0, **ASKED
    )


def dspy(address, **settings):
    """Ask DSPy's model, which has a client of its own on bare sockets."""
    from dspy import LM

    model = LM("openai/gpt-4o", api_base=f"{address}/v1", cache=False, **ASKED, **settings)
    return model("Hello?")


def dspy_litellm(address):
    """Ask DSPy's model by way of LiteLLM."""
    return dspy(address, engine="litellm")


def llama_index(address):
    """Give LlamaIndex's model."""
    from llama_index.llms.openai import OpenAI

    return OpenAI(model="gpt-4o", api_base=f"{address}/v1", max_retries=0, **ASKED)


def llama_index_chat(address):
    """Ask LlamaIndex's model for a chat."""
    from llama_index.core.llms import ChatMessage

    return llama_index(address).chat([ChatMessage(role="user", content="Hello?")])


def llama_index_completion(address):
    """Ask LlamaIndex's model to complete a text, for which it has a chat."""
    return llama_index(address).complete("Hello?")


def llama_index_stream(address):
    """Ask LlamaIndex's model for a stream."""
    return list(llama_index(address).stream_complete("Hello?"))


def llama_index_alone(address):
    """Keep what LlamaIndex makes of an answer, without the answer."""
    return llama_index_chat(address).model_copy(update={"raw": None})


KEPT = [
    (openai, CHAT),
    (litellm, CHAT),
    (litellm_stream, CHAT_STREAM),
    (litellm_google, "gemini-vertex"),
    (litellm_completion, "openai-completions-openai"),
    (google_response, "gemini-vertex"),
    (google_stream, "gemini-stream"),
    (google_result, "gemini-vertex"),
    (instructor, "framework-instructor"),
    (dspy, CHAT),
    (dspy_litellm, CHAT),
    (llama_index_chat, CHAT),
    (llama_index_completion, CHAT),
    (llama_index_stream, CHAT_STREAM),
]
LOST = [
    (llama_index_alone, CHAT, "LlamaIndex keeps the alternatives and neither the chosen tokens"),
]
UNSEEN = [dspy]
