"""A request that nothing answers fails the test, whatever the code under test makes of it."""

from __future__ import annotations

from xml.dom import minidom

import pytest
from terminal import explanations, failures

CODE = {
    "plain": "ask()",
    "except Exception": """
    try:
        ask()
    except Exception:
        pass
""",
    "bare except": """
    try:
        ask()
    except:
        pass
""",
    "pytest.raises": """
    with pytest.raises(BaseException):
        ask()
""",
    "another error": """
    try:
        ask()
    except BaseException as error:
        raise RuntimeError("the app failed") from error
""",
    "another failure": """
    try:
        ask()
    except BaseException:
        assert "own" == "failure"
""",
    "skip": """
    try:
        ask()
    except BaseException:
        pytest.skip("the app is not there")
""",
    "pool": """
    with ThreadPoolExecutor() as pool:
        pool.submit(ask)
""",
    "gather": """
    async def call():
        async with httpx.AsyncClient() as client:
            await client.post(f"{URL}/chat/completions", json={"model": "m"})
    async def main():
        await asyncio.gather(call(), call(), return_exceptions=True)
    asyncio.run(main())
""",
    "task": """
    async def call():
        async with httpx.AsyncClient() as client:
            await client.post(f"{URL}/chat/completions", json={"model": "m"})
    async def main():
        task = asyncio.create_task(call())
        await asyncio.sleep(0.1)
        assert task.done()
    asyncio.run(main())
""",
    "requests": """
    try:
        requests.post(f"{URL}/chat/completions", json={"model": "m"})
    except Exception:
        pass
""",
}


@pytest.mark.parametrize("code", CODE.values(), ids=CODE)
def test_whatever_the_code_does_with_it(suite, code):
    """The test "fails in its call phase with the first miss", and with nothing else."""
    suite.write(f"def test_it(logprobs_cassette):\n    {code}\n")
    before = len(suite.wire.asked)
    result = suite.run("-rA")
    result.assert_outcomes(failed=1)
    assert failures(result)["test_it"].startswith(
        f"no recording answers POST {suite.wire.url}/chat"
    )
    assert len(suite.wire.asked) == before


def test_in_a_thread(suite):
    """A thread that dies of it says so on its own; the test fails with the miss."""
    suite.write(
        """
def test_it():
    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
"""
    )
    for arguments in ((), ("-W", "error")):
        result = suite.run(*arguments)
        assert result.parseoutcomes()["failed"] == 1
        assert failures(result)["test_it"].startswith("no recording answers POST ")


def test_several_kinds_of_tests(suite):
    """A ``TestCase`` and its asynchronous sister fail with the miss like a function."""
    suite.write(
        """
class TestUnit(unittest.TestCase):
    def test_plain(self):
        ask()

    def test_swallowed(self):
        try:
            ask()
        except:
            pass

    def test_expected(self):
        with self.assertRaises(BaseException):
            ask()

class TestAsync(unittest.IsolatedAsyncioTestCase):
    async def test_it(self):
        async with httpx.AsyncClient() as client:
            await client.post(f"{URL}/chat/completions", json={"model": "m"})
"""
    )
    result = suite.run()
    result.assert_outcomes(failed=4)
    for text in failures(result).values():
        assert text.startswith("no recording answers POST ")


def test_in_set_up_and_tear_down(suite):
    """A fixture of the test that asks is an error of its phase; swallowed, it fails the call."""
    suite.write(
        """
@pytest.fixture
def before():
    ask()

@pytest.fixture
def after():
    yield
    ask()

@pytest.fixture
def swallowed_before():
    try:
        ask()
    except BaseException:
        pass

@pytest.fixture
def swallowed_after():
    yield
    try:
        ask()
    except BaseException:
        pass

def test_before(before): pass
def test_after(after): pass
def test_swallowed_before(swallowed_before): pass
def test_swallowed_after(swallowed_after): pass
"""
    )
    result = suite.run()
    result.assert_outcomes(passed=2, failed=1, errors=3)
    shown = [line for line in result.outlines if line.startswith(("ERROR ", "FAILED "))]
    assert [line.split(" - ")[0] for line in shown] == [
        "FAILED test_inner.py::test_swallowed_before",
        "ERROR test_inner.py::test_before",
        "ERROR test_inner.py::test_after",
        "ERROR test_inner.py::test_swallowed_after",
    ]
    assert result.stdout.str().count("no recording answers POST ") == 4


def test_a_miss_is_told_once(suite):
    """It fails its own test in one phase, and not the next test."""
    suite.write(
        """
def test_first():
    ask("one")

def test_second():
    pass
"""
    )
    result = suite.run()
    result.assert_outcomes(passed=1, failed=1)


RETRYING = """
from pathlib import Path

QUESTION = {{"model": "m", "messages": [{{"role": "user", "content": "Hi"}}]}}

def test_it(logprobs_cassette):
    client = {client}(base_url=URL, api_key="placeholder", max_retries=2)
    try:
        {call}
    except Exception:
        Path("swallowed").touch()
    finally:
        Path("seen").write_text(str(len(logprobs_cassette.misses)))
"""


@pytest.mark.parametrize(
    ("client", "call"),
    [
        ("OpenAI", "client.chat.completions.create(**QUESTION)"),
        ("OpenAI", "client.chat.completions.create(**QUESTION, stream=True)"),
        ("AsyncOpenAI", "asyncio.run(client.chat.completions.create(**QUESTION))"),
    ],
    ids=["sync", "stream", "async"],
)
def test_no_client_retries(suite, client, call):
    """OpenAI's client asks three times where it sees an ``Exception``; this it lets through."""
    suite.write(RETRYING.format(client=client, call=call))
    result = suite.run()
    result.assert_outcomes(failed=1)
    assert (suite.pytester.path / "seen").read_text("utf-8") == "1"
    assert not (suite.pytester.path / "swallowed").exists()


def test_no_line_of_ours_is_shown(suite):
    """The failure is the explanation, without a traceback through clients and plugin."""
    suite.write("def test_it():\n    ask()\n")
    result = suite.run("--tb=long", "--junitxml=report.xml")
    shown = result.stdout.str()
    assert explanations(result) == []
    assert [each for each in ("pytest_logprobs/", "vcr/", "httpx/", ">   ") if each in shown] == []
    report = (suite.pytester.path / "report.xml").read_bytes()
    (failure,) = minidom.parseString(report).getElementsByTagName("failure")  # noqa: S318 - our own
    message = failure.getAttribute("message")
    assert message.split("\n")[0].endswith(
        f"no recording answers POST {suite.wire.url}/chat/completions (m)"
    )
    assert failure.firstChild.data == failures(result)["test_it"]
