"""The limit ``max_mean_logprob_drop``: a test's completions are held against the baseline's."""

from __future__ import annotations

import pytest
from drops import Suite, command
from terminal import failures, sections

NAME = "logprobs-baseline.json"
LIMIT = "limit max_mean_logprob_drop"


@pytest.fixture
def suite(pytester):
    """Give a suite of tests that have a baseline, or will have one."""
    return Suite(pytester)


def limited(*logprobs, limit="max_mean_logprob_drop=0.1", **more):
    """Write a test under a limit that measures one answer."""
    keywords = "".join(f", {name}={value!r}" for name, value in more.items())
    return f"@limits({limit})\ndef test_it(logprobs):\n    logprobs(said(*{logprobs}{keywords}))\n"


def failure(result, name="test_it"):
    """Return what a test failed with, if it is all that went wrong."""
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert "INTERNALERROR" not in result.stdout.str()
    return failures(result)[name]


def test_a_drop_beyond_the_limit_fails_the_test(suite):
    """It says how far, from where to where, and shows the tokens as every limit does."""
    suite.store(limited(-0.1, -0.2, -0.3))
    result = suite.run(limited(-0.1, -1.1, -0.3))
    assert failure(result) == (
        "mean_logprob_drop is 0.3, not <= 0.1 (0.2 too high, in nats/token)\n"
        "limit max_mean_logprob_drop=0.1 on the completion\n"
        "mean_logprob went from -0.2 (baseline) to -0.5\n"
        "text: Par⟦is⟧⟦.⟧\n"
        "#1 'is' 33.3 %\n"
        "#2 '.' 74.1 %\n"
        "next: ask for alternatives (top_logprobs=5, or what the API calls it)"
    )
    assert sections(result)[0].startswith(
        "mean_logprob_drop is 0.3, not <= 0.1 (0.2 too high, in nats/token)\n"
    )
    result.stdout.fnmatch_lines(["FAILED test_inner.py::test_it - *LimitError: mean_logprob_drop*"])


@pytest.mark.parametrize("now", [(-0.3,), (-0.25,), (-0.1,), (-0.35,)])
def test_a_drop_within_the_limit_passes(suite, now):
    """At the limit it still holds, though 0.35 - 0.25 is no 0.1 to a computer; a gain does too."""
    suite.store(limited(-0.25))
    assert suite.run(limited(*now)).ret == 0


def test_both_sides_have_the_seven_digits_of_the_baseline(suite):
    """What has not changed has not dropped, not even by what the baseline rounds away."""
    same = limited(-0.123456784, limit="max_mean_logprob_drop=0")
    suite.store(same)
    assert '"mean_logprob": -0.1234568,' in suite.baseline.read_text("utf-8")
    assert suite.run(same).ret == 0
    assert suite.run(limited(-0.1234569, limit="max_mean_logprob_drop=0")).ret == 1


def test_a_branch_cannot_raise_its_own_limit(suite):
    """The stricter of its own and the baseline's holds, and both are told."""
    suite.store(limited(-0.25))
    result = suite.run(limited(-0.5, limit="max_mean_logprob_drop=9"))
    shown = failure(result)
    assert shown.startswith(
        "mean_logprob_drop is 0.25, not <= 0.1 (0.15 too high, in nats/token)\n"
    )
    moved = "0.1 is the limit of the baseline, stricter than 9.0 here"
    assert f"\n{LIMIT}=0.1 on the completion\n{moved}\n" in shown
    assert sections(result)[-1].endswith(
        "\n\nmax_mean_logprob_drop of test_inner.py::test_it was 0.1 in the baseline and is\n"
        "9.0 now; 0.1, the stricter, was applied\n\n"
        "to accept what has changed: pytest --logprobs-baseline=update"
    )
    stricter = failure(suite.run(limited(-0.3, limit="max_mean_logprob_drop=0.01")))
    assert f"\n{LIMIT}=0.01 on the completion\n" in stricter


def test_each_completion_is_held_against_the_one_of_its_label(suite):
    """The failure names the label of the first that dropped too much."""
    tests = """
@limits(max_mean_logprob_drop=0.1)
def test_it(logprobs):
    logprobs(said({}), label="before")
    logprobs(said({}), label="after")
"""
    suite.store(tests.format(-0.1, -2))
    result = suite.run(tests.format(-0.1, -2.5))
    assert f"{LIMIT}=0.1 on the completion 'after'\nmean_logprob went from -2 " in failure(result)


def test_repeats_are_averaged_on_both_sides(suite):
    """The one that shows the drop most is shown."""
    tests = """
@limits(max_mean_logprob_drop={})
def test_it(logprobs):
    for each in {}:
        logprobs(said(each), label="a")
"""
    suite.store(tests.format(0.1, (-0.1, -0.3)))
    assert suite.run(tests.format(0.1, (-0.3, -0.3, -0.1, -0.5))).ret == 0
    shown = failure(suite.run(tests.format(0.05, (-0.2, -0.5, -0.2))))
    assert "mean_logprob went from -0.2 (baseline) to -0.3\n" in shown
    assert "#0 'Par' 60.7 %" in shown


def test_a_new_case_passes_and_fails_where_the_setting_says_so(suite):
    """Without a baseline there is nothing to drop from; it says how to store one."""
    result = suite.run(limited(-0.1))
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        ["limits of single cases (max_mean_logprob_drop): 1 new", "*test_inner.py::test_it"]
    )
    assert failure(suite.run(limited(-0.1), "--logprobs-new=fail")) == (
        f"{LIMIT}=0.1 on the completion cannot be judged\n"
        f"{NAME}: there is no such file, and no case test_inner.py::test_it; store it: "
        f"{command('test_it')}"
    )


def test_a_case_that_the_baseline_does_not_have_is_new(suite, monkeypatch):
    """On a server for continuous integration it fails without being told to."""
    suite.store(limited(-0.1))
    other = limited(-0.1).replace("test_it", "test_other")
    assert suite.run(limited(-0.1) + other).ret == 0
    monkeypatch.setenv("CI", "true")
    assert failure(suite.run(limited(-0.1) + other), "test_other") == (
        f"{LIMIT}=0.1 on the completion cannot be judged\n"
        f"{NAME}: it has no case test_inner.py::test_other; store it: {command('test_other')}"
    )


def test_another_model_is_not_compared(suite):
    """The failure says what differs, and how to take the new one for the yardstick."""
    suite.store(limited(-0.1, model="small"))
    assert failure(suite.run(limited(-0.1, model="large"))) == (
        f"{LIMIT}=0.1 on the completion cannot be judged\n"
        f"{NAME}: its case cannot be compared: model was small and is large\n"
        f"next: if that is meant, store it anew: {command('test_it')}"
    )


def test_other_parameters_under_the_same_id_are_not_compared(suite):
    """Pytest numbers what it cannot name, and the numbers stay when the order is another."""
    tests = "@pytest.mark.parametrize('city', [{}])\n@limits(max_mean_logprob_drop=0.1)\n"
    tests += "def test_it(logprobs, city):\n    logprobs(said(-0.1))\n"
    suite.store(tests.format("['Paris'], ['Lyon']"))
    result = suite.run(tests.format("['Lyon'], ['Paris']"))
    assert failure(result, "test_it[city0]") == (
        f"{LIMIT}=0.1 on the completion cannot be judged\n"
        f"{NAME}: its case cannot be compared: the parameters of this case changed: give the test "
        "`ids=`\nnext: if that is meant, store it anew: pytest 'test_inner.py::test_it[city0]' "
        "--logprobs-baseline=update"
    )


def test_an_average_that_is_not_known_cannot_be_judged(suite):
    """Neither of the answer nor of the stored case is it made up."""
    suite.store(limited(-0.1))
    shown = failure(suite.run(limited(-9999.0)))
    assert shown.startswith(
        f"{LIMIT}=0.1 on the completion cannot be judged\nmean_logprob: token 0 'Par' is not scored"
    )
    text = suite.baseline.read_text("utf-8").replace('"mean_logprob": -0.1, ', "")
    suite.baseline.write_text(text, "utf-8")
    assert failure(suite.run(limited(-0.1))).split("\n")[1] == (
        f"{NAME}: its case cannot be compared: mean_logprob is not known in the baseline"
    )


@pytest.mark.parametrize("mode", ["update", "off"])
def test_while_the_baseline_is_no_judge_the_limit_is_not_looked_at(suite, mode):
    """An update would else never take a drop over that is meant."""
    suite.store(limited(-0.1))
    assert suite.run(limited(-2), f"--logprobs-baseline={mode}").ret == 0


def test_none_lifts_the_limit(suite):
    """As it lifts every other."""
    suite.store(limited(-0.1))
    lifted = "pytestmark = limits(max_mean_logprob_drop=0.1)\n"
    lifted += limited(-2, limit="max_mean_logprob_drop=None")
    assert suite.run(lifted).ret == 0


@pytest.mark.parametrize("bound", ["nan", "-inf"])
def test_a_limit_that_is_not_finite_is_a_usage_error(suite, bound):
    """It stands in the baseline, where no such number can."""
    result = suite.run(limited(-0.1, limit=f"max_mean_logprob_drop=float({bound!r})"))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.stderr.str() == (
        "ERROR: test_inner.py::test_it: the limit max_mean_logprob_drop of the marker logprobs is "
        f"a finite number, or None to lift it, got {bound}\n"
    )


def test_a_limit_may_be_any_real_number(suite):
    """It is written as the float that it is; a negative one demands a gain."""
    suite.store(
        limited(-0.5, limit="max_mean_logprob_drop=__import__('fractions').Fraction(-1, 4)")
    )
    assert '"max_drop": -0.25' in suite.baseline.read_text("utf-8")
    assert suite.run(limited(-0.25, limit="max_mean_logprob_drop=-0.25")).ret == 0
    assert failure(suite.run(limited(-0.3, limit="max_mean_logprob_drop=-0.25"))).startswith(
        "mean_logprob_drop is -0.2, not <= -0.25 (0.05 too high, in nats/token)\n"
    )


def test_several_completions_have_labels(suite):
    """Else nobody knows which of the stored ones is theirs."""
    tests = "@limits(max_mean_logprob_drop=0.1)\ndef test_it(logprobs):\n"
    tests += "    logprobs(said(-0.1))\n    logprobs(said(-0.2), label='b')\n"
    assert failure(suite.run(tests)) == (
        "the limit max_mean_logprob_drop=0.1 needs each completion to have a label, where there "
        "are several: 1 of 2 have none\n"
        "next: logprobs(response, label='before'); those of the same label are repeats of one case"
    )


def test_a_limit_that_looked_at_nothing_does_not_hold(suite):
    """A test that measures nothing fails, whatever the baseline has."""
    result = suite.run("@limits(max_mean_logprob_drop=0.1)\ndef test_it():\n    pass\n")
    assert failure(result).startswith(
        "the marker logprobs limits max_mean_logprob_drop, but no completion was seen, so nothing "
        "was checked\n"
    )


def test_the_failure_of_the_test_goes_first(suite):
    """And so does every other limit."""
    suite.store(limited(-0.1))
    assert "assert False" in failure(suite.run(limited(-2) + "    assert False\n"))
    limits = "max_mean_logprob_drop=0.1, max_perplexity=1.5"
    assert failure(suite.run(limited(-2, limit=limits))).startswith("perplexity is 7.389, not <= ")


def test_where_the_answers_part_is_told_where_both_are_at_hand(suite):
    """A run file has the tokens; where the text is the same, it is the token that lost most."""
    suite.run(limited(-0.1, -0.2), "--logprobs-report=run.json")
    against = "--logprobs-against=run.json"
    assert "\nat token 1, after 'Par', 'is' 81.9 % became 'ade' 13.5 %\n" in failure(
        suite.run(limited(-0.1, -2, texts=("Par", "ade")), against)
    )
    assert "\nthe same text; at token 1, 'is' 81.9 % became 13.5 %\n" in failure(
        suite.run(limited(-0.1, -2), against)
    )


def test_the_group_of_xdist_is_no_part_of_a_case(suite):
    """A baseline is the same with and without ``--dist loadgroup``."""
    grouped = "@pytest.mark.xdist_group('slow')\n"
    suite.store(grouped + limited(-0.1), "-n", "1", "--dist", "loadgroup")
    assert '"test": "test_inner.py::test_it",' in suite.baseline.read_text("utf-8")
    assert (
        "mean_logprob went from -0.1 "
        in suite.run(grouped + limited(-2), "-n", "1", "--dist", "loadgroup").stdout.str()
    )


def test_a_damaged_baseline_is_told(suite):
    """No test passes because the yardstick cannot be read."""
    suite.baseline.write_text("{", "utf-8")
    result = suite.run(limited(-0.1))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"{NAME}:" in result.stderr.str()
