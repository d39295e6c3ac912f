"""What is used of vcrpy's insides, pinned: a release that moves one of them is seen by its name."""

from __future__ import annotations

import ast
import http.client
import inspect
import textwrap
from contextlib import ExitStack
from types import SimpleNamespace

import pytest
import vcr.patch
from vcr import VCR
from vcr.cassette import Cassette
from vcr.stubs import VCRConnection, VCRHTTPConnection, VCRHTTPResponse, httpx_stubs

from pytest_logprobs.cassettes import _late_clients, _vcr

ASKED_OF_A_CASSETTE = {
    "append",
    "can_play_response_for",
    "filter_request",
    "find_requests_with_most_matches",
    "play_response",
    "write_protected",
}
"""All that a stub may ask of a cassette: ``_Indexed`` answers these, and no other."""

STUBS = {
    "": {"append", "can_play_response_for", "filter_request", "play_response", "write_protected"},
    "aiohttp_stubs": ASKED_OF_A_CASSETTE,
    "httpx_stubs": {
        "append",
        "can_play_response_for",
        "filter_request",
        "play_response",
        "write_protected",
    },
}
"""A module of stubs → what it asks."""


def asked_by(module):
    """Return the names of the attributes that a module's functions read of ``cassette``."""
    tree = ast.parse(inspect.getsource(module))
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Load)
        and ast.unparse(node.value) in ("cassette", "self.cassette")
    }


@pytest.mark.parametrize("name", STUBS)
def test_what_stubs_ask_of_a_cassette(name):
    """They ask what we answer, and nothing that we leave to vcrpy's own list of recordings."""
    module = inspect.getmodule(VCRConnection)
    if name:
        module = __import__(f"vcr.stubs.{name}", fromlist=[name])
    assert asked_by(module) == STUBS[name]


def test_what_we_answer_is_asked():
    """Each method that we replace is one of vcrpy's, with the same parameters."""
    for name in ASKED_OF_A_CASSETTE:
        ours, theirs = vars(_vcr._Indexed)[name], inspect.getattr_static(Cassette, name)
        assert isinstance(ours, property) == isinstance(theirs, property), name
        if not isinstance(ours, property):
            assert [*inspect.signature(ours).parameters] == [*inspect.signature(theirs).parameters]


def test_a_cassette_is_made_of_a_path_and_patches():
    """It reads no file; the builder of patchers takes it, and gives what are entered in turn."""
    cassette = Cassette(path="p", custom_patches=())
    assert (cassette.custom_patches, cassette.data) == ((), [])
    with ExitStack() as patchers:
        for each in vcr.patch.CassettePatcherBuilder(cassette).build():
            patchers.enter_context(each)
        assert http.client.HTTPConnection.cassette is cassette
    assert http.client.HTTPConnection is vcr.patch._HTTPConnection


def test_custom_patches():
    """Triples of an object, a name and what takes its place; they are added to a VCR's own."""
    assert VCR(custom_patches=[(vcr.patch, "one", 1)])._custom_patches == ((vcr.patch, "one", 1),)
    place = SimpleNamespace(name="real")
    mine = (place, "name", "patched")
    with Cassette.use(path="p", custom_patches=(mine,)):
        assert place.name == "patched"
    assert place.name == "real"


def test_force_reset_is_looked_up_when_it_is_used():
    """Stubs import it in the function, from the module where we replace it."""
    assert "vcr.patch" in inspect.getsource(VCRConnection)
    for name in ("__init__", "connect", "getresponse"):
        source = textwrap.dedent(inspect.getsource(getattr(VCRConnection, name)))
        assert "from vcr.patch import force_reset" in source, name
        assert "with force_reset():" in source, name


def test_a_connection_knows_the_class_of_the_real_one():
    """``_baseclass`` is built inside ``__init__``, which is how a block is told from a request."""
    assert VCRHTTPConnection._baseclass is http.client.HTTPConnection
    assert "self._baseclass(" in inspect.getsource(VCRConnection.__init__)


def test_patchers_that_put_real_classes_back():
    """``reset_patchers`` gives patchers with an owner, a name and the real class."""
    places = {(each.getter(), each.attribute): each.new for each in vcr.patch.reset_patchers()}
    assert places[http.client, "HTTPConnection"] is vcr.patch._HTTPConnection
    assert places[http.client, "HTTPSConnection"] is vcr.patch._HTTPSConnection


def test_a_response_is_built_of_what_we_play():
    """Status, headers as lists, and the body under ``string``."""
    played = {
        "status": {"code": 200, "message": "OK"},
        "headers": {"x": ["1", "2"], "content-length": ["2"]},
        "body": {"string": b"{}"},
    }
    response = VCRHTTPResponse(played)
    assert (response.status, response.reason, response.read()) == (200, "OK", b"{}")
    assert sorted(response.getheaders()) == [("content-length", "2"), ("x", "1"), ("x", "2")]


def test_httpx_is_patched_at_its_transports():
    """Where a request goes out: what stands above, retries of SDKs too, is the client's own."""
    parameters = inspect.signature(httpx_stubs.vcr_handle_request).parameters
    assert [*parameters][:2] == ["cassette", "real_handle_request"]


@pytest.mark.parametrize("group", _late_clients._GROUPS)
def test_groups_of_patchers(group):
    """One method for each client, whose patchers are entered together."""
    assert callable(getattr(vcr.patch.CassettePatcherBuilder, f"_{group}"))


def test_clients_that_vcrpy_imports_late():
    """Of all that it imports to patch it, these are hidden until somebody else does."""
    tree = ast.parse(inspect.getsource(vcr.patch))
    tried = [node.body[0] for node in tree.body if isinstance(node, ast.Try)]
    imported = {each.names[0].name for each in tried if isinstance(each, ast.Import)}
    early = {"urllib3.connection", "requests", "httplib2"}
    aiohttp = {"aiohttp.client"}  # which aiohttp imports
    packages = {"aiohttp", "tornado", "pyreqwest", "pyreqwest.compatibility"}
    assert imported - early - aiohttp == _late_clients._MODULES - packages


def test_attributes_of_a_vcr_that_are_heeded():
    """They are plain attributes, with the values that mean nothing."""
    fresh = vars(VCR())
    assert (tuple(fresh["ignore_hosts"]), fresh["ignore_localhost"]) == ((), False)
    assert fresh["_custom_patches"] == ()
    assert VCR().matchers == VCR().matchers  # two are equal as long as nothing is set
