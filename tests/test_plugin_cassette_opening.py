"""Which tests have a cassette, and when it is open: CONTRACT §3.

"The cassette opens before the first fixture of the test is set up and closes after the last is
torn down."
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from terminal import explanations


def test_the_cassette_is_open_from_the_first_fixture_to_the_last_finalizer(project):
    """Autouse fixtures come before the arguments, and are torn down after them."""
    project.write(
        """
@pytest.fixture(autouse=True)
def first():
    ask("first")
    yield
    ask("last")

@pytest.fixture
def argument(request):
    request.addfinalizer(lambda: ask("finalizer"))
    return ask("argument")

@cassette
def test_it(argument):
    ask("test")

def teardown_function():
    ask("teardown_function")
"""
    )
    asked = ["first", "argument", "test", "finalizer", "teardown_function", "last"]
    assert sorted(project.record("once")) == sorted(asked)
    assert project.names == ["test_it/test_it"]
    result = project.run()
    result.assert_outcomes(passed=1)
    assert len(project.server.asked) == len(asked)


def test_coroutines(project):
    """Async tests of unittest, and those that run themselves."""
    project.write(
        """
import asyncio

async def gathered(*prompts):
    async with httpx.AsyncClient(verify=False) as client:
        questions = [{"model": "m", "messages": [{"content": prompt}]} for prompt in prompts]
        posts = [client.post(os.environ["ASKED"], json=question) for question in questions]
        answers = [answer.json() for answer in await asyncio.gather(*posts)]
        return [answer["choices"][0]["message"]["content"].split()[0] for answer in answers]

@cassette
class TestAsync(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        await gathered("setup")

    async def test_it(self):
        assert await gathered("a", "b", "a") == ["a", "b", "a"]

@cassette
def test_run():
    assert asyncio.run(gathered("c", "d")) == ["c", "d"]
"""
    )
    assert sorted(project.record("once")) == ["a", "a", "b", "c", "d", "setup"]
    assert project.names == ["test_it/TestAsync.test_it", "test_it/test_run"]
    project.run().assert_outcomes(passed=2)
    assert len(project.server.asked) == 6


def test_the_fixture_does_what_the_marker_does(project, monkeypatch):
    """Its cassette is open before the fixtures that stand before it."""
    project.write(
        """
@pytest.fixture
def early():
    ask("early")

def test_it(early, logprobs_cassette):
    ask("test")
    assert logprobs_cassette.path.name == "test_it.json"
    assert logprobs_cassette.record_mode == os.environ["MODE"]
    assert logprobs_cassette.play_count == int(os.environ["PLAYED"])
    assert logprobs_cassette.misses == ()

@pytest.mark.usefixtures("logprobs_cassette")
class TestUsed(unittest.TestCase):
    def test_it(self):
        ask("unittest")
"""
    )
    for mode, played in (("once", 0), ("none", 2)):
        monkeypatch.setenv("MODE", mode)
        monkeypatch.setenv("PLAYED", str(played))
        project.run(f"--logprobs-record={mode}").assert_outcomes(passed=2)
    assert project.server.asked == ["early", "test", "unittest"]


@pytest.mark.parametrize("others", ["", "@cassette\ndef test_other():\n    pass"])
def test_the_fixture_cannot_be_asked_for_while_the_test_runs(project, others):
    """It opens before the first fixture, or not at all."""
    test = "def test_it(request):\n    request.getfixturevalue('logprobs_cassette')"
    project.write(f"{others}\n\n{test}")
    result = project.run("-k", "test_it")
    assert explanations(result) == []
    assert (
        "the fixture logprobs_cassette was asked for while the test runs, and a cassette opens "
        "before its first fixture: name it in the arguments, or mark the test"
    ) in result.outlines


def test_a_marker_may_be_added_until_the_test_is_set_up(project):
    """What is added then counts, and a mistake in it fails the test with the same words."""
    project.write(
        """
def pytest_runtest_logstart(nodeid, location):
    for item in ITEMS:
        if item.nodeid == nodeid and "late" in nodeid:
            mode = {"mode": 1} if "wrong" in nodeid else {}
            item.add_marker(pytest.mark.logprobs_cassette(**mode))

def pytest_collection_modifyitems(items):
    global ITEMS
    ITEMS = items
""",
        "conftest.py",
    )
    functions = "def test_late():\n    ask('late')\n\ndef test_late_and_wrong():\n    ask('never')"
    project.write(f"@cassette\ndef test_it():\n    pass\n\n{functions}")
    result = project.run("--logprobs-record=once")
    result.assert_outcomes(passed=2, errors=1)
    assert (project.names, project.server.asked) == (["test_it/test_late"], ["late"])
    assert (
        "test_it.py::test_late_and_wrong: the marker logprobs_cassette does not take mode; "
        "it takes name=, record=, ignore=, repeats="
    ) in result.outlines


def test_a_suite_without_cassettes_loads_nothing(tmp_path):
    """Neither the recorder nor vcrpy, nor a module of ours about cassettes."""
    (tmp_path / "conftest.py").write_text(
        "import json, sys\n"
        "def pytest_sessionfinish(session):\n"
        "    print('\\nLOADED', json.dumps(sorted(sys.modules)))\n"
    )
    (tmp_path / "test_it.py").write_text("def test_it():\n    pass\n")
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    command = [sys.executable, "-m", "pytest", "-p", "logprobs", "-p", "no:cacheprovider"]
    done = subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, check=True
    )
    (line,) = [line for line in done.stdout.split("\n") if line.startswith("LOADED ")]
    loaded = json.loads(line.removeprefix("LOADED "))
    ours = [name for name in loaded if name.startswith("pytest_logprobs")]
    assert [name for name in loaded if name.split(".")[0] == "vcr"] == []
    assert [name for name in ours if "cassette" in name or "recorder" in name] == []
    assert "pytest_logprobs.plugin" in ours
