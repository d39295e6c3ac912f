"""Clients that are imported late: vcrpy learns of them then, and nobody can ask past a cassette."""

from __future__ import annotations

import pytest
from late_clients import Suite

COMPANION = r"""
import socket
import httpx

class CurlTransport(httpx.BaseTransport):
    def handle_request(self, request):
        body = request.read()
        head = b"POST %b HTTP/1.0\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        with socket.create_connection((request.url.host, request.url.port)) as connection:
            connection.sendall(head % (request.url.raw_path, len(body)) + body)
            answer = b"".join(iter(lambda: connection.recv(4096), b""))
        return httpx.Response(200, content=answer.partition(b"\r\n\r\n")[2])

class AsyncCurlTransport(httpx.AsyncBaseTransport):
    pass
"""


@pytest.fixture
def suite(project):
    """Tests that use clients late."""
    return Suite(project)


def test_what_nobody_imports_is_not_imported(suite):
    """A suite on one client does not wait for the others."""
    tests = """
import httpx

@cassette
def test_it():
    httpx_asks()
    assert not {"aiohttp", "httpx2", "requests", "tornado"} & sys.modules.keys()
    assert "vcr" in sys.modules
"""
    assert suite.record(tests) == ["Hi"]


PLACES = {
    "in a fixture": """
@pytest.fixture
def client():
    return {client}_asks

@cassette
def test_it(client):
    client()
""",
    "in a test after one that has a cassette as well": """
@cassette
def test_before():
    pass

@cassette
def test_it():
    {client}_asks()
""",
    "between two tests, while the clients stay patched": """
@cassette
def test_before(request):
    class Between:
        def pytest_runtest_logfinish(self):
            import {client}
    request.config.pluginmanager.register(Between())

@cassette
def test_it():
    assert "{client}" in sys.modules
    {client}_asks()
""",
    "where no test has a cassette": """
@cassette
def test_before():
    pass

def test_between():
    import {client}

@cassette
def test_it():
    {client}_asks()
""",
    "in two tests, with one in between that has no cassette": """
@cassette
def test_before():
    import {client}

def test_between():
    pass

@cassette
def test_it():
    {client}_asks()
""",
}


@pytest.mark.parametrize("client", ["httpx", "aiohttp", "requests"])
@pytest.mark.parametrize("place", PLACES)
def test_where_a_client_is_imported_first(suite, client, place):
    """It is recorded once, and then replayed."""
    tests = PLACES[place].format(client=client)
    passed = tests.count("def test_")
    assert suite.record(tests, passed=passed) == ["Hi"]


def test_requests_derives_nothing_from_what_is_patched(suite):
    """Where a test imports it, its connections through SOCKS are urllib3's as ever."""
    (suite.root / "socks.py").write_text("")  # all that it needs of PySocks to be imported
    tests = """
@cassette
def test_it():
    requests_asks()
    from urllib3.contrib.socks import SOCKSConnection
    assert not [each for each in SOCKSConnection.mro() if each.__module__.startswith("vcr")]
"""
    assert suite.record(tests) == ["Hi"]


def test_a_client_that_imports_another(suite):
    """Both are patched, and a request through one of them and the other is recorded once."""
    (suite.root / "httpx_curl_cffi.py").write_text(COMPANION)
    tests = """
@cassette
def test_it():
    import httpx_curl_cffi, httpx
    with httpx.Client(transport=httpx_curl_cffi.CurlTransport()) as client:
        assert client.post(os.environ["ASKED"], json=BODY).status_code == 200
"""
    assert suite.record(tests) == ["Hi"]


def test_a_client_that_is_a_module_in_a_package(suite):
    """It is patched, before its package has it under its name."""
    package = suite.root / "pyreqwest" / "compatibility"
    package.mkdir(parents=True)
    for folder in (package.parent, package):
        (folder / "__init__.py").write_text("")
    source = COMPANION.replace("CurlTransport", "HttpxTransport")
    source = source.replace("class HttpxTransport", "class SyncHttpxTransport")
    (package / "httpx.py").write_text(source.replace("AsyncHttpx", "Httpx"))
    tests = """
@cassette
def test_it():
    from pyreqwest.compatibility.httpx import SyncHttpxTransport
    import httpx
    assert vars(SyncHttpxTransport)["handle_request"].__globals__["__name__"].startswith("vcr.")
    with httpx.Client(transport=SyncHttpxTransport()) as client:
        assert client.post(os.environ["ASKED"], json=BODY).status_code == 200
"""
    assert suite.record(tests) == ["Hi"]


@pytest.mark.parametrize("failing", ["aiohttp", "httpx_curl_cffi"])
def test_a_client_that_cannot_be_imported(suite, failing):
    """Its error is the test's to see, nothing is left of it, and what it imported is patched."""
    (suite.root / f"{failing}.py").write_text("import httpx\nraise ImportError('half of it')\n")
    tests = f"""
@cassette
def test_it():
    for _ in range(2):
        with pytest.raises(ImportError, match="^half of it$"):
            import {failing}
    assert "{failing}" not in sys.modules
    httpx_asks()
"""
    assert suite.record(tests) == ["Hi"]
