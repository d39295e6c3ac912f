"""A client that is imported for the first time inside a test is recorded and replayed."""

from __future__ import annotations

import pytest

CLIENTS = {
    "httpx": """import httpx
    assert httpx.post(os.environ['ASKED'], json=BODY).status_code == 200""",
    "requests": (
        "import requests\n"
        "    assert requests.post(os.environ['ASKED'], json=BODY, timeout=9).status_code == 200"
    ),
    "aiohttp": """import aiohttp, asyncio
    async def ask():
        async with aiohttp.ClientSession() as session:
            async with session.post(os.environ['ASKED'], json=BODY) as response:
                return response.status
    assert asyncio.run(ask()) == 200""",
    "http.client": """import http.client
    connection = http.client.HTTPConnection(os.environ['ASKED'].split('/')[2])
    connection.request('POST', '/v1/chat/completions', __import__('json').dumps(BODY))
    assert connection.getresponse().status == 200
    connection.close()""",
}


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_that_the_test_imports(project, client):
    """In a process of its own, where nothing has imported it before."""
    (project.root / "test_it.py").write_text(
        "import os\nimport pytest\n\nBODY = "
        '{"model": "m", "messages": [{"role": "user", "content": "Hi"}]}\n\n'
        f"@pytest.mark.logprobs_cassette\ndef test_it():\n    {CLIENTS[client]}\n"
    )
    recorded = project.run("--logprobs-record=once", subprocess=True)
    recorded.assert_outcomes(passed=1)
    assert project.cassette() == (True, ["Hi 1"])
    project.run(subprocess=True).assert_outcomes(passed=1)
    assert project.server.asked == ["Hi"]
