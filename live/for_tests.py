"""What is recorded for the tests, and why: one answer of every shape."""

from recording import chat, completion

TESTS = "tests/recordings"
HAMLET = "Who wrote Hamlet? Answer in one sentence."
FRANCE = "The capital of France is"
COUNT = "one, two, three, four,"
ACCENTS = "Repeat after me: Café, naïve, crème brûlée."
EMOJI = "Repeat exactly: I like 🍕 and 🍎."
EXTRACT = "Extract the data as JSON with the keys "
LAMP = EXTRACT + '"product" and "price": The blue lamp costs 24.50 euros.'
AGE = EXTRACT + '"name" and "age": Anna is 31 years old.'
AGE_SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
}

RECORDINGS = [
    chat(f"{TESTS}/chat.json", "a chat", HAMLET),
    chat(f"{TESTS}/chat-stream.sse", "the same, streamed", HAMLET, stream=True),
    chat(f"{TESTS}/chat-length.json", "cut at max_tokens", "Name the three primary colours."),
    chat(
        f"{TESTS}/chat-long.json",
        "three paragraphs",
        "What is a volcano and how does it erupt?",
        max_tokens=260,
    ),
    chat(
        f"{TESTS}/chat-no-logprobs.json", "not asked for", HAMLET, logprobs=False, top_logprobs=None
    ),
    chat(
        f"{TESTS}/chat-no-top-logprobs.json",
        "asked for without a number of alternatives: null",
        HAMLET,
        top_logprobs=None,
    ),
    chat(f"{TESTS}/chat-top-logprobs-0.json", "no alternatives", HAMLET, top_logprobs=0),
    chat(
        f"{TESTS}/chat-sampled.json",
        "chosen tokens that are not the most likely, some not even among the five",
        "Write one sentence about an olive tree.",
        temperature=1.2,
        seed=3,
    ),
    chat(f"{TESTS}/chat-accents.json", "two bytes a character, tokens join", ACCENTS),
    chat(f"{TESTS}/chat-accents-stream.sse", "the same, streamed", ACCENTS, stream=True),
    chat(f"{TESTS}/chat-emoji.json", "characters of several tokens: tokens are empty", EMOJI),
    chat(f"{TESTS}/chat-emoji-stream.sse", "streamed: text is lost", EMOJI, stream=True),
    chat(
        f"{TESTS}/chat-json.json",
        "JSON with a number field",
        LAMP,
        response_format={"type": "json_object"},
    ),
    chat(
        f"{TESTS}/chat-json-schema.json",
        "JSON whose grammar forces an unlikely token",
        AGE,
        response_format={"type": "json_object", "schema": AGE_SCHEMA},
    ),
    chat(
        f"{TESTS}/error-400.json",
        "an error body: more tokens than the context window holds",
        "a " * 2100,
        status=400,
    ),
    completion(f"{TESTS}/completion.json", "a completion", FRANCE),
    completion(f"{TESTS}/completion-stream.sse", "the same, streamed", FRANCE, stream=True),
    completion(f"{TESTS}/completion-logprobs-0.json", "no alternatives", FRANCE, logprobs=0),
    completion(
        f"{TESTS}/completion-echo.json",
        "the prompt, too; no BOS token: each token measured one place late (a server bug)",
        FRANCE,
        echo=True,
        max_tokens=6,
    ),
    completion(
        f"{TESTS}/completion-echo-bos.json",
        "the same, begun with a BOS token: each measured in its place",
        f"<|im_start|>{FRANCE}",
        echo=True,
        max_tokens=6,
    ),
    completion(
        f"{TESTS}/completion-echo-one-token.json",
        "the prompt, and as little more as possible (0 means no limit)",
        f"<|im_start|>{FRANCE}",
        echo=True,
        max_tokens=1,
    ),
    completion(
        f"{TESTS}/completion-stop.json",
        "a stop sequence of three tokens: arrays longer than the text",
        COUNT,
        stop=["seven, eight"],
    ),
    completion(
        f"{TESTS}/completion-stop-stream.sse",
        "the same, streamed: arrays as long as the text",
        COUNT,
        stop=["seven, eight"],
        stream=True,
    ),
]
