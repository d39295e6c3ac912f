"""A suite on the marker ``vcr`` gets cassettes of ours by ``logprobs_vcr_marker = true``.

Stand-ins have the names, options and fixtures of pytest-recording and pytest-vcr; `make neighbours`
runs the same with these themselves.
"""

from __future__ import annotations

import pytest
import yaml  # noqa: F401 - it cannot be loaded twice, which is what pytester would have it be

MARKED = "@pytest.mark.vcr\ndef test_it():\n    assert ask()"
STANDING_IN = """
import pytest

class Stand:
    def pytest_addoption(self, parser):
        for option in {options}:
            action = "store" if "record" in option.split("-") else "store_true"
            parser.addoption(option, action=action, default=None)

    def pytest_configure(self, config):
        config.addinivalue_line("markers", "vcr: a marker of the stand-in")

    @pytest.fixture(autouse=True)
    def {fixture}(self, request):
        if request.node.get_closest_marker("vcr") and not request.config.getoption(
            "--disable-recording", None
        ):
            pytest.fail("a second cassette was opened")

    @pytest.fixture
    def vcr_cassette(self):
        pytest.fail("a second cassette was opened")

def pytest_configure(config): ...

def pytest_addoption(parser, pluginmanager):
    pluginmanager.register(Stand(), "{name}")
"""
PLUGINS = {
    "recording": ("vcr", ["--record-mode", "--disable-recording"]),
    "vcr": ("_vcr_marker", ["--vcr-record", "--vcr-record-mode", "--disable-vcr"]),
}


@pytest.fixture(autouse=True)
def without(monkeypatch):
    """The plugins themselves are not loaded, where they are installed."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


@pytest.fixture
def adopting(project, pytester):
    """Write tests into a project that says the one line, beside a stand-in for a ``plugin``."""

    def write(tests, plugin=None, *, line="logprobs_vcr_marker = true"):
        project.write(tests)
        loaded = "-p logprobs -p standing_in" if plugin else "-p logprobs"
        pytester.makeini(f"[pytest]\naddopts = --strict-markers {loaded}\n{line}\n")
        if plugin:
            fixture, options = PLUGINS[plugin]
            text = STANDING_IN.format(fixture=fixture, options=options, name=plugin)
            pytester.makepyfile(standing_in=text)
            pytester.syspathinsert()
        return project

    return write


def usage_error(project, *arguments):
    """Return the one line of a run that ends with a usage error."""
    result = project.run(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    (line,) = [line for line in result.errlines if line]
    return line.removeprefix("ERROR: ")


@pytest.mark.parametrize("plugin", [None, *PLUGINS])
def test_a_marked_test_has_a_cassette_of_ours(adopting, plugin):
    """The other plugin opens none beside it; its marker is known even where it is not installed."""
    project = adopting(MARKED, plugin)
    assert project.record("once") == ["Hi"]
    assert project.names == ["test_it/test_it"]
    project.run().assert_outcomes(passed=1)
    assert len(project.server.asked) == 1


@pytest.mark.parametrize("plugin", PLUGINS)
def test_tests_without_the_marker_are_left_alone(adopting, plugin):
    """They have neither cassette."""
    project = adopting("def test_it():\n    assert ask()", plugin)
    project.run().assert_outcomes(passed=1)
    assert project.server.asked == ["Hi"]
    assert project.files == []


def test_without_the_line_the_marker_is_nobodys(adopting):
    """Another plugin may have one of that name; only theirs would open a second cassette."""
    project = adopting(f"pytestmark = cassette\n{MARKED}", line="markers = vcr: of somebody")
    project.record("once")
    project.run().assert_outcomes(passed=1)


@pytest.mark.parametrize("plugin", PLUGINS)
def test_two_cassettes_for_one_test(adopting, plugin):
    """Without the line, a test that has both is a usage error before any test runs."""
    project = adopting(f"pytestmark = cassette\n{MARKED}", plugin, line="")
    assert usage_error(project) == (
        "test_it.py::test_it: both the marker vcr and logprobs_cassette give it a cassette, and "
        "one alone can answer: remove one of them, or set logprobs_vcr_marker = true for all tests"
    )


def test_two_markers_are_one_cassette(adopting):
    """With the line, what the marker of ours says holds."""
    project = adopting(
        "@pytest.mark.vcr(record_mode='none')\n"
        "@pytest.mark.logprobs_cassette(name='one', record='once')\ndef test_it():\n    ask()"
    )
    project.run().assert_outcomes(passed=1)
    assert project.names == ["test_it/one"]


@pytest.mark.parametrize(
    ("said", "asked"),
    [("record_mode='once'", 1), ("record_mode='none'", 0), ("match_on=['uri'], record_mode=3", 0)],
)
def test_what_the_marker_says(adopting, said, asked):
    """How to record holds; the rest is how vcrpy matches and filters, which ours does not need."""
    project = adopting(MARKED.replace("vcr", f"vcr({said})"))
    project.run().assert_outcomes(passed=asked, failed=1 - asked)
    assert len(project.server.asked) == asked


def test_other_cassettes(adopting):
    """The marker may name some, which is a usage error."""
    project = adopting(MARKED.replace("vcr", "vcr('a.yaml', 'b.yaml')"))
    assert usage_error(project) == (
        "test_it.py::test_it: the marker vcr names other cassettes ('a.yaml', 'b.yaml'), and a "
        "cassette of pytest-logprobs is one file; share it by logprobs_cassette(name=...)"
    )


def test_the_fixture_of_pytest_vcr(adopting):
    """It would open a second cassette, which is a usage error."""
    project = adopting(MARKED.replace("test_it()", "test_it(vcr_cassette)"), "vcr")
    assert usage_error(project) == (
        "test_it.py::test_it: the fixture vcr_cassette opens a cassette of pytest-vcr beside the "
        "test's own; ask for logprobs_cassette"
    )


@pytest.mark.parametrize(
    ("plugin", "option", "mode"),
    [
        ("recording", "--record-mode=rewrite", "rewrite"),
        ("recording", "--disable-recording", "off"),
        ("vcr", "--vcr-record=once", "once"),
        ("vcr", "--vcr-record-mode=all", "all"),
        ("vcr", "--disable-vcr", "off"),
    ],
)
def test_their_options(adopting, plugin, option, mode):
    """They would do nothing, which is a usage error that says what to give instead."""
    assert usage_error(adopting(MARKED, plugin), option) == (
        f"{option} records nothing: with logprobs_vcr_marker = true the cassettes are of "
        f"pytest-logprobs; say --logprobs-record={mode}"
    )


def test_a_wrong_value(adopting):
    """It is a usage error as for any setting."""
    project = adopting(MARKED, line="logprobs_vcr_marker = perhaps")
    assert usage_error(project) == (
        "logprobs_vcr_marker in the configuration takes true or false (default: false); invalid "
        "truth value 'perhaps'"
    )
