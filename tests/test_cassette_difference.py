"""How a request differs from recorded ones: CONTRACT §4, "the closest recorded request"."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_logprobs.cassettes._body import stored_body
from pytest_logprobs.cassettes._difference import (
    ABSENT,
    Difference,
    differences,
    nearest,
    summary,
)
from pytest_logprobs.cassettes._line_diff import diff
from pytest_logprobs.cassettes._matching import canonical, key_of

laws = settings(deadline=None)
values = st.recursive(
    st.sampled_from(
        [None, True, False, 0, -0.0, 1, 1.0, 2**53, 2.0**53, 2**53 + 1, "", "1", "a\nb", "a \nb"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "c d", ""]), inner)
    ),
    max_leaves=8,
)
SYSTEM = "You are a geographer.\nAnswer with one word.\n\nNo explanations."
URL = "http://127.0.0.1:8000/v1/chat/completions"


def request(body, method="POST", url=URL):
    """Store a request with a body: bytes, or a value as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return {"method": method, "url": url, **stored_body(content, "application/json", lines=True)}


def chat(question="What is the capital of France?", system=SYSTEM, **parameters):
    """Store a request for a chat completion."""
    messages = [{"role": "system", "content": system}, {"role": "user", "content": question}]
    return request({"model": "m", "messages": messages, "temperature": 0, **parameters})


@pytest.mark.parametrize(
    ("asked", "recorded", "expected"),
    [
        ({"a": 1, "b": [0, None]}, {"b": [-0.0, None], "a": 1.0}, []),
        (1, True, [("$", 1, True)]),
        ({"a": None}, {}, [("$.a", None, ABSENT)]),
        ({}, {"a": None}, [("$.a", ABSENT, None)]),
        ([], {}, [("$", [], {})]),
        ([1, 2], [2], [("$[0]", 1, 2), ("$[1]", 2, ABSENT)]),
        (
            {"z": 1, "m": [{"c": "Hi", "r": "u"}], "a": 1},
            {"new": {"x": 1}, "a": 2, "m": [{"r": "s", "c": "Ho"}]},
            [
                ("$.z", 1, ABSENT),
                ("$.m[0].c", "Hi", "Ho"),
                ("$.m[0].r", "u", "s"),
                ("$.a", 1, 2),
                ("$.new", ABSENT, {"x": 1}),
            ],
        ),
        (
            {"a b": 1, "": 2, 'q"': 3, "x-y": 4, "é": 5},
            {},
            [
                ('$["a b"]', 1, ABSENT),
                ('$[""]', 2, ABSENT),
                ('$["q\\""]', 3, ABSENT),
                ("$.x-y", 4, ABSENT),
                ("$.é", 5, ABSENT),
            ],
        ),
    ],
    ids=["same", "boolean", "null", "not-asked", "kinds", "lists", "nested", "names"],
)
def test_differences(asked, recorded, expected):
    """Each value that differs has its path, in the order of what was asked."""
    assert differences(asked, recorded) == [Difference(*each) for each in expected]


@laws
@example(1, "1")
@given(values, values)
def test_difference_laws(asked, recorded):
    """There are differences, a summary and a diff exactly where the requests do not match."""
    assert (not differences(asked, recorded)) == (canonical(asked) == canonical(recorded))
    one, other = request(asked), request(recorded)
    is_same = key_of(one) == key_of(other)
    assert ((not summary(one, other)), (not diff(one, other))) == (is_same, is_same)
    assert len(summary(one, other)) <= 200


def test_deep_differences():
    """Nesting of any depth is compared."""
    one, other = 1, 2
    for _ in range(3000):
        one, other = [one], [other]
    assert differences(one, other) == [Difference("$" + "[0]" * 3000, 1, 2)]


NEAREST = {
    "same": (chat(), [chat("Who?"), chat(), chat()], 1),
    "parameter": (chat(temperature=0.7), [chat("Who wrote Hamlet?", temperature=0.7), chat()], 1),
    "reworded": (chat("What is France's capital?"), [chat("Who wrote Hamlet?"), chat()], 1),
    "one-of-many": (
        chat("What is the capital of Peru?", seed=7),
        [chat("Name a river of Peru."), chat(), chat(seed=7), chat("Is Lima the capital?", seed=7)],
        2,
    ),
    "fewer": (chat(n=2, seed=7), [chat(n=1, seed=6), chat(n=1, seed=7)], 1),
    "method": (request({}), [request({}, "GET", "/v1"), request({"a": 1}, url="/v1")], 1),
    "path": (request({"a": 1}), [request({"a": 1}, url=f"{URL}/1"), request({"b": 2, "c": 3})], 1),
    "host": (
        request({"a": 1}),
        [
            request({"a": 1}, url="http://127.0.0.1:8000/v1"),
            request({}, url=URL.replace("80", "90")),
        ],
        1,
    ),
    "query": (
        request(b"", "GET", f"{URL}?after=2"),
        [request(b"", "GET", f"{URL}/2"), request(b"", "GET", f"{URL}?after=1")],
        1,
    ),
    "text": (request(b"a=1 b=2 c=3"), [request(b"x=1 y=2 z=3"), request(b"a=1 b=2 c=4")], 1),
    "kind": (request({"a": 1}), [request(b"\xff"), request(b""), request({"b": 2})], 2),
    "chinese": (chat("法国的首都"), [chat("红楼梦"), chat("秘鲁的首都")], 1),
    "nothing": (request({}), [], None),
    "nothing-in-common": (request({}), [request({}, "GET", "/v1/models")], None),
}


@pytest.mark.parametrize(("asked", "candidates", "expected"), NEAREST.values(), ids=NEAREST)
def test_nearest(asked, candidates, expected):
    """The nearest has the same method and URL, then the same words, then the same parameters."""
    assert nearest(asked, candidates) == expected


SUMMARIES = {
    "same": (chat(), chat(temperature=0.0), ""),
    "parameter": (chat(temperature=0.7), chat(), "$.temperature: 0 recorded, 0.7 asked"),
    "prompt": (
        chat(model="n", stop=None),
        chat(system="Be short. Give one word.", stop="\n", seed="a" * 39),
        (
            '$.model: "m" recorded, "n" asked; $.messages[0].content; '
            '$.stop: "\\n" recorded, null asked; $.seed: not asked'
        ),
    ),
    "absent": (
        chat(seed=7, tools=["a" * 50]),
        chat(n=1, functions=["b" * 50]),
        (
            "$.seed: not recorded, 7 asked; $.tools: not recorded; $.n: 1 recorded, not asked; "
            "$.functions: not asked"
        ),
    ),
    "many": (
        request(dict.fromkeys("abcdefg", 1)),
        request(dict.fromkeys("abcdefg", 2)),
        (
            "$.a: 2 recorded, 1 asked; $.b: 2 recorded, 1 asked; $.c: 2 recorded, 1 asked; "
            "$.d: 2 recorded, 1 asked; and 3 more"
        ),
    ),
    "wide": (
        request(dict.fromkeys(("a" * 90, "b" * 90), 1)),
        request({}),
        f"$.{'a' * 90}: not recorded, 1 asked; and 1 more",
    ),
    "too-wide": (request({"a" * 300: 1}), request({}), f"$.{'a' * 197}…"),
    "method-and-url": (
        request({}, "PUT", "/v1/a"),
        request({}, url="/v1/b"),
        'method: "POST" recorded, "PUT" asked; url: "/v1/b" recorded, "/v1/a" asked',
    ),
    "long-url": (chat(), {**chat(), "url": f"{URL}?page=2"}, "url"),
    "text": (request(b"a=1"), request(b"a=2"), 'body: "a=2" recorded, "a=1" asked'),
    "long-text": (request(b"a=1"), request(b"a" * 41), "body"),
    "binary": (request(b"\xff"), request(b"\xfe"), "body"),
    "no-body": (request(b"\xff"), request(b""), "body: not recorded"),
    "unsafe": (
        request({"\x1b[31m": "\u202e"}),
        request({"\x1b[31m": "\x07"}),
        r'$["\u001b[31m"]: "\u0007" recorded, "\u202e" asked',
    ),
}


@pytest.mark.parametrize(("asked", "recorded", "expected"), SUMMARIES.values(), ids=SUMMARIES)
def test_summaries(asked, recorded, expected):
    """What differs is named on one line, with both values where they are short."""
    assert summary(asked, recorded) == expected


DIFFS = {
    "prompt": (
        chat(system=SYSTEM.replace("one word", "a name")),
        chat(),
        """       "role": "system"
       "content": |
         You are a geographer.
-        Answer with one word.
+        Answer with a name.

         No explanations.
     }
""",
    ),
    "all": (
        request({"temperature": 0.7, "model": "m", "stop": [], "logit_bias": {}}, url="/v1/chat"),
        request({"model": "m", "stop": ["\n"], "temperature": 0, "user": "me"}, "PUT", "/v1/old"),
        """\
-PUT /v1/old
+POST /v1/chat
 {
-  "temperature": 0
+  "temperature": 0.7
   "model": "m"
-  "stop": [
-    |
-
-
-  ]
-  "user": "me"
+  "stop": []
+  "logit_bias": {}
 }
""",
    ),
    "unsafe": (
        request({"prompt": "é \ntab\t\n\x1b[31m"}),
        request({"prompt": "é\ntab\n\u202e"}),
        r""" POST http://127.0.0.1:8000/v1/chat/completions
 {
   "prompt": |
-    é
-    tab
-    \u202e
+    é\x20
+    tab\t
+    \x1b[31m
 }
""",
    ),
    "text": (
        request(b"a\nb\n"),
        request(b"a\nb"),
        """\
 POST http://127.0.0.1:8000/v1/chat/completions
 a
 b
+
""",
    ),
    "binary": (
        request(b"\xff\x00"),
        request(b""),
        """\
 POST http://127.0.0.1:8000/v1/chat/completions
+2 bytes that are no text, blake2b 8be98a3d14d420eb
""",
    ),
    "same": (chat(temperature=0.0, seed=1), chat(seed=1.0), ""),
}


@pytest.mark.parametrize(("asked", "recorded", "expected"), DIFFS.values(), ids=DIFFS)
def test_diffs(asked, recorded, expected):
    """A diff reads as a request, prompts as lines; another spelling is no difference."""
    header = "--- recorded\n+++ asked\n" if expected else ""
    assert diff(asked, recorded) == (header + expected).removesuffix("\n")


@laws
@given(st.lists(values, min_size=1, max_size=4), st.data())
def test_nearest_law(bodies, data):
    """A request is nearest to itself."""
    asked = request(data.draw(st.sampled_from(bodies)))
    found = nearest(asked, [*map(request, bodies)])
    assert key_of(request(bodies[found])) == key_of(asked)


def test_ignored_paths():
    """What does not count when requests are matched does not differ either."""
    asked, recorded = chat(user="a", seed=1), chat(user="b", seed=2)
    other = chat(user="a", seed=3)
    assert summary(asked, recorded, ["user"]) == "$.seed: 2 recorded, 1 asked"
    assert "user" not in diff(asked, recorded, ["user"])
    assert nearest(asked, [recorded, other]) == 1
    assert nearest(asked, [recorded, other], ["user"]) == 0
