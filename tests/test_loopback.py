"""What the servers of the tests say, which must not stand in the test that runs next."""

from __future__ import annotations

import socket
from http.server import BaseHTTPRequestHandler

import pytest
from loopback import LocalServer


@pytest.mark.parametrize(
    ("error", "told"), [(ConnectionResetError, ""), (ValueError, "ValueError: no answer")]
)
def test_a_server_tells_of_its_own_errors_alone(capsys, error, told):
    """A client that has left is none; anything else is shown, as by any server."""

    class Handler(BaseHTTPRequestHandler):
        def handle(self):
            raise error("no answer")

    with LocalServer(Handler) as server:
        server.daemon_threads = False  # closing waits for them
        socket.create_connection(server.server_address).close()
        server.handle_request()
    shown = capsys.readouterr().err
    assert (told in shown) if told else not shown
