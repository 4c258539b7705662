# SPDX-License-Identifier: Apache-2.0
"""What must hold of a look at an address: checked addresses, told redirects, and no body ever."""

import threading

import pytest

from havn.lib.encoding import AddressError
from havn.lib.http import GuardedClient, PublicConnector, Route, _connection
from tests.support.waiting import wait_until
from tests.unit.lib.pretend_world import (
    OK,
    OTHER,
    PUBLIC,
    PretendResolver,
    PretendServer,
    answering,
    redirect,
)


def test_a_page_that_is_up_is_seen_by_its_head_alone(world):
    client = world(answering(OK))
    seen = client.look("http://example.org/a%20b?q=1#part")
    assert (seen.status, seen.failure, seen.method) == (200, None, "HEAD")
    assert seen.headers == {"content-type": "text/html", "content-length": "7", "etag": '"1"'}
    assert seen.addresses == (PUBLIC,)
    assert seen.final_url == "http://example.org/a%20b?q=1#part"
    assert (seen.redirects, seen.tls_subject) == ((), None)
    assert 0 <= seen.took_seconds < 3
    (head,) = client.servers[0].heads
    lines = head.split("\r\n")
    assert lines[0] == "HEAD /a%20b?q=1 HTTP/1.1"
    assert set(lines[1:]) == {
        *("Host: example.org", "User-Agent: Havn test", "Accept: */*", ""),
        *("Accept-Encoding: identity", "Connection: close"),
    }


def test_the_address_that_a_reader_came_from_is_sent_and_cookies_never_are(world):
    client = world(answering("HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\n\r\n"))
    for _ in range(2):
        client.look("http://example.org/", came_from="http://other.example/x#y")
    assert all("Referer: http://other.example/x\r\n" in head for head in client.servers[0].heads)
    assert not any("cookie" in head.lower() for head in client.servers[0].heads)


def test_proxies_of_the_environment_are_not_used(world, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert world(answering(OK)).look("http://example.org/").status == 200


@pytest.mark.parametrize("refusal", [405, 501])
def test_where_head_is_refused_a_get_asks_for_one_byte(world, refusal):
    def behave(connection, head):
        status = refusal if head.startswith("HEAD") else 206
        connection.sendall(f"HTTP/1.1 {status} X\r\nContent-Length: 1\r\n\r\nx".encode())

    client = world(behave)
    seen = client.look("http://example.org/")
    assert (seen.status, seen.method) == (206, "GET")
    assert "Range: bytes=0-0" not in client.servers[0].heads[0]
    assert "Range: bytes=0-0" in client.servers[0].heads[1]


def test_no_byte_behind_the_headers_is_taken_from_the_socket(world, monkeypatch):
    taken = []
    receive = _connection._BoundedStream._receive

    def counting(stream, count):
        taken.append(receive(stream, count))
        return taken[-1]

    monkeypatch.setattr(_connection._BoundedStream, "_receive", counting)

    def behave(connection, head):
        if head.startswith("HEAD"):
            connection.sendall(b"HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n")
        else:  # ignores the range and sends everything in the same packet
            connection.sendall(OK.replace(": 7", ": 5000").encode() + b"PICTURE" * 700)

    client = world(behave)
    assert client.look("http://example.org/").status == 200
    assert b"".join(taken).endswith(b"\r\n\r\n")
    assert b"PICTURE" not in b"".join(taken)


def test_a_server_that_sends_for_ever_is_left_at_the_end_of_the_headers(world):
    ended = threading.Event()

    def behave(connection, _head):
        try:
            connection.sendall(OK.encode())
            while True:
                connection.sendall(b"x" * 65536)
        except OSError:
            ended.set()

    assert world(behave).look("http://example.org/").took_seconds < 2
    assert ended.wait(5)


@pytest.mark.parametrize(
    "status", [200, 204, 206, 304, 401, 403, 404, 410, 429, 451, 500, 503, 999]
)
def test_every_status_is_told_as_it_came(world, status):
    seen = world(answering(f"HTTP/1.1 {status} X\r\n\r\n")).look("http://example.org/")
    assert (seen.status, seen.failure) == (status, None)


def test_redirects_are_followed_and_told(world):
    client = world(
        lambda connection, head: connection.sendall(
            (
                redirect("/b?c#d", 301) if " / " in head else redirect("//other.example/é", 308)
            ).encode()
        ),
        answering(OK),
    )
    seen = client.look("http://example.org/")
    assert seen.status == 200
    assert seen.redirects == (
        (301, "http://example.org/b?c#d"),
        (308, "http://other.example/%C3%A9"),
    )
    assert seen.final_url == "http://other.example/%C3%A9"
    assert seen.addresses == (PUBLIC,)
    assert "Host: other.example" in client.servers[1].heads[0]


def test_an_endless_chain_of_redirects_is_bounded(world):
    count = iter(range(10_000))
    client = world(lambda c, _head: c.sendall(redirect(f"/{next(count)}").encode()))
    seen = client.look("http://example.org/")
    assert (seen.status, seen.failure) == (None, "too_many_redirects")
    assert len(seen.redirects) == len(client.servers[0].heads) == 6


def test_a_redirect_to_itself_is_bounded(world):
    client = world(answering(redirect("/")), most_redirects=2)
    assert client.look("http://example.org/").failure == "too_many_redirects"
    assert len(client.servers[0].heads) == 3


PRIVATE_HOSTS = [
    *(
        "127.0.0.1",
        "127.1",
        "0x7f000001",
        "2130706433",
        "0",
        "10.0.0.1",
        "169.254.169.254",
        "100.64.1.1",
    ),
    *(
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:8.8.8.8]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fd00::1]",
    ),
    *("inner.example", "192.168.0.1:22", "[fe80::1]"),
]


@pytest.mark.parametrize("host", PRIVATE_HOSTS)
def test_a_redirect_to_a_private_address_is_refused(world, host):
    client = world(answering(redirect(f"http://{host}/")))
    seen = client.look("http://example.org/")
    assert (seen.status, seen.failure) == (None, "private_address")
    assert [status for status, _ in seen.redirects] == [302]
    assert len(client.servers[0].heads) == 1


@pytest.mark.parametrize("host", PRIVATE_HOSTS)
def test_a_private_address_is_not_asked_in_the_first_place(host):
    resolver = PretendResolver(inner_example=["10.0.0.1"])
    client = GuardedClient(PublicConnector(resolver), agent="x", timeout_seconds=1)
    seen = client.look(f"http://{host}/")
    assert seen.failure == "private_address"
    assert len(seen.addresses) == 1


@pytest.mark.parametrize(
    "location",
    [
        "javascript:alert(1)",
        "ftp://example.org/",
        "http://a:b@example.org/",
        "http://[",
        "http://",
        "x" * 9_000,
    ],
)
def test_a_redirect_to_nowhere_is_told_as_such(world, location):
    seen = world(answering(redirect(location))).look("http://example.org/")
    assert (seen.status, seen.failure) == (None, "bad_redirect")
    assert seen.redirects == ((302, location[:1000]),)


def test_a_redirect_without_a_target_is_an_answer(world):
    seen = world(answering("HTTP/1.1 302 Found\r\n\r\n")).look("http://example.org/")
    assert (seen.status, seen.redirects) == (302, ())


@pytest.mark.parametrize(
    ("host", "failure"),
    [
        ("gone.example", "no_such_name"),
        ("dead.example", "no_address"),
        ("other.example", "refused"),
    ],
)
def test_a_host_that_cannot_be_reached_says_why(world, host, failure):
    seen = world(answering(OK)).look(f"http://{host}/")
    assert (seen.status, seen.failure) == (None, failure)


def test_a_closed_port_is_told_as_refused(world):
    server = PretendServer(answering(OK))
    server.close()
    seen = world(server).look("http://example.org/")
    assert (seen.failure, seen.addresses) == ("refused", (PUBLIC,))


def test_what_is_no_address_is_the_callers_mistake(world):
    with pytest.raises(AddressError):
        world().look("javascript:alert(1)")


def test_a_name_that_changes_its_mind_is_pinned_to_the_address_that_was_checked(world):
    """A name server that answers public first and private afterwards gets nobody to connect inside."""
    resolver = PretendResolver(example_org=[PUBLIC, "127.0.0.1", "10.0.0.1"])

    def behave(connection, head):
        status = "405 No" if head.startswith("HEAD") else "200 OK"
        connection.sendall(f"HTTP/1.1 {status}\r\n\r\n".encode())

    client = world(behave, resolver=resolver)
    assert client.look("http://example.org/").status == 200
    assert resolver.asked == ["example.org"]
    # The next look asks again, is told the private address, and refuses.
    assert client.look("http://example.org/").failure == "private_address"
    assert len(client.servers[0].heads) == 2


def test_a_redirect_to_the_same_name_is_checked_again(world):
    resolver = PretendResolver(example_org=[PUBLIC, "169.254.169.254"])
    client = world(answering(redirect("/again")), resolver=resolver)
    assert client.look("http://example.org/").failure == "private_address"


def test_the_socket_goes_to_the_route_and_nowhere_else(monkeypatch):
    asked = []

    def connect(endpoint, timeout):
        asked.append(endpoint)
        raise ConnectionRefusedError

    monkeypatch.setattr(_connection.socket, "create_connection", connect)
    resolver = PretendResolver(example_org=[(PUBLIC, "2a00::1"), "127.0.0.1"])
    client = GuardedClient(PublicConnector(resolver), agent="x", timeout_seconds=1)
    assert client.look("https://example.org:8443/").failure == "refused"
    assert asked == [(PUBLIC, 8443), ("2a00::1", 8443)]


def test_the_next_address_is_tried_when_one_is_dead(world):
    server = PretendServer(answering(OK))
    dead = PretendServer(answering(OK))
    dead.close()

    class BothConnector:
        def resolve(self, host, port, *, timeout_seconds=None):
            return [Route("127.0.0.1", dead.port, PUBLIC), Route("127.0.0.1", server.port, OTHER)]

        def endpoint_for(self, public_address, port):
            raise AssertionError

    seen = GuardedClient(BothConnector(), agent="x").look("http://example.org/")
    assert (seen.status, seen.addresses) == (200, (PUBLIC, OTHER))
    server.close()


def test_header_values_are_shown_without_control_characters_and_cut(world):
    text = "HTTP/1.1 200 OK\r\nServer: \u202eevil\r\nETag: " + "e" * 5_000 + "\r\n\r\n"
    seen = world(answering(text, encoding="utf-8")).look("http://example.org/")
    assert seen.headers["server"] == "\ufffdevil"
    assert len(seen.headers["etag"]) == 1_000


def test_many_looks_at_once_do_not_mix(world):
    client = world(
        lambda connection, head: connection.sendall(
            f"HTTP/1.1 200 OK\r\nETag: {head.split()[1]}\r\n\r\n".encode()
        )
    )
    seen = {}

    def look(number):
        seen[number] = client.look(f"http://example.org/{number}").headers["etag"]

    threads = [threading.Thread(target=look, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {number: f"/{number}" for number in range(20)}


def test_every_socket_is_closed_whatever_happened(world):
    closed = []

    def behave(connection, head):
        connection.sendall(OK.encode() if "/up" in head else b"garbage\r\n\r\n")
        closed.append(connection.recv(1))

    client = world(behave)
    client.look("http://example.org/up")
    client.look("http://example.org/garbage")
    wait_until(lambda: closed == [b"", b""], what="both connections closed")
