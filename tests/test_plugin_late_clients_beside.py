"""Clients that are imported late, beside threads, reloads, pytester and others who use vcrpy."""

from __future__ import annotations

import pytest
from late_clients import HEAD, Suite
from vcr import VCR


@pytest.fixture
def suite(project):
    """Tests that use clients late."""
    return Suite(project)


def test_clients_that_threads_import(suite):
    """Each thread waits for nobody who waits for it."""
    tests = """
from concurrent.futures import ThreadPoolExecutor

@cassette
def test_it():
    with ThreadPoolExecutor() as threads:
        for asked in [threads.submit(each) for each in (httpx_asks, aiohttp_asks, requests_asks)]:
            asked.result(20)
"""
    assert suite.record(tests) == ["Hi"] * 3


def test_clients_that_threads_have_imported_in_one_moment(suite):
    """Where each of two is told of by its own thread, both are patched when these go on."""
    tests = """
import threading
from concurrent.futures import ThreadPoolExecutor

@cassette
def test_it(monkeypatch):
    from pytest_logprobs.cassettes._vcr import _clients
    both = threading.Barrier(2)

    def learn(names, real=_clients._learn):
        both.wait(20)
        real(names)

    monkeypatch.setattr(_clients, "_learn", learn)
    with ThreadPoolExecutor() as threads:
        for asked in [threads.submit(each) for each in (httpx_asks, aiohttp_asks)]:
            asked.result(40)
"""
    assert suite.record(tests) == ["Hi"] * 2


@pytest.mark.parametrize("client", ["httpx", "aiohttp", "requests"])
def test_a_suite_that_runs_pytest_in_its_own_process(suite, client):
    """What pytester forgets after each run is imported anew in the next, vcrpy or a client."""
    (suite.root / "conftest.py").write_text("pytest_plugins = ['pytester']\n")
    inner = f"{HEAD}\n@cassette\ndef test_it():\n    {client}_asks()\n"
    tests = f"""
import http.cookiejar  # requests looks for it in two places, and wants to find the same
import pytest_logprobs.cassettes

@pytest.mark.parametrize("first", ["", "import {client}"])
def test_it(pytester, first):
    assert "vcr" not in sys.modules and "{client}" not in sys.modules
    pytester.makepyfile(test_inner={inner!r} + first)
    pytester.inline_run("--logprobs-record=once").assertoutcome(passed=1)
    pytester.inline_run("--logprobs-record=none").assertoutcome(passed=1)

@cassette
def test_then():
    {client}_asks()

def test_once_more(pytester):
    pytester.makepyfile(test_inner={inner!r})
    pytester.inline_run("--logprobs-record=once").assertoutcome(passed=1)
"""
    assert (
        suite.run(tests, "-p", "no:recording", passed=4) == ["Hi"] * 4
    )  # that loads vcrpy as well


def test_a_client_that_is_imported_again(suite):
    """Its new classes are patched, and the old ones stay so."""
    tests = """
@cassette
def test_it():
    import httpx as before
    httpx_asks()
    for name in [each for each in sys.modules if each.partition(".")[0] == "httpx"]:
        del sys.modules[name]
    httpx_asks()
    assert before is not sys.modules["httpx"]
    assert before.post(os.environ["ASKED"], json=BODY).status_code == 200

@cassette
def test_reloaded():
    import httpx, importlib
    importlib.reload(httpx)
    httpx_asks()
"""
    assert suite.record(tests, passed=2) == ["Hi"] * 4


def test_a_client_that_is_imported_where_nobody_looks(suite):
    """A list of finders without ours hides a client for as long as a block takes, no longer."""
    tests = """
def test_before(monkeypatch):
    from pytest_logprobs.cassettes import patched_clients
    finders = list(sys.meta_path)
    with patched_clients(lambda: None):
        pass
    monkeypatch.setattr(sys, "meta_path", finders)
    import httpx

@cassette
def test_it():
    httpx_asks()
"""
    assert suite.record(tests, passed=2) == ["Hi"]


def test_vcrpy_that_another_plugin_imports_first(suite):
    """It knows all clients by then, and none is patched twice."""
    (suite.root / "conftest.py").write_text("import vcr\n")
    tests = "@cassette\ndef test_it():\n    aiohttp_asks()\n    httpx_asks()\n"
    assert suite.record(tests) == ["Hi"] * 2


@pytest.mark.parametrize("client", ["httpx", "aiohttp", "requests"])
@pytest.mark.parametrize("first", ["", "import {client}"])
def test_vcrpy_for_a_test_without_a_cassette_of_ours(suite, tmp_path, client, first):
    """Who uses vcrpy after us finds it whole."""
    tests = f"""
@cassette
def test_before():
    {first or "pass"}

def test_it():
    import vcr
    for _ in range(2):
        with vcr.use_cassette({str(tmp_path / "of_vcrpy.yaml")!r}) as played:
            {client}_asks()
    assert played.play_count == 1
"""
    assert suite.run(tests.replace("{client}", client), passed=2) == ["Hi"]


def test_everything_is_put_back(suite):
    """Clients that were imported inside of blocks are outside as they were."""
    tests = """
def test_it():
    from pytest_logprobs.cassettes import patched_clients

    def by_vcrpy():
        places = {aiohttp.ClientSession: "_request", httpx.HTTPTransport: "handle_request",
                  httpx2.AsyncHTTPTransport: "handle_async_request"}
        functions = [vars(owner)[name] for owner, name in places.items()]
        return [function.__globals__["__name__"].startswith("vcr.") for function in functions]

    with patched_clients(lambda: None):
        with patched_clients(lambda: None):
            import aiohttp, httpx, httpx2
            assert by_vcrpy() == [True] * 3
        assert by_vcrpy() == [True] * 3
    assert by_vcrpy() == [False] * 3
"""
    suite.run(tests)


@pytest.mark.skipif(not hasattr(VCR(), "skip_patchers"), reason="vcrpy 9.3 has it first")
def test_a_late_client_that_is_not_to_be_patched(suite):
    """A library that vcrpy is told to leave alone is asked for real, whenever it is imported."""
    (suite.root / "conftest.py").write_text(
        "def pytest_logprobs_configure_vcr(vcr):\n    vcr.skip_patchers = ['httpx', 'httplib']\n"
    )
    tests = "@cassette\ndef test_it():\n    httpx_asks()\n"
    assert suite.run(tests, record="none") == ["Hi"]
