"""What of a recording is kept, after how the test ended: CONTRACT §4.

"What is kept: all that a passed test recorded, error answers included, except an answer that a
retry of the same request replaced. A test that fails with an ``AssertionError`` (a broken limit
included) keeps its answers too, and the file says ``"complete": false``, which ``once`` takes as
leave to go on recording. Any other end leaves the old file as it was and the new answers in a
scrubbed journal under ``.pytest_cache``, offered back at the next recording run."
"""

from __future__ import annotations

import pytest

FILE = "cassettes/test_it/test_it.json"
STOPS = """
@pytest.fixture
def broken_setup():
    yield ask("in setup")
    if END == "teardown error":
        raise RuntimeError
    if END == "teardown assertion":
        assert not END

@pytest.fixture
def reached(broken_setup):
    if END == "setup error":
        raise RuntimeError
    if END == "setup assertion":
        assert not END
    if END == "setup skip":
        pytest.skip("later")

@cassette
def test_it(reached):
    ask("in call")
    if END == "exception":
        raise RuntimeError
    if END == "skip":
        pytest.skip("later")
    if END == "fail":
        pytest.fail("so it is")
    if END == "exit":
        pytest.exit("enough")
    if END == "interrupt":
        raise KeyboardInterrupt
    if END == "system exit":
        raise SystemExit
"""
ENDS = {  # how a test stops → what it has been answered by then
    "exception": ["in setup", "in call"],
    "skip": ["in setup", "in call"],
    "fail": ["in setup", "in call"],
    "exit": ["in setup", "in call"],
    "interrupt": ["in setup", "in call"],
    "system exit": ["in setup", "in call"],
    "setup error": ["in setup"],
    "setup assertion": ["in setup"],
    "setup skip": ["in setup"],
    "teardown error": ["in setup", "in call"],
    "teardown assertion": ["in setup", "in call"],
}


@pytest.mark.parametrize("end", ENDS)
def test_any_other_end_leaves_the_answers_in_the_journal(project, end):
    """There is no file; the next recording run asks for nothing again, writes it and tidies up."""
    project.write(f"END = {end!r}\n{STOPS}")
    assert project.record("once") == ENDS[end]
    answers = [f"{prompt} {number}" for number, prompt in enumerate(ENDS[end], 1)]
    assert (project.files, project.journals) == ([], [answers])
    project.write(f"END = None\n{STOPS}")
    assert project.record("once") == ["in setup", "in call"][len(answers) :]
    assert project.cassette() == (True, ["in setup 1", "in call 2"])
    assert project.journals == []


@pytest.mark.parametrize("end", ENDS)
def test_any_other_end_leaves_the_old_file_as_it_was(project, end):
    """Byte for byte, also in a mode that records everything anew."""
    project.write(f"END = None\n{STOPS}")
    project.record("once")
    before = project.path().read_bytes()
    project.write(f"END = {end!r}\n{STOPS}")
    assert project.record("rewrite") == ENDS[end]
    assert (project.path().read_bytes(), project.files) == (before, [FILE])


ASSERTS = """
EXPECTED = "Hi 1"

@pytest.mark.logprobs(min_token_probability={limit})
@cassette
def test_it():
    assert ask("Hi") == {expected!r}
    assert ask("Bye") == "Bye 2"
"""


def test_an_assertion_error_keeps_the_answers(project):
    """The file says that it is not complete; ``once`` goes on, and completes it."""
    project.write(ASSERTS.format(limit=0, expected="Bonjour"))
    assert project.record("once") == ["Hi"]
    assert (project.cassette(), project.journals) == ((False, ["Hi 1"]), [])
    project.write(ASSERTS.format(limit=0, expected="Hi 1"))
    assert project.record("once") == ["Bye"]
    assert project.cassette() == (True, ["Hi 1", "Bye 2"])
    assert project.record("once") == []


def test_an_assertion_error_keeps_what_waits_for_a_later_part_of_the_test(project):
    """Who fails early asks for nothing again that was answered before another run broke off."""
    project.write(f"{ASSERTS.format(limit=0, expected='Hi 1')}    raise RuntimeError")
    assert project.record("once") == ["Hi", "Bye"]
    project.write(ASSERTS.format(limit=0, expected="Bonjour"))
    assert project.record("once") == []
    assert (project.cassette(), project.journals) == ((False, ["Hi 1"]), [["Hi 1", "Bye 2"]])
    project.write(ASSERTS.format(limit=0, expected="Hi 1"))
    assert project.record("once") == []
    assert (project.cassette(), project.journals) == ((True, ["Hi 1", "Bye 2"]), [])


def test_a_broken_limit_keeps_the_answers(project):
    """It is an ``AssertionError``; a file that only lacked a pass is completed by one."""
    project.write(ASSERTS.format(limit=0.9, expected="Hi 1"))
    assert project.record("once") == ["Hi", "Bye"]
    incomplete = project.path().read_text()
    assert project.cassette() == (False, ["Hi 1", "Bye 2"])
    project.write(ASSERTS.format(limit=0.5, expected="Hi 1"))
    assert project.record("once") == []
    completed = incomplete.replace('"complete": false', '"complete": true')
    but_checksum = [
        each.partition('"checksum"')[0] for each in (completed, project.path().read_text())
    ]
    assert but_checksum[0] == but_checksum[1]


def test_replaying_takes_an_incomplete_file_as_it_is(project):
    """In mode ``none`` nothing is recorded and nothing is written."""
    project.write(ASSERTS.format(limit=0.9, expected="Hi 1"))
    project.record("once")
    before = project.path().read_bytes()
    project.write(ASSERTS.format(limit=0, expected="Hi 1"))
    project.run().assert_outcomes(passed=1)
    assert project.path().read_bytes() == before


@pytest.mark.parametrize(
    "end", ["self.fail()", "self.assertEqual(1, 2)", "self.skipTest('')", "raise RuntimeError"]
)
def test_a_test_case_ends_like_any_test(project, end):
    """``TestCase.fail`` is an ``AssertionError``; its skip and its errors are other ends."""
    project.write(
        f"""
class TestIt(unittest.TestCase):
    @cassette
    def test_it(self):
        ask()
        {end}
"""
    )
    project.record("once")
    asserted = "fail" in end or "Equal" in end
    assert project.files == (["cassettes/test_it/TestIt.test_it.json"] if asserted else [])
    assert project.journals == ([] if asserted else [["Hi 1"]])
    if asserted:
        assert project.cassette("TestIt.test_it") == (False, ["Hi 1"])


@pytest.mark.parametrize("error", ["AssertionError", "RuntimeError"])
def test_an_expected_failure_is_kept_like_a_pass(project, error):
    """The test ended as it was meant to end."""
    project.write(f"@pytest.mark.xfail\n@cassette\ndef test_it():\n    ask()\n    raise {error}")
    project.run("--logprobs-record=once").assert_outcomes(xfailed=1)
    assert project.cassette() == (True, ["Hi 1"])


def test_a_pass_that_was_not_expected_is_another_end(project):
    """``xfail(strict=True)`` fails a test that passes."""
    project.write("@pytest.mark.xfail(strict=True)\n@cassette\ndef test_it():\n    ask()")
    project.run("--logprobs-record=once").assert_outcomes(failed=1)
    assert (project.files, project.journals) == ([], [["Hi 1"]])


FALLS_BACK = """
def attempt(prompt):
    try:
        return ask(prompt)
    except httpx.TransportError:
        return "nothing"

@cassette
def test_it():
    print("\\n=>", [attempt("Hi"), attempt("Bye")])
"""


def test_recording_anew_forgets_no_answer_to_what_is_asked_still(project):
    """The endpoint goes down, and the test passes: the answer that did not come stays the old."""
    project.write(FALLS_BACK)
    project.record("once")
    project.server.statuses = [200, 0]
    assert project.record("rewrite") == ["Hi", "Bye"]
    assert project.cassette() == (True, ["Hi 3", "Bye 2"])
    project.server.statuses = [200, 0]
    project.write(FALLS_BACK.replace('attempt("Bye")', 'attempt("Bye"), attempt("Bye")'))
    assert project.record("rewrite") == ["Hi", "Bye", "Bye"]
    project.write(FALLS_BACK.replace('attempt("Hi"), ', ""))
    assert project.record("rewrite") == ["Bye"]
    assert project.cassette() == (True, ["Bye 8"])


# Errors that the server answered


RETRIES = """
@cassette
def test_it():
    print("\\n=>", [ask("Hi"), ask("Hi"), ask("Bye")])
    {}
"""


@pytest.mark.parametrize(
    ("statuses", "kept"),
    [
        ([400, 500, 403], [400, 500, 403]),
        ([429, 200, 500], ["Hi 2", 500]),
        ([200, 500], ["Hi 1", 500, "Bye 3"]),
    ],
    ids=["errors", "a retry", "no retry"],
)
def test_errors_are_recorded_unless_a_retry_replaced_them(project, statuses, kept):
    """What a passed test was answered is replayed, without the failures before a success."""
    project.server.statuses = statuses
    project.write(RETRIES.format("pass"))
    project.record("once")
    assert project.cassette() == (True, kept)
    if len(kept) == 3:
        project.run("-s").stdout.fnmatch_lines([f"=> {kept}".replace("[", "[[]", 1)])


@pytest.mark.parametrize("end", ["assert False", "raise RuntimeError"])
def test_an_error_is_asked_for_again_by_a_run_that_goes_on(project, end):
    """Neither a journal nor a file that is not complete holds anybody to an error."""
    project.server.statuses = [200, 429, 503]
    project.write(RETRIES.format(end))
    assert project.record("once") == ["Hi", "Hi", "Bye"]
    project.write(RETRIES.format("pass"))
    assert project.record("once") == ["Hi", "Bye"]
    assert project.cassette() == (True, ["Hi 1", "Hi 4", "Bye 5"])
