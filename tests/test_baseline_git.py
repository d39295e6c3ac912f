"""Files as committed at a revision; where it is not here, the command that brings it."""

from __future__ import annotations

import os
import shlex
import subprocess

import pytest
from repository import ENVIRONMENT, Repository

from pytest_logprobs import BaselineReadError
from pytest_logprobs._baseline._git import Revision


@pytest.fixture
def origin(tmp_path, monkeypatch):
    """Give a repository: main has a file of two states, feature a third."""
    for name in {*os.environ, *ENVIRONMENT}:
        if name.startswith("GIT_"):
            monkeypatch.setenv(name, ENVIRONMENT.get(name, ""))
            if name not in ENVIRONMENT:
                monkeypatch.delenv(name)
    monkeypatch.setenv("LC_ALL", "C")
    origin = Repository(tmp_path / "origin")
    origin.commit(a="first", packages__one__é="below")
    origin.commit(a="second")
    origin.git("tag", "v1.0")
    origin.git("checkout", "--quiet", "-b", "feature")
    origin.commit(a="third")
    origin.commit(a="last")
    return origin


def refused(directory, name):
    """Return why a revision cannot be had."""
    with pytest.raises(BaselineReadError) as caught:
        Revision(directory, name)
    assert caught.value.path == f"git:{name}"
    return str(caught.value)


def remedied(clone, name, command):
    """Return what a file is at a revision after the command was run that the error names."""
    assert refused(clone.path, name) == (
        f"git:{name}: this revision is not known here; get it with: {command}"
    )
    subprocess.run(shlex.split(command), cwd=clone.path, env=ENVIRONMENT, check=True)
    return Revision(clone.path, name).read("a.json")


@pytest.mark.parametrize(
    ("name", "content"),
    [("main", b"second"), ("main~1", b"first"), ("v1.0", b"second"), ("HEAD", b"last")],
)
def test_any_name_of_a_revision(origin, name, content):
    """It is what is committed there, whatever the working tree holds."""
    (origin.path / "a.json").write_text("edited")
    assert Revision(origin.path, name).read("a.json") == content
    assert Revision(origin.path, origin.git("rev-parse", name)[:8]).read("a.json") == content


def test_paths_are_below_the_directory(origin):
    """It need not be the top of the repository; what is no file there is none."""
    below = origin.path / "packages" / "one"
    revision = Revision(below, "main")
    assert revision.read("é.json") == b"below"
    assert revision.read("../../a.json") == b"second"
    assert revision.read(str(origin.path / "a.json")) == b"second"
    assert revision.read("a.json") is None
    assert revision.read("../one") is None
    assert revision.read("../../../outside.json") is None


def test_in_a_hook_of_git(origin, monkeypatch):
    """What git tells its hooks of the directory they run in is not taken for the project's."""
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
    monkeypatch.setenv("GIT_PREFIX", "packages/")
    assert Revision(origin.path / "packages" / "one", "main").read("é.json") == b"below"


def test_a_worktree(origin):
    """One of several working trees of a repository knows its revisions."""
    path = origin.path.with_name("tree")
    origin.git("worktree", "add", "--quiet", str(path), "main")
    assert Revision(path, "feature").read("a.json") == b"last"


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("main", "main:main"),
        ("origin/main", "+refs/heads/main:refs/remotes/origin/main"),
        ("v1.0", "v1.0:v1.0"),
    ],
)
def test_a_shallow_clone(origin, name, wanted):
    """One commit is fetched, as a CI job does that has no more."""
    clone = origin.clone("clone", "--depth=1", "--branch=feature")
    assert remedied(clone, name, f"git fetch --depth=1 origin {wanted}") == b"second"
    assert clone.git("rev-parse", "--is-shallow-repository") == "true"


def test_a_commit_that_a_shallow_clone_lacks(origin):
    """It is fetched by its whole name."""
    clone = origin.clone("clone", "--depth=1", "--branch=feature")
    commit = origin.git("rev-parse", "main~1")
    assert remedied(clone, commit, f"git fetch --depth=1 origin {commit}") == b"first"


@pytest.mark.parametrize("name", ["HEAD~1", "abbreviated"])
def test_what_only_a_whole_clone_can_tell(origin, name):
    """Where a commit lies before another, or begins so, is known to a whole clone alone."""
    clone = origin.clone("clone", "--depth=1", "--branch=feature")
    name = origin.git("rev-parse", "HEAD~1")[:10] if name == "abbreviated" else name
    assert refused(clone.path, name) == (
        f"git:{name}: this revision is not known here; this clone is shallow; get the rest of it "
        "with: git fetch --unshallow"
    )
    clone.git("fetch", "--quiet", "--unshallow")
    assert Revision(clone.path, name).read("a.json") == b"third"


def test_a_clone_of_one_branch(origin):
    """It is whole, and does not become shallow."""
    clone = origin.clone("clone", "--single-branch", "--branch=feature")
    assert remedied(clone, "main", "git fetch origin main:main") == b"second"
    assert clone.git("rev-parse", "--is-shallow-repository") == "false"


def test_a_branch_that_is_known_as_that_of_a_remote(origin):
    """Nothing has to be fetched."""
    clone = origin.clone("clone", "--branch=feature")
    assert refused(clone.path, "main") == (
        "git:main: this revision is not known here; git:origin/main is"
    )


def test_a_branch_of_an_origin_that_there_is_not(origin):
    """What there is in its place is named: a branch here, or that of another remote."""
    unknown = "git:origin/{}: this revision is not known here; there is no remote origin"
    no_other = "give one that git rev-parse knows"
    assert refused(origin.path, "origin/main") == f"{unknown.format('main')}; git:main is"
    assert refused(origin.path, "origin/none") == f"{unknown.format('none')}; {no_other}"
    clone = origin.clone("clone", "--branch=feature", "--origin=upstream")
    assert refused(clone.path, "origin/main") == (
        f"{unknown.format('main')} (but upstream); git:upstream/main is"
    )
    assert refused(clone.path, "origin/none") == (
        f"{unknown.format('none')} (but upstream); {no_other}"
    )


def test_a_remote_of_another_name(origin):
    """It is asked where there is no origin."""
    clone = origin.clone("clone", "--depth=1", "--branch=feature", "--origin=upstream")
    command = "git fetch --depth=1 upstream +refs/heads/main:refs/remotes/upstream/main"
    assert remedied(clone, "upstream/main", command) == b"second"


def test_a_branch_of_an_odd_name(origin):
    """The command can be typed as it stands."""
    origin.git("branch", "it's;$HOME", "main")
    clone = origin.clone("clone", "--depth=1", "--branch=feature")
    command = shlex.join(["git", "fetch", "--depth=1", "origin", "it's;$HOME:it's;$HOME"])
    assert remedied(clone, "it's;$HOME", command) == b"second"


@pytest.mark.parametrize("name", ["nowhere", "main:a.json", "HEAD~9", "a b", "main..feature"])
def test_a_revision_that_there_is_not(origin, name):
    """Without a remote there is nowhere to get it from."""
    assert refused(origin.path, name) == (
        f"git:{name}: this revision is not known here; give one that git rev-parse knows"
    )


def test_a_whole_clone_does_not_know_it(origin):
    """Nor is there a command for what is no name."""
    clone = origin.clone("clone")
    assert refused(clone.path, "HEAD~9") == (
        "git:HEAD~9: this revision is not known here; give one that git rev-parse knows"
    )


@pytest.mark.parametrize("name", ["", " ", "--output=stolen", "-h", "--", "a\0b"])
def test_what_is_no_revision_is_not_given_to_git(origin, name):
    """It might be an option."""
    assert refused(origin.path, name) == (
        f"git:{name}: this is no revision; give a branch, a tag or a commit: git:main"
    )
    assert not (origin.path / "stolen").exists()


def test_no_repository(origin, tmp_path, monkeypatch):
    """What git says of it is passed on."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (tmp_path / "bare").mkdir()
    assert refused(tmp_path / "bare", "main") == (
        f"git:main: git cannot read {tmp_path / 'bare'} as a repository (fatal: not a git "
        "repository (or any of the parent directories): .git); run the tests in a clone, or give "
        "a run file"
    )


def test_no_git(origin, monkeypatch):
    """The gate needs it for this alone."""
    monkeypatch.setenv("PATH", "")
    assert refused(origin.path, "main") == (
        "git:main: git cannot be run (No such file or directory); install it, or give a run file"
    )


def test_a_repository_of_somebody_else(origin, monkeypatch):
    """Git refuses it in many containers, and its advice is told whole."""
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    path = origin.path
    told = refused(path, "main")
    assert told.startswith(f"git:main: git cannot read {path} as a repository (fatal: ")
    assert f"git config --global --add safe.directory {path}); run the tests" in told


def test_a_large_file(origin):
    """It comes whole."""
    origin.commit(large="x" * 3_000_000)
    assert Revision(origin.path, "HEAD").read("large.json") == b"x" * 3_000_000
