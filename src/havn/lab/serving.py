# SPDX-License-Identifier: Apache-2.0
"""Small HTTP servers on loopback that run in a thread and say nothing, and ports to listen on."""

from __future__ import annotations

import secrets
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Linux gives outgoing connections the ports from 32768 on, also one whose server is just being started again.
_PORTS = range(10_240, 32_768)
_TRIES = 100


def free_port() -> int:
    """Return a loopback port that nobody has by TCP, and that no outgoing connection will be given."""
    for _ in range(_TRIES):
        port = secrets.choice(_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no port was free")


class QuietAnswerer(BaseHTTPRequestHandler):
    """Answers without writing to the terminal."""

    protocol_version = "HTTP/1.1"
    server_version = "LabHost"
    sys_version = ""

    def log_message(self, *_arguments: object) -> None:
        """Say nothing: the demonstration tells its own story."""

    def answer(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        """Send one whole answer and close; HEAD gets the head only."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.close_connection = True


class LoopbackServer:
    """A threading HTTP server on an ephemeral port of 127.0.0.1."""

    def __init__(self) -> None:
        self._server: ThreadingHTTPServer | None = None

    def answerer(self) -> type[QuietAnswerer]:
        """Return the class that answers requests."""
        raise NotImplementedError

    def start(self) -> int:
        """Listen and return the port."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self.answerer())
        self._server.daemon_threads = True
        threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True, name="lab-http"
        ).start()
        return int(self._server.server_address[1])

    def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
