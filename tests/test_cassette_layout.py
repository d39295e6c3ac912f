"""JSON laid out to be read: CONTRACT §4, "laying a body out touches white space only"."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_logprobs.cassettes._layout import (
    Raw,
    dumps,
    is_json,
    lay_out,
    lexemes,
    one_line,
    with_lines,
    without_lines,
)

DIGITS = "9" * 5000  # more than Python turns into an integer
NUMBERS = ["0", "-0.0", "1.0", "1E5", "1e400", "-1e-400", "0.30000000000000004", f"-{DIGITS}"]
# how the characters of a string may be spelled, and what must not be taken for what it looks like
SPELLED = [*"an é🍕{}[]:,", r"\n", r"\u000a", "\\\\", r"\"", r"\/", r"\ud800", r"\u006e"]
WHITE = st.text(" \t\n\r", max_size=3)
STRINGS = st.lists(st.sampled_from(SPELLED), max_size=40).map(lambda some: f'"{"".join(some)}"')
NAMES = st.one_of(STRINGS, st.sampled_from([r'"\n"', r'"\u000A"', '"logprob"', '"token"']))
SCALARS = st.one_of(STRINGS, st.sampled_from([*NUMBERS, "true", "false", "null"]))


@st.composite
def groups(draw, values):
    """Draw the text of an object or a list, names given twice and white space included."""
    members = draw(st.lists(values, max_size=6))
    brackets = draw(st.sampled_from(["{}", "[]"]))
    if brackets == "{}":
        members = [f"{draw(NAMES)}{draw(WHITE)}:{draw(WHITE)}{each}" for each in members]
    inner = ",".join(f"{draw(WHITE)}{each}{draw(WHITE)}" for each in members)
    return f"{brackets[0]}{inner or draw(WHITE)}{brackets[1]}"


TEXTS = st.recursive(SCALARS, groups, max_leaves=15)


def values(text):
    """Read JSON so that neither the spelling of a number nor a name given twice is lost."""
    return json.loads(text, parse_int=Raw, parse_float=Raw, object_pairs_hook=tuple)


def recorded(recordings, pattern):
    """Read the recorded bodies as text."""
    return [path.read_bytes().decode() for path in sorted(recordings.glob(pattern))]


@settings(deadline=None)
@given(TEXTS)
def test_only_white_space_changes(text):
    """What is laid out holds the same values with the same spelling, in the same order."""
    laid_out = lay_out(text)
    assert list(lexemes(laid_out)) == list(lexemes(text))
    assert values(laid_out) == values(text)
    assert lay_out(laid_out) == laid_out


@settings(deadline=None)
@given(TEXTS)
def test_on_one_line_again(text):
    """A text that is put on one line has no line break left, and the same lexemes."""
    for each in (text, lay_out(text)):
        assert one_line(each).splitlines() == [one_line(each)]
        assert list(lexemes(one_line(each))) == list(lexemes(text))


def test_recorded_answers_keep_every_lexeme(recordings):
    """What a provider sent comes back, also as a laid-out text on one line."""
    bodies = recorded(recordings, "*.json")
    assert len(bodies) > 20
    for body in bodies:
        laid_out = lay_out(body)
        assert is_json(body)
        assert list(lexemes(laid_out)) == list(lexemes(one_line(laid_out))) == list(lexemes(body))


def test_a_completion(recordings):
    """A completion has the alternatives of one token on a line, and short lists on one."""
    (body,) = recorded(recordings, "completion-echo-one-token.json")
    assert (
        lay_out(body)
        == r"""{
 "id": "cmpl-49dfe1da-bbe4-4ef3-b4bb-2cd0730a988f",
 "object": "text_completion",
 "created": 1795409791,
 "model": "smollm2-135m-instruct",
 "choices": [
  {
   "text": "<|im_start|>The capital of France is Paris",
   "index": 0,
   "logprobs": {
    "text_offset": [0, 3, 11, 14, 21, 24],
    "token_logprobs": [
     null,
     -15.742517471313477,
     -0.7507760524749756,
     -4.164985656738281,
     -1.5523910522460938,
     -0.26783376932144165
    ],
    "tokens": ["The", " capital", " of", " France", " is", " Paris"],
    "top_logprobs": [
     null,
     {"B": -4.188295364379883, "C": -4.261623382568359, "T": -4.358949661254883, "S": -4.386674880981445, "t": -4.577842712402344, " capital": -15.742517471313477},
     {" of": -0.7507760524749756, "_": -2.864827871322632, " city": -3.554553747177124, " =": -3.749997854232788, "Of": -4.044109344482422},
     {" the": -2.287186622619629, " [": -2.978391647338867, " New": -3.580808639526367, " a": -3.962383270263672, " Mon": -4.081014633178711, " France": -4.164985656738281},
     {" is": -1.5523910522460938, "\n": -2.225189208984375, ",": -2.2561874389648438, ".": -2.4994735717773438, ":": -3.965381622314453},
     {" Paris": -0.26783376932144165, " Mon": -4.157790184020996, " Le": -4.34175968170166, " L": -4.5095720291137695, " the": -4.633733749389648}
    ]
   },
   "finish_reason": "length"
  }
 ],
 "usage": {"prompt_tokens": 6, "completion_tokens": 1, "total_tokens": 7}
}"""  # noqa: E501
    )


def test_a_chat_has_one_token_a_line(recordings):
    """A token of a chat, its bytes and its alternatives stand on one line, however long."""
    (body,) = recorded(recordings, "chat-long.json")
    tokens = json.loads(body)["choices"][0]["logprobs"]["content"]
    lines = lay_out(body).splitlines()
    kept = [json.loads(line.strip().removesuffix(",")) for line in lines if '"token"' in line]
    assert kept == tokens
    assert max(len(line) for line in lines) > 200


LONG = "x" * 60


@pytest.mark.parametrize(
    ("text", "is_whole"),
    [
        # all of 100 columns, and one more
        (f'["{"x" * 47}", "{"y" * 45}"]', True),
        (f'["{"x" * 47}", "{"y" * 46}"]', False),
        # what a token of an answer is known by in some wire format
        (f'{{"token": "{LONG}", "logprob": -0.1, "bytes": [{"97, " * 40}98]}}', True),
        (f'{{"top_logprobs": [{{"token": "{LONG}"}}, ["{LONG}"]], "logprob": null}}', True),
        (f'{{"prob": 0.5, "content": "{LONG}{LONG}"}}', True),
        (f'{{"token": "{LONG}{LONG}", "logProbability": -1}}', True),
        (f'{{"token": "{LONG}{LONG}", "log_probability": -1}}', True),
        (f'{{"{LONG}": -0.1, "{LONG}2": -2E1}}', True),
        # what a body holds under the name of what is recorded of an interaction
        (f'[{{"recorded": {{"at": "{LONG}{LONG}"}}}}]', False),
        # a schema that only speaks of one, and what is no map from tokens to numbers
        (f'{{"prob": {{"type": "number", "title": "{LONG}{LONG}"}}}}', False),
        (f'{{"{LONG}{LONG}": -0.1}}', False),
        (f'{{"{LONG}": -0.1, "{LONG}2": null}}', False),
        # a value alone has no other way, nor has what is empty
        (f'"{LONG}{LONG}"', True),
        ("[]", True),
    ],
)
def test_what_stays_on_one_line(text, is_whole):
    """On one line stay 100 columns, and one token of an answer however long."""
    assert (lay_out(text) == text) is is_whole


def test_columns_count_the_name_and_the_indentation():
    """The 100 columns are those of the line, but for a comma after it."""
    fits, too_long = "x" * 84, "x" * 85
    assert lay_out(f'{{"name":["{fits}",1],"none":{{}}}}').splitlines() == [
        "{",
        f' "name": ["{fits}", 1],',
        ' "none": {}',
        "}",
    ]
    assert lay_out(f'{{"name":["{too_long}",1]}}').splitlines() == [
        "{",
        ' "name": [',
        f'  "{too_long}",',
        "  1",
        " ]",
        "}",
    ]


@pytest.mark.parametrize("text", ["", "[1", "[1 2]", "{'a': 1}", "[NaN]", "[" * 100_000])
def test_what_is_no_json_is_not_laid_out(text):
    """A text that is no JSON is refused, not mended."""
    with pytest.raises(ValueError, match=r"JSON|Expecting|Extra|delimiter|value"):
        lay_out(text)


@pytest.mark.parametrize(
    ("text", "at"),
    [("[1, 'a']", 4), ('["a\nb"]', 1), ('{"a": "b}', 6), ("[1]\x0b", 3), ("\ufeff[]", 0)],
)
def test_what_cannot_be_cut(text, at):
    """Where a text cannot be cut into lexemes, the error says so."""
    with pytest.raises(ValueError, match=f"^no JSON at character {at}$"):
        list(lexemes(text))


@pytest.mark.parametrize("piece", [r"\"", " ", r'{"\n":["a",', "[" * 9])
def test_hostile_texts_take_no_time(piece):
    """What nearly is a string, or a list of lines, is read once, not once for each place in it."""
    text = piece * 50_000
    for broken in (f'"{text}', f"{text}\x00"):
        assert not is_json(broken)
        with pytest.raises(ValueError, match="no JSON"):
            list(lexemes(broken))
    string = json.dumps(text)
    valid = f'{{"\\n": [{string}, {string}, {{{string}: [{string}, 1]}}]}}'
    assert without_lines(with_lines(valid)) == valid
    assert list(lexemes(lay_out(valid))) == list(lexemes(valid))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", True),
        (f' {{"a": [{DIGITS}, 1e400]}}\r\n', True),
        (r'"\ud800"', True),
        ("[" * 200 + "]" * 200, True),
        # deeper than anybody nests
        ("[" * 201 + "]" * 201, False),
        ("[" * 100_000 + "]" * 100_000, False),
        # hidden from a reader that keeps one of two equal names
        ('{"a": ' + "[" * 200 + "]" * 200 + ', "a": 1}', False),
        ("", False),
        ("NaN", False),
        ("[-Infinity]", False),
        ("[1,]", False),
        ("01", False),
        ("[] []", False),
        ("\ufeff[]", False),
        ("[]\x0b", False),
        ('"\t"', False),
        ('"\ud800"', False),
    ],
)
def test_is_json(text, expected):
    """JSON is what the standard says, of a depth that anybody reads."""
    assert is_json(text) is expected


@settings(deadline=None)
@given(TEXTS)
def test_lines_come_back(text):
    """Strings listed by their lines are joined again to the spelling that they had."""
    listed = with_lines(text)
    if listed is None:
        assert without_lines(text) != text
    else:
        assert without_lines(listed) == text
        laid_out = without_lines(lay_out(listed))
        assert list(lexemes(laid_out)) == list(lexemes(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r'"one\ntwo"', r'{"\n": ["one", "two"]}'),
        (r'{"a":"\n","b\n" : "\r\n\ttwo\n"}',
         r'{"a":{"\n": ["", ""]},"b\n" : {"\n": ["\r", "\ttwo", ""]}}'),
        # a backslash before an n is no line break; a spelling that would be lost stays
        (r'["C:\\new", "\u000a"]', r'["C:\\new", "\u000a"]'),
        (r'["\\\n"]', r'[{"\n": ["\\", ""]}]'),
        # like a listed text, but none
        (r'[{"\n": 1}, {"\n": ["a", 1]}, {"\n": [], "a": 1}]',
         r'[{"\n": 1}, {"\n": ["a", 1]}, {"\n": [], "a": 1}]'),
        (r'"{\"\n\": [\"a\"]}"', r'{"\n": ["{\"", "\": [\"a\"]}"]}'),
        # there already: which of them were listed could not be told
        (r'{"\n": ["a"]}', None),
        (r'[{ "\u000A" : [ ] }]', None),
    ],
)  # fmt: skip
def test_with_lines(text, expected):
    """A string with line breaks is an object of its lines, unless the text has such an object."""
    assert with_lines(text) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": (1, [None, True]), "b\n": {}}, r'{"a":[1,[null,true]],"b\n":{}}'),
        ({"json": Raw('{"a" : 1.0}'), "é": "é\x00"}, '{"json":{"a" : 1.0},"é":"é\\u0000"}'),
        ({"\ud800": "\udfff"}, r'{"\ud800":"\udfff"}'),
        (Raw("1E5"), "1E5"),
        (-0.0, "-0.0"),
    ],
)
def test_dumps(value, expected):
    """Values are written without white space, and a raw text as it is."""
    assert dumps(value) == expected
