"""Gates beside plugins that order tests, run them again, or report them their own way."""

from __future__ import annotations

import json

import pytest
from gating import TONE, Gates, verdicts

pytest_plugins = ["pytester"]

FLAKY = """
import pathlib
if number == 3 and not pathlib.Path("again").exists():
    pathlib.Path("again").touch()
    logprobs(said(30))
    assert 0
"""


@pytest.fixture
def gates(pytester, monkeypatch):
    """Give a project with a gate."""
    for name in ("CI", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    gates = Gates(pytester, monkeypatch)
    pytester.makeini("[pytest]\naddopts = --strict-markers --strict-config -p no:vcr\n")
    return gates


@pytest.fixture(params=[(), ("-n2",)], ids=" ".join)
def run(gates, request):
    """Give what runs the project in a process of its own, or in several."""

    def run(*arguments, worse=0.0):
        return gates.run("-rA", *request.param, *arguments, worse=worse, subprocess=True)

    return run


def test_any_order(gates, run):
    """pytest-randomly: the verdict does not hang on the order of tests."""
    gates.write()
    run("--logprobs-baseline=update")
    for seed in range(3):
        arguments = ("-p", "randomly", f"--randomly-seed={seed}")
        fine, worse = run(*arguments), run(*arguments, worse=0.5)
        assert (fine.ret, verdicts(fine)) == (0, ["PASSED gate[tone]"])
        assert (worse.ret, verdicts(worse)) == (1, ["FAILED gate[tone]"])


def test_another_attempt_replaces_the_first(gates, run):
    """pytest-rerunfailures: the last attempt counts, and no gate is tried twice."""
    gates.write()
    run("--logprobs-baseline=update")
    indented = FLAKY.replace("\n", "\n    ")
    gates.write(TONE.replace("    logprobs(", f"    {indented}\n    logprobs("))
    result = run("--reruns=2", "--logprobs-report=run.json")
    assert "1 rerun" in result.stdout.str()
    assert (result.ret, verdicts(result)) == (0, ["PASSED gate[tone]"])
    cases = json.loads((gates.root / "run.json").read_text())["cases"]
    assert [len(each["samples"]) for each in cases] == [1] * 12
    assert {each.get("outcome") for each in cases} == {None}
    worse = run("--reruns=2", worse=0.5)
    assert "rerun" not in worse.stdout.lines[-1]
    assert (worse.ret, verdicts(worse)) == (1, ["FAILED gate[tone]"])


def test_a_page_of_results(gates, run):
    """pytest-html: the gate is a row like any test, with its words."""
    gates.write()
    run("--logprobs-baseline=update")
    run("--html=report.html", "--self-contained-html", worse=0.5)
    page = (gates.root / "report.html").read_text("utf-8")
    assert "logprobs::gate[tone]" in page
    assert "mean_logprob fell by" in page


def test_results_of_allure(gates, run):
    """Allure: the gate is a result, failed or passed."""
    gates.write()
    run("--logprobs-baseline=update")
    for worse, status in ((0.0, "passed"), (0.5, "failed")):
        results = gates.root / f"allure-{status}"
        run(f"--alluredir={results}", worse=worse)
        found = [json.loads(each.read_text("utf-8")) for each in results.glob("*-result.json")]
        assert {each["name"]: each["status"] for each in found}["gate[tone]"] == status
        assert len(found) == 13
