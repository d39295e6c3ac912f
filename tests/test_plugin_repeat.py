"""``--logprobs-repeat``: a test that records runs several times, and its answers are repeats."""

from __future__ import annotations

import json

import pytest

TESTS = """
@cassette
def test_it(logprobs):
    with open("answers", "a") as answers:
        print(ask("Hi"), ask("Bye"), file=answers)
"""
OLD = ["Hi 1", "Bye 2", "Hi 3", "Bye 4", "Hi 5", "Bye 6"]


def repeats(project):
    """Return the recordings of a cassette: which repeat each is of, and what was answered."""
    found = json.loads(project.path().read_text())["interactions"]
    content = [each["response"]["json"]["choices"][0]["message"]["content"] for each in found]
    return [(each.get("repeat", 1), answer) for each, answer in zip(found, content, strict=True)]


def answers(project):
    """Return what the test was answered, a line for each time that it ran."""
    file = project.root / "answers"
    lines = file.read_text().splitlines()
    file.unlink()
    return lines


def test_each_answer_is_kept_and_the_first_is_replayed(project):
    """One test is reported, whose cassette has a recording for each time that it ran."""
    project.write(TESTS)
    result = project.run("--logprobs-record=once", "--logprobs-repeat=3")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["logprobs: recorded 6 answers in cassettes/test_it/test_it.json"])
    assert repeats(project) == [*zip([1, 1, 2, 2, 3, 3], OLD, strict=True)]
    assert answers(project) == ["Hi 1 Bye 2", "Hi 3 Bye 4", "Hi 5 Bye 6"]
    result = project.run()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        ["logprobs: replayed 2 answers from cassettes/test_it/test_it.json"]
    )
    result.stdout.no_fnmatch_line("*unused*")
    result.stdout.no_fnmatch_line("*no test asked for*")
    assert answers(project) == ["Hi 1 Bye 2"]
    assert len(project.server.asked) == 6


ANEW = {
    "once": OLD,
    "new_episodes": OLD,
    "all": ["Hi 7", "Bye 8", "Hi 9", "Bye 10"],
    "rewrite": ["Hi 7", "Bye 8", "Hi 9", "Bye 10"],
}


@pytest.mark.parametrize("mode", ANEW)
def test_what_is_recorded_anew_has_no_repeats_of_before(project, mode):
    """Answers of another day are no repeats of these; who records nothing runs once."""
    project.write(TESTS)
    project.record("once", "--logprobs-repeat=3")
    project.run(f"--logprobs-record={mode}", "--logprobs-repeat=2").assert_outcomes(passed=1)
    assert [answer for _, answer in repeats(project)] == ANEW[mode]


def test_recorded_anew_once(project):
    """Without the option, what was repeated is recorded as any test."""
    project.write(TESTS)
    project.record("once", "--logprobs-repeat=3")
    project.record("all")
    assert repeats(project) == [(1, "Hi 7"), (1, "Bye 8")]


def test_what_one_repeat_lacks_is_recorded_for_it(project):
    """Each repeat is recorded as the first time is: what is new is asked for in each."""
    project.write(TESTS.replace(', ask("Bye")', ""))
    project.record("once", "--logprobs-repeat=2")
    project.write(TESTS)
    asked = project.record("new_episodes", "--logprobs-repeat=2")
    assert asked == ["Bye", "Bye"]
    expected = [(1, "Hi 1"), (2, "Hi 2"), (1, "Bye 3"), (2, "Bye 4")]
    assert repeats(project) == expected


def test_a_test_that_fails_is_not_repeated(project):
    """What it was answered is kept as ever, and the run after it goes on."""
    failing = 'assert ask("Hi") != "Hi 2"'
    project.write(f"@cassette\ndef test_it():\n    {failing}\n")
    result = project.run("--logprobs-record=once", "--logprobs-repeat=5")
    result.assert_outcomes(failed=1)
    assert project.server.asked == ["Hi", "Hi"]
    assert repeats(project) == [(1, "Hi 1"), (2, "Hi 2")]


def test_fixtures_and_their_tests_are_set_up_each_time(project):
    """A repeat is a whole run of the test; what a broader fixture asks for is no repeat."""
    project.write("""
@pytest.fixture(scope="module")
def greeting():
    return ask("Fixture")

@pytest.fixture
def each():
    return ask("Each")

@cassette
def test_it(greeting, each):
    ask("Hi")

def test_another():
    pass
""")
    asked = project.record("once", "--logprobs-repeat=2")
    assert asked == ["Fixture", "Each", "Hi", "Each", "Hi"]
    project.run().assert_outcomes(passed=2)


NONE = "logprobs: no test was repeated: --logprobs-repeat repeats those that record; "


@pytest.mark.parametrize("way", [(), ("-n2",)], ids=" ".join)
def test_a_run_that_repeats_nothing_says_so(project, way):
    """Where the command asked for repeats: it names what is missing."""
    project.write(TESTS)
    project.record("once", "--logprobs-repeat=2")
    told = {
        ("--logprobs-repeat=3",): f"{NONE}add --logprobs-record=rewrite",
        ("--logprobs-repeat=3", "--logprobs-record=once"): f"{NONE}add --logprobs-record=rewrite",
        ("--logprobs-repeat=3", "-k", "other"): "",
        ("--logprobs-repeat=3", "--collect-only"): "",
        ("-o", "logprobs_repeat=3"): "",
        ("--logprobs-repeat=2", "--logprobs-record=rewrite"): "",
    }
    for arguments, line in told.items():
        result = project.run(*arguments, *way, subprocess=bool(way))
        assert [each for each in result.outlines if "repeated" in each] == [line] * bool(line)
    project.write("def test_it(): ...\n")
    result = project.run("--logprobs-repeat=3", "--logprobs-record=rewrite")
    assert f"{NONE}and none did" in result.outlines


def test_tests_without_a_cassette_run_once(project):
    """There is nothing that could be repeated."""
    project.write("ran = []\ndef test_it():\n    ran.append(1)\n    assert ran == [1]\n")
    project.run("--logprobs-record=once", "--logprobs-repeat=3").assert_outcomes(passed=1)


def test_workers(project):
    """Tests are repeated where they run."""
    project.write(TESTS + TESTS.replace("test_it", "test_other"))
    arguments = ("-n2", "--logprobs-record=once", "--logprobs-repeat=2")
    project.run(*arguments, subprocess=True).assert_outcomes(passed=2)
    assert sorted(project.server.asked) == ["Bye"] * 4 + ["Hi"] * 4
    assert [number for number, _ in repeats(project)] == [1, 1, 2, 2]


def test_a_number_that_is_none(project):
    """It ends the run before any test."""
    project.write(TESTS)
    result = project.run("--logprobs-repeat=0")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: --logprobs-repeat takes a whole number from 1 on (default: 1); got '0'"]
    )


def test_what_no_test_asks_for_is_unused_with_its_repeats(project):
    """The repeats of a request go where its first recording goes."""
    project.write(TESTS)
    project.record("once", "--logprobs-repeat=2")
    project.write(TESTS.replace(', ask("Bye")', ""))
    result = project.run()
    result.stdout.fnmatch_lines(
        ["logprobs: 2 recordings that no test asked for: cassettes/test_it/test_it.json [(]2, 4[)]"]
    )


def test_show_names_repeats(project, capsys):
    """Who looks at a cassette sees which answers are one test's to the same request."""
    from pytest_logprobs.cli import main

    project.write(TESTS.replace(', ask("Bye")', ""))
    project.record("once", "--logprobs-repeat=2")
    assert main(["show", str(project.path())]) == 0
    heads = [line for line in capsys.readouterr().out.splitlines() if " of 2, " in line]
    today = json.loads(project.path().read_text())["interactions"][0]["recorded"]["at"][:10]
    assert heads == [
        f"1 of 2, recorded {today}, asked 'Hi'",
        f"2 of 2, recorded {today}, repeat 2, asked 'Hi'",
    ]


def test_vcrpy_gets_what_was_recorded_first(project):
    """It knows no repeats: a second answer would be that of a second request."""
    from pytest_logprobs.cli import main

    project.write(TESTS)
    project.record("once", "--logprobs-repeat=3")
    path = project.path()
    assert main(["convert", str(path), "--to", "json", "-o", str(path.parent / "theirs.json")]) == 0
    theirs = json.loads((path.parent / "theirs.json").read_text())
    assert len(theirs["interactions"]) == 2


def samples(project):
    """Return the log-probabilities of the samples of each case in the run file."""
    cases = json.loads((project.root / "run.json").read_text())["cases"]
    return [[each["scores"]["total_logprob"] for each in case["samples"]] for case in cases]


GATED = """
@cassette
@pytest.mark.logprobs_gate("group", margin=0.1)
def test_it():
    ask("Hi")
"""


def test_the_ledger_gets_all_answers(project):
    """While they are recorded and whenever they are replayed."""
    project.write(GATED)
    server, report = project.server, "--logprobs-report=run.json"
    probabilities = iter([0.5, 0.25, 0.125])
    answer = server.answer

    def another(question):
        server.probability = next(probabilities)
        return answer(question)

    server.answer = another
    project.run("--logprobs-record=once", "--logprobs-repeat=3", report)
    recorded = samples(project)
    project.run(report)
    assert samples(project) == recorded
    (case,) = recorded
    assert [round(each / case[0], 6) for each in case] == [1, 2, 3]
