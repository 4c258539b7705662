# SPDX-License-Identifier: Apache-2.0
"""The body guard under the real server: raw sockets against a granian process on loopback."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from havn.lab import free_port
from tests.support.waiting import wait_until

FOLDER = Path(__file__).parent
FORM_TYPE = "application/x-www-form-urlencoded"
GIGABYTE = 1 << 30


@contextlib.contextmanager
def granian(folder, name, *options):
    """Run one of the guarded applications under granian; yield its port and its temporary folder."""
    temporary = folder / "temporary"
    temporary.mkdir()
    port = free_port()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
                *("--port", str(port), "--workers", "1", "--no-ws"),
                *("--working-dir", str(FOLDER), *options, f"guarded_application:{name}"),
            ],
            env=os.environ | {"TMPDIR": str(temporary)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_until(lambda: accepts(port), what="granian")
        yield port, temporary
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with granian(
        tmp_path_factory.mktemp("granian"), "guarded", "--blocking-threads", "2"
    ) as found:
        yield found


@pytest.fixture(scope="module")
def hurried_server(tmp_path_factory):
    options = (
        "--http",
        "1",
        "--blocking-threads",
        "64",
        "--workers-kill-timeout",
        "1",
        "--respawn-interval",
        "3",  # for the new worker to get ready before the old one goes
    )
    with granian(tmp_path_factory.mktemp("hurried"), "hurried", *options) as found:
        yield found


def accepts(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def send(port, head, body=b""):
    """Send a request in raw bytes; return all that comes back until the server closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall("\r\n".join([*head, "Host: localhost", "", ""]).encode() + body)
        return drained(connection)


def drained(connection):
    pieces = []
    # A reset after the answer is how a server may close on a peer that goes on sending.
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            pieces.append(piece)
    return b"".join(pieces)


def itself(port):
    """Return what the server's process says of itself: memory, temporary files, its number, reading threads."""
    answer = send(port, ["GET /self HTTP/1.1", "Connection: close"])
    return [int(each) for each in answer.partition(b"\r\n\r\n")[2].split()]


def memory_and_files(port):
    return itself(port)[:2]


REFUSED = {
    "a file": (
        415,
        [
            "POST /form HTTP/1.1",
            "Content-Type: multipart/form-data; boundary=x",
            "Content-Length: 5000",
        ],
    ),
    "a picture": (415, ["POST /form HTTP/1.1", "Content-Type: image/png", "Content-Length: 5000"]),
    "one gigabyte": (
        413,
        ["POST /form HTTP/1.1", f"Content-Type: {FORM_TYPE}", f"Content-Length: {GIGABYTE}"],
    ),
    "chunks": (
        413,
        ["POST /form HTTP/1.1", f"Content-Type: {FORM_TYPE}", "Transfer-Encoding: chunked"],
    ),
    "no route": (
        413,
        ["PUT /other HTTP/1.1", f"Content-Type: {FORM_TYPE}", "Content-Length: 5000"],
    ),
    "a body of a GET": (
        413,
        ["GET / HTTP/1.1", f"Content-Type: {FORM_TYPE}", "Content-Length: 5000"],
    ),
    "compressed": (
        415,
        [
            "POST /form HTTP/1.1",
            f"Content-Type: {FORM_TYPE}",
            "Content-Length: 50",
            "Content-Encoding: gzip",
        ],
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_peer_that_waits_for_100_is_answered_and_cut_off(server, name):
    port, _ = server
    status, head = REFUSED[name]
    answer = send(port, [*head, "Expect: 100-continue"])
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"100 Continue" not in answer
    assert answer.count(b"HTTP/1.1") == 1
    assert b"connection: close" in answer.lower()


@pytest.mark.parametrize("name", REFUSED)
def test_a_peer_that_sends_at_once_is_answered_and_cut_off(server, name):
    port, _ = server
    status, head = REFUSED[name]
    body = b"5\r\nhello\r\n" if name == "chunks" else b"x" * 500
    # What follows in the same packet must never be taken for a second request.
    smuggled = b"GET /self HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answer = send(port, head, body + smuggled)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert answer.count(b"HTTP/1.1") == 1


def test_an_allowed_body_arrives_also_when_the_peer_waits_for_100(server):
    port, _ = server
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        head = [
            "POST /form HTTP/1.1",
            "Host: x",
            f"Content-Type: {FORM_TYPE}",
            "Content-Length: 7",
        ]
        head += ["Connection: close", "Expect: 100-continue", "", ""]
        connection.sendall("\r\n".join(head).encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"a=1&b=2")
        assert drained(connection).endswith(b"\r\n\r\n7")


def test_a_flood_of_refused_bytes_leaves_memory_and_the_temporary_folder_as_they_were(server):
    port, temporary = server
    for _ in range(3):
        memory_and_files(port)
    before, _ = memory_and_files(port)
    for _ in range(10):
        for name in ("one gigabyte", "chunks", "a file"):
            flood(port, REFUSED[name][1])
    after, files = memory_and_files(port)
    assert files == 0
    assert not list(temporary.iterdir())
    # Kilobytes of the highest mark ever; 30 floods of up to 8 MB each would show.
    assert after - before < 4_096


def flood(port, head):
    """Push up to 8 MB at the server as fast as it takes them."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall("\r\n".join([*head, "Host: x", "", ""]).encode())
            for _ in range(128):
                connection.sendall(b"x" * 65536)
        drained(connection)


def frame(kind, flags, stream, content=b""):
    """Return one frame of HTTP/2 (RFC 9113 section 4.1)."""
    return (
        len(content).to_bytes(3, "big")
        + bytes([kind, flags])
        + stream.to_bytes(4, "big")
        + content
    )


def literal(name, value):
    """Return a header of HPACK that is neither indexed nor compressed (RFC 7541 section 6.2.2)."""
    return b"\x00" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()


def test_http_2_brings_no_body_past_the_guard_by_not_announcing_it(server):
    port, temporary = server
    headers = [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", "/form"),
        (":authority", "localhost"),
    ]
    packed = b"".join(literal(*header) for header in [*headers, ("content-type", FORM_TYPE)])
    request = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0) + frame(1, 0x4, 1, packed)
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(request + frame(0, 0, 1, b"PICTURE") + frame(0, 1, 1, b"PICTURE"))
        seen = {}
        while 0 not in seen:
            head = connection.recv(9, socket.MSG_WAITALL)
            size = int.from_bytes(head[:3], "big")
            seen[head[3]] = connection.recv(size, socket.MSG_WAITALL) if size else b""
    # The application was asked, and read nothing.
    assert seen[0] == b"0"
    assert not list(temporary.iterdir())


DRIP = (
    f"POST /form HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM_TYPE}\r\nContent-Length: 10\r\n\r\na"
)


@contextlib.contextmanager
def dripping(port, count):
    """Announce ten bytes on so many connections and send one."""
    with contextlib.ExitStack() as stack:
        connections = []
        for _ in range(count):
            connections.append(socket.create_connection(("127.0.0.1", port), timeout=10))
            stack.enter_context(connections[-1])
            connections[-1].sendall(DRIP.encode())
        yield connections


def test_work_goes_on_beside_senders_who_drip_and_they_cost_nothing_once_they_go(hurried_server):
    port, temporary = hurried_server
    with dripping(port, 3) as connections:
        wait_until(lambda: itself(port)[3] == 3, what="work while bodies are overdue")
        connections[0].sendall(b"b" * 9)
        answer = connections[0].recv(65536)
        assert answer.startswith(b"HTTP/1.1 200 "), "who comes late after all is heard"
        assert answer.endswith(b"10")
    wait_until(lambda: itself(port)[3] == 0, what="the end of those who went")
    assert not list(temporary.iterdir())


def test_too_many_senders_who_stay_are_cut_off_with_their_worker_while_others_are_served(
    hurried_server,
):
    port, _ = hurried_server
    old = itself(port)[2]
    with dripping(port, 8) as connections:
        wait_until(lambda: itself(port)[2] != old, what="a new worker")
        for connection in connections:
            assert drained(connection) == b"", "nothing but the end"


def test_peers_that_do_not_read_what_they_asked_for_hold_nobody_up(hurried_server):
    port, _ = hurried_server
    with contextlib.ExitStack() as stack:
        for _ in range(6):  # more than there are threads
            peer = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            peer.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
            assert peer.recv(12) == b"HTTP/1.1 200"
        answer = send(port, ["GET /form HTTP/1.1", "Connection: close"])
        assert answer.startswith(b"HTTP/1.1 200 ")


def test_a_server_that_is_told_http_1_does_not_speak_http_2(hurried_server):
    port, _ = hurried_server
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0))
        answer = drained(connection)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400 ")
