"""What the SDKs and frameworks of ``asking_*`` keep of an answer, and what is read from that."""

import os
from importlib import import_module

import pytest
from serving import answering, expected, numbers

from pytest_logprobs import MissingLogprobsError, parse, parse_all

pytestmark = pytest.mark.logprobs_cassette

ASKING = [import_module(name) for name in os.environ["PYTEST_LOGPROBS_INTEROP"].split()]
KEPT = [each for asking in ASKING for each in asking.KEPT]
LOST = [each for asking in ASKING for each in asking.LOST]
UNSEEN = [each for asking in ASKING for each in asking.UNSEEN]


@pytest.mark.parametrize(("ask", "name"), KEPT)
def test_kept(ask, name, logprobs):
    """What is read of the object that comes back is the fixture's, as is what crossed the wire."""
    with answering(name) as address:
        kept = ask(address)
        assert numbers(parse_all(kept)) == expected(name)
    assert numbers(logprobs.completions) == ([] if ask in UNSEEN else expected(name))


@pytest.mark.parametrize(("ask", "name", "because"), LOST)
def test_lost(ask, name, because, logprobs):
    """What comes back says that they are lost; what crossed the wire still has them."""
    with answering(name) as address:
        kept = ask(address)
    with pytest.raises(MissingLogprobsError, match=because):
        parse(kept)
    assert numbers(logprobs.completions) == expected(name)
