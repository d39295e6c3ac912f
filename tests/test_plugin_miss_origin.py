"""What a miss says of where the closest recording comes from, and where it may have gone."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pytest
from terminal import failures, sections

NEXT = "next: if this request is meant, record it: pytest test_inner.py::test_it --logprobs-record"


def recorded(suite, code="ask()", name="test_it", at=None):
    """Record a test, and write the time ``at`` into its cassette."""
    suite.write(f"def {name}():\n    {code}\n")
    suite.record().assert_outcomes(passed=1)
    path = suite.pytester.path / "cassettes" / "test_inner" / f"{name}.json"
    if at is not None:
        text = re.sub('"at": "[^"]*"', f'"at": {at}', path.read_text("utf-8"))
        path.write_text(text, "utf-8")
    return path


def missed(suite, code):
    """Replay other code in the place of the recorded, and return the failure of the test."""
    suite.write(f"def test_it():\n    {code}\n")
    result = suite.run()
    result.assert_outcomes(failed=1)
    return failures(result)["test_it"].replace(suite.wire.url, "URL"), sections(result)


def days_ago(days):
    """Return the time of so many days ago, as JSON."""
    now = datetime.now(timezone.utc)
    return (now - timedelta(days=days, hours=1)).strftime('"%Y-%m-%dT%H:%M:%SZ"')


def test_how_old_it_is(suite):
    """The age of the closest recording, and the model that answered then."""
    recorded(suite, at=days_ago(74))
    text, _ = missed(suite, "ask(seed=7)")
    assert text == (
        "no recording answers POST URL/chat/completions (m)\n"
        "asked at: test_inner.py:15 in ask\n"
        "cassette: cassettes/test_inner/test_it.json, 1 recording\n"
        "closest: recording 1 of 1 differs in $.seed: not recorded, 7 asked\n"
        "recorded: 74 days ago on smollm2-135m-instruct\n"
        f"{NEXT}=rewrite"
    )


@pytest.mark.parametrize("at", ['"yesterday"', '"2999-01-01T00:00:00Z"', "1700000000", "1.5", "{}"])
def test_a_time_that_tells_nothing(suite, at):
    """A damaged time, or one to come, is no age; the model is told all the same."""
    recorded(suite, at=at)
    text, _ = missed(suite, "ask(seed=7)")
    assert "\nrecorded: on smollm2-135m-instruct\n" in text


def test_nothing_is_known(suite):
    """Neither a time nor a model: there is no line."""
    recorded(suite, 'ask(model="overloaded")', at='"long ago"')
    text, _ = missed(suite, 'ask(model="overloaded", seed=7)')
    assert "recorded: " not in text
    assert "closest: recording 1 of 1 differs in $.seed: not recorded, 7 asked\n" in text


def test_a_cassette_that_is_not_complete(suite):
    """That the recording test failed is told beside the number of recordings."""
    suite.write("def test_it():\n    ask()\n    assert 'own' == 'failure'\n")
    suite.record().assert_outcomes(failed=1)
    text, _ = missed(suite, "ask(seed=7)")
    assert "cassette: cassettes/test_inner/test_it.json, 1 recording, not complete\n" in text
    assert text.endswith("--logprobs-record=once")


def test_a_test_that_was_renamed(suite):
    """The cassette that holds the very request is named."""
    recorded(suite, name="test_is", at=days_ago(3))
    text, shown = missed(suite, "ask()")
    assert text == (
        "no recording answers POST URL/chat/completions (m)\n"
        "asked at: test_inner.py:15 in ask\n"
        "cassette: cassettes/test_inner/test_it.json does not exist\n"
        "closest: test_is.json beside it has this request: if the test was renamed, rename its "
        "cassette\n"
        "recorded: 3 days ago on smollm2-135m-instruct\n"
        f"{NEXT}=once"
    )
    assert shown == []
    path = suite.pytester.path / "cassettes" / "test_inner" / "test_is.json"
    path.rename(path.with_name("test_it.json"))
    suite.run().assert_outcomes(passed=1)


def test_others_beside_it(suite):
    """Other tests of the module are not taken for the same; a file that is damaged is passed by."""
    path = recorded(suite, "ask('another question')", name="test_is")
    path.with_name("test_in.json").write_text("{}", "utf-8")
    text, _ = missed(suite, "ask()")
    assert "closest" not in text
    assert text.endswith("--logprobs-record=once")


def test_a_long_prompt(suite):
    """Of a prompt on one long line the words that changed are shown, at 80 columns."""
    prompt = " ".join(f"Sentence number {number} says a little." for number in range(170))
    recorded(suite, f"ask({prompt!r})")
    _, (shown,) = missed(suite, f"ask({prompt.replace('number 90 says', 'number 90 tells')!r})")
    assert shown == (
        "--- recorded\n"
        "+++ asked\n"
        "~~~ a long line: [-recorded-]{+asked+}\n"
        '   "messages": [\n'
        "     {\n"
        '       "role": "user"\n'
        '~      "content": "Sentence … says a little. Sentence number 90\n'
        "~        [-says-]{+tells+} a little. Sentence number 91 says a …\n"
        "     }\n"
        "   ]\n"
        '   "logprobs": true'
    )
