"""What a miss says: what was asked, the closest recording, why it does not fit, what to do."""

from __future__ import annotations

import re
import shlex

import pytest
from terminal import failures, sections


def missed(suite, recorded, asked, test="test_it"):
    """Record the body of a test, replay another one, and return the failure and its sections."""
    if recorded:
        suite.write(f"def {test}():\n    {recorded}\n")
        suite.record().assert_outcomes(passed=1)
    suite.write(f"def {test}():\n    {asked}\n")
    result = suite.run()
    result.assert_outcomes(failed=1)
    return failures(result)[test].replace(suite.wire.url, "URL"), sections(result)


NEXT = "next: if this request is meant, record it: pytest test_inner.py::test_it --logprobs-record"


def test_no_cassette(suite):
    """Where there is no file, there is nothing that is close."""
    text, shown = missed(suite, None, "ask()")
    assert text == (
        "no recording answers POST URL/chat/completions (m)\n"
        "asked at: test_inner.py:15 in ask\n"
        "cassette: cassettes/test_inner/test_it.json does not exist\n"
        f"{NEXT}=once"
    )
    assert shown == []


def test_a_changed_prompt(suite):
    """The lines of the prompt that changed are in the section; the explanation says where."""
    old = r'ask("You are a critic.\nWho wrote Hamlet?\nAnswer in one word.", temperature=0)'
    new = r'ask("You are a critic.\nWho wrote Macbeth?\nAnswer in one word.", temperature=0)'
    text, shown = missed(suite, old, new)
    assert text == (
        "no recording answers POST URL/chat/completions (m)\n"
        "asked at: test_inner.py:15 in ask\n"
        "cassette: cassettes/test_inner/test_it.json, 1 recording\n"
        "closest: recording 1 of 1 differs in $.messages[0].content\n"
        "recorded: today on smollm2-135m-instruct\n"
        f"{NEXT}=rewrite"
    )
    assert shown == [
        """--- recorded
+++ asked
       "role": "user"
       "content": |
         You are a critic.
-        Who wrote Hamlet?
+        Who wrote Macbeth?
         Answer in one word.
     }
   ]"""
    ]


def test_a_changed_parameter(suite):
    """A short value is shown beside its path."""
    text, shown = missed(suite, 'ask("Hi", temperature=0)', 'ask("Hi", temperature=0.7, seed=7)')
    assert text == (
        "no recording answers POST URL/chat/completions (m)\n"
        "asked at: test_inner.py:15 in ask\n"
        "cassette: cassettes/test_inner/test_it.json, 1 recording\n"
        "closest: recording 1 of 1 differs in $.temperature: 0 recorded, 0.7 asked; $.seed: not "
        "recorded, 7 asked\n"
        "recorded: today on smollm2-135m-instruct\n"
        f"{NEXT}=rewrite"
    )
    assert shown == [
        """--- recorded
+++ asked
     }
   ]
   "logprobs": true
-  "temperature": 0
+  "temperature": 0.7
+  "seed": 7
 }"""
    ]


def test_nothing_like_it(suite):
    """Another method and another path are not close."""
    text, shown = missed(suite, "ask()", 'httpx.get(f"{URL}/models")')
    assert text == (
        "no recording answers GET URL/models\n"
        "asked at: test_inner.py:17 in test_it\n"
        "cassette: cassettes/test_inner/test_it.json, 1 recording\n"
        "closest: nothing like it is recorded\n"
        f"{NEXT}=rewrite"
    )
    assert shown == []


def test_played_already(suite):
    """The very request is recorded, but asked more often than it was recorded."""
    text, shown = missed(suite, "ask(); ask('other'); ask()", "ask(); ask(); ask()")
    assert text == (
        "no recording answers POST URL/chat/completions (m)\n"
        "asked at: test_inner.py:15 in ask\n"
        "cassette: cassettes/test_inner/test_it.json, 3 recordings\n"
        "closest: recordings 1, 3 of 3 are this very request, and all 2 were played already; "
        'repeats="last" would play the last again\n'
        "recorded: today on smollm2-135m-instruct\n"
        f"{NEXT}=rewrite"
    )
    assert shown == []


def test_played_often(suite):
    """At most five recordings are named."""
    text, _ = missed(suite, "[ask() for _ in range(6)]", "[ask() for _ in range(7)]")
    assert "closest: recordings 1, 2, 3, 4, 5, … of 6 are this very request, and all 6 were" in text
    text, _ = missed(suite, "ask()", "ask(); ask()")
    assert (
        "closest: recording 1 of 1 is this very request, and was played already; "
        'repeats="last" would play it again\n'
    ) in text


def test_what_was_played_is_not_as_close(suite):
    """A recording that waits is named before one that was played; all played, that is said."""
    text, _ = missed(suite, "ask('a b c'); ask('x y z')", "ask('a b c'); ask('a b d')")
    assert "closest: recording 2 of 2 differs in $.messages[0].content: " in text
    text, _ = missed(suite, "ask('a b c')", "ask('a b c'); ask('a b d')")
    assert "closest: recording 1 of 1, played already, differs in $.messages[0].content: " in text


def test_ignored_paths_are_no_difference(suite):
    """What ``ignore=`` names is neither told nor shown."""
    mark = 'pytestmark = pytest.mark.logprobs_cassette(ignore=("user",))\ndef test_it():\n    '
    suite.write(f"{mark}ask('Hi', user='me')\n")
    suite.record().assert_outcomes(passed=1)
    suite.write(f"{mark}ask('Hello', user='you')\n")
    result = suite.run()
    result.assert_outcomes(failed=1)
    (closest,) = re.findall("closest: .*", failures(result)["test_it"])
    assert closest == (
        'closest: recording 1 of 1 differs in $.messages[0].content: "Hi" recorded, "Hello" asked'
    )
    assert [text for text in sections(result) if "you" in text] == []


COMMAND = re.compile("record it: pytest (.*)$", re.MULTILINE)


@pytest.mark.parametrize(
    "recorded", ["ask()", "ask('another question')", None], ids=["played", "changed", "no-file"]
)
def test_the_command_records_it(suite, recorded):
    """The command that is printed, typed where the run was started, makes the test pass again."""
    text, _ = missed(suite, recorded, "ask(); ask()")
    (command,) = COMMAND.findall(text)
    suite.run(*shlex.split(command)).assert_outcomes(passed=1)
    suite.run().assert_outcomes(passed=1)


def test_the_command_of_a_test_with_an_id(suite):
    """A test id with spaces and quotes, in a class, is quoted as a shell wants it."""
    suite.write(
        """
class TestClass:
    @pytest.mark.parametrize("prompt", ["it's $HOME; `ls`", "b"])
    def test_it(self, prompt):
        ask(prompt)
"""
    )
    result = suite.run()
    result.assert_outcomes(failed=2)
    (command, _) = COMMAND.findall(result.stdout.str())
    suite.run(*shlex.split(command)).assert_outcomes(passed=1)
    suite.run().assert_outcomes(passed=1, failed=1)


def test_a_root_directory_elsewhere(suite, monkeypatch):
    """The line and the file are named from the root directory; the command is for where it runs."""
    pytester = suite.pytester
    pytester.makeini("[pytest]")
    inner = pytester.mkdir("tests")
    app = inner / "app.py"
    app.write_text("import httpx\n\ndef call(url):\n    return httpx.get(url)\n", "utf-8")
    suite.write("import app\n\ndef test_it():\n    app.call(URL + '/models')\n")
    (pytester.path / "test_inner.py").rename(inner / "test_inner.py")
    monkeypatch.chdir(inner)
    result = suite.run()
    result.assert_outcomes(failed=1)
    assert failures(result)["test_it"].replace(suite.wire.url, "URL") == (
        "no recording answers GET URL/models\n"
        "asked at: tests/app.py:4 in call\n"
        "cassette: tests/cassettes/test_inner/test_it.json does not exist\n"
        f"{NEXT}=once"
    )
    suite.run("test_inner.py::test_it", "--logprobs-record=once").assert_outcomes(passed=1)


def test_a_text_sends_no_command_to_the_terminal(suite):
    """Escapes of a model's name or of a URL are shown, not obeyed."""
    text, _ = missed(suite, None, r'ask(model="\x1b[31mred\n\u202e")')
    assert text.split("\n")[0] == (
        r"no recording answers POST URL/chat/completions (\x1b[31mred\n\u202e)"
    )


LONG = {
    "url": ("ask()", 'httpx.post(URL + "/chat/completions?" + "x" * 2000, json={"model": "m"})'),
    "model": ("ask()", 'ask(model="m" * 2000)'),
    "differences": ("ask()", "ask(**{f'parameter_number_{n}': n for n in range(20)})"),
    "everything": (
        "ask(**{'m' * 70 + str(n): n for n in range(20)})",
        "ask('x ' * 900, model='m' * 900, **{'n' * 70 + str(n): n for n in range(20)})",
    ),
}


@pytest.mark.parametrize(("recorded", "asked"), LONG.values(), ids=LONG)
@pytest.mark.parametrize("name", ["test_it", f"test_{'long' * 30}"], ids=["short", "long"])
def test_it_is_short(suite, recorded, asked, name):
    """An explanation has at most 8 lines and 640 characters; the command is whole."""
    text, _ = missed(suite, recorded, asked, name)
    lines = text.replace("URL", suite.wire.url).split("\n")
    assert len(lines) == 6
    assert sum(len(line) + 1 for line in lines) - 1 <= 640
    assert lines[-1].endswith(f" pytest test_inner.py::{name} --logprobs-record=rewrite")
    assert lines[0].startswith(f"no recording answers POST {suite.wire.url}/chat/completions")
    assert lines[3].startswith("closest: recording 1 of 1")
