"""Every dialect of every wire format, from the fixtures in ``dialects/``."""

import json

import pytest
from dialect import PATHS, body_of, invented, load, shown

from pytest_logprobs import LogprobsError, parse_all
from pytest_logprobs.parsers._body import decode

FIXTURES = {path.stem: load(path) for path in PATHS}
READ = [name for name, fixture in FIXTURES.items() if "reads" in fixture]
REFUSED = [name for name, fixture in FIXTURES.items() if "error" in fixture]


def test_a_fixture_says_what_is_expected():
    """Every fixture is one of the two, and says whose it is."""
    assert sorted(READ + REFUSED) == sorted(FIXTURES)
    assert all(fixture["about"] and fixture["source"] for fixture in FIXTURES.values())


@pytest.mark.parametrize("name", READ)
def test_what_is_read(name):
    """Text, tokens, alternatives, their numbers and places are those of the wire."""
    found = [shown(completion) for completion in parse_all(body_of(FIXTURES[name]))]
    assert json.loads(json.dumps(found)) == FIXTURES[name]["reads"]


@pytest.mark.parametrize("name", READ)
def test_no_number_is_made_up(name):
    """Every number of a result stands on the wire, and what is not known stays so."""
    body = body_of(FIXTURES[name])
    for completion in parse_all(body):
        assert invented(completion, decode(body)) == []


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name):
    """The whole message of the error."""
    with pytest.raises(LogprobsError) as caught:
        parse_all(body_of(FIXTURES[name]))
    assert [type(caught.value).__name__, str(caught.value)] == FIXTURES[name]["error"]
