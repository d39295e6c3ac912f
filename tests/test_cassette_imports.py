"""Modules that are watched: told once executed, whoever loads them, and nothing else is changed."""

from __future__ import annotations

import importlib.util
import sys
from contextlib import ExitStack, contextmanager
from importlib import import_module, reload
from importlib.machinery import FrozenImporter
from zipfile import ZipFile
from zipimport import zipimporter

import pytest

from pytest_logprobs.cassettes._imports import Imports


@pytest.fixture(autouse=True)
def forgotten(monkeypatch, tmp_path):
    """Import from a folder of the test's own, and forget what was imported."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


@contextmanager
def watching(*names):
    """Watch modules; give the list of those that were executed."""
    told = []
    imports = Imports(names, lambda name, module: told.append((name, module)))
    sys.meta_path.insert(0, imports)
    try:
        yield told
    finally:
        sys.meta_path.remove(imports)


def test_a_loader_that_modules_share(monkeypatch, tmp_path):
    """Only what is watched is told, and each has the loader that it would have."""
    with ZipFile(tmp_path / "both.zip", "w") as archive:
        for name in ("watched", "another"):
            archive.writestr(f"{name}.py", "LOADED_BY = (__loader__, __spec__.loader)\n")
    monkeypatch.syspath_prepend(tmp_path / "both.zip")
    with watching("watched") as told:
        modules = [import_module(name) for name in ("watched", "another")]
    assert told == [("watched", modules[0])]
    for module in modules:
        for loader in (*module.LOADED_BY, module.__loader__, module.__spec__.loader):
            assert type(loader) is zipimporter


def test_a_loader_that_is_a_class():
    """Those of frozen modules are one class; it stays as it is."""
    name = "__phello__.spam"
    with watching(name) as told:
        module = import_module(name)
        assert told == [(name, module)]
        import_module("__hello__")
    assert len(told) == 1
    assert module.__loader__ is FrozenImporter


def test_who_only_looks_for_a_module(tmp_path):
    """It is found with its source, and not told."""
    (tmp_path / "watched.py").write_text("ONE = 1\n")
    with watching("watched") as told:
        spec = importlib.util.find_spec("watched")
        assert spec.loader.get_source("watched") == "ONE = 1\n"
        assert spec.origin == str(tmp_path / "watched.py")
    assert told == []


def test_a_module_that_two_watch(tmp_path):
    """Both are told, the one behind first, and no longer than they watch."""
    (tmp_path / "watched.py").write_text("")
    with ExitStack() as watched:
        lists = [watched.enter_context(watching("watched")) for _ in range(2)]
        module = import_module("watched")
        assert lists == [[("watched", module)]] * 2
        reload(module)
        assert lists == [[("watched", module)] * 2] * 2
    reload(module)
    assert lists == [[("watched", module)] * 2] * 2


def test_what_is_no_module(tmp_path):
    """One that fails, one that is not there and a folder are what they are without us."""
    (tmp_path / "failing.py").write_text("raise RuntimeError('half of it')\n")
    (tmp_path / "folder").mkdir()
    with watching("failing", "absent", "folder") as told:
        for _ in range(2):
            with pytest.raises(RuntimeError, match=r"^half of it$"):
                import_module("failing")
        with pytest.raises(ModuleNotFoundError, match=r"^No module named 'absent'$"):
            import_module("absent")
        assert import_module("folder").__file__ is None
    assert told == []
    assert "failing" not in sys.modules
