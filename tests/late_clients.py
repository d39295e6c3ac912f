"""Suites whose tests import clients late, each run in a process of its own."""

from __future__ import annotations

import json

HEAD = """
import asyncio, os, sys
import pytest

BODY = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
cassette = pytest.mark.logprobs_cassette

def httpx_asks():
    import httpx
    assert httpx.post(os.environ["ASKED"], json=BODY).status_code == 200

def aiohttp_asks():
    import aiohttp

    async def ask():
        async with aiohttp.ClientSession() as session:
            async with session.post(os.environ["ASKED"], json=BODY) as response:
                return response.status

    assert asyncio.run(ask()) == 200

def requests_asks():
    import requests
    assert requests.post(os.environ["ASKED"], json=BODY, timeout=9).status_code == 200
"""


class Suite:
    """A project whose tests ask its server."""

    def __init__(self, project):
        self.root = project.root
        self._project = project

    def run(self, tests, *arguments, record="once", **outcomes):
        """Run tests; return what the server was asked meanwhile."""
        (self.root / "test_it.py").write_text(HEAD + tests)
        before = len(self._project.server.asked)
        arguments = ("-p", "no:cacheprovider", f"--logprobs-record={record}", *arguments)
        ran = self._project.run(*arguments, subprocess=True)
        ran.assert_outcomes(**(outcomes or {"passed": 1}))
        return self._project.server.asked[before:]

    def record(self, tests, **outcomes):
        """Run tests, and see that all was recorded; return what the server was asked."""
        asked = self.run(tests, **outcomes)
        recorded = [json.loads((self.root / file).read_text()) for file in self._project.files]
        assert sum(len(each["interactions"]) for each in recorded) == len(asked)
        return asked
