"""Where cassettes are, and what they are called: CONTRACT §4.

"``cassettes/<module>/<Class>.<test>[<id>].json`` beside the test file (ini
``logprobs_cassette_dir``); names are made safe and never collide."
"""

from __future__ import annotations

import re
import sys

import pytest
from terminal import explanations

TEST = "@cassette\ndef test_it():\n    ask()"


def test_a_cassette_is_called_like_its_test(project):
    """Classes, also one in another, and the id of the parameters."""
    project.write(
        """
pytestmark = cassette

class TestOuter:
    class TestInner:
        @pytest.mark.parametrize("country", ["france", "sri lanka"])
        @pytest.mark.parametrize("temperature", [0, 0.7])
        def test_it(self, country, temperature):
            ask(country)

class TestCase(unittest.TestCase):
    def test_it(self):
        ask()
"""
    )
    project.record("once")
    assert project.names == [
        "test_it/TestCase.test_it",
        "test_it/TestOuter.TestInner.test_it[0-france]",
        "test_it/TestOuter.TestInner.test_it[0-sri lanka]",
        "test_it/TestOuter.TestInner.test_it[0.7-france]",
        "test_it/TestOuter.TestInner.test_it[0.7-sri lanka]",
    ]
    project.run().assert_outcomes(passed=5)


def test_names_that_a_file_system_takes_for_one_do_not_collide(project):
    """Nor do those that differ in what a file's name cannot hold."""
    models = ["gpt/4", "gpt:4", "gpt-4", "GPT-4", "gpt\\4", "gpt-4-dbb69ce3", "x" * 300, "x" * 301]
    project.write(
        f"""
@cassette
@pytest.mark.parametrize("model", {models!r})
def test_it(model):
    assert ask(model).split()[0] == model
"""
    )
    assert project.record("once") == models
    assert len({file.casefold() for file in project.files}) == len(models)
    assert max(len(file.rpartition("/")[2]) for file in project.files) < 200
    project.run().assert_outcomes(passed=len(models))
    assert "test_it/test_it[gpt-4]" in project.names


@pytest.mark.parametrize("where", ["module", "class", "test"])
def test_the_marker_may_stand_anywhere(project, where):
    """On a module, a class or a test, the cassette is the test's."""
    module, cls, test = (
        {"module": "pytestmark = cassette"}.get(where, ""),
        {"class": "@cassette"}.get(where, ""),
        {"test": "@cassette"}.get(where, ""),
    )
    project.write(
        f"{module}\n\n{cls}\nclass TestIt:\n    {test}\n    def test_it(self):\n        ask()"
    )
    project.record("once")
    assert project.names == ["test_it/TestIt.test_it"]


def test_a_name_of_ones_own_is_made_safe(project):
    """It is a name below the module's directory, never a path out of it."""
    mark = "@pytest.mark.logprobs_cassette(name={!r})\ndef test_{}():\n    ask()\n\n"
    names = ["capitals", "../../etc/passwd", "/etc/x", "con"]
    project.write("".join(mark.format(name, at) for at, name in enumerate(names)))
    project.record("once")
    assert [re.sub("-[0-9a-f]{8}$", "", name) for name in project.names] == [
        "test_it/-.-..-etc-passwd",
        "test_it/-etc-x",
        "test_it/capitals",
        "test_it/con",
    ]
    project.run().assert_outcomes(passed=len(names))


@pytest.mark.parametrize("kind", ["relative", "nested", "absolute"])
def test_the_directory_can_be_set(project, pytester, kind):
    """``logprobs_cassette_dir``: beside the test file, or one place for the whole project.

    There, modules with the same name in different directories stay apart.
    """
    directories = {
        "relative": ("tapes", "a/tapes/test_it/test_it.json", "b/tapes/test_it/test_it.json"),
        "nested": ("d/e", "a/d/e/test_it/test_it.json", "b/d/e/test_it/test_it.json"),
        "absolute": (
            str(project.root / "t"),
            "t/a/test_it/test_it.json",
            "t/b/test_it/test_it.json",
        ),
    }
    directory, *files = directories[kind]
    pytester.makeini(f"[pytest]\nlogprobs_cassette_dir = {directory}\n")
    for part in "ab":
        project.write(TEST, f"{part}/test_it.py")
        (project.root / part / "__init__.py").touch()
    assert project.record("once") == ["Hi", "Hi"]
    found = [path.relative_to(project.root).as_posix() for path in project.root.rglob("*.json")]
    assert sorted(found) == files
    project.run().assert_outcomes(passed=2)


def test_directories_may_have_spaces(project):
    """The command that records is quoted for the shell."""
    project.write(TEST.replace("_it", "_it_too"), "my tests/test_my own.py")
    quote = '"' if sys.platform == "win32" else "'"
    result = project.run()
    (explanation,) = [text for text in result.outlines if text.startswith("next: ")]
    assert explanation == (
        "next: if this request is meant, record it: "
        f"pytest {quote}my tests/test_my own.py::test_it_too{quote} --logprobs-record=once"
    )
    assert explanations(result) == []
    project.run("my tests/test_my own.py::test_it_too", "--logprobs-record=once")
    assert project.files == ["my tests/cassettes/test_my own/test_it_too.json"]
    project.run().assert_outcomes(passed=1)


def test_the_run_may_start_anywhere(project, pytester, monkeypatch):
    """Cassettes are beside the test file; the command is for where the run was started."""
    pytester.makeini("[pytest]\n")
    project.write(TEST, "tests/unit/test_it.py")
    (project.root / "elsewhere").mkdir()
    monkeypatch.chdir(project.root / "elsewhere")
    result = project.run("../tests")
    assert "cassette: tests/unit/cassettes/test_it/test_it.json does not exist" in result.outlines
    command = "pytest ../tests/unit/test_it.py::test_it --logprobs-record=once"
    assert f"next: if this request is meant, record it: {command}" in result.outlines
    project.run(*command.split()[1:]).assert_outcomes(passed=1)
    assert project.files == ["tests/unit/cassettes/test_it/test_it.json"]
    monkeypatch.chdir(project.root / "tests")
    project.run().assert_outcomes(passed=1)


def test_workers_record_and_replay(project):
    """``-n2`` writes and reads the same cassettes, and the run says what was recorded."""
    pytest.importorskip("xdist")
    project.write(
        """
@pytest.fixture(scope="session")
def shared():
    return ask("shared")

@cassette
@pytest.mark.parametrize("number", range(4))
def test_it(number, shared):
    ask(str(number))
"""
    )
    recorded = project.run("-n2", "--logprobs-record=once", subprocess=True)
    recorded.assert_outcomes(passed=4)
    names = [f"test_it/test_it[{number}]" for number in range(4)]
    assert project.names == ["test_it/fixture.shared", *names]
    assert set(project.server.asked) == {"0", "1", "2", "3", "shared"}
    assert [line for line in recorded.outlines if line.startswith("logprobs: recorded ")] != []
    asked = len(project.server.asked)
    project.run("-n2", subprocess=True).assert_outcomes(passed=4)
    project.run("-p", "no:xdist").assert_outcomes(passed=4)
    assert len(project.server.asked) == asked
