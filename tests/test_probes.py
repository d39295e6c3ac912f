"""What recorders are known to lose, leak or mix up: the documentation's table, held to be true.

``make bench`` tries the same on the others.
"""

import sys

import asking  # noqa: F401 - as below
import pytest
import replaying  # noqa: F401 - what they load is not loaded in every inner run
from probes import OURS, PROBES, probed
from test_docs_cassettes import ROWS

POSIX = ("kill", "SIG", "Ctrl-C")
SAID = {name: ours for name, ours, *_ in ROWS}


@pytest.fixture
def here(pytester, monkeypatch):
    """Run pytest in this process."""

    def run(arguments, environment):
        with monkeypatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            result = pytester.runpytest_inprocess(*arguments)
        return result.ret == 0, result.stdout.str()

    return run


@pytest.mark.parametrize("name", PROBES)
def test_nothing_is_lost_leaked_or_mixed_up(name, pytester, here):
    """Every probe ends as the documentation says, which is well."""
    if sys.platform == "win32" and any(each in name for each in POSIX):
        pytest.skip("this platform has no such signals")
    outcome = probed(name, OURS, pytester.path, here)
    assert f"{'✓' if outcome.kept else '✗'} {outcome.what}" == SAID[name]
