"""Where cassettes are looked for that nobody uses, and which files count as such."""

from __future__ import annotations

import pytest


def told(result):
    """Return what a run says of what is unused."""
    each = "  cassettes/"
    return [line for line in result.outlines if "that no test" in line or line.startswith(each)]


TEST = "@cassette\ndef test_it():\n    assert ask()"
YAML = "interactions: []\nversion: 1\n"


def test_a_cassette_of_vcrpy_is_unused_once_there_is_one_of_ours(project):
    """Ours is replayed in its place; where the other plugin runs too, it may be what uses it."""
    project.write(TEST)
    project.record("once")
    for suffix in (".yaml", ".yml"):
        project.path().with_suffix(suffix).write_text(YAML)
    project.path("alone").with_suffix(".yaml").write_text(YAML)
    files = ("  cassettes/test_it/test_it.yaml", "  cassettes/test_it/test_it.yml")
    unused = ["logprobs: 2 cassettes that no test opened:", *files]
    assert told(project.run("-p", "no:recording")) == unused
    pytest.importorskip("pytest_recording")
    assert told(project.run("-p", "recording.plugin")) == []
    assert told(project.run("-o", "logprobs_vcr_marker=true")) == unused


@pytest.mark.parametrize("directory", ["recorded/http", "absolute"])
def test_cassettes_may_be_elsewhere(project, pytester, directory):
    """In directories below the tests', or in one for all."""
    base = project.root / "all" if directory == "absolute" else directory
    pytester.makeini(f"[pytest]\nlogprobs_cassette_dir = {base}")
    project.write(TEST, "sub/test_it.py")
    project.write(TEST, "sub/test_gone.py")
    project.record("once")
    (project.root / "sub/test_gone.py").unlink()
    place = "all/sub" if directory == "absolute" else f"sub/{directory}"
    path = f"{place}/test_gone/test_it.json"
    assert told(project.run()) == [f"logprobs: 1 cassette that no test opened: {path}"]
    assert told(project.run("sub/test_it.py")) == []


def test_a_directory_that_others_may_have_too_is_left_alone(project, pytester):
    """What is beside the directories of the tests may be of tests that are not run."""
    pytester.makeini("[pytest]\nlogprobs_cassette_dir = ../cassettes")
    project.write(TEST, "one/test_one.py")
    project.write(TEST, "two/test_two.py")
    project.record("once")
    assert told(project.run("one")) == []
    project.write(TEST.replace("assert ask()", "assert 1"), "one/test_one.py")
    path = "one/../cassettes/test_one/test_it.json"
    part = f"logprobs: 1 recording that no test asked for: {path} (1)"
    assert told(project.run("one")) == [part]


def test_a_directory_outside_of_the_project_is_left_alone(project, pytester, tmp_path):
    """Another project may have its cassettes there too."""
    pytester.makeini(f"[pytest]\nlogprobs_cassette_dir = {tmp_path / 'all'}")
    for name in ("test_it.py", "test_gone.py"):
        project.write(TEST, name)
    project.record("once")
    (project.root / "test_gone.py").unlink()
    assert told(project.run()) == []
