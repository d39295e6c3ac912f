"""``MalformedResponseError``: where in the response, what was expected, what was found."""

import copy

import pytest

from pytest_logprobs import MalformedResponseError, parse

ALTERNATIVE = {"token": "A", "logprob": -0.5, "bytes": [65], "token_id": 1}
ENTRY = {**ALTERNATIVE, "top_logprobs": [ALTERNATIVE]}
CHAT = {
    "choices": [{"index": 0, "message": {"content": "A"}, "logprobs": {"content": [ENTRY]}}],
    "usage": {},
}
ARRAYS = {"tokens": ["A"], "token_logprobs": [-0.5], "top_logprobs": [{"B": -1.0}]}
COMPLETION = {"choices": [{"index": 0, "text": "A", "logprobs": ARRAYS}]}


def put(body, path, value):
    """Return a copy of a body with another value at a path, given as JSONPath without quotes."""
    copied = copy.deepcopy(body)
    *keys, last = path.removeprefix("$").replace("[", ".").replace("]", "").split(".")[1:]
    node = copied
    for key in keys:
        node = node[int(key) if key.isdigit() else key]
    node[int(last) if last.isdigit() else last] = value
    return copied


CHOICE = "$.choices[0]"
CONTENT = f"{CHOICE}.logprobs.content"


@pytest.mark.parametrize(
    ("body", "path", "value", "problem"),
    [
        (CHAT, "$.choices", {}, "expected a list, got an object {}"),
        (CHAT, "$.choices[0]", "A", 'expected an object, got a string "A"'),
        (CHAT, f"{CHOICE}.index", "0", 'expected a whole number or null, got a string "0"'),
        (CHAT, f"{CHOICE}.index", True, "expected a whole number or null, got a boolean true"),
        (CHAT, f"{CHOICE}.index", 0.5, "expected a whole number or null, got a number 0.5"),
        (CHAT, f"{CHOICE}.index", -1, "expected the number of a choice, got a number -1"),
        (
            CHAT,
            f"{CHOICE}.index",
            2**31,
            "expected the number of a choice, got a number 2147483648",
        ),
        (CHAT, f"{CHOICE}.message.content", 7, "expected a string, got a number 7"),
        (CHAT, f"{CHOICE}.message.refusal", [], "expected a string, got a list []"),
        (CHAT, f"{CHOICE}.logprobs", -0.5, "expected an object, got a number -0.5"),
        (CHAT, f"{CHOICE}.logprobs", 0.0, "expected an object, got a number 0.0"),
        (CHAT, f"{CHOICE}.logprobs", False, "expected an object, got a boolean false"),
        (CHAT, CONTENT, {}, "expected a list, got an object {}"),
        (CHAT, f"{CONTENT}[0]", -1, "expected an object, got a number -1"),
        (CHAT, f"{CONTENT}[0].token", 65, "expected a string, got a number 65"),
        (CHAT, f"{CONTENT}[0].logprob", "-1", 'expected a number or null, got a string "-1"'),
        (CHAT, f"{CONTENT}[0].logprob", True, "expected a number or null, got a boolean true"),
        (CHAT, f"{CONTENT}[0].bytes", "QQ==", 'expected a list, got a string "QQ=="'),
        (CHAT, f"{CONTENT}[0].bytes[0]", 256, "expected a number from 0 to 255, got a number 256"),
        (CHAT, f"{CONTENT}[0].bytes[0]", None, "expected a number from 0 to 255, got null"),
        (CHAT, f"{CONTENT}[0].bytes[0]", "A", 'expected a whole number or null, got a string "A"'),
        (CHAT, f"{CONTENT}[0].token_id", 0.5, "expected a whole number or null, got a number 0.5"),
        (CHAT, f"{CONTENT}[0].top_logprobs", "", 'expected a list, got a string ""'),
        (COMPLETION, f"{CHOICE}.text", ["A"], 'expected a string, got a list ["A"]'),
        (COMPLETION, f"{CHOICE}.logprobs.tokens", None, "expected a list, got null"),
        (COMPLETION, f"{CHOICE}.logprobs.token_logprobs", None, "expected a list, got null"),
        (
            COMPLETION,
            f"{CHOICE}.logprobs.token_logprobs",
            [-1, -2],
            "2 entries for 1 tokens: they belong together one by one",
        ),
        (
            COMPLETION,
            f"{CHOICE}.logprobs.top_logprobs",
            [{}, {}, {}],
            "3 entries for 1 tokens: they belong together one by one",
        ),
        (COMPLETION, f"{CHOICE}.logprobs.tokens[0]", 65, "expected a string, got a number 65"),
        (
            COMPLETION,
            f"{CHOICE}.logprobs.token_logprobs[0]",
            [-1],
            "expected a number or null, got a list [-1]",
        ),
        (COMPLETION, f"{CHOICE}.logprobs.top_logprobs", {}, "expected a list, got an object {}"),
    ],
)
def test_malformed(body, path, value, problem):
    """A value of the wrong type is named with its path, what was expected and what was found."""
    broken = put(body, path, value)
    for response, where in ((broken, path), ([broken], path.replace("$", "$[0]"))):
        with pytest.raises(MalformedResponseError) as caught:
            parse(response)
        assert (caught.value.path, str(caught.value)) == (where, f"{where}: {problem}")


@pytest.mark.parametrize(
    ("content", "where", "problem"),
    [
        (["A"], "[0]", 'expected an object, got a string "A"'),
        ([{"text": "A"}, {"text": 7}], "[1].text", "expected a string, got a number 7"),
        ([{"text": {"value": "A"}}], "[0].text", 'expected a string, got an object {"value": "A"}'),
        ({"text": "A"}, "", 'expected a string, got an object {"text": "A"}'),
    ],
)
def test_malformed_content_parts(content, where, problem):
    """A text in parts has a path for each of them."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(put(CHAT, f"{CHOICE}.message.content", content))
    assert str(caught.value) == f"{CHOICE}.message.content{where}: {problem}"


TOP = f"{CONTENT}[0].top_logprobs"
MAP = f"{CHOICE}.logprobs.top_logprobs[0]"


@pytest.mark.parametrize(
    ("body", "at", "value", "message"),
    [
        (CHAT, TOP, ["A"], f'{TOP}[0]: expected an object, got a string "A"'),
        (CHAT, TOP, [None], f"{TOP}[0].token: expected a string, got null"),
        (
            CHAT,
            f"{TOP}[0].logprob",
            {},
            f"{TOP}[0].logprob: expected a number or null, got an object {{}}",
        ),
        (
            CHAT,
            f"{TOP}[0].bytes",
            [-1],
            f"{TOP}[0].bytes[0]: expected a number from 0 to 255, got a number -1",
        ),
        (
            CHAT,
            f"{TOP}[0].token_id",
            "x",
            f'{TOP}[0].token_id: expected a whole number or null, got a string "x"',
        ),
        (COMPLETION, MAP, "B", f'{MAP}: expected an object, got a string "B"'),
        (COMPLETION, MAP, 0, f"{MAP}: expected an object, got a number 0"),
        (
            COMPLETION,
            MAP,
            {"B": "-1"},
            f"""{MAP}['B']: expected a number or null, got a string "-1\"""",
        ),
        (COMPLETION, MAP, {7: -1.0}, f"{MAP}: expected a string, got a number 7"),
        (COMPLETION, MAP, [{"token": 1}], f"{MAP}[0].token: expected a string, got a number 1"),
        (
            COMPLETION,
            MAP,
            [{"token": "B", "logprob": "x"}],
            f'{MAP}[0].logprob: expected a number or null, got a string "x"',
        ),
        (COMPLETION, MAP, ["B"], f'{MAP}[0]: expected an object, got a string "B"'),
    ],
)
def test_malformed_alternatives(body, at, value, message):
    """Alternatives are checked when first looked at, with the same path, each time."""
    token = parse(put(body, at, value))[0]
    assert token.logprob == -0.5
    for look in (lambda: token.alternatives, lambda: token.entropy):
        with pytest.raises(MalformedResponseError) as caught:
            look()
        assert str(caught.value) == message


def test_long_and_odd_values_in_messages():
    """A value is shown on one line, in at most 40 characters."""
    shown = {
        "x" * 50: 'a string "' + "x" * 38 + "…",
        ("a", 1): 'a list ["a", 1]',
        1e300: "a number 1e+300",
        10**5000: "a number",
        parse: "a Python object (function)",
        frozenset(): "a Python object (frozenset)",
    }
    for value, expected in shown.items():
        with pytest.raises(MalformedResponseError) as caught:
            parse(put(CHAT, CONTENT, [value]))
        assert str(caught.value) == f"{CONTENT}[0]: expected an object, got {expected}"


@pytest.mark.parametrize("number", [10**400, 10**5000], ids=["400 digits", "5000 digits"])
def test_index_that_is_huge(number):
    """A choice has no such number, and one of too many digits for Python is not printed."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(put(CHAT, f"{CHOICE}.index", number))
    shown = " 1" + "0" * 38 + "…" if number == 10**400 else ""
    assert (
        str(caught.value) == f"{CHOICE}.index: expected the number of a choice, got a number{shown}"
    )
