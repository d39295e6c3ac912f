"""The public names of the package, given when they are first used."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

import pytest_logprobs


def test_every_public_name_is_there():
    """``__all__`` is sorted, has no name twice, and every name of it can be had."""
    names = pytest_logprobs.__all__
    assert names == sorted(set(names))
    assert [name for name in names if not hasattr(pytest_logprobs, name)] == []
    assert set(names) <= set(dir(pytest_logprobs))


def test_a_name_that_there_is_not_is_an_attribute_error():
    """The message is Python's own."""
    with pytest.raises(AttributeError) as error:
        pytest_logprobs.assert_nothing  # noqa: B018 - it raises
    assert str(error.value) == "module 'pytest_logprobs' has no attribute 'assert_nothing'"


def test_type_checkers_are_told_what_is_given():
    """Each name is imported for type checkers from the module that it comes from."""
    source = Path(pytest_logprobs.__file__).read_text("utf-8")
    told = {
        alias.name: node.module
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("pytest_logprobs.")
        for alias in node.names
    }
    assert sorted(told) == pytest_logprobs.__all__
    for name, module in told.items():
        given = getattr(pytest_logprobs, name)
        assert given is getattr(importlib.import_module(str(module)), name)


def test_importing_all_of_them_shadows_nothing():
    """``from pytest_logprobs import *`` gives the public names alone."""
    names: dict[str, object] = {}
    exec("from pytest_logprobs import *", names)  # noqa: S102 - what a user writes
    assert sorted(names.keys() - {"__builtins__"}) == pytest_logprobs.__all__
