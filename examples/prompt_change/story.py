"""Three changes of a prompt, from branch to verdict, in a git repository of their own.

``python story.py`` makes the repository in a temporary directory and judges each branch as a pull
request is judged; what follows goes to pytest as well (``python story.py -n 2``). It exits with 0
where every verdict is the one that is told here. ``python story.py --record`` records the answers
to the changed prompts anew, from the server that the examples ask.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHANGES = HERE / "changes"
APP = ("classifier.py", "prompt.txt", "test_reviews.py")
CASSETTES = Path("cassettes", "test_reviews")
FEW = 6

# Branch, what it is judged against, pytest's exit status, and what happened.
STORY = (
    (
        ("third-label", "main", 1),
        """The prompt allows a third label, and saves two examples. Every answer is still one of
the two labels, so the tests pass. The gate does not: the model has become less sure.""",
    ),
    (
        ("reworded", "main", 0),
        "The prompt says the same in plainer words. Nothing is worse by more than the margin.",
    ),
    (
        ("early", "first-try", 1),
        f"The same rewording, when the suite had {FEW} reviews: nobody could have told.",
    ),
)


def main(*arguments):
    """Tell the story, or record it."""
    with tempfile.TemporaryDirectory() as scratch:
        if arguments == ("--record",):
            for change in sorted(path.name for path in CHANGES.iterdir()):
                record(Path(scratch, change), change)
            return
        repository = Path(scratch, "reviews")
        make(repository)
        ends = [judge(repository, *branch, told, arguments) for branch, told in STORY]
    if not all(ends):
        sys.exit("story.py: that is not the verdict that is told")


def make(repository):
    """Make the history: a first try, the suite of today, and the branches with changed prompts."""
    repository.mkdir()
    git(repository, "init", "--quiet", "--initial-branch=main")
    copy_app(repository, FEW)
    commit(repository, "Try a classifier on a few reviews", update=True)
    git(repository, "tag", "first-try")
    copy_app(repository)
    commit(repository, "Judge it on all reviews", update=True)
    for branch, base, change in (
        ("third-label", "main", "third-label"),
        ("reworded", "main", "reworded"),
        ("early", "first-try", "reworded"),
    ):
        git(repository, "checkout", "--quiet", "-b", branch, base)
        copy_answers(CHANGES / change / "answers", repository)
        shutil.copy(CHANGES / change / "prompt.txt", repository)
        commit(repository, f"Change the prompt: {change}")


def copy_app(repository, count=None):
    """Copy the app and its tests, with some of the reviews or all, and their recorded answers."""
    for name in APP:
        shutil.copy(HERE / name, repository)
    shutil.copy(HERE.parent / "conftest.py", repository)
    (repository / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (repository / ".gitignore").write_text("__pycache__/\n.pytest_cache/\n", encoding="utf-8")
    reviews = json.loads((HERE / "reviews.json").read_text(encoding="utf-8"))
    (repository / "reviews.json").write_text(json.dumps(reviews[:count]), encoding="utf-8")
    copy_answers(HERE / CASSETTES, repository)


def copy_answers(answers, repository):
    """Copy the cassettes of the reviews that the repository has."""
    reviews = json.loads((repository / "reviews.json").read_text(encoding="utf-8"))
    (repository / CASSETTES).mkdir(parents=True, exist_ok=True)
    for each in reviews:
        shutil.copy(answers / f"test_the_label[{each['name']}].json", repository / CASSETTES)


def commit(repository, message, *, update=False):
    """Commit what is there, with a new baseline if the change is to be the yardstick."""
    if update:
        pytest(repository, "-q", "--logprobs-baseline=update", check=True, capture_output=True)
    git(repository, "add", "--all")
    who = ("-c", "user.name=story", "-c", "user.email=story@example.com")
    git(repository, *who, "commit", "--quiet", f"--message={message}")


def judge(repository, branch, base, status, *said):
    """Judge a branch, and return whether pytest exits as it is told."""
    told, arguments = said
    git(repository, "checkout", "--quiet", branch)
    command = (f"--logprobs-against=git:{base}", *arguments)
    print(f"\n{told}\n\n$ git checkout {branch}\n$ pytest {' '.join(command)}\n", flush=True)
    done = pytest(repository, *command, "-p", "no:cacheprovider")
    print(f"\nexit status {done.returncode}", flush=True)
    return done.returncode == status


def record(directory, change):
    """Record the answers to a changed prompt."""
    directory.mkdir()
    copy_app(directory)
    shutil.copy(CHANGES / change / "prompt.txt", directory)
    pytest(directory, "-q", "--logprobs-record=rewrite", "--logprobs-baseline=off", check=True)
    shutil.rmtree(CHANGES / change / "answers", ignore_errors=True)
    shutil.copytree(directory / CASSETTES, CHANGES / change / "answers")


def pytest(directory, *arguments, check=False, **options):
    """Run pytest in a directory, where nothing of other projects counts."""
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, cwd=directory, check=check, **options)


def git(directory, *arguments):
    """Run git in a directory, whatever else is configured on this machine."""
    environment = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *arguments], cwd=directory, env=environment, check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
