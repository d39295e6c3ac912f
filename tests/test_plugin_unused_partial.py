"""Who runs a part of the tests is never told that the rest is unused."""

from __future__ import annotations

import pytest

TESTS = """
@cassette
def test_one():
    assert ask("One")

@cassette
def test_two():
    assert ask("Two")
"""
GONE = "logprobs: 1 cassette that no test opened: cassettes/test_it/test_gone.json"
TWICE = "logprobs: 2 cassettes that no test opened:"


def told(result):
    """Return what a run says of what is unused."""
    each = ("  cassettes/", "  sub/cassettes/")
    return [line for line in result.outlines if "that no test" in line or line.startswith(each)]


@pytest.fixture
def project(project):
    """Give a project with a cassette that no test has."""
    project.write(TESTS)
    project.record("once")
    project.path("test_one").with_stem("test_gone").write_bytes(
        project.path("test_one").read_bytes()
    )
    return project


def test_a_whole_run_is_told(project):
    """Whether the directory, the file or nothing is named, and whatever order."""
    for arguments in ((), (".",), ("test_it.py",), (str(project.root),), ("--ff",)):
        assert told(project.run(*arguments)) == [GONE]


@pytest.mark.parametrize(
    "arguments",
    [
        ("-k", "one"),
        ("-k", "one or two"),
        ("-m", "not slow"),
        ("--deselect", "test_it.py::test_one"),
        ("test_it.py::test_one", "test_it.py::test_two"),
        ("--lf",),
        ("--collect-only",),
    ],
)
def test_a_part_is_not_told(project, arguments):
    """What was deselected, or not pointed at, may be what uses it."""
    project.write(f"{TESTS}\n@pytest.mark.slow\ndef test_three():\n    assert 1")
    assert told(project.run(*arguments)) == []


CUTS = {
    "a plugin that shards": "def pytest_collection_modifyitems(items): del items[1:]",
    "Ctrl-C": "def pytest_runtest_teardown(item): raise KeyboardInterrupt",
    "pytest.exit": "import pytest\ndef pytest_runtest_teardown(item): pytest.exit('enough')",
    "a broken module": "",
}


@pytest.mark.parametrize("cut", CUTS)
def test_a_run_that_does_not_reach_its_end_is_not_told(project, cut):
    """Nor is one from which a plugin cuts tests without a word."""
    (project.root / "conftest.py").write_text(CUTS[cut])
    if cut == "a broken module":
        project.write("1 / 0", "test_broken.py")
        assert told(project.run("--continue-on-collection-errors")) == []
    assert told(project.run()) == []


@pytest.mark.parametrize("arguments", [("-x",), ("--maxfail=1",)])
def test_a_run_that_stops_early_is_not_told(project, arguments):
    """The tests behind the one that failed did not run."""
    project.write(TESTS.replace('ask("One")', "False"))
    assert told(project.run(*arguments)) == []


def test_tests_that_did_not_pass_use_their_cassettes(project):
    """Skipped, failed, expected to fail: their recordings may be asked for another time."""
    for reason in ("skip", "xfail", "skipif(True, reason='')"):
        project.write(TESTS.replace("@cassette", f"@cassette\n@pytest.mark.{reason}", 1))
        assert told(project.run()) == [GONE]
    project.write(TESTS.replace('ask("One")', "False"))
    assert told(project.run()) == [GONE]


def test_a_module_that_was_not_collected_keeps_its_cassettes(project):
    """Ignored, skipped as a whole or empty, it is there; another file is not pointed at."""
    project.write(TESTS, "test_other.py")
    project.record("once")
    for arguments in (("--ignore=test_other.py",), ("test_it.py",), ("--ignore-glob=*other*",)):
        assert told(project.run(*arguments)) == [GONE]
    project.write("pytest.skip('not here', allow_module_level=True)", "test_other.py")
    assert told(project.run()) == [GONE]


def test_a_module_that_is_gone_leaves_its_cassettes(project):
    """They are told by a run of the directory, and not by one of other files or directories."""
    (project.root / "sub").mkdir()
    project.write(TESTS, "sub/test_sub.py")
    project.write("def test_plain(): ...", "other/test_other.py")
    project.record("once")
    project.path("test_gone").unlink()
    (project.root / "sub/test_sub.py").unlink()
    gone = [TWICE, *(f"  sub/cassettes/test_sub/test_{name}.json" for name in ("one", "two"))]
    assert told(project.run()) == gone
    assert told(project.run(".", "--logprobs-record=once")) == gone
    for arguments in (("test_it.py",), ("test_it.py", "other"), ("--ignore=sub",)):
        assert told(project.run(*arguments)) == []


def test_a_test_that_misses_its_cassette_may_have_had_another_name(project):
    """Then what no test opened may be what is to be renamed; once it has one of its own, it is."""
    project.write(TESTS.replace("def test_two", "def test_renamed"))
    assert told(project.run()) == []
    two = [TWICE, *(f"  cassettes/test_it/test_{name}.json" for name in ("gone", "two"))]
    assert told(project.run("--logprobs-record=once")) == two


def test_cassettes_of_others_are_left_alone(project):
    """What does not say that it is ours is another plugin's, which uses it."""
    project.path("test_gone").unlink()
    project.path("test_theirs").write_text('{"interactions": [], "version": 1}')
    project.path("test_it").with_suffix(".yaml").write_text("interactions: []\nversion: 1\n")
    project.path("test_one").with_suffix(".yaml").write_text("answers: []\n")
    (project.root / "cassettes/test_it/notes.txt").write_text("hello")
    assert told(project.run()) == []


def test_what_is_no_file_is_left_alone(project):
    """A directory with such a name, a link to nowhere."""
    project.path("test_gone").unlink()
    for name in ("test_gone.json", "test_one.yaml"):
        project.path("x").with_name(name).mkdir()
    project.path("test_link").symlink_to("nowhere")
    assert told(project.run()) == []
