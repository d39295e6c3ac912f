"""What every test file may use."""

from __future__ import annotations

import gc
import shutil
import sys
from collections.abc import Callable
from functools import partial
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest
from _pytest import unraisableexception

pytest_plugins = ["pytester"]


def pytest_collection_finish() -> None:
    """Spare the garbage collector what stays for the whole run.

    Every inner run ends with several collections, which would go through all modules and tests of
    this one each time.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def plugins_are_looked_for_once():
    """Keep which plugins are installed: every inner run would read the files of all packages."""
    real = metadata.distributions
    known = ("entry_points", "files", "metadata", "name", "version", "_normalized_name")
    installed = [
        SimpleNamespace(**{name: getattr(each, name) for name in known})
        for each in real()
        if any(point.group == "pytest11" for point in each.entry_points)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metadata, "distributions", lambda **of: real(**of) if of else installed)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_certificates(tmp_path_factory: pytest.TempPathFactory):
    """Let every client find no certificates: each would read all of them, and no test needs one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SSL_CERT_FILE", raising=False)
        patch.setenv("SSL_CERT_DIR", str(tmp_path_factory.mktemp("certificates")))
        yield


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The folder of the recorded bodies."""
    return Path(__file__).parent / "recordings"


@pytest.fixture
def pytester(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Run pytest as a developer does at 80 columns, wherever this suite itself is run."""
    for name in ("CI", "BUILD_NUMBER", "FORCE_COLOR", "NO_COLOR", "PY_COLORS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    # else a test that is written anew within a second, as long as before, is the old one
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    # their modules would be loaded, and rewritten, once for each inner run
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest -p no:anyio -p no:benchmark")
    if not hasattr(unraisableexception, "gc_collect_iterations_key"):
        # later versions spare inner runs the five collections at their end, too
        monkeypatch.setattr(unraisableexception, "gc_collect_harder", lambda: None)
    return pytester


@pytest.fixture
def recorded(recordings: Path, pytester: pytest.Pytester) -> Callable[[str], Path]:
    """Copy a recording into pytester's directory, where inner tests open it by its name."""

    def copy(name: str) -> Path:
        return Path(shutil.copy(recordings / name, pytester.path / name))

    return copy


PREAMBLE = """
import json, sys, unittest
from pathlib import Path

import pytest
from pytest_logprobs import *

if sys.version_info < (3, 11):
    from exceptiongroup import BaseExceptionGroup

BODY = Path("chat.json").read_bytes()
HAMLET = parse(BODY)
limits = pytest.mark.logprobs
"""


@pytest.fixture
def run_tests(
    pytester: pytest.Pytester, recorded: Callable[[str], Path]
) -> Callable[..., pytest.RunResult]:
    """Run the source of some tests after the preamble, with arguments of pytest."""
    recorded("chat.json")

    def run(tests: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(test_inner=f"{PREAMBLE}\n{tests}")
        return pytester.runpytest("-p", "no:cacheprovider", *arguments)

    return run


@pytest.fixture(scope="session")
def project_type():
    """Load what projects need before pytester is set up, which forgets what is loaded later."""
    from asking import Project

    return Project


@pytest.fixture
def project(project_type, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """Give a project with a server that counts what it is asked."""
    with project_type.asking(pytester, monkeypatch) as project:
        yield project


@pytest.fixture(scope="session")
def gates_type():
    """Load what gates need before pytester is set up, as well."""
    from gating import Gates

    return Gates


@pytest.fixture
def gates(gates_type, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """Give a project with a gate."""
    return gates_type(pytester, monkeypatch)


@pytest.fixture(scope="session")
def recorder_and_replayer():
    """Load what runs tests twice, before pytester is set up as well."""
    from replaying import record_and_replay

    return record_and_replay


@pytest.fixture
def replayed(
    recorder_and_replayer, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], list[str]]:
    """Record and replay a test; give what the server was asked."""
    return partial(recorder_and_replayer, pytester, monkeypatch)


@pytest.fixture(scope="module")
def server():
    """Run a server that answers with recordings."""
    from wire import wire

    with wire() as server:
        yield server


@pytest.fixture
def suite(pytester: pytest.Pytester, server):
    """Give a suite that calls the server."""
    from wire import Suite

    return Suite(pytester, server)


@pytest.fixture
def check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, list[str], str]]:
    """Run ``pytest-logprobs check`` in an empty project: its exit code, its lines, its errors."""
    from pytest_logprobs.cli import main

    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, list[str], str]:
        code = main(["check", *arguments])
        shown = capsys.readouterr()
        return code, shown.out.splitlines(), shown.err

    return run
