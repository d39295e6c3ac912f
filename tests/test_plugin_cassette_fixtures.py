"""Calls of fixtures that outlive a test: CONTRACT §3.

"A call made while a fixture of class, module, package or session scope is set up (``setUpClass``
too) goes to that fixture's own cassette, ``cassettes/<module>/fixture.<name>[<param>].json``,
whichever test comes first."
"""

from __future__ import annotations

import pytest

SCOPES = """
@pytest.fixture(scope="session")
def of_session():
    return ask("session")

@pytest.fixture(scope="package")
def of_package(of_session):
    return ask("package")

@pytest.fixture(scope="module", params=["cold", "hot"])
def of_module(request, of_package):
    return ask(f"module, {request.param}")

@pytest.fixture(scope="class")
def of_class(of_module):
    return ask("class")

@pytest.fixture(scope="module")
def late():
    return ask("late")

class TestIt:
    @cassette
    def test_a(self, of_class):
        ask("a")

    @cassette
    def test_b(self, of_class, request):
        ask("before")
        request.getfixturevalue("late")
        ask("after")
"""
CASSETTES = [
    "test_it/TestIt.test_a[cold]",
    "test_it/TestIt.test_a[hot]",
    "test_it/TestIt.test_b[cold]",
    "test_it/TestIt.test_b[hot]",
    "test_it/fixture.late",
    "test_it/fixture.of_class",
    "test_it/fixture.of_module[cold]",
    "test_it/fixture.of_module[hot]",
    "test_it/fixture.of_package",
    "test_it/fixture.of_session",
]
FORWARDS = ("test_it.py::TestIt::test_a", "test_it.py::TestIt::test_b")
BACKWARDS = FORWARDS[::-1]


@pytest.mark.parametrize("order", [FORWARDS, BACKWARDS], ids=["forwards", "backwards"])
def test_a_fixture_of_a_broader_scope_has_a_cassette_of_its_own(project, order):
    """Whichever test comes first when it is recorded, another may when it is replayed."""
    project.write(SCOPES)
    project.run("--logprobs-record=once", *order).assert_outcomes(passed=4)
    recorded = len(project.server.asked)
    assert project.names == CASSETTES
    for each in (FORWARDS, BACKWARDS, FORWARDS[:1], BACKWARDS[:1]):
        project.run(*each).assert_outcomes(passed=2 * len(each))
    assert len(project.server.asked) == recorded


@pytest.mark.parametrize("mode", ["once", "new_episodes", "all", "rewrite"])
def test_a_fixture_that_is_set_up_again_has_the_same_cassette(project, mode):
    """It replays from the beginning, as it will when it is replayed."""
    project.write(
        """
@pytest.fixture(scope="class")
def capital():
    return ask("Paris")

@cassette
class TestOne:
    def test_it(self, capital):
        pass

@cassette
class TestTwo:
    def test_it(self, capital):
        pass
"""
    )
    assert project.record(mode) == ["Paris"] * (2 if mode == "all" else 1)
    assert project.names == ["test_it/fixture.capital"]
    project.run().assert_outcomes(passed=2)


def test_fixtures_of_a_conftest_stand_beside_it(project):
    """Tests of several directories share them."""
    fixture = "@pytest.fixture(scope='session')\ndef shared():\n    return ask('shared')"
    project.write(fixture, "conftest.py")
    test = "@cassette\ndef test_it(shared):\n    pass"
    project.write(test, "a/test_a.py")
    project.write(test, "b/test_b.py")
    assert project.record("once") == ["shared"]
    assert project.names == ["conftest/fixture.shared"]
    for path in ("a", "b"):
        project.run(path).assert_outcomes(passed=1)


def test_fixtures_that_a_plugin_wraps_are_where_they_were_written(project):
    """As plugins do that run coroutines, from a file outside the project."""
    project.write(
        """
import functools

space = {}
source = "def wrapped(*a, **k): return function(*a, **k)"
exec(compile(source, "/site-packages/x.py", "exec"), space)

def around(function):
    space["function"] = function
    return functools.wraps(function)(space["wrapped"])

@pytest.fixture(scope="session")
@around
def shared():
    return ask("shared")
""",
        "conftest.py",
    )
    project.write("@cassette\ndef test_it(shared):\n    pass", "a/test_a.py")
    assert project.record("once") == ["shared"]
    assert project.names == ["conftest/fixture.shared"]


def test_a_parameter_without_a_name_is_its_number(project):
    """What is shown of an object holds its address, which another run does not have."""
    project.write(
        """
class Model:
    pass

@pytest.fixture(scope="module", params=[Model(), Model(), 0.7, "a b"])
def model(request):
    return ask(str(type(request.param)))

@cassette
def test_it(model):
    pass
"""
    )
    assert len(project.record("once")) == 4
    identities = ["0.7", "0", "1", "a b"]
    assert project.names == [f"test_it/fixture.model[{each}]" for each in identities]
    project.run().assert_outcomes(passed=4)


def test_private_fixtures_have_names_of_their_own(project):
    """``_model`` is not ``model``."""
    fixture = "@pytest.fixture(scope='module')\ndef {0}():\n    return ask('{0}')\n"
    test = "@cassette\ndef test_it(model, _model):\n    pass"
    project.write(fixture.format("model") + fixture.format("_model") + test)
    assert project.record("once") == ["model", "_model"]
    assert project.names == ["test_it/fixture._model", "test_it/fixture.model"]


def test_set_up_methods_have_cassettes_as_well(project):
    """``setUpClass``, ``setup_module`` and ``setup_class`` are fixtures of a broader scope."""
    project.write(
        """
pytestmark = cassette

def setup_module():
    ask("setup_module")

class TestCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        ask("setUpClass")

    def setUp(self):
        ask("setUp")
        self.addCleanup(ask, "cleanup")

    def test_a(self):
        ask("a")

    def test_b(self):
        ask("b")

class TestPlain:
    @classmethod
    def setup_class(cls):
        ask("setup_class")

    def setup_method(self):
        ask("setup_method")

    def test_c(self):
        ask("c")
"""
    )
    project.record("once")
    replayed = len(project.server.asked)
    assert project.names == [
        "test_it/TestCase.test_a",
        "test_it/TestCase.test_b",
        "test_it/TestPlain.test_c",
        "test_it/fixture.TestCase.setUpClass",
        "test_it/fixture.TestPlain.setup_class",
        "test_it/fixture.setup_module",
    ]
    project.run().assert_outcomes(passed=3)
    project.run("-k", "test_b").assert_outcomes(passed=1, deselected=2)
    assert len(project.server.asked) == replayed


def test_fixtures_of_two_classes_have_a_cassette_each(project):
    """They have the same name, and are not the same."""
    for_each = """
@cassette
class Test{0}:
    @pytest.fixture(scope="class")
    def answer(self):
        return ask("{0}")

    def test_it(self, answer):
        assert answer.startswith("{0}")
"""
    project.write(for_each.format("One") + for_each.format("Two"))
    project.record("once")
    assert project.names == ["test_it/fixture.TestOne.answer", "test_it/fixture.TestTwo.answer"]
    assert project.record("rewrite", "-k", "TestTwo") == ["Two"]
    project.run().assert_outcomes(passed=2)


def test_parameters_of_two_types_have_a_cassette_each(project):
    """1 is not "1"."""
    project.write(
        """
@pytest.fixture(scope="module", params=[1, "1", 1.5, "one", None])
def answer(request):
    return ask(repr(request.param))

@cassette
def test_it(answer):
    pass
"""
    )
    project.record("once")
    assert len(project.server.asked) == len(project.names) == 5
    assert {"test_it/fixture.answer[1]", "test_it/fixture.answer[one]"} < {*project.names}
    project.run().assert_outcomes(passed=5)


UNMARKED_FIRST = """
@pytest.fixture(scope="module")
def warm():
    return ask("warm")

def test_plain(warm):
    assert warm.startswith("warm")

@cassette
def test_marked(warm):
    pass
"""


def test_a_test_without_a_cassette_may_come_first(project):
    """The call "goes to that fixture's own cassette [...], whichever test comes first"."""
    project.write(UNMARKED_FIRST)
    assert project.record("once") == ["warm"]
    assert project.names == ["test_it/fixture.warm"]
    project.run().assert_outcomes(passed=2)
    project.run("-k", "marked").assert_outcomes(passed=1, deselected=1)
    assert project.server.asked == ["warm"]
    project.path("fixture.warm").unlink()
    project.run().assert_outcomes(errors=2)
    assert project.server.asked == ["warm"]


def test_every_test_is_told_that_the_cassette_of_a_fixture_is_damaged(project):
    """With the line, each time; nobody is asked instead."""
    project.write(UNMARKED_FIRST.replace("def test_plain", "@cassette\ndef test_plain"))
    project.record("once")
    project.path("fixture.warm").write_text("<<<<<<< ours\n")
    result = project.run()
    result.assert_outcomes(errors=2)
    told = [line for line in result.outlines if "fixture.warm.json:1: " in line]
    assert len([line for line in told if "merge" in line]) >= 2
    assert project.server.asked == ["warm"]
