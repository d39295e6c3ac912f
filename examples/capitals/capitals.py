"""The app: a support bot that is asked about countries."""


def ask(client, country):
    """Ask for the capital, and for the log-probabilities of the answer."""
    question = f"What is the capital of {country}? Answer in one sentence."
    return client.chat.completions.create(
        model="smollm2-135m-instruct",
        messages=[{"role": "user", "content": question}],
        logprobs=True,
        top_logprobs=5,
        max_tokens=40,
        temperature=0,
        seed=7,
        extra_body={"repeat_penalty": 1.0},  # llama.cpp would punish repetitions unasked
    )
