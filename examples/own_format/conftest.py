"""The gateway of this house answers in a format of its own: these lines teach it to the plugin."""

from pytest_logprobs import parse


def pytest_logprobs_parse(payload):
    """Say an answer of the gateway in OpenAI's words; anything else is not ours."""
    if not isinstance(payload, dict) or "gateway" not in payload:
        return None
    content = [
        {
            "token": piece["is"],
            "logprob": piece.get("ln_p"),  # None where it is missing: not known, and not 0
            "top_logprobs": [{"token": t, "logprob": ln_p} for t, ln_p in piece["or"].items()],
        }
        for piece in payload["pieces"]
    ]
    choice = {"message": {"content": payload["answer"]}, "logprobs": {"content": content}}
    return parse({"model": payload["model"], "choices": [choice]}, format="openai-chat")
