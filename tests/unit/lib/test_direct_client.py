# SPDX-License-Identifier: Apache-2.0
"""What must hold of requests to another node: sent once, to a public address, answered within limits (S16)."""

import socket
import threading

import pytest

from havn.lib.http import (
    DirectClient,
    FetchError,
    InsecureLoopbackConnector,
    InsecureWarning,
    Route,
)
from tests.unit.lib.pretend_world import (
    LATE,
    PUBLIC,
    PretendResolver,
    PretendServer,
    answering,
    drip,
    endless,
    mute,
    redirect,
)

HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
ANSWER = HEAD + "Content-Length: 2\r\nX-Name: a\r\nX-NAME: b\r\n\r\n{}"


@pytest.fixture
def reach():
    """Return a function that starts a server and returns a client that reaches it as node.example."""
    servers = []

    def build(behave, *, timeout_seconds=3.0):
        servers.append(PretendServer(behave))
        resolver = PretendResolver(node_example=[PUBLIC], inner_example=["10.0.0.1"])
        with pytest.warns(InsecureWarning):
            connector = InsecureLoopbackConnector(resolver, {f"{PUBLIC}:80": servers[-1].port})
        client = DirectClient(connector, agent="Havn test", timeout_seconds=timeout_seconds)
        client.servers = servers
        return client

    yield build
    for server in servers:
        server.close()


def failure_of(client, url="http://node.example/", **options):
    options = {"headers": {}, "most_bytes": 100} | options
    with pytest.raises(FetchError) as refusal:
        client.exchange("GET", url, **options)
    return refusal.value.failure


def test_an_answer_comes_whole_with_its_headers(reach):
    client = reach(answering(ANSWER))
    answer = client.exchange("GET", "http://node.example/a?b=c", headers={"Signature": "x"}, most_bytes=2)  # fmt: skip
    assert (answer.status, answer.body, answer.headers["x-name"]) == (200, b"{}", "a, b")
    head = client.servers[0].heads[0]
    assert head.startswith("GET /a?b=c HTTP/1.1\r\nHost: node.example\r\n")
    assert "Signature: x\r\n" in head
    assert "Accept-Encoding: identity\r\n" in head
    assert "Content-Length" not in head


@pytest.mark.parametrize("body", [b"{}", b"", b"x" * 100_000])
def test_a_body_is_sent_with_its_length(reach, body):
    received = []

    def take(connection, head):
        length = int(head.partition("Content-Length: ")[2].partition("\r\n")[0])
        content = head.encode("latin-1").partition(b"\r\n\r\n")[2]
        while len(content) < length:
            content += connection.recv(65536)
        received.append(content)
        connection.sendall(ANSWER.encode())

    answer = reach(take).exchange(
        "POST",
        "http://node.example/",
        headers={"Content-Type": "application/json"},
        body=body,
        most_bytes=2,
    )
    assert (answer.status, received) == (200, [body])


def test_a_refusal_comes_with_its_body(reach):
    text = "HTTP/1.1 401 No\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n"
    client = reach(answering(text + '{"code":"x"}'))
    answer = client.exchange("GET", "http://node.example/", headers={}, most_bytes=100)
    assert (answer.status, answer.body) == (401, b'{"code":"x"}')


HOSTILE = {
    "a redirect": (answering(redirect("http://node.example/x")), "redirected"),
    "too much": (answering(HEAD + "Content-Length: 101\r\n\r\n" + "x" * 101), "too_large"),
    "more than announced, for ever": (endless(HEAD.encode() + b"\r\n", b"x" * 1000), "too_large"),
    "less than announced": (answering(HEAD + "Content-Length: 50\r\n\r\n{}"), "protocol"),
    "compressed": (answering(HEAD + "Content-Encoding: gzip\r\n\r\n{}"), "wrong_type"),
    "no HTTP": (answering("hello\r\n\r\n"), "protocol"),
    "another protocol": (answering("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"), "protocol"),
    "endless headers": (
        endless(b"HTTP/1.1 200 OK\r\n", b"X-A: " + b"b" * 1000 + b"\r\n"),
        "protocol",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_is_refused(reach, name):
    behave, failure = HOSTILE[name]
    assert failure_of(reach(behave)) == failure


@pytest.mark.parametrize("behave", [mute, drip(ANSWER.encode(), 0.2)])
def test_one_deadline_covers_the_whole_exchange(reach, behave):
    assert failure_of(reach(behave, timeout_seconds=1)) == "timeout"
    assert LATE > 1


@pytest.mark.parametrize(
    ("url", "failure"),
    [
        ("http://127.0.0.1/", "private_address"),
        ("http://inner.example/", "private_address"),
        ("http://unknown.example/", "no_such_name"),
        ("http://node.example:81/", "refused"),
        ("ftp://node.example/", "unsupported_scheme"),
    ],
)
def test_only_public_addresses_are_reached(reach, url, failure):
    assert failure_of(reach(answering(ANSWER)), url) == failure


@pytest.mark.parametrize(("method", "body"), [("PUT", b""), ("GET", b"x"), ("HEAD", b"")])
def test_other_methods_are_a_mistake_of_ours(reach, method, body):
    client = reach(answering(ANSWER))
    with pytest.raises(ValueError, match="GET"):
        client.exchange(method, "http://node.example/", headers={}, body=body, most_bytes=1)


def test_a_header_with_a_line_break_is_not_sent(reach):
    client = reach(answering(ANSWER))
    assert failure_of(client, headers={"X": "a\r\nY: b"}) == "protocol"
    assert client.servers[0].heads == []


class TwoRoutes:
    """A connector with two routes to one host."""

    def __init__(self, *ports):
        self.ports = ports

    def resolve(self, host, port, *, timeout_seconds=None):
        return [Route("127.0.0.1", each, PUBLIC) for each in self.ports]

    def endpoint_for(self, public_address, port):
        raise AssertionError


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_the_second_address_is_tried_where_the_first_does_not_connect(reach):
    port = reach(answering(ANSWER)).servers[0].port
    client = DirectClient(TwoRoutes(closed_port(), port), agent="x")
    assert client.exchange("GET", "http://node.example/", headers={}, most_bytes=9).status == 200


def test_nothing_is_sent_twice_where_the_first_address_connects_and_says_nothing(reach):
    asked = threading.Event()

    def hang_up(connection, _head):
        asked.set()

    first = PretendServer(hang_up)
    second = reach(answering(ANSWER)).servers[0]
    client = DirectClient(TwoRoutes(first.port, second.port), agent="x", timeout_seconds=2)
    try:
        assert failure_of(client) == "protocol"
    finally:
        first.close()
    assert asked.is_set()
    assert second.heads == []
