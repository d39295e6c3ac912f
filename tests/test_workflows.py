"""The workflows that are ready to copy: each of their steps is run in a shell."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

CI = Path(__file__).parent.parent / "examples" / "prompt_change" / "ci"
TEST = """
import pytest

@pytest.mark.logprobs_gate("reviews", margin=0.05, min_cases=2)
@pytest.mark.parametrize("logprob", [-0.1, -0.2])
def test_it(logprobs, logprob):
    entry = {"token": "Yes", "logprob": logprob}
    answer = {"message": {"content": "Yes"}, "logprobs": {"content": [entry]}}
    logprobs({"model": "m", "choices": [answer]})
"""
SURER, WORSE = TEST.replace("logprob}", "logprob + 0.05}"), TEST.replace("logprob}", "logprob - 1}")

pytestmark = pytest.mark.skipif(not shutil.which("bash"), reason="the steps are for a shell")


def run(directory, command, **environment):
    """Run a step as a server does; return its exit status."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    plain = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    environment = {
        **plain,
        "PATH": path,
        "CI": "true",
        "GIT_CONFIG_GLOBAL": os.devnull,
    } | environment
    return subprocess.run(
        ["bash", "-e", "-c", command], cwd=directory, env=environment, check=False
    ).returncode


@pytest.fixture
def clone(tmp_path):
    """Give what clones a repository whose branch has other tests, as a server does: shallow."""

    def clone(files, changed, branch="change"):
        origin, here = tmp_path / "origin", tmp_path / "clone"
        author = "git -c user.name=me -c user.email=me@example.com"
        for name, text in {**files, "pytest.ini": "[pytest]\n"}.items():
            (origin / name).parent.mkdir(parents=True, exist_ok=True)
            (origin / name).write_text(text)
        update = "pytest -q -p no:cacheprovider --logprobs-baseline=update"
        assert not run(
            origin, f"git init -qb main && {update} && git add . && {author} commit -qm 1"
        )
        for name, text in changed.items():
            (origin / name).write_text(text)
        assert not run(origin, f"git checkout -qb change && {author} commit -qam 2")
        assert not run(tmp_path, f"git clone -q --depth=1 -b {branch} file://{origin} clone")
        return here

    return clone


def steps(job):
    """Return the commands of a job, without that which installs."""
    named = [step for step in job["steps"] if "run" in step]
    return {step["name"]: step["run"] for step in named if step["name"] != "Install"}


@pytest.mark.parametrize(("changed", "status"), [(SURER, 0), (WORSE, 1)])
@pytest.mark.parametrize("server", ["github", "gitlab"])
def test_a_pull_request_is_judged(clone, server, changed, status):
    """A worse branch fails its job, whatever it does to the baseline in its own tree."""
    here = clone({"test_it.py": TEST}, {"test_it.py": changed})
    workflow = yaml.safe_load((CI / f"{server}.yml").read_text())
    if server == "github":
        commands = [*steps(workflow["jobs"]["gate"]).values()]
    else:
        commands = workflow["prompts"]["script"][1:]
    assert not run(here, "pytest -q --logprobs-baseline=update")
    assert [run(here, command, BASE="main") for command in commands] == [0, status]
    assert (here / "run.json").exists()
    assert (here / "junit.xml").exists()


@pytest.mark.parametrize(("changed", "status"), [(SURER, 0), (WORSE, 1)])
def test_shards_are_judged_together(clone, changed, status):
    """Each shard measures, and one job judges the whole against the branch that it goes into."""
    folders = ("reviews", "mails", "letters")
    files = {f"tests/{name}/test_{name}.py": TEST for name in folders}
    here = clone(files, dict.fromkeys(files, changed))
    workflow = yaml.safe_load((CI / "github-shards.yml").read_text())["jobs"]
    for shard in workflow["measure"]["strategy"]["matrix"]["include"]:
        for command in steps(workflow["measure"]).values():
            assert not run(here, command, PATHS=shard["paths"], SHARD=shard["shard"])
    assert not run(here, "git fetch -q --depth=1 origin main && git checkout -q FETCH_HEAD")
    commands = steps(workflow["judge"])
    assert run(here, commands["Combine"]) == 0
    assert run(here, commands["Judge"]) == status
