# SPDX-License-Identifier: Apache-2.0
"""The real processes of every audience and bodies that they do not take, dripping or in floods, over raw sockets."""

import contextlib
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from havn.config.audiences import AUDIENCES
from havn.lab import free_port
from havn.lib import clock, signing
from havn.lib.http import DirectClient, InsecureLoopbackConnector, InsecureWarning
from havn.lib.keyring import Keyring
from tests.support.empty_tables import place_tables
from tests.support.node import RunningNode, new_node, node_environment
from tests.support.waiting import wait_until
from tests.unit.lib.pretend_world import PUBLIC as PUBLIC_ADDRESS
from tests.unit.lib.pretend_world import PretendResolver

# What is refused here gets as far as no database.
pytestmark = [pytest.mark.sqlite_only, pytest.mark.timeout(180)]
FORM = "application/x-www-form-urlencoded"
MB = 1 << 20
WITH_PAGES = sorted(name for name, each in AUDIENCES.items() if each.has_pages)
PUBLIC = (
    "/en/report",
    "/da/status",
    "/en/answer/x",
    "/en/help",
    "/en/nowhere",
    "/static/havn/havn.css",
    "/healthz",
)
DESK = (
    "/desk/en/sign-in/", "/desk/en/", "/desk/en/next/", "/desk/da/nowhere/",
    "/desk/en/report/0198d1f0-0000-4000-8000-000000000017/paste/",
)  # fmt: skip
NODE = ("/api/v1/about", "/api/v1/log/tile/0/000", "/api/v1/nowhere")
# One of every kind of route.
PATHS = {
    "public": PUBLIC,
    "desk": DESK + PUBLIC[4:],
    "node": NODE + PUBLIC[4:],
    "all": PUBLIC + DESK + NODE,
    "alliance": ("/en/", "/da/", *PUBLIC[4:]),
}
REFUSED = {
    "1 GB of a form": (("POST",), [f"Content-Type: {FORM}", f"Content-Length: {1 << 30}"], {413}),
    "a picture of 1 GB": (("POST", "PUT"), ["Content-Type: image/png", f"Content-Length: {1 << 30}"], {413, 415}),
    "chunks": (("POST", "GET"), [f"Content-Type: {FORM}", "Transfer-Encoding: chunked"], {413}),
    "a file": (("POST",), ["Content-Type: multipart/form-data; boundary=x", "Content-Length: 5000"], {413, 415}),
    "a body of a GET": (("GET", "PICTURE"), [f"Content-Type: {FORM}", "Content-Length: 5"], {413}),
    "chunks with a length": (
        ("POST",), [f"Content-Type: {FORM}", "Content-Length: 5", "Transfer-Encoding: chunked"], {400, 413},
    ),
    "two lengths": (("POST",), [f"Content-Type: {FORM}", "Content-Length: 5", "Content-Length: 6"], {400}),
}  # fmt: skip


class Served:
    """The process of one audience."""

    def __init__(self, audience, node, temporary):
        self.audience, self.temporary = audience, temporary
        self.port = node.port
        self.process = node.start(
            f"serve-{audience}", "serve", "--audience", audience, "--port", str(node.port), "--workers", "1",
        )  # fmt: skip
        self.wait = lambda: node.wait_for_answer(self.process, name=f"serve-{audience}")

    def workers(self):
        """Return the processes that answer requests."""
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return {
            pid
            for pid in found.split()
            if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
        }

    def memory(self):
        """Return the most bytes that the workers ever had in memory."""
        marks = (Path(f"/proc/{pid}/status").read_text() for pid in self.workers())
        return sum(int(mark.split("VmHWM:")[1].split()[0]) * 1024 for mark in marks)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def ask(self, head, body=b""):
        """Send raw bytes and return all that comes until the server closes the connection."""
        with self.connect() as connection:
            with contextlib.suppress(ConnectionError):
                connection.sendall("\r\n".join([*head, "Host: 127.0.0.1", "", ""]).encode() + body)
            return drained(connection)


def drained(connection):
    pieces = []
    # A reset after the answer is how a server may close on a peer that goes on sending.
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            pieces.append(piece)
    return b"".join(pieces)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A node and a hub, made at the same time."""
    top = tmp_path_factory.mktemp("bodies")
    hub_environment = node_environment(top / "hub", HAVN_ROLE="hub")
    place_tables(hub_environment)
    hub = subprocess.Popen([sys.executable, "-m", "havn", "init"], env=hub_environment)
    node = new_node(top / "node")
    assert hub.wait(60) == 0
    return {
        "alliance": hub_environment,
        **dict.fromkeys(
            ("public", "desk", "node", "all"),
            node.environment | {"HAVN_NODE_ADDRESS": "https://node.example"},
        ),
    }


@pytest.fixture(scope="module")
def servers(folders, tmp_path_factory):
    """The real processes of all audiences, each with a temporary folder of its own."""
    nodes, found = [], {}
    try:
        for audience in WITH_PAGES:
            temporary = tmp_path_factory.mktemp(f"temporary-{audience}")
            environment = folders[audience] | {"TMPDIR": str(temporary)}
            nodes.append(
                RunningNode(
                    folder=Path(environment["HAVN_DATA"]),
                    port=free_port(),
                    environment=environment,
                )
            )
            found[audience] = Served(audience, nodes[-1], temporary)
        for each in found.values():
            each.wait()
        yield found
    finally:
        for node in nodes:
            for process in node.processes.values():
                process.terminate()
        for node in nodes:
            node.stop()


def is_refusal(answer, statuses):
    """Whether this is one answer of the guard, or of the server before it, and the end of the connection."""
    return (
        int(answer[9:12]) in statuses
        and answer.count(b"HTTP/1.1 ") == 1
        and b"100 Continue" not in answer
        and b"connection: close" in answer.lower()
    )


@pytest.mark.parametrize("audience", WITH_PAGES)
def test_a_refused_body_is_answered_without_100_and_cut_off(servers, audience):
    server = servers[audience]
    for path in PATHS[audience]:
        for name, (methods, headers, statuses) in REFUSED.items():
            for method in methods:
                head = [f"{method} {path} HTTP/1.1", *headers]
                waiting = server.ask([*head, "Expect: 100-continue"])
                assert is_refusal(waiting, statuses), (path, name, method, waiting[:300])
                # What follows in the same packet must never be taken for a second request.
                pushing = server.ask(
                    head, b"5\r\nhello\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
                )
                assert is_refusal(pushing, statuses), (path, name, method, pushing[:300])
    assert list(server.temporary.iterdir()) == []


@pytest.mark.parametrize("audience", WITH_PAGES)
def test_floods_leave_memory_and_the_temporary_folder_as_they_were(servers, audience):
    server = servers[audience]
    for path in PATHS[audience]:
        flood(server, path, REFUSED["chunks"][1], most=MB)
    before, workers = server.memory(), server.workers()
    for path in PATHS[audience]:
        for name in ("1 GB of a form", "a picture of 1 GB", "chunks"):
            flood(server, path, REFUSED[name][1], most=8 * MB)
    assert server.workers() == workers, "a worker ended"
    # The highest mark ever; 20 to 40 floods of up to 8 MB would show.
    assert server.memory() - before < 4 * MB
    assert list(server.temporary.iterdir()) == []


@pytest.mark.parametrize("audience", ["node", "all"])
def test_a_hundred_megabytes_for_another_node_are_refused_unread(servers, audience):
    """S20: by the announced length alone, before any signature is looked at."""
    server = servers[audience]
    announced = ["Content-Type: application/json", f"Content-Length: {100 * MB}"]
    flood(server, "/api/v1/payloads", announced, most=MB)
    before = server.memory()
    head = ["POST /api/v1/payloads HTTP/1.1", *announced]
    answer = server.ask([*head, "Expect: 100-continue"])
    assert is_refusal(answer, {413}), answer[:300]
    for _ in range(5):
        flood(server, "/api/v1/payloads", announced, most=8 * MB)
    assert server.memory() - before < 4 * MB
    assert list(server.temporary.iterdir()) == []


@pytest.mark.parametrize("audience", ["node", "all"])
def test_a_refusal_goes_over_the_wire_as_the_node_signed_it(servers, folders, audience):
    """S12, S13: what the server adds or leaves out is nothing that the signature covers."""
    resolver = PretendResolver(node_example=[PUBLIC_ADDRESS])
    with pytest.warns(InsecureWarning):
        connector = InsecureLoopbackConnector(
            resolver, {f"{PUBLIC_ADDRESS}:443": servers[audience].port}
        )
    client = DirectClient(connector, agent="Havn test", timeout_seconds=20)
    stranger, public = signing.new_signing_pair()
    body = b'{"commits":[],"v":1}'
    headers = signing.sign_request(
        "POST", "https://node.example/api/v1/payloads", body, "application/json",
        private=stranger, key_id=signing.key_id(public), at=clock.now(), nonce=signing.new_nonce(),
    )  # fmt: skip
    # The proxy in front ends TLS.
    reply = client.exchange(
        "POST", "http://node.example:443/api/v1/payloads",
        headers=headers, body=body, most_bytes=10_000,
    )  # fmt: skip
    own = Keyring(Path(folders[audience]["HAVN_DATA"]) / "keys").read("node-signing-key.pub")
    signing.verify_reply(
        reply.status, reply.headers, reply.body,
        request_headers=headers, key_of=lambda _key_id: own, at=clock.now(),
    )  # fmt: skip
    assert (reply.status, b'"unknown_key"' in reply.body) == (401, True)


def flood(server, path, headers, *, most):
    """Push so many bytes at the server as fast as it takes them."""
    with server.connect() as connection:
        with contextlib.suppress(ConnectionError):
            head = [f"POST {path} HTTP/1.1", *headers, "Host: 127.0.0.1", "", ""]
            connection.sendall("\r\n".join(head).encode())
            for _ in range(most >> 16):
                connection.sendall(b"x" * 65536)
        drained(connection)


def test_an_allowed_form_arrives_and_waits_for_100(servers):
    server = servers["public"]
    form = b"page=kind&kind=address&move=next"
    with server.connect() as connection:
        head = [
            "POST /en/report HTTP/1.1", "Host: 127.0.0.1", f"Content-Type: {FORM}",
            f"Content-Length: {len(form)}", "Expect: 100-continue", "Connection: close", "", "",
        ]  # fmt: skip
        connection.sendall("\r\n".join(head).encode())
        assert connection.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(form)
        answer = drained(connection)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"could not read the earlier pages" in answer, "the view saw the form"


@pytest.mark.parametrize("audience", WITH_PAGES)
def test_http_2_is_not_spoken(servers, audience):
    with servers[audience].connect() as connection:
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")
        answer = drained(connection)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400 ")


class Drip:
    """A sender who announces a form and never finishes it."""

    def __init__(self, server):
        self.connection = server.connect()
        head = [
            "POST /en/report HTTP/1.1",
            "Host: 127.0.0.1",
            f"Content-Type: {FORM}",
            "Content-Length: 100",
        ]
        self.connection.sendall("\r\n".join([*head, "", "page="]).encode())


def test_slow_senders_hold_nobody_up(servers):
    server = servers["public"]
    with contextlib.ExitStack() as stack:
        for _ in range(60):  # far more than work at once
            stack.callback(Drip(server).connection.close)
        assert quick_answer(server) < 8, "nobody waits for them"


def test_a_worker_has_as_many_connections_to_the_database_as_seats_however_many_ask(servers):
    server = servers["public"]
    with ThreadPoolExecutor(30) as visitors:
        answers = list(visitors.map(lambda _: asked_for_status(server), range(90)))
    assert all(each.startswith(b"HTTP/1.1 200 ") for each in answers)
    (worker,) = server.workers()
    opened = [str(each.readlink()) for each in Path(f"/proc/{worker}/fd").iterdir()]
    assert 1 <= sum(each.endswith("/havn.sqlite3") for each in opened) <= 2


def asked_for_status(server):
    form = b"receipt=0000-0000-0000-0000-0000"
    head = ["POST /en/status HTTP/1.1", f"Content-Type: {FORM}", f"Content-Length: {len(form)}", "Connection: close"]  # fmt: skip
    return server.ask(head, form)


def test_a_servers_threads_have_the_stack_of_pythons_own(servers):
    for server in servers.values():
        for worker in server.workers():
            assert b"RUST_MIN_STACK=8388608" in Path(f"/proc/{worker}/environ").read_bytes()


def test_workers_are_replaced_on_sighup_while_others_are_served(servers):
    server = servers["public"]
    old = server.workers()
    server.process.send_signal(signal.SIGHUP)

    def is_replaced():
        assert quick_answer(server) < 8
        return not server.workers() & old

    wait_until(is_replaced, seconds=30, every=0.2, what="the end of the old worker")


def quick_answer(server):
    """Send what a person sends and return how many seconds the answer took."""
    form = b"page=kind&kind=address&move=next"
    began = time.monotonic()
    head = [
        "POST /en/report HTTP/1.1",
        f"Content-Type: {FORM}",
        f"Content-Length: {len(form)}",
        "Connection: close",
    ]
    assert server.ask(head, form).startswith(b"HTTP/1.1 200 ")
    assert server.ask(["GET /en/ HTTP/1.1", "Connection: close"]).startswith(b"HTTP/1.1 200 ")
    return time.monotonic() - began
