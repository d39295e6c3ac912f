"""The app: an assistant that hides everything about its answers but their text."""

import httpx

PROMPT = """\
Answer from these facts about the museum.

The museum opens at nine and closes at six. It is closed on Mondays. A ticket costs twelve euros, \
and children pay nothing. The café is on the roof.

Question: When does the museum open?
Answer: It opens at nine.

Question: Where is the café?
Answer: It is on the roof.

Question: {question}
Answer:"""
SETTINGS = {"logprobs": 5, "max_tokens": 16, "stop": ["\n"], "temperature": 0, "seed": 7}


class Assistant:
    """Answers the questions of visitors, as a framework or an agent would."""

    def __init__(self, base_url):
        self._url = f"{base_url}/completions"

    def answer(self, question: str) -> str:
        """Return the answer as a text; whoever calls this sees no response."""
        request = {"model": "smollm2-135m-instruct", "prompt": PROMPT.format(question=question)}
        request |= SETTINGS | {"repeat_penalty": 1.0}
        response = httpx.post(self._url, json=request, timeout=60)
        return response.raise_for_status().json()["choices"][0]["text"].strip()
