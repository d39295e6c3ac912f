"""An echoed prompt that ``usage`` tells of: of several choices, with a number for its first."""

import pytest

from pytest_logprobs import parse, parse_all


def response(*answers, asked=2, generated=1, first=None, **arrays):
    """Make a response whose choices list tokens, of which the first has this number."""
    choices = [
        {
            "text": "".join(tokens),
            "index": index,
            "finish_reason": "stop",
            "logprobs": {
                "tokens": list(tokens),
                "token_logprobs": [first, *[-0.5] * (len(tokens) - 1)],
                "top_logprobs": None,
                **arrays,
            },
        }
        for index, tokens in enumerate(answers)
    ]
    return {"choices": choices, "usage": {"prompt_tokens": asked, "completion_tokens": generated}}


@pytest.mark.parametrize("first", [None, 0.0, -7.0])
def test_several_answers(first):
    """``usage`` counts the answers together, and the prompt that each of them begins with once."""
    both = parse_all(response("PQA", "PQBC", generated=3, first=first))
    assert [[token.text for token in each] for each in both] == [["A"], ["B", "C"]]
    assert [each.prompt_tokens.text for each in both] == ["PQ", "PQ"]


def test_several_answers_that_lost_a_number():
    """As many tokens were generated as there are: none is a prompt's."""
    both = parse_all(response("AB", "CD", generated=4))
    assert [token.unconditional for each in both for token in each] == [False] * 4
    assert [each.capabilities.prompt for each in both] == [False, False]


@pytest.mark.parametrize("top", [None, [{"P": -7.0}, {"Q": -0.5}, {"A": -0.5}]])
def test_first_token_with_a_number(top):
    """It is the prompt's all the same where the numbers of tokens say so."""
    completion = parse(response("PQA", first=-7.0, top_logprobs=top))
    assert [token.text for token in completion] == ["A"]
    assert [token.text for token in completion.prompt_tokens] == ["P", "Q"]
    assert completion.capabilities.prompt is True


def test_number_of_what_nothing_came_before():
    """0.0 for the first token of a prompt is a server's placeholder, which scores skip."""
    prompt = parse(response("PQA", first=0.0)).prompt_tokens
    assert (prompt[0].raw_logprob, prompt[0].unconditional) == (0.0, True)
    assert prompt.mean_logprob == -0.5


@pytest.mark.parametrize(
    "answer",
    [
        response("PQA", first=-7.0, generated=3),  # all were generated
        response("PQA", first=-7.0, generated=2),  # not listed: what ended the answer
        response("PQA", first=-7.0, asked=None),
        response("PQA", first=-7.0, asked=0, generated=3),
        response("PQA", first=-7.0, text_offset=[5, 6, 7]),
    ],
)
def test_answers_alone(answer):
    """Where the numbers of tokens or the offsets do not say so, all tokens are the answer's."""
    completion = parse(answer)
    assert (len(completion), completion.prompt_tokens) == (3, None)


def test_tokens_past_the_stop_are_no_prompt():
    """What is listed behind a stop sequence and not counted does not pass for a prompt."""
    answer = response(["A", "B", "stop", "!"], first=-7.0, asked=2, generated=2)
    answer["choices"][0]["text"] = "AB"
    completion = parse(answer)
    assert (len(completion), completion.prompt_tokens) == (4, None)


def test_message_is_no_echo():
    """A chat answers with a message, in which there is no prompt."""
    answer = response("PQA", first=-7.0)
    answer["choices"][0]["message"] = {"content": answer["choices"][0].pop("text")}
    assert parse(answer).prompt_tokens is None


def test_answers_that_begin_differently():
    """A server that counts one answer of several does not make a prompt of what they begin with."""
    both = parse_all(response("ABCD", "EFGH", generated=4, first=-7.0))
    assert [(len(each), each.prompt_tokens) for each in both] == [(4, None), (4, None)]
