"""The package is built in layers, its names are promises, and being installed costs nothing."""

from __future__ import annotations

import ast
import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import layers
import pytest

import pytest_logprobs

LAYERS = {
    # the tree of exceptions
    "errors": 0,
    # pure functions on bare numbers, texts, offsets and options; who implements a hook
    "_implementations": 1,
    "_age": 1,
    "_known": 1,
    "_numbers": 1,
    "_own_formats": 1,
    "_quote": 1,
    "_statistics": 1,
    "_text": 1,
    "_unused": 1,
    "_writing": 1,
    "metrics": 1,
    # what a user can set; what is wrong with a text in a file; a number with its evidence
    "_flaws": 2,
    "_settings": 2,
    "_score": 2,
    # measured cases as plain values
    "_ledger": 3,
    # tokens, spans and completions; tokens as a heat map and a table
    "_heatmap": 3,
    "_model": 3,
    # a comparison in words; a wire format as completions
    "_explain": 4,
    "parsers": 4,
    # what a test does with a completion: assert on it; what crossed the wire in a test; many
    # responses in a file
    "_assertions": 5,
    "_batch": 5,
    "_traffic": 5,
    # files of cases, and what was recorded for them; whether a run is worse than a baseline, and
    # how that is told
    "_baseline": 7,
    "_gate": 5,
    "reports": 6,
    # a completion is measured and becomes a case, what the baseline has of it; traffic is recorded
    # and replayed
    "_cases": 6,
    "_stored": 7,
    "_measure": 8,
    "cassettes": 6,
    # what a report shows beside a failure; a run in many processes
    "_sections": 5,
    "_workers": 6,
    # the markers: a limit on what was seen, a cassette; where cassettes are
    "_limits": 8,
    "_marked": 7,
    "_gated": 7,
    "_places": 7,
    # what a project says about what cassettes may store; whose thread asks
    "_rules": 7,
    "_threads": 7,
    # the cassettes that are open, and the hooks that open and close them
    "_deck": 8,
    # what a run was of; what its tests did with the cassettes
    "_selection": 8,
    "_played": 8,
    # what tests measured, sent with their reports; what was told of a run; verdicts as tests
    "_tally": 7,
    "_gate_items": 7,
    "_measuring": 9,
    "_controller": 9,
    "_recorder": 9,
    "_repeating": 10,
    # the plugins whose tests have cassettes of ours
    "_neighbours": 8,
    # what a project can say, and what it says; what its markers say
    "hookspecs": 10,
    "_gating": 10,
    "_leftovers": 10,
    "_project": 10,
    "_markers": 10,
    # where users come in: the public names, the command line, pytest
    "__init__": 11,
    "cli": 11,
    "plugin": 11,
    # python -m
    "__main__": 12,
}
"""Part of the package → its layer: a module imports only from a lower number."""

PERMITTED = {
    "parsers": {"pydantic_core"},
    "_limits": {"pytest", "_pytest"},  # the latter for type checkers, see EAGER
    "_marked": {"pytest"},
    "_places": {"pytest"},
    "_implementations": {"pluggy"},  # for type checkers
    "_rules": {"pytest"},
    "_deck": {"pytest"},
    "_leftovers": {"pytest"},
    "_baseline": {"pydantic"},
    "_controller": {"pytest"},
    "_gate_items": {"pytest"},
    "_gated": {"pytest"},
    "_gating": {"pytest"},
    "_measuring": {"pytest"},
    "_tally": {"pytest"},
    "_neighbours": {"pytest"},
    "_played": {"pytest"},
    "_selection": {"pytest"},
    "_markers": {"pytest"},
    "_repeating": {"pytest", "_pytest"},
    "_project": {"pytest", "pluggy"},  # the latter for type checkers
    "_recorder": {"pytest"},
    "_sections": {"pytest"},
    "_workers": {"pytest"},
    "cli": {"pytest"},
    "_writing": {"filelock"},
    "cassettes": {"pytest", "_pytest", "vcr", "yaml"},
    "hookspecs": {"pytest", "vcr"},  # the latter for type checkers
    "plugin": {"pytest"},
}
"""Part of the package → what it may import from outside the standard library."""

EAGER = {"pytest", "vcr"}
"""What may be loaded together with the module that imports it; the rest waits inside a function."""

SOURCES = layers.sources_of(Path(pytest_logprobs.__file__).parent)


def test_the_package_keeps_every_rule():
    """The sources as they are break no rule: layers, third parties, names, exports, sizes."""
    found = layers.check(SOURCES, LAYERS, PERMITTED, EAGER)
    if found:
        pytest.fail("\n".join(map(str, found)), pytrace=False)


# The public names


def homes():
    """Return the module from which each public name is imported for type checkers."""
    nodes = ast.walk(ast.parse(SOURCES["__init__"]))
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    found = {alias.name: node.module for node in imports for alias in node.names}
    return {name: home for name, home in found.items() if home.startswith(layers.PACKAGE)}


def test_the_public_names_are_those_that_type_checkers_see():
    """What is listed is what is imported for type checkers, no more and no less."""
    assert sorted(pytest_logprobs.__all__) == sorted(homes())


@pytest.mark.parametrize("name", sorted(homes()))
def test_a_public_name_is_the_one_of_its_module(name):
    """Each name is there on first use, and is the object that type checkers take it for."""
    home = importlib.import_module(homes()[name])
    assert getattr(pytest_logprobs, name) is getattr(home, name)
    assert name in dir(pytest_logprobs)


def test_an_unknown_name_is_an_attribute_error():
    """The message is that of any module."""
    with pytest.raises(AttributeError) as caught:
        _ = pytest_logprobs.no_such_name
    assert str(caught.value) == "module 'pytest_logprobs' has no attribute 'no_such_name'"


# What being installed costs: modules, not milliseconds


def run(*arguments, cwd=None):
    """Run Python anew, as if outside of this test run, and return what it prints."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    done = subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.stdout


def test_the_entry_point_loads_the_standard_library_alone():
    """Beside pytest, loading the plugin loads nothing that is not ours or Python's."""
    code = """if True:
        import json, sys, pytest
        before = set(sys.modules)
        import pytest_logprobs.plugin
        print(json.dumps(sorted(set(sys.modules) - before)))
    """
    loaded = json.loads(run("-c", code))
    known = {*sys.stdlib_module_names, "pytest_logprobs"}
    assert [name for name in loaded if layers.part_of(name) not in known] == []
    assert "pytest_logprobs.plugin" in loaded


def test_a_suite_that_does_not_use_the_plugin_does_not_pay_for_it(tmp_path):
    """Neither a passing test nor a failing comparison loads the model, the parsers or pydantic."""
    (tmp_path / "conftest.py").write_text(
        "import json, sys\n"
        "def pytest_sessionfinish(session):\n"
        "    print('\\nLOADED', json.dumps(sorted(sys.modules)))\n"
    )
    (tmp_path / "test_it.py").write_text(
        "def test_passes(): ...\ndef test_fails():\n    assert 0.5 < 0.25\n"
    )
    printed = run("-m", "pytest", "-p", "logprobs", "-p", "no:cacheprovider", cwd=tmp_path)
    (line,) = [line for line in printed.splitlines() if line.startswith("LOADED ")]
    loaded = set(json.loads(line.removeprefix("LOADED ")))
    assert "1 failed, 1 passed" in printed
    assert "pytest_logprobs.plugin" in loaded
    assert (
        loaded
        & {
            "pydantic",
            "pydantic_core",
            "vcr",
            "pytest_logprobs._baseline",
            "pytest_logprobs._controller",
            "pytest_logprobs._gate",
            "pytest_logprobs._gated",
            "pytest_logprobs._ledger",
            "pytest_logprobs._measuring",
            "pytest_logprobs._explain",
            "pytest_logprobs._batch",
            "pytest_logprobs._limits",
            "pytest_logprobs._recorder",
            "pytest_logprobs._model",
            "pytest_logprobs.cassettes",
            "pytest_logprobs.parsers",
        }
        == set()
    )


def test_one_module_knows_vcrpy():
    """One file would change if vcrpy did."""
    knowing = [
        module
        for module in SOURCES
        if any(each.module == "vcr" for each in layers.imports_of(module, SOURCES))
    ]
    assert knowing == ["cassettes._vcr", "hookspecs"]  # the latter only names a type


def test_pydantic_is_loaded_when_a_body_is_read():
    """Every public name can be used before the fast JSON reader is needed."""
    code = """if True:
        import json, sys, pytest_logprobs
        def loaded(): return "pydantic_core" in sys.modules
        steps = [loaded()]
        for name in pytest_logprobs.__all__: getattr(pytest_logprobs, name)
        steps.append(loaded())
        answer = {"message": {"content": "a"}, "logprobs": {"content": [{"token": "a"}]}}
        pytest_logprobs.parse({"choices": [answer]})
        steps.append(loaded())
        pytest_logprobs.parse(json.dumps({"choices": [answer]}))
        print(json.dumps([*steps, loaded()]))
    """
    assert json.loads(run("-c", code)) == [False, False, False, True]


def test_a_failure_shows_the_lines_of_the_test():
    """Every module with code of its own hides its frames; pytest's `--full-trace` shows them."""
    entries = {"__main__", "cli", "plugin"}  # where nothing of a test's is above
    showing = [
        module
        for module, source in SOURCES.items()
        if re.search(r"^ *def ", source, re.MULTILINE) and not module.endswith("__init__")
        if "\n__tracebackhide__ = True" not in source and module.partition(".")[0] not in entries
    ]
    assert showing == []
