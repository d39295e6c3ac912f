"""Completions off the wire: ``logprobs.completions``, ``.last`` and ``completion.request``."""

from __future__ import annotations

import pytest
from terminal import explanations


def recorded_and_replayed(suite, tests, count=1):
    """Run tests with the server, and without: they pass both times."""
    suite.write(tests)
    before = len(suite.wire.asked)
    suite.record().assert_outcomes(passed=count)
    asked = len(suite.wire.asked)
    assert asked > before
    suite.run().assert_outcomes(passed=count)
    assert len(suite.wire.asked) == asked


CALLS = {
    "openai chat": """
    client = OpenAI(base_url=URL, api_key="placeholder")
    client.chat.completions.create(model="m", messages=MESSAGES, logprobs=True, temperature=0)
""",
    "openai asynchronous": """
    async def call():
        async with AsyncOpenAI(base_url=URL, api_key="placeholder") as client:
            await client.chat.completions.create(
                model="m", messages=MESSAGES, logprobs=True, temperature=0
            )
    asyncio.run(call())
""",
    "httpx": """
    httpx.post(f"{URL}/chat/completions", json=BODY)
""",
    "requests": """
    requests.post(f"{URL}/chat/completions", json=BODY)
""",
    "requests in a thread": """
    with ThreadPoolExecutor() as pool:
        pool.submit(requests.post, f"{URL}/chat/completions", json=BODY).result()
""",
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_whatever_client_made_the_call(suite, call):
    """What crossed the wire is there, "whatever SDK or framework made the call"."""
    recorded_and_replayed(
        suite,
        f"""
MESSAGES = [{{"role": "user", "content": "Who wrote\\nHamlet?"}}]
BODY = {{"model": "m", "messages": MESSAGES, "logprobs": True, "temperature": 0}}

def test_it(logprobs, logprobs_cassette):
    assert logprobs.completions == ()
{call}
    (completion,) = logprobs.completions
    assert completion.text == "Hamlet is the play written by William Shakespeare."
    assert completion.min_probability < 0.08
    assert logprobs.last is completion
    assert logprobs_cassette.completions == (completion,)
    request = completion.request
    assert request.url == f"{{URL}}/chat/completions"
    assert (request.model, request.prompt) == ("m", MESSAGES)
    assert request.parameters == {{"logprobs": True, "temperature": 0}}
""",
    )


def test_a_stream(suite):
    """The chunks of a stream are put together, however they are consumed."""
    recorded_and_replayed(
        suite,
        """
def test_it(logprobs):
    client = OpenAI(base_url=URL, api_key="placeholder")
    messages = [{"role": "user", "content": "Who wrote Hamlet?"}]
    chunks = client.chat.completions.create(model="m", messages=messages, stream=True)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert logprobs.last.text == text != ""
    assert logprobs.last.request.parameters == {"stream": True}
""",
    )


def test_a_legacy_completion(suite):
    """The prompt of a completion is a text."""
    recorded_and_replayed(
        suite,
        """
def test_it(logprobs):
    client = OpenAI(base_url=URL, api_key="placeholder")
    prompt = "The capital of France is"
    response = client.completions.create(model="m", prompt=prompt, logprobs=5)
    assert logprobs.last.text == response.choices[0].text
    assert logprobs.last.request.prompt == prompt
""",
    )


def test_several_choices_and_calls(suite):
    """Each choice is a completion; they stand in the order of their requests, then of choices."""
    recorded_and_replayed(
        suite,
        """
def test_it(logprobs):
    ask("first", n=2)
    ask("second")
    found = [(each.request.prompt[0]["content"], each.choice) for each in logprobs.completions]
    assert found == [("first", 0), ("first", 1), ("second", 0)]
    assert logprobs.last is logprobs.completions[-1]
""",
    )


def test_what_was_measured_is_the_same_entry(suite):
    """A completion of the wire "that was also measured is the same entry", with its request."""
    recorded_and_replayed(
        suite,
        """
def test_it(logprobs):
    response = ask()
    measured = logprobs(response, label="author")
    assert measured is logprobs.last
    assert measured.request.model == "m"
    assert logprobs.completions == (measured,)
    assert [(each.label, each.completion) for each in logprobs.measured] == [("author", measured)]

def test_in_the_other_order(logprobs):
    ask(n=2)
    second = logprobs.completions[1]
    assert logprobs(second) is second

def test_equal_answers(logprobs):
    found = [logprobs(each) for each in (ask("first"), ask("second"))]
    assert [each.request.prompt[0]["content"] for each in found] == ["first", "second"]

def test_another(logprobs):
    ask()
    own = parse({"choices": [{"message": {"content": "x"}, "logprobs": {"content": [
        {"token": "x", "logprob": -0.01}
    ]}}]})
    assert logprobs(own) is own
    assert own.request is None
    assert own not in logprobs.completions
""",
        count=4,
    )


def test_fixtures_call_too(suite):
    """Traffic counts "since its set-up began": of fixtures of the test, and of broader ones."""
    recorded_and_replayed(
        suite,
        """
@pytest.fixture(scope="session")
def once():
    ask("session")

@pytest.fixture
def each():
    ask("function")

def prompts(logprobs):
    return [each.request.prompt[0]["content"] for each in logprobs.completions]

def test_first(once, each, logprobs):
    ask("test")
    assert prompts(logprobs) == ["session", "function", "test"]

def test_second(once, each, logprobs):
    assert prompts(logprobs) == ["function"]
""",
        count=2,
    )


def test_live_traffic_is_seen(suite):
    """``off`` is live: completions are seen as ever, and nothing is written."""
    suite.write(
        """
@limits(min_token_probability=0.01)
def test_it(logprobs):
    ask()
    assert logprobs.last.request.model == "m"
"""
    )
    for asked in (1, 2):
        before = len(suite.wire.asked)
        suite.record(mode="off").assert_outcomes(passed=1)
        assert (len(suite.wire.asked) - before, asked) == (1, asked)
    assert not (suite.pytester.path / "cassettes").exists()


def test_without_a_cassette(run_tests):
    """Nothing is seen then, and the error says what to do."""
    result = run_tests(
        """
def test_completions(logprobs):
    logprobs.completions

def test_last(logprobs):
    logprobs.last
"""
    )
    result.assert_outcomes(failed=2)
    said = (
        "pytest_logprobs.LogprobsError: what crosses the wire is not seen in this test: mark it "
        "with @pytest.mark.logprobs_cassette, or give the response to the fixture: "
        "logprobs(response)"
    )
    assert [text.split("\n")[-1] for text in explanations(result)] == [said, said]


def test_nothing_crossed_the_wire(suite):
    """There is no last completion, and no completion, where there was no call."""
    suite.write(
        """
def test_it(logprobs):
    assert logprobs.completions == ()
    logprobs.last
"""
    )
    result = suite.run()
    result.assert_outcomes(failed=1)
    assert explanations(result) == [
        "pytest_logprobs.LogprobsError: no completion crossed the wire in this test so far"
    ]


def test_answers_that_cannot_be_read(suite):
    """Where there is nothing but an answer without log-probabilities, that is what is said."""
    suite.write(
        """
def test_it(logprobs):
    ask(logprobs=False)
    logprobs.last

def test_one_of_two(logprobs):
    ask(logprobs=False)
    ask()
    assert logprobs.completions == (logprobs.last,)
"""
    )
    result = suite.record()
    result.assert_outcomes(passed=1, failed=1)
    (said,) = explanations(result)
    assert said.startswith("pytest_logprobs.MissingLogprobsError: ")
