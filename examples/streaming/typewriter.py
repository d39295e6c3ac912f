"""The app: shows an answer while it is being written."""


def write(client, question, show):
    """Call ``show`` with every piece of the answer as it comes."""
    stream = client.chat.completions.create(
        model="smollm2-135m-instruct",
        messages=[{"role": "user", "content": question}],
        stream=True,
        logprobs=True,
        top_logprobs=5,
        max_tokens=40,
        temperature=0,
        seed=7,
        extra_body={"repeat_penalty": 1.0},  # llama.cpp would punish repetitions unasked
    )
    for chunk in stream:
        for choice in chunk.choices:
            if choice.delta.content:
                show(choice.delta.content)
