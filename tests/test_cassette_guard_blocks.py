"""The guard's blocks: what stands before and after them, one in another, and in threads."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from pytest_logprobs.cassettes._guard import guarded

METHODS = ("connect", "connect_ex", "sendto", *["sendmsg"] * hasattr(socket.socket, "sendmsg"))
FUNCTIONS = (
    "getaddrinfo",
    "gethostbyaddr",
    "gethostbyname",
    "gethostbyname_ex",
    "getnameinfo",
)


class Refusal(BaseException):
    """What the blocks have raised."""


class Inner(Refusal):
    """What an inner block has raised."""


def what_stands():
    """Return what the class and the module hold that the guard replaces; a method may be absent."""
    methods = [vars(socket.socket).get(name) for name in METHODS]
    return methods + [getattr(socket, name) for name in FUNCTIONS]


def look_up(name="api.invalid"):
    """Ask for a name that is nobody's."""
    return socket.gethostbyname(name)


@pytest.fixture(autouse=True)
def stand_in(monkeypatch):
    """Answer each question for a name with the same address, without asking anybody."""
    monkeypatch.setattr(socket, "gethostbyname", lambda _: "192.0.2.1")


def test_what_was_there_is_back():
    """Afterwards everything is as it was: the methods of a socket are inherited again."""
    before = what_stands()
    with guarded((), Refusal):
        assert [now for now, was in zip(what_stands(), before, strict=True) if now is was] == []
    assert what_stands() == before
    assert [name for name in METHODS if name in vars(socket.socket)] == []


def test_an_exception_passes():
    """It is as it was whatever ended the block."""
    before = what_stands()
    with pytest.raises(Refusal), guarded((), Refusal):
        look_up()
    assert what_stands() == before
    assert look_up() == "192.0.2.1"


def test_what_somebody_else_put_there(monkeypatch):
    """What stood in place of the originals is called, and put back."""
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: f"connected to {address}")
    before = what_stands()
    with guarded(["192.0.2.1"], Refusal), socket.socket() as client:
        assert client.connect(("192.0.2.1", 1)) == "connected to ('192.0.2.1', 1)"
    assert what_stands() == before


def test_what_somebody_else_puts_there_meanwhile(monkeypatch):
    """What is put in our place within the block stays, and goes on working."""
    with guarded((), Refusal):
        ours = socket.gethostbyname
        monkeypatch.setattr(socket, "gethostbyname", lambda name: f"asked: {ours(name)}")
        with pytest.raises(Refusal):
            look_up()
    assert look_up() == "asked: 192.0.2.1"
    with guarded((), Refusal), pytest.raises(Refusal):
        look_up()
    assert look_up() == "asked: 192.0.2.1"


def test_a_kept_reference_is_transparent():
    """A function that was taken within a block guards nothing when the block is left."""
    with guarded((), Refusal):
        kept = socket.gethostbyname
    assert kept("api.invalid") == "192.0.2.1"


def test_an_inner_block():
    """Within two blocks both must allow a host, and the innermost that does not refuses it."""
    with guarded(["outer.invalid", "both.invalid"], Refusal):
        with guarded(["inner.invalid", "both.invalid"], Inner):
            assert look_up("both.invalid") == "192.0.2.1"
            with pytest.raises(Inner):
                look_up("outer.invalid")
            with pytest.raises(Inner):
                look_up("neither.invalid")
            with pytest.raises(Refusal) as refusal:
                look_up("inner.invalid")
            assert type(refusal.value) is Refusal
        assert look_up("outer.invalid") == "192.0.2.1"
        with pytest.raises(Refusal):
            look_up("inner.invalid")


def test_blocks_that_overlap():
    """Blocks may be left in any order; the last one puts back what was there."""
    before = what_stands()
    with ExitStack() as first, ExitStack() as second:
        first.enter_context(guarded((), Refusal))
        second.enter_context(guarded((), Inner))
        first.close()
        with pytest.raises(Inner):
            look_up()
        second.close()
        assert what_stands() == before


def test_threads_are_watched():
    """A thread that was started within the block, or before, is refused like the test itself."""
    with ThreadPoolExecutor(1) as before:
        assert before.submit(look_up).result() == "192.0.2.1"
        with guarded((), Refusal), ThreadPoolExecutor(1) as within:
            for pool in (before, within):
                with pytest.raises(Refusal):
                    pool.submit(look_up).result()


def test_blocks_of_many_threads():
    """Many threads enter and leave blocks at once; each is guarded, and nothing is left behind."""
    before = what_stands()
    start = threading.Barrier(8)

    def enter_often(number):
        start.wait()
        for _ in range(200):
            with pytest.raises(Refusal), guarded([f"{number}.invalid"], Refusal):
                look_up()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(enter_often, range(8)))
    assert what_stands() == before
