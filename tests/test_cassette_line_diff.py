"""How two requests differ, read at 80 columns: long prompts, many lines."""

from __future__ import annotations

import json

import pytest

from pytest_logprobs.cassettes._body import stored_body
from pytest_logprobs.cassettes._difference import summary
from pytest_logprobs.cassettes._known_keys import REDACTED
from pytest_logprobs.cassettes._line_diff import diff
from pytest_logprobs.cassettes._placeholder_keys import PLACEHOLDER

ESSAY = " ".join(f"Sentence number {number} says a little." for number in range(170))
LONG = "You are a careful critic of plays, and you answer every question in one short sentence."


def chat(prompt, query="", **parameters):
    """Store a request for a chat completion."""
    body = {"messages": [{"role": "user", "content": prompt}], **parameters}
    content = json.dumps(body).encode()
    stored = stored_body(content, "application/json", lines=True)
    url = f"http://127.0.0.1:8000/v1/chat/completions{query}"
    return {"method": "POST", "url": url, **stored}


SHOWN = {
    "one-line": (
        ESSAY,
        ESSAY.replace("number 90 says", "number 90 tells us"),
        """\
--- recorded
+++ asked
~~~ a long line: [-recorded-]{+asked+}
   "messages": [
     {
       "role": "user"
~      "content": "Sentence … says a little. Sentence number 90 [-says-]{+tells
~        us+} a little. Sentence number 91 says a …
     }
   ]
 }""",
    ),
    "a-line-of-many": (
        f"Hello.\n{LONG}\n{LONG.replace('one', 'a')}\nWho wrote Hamlet?",
        f"Hello.\nBe quick.\n{LONG}\n{LONG.replace('one', 'any')}\nWho wrote Macbeth?",
        """\
--- recorded
+++ asked
~~~ a long line: [-recorded-]{+asked+}
       "role": "user"
       "content": |
         Hello.
+        Be quick.
         You are a careful critic of plays, and you answer every question in on…
~        You are a careful … and you answer every question in [-a-]{+any+} short
~          sentence.
-        Who wrote Hamlet?
+        Who wrote Macbeth?
     }
   ]
 }""",
    ),
    "lines-that-moved": (
        f"{ESSAY[:200]}\n{LONG}",
        f"{LONG.replace('critic', 'reader')}\nAnd now:\n{ESSAY[:200]}!",
        """\
--- recorded
+++ asked
~~~ a long line: [-recorded-]{+asked+}
     {
       "role": "user"
       "content": |
~        [-Sentence number 0 says a little. Sentence number 1 says a little.
~          Sentence … a little. Sentence number 4 says a little. Sentence number
~          5 says a little. Se-]{+You are a careful reader of plays, and you
~          answer every question in one short sentence.+}
+        And now:
~        [-You are a careful critic of plays, and you answer every question in
~          one short sentence.-]{+Sentence number 0 says a little. Sentence
~          number 1 says a little. Sentence … a little. Sentence number 4 says a
~          little. Sentence number 5 says a little. Se!+}
     }
   ]
 }""",
    ),
    "a-long-line-alone": (
        ESSAY,
        "Who wrote Hamlet?",
        f"""\
--- recorded
+++ asked
   "messages": [
     {{
       "role": "user"
-      "content": "{ESSAY[:381]}…
+      "content": "Who wrote Hamlet?"
     }}
   ]
 }}""",
    ),
    "escapes": (
        f"{LONG}\x1b[31m",
        f"{LONG}\x1b[32m",
        r"""--- recorded
+++ asked
~~~ a long line: [-recorded-]{+asked+}
   "messages": [
     {
       "role": "user"
~      "content": "You are a … in one short sentence.\u001b[[-31m-]{+32m+}"
     }
   ]
 }""",
    ),
}


@pytest.mark.parametrize(("recorded", "asked", "shown"), SHOWN.values(), ids=SHOWN)
def test_long_lines(recorded, asked, shown):
    """Of a long line the words that changed are shown, and a few around them."""
    assert diff(chat(asked), chat(recorded)) == shown


def test_width():
    """Nothing but a long line without a counterpart is wider than a terminal."""
    old, new = chat(f"{ESSAY}\n{LONG}"), chat(f"{ESSAY.replace('a little', 'nothing')}\n{LONG}!")
    assert max(map(len, diff(new, old).split("\n"))) == 80


def test_hunks():
    """What is the same between two changes is left out."""
    lines = [f"line {number}" for number in range(20)]
    old = chat("\n".join(lines), seed=1)
    new = chat("\n".join(["first", *lines[1:9], "middle", *lines[10:]]), seed=2)
    shown = diff(new, old).split("\n")[2:]
    assert shown == [
        "     {",
        '       "role": "user"',
        '       "content": |',
        "-        line 0",
        "+        first",
        "         line 1",
        "         line 2",
        "         line 3",
        "…",
        "         line 6",
        "         line 7",
        "         line 8",
        "-        line 9",
        "+        middle",
        "         line 10",
        "         line 11",
        "         line 12",
        "…",
        "         line 19",
        "     }",
        "   ]",
        '-  "seed": 1',
        '+  "seed": 2',
        " }",
    ]


def test_many_lines():
    """Of many lines in a row the first are shown, and how many there are."""
    old, new = (chat("\n".join(f"{word} {n}" for n in range(5000))) for word in ("old", "new"))
    shown = diff(new, old).split("\n")
    removed = [line for line in shown if line.startswith("-  ")]
    assert (len(shown), len(removed)) == (2 + 3 + 21 + 21 + 3, 20)
    assert shown[25:27] == ["-… and 4980 more lines", "+        new 0"]


def test_many_changes():
    """No more than a hundred lines are shown."""
    old = "\n".join(f"line {number}" for number in range(1000))
    shown = diff(chat(old.replace("7", "seven")), chat(old)).split("\n")
    assert (len(shown), shown[-1]) == (2 + 100 + 1, "…")


def test_many_spaces():
    """However many there are, they are read once; those at the end of a line are shown."""
    old, new = (chat(f"{begin}\n{' ' * 200_000}.\nend  ") for begin in ("old", "new"))
    shown = diff(new, old).split("\n")
    (end,) = (line for line in shown if "end" in line)
    assert end.strip() == "end\\x20\\x20"


def test_keys_do_not_count():
    """What stands for a key where there is none is no difference to what is left of one."""
    asked = chat("Hi", query="?a=1", user=PLACEHOLDER, n=1)
    recorded = chat("Hi", query=f"?a=1&api_key={REDACTED}", user=REDACTED, n=2)
    assert summary(asked, recorded) == "$.n: 2 recorded, 1 asked"
    lines = diff(asked, recorded).split("\n")[2:]
    assert [line for line in lines if line[0] in "+-"] == ['-  "n": 2', '+  "n": 1']
