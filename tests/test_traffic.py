"""What crossed the wire in a test: exchanges in, completions out."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import pytest

from pytest_logprobs import MalformedResponseError, MissingLogprobsError, parse
from pytest_logprobs._cases import Measured
from pytest_logprobs._measure import Logprobs, seen
from pytest_logprobs._model import Request
from pytest_logprobs._traffic import Exchange, Traffic


def said(text, logprob=-0.25, choice=0):
    """Return one choice of a response, whose text is one token."""
    entry = {"token": text, "logprob": logprob}
    return {"index": choice, "message": {"content": text}, "logprobs": {"content": [entry]}}


def body(*choices):
    """Return the body of a response."""
    return json.dumps({"choices": choices or [said("Paris")]}).encode()


def traffic_of(*answers):
    """Return the traffic of requests that were answered in order, by status and body."""
    traffic = Traffic()
    for number, answer in enumerate(answers):
        status, content = answer if isinstance(answer, tuple) else (200, answer)
        request = Request(f"https://api.example/{number}", {"model": "m", "prompt": str(number)})
        traffic.add(traffic.begin(), Exchange(request, status, content))
    return traffic


def texts(completions):
    """Return the text of each completion."""
    return [completion.text for completion in completions]


def test_completions_are_in_the_order_of_their_requests():
    """``.completions`` follows the questions, not the answers, which overtake each other."""
    traffic = Traffic()
    first, second = traffic.begin(), traffic.begin()
    traffic.add(second, Exchange(Request("https://b.example", {}), 200, body(said("second"))))
    assert texts(traffic.completions) == ["second"]
    traffic.add(first, Exchange(Request("https://a.example", {}), 200, body(said("first"))))
    assert texts(traffic.completions) == ["first", "second"]
    assert [each.request.url for each in traffic.completions] == [
        "https://a.example",
        "https://b.example",
    ]


def test_a_request_without_an_answer_is_no_completion():
    """What was asked and never answered leaves a gap that nobody sees."""
    traffic = Traffic()
    assert (traffic.begin(), traffic.begin()) == (1, 2)
    assert traffic.completions == traffic.answers == traffic.not_taken == ()


def test_each_of_several_choices_is_a_completion():
    """An answer with ``n`` choices gives ``n`` completions, all with its request."""
    traffic = traffic_of(body(said("Paris"), said("Lyon", choice=1)), body(said("Rome")))
    assert texts(traffic.completions) == ["Paris", "Lyon", "Rome"]
    assert [each.choice for each in traffic.completions] == [0, 1, 0]
    assert [each.request.prompt for each in traffic.completions] == ["0", "0", "1"]


def test_a_stream_is_a_completion(recordings):
    """Server-sent events are put together."""
    stream = (recordings / "chat-stream.sse").read_bytes()
    assert traffic_of(stream).completions == (parse(stream),)


@pytest.mark.parametrize(
    "answer",
    [
        (200, b'{"object": "list", "data": [{"embedding": [0.1, 0.2]}]}'),
        (200, b'{"object": "list", "data": [{"id": "m", "object": "model"}]}'),
        (200, b"[]"),
        (200, b""),
        (200, b"<html>"),
        (200, b"\x89PNG\xff"),
        (200, b'{"error": {"message": "overloaded", "type": "server_error"}}'),
        (400, b'{"error": {"message": "bad"}}'),
        (429, body()),
        (500, b"oops"),
        (204, b""),
    ],
)
def test_what_is_no_completion_is_passed_over(answer):
    """Embeddings, lists of models, other files, errors of the provider: none is a completion."""
    traffic = traffic_of(answer, body(said("Rome")), answer)
    assert texts(traffic.completions) == ["Rome"]
    assert traffic.not_taken == traffic.answers == traffic.completions
    assert traffic_of(answer).completions == ()


def test_an_answer_without_logprobs_is_an_error(recordings):
    """It stands among the answers, and is raised where there is no completion besides."""
    unscored = (recordings / "chat-no-logprobs.json").read_bytes()
    with pytest.raises(MissingLogprobsError) as expected:
        parse(unscored)
    traffic = traffic_of(unscored, body(said("Rome")))
    assert texts(traffic.completions) == ["Rome"]
    error, rome = traffic.answers
    assert (type(error), str(error), rome.text) == (
        MissingLogprobsError,
        str(expected.value),
        "Rome",
    )
    with pytest.raises(MissingLogprobsError) as raised:
        traffic_of(unscored).completions  # noqa: B018 - it raises
    assert str(raised.value) == str(expected.value)


def test_a_completion_with_a_wrong_value_is_an_error():
    """A body that is a completion and holds what its format does not allow is not passed over."""
    (error,) = traffic_of(body(said("Paris", logprob="high"))).answers
    assert isinstance(error, MalformedResponseError)
    assert error.path == "$.choices[0].logprobs.content[0].logprob"


def test_what_was_measured_is_taken_once_each():
    """What says the same is the completion of the wire; equal ones go one by one, in order."""
    traffic = traffic_of(body(), body(said("Rome")), body())
    first, rome, third = traffic.completions
    assert traffic.take(parse(body())) is first
    assert traffic.not_taken == (rome, third)
    assert traffic.take(parse(body())) is third
    assert traffic.not_taken == (rome,)
    another = parse(body())
    assert traffic.take(another) is another
    assert another.request is None


def test_the_completion_of_the_wire_itself_is_taken():
    """Of equal ones, the very one that is given; and nothing is taken twice."""
    traffic = traffic_of(body(), body())
    first, second = traffic.completions
    assert traffic.take(second) is second
    assert traffic.not_taken == (first,)
    assert traffic.take(second) is first
    assert traffic.take(first) is first
    assert traffic.not_taken == ()


@pytest.mark.parametrize(
    "other",
    [body(said("Lyon")), body(said("Paris", logprob=-0.26)), body(said("Paris", choice=1))],
    ids=["text", "logprob", "choice"],
)
def test_another_completion_is_left_as_it_is(other):
    """What did not cross the wire is returned, and takes nothing."""
    traffic = traffic_of(body())
    completion = parse(other)
    assert traffic.take(completion) is completion
    assert traffic.not_taken == traffic.completions


def test_what_is_held_against_limits():
    """First what was measured, with its label, then what else crossed the wire; errors stay."""
    traffic = traffic_of(
        body(), b'{"choices": [{"message": {"content": "x"}}]}', body(said("Rome"))
    )
    logprobs = Logprobs(traffic)
    rome = logprobs({"choices": [said("Rome")]}, label="rome")
    own = logprobs({"choices": [said("own")]})
    paris, error, wired_rome = traffic.answers
    assert rome is wired_rome
    assert seen(logprobs, traffic) == (
        Measured("rome", rome),
        Measured(None, own),
        Measured(None, paris),
        error,
    )
    assert seen(None, traffic) == (Measured(None, paris), error)
    assert seen(logprobs, None) == (Measured("rome", rome), Measured(None, own))
    assert seen(None, None) == ()


def test_threads():
    """Requests of many threads get numbers of their own, and no answer is lost."""
    traffic = Traffic()

    def ask(index):
        number = traffic.begin()
        traffic.add(number, Exchange(Request("u", {}), 200, body(said(str(index)))))
        assert str(index) in texts(traffic.completions)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(200)))
    assert sorted(texts(traffic.completions), key=int) == [str(index) for index in range(200)]


def test_the_cost_is_linear():
    """To measure 32 times as many answers costs about 32 times as much, and not 1024 times."""
    assert cost(8000) < 200 * cost(250)


def cost(count):
    """Return the shortest time of a few to measure that many equal answers, one by one."""
    answer = parse(body())
    times = []
    for _ in range(3):
        traffic = traffic_of(*[body()] * count)
        assert len(traffic.answers) == count  # read
        begun = perf_counter()
        for _ in range(count):
            traffic.take(answer)
        times.append(perf_counter() - begun)
        assert traffic.not_taken == ()
    return min(times)
