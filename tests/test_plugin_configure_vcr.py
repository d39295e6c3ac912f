"""The hook ``pytest_logprobs_configure_vcr``: CONTRACT §8, and what of it is heeded."""

from __future__ import annotations

import pytest
from vcr import VCR

from pytest_logprobs import LogprobsError
from pytest_logprobs.cassettes import configured

CLIENT = """
import http.client

class Connection(http.client.HTTPConnection):
    pass

def ask(url, prompt):
    import json
    host, path = url.removeprefix("http://").split("/", 1)
    connection = Connection(host)
    body = {"model": "m", "messages": [{"role": "user", "content": prompt}]}
    connection.request("POST", f"/{path}", json.dumps(body))
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer["choices"][0]["message"]["content"]
"""
"""A client that vcrpy does not know: it took the class of connections when it was imported."""

ASKING = """
import client

@cassette
def test_it():
    assert client.ask(os.environ["ASKED"], "Hi") == "Hi 1"

@cassette
def test_httpx():
    assert ask("Ho") == "Ho 2"
"""

PATCHED = """
import client
from vcr.stubs import VCRHTTPConnection

class Stub(VCRHTTPConnection):
    _baseclass = client.Connection

def pytest_logprobs_configure_vcr(config, vcr):
    print("configured", config.rootpath.name)
    vcr.custom_patches = [(client, "Connection", Stub)]
"""


def test_a_client_of_ones_own(project, monkeypatch):
    """What is patched by the project is recorded and replayed; the hook is called once in a run."""
    (project.root / "client.py").write_text(CLIENT)
    (project.root / "conftest.py").write_text(PATCHED)
    monkeypatch.syspath_prepend(project.root)
    project.write(
        f"{ASKING}\ndef test_between():\n    pass\n\n@cassette\ndef test_after():\n    pass"
    )
    assert project.record("once") == ["Hi", "Ho"]
    assert project.cassette() == (True, ["Hi 1"])
    result = project.run("-s")
    result.assert_outcomes(passed=4)
    assert project.server.asked == ["Hi", "Ho"]
    assert result.stdout.str().count(f"configured {project.root.name}") == 1


@pytest.mark.parametrize(
    "setting",
    [
        "ignore_localhost = True",
        "ignore_hosts = ['127.0.0.1']",
        "ignore_hosts = [__import__('re').compile('127.*')]",
    ],
    ids=["localhost", "name", "pattern"],
)
def test_hosts_that_are_ignored(project, setting):
    """Their requests are asked for real, in every mode; nothing is recorded."""
    (project.root / "conftest.py").write_text(
        f"def pytest_logprobs_configure_vcr(vcr):\n    vcr.{setting}\n"
    )
    project.write(
        """
@cassette
def test_it(logprobs):
    answer = ask()
    assert answer.startswith("Hi")
    assert logprobs.completions == ()
"""
    )
    assert project.record("once") == ["Hi"]
    assert project.files == []
    assert project.record("none") == ["Hi"]
    project.run().assert_outcomes(passed=1)


def test_an_ignored_host_that_is_not_here(project):
    """The guard stands where a request is ignored."""
    (project.root / "conftest.py").write_text(
        "def pytest_logprobs_configure_vcr(vcr):\n    vcr.ignore_hosts = ['api.invalid']\n"
    )
    project.write('@cassette\ndef test_it():\n    httpx.get("http://api.invalid:81/")')
    result = project.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*test_it connects to api.invalid:81, past its cassette, *"])


NOT_HEEDED = (
    "pytest_logprobs_configure_vcr sets {} of the VCR, which a cassette of pytest-logprobs does "
    "not heed; it heeds custom_patches, ignore_hosts, ignore_localhost{}. What is kept of a "
    "request is said by pytest_logprobs_scrub, how requests match by logprobs_ignore, when to "
    "record by --logprobs-record"
).format


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("filter_headers", ["authorization"]),
        ("before_record_request", print),
        ("match_on", ["uri"]),
        ("record_mode", "all"),
        ("matchers", {}),
        ("no_such_option", True),
    ],
)
def test_what_is_not_heeded(name, value):
    """Nobody is to believe that a filter of vcrpy's hides anything here."""
    with pytest.raises(LogprobsError) as error:
        configured(lambda vcr: setattr(vcr, name, value))
    skips = ", skip_patchers" if hasattr(VCR(), "skip_patchers") else ""
    assert str(error.value) == NOT_HEEDED(name, skips)


@pytest.mark.parametrize("hosts", ["api.invalid", None, [b"api.invalid"]])
def test_hosts_that_are_none(hosts):
    """A text would be taken for the hosts that its letters are, and nothing be ignored."""
    with pytest.raises(LogprobsError) as error:
        configured(lambda vcr: setattr(vcr, "ignore_hosts", hosts))
    assert str(error.value) == (
        f"pytest_logprobs_configure_vcr sets ignore_hosts of the VCR to {hosts!r}; expected a list "
        f'of names or compiled patterns, such as ["api.example"]'
    )


def test_methods_that_are_not_heeded():
    """What a method changes is seen as well."""
    with pytest.raises(LogprobsError, match=r"^pytest_logprobs_configure_vcr sets matchers of "):
        configured(lambda vcr: vcr.register_matcher("mine", print))


def test_what_is_not_heeded_fails_the_test(project):
    """It is told in the test's own failure, and nothing is asked."""
    (project.root / "conftest.py").write_text(
        "def pytest_logprobs_configure_vcr(vcr):\n    vcr.filter_headers = ['x']\n"
    )
    project.write("@cassette\ndef test_it():\n    ask()")
    result = project.run("--logprobs-record=once")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["pytest_logprobs_configure_vcr sets filter_headers of the VCR, *"])
    assert project.server.asked == []


@pytest.mark.skipif(not hasattr(VCR(), "skip_patchers"), reason="vcrpy 9.3 has it first")
def test_a_client_that_is_not_patched(project):
    """A library that vcrpy is told to leave alone is asked for real."""
    (project.root / "conftest.py").write_text(
        "def pytest_logprobs_configure_vcr(vcr):\n    vcr.skip_patchers = ['httpx', 'httplib']\n"
    )
    project.write("@cassette\ndef test_it():\n    ask()")
    assert project.record("none") == ["Hi"]
