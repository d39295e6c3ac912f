"""Real answers of many providers, in a folder outside of this repository.

The folder is named by the environment variable ``PYTEST_LOGPROBS_PAYLOADS``; its ``INDEX.tsv``
lists the files and which wire format each has. Without it there is nothing to test here. Every
file of it is either read, and then its tokens and numbers are those that a walk of its own kind
collects by hand (``walks.py``), or refused with the error that its row implies.
"""

import csv
import json
import os
import re
from itertools import pairwise
from pathlib import Path

import pytest
from cases import PAYLOADS, decoded
from law import problems
from payloads import BLANK_LOST, ESCAPED, PROMPT_IN_TEXT, READ, REFUSED
from walks import Answer, Said, best_first
from walks import decoded as decoded_by_hand

from pytest_logprobs import LogprobsError, parse, parse_all
from pytest_logprobs.cassettes import contents, converted


@pytest.fixture(scope="module")
def payloads():
    """Give the folder of the payloads."""
    if not os.environ.get(PAYLOADS):
        pytest.skip(f"{PAYLOADS} names no folder of recorded payloads")
    return Path(os.environ[PAYLOADS])


def collected(payloads, name):
    """Return what the walk for this file collects."""
    walk, _ = READ[name]
    return [*walk(decoded_by_hand((payloads / name).read_text("utf-8")))]


def told(tokens):
    """Return tokens as the walks do."""
    return [
        Said(token.text, token.raw_logprob, [(a.text, a.raw_logprob) for a in token.alternatives])
        for token in tokens
    ]


def test_every_payload_has_an_expectation(payloads):
    """The tables name every file of the index once, and no other; the index names every file."""
    with (payloads / "INDEX.tsv").open(encoding="utf-8", newline="") as file:
        index = sorted(row["file"] for row in csv.DictReader(file, delimiter="\t"))
    assert sorted([*READ, *REFUSED]) == index
    assert sorted(path.name for path in payloads.iterdir()) == sorted([*index, "INDEX.tsv"])


@pytest.mark.parametrize("name", READ)
def test_numbers_of_payloads(payloads, name):
    """Every token, alternative and number is the wire's, in the order of the file."""
    completions = parse_all((payloads / name).read_bytes())
    found = [
        Answer(completion.text, told(completion), told(completion.prompt_tokens or ()))
        for completion in completions
    ]
    wanted = [
        answer._replace(text="".join(token.text for token in answer.tokens))
        if answer.text is None
        else answer
        for answer in collected(payloads, name)
    ]
    assert found == wanted


@pytest.mark.parametrize("name", READ)
def test_counts_of_payloads(payloads, name):
    """As many tokens as a reader of the file counts, and as many with a place in the text."""
    _, expected = READ[name]
    if expected is None:
        counts = [len(answer.tokens) for answer in collected(payloads, name)]
        expected = [(count, count, 0) for count in counts]
    found = [
        (
            len(completion),
            sum(token.start is not None for token in completion),
            len(completion.prompt_tokens or ()),
        )
        for completion in parse_all((payloads / name).read_bytes())
    ]
    assert found == expected


@pytest.mark.parametrize("name", READ)
def test_places_of_payloads(payloads, name):
    """Tokens with a place spell what stands there, and together they are the whole text."""
    for completion in parse_all((payloads / name).read_bytes()):
        prompt, text = completion.prompt_tokens or (), completion.text
        is_echo = prompt and prompt.evidence.text == text
        placed = [token for token in (*(prompt if is_echo else ()), *completion) if token.end]
        if placed:
            assert (placed[0].start == 0, placed[-1].end) == (name not in PROMPT_IN_TEXT, len(text))
        for before, after in pairwise(placed):
            is_same = name in ESCAPED and (before.start, before.end) == (after.start, after.end)
            assert is_same or before.end == after.start
        for token in placed:
            assert text[token.start : token.end] in spellings(token, name)


def spellings(token, name):
    """Return what may stand at a token's place in the text."""
    if name in ESCAPED and token.text.startswith("\\x"):
        return "\N{BLUE HEART}"
    return [token.text.removeprefix(" ") if name in BLANK_LOST and not token.start else token.text]


@pytest.mark.parametrize("name", READ)
def test_law_of_payloads(payloads, name):
    """No number, id, text or bytes that are not on the wire; no unknown turned into a number."""
    body = (payloads / name).read_bytes()
    assert problems(parse_all(body), decoded(body)) == []


@pytest.mark.parametrize("name", REFUSED)
def test_payloads_that_are_refused(payloads, name):
    """The error says what the answer lacks, and how to ask for it."""
    kind, message = REFUSED[name]
    with pytest.raises(LogprobsError) as caught:
        parse_all((payloads / name).read_bytes())
    assert type(caught.value) is kind
    assert re.fullmatch(message, str(caught.value))


@pytest.mark.parametrize("name", [*READ, *REFUSED])
def test_decoding_of_payloads(payloads, name):
    """The fast reader of JSON and the standard library's find the same numbers."""
    if not name.endswith(".yaml"):
        body = (payloads / name).read_bytes()
        assert json.dumps(decoded(body)) == json.dumps(decoded_by_hand(body.decode()))


@pytest.mark.parametrize("name", [name for name in REFUSED if name.endswith(".yaml")])
def test_cassettes_of_vcrpy(payloads, name):
    """A body that a project's serializer stored decoded has the numbers that the file spells."""
    path = payloads / name
    (completion,) = contents(path.read_bytes(), path).completions
    assert completion.request.url == "https://api.openai.com/v1/responses"
    assert completion.request.body["model"] == "gpt-4o-mini"
    assert len(completion) == 9
    ours = converted(path.read_bytes(), path)[1]
    assert '"logprob": -' in ours
    for kind in ("yaml", "json"):
        theirs = converted(ours.encode(), path, kind)[1]
        assert converted(theirs.encode(), path, "logprobs")[1] == ours


def test_answers_among_others(payloads):
    """Whole answers in a list are read one by one, though they are of different formats."""
    names = [name for name in READ if name.endswith(".json")]
    values = [decoded((payloads / name).read_bytes()) for name in names]
    values = [value for value in values if isinstance(value, dict)]
    apart = [told(completion) for value in values for completion in parse_all(value)]
    assert [told(each) for each in parse_all([[value] for value in values])] == apart


def test_order_of_alternatives():
    """The walks list what is not known last, and keep the order of equal ones."""
    pairs = [("a", -2.0), ("b", None), ("c", -1.0), ("d", -9999.0), ("e", -1.0)]
    assert [text for text, _ in best_first(pairs)] == ["c", "e", "a", "b", "d"]
    entry = {"token": "a", "logprob": -2.0}
    tops = [{"token": text, "logprob": number} for text, number in pairs]
    message = {"choices": [{"message": {"content": "a"}}]}
    message["choices"][0]["logprobs"] = {"content": [{**entry, "top_logprobs": tops}]}
    assert [each.text for each in parse(message)[0].alternatives] == ["c", "e", "a", "b", "d"]
