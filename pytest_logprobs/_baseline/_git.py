"""Files as they are committed at a revision, or the command that brings the revision here."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Final

from pytest_logprobs._quote import one_line
from pytest_logprobs.errors import BaselineReadError

__all__ = ["Revision"]
__tracebackhide__ = True  # a failed test shows its own lines

_COMMIT: Final = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
# A branch or a tag; not what begins at one (main~3), nor a commit in short.
_NAME: Final = re.compile(r"(?!(?=\D*\d)[0-9a-f]{7,39}$)[^~^:?*\[\\@{}\s]+")
_ORIGIN: Final = "origin"  # what git calls the remote of a clone
# Where tests run in a hook of git, these speak of the directory that the hook was started in.
_OF_HOOKS: Final = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")


class Revision:
    """A revision of the repository that a directory is in, which need not be its top.

    ``name`` is any that git knows: a branch, a tag, a commit, ``HEAD~1``. ``shown`` is how users
    know the baseline there. Raises ``BaselineReadError`` where there is no such revision, or no
    git, with what to do.
    """

    def __init__(self, directory: Path, name: str) -> None:
        self._directory = directory
        self._name = name
        self._shown = f"git:{name}"
        self._commit = self._found()

    def read(self, path: str) -> bytes | None:
        """Return what is committed under a path, ``None`` if there is no such file.

        The path is below the directory, or absolute.
        """
        try:
            beside = os.path.relpath(Path(self._directory, path), self._directory)
        except ValueError:  # on another drive of Windows
            return None
        # not `show`: of a directory it gives a listing, and a file it may convert
        spelled = f"{self._commit}:./{Path(beside).as_posix()}"
        done = self._git("cat-file", "blob", spelled)
        return done.stdout if done.returncode == 0 else None

    def _found(self) -> str:
        if not self._name.strip() or self._name.startswith("-") or "\0" in self._name:
            raise self._error("this is no revision; give a branch, a tag or a commit: git:main")
        top = self._git("rev-parse", "--git-dir")
        if top.returncode:
            said = one_line(" ".join(top.stderr.decode("utf-8", "replace").split()))
            raise self._error(
                f"git cannot read {self._directory} as a repository ({said}); run the tests in a "
                "clone, or give a run file"
            )
        commit = self._commit_of(self._name)
        if not commit:
            raise self._error(f"this revision is not known here; {self._remedy()}")
        return commit

    def _commit_of(self, name: str) -> str:
        return self._told("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")

    def _remedy(self) -> str:
        """Return how to get a revision that is not known."""
        is_shallow = self._told("rev-parse", "--is-shallow-repository") == "true"
        remotes = self._told("remote").split()
        start, _, rest = self._name.partition("/")
        if start == _ORIGIN and rest and start not in remotes:
            return self._without_origin(rest, remotes)
        if not remotes:
            return "give one that git rev-parse knows"
        tracked = [f"{remote}/{self._name}" for remote in remotes]
        if near := next(filter(self._commit_of, tracked), None):
            return f"git:{near} is"
        if start in remotes and rest:
            remote, wanted = start, f"+refs/heads/{rest}:refs/remotes/{self._name}"
        else:
            remote = _ORIGIN if _ORIGIN in remotes else remotes[0]
            wanted = f"{self._name}:{self._name}"
        if _COMMIT.fullmatch(self._name):
            wanted = self._name
        elif not _NAME.fullmatch(self._name):
            if is_shallow:
                return "this clone is shallow; get the rest of it with: git fetch --unshallow"
            return "give one that git rev-parse knows"
        depth = ["--depth=1"] * is_shallow  # which would make a whole clone a shallow one
        command = ["git", "fetch", *depth, remote, wanted]
        quoted = subprocess.list2cmdline(command) if os.name == "nt" else shlex.join(command)
        return f"get it with: {quoted}"

    def _without_origin(self, branch: str, remotes: list[str]) -> str:
        """Return what there is in place of a branch of a remote that there is not."""
        there = [f"refs/heads/{branch}", *(f"refs/remotes/{each}/{branch}" for each in remotes)]
        near = next(filter(self._commit_of, there), None)
        others = f" (but {', '.join(remotes)})" if remotes else ""
        remedy = f"git:{near.split('/', 2)[2]} is" if near else "give one that git rev-parse knows"
        return f"there is no remote {_ORIGIN}{others}; {remedy}"

    def _told(self, *arguments: str) -> str:
        """Return what git says, nothing if it fails."""
        done = self._git(*arguments)
        return "" if done.returncode else done.stdout.decode("utf-8", "replace").strip()

    def _git(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        env = {name: value for name, value in os.environ.items() if name not in _OF_HOOKS}
        try:
            return subprocess.run(  # noqa: S603 - no shell, and no name that is an option
                ["git", "-C", str(self._directory), *arguments],  # noqa: S607 - whichever users have
                env={**env, "GIT_TERMINAL_PROMPT": "0"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except OSError as error:
            raise self._error(
                f"git cannot be run ({error.strerror or error}); install it, or give a run file"
            ) from None

    def _error(self, problem: str) -> BaselineReadError:
        return BaselineReadError(self._shown, problem)
