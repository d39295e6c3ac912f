"""Repositories of git, made for a test."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

# Neither a user's settings, nor those of the hook that may have started the tests.
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_NAME": "test" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "test@example.org" for who in ("AUTHOR", "COMMITTER")},
}


class Repository:
    """A repository and its working tree."""

    def __init__(self, path: Path, *made: str) -> None:
        """Make it: on the branch main, unless it is ``made`` by another command than ``init``."""
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        command = made or ("init", "--quiet", "--initial-branch=main")
        run(path.parent, *command, str(path))

    def git(self, *arguments: str) -> str:
        """Run git, and return what it prints."""
        return run(self.path, *arguments)

    def commit(self, **files: str) -> str:
        """Commit files, whose names have ``__`` for a slash, and return the commit."""
        for name, text in files.items():
            file = self.path / f"{name.replace('__', '/')}.json"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message=a change")
        return self.git("rev-parse", "HEAD")

    def clone(self, name: str, *options: str) -> Repository:
        """Clone it into a directory beside it, as over a network."""
        made = ("clone", "--quiet", *options, self.path.as_uri())
        return Repository(self.path.with_name(name), *made)


def run(directory: Path, *arguments: str) -> str:
    """Run git in a directory, and return what it prints."""
    done = subprocess.run(
        ["git", *arguments], cwd=directory, env=ENVIRONMENT, capture_output=True, check=True
    )
    return done.stdout.decode().strip()
