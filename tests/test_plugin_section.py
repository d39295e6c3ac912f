"""The section ``logprobs`` of a failed report, and who gets to see it in which form."""

from __future__ import annotations

from xml.dom import minidom

import pytest
from terminal import sections

HEAT = "⟦Ham|42⟧let⟦ is|28⟧⟦ the|24⟧⟦ play|7⟧⟦ written|66⟧ by⟦ William|84⟧ Shakespeare⟦.|69⟧"
RED, YELLOW, PURPLE, END = "\x1b[31m", "\x1b[33m", "\x1b[35m", "\x1b[0m"
COLOURED = (
    f"{RED}⟦Ham|42⟧{END}let{RED}⟦ is|28⟧{END}{RED}⟦ the|24⟧{END}{RED}⟦ play|7⟧{END}"
    f"{YELLOW}⟦ written|66⟧{END} by{YELLOW}⟦ William|84⟧{END} Shakespeare{YELLOW}⟦.|69⟧{END}"
)
BROKEN = """
def test_it():
    assert HAMLET.min_probability >= 0.9
"""
SEEN = """
    def pytest_runtest_logreport(report):
        for name, text in report.sections:
            print(ascii((report.when, name, text)))

    def pytest_unconfigure(config):
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        for report in reporter.getreports("failed") if reporter else ():
            print(ascii(("end", *report.sections[0])))
"""


def test_the_terminal_that_has_colour_shows_it(run_tests):
    """The heat map is coloured where the terminal has colour; nothing else changes."""
    plain = run_tests(BROKEN, "--color=no")
    coloured = run_tests(BROKEN, "--color=yes")
    assert HEAT in plain.outlines
    assert "\x1b" not in plain.stdout.str()
    assert COLOURED in coloured.outlines
    assert _table(coloured) == _table(plain)


def _table(result):
    """Return the rows of the table of tokens."""
    return [line for line in result.outlines if line[:5].strip().isdigit()]


def test_the_sections_of_others_are_left_alone(run_tests):
    """What the test printed is no heat map, whatever it looks like."""
    result = run_tests(
        """
def test_it():
    print("⟦printed|7⟧")
    raise RuntimeError
""",
        "--color=yes",
    )
    assert "⟦printed|7⟧" in result.outlines


def test_what_is_not_known_is_purple(run_tests):
    """A token without a probability has a colour of its own."""
    result = run_tests(
        """
def test_it():
    first = Token("A", -9999.0, extent=(0, 1))
    span = Span([first, Token("B", -2.0, index=1, extent=(1, 2))], source="AB")
    assert_no_uncertain_span(span.scored(), 0.5)

def test_list():
    token = Token("A", -9999.0, alternatives=[Alternative("B", -0.1)])
    assert_required_alternatives(token, "C")
""",
        "--color=yes",
    )
    result.assert_outcomes(failed=2)
    assert f"{PURPLE}⟦A|?⟧{END}" in result.outlines


def test_nobody_but_the_terminal_gets_colour(run_tests, pytester):
    """Reports, and what is made from them, hold plain text whatever the terminal has."""
    pytester.makeconftest(SEEN)
    junit = ("--junitxml=report.xml", "-o", "junit_logging=all")
    result = run_tests(BROKEN, "--color=yes", "-s", *junit)
    seen, left = [line for line in result.outlines if "', 'logprobs', " in line]
    assert ascii(HEAT)[1:-1] in seen
    assert left.partition("logprobs")[2] == seen.partition("logprobs")[2]
    (failure,) = _junit(pytester, "failure")
    assert failure.getAttribute("message").startswith("AssertionError: assert min_probability is")
    assert "#x1B" not in (pytester.path / "report.xml").read_text("utf-8")


def _junit(pytester, tag):
    """Return the elements of the report with a tag; it is refused where it is no valid XML."""
    report = (pytester.path / "report.xml").read_bytes()
    return minidom.parseString(report).getElementsByTagName(tag)  # noqa: S318 - our own


HOSTILE = r"""
TEXT = "\x1b[31mred\x1b]0;title\x07\x00\u202e\ud800 ⟦x|99⟧\r\n"
SPAN = Span([Token(TEXT, -3.0, alternatives=[Alternative(TEXT + "2", -4.0)])])

def test_plain():
    assert SPAN.min_probability >= 0.9

def test_helper():
    assert_required_alternatives(SPAN, TEXT + "3")

@limits(min_token_probability=0.9)
def test_marker(logprobs):
    logprobs(Completion(TEXT, SPAN), label=TEXT)
"""


def test_a_text_sends_no_command_to_the_terminal(run_tests, pytester):
    """Escapes, control characters and lone surrogates of a text are shown, not obeyed."""
    result = run_tests(HOSTILE, "--color=no", "--junitxml=report.xml", "--show-capture=all")
    result.assert_outcomes(failed=3)
    shown = result.stdout.str()
    assert [character for character in "\x1b\x07\x00\u202e\ud800\r" if character in shown] == []
    assert r"⟦\x1b[31mred\x1b]0;title\x07\x00\u202e\ud800 " in shown
    names = [test.getAttribute("name") for test in _junit(pytester, "testcase")]
    assert names == ["test_plain", "test_helper", "test_marker"]


PHASES = """
@pytest.fixture
def before():
    assert HAMLET.min_probability >= 0.9

@pytest.fixture
def after():
    yield
    assert_min_token_probability(HAMLET, 0.9)

def test_setup(before):
    pass

def test_teardown(after):
    pass
"""


def test_a_failure_in_setup_or_teardown_has_its_section(run_tests):
    """Fixtures assert as tests do."""
    result = run_tests(PHASES, "--color=yes")
    result.assert_outcomes(passed=1, errors=2)
    assert [section.split("\n")[2] for section in sections(result)] == [COLOURED, COLOURED]


UNIT = """
class TestUnit(unittest.TestCase):
    def test_plain(self):
        assert HAMLET.min_probability >= 0.9

    def test_helper(self):
        assert_min_token_probability(HAMLET, 0.9)
"""


def test_a_test_case_has_sections_and_says_nothing_twice(run_tests):
    """A ``TestCase`` keeps its failure for itself until the report is made."""
    result = run_tests(UNIT)
    result.assert_outcomes(failed=2)
    assert [section.split("\n")[2] for section in sections(result)] == [HEAT, HEAT]
    assert result.outlines.count(HEAT) == 2


SUBTESTS = """
class TestUnit(unittest.TestCase):
    def test_it(self):
        for bound in (0.7, 0.8):
            with self.subTest(bound=bound):
                assert HAMLET.min_probability >= bound

def test_it(subtests):
    for bound in (0.9, 1.0):
        with subtests.test(bound=bound):
            assert HAMLET.min_probability >= bound
"""


@pytest.mark.skipif(pytest.version_tuple < (9,), reason="pytest has subtests from 9.0 on")
def test_each_subtest_has_its_own_section(run_tests):
    """A subtest that fails shows what it compared, and not what another one did."""
    result = run_tests(SUBTESTS)
    assert [section.split(" (")[0] for section in sections(result)] == [
        f"min_probability is 0.07235, not >= {bound}" for bound in (0.7, 0.8, 0.9, 1)
    ]


def test_an_expected_failure_has_its_section_too(run_tests):
    """``--xfail-tb`` shows expected failures: the section is there, in colour."""
    result = run_tests(f"@pytest.mark.xfail\n{BROKEN.strip()}", "--xfail-tb", "--color=yes")
    result.assert_outcomes(xfailed=1)
    assert COLOURED in result.outlines


def test_a_skip_has_no_section(run_tests, pytester):
    """A comparison that failed, and was caught, is not shown by a skip."""
    pytester.makeconftest(SEEN)
    result = run_tests(
        """
def test_plain():
    try:
        assert HAMLET.min_probability >= 0.9
    except AssertionError:
        pytest.skip("unsure")

def test_helper():
    try:
        assert_min_token_probability(HAMLET, 0.9)
    except AssertionError:
        pytest.skip("unsure")
""",
        "-s",
    )
    result.assert_outcomes(skipped=2)
    assert "('call', 'logprobs'" not in result.stdout.str()


REPLACED = """
    import pytest
    from _pytest.terminal import TerminalReporter

    class Another(TerminalReporter):
        pass

    @pytest.hookimpl(trylast=True)
    def pytest_configure(config):
        config.pluginmanager.unregister(name="terminalreporter")
        config.pluginmanager.register(Another(config), "terminalreporter")
"""


def test_another_terminal_reporter_shows_it_as_well(run_tests, pytester):
    """A plugin may put its own reporter in the place of pytest's."""
    pytester.makeconftest(REPLACED)
    result = run_tests(BROKEN, "--color=yes")
    result.assert_outcomes(failed=1)
    assert COLOURED in result.outlines


def test_a_run_without_a_terminal_reporter_fails_as_any_other(run_tests, pytester):
    """With ``-p no:terminal`` nothing is shown, and the reports are the same."""
    pytester.makeconftest(SEEN)
    helper = "def test_it():\n    assert_min_token_probability(HAMLET, 0.9)"
    result = run_tests(helper, "-p", "no:terminal", "-s")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert [line[:20] for line in result.outlines] == ["('call', 'logprobs',"]
