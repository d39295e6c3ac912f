"""The hook ``pytest_logprobs_parse``: a project's own wire format."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from terminal import failures

from pytest_logprobs._own_formats import OWN_FORMATS

CONFTEST = """
from pytest_logprobs import parse

def pytest_logprobs_parse(payload):
    if not isinstance(payload, dict) or "said" not in payload:
        return None
    content = [{"token": text, "logprob": score} for text, score in payload["said"]]
    message = {"content": "".join(text for text, _ in payload["said"])}
    choice = {"message": message, "logprobs": {"content": content}}
    return parse({"choices": [choice]}, format="openai-chat")
"""
TESTS = """
import pytest
from pytest_logprobs import UnknownFormatError, parse, parse_all

SAID = {"said": [["Par", -0.5], ["is", -0.25]]}

def test_it(logprobs):
    completion = parse(SAID)
    assert (completion.text, completion.total_logprob) == ("Paris", -0.75)
    assert logprobs(SAID) == completion
"""


def passed(pytester, tests=TESTS, *arguments, count=1):
    """Run tests, which all pass."""
    pytester.makepyfile(test_inner=tests)
    result = pytester.runpytest("-p", "no:cacheprovider", *arguments)
    result.assert_outcomes(passed=count)


def test_a_plain_function_of_a_conftest_is_an_implementation(pytester):
    """``parse`` and the fixture ask it."""
    pytester.makeconftest(CONFTEST)
    passed(pytester)


def test_it_wins_over_the_built_in_formats(pytester):
    """It is asked first, but not where ``format=`` names a format."""
    pytester.makeconftest(
        """
        from pytest_logprobs import Completion

        def pytest_logprobs_parse(payload):
            return [Completion("mine", []), Completion("also mine", [], choice=1)]
        """
    )
    passed(
        pytester,
        """
        from pytest_logprobs import parse, parse_all

        CHAT = {"choices": [{"message": {"content": "A"}, "logprobs": {"content": [
            {"token": "A", "logprob": -0.5}]}}]}

        def test_it():
            assert [each.text for each in parse_all(CHAT)] == ["mine", "also mine"]
            assert parse(CHAT, choice=1).text == "also mine"
            assert parse(CHAT, format="openai-chat").text == "A"
        """,
    )


def test_none_leaves_a_payload_to_the_next(pytester):
    """Other implementations are asked, then the built-in formats; what nobody knows is unknown."""
    pytester.syspathinsert()
    pytester.makepyfile(other="def pytest_logprobs_parse(payload):\n    return None")
    pytester.makeconftest(CONFTEST)
    tests = f"""{TESTS}
    assert parse({{"choices": [{{"text": "A", "logprobs": {{"tokens": ["A"],
        "token_logprobs": [-0.5]}}}}]}}).text == "A"
    with pytest.raises(UnknownFormatError, match="keys seen: 'a'"):
        parse({{"a": 1}})
"""
    passed(pytester, tests, "-p", "other")


def test_an_implementation_parses_with_the_built_in_formats(pytester):
    """It need not name one, and is asked for the next response again."""
    pytester.makeconftest(
        """
        from pytest_logprobs import parse

        def pytest_logprobs_parse(payload):
            return parse(payload.get("answer", payload))
        """
    )
    passed(
        pytester,
        """
        from pytest_logprobs import parse

        CHAT = {"choices": [{"message": {"content": "A"}, "logprobs": {"content": [
            {"token": "A", "logprob": -0.5}]}}]}

        def test_it():
            for _ in range(2):
                assert parse({"answer": CHAT}).text == "A"
        """,
    )


def test_a_body_that_is_no_json_is_given_as_bytes(pytester):
    """A format need not be JSON; what cannot be decoded at all is given as it is."""
    pytester.makeconftest(
        """
        from pytest_logprobs import Completion

        def pytest_logprobs_parse(payload):
            if isinstance(payload, bytes):
                return Completion(payload.decode(), [])
            return Completion("object", []) if type(payload) is object else None
        """
    )
    passed(
        pytester,
        """
        from pytest_logprobs import parse

        def test_it():
            for body in ("<é>", "<é>".encode(), bytearray("<é>".encode())):
                assert parse(body).text == "<é>"
            assert parse(object()).text == "object"
        """,
    )


def test_a_stream_is_given_as_the_list_of_its_chunks(pytester):
    """Server-sent events are decoded before it is asked."""
    pytester.makeconftest(
        """
        from pytest_logprobs import Completion

        def pytest_logprobs_parse(payload):
            return Completion("".join(chunk["say"] for chunk in payload), [])
        """
    )
    passed(
        pytester,
        """
        from pytest_logprobs import parse

        def test_it():
            assert parse('data: {"say": "Par"}\\n\\ndata: {"say": "is"}\\n\\n').text == "Paris"
        """,
    )


def test_a_conftest_speaks_for_its_directory(pytester):
    """It is found when its directory is collected, and is asked for the tests below alone."""
    pytester.mkpydir("mine").joinpath("conftest.py").write_text(CONFTEST)
    pytester.path.joinpath("mine", "test_mine.py").write_text(
        f"{TESTS}\nassert parse(SAID).text == 'Paris'  # while the module is imported"
    )
    pytester.mkpydir("others").joinpath("test_others.py").write_text(
        TESTS.replace(
            "    completion =", "    with pytest.raises(UnknownFormatError):\n        "
        ).partition("    assert")[0]
    )
    pytester.runpytest("mine", "others").assert_outcomes(passed=2)


def test_a_run_inside_a_run_leaves_nothing(pytester):
    """The inner run has its own formats alone, and takes them with it, however it ends."""
    before = list(OWN_FORMATS)
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(
        f"""
        from pytest_logprobs._own_formats import OWN_FORMATS
        BEFORE = {len(before)}

        def test_it():
            assert len(OWN_FORMATS) == BEFORE + 1
        """
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=1)
    assert before == OWN_FORMATS
    pytester.makeconftest("def pytest_configure():\n    raise RuntimeError")
    pytester.runpytest_inprocess()
    pytester.runpytest_inprocess("--logprobs-rows=x")
    assert before == OWN_FORMATS


def test_a_run_inside_a_run_asks_its_own_formats_alone(pytester):
    """What the outer project knows is nothing to the inner one."""
    asked = []
    outer = SimpleNamespace(read=asked.append, place_of=str)
    OWN_FORMATS.append(outer)
    try:
        pytester.makeconftest(CONFTEST)
        passed(pytester)
    finally:
        OWN_FORMATS.remove(outer)
    assert asked == []


def test_workers_of_xdist_ask_it_too(pytester):
    """Each process loads the project's ``conftest.py``."""
    pytest.importorskip("xdist")
    pytester.makeconftest(CONFTEST)
    passed(pytester, TESTS, "-n1")


WIRE = """
BODY = {"choices": "no list", "said": [["Par", -0.5], ["is", -0.25]]}

def replied(logprobs):
    httpx.post(f"{URL}/said", json=BODY)
    return logprobs

@limits(min_mean_logprob=-0.5)
def test_it(logprobs):
    assert [each.text for each in replied(logprobs).completions] == ["Paris"]
    assert logprobs.last.request.body == BODY

@limits(min_mean_logprob=-0.3)
def test_broken(logprobs):
    replied(logprobs)
"""


@pytest.fixture
def echo(pytester):
    """Give a suite whose server answers with what it is asked."""
    from http.server import BaseHTTPRequestHandler

    from loopback import LocalServer, serving
    from wire import Suite, Wire

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            """Say nothing."""

    with serving(LocalServer(Handler)) as address:
        yield Suite(pytester, Wire(address))


def test_it_reads_what_crosses_the_wire(echo, pytester):
    """``logprobs.completions`` and limits see a project's own format, recorded and replayed."""
    pytester.makeconftest(CONFTEST)
    echo.write(WIRE)
    for result in (echo.record(), echo.run()):
        result.assert_outcomes(passed=1, failed=1)
        assert failures(result)["test_broken"].startswith("mean_logprob is -0.375, not >= -0.3")


def test_an_error_of_it_is_not_passed_over_on_the_wire(echo, pytester):
    """A limit that looked at nothing does not hold: it says whose error it was."""
    pytester.makeconftest("def pytest_logprobs_parse(payload):\n    return payload['no']")
    echo.write(WIRE)
    result = echo.record()
    result.assert_outcomes(failed=2)
    assert failures(result)["test_broken"] == (
        "limit min_mean_logprob=-0.3 on the completion cannot be judged\n"
        "conftest.py:2: pytest_logprobs_parse raised KeyError('no')"
    )
