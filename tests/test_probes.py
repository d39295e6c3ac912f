"""What recorders are known to lose, leak or mix up: the documentation's table, held to be true.

``make bench`` tries the same on the others.
"""

import sys

import pytest
from probes import OURS, PROBES, probed
from test_docs_cassettes import ROWS

POSIX = ("kill", "SIG", "Ctrl-C")
SAID = {name: ours for name, ours, *_ in ROWS}


@pytest.mark.parametrize("name", PROBES)
def test_nothing_is_lost_leaked_or_mixed_up(name, tmp_path):
    """Every probe ends as the documentation says, which is well."""
    if sys.platform == "win32" and any(each in name for each in POSIX):
        pytest.skip("this platform has no such signals")
    outcome = probed(name, OURS, tmp_path)
    assert f"{'✓' if outcome.kept else '✗'} {outcome.what}" == SAID[name]
