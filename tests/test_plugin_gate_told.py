"""What a gate says where: in the terminal, quiet or not, in the short summary, in JUnit's XML."""

from __future__ import annotations

import re
from xml.dom import minidom

import pytest
from gating import TONE, told
from terminal import sections

TITLE = "gate tone: {} (mean_logprob, nats/token)"
TABLE = """\
  cases  baseline  candidate   drop          interval  margin
     12    -0.255      -0.81  0.555  0.5363 to 0.5737     0.1"""
HEADLINE = (
    "fail: mean_logprob fell by 0.555 (95 % sure: by more than 0.5363), beyond the margin of 0.1 "
    "(nats/token)"
)
NO_BASELINE = [
    "logprobs: there is no logprobs-baseline.json yet, so every case is new",
    "  to write it: pytest --logprobs-baseline=update",
]
AGAINST = """\
compared with other.json, where an update here changes nothing: to propose the
change, commit what pytest --logprobs-baseline=update writes"""
UPDATE = "to accept what has changed: pytest --logprobs-baseline=update"


def quiet(gates, *arguments, worse=0.0):
    """Return how a run with ``-q`` ended, and our section without pytest's last line."""
    result = gates.run("-q", *arguments, worse=worse)
    return result.ret, [re.sub(r"\n\d+ passed in .*", "", each) for each in sections(result)]


def properties(path):
    """Return the properties of the tests of a JUnit report that stand for verdicts."""
    document = minidom.parse(str(path))  # noqa: S318 - our own
    return {
        each.getAttribute("name"): each.getAttribute("value")
        for each in document.getElementsByTagName("property")
    }


def test_quiet_says_nothing_of_what_passes(gates):
    """A gate that is as it was needs no word."""
    gates.store()
    assert quiet(gates) == (0, [])


def test_quiet_says_what_was_not_run(gates):
    """Else a gate that was switched off would look like one that passes."""
    gates.store()
    why = "11 of 12 cases of the baseline were not run: shown, not judged"
    shown = f"{TITLE.format('not run')}\n  {why}"
    assert quiet(gates, "test_tone.py::test_tone[0]") == (0, [shown])


def test_quiet_says_what_was_moved(gates):
    """A group that passes by the old margin, and whose own is another."""
    gates.store()
    gates.write(TONE.replace("margin=0.1", "margin=0.5"))
    shown = (
        f"{TITLE.format('pass')}\n  mean_logprob is the same on both sides\n"
        "  - margin was 0.1 in the baseline and is 0.5 now; 0.1 was applied"
    )
    assert quiet(gates) == (0, [shown])


def test_quiet_says_what_only_warns(gates):
    """A verdict that fails nothing is said all the same."""
    gates.store(TONE.replace("12", "4"))
    few = "4 cases are too few (min_cases is 10)"
    shown = f"{TITLE.format('inconclusive')}\n  {few}"
    assert quiet(gates, "--logprobs-inconclusive=warn", worse=0.01) == (0, [shown])


def test_quiet_shows_what_fails(gates):
    """Its numbers, where the failure was shown before."""
    gates.store()
    assert quiet(gates, worse=0.5) == (1, [f"{TITLE.format('fail')}\n{TABLE}\n\n{UPDATE}"])


@pytest.mark.parametrize("way", [(), ("-q",), ("-n2",)], ids=" ".join)
def test_a_run_that_finds_no_baseline_says_so(gates, way):
    """And how to write one; a run that has one does not."""
    gates.write()
    result = gates.run(*way)
    lines = result.stdout.lines
    at = lines.index(NO_BASELINE[0])
    assert (result.ret, lines[at : at + 2]) == (0, NO_BASELINE)
    assert UPDATE not in result.stdout.str()
    gates.store()
    assert told(gates.run(*way)) == []


def test_the_heading_names_what_was_compared_with(gates):
    """And an update is no way to change the verdict."""
    gates.store()
    gates.baseline.rename(gates.root / "other.json")
    against = "--logprobs-against=other.json"
    (shown,) = sections(gates.run(against, worse=0.5))
    title = "gate tone: fail, against other.json (mean_logprob, nats/token)"
    assert shown == f"{title}\n{TABLE}\n\n{AGAINST}"
    coloured = gates.run(against, "--color=yes", worse=0.5).stdout.str()
    assert "\ngate tone: \x1b[31mfail\x1b[0m, against other.json (" in coloured


def test_an_update_that_changes_nothing_is_not_offered(gates):
    """What a failed test measured is not stored, and too few cases are no more for it."""
    gates.store(TONE.replace("12", "4"))
    shown = "\n".join(sections(gates.run("--tb=no", worse=0.01)))
    assert shown
    assert UPDATE not in shown
    gates.store()
    gates.write(f"{TONE}    assert not WORSE\n")
    (shown,) = sections(gates.run("--tb=no", worse=0.5))
    assert shown.endswith(
        "mend the tests that did not pass first: an update takes over nothing that they\nmeasured"
    )


def test_the_short_summary_has_one_line(gates, monkeypatch):
    """In CI, where pytest cuts off nothing."""
    gates.store()
    monkeypatch.setenv("CI", "true")
    result = gates.run(worse=0.5)
    summary = result.stdout.str().partition("short test summary info")[2].splitlines()
    assert summary[1] == f"FAILED logprobs::gate[tone] - {HEADLINE}"
    assert "1 failed, 12 passed" in summary[2]


def test_junit_has_the_whole_story_and_the_numbers(gates):
    """The headline as message, the details as text, the numbers as properties."""
    gates.store()
    assert gates.run("--junitxml=worse.xml", worse=0.5).ret == 1
    document = minidom.parse(str(gates.root / "worse.xml"))  # noqa: S318 - our own
    (failure,) = document.getElementsByTagName("failure")
    assert failure.getAttribute("message") == HEADLINE
    text = failure.firstChild.data
    assert TABLE in text
    assert text.endswith("    0.57     -0.27      -0.84  test_tone.py::test_tone[7]")
    found = properties(gates.root / "worse.xml")
    numbers = {name: found.pop(f"logprobs.{name}")[:6] for name in ("drop", "lower", "upper")}
    assert numbers == {"drop": "0.555", "lower": "0.5363", "upper": "0.5736"}
    assert found == {"logprobs.verdict": "fail", "logprobs.margin": "0.1"}


def test_a_verdict_that_only_warns_stands_in_junit(gates):
    """The test passes, and says as what."""
    gates.store(TONE.replace("12", "1"))
    mild = "--logprobs-inconclusive=warn"
    assert gates.run(mild, "--junitxml=mild.xml", worse=0.01).ret == 0
    assert properties(gates.root / "mild.xml") == {
        "logprobs.verdict": "inconclusive",
        "logprobs.drop": "0.01",
        "logprobs.margin": "0.1",
    }


def test_the_section_begins_in_a_line_of_its_own(gates):
    """With an empty one before it, as sections of pytest have, and none after its heading."""
    gates.store()
    lines = gates.run("-p", "no:xdist").stdout.lines
    (at,) = (at for at, line in enumerate(lines) if line.startswith("logprobs ."))
    assert lines[at].endswith("[100%]")
    assert lines[at + 1] == ""
    assert lines[at + 2].strip("=") == " logprobs "
    assert lines[at + 3] == TITLE.format("pass")
