"""The recorders that are probed, each as its own documentation says to use it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["OTHERS", "OURS", "Recorder"]

_CAREFUL = """{
    "match_on": ["method", "uri", "body"],
    "filter_headers": ["authorization", "x-api-key", "cookie"],
    "filter_query_parameters": ["api_key"],
    "filter_post_data_parameters": ["api_key"],
    "decode_compressed_response": True,
}"""
"""What the documentation of vcrpy offers against what it would do by default."""

_OF_VCRPY = """
import os

import pytest
import vcr

RECORDER = vcr.VCR(**{options})

@pytest.fixture(autouse=True)
def cassette(request):
    name = getattr(request.module, "SHARED", request.function.__name__)
    mode = os.environ["MODE"]
    with RECORDER.use_cassette(f"cassettes/{{name}}.yaml", record_mode=mode) as cassette:
        yield cassette
"""

_OF_PYTEST_RECORDING = """
import pytest

@pytest.fixture(scope="module")
def vcr_config():
    return {options}
"""


@dataclass(frozen=True, kw_only=True)
class Recorder:
    """How a project records.

    ``mark`` stands in a module of tests, ``shared`` where its tests have one cassette, ``note`` in
    a test that takes ``fixture`` and wants its cassette to say when it was recorded. ``file`` is
    where the cassette of a test is; ``option`` records in a mode, ``replaying`` is what only a
    replay takes.
    """

    name: str
    file: str
    mark: str = ""
    shared: str
    fixture: str
    note: str = "pass"
    conftest: str = ""
    option: str = ""
    replaying: tuple[str, ...] = ()
    modes: tuple[tuple[str, str], ...] = ()
    without: str

    def arguments(self, mode: str) -> list[str]:
        """Return what pytest is called with to record in a mode."""
        option = [self.option.format(mode)] if self.option else []
        return ["-p", f"no:{self.without}", *option, *(self.replaying if mode == "none" else ())]

    def mode(self, mode: str) -> str:
        """Return what the recorder calls a mode."""
        return dict(self.modes).get(mode, mode)


OURS = Recorder(
    name="pytest-logprobs",
    file="cassettes/test_it/{}.json",
    mark="pytestmark = pytest.mark.logprobs_cassette",
    shared='pytestmark = pytest.mark.logprobs_cassette(name="shared")',
    fixture="logprobs_cassette",
    option="--logprobs-record={}",
    without="recording",
)


def _vcrpy(name: str, options: str) -> Recorder:
    return Recorder(
        name=name,
        file="cassettes/{}.yaml",
        shared='SHARED = "shared"',
        fixture="cassette",
        note='cassette.get_metadata("recorded_at", NOW)',
        conftest=_OF_VCRPY.format(options=options),
        modes=(("rewrite", "all"),),  # what comes nearest
        without="logprobs",
    )


def _pytest_recording(name: str, options: str, *replaying: str) -> Recorder:
    return Recorder(
        name=name,
        file="cassettes/test_it/{}.yaml",
        mark="pytestmark = pytest.mark.vcr",
        shared='pytestmark = [pytest.mark.vcr, pytest.mark.default_cassette("shared.yaml")]',
        fixture="vcr",
        note='vcr.get_metadata("recorded_at", NOW)',
        conftest=_OF_PYTEST_RECORDING.format(options=options),
        option="--record-mode={}",
        replaying=replaying,
        without="logprobs",
    )


OTHERS = (
    _vcrpy("vcrpy", "{}"),
    _vcrpy("vcrpy, with options", _CAREFUL),
    _pytest_recording("pytest-recording", "{}"),
    _pytest_recording("pytest-recording, with options", _CAREFUL, "--block-network"),
)
