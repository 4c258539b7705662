# SPDX-License-Identifier: Apache-2.0
"""What must hold of guarded requests: checked addresses, one deadline, bounded, and no body ever."""

import datetime as dt
import ipaddress
import json
import ssl
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from havn.lib import clock
from havn.lib.encoding import AddressError
from havn.lib.http import (
    FetchError,
    GuardedClient,
    InsecureLoopbackConnector,
    InsecureWarning,
    PublicConnector,
    Route,
    _connection,
)
from tests.support.waiting import wait_until
from tests.unit.lib.pretend_world import PretendResolver, PretendServer, answering

PUBLIC = "8.8.8.8"
OTHER = "9.9.9.9"
LATE = (
    4  # seconds: a busy machine is forgiven; without a deadline each of these takes ten and more
)
OK = 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 7\r\nETag: "1"\r\nX-Other: y\r\n\r\n'


@pytest.fixture
def world():
    """Return a function that starts servers and returns a client that reaches them by name."""
    servers = []

    def build(*behaviours, timeout_seconds=3.0, resolver=None, **options):
        # The first server plays example.org, the second other.example.
        servers.extend(
            behave if isinstance(behave, PretendServer) else PretendServer(behave)
            for behave in behaviours
        )
        ports = {}
        for address, server in zip((PUBLIC, OTHER), servers, strict=False):
            ports |= {f"{address}:80": server.port, f"{address}:443": server.port}
        resolver = resolver or PretendResolver(
            example_org=[PUBLIC],
            other_example=[OTHER],
            inner_example=["10.0.0.1"],
            dead_example=[()],
        )
        with pytest.warns(InsecureWarning):
            connector = InsecureLoopbackConnector(resolver, ports)
        client = GuardedClient(
            connector, agent="Havn test", timeout_seconds=timeout_seconds, **options
        )
        client.servers = servers
        return client

    yield build
    for server in servers:
        server.close()


def redirect(location, status=302):
    return f"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"


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


def test_a_given_referrer_is_sent_and_cookies_never_are(world):
    client = world(answering("HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\n\r\n"))
    for _ in range(2):
        client.look("http://example.org/", referrer="http://other.example/x#y")
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


def drip(text, pause):
    """Send one byte at a time until the other side has had enough."""

    def behave(connection, _head):
        stop = threading.Event()
        for byte in text:
            connection.sendall(bytes([byte]))
            stop.wait(pause)

    return behave


def endless(prefix, piece):
    def behave(connection, _head):
        connection.sendall(prefix)
        while True:
            connection.sendall(piece)

    return behave


def closing_after(text):
    def behave(connection, _head):
        connection.sendall(text)

    return behave


def mute(connection, _head):
    while connection.recv(4096):
        pass


HOSTILE = {
    "says nothing": (mute, "timeout"),
    "drips slowly": (drip(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1000, 0.05), "timeout"),
    "drips informational answers": (drip(b"HTTP/1.1 103 X\r\n\r\n" * 1000, 0.01), "timeout"),
    "endless headers": (endless(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 100), "protocol"),
    "an endless header": (endless(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 65536), "protocol"),
    "a huge header": (
        closing_after(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300_000 + b"\r\n\r\n"),
        "protocol",
    ),
    "endless informational answers": (
        endless(b"", b"HTTP/1.1 103 X\r\n\r\n" * 100),
        "protocol timeout",
    ),
    "endless empty lines": (endless(b"", b"\r\n" * 1000), "protocol"),
    "a garbage status line": (closing_after(b"\x00\xff\x01garbage\r\n\r\n"), "protocol"),
    "an impossible status": (closing_after(b"HTTP/1.1 99999 OK\r\n\r\n"), "protocol"),
    "a status of another protocol": (closing_after(b"ICY 200 OK\r\n\r\n"), "protocol"),
    "the banner of a mail server": (closing_after(b"220 mail.example ESMTP\r\n"), "protocol"),
    "a switch of protocols": (closing_after(b"HTTP/1.1 101 Switching\r\n\r\n"), "protocol"),
    "a wrong length": (closing_after(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"), "protocol"),
    "a negative length": (
        closing_after(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"),
        "protocol",
    ),
    "two lengths": (
        closing_after(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"),
        "protocol",
    ),
    "a NUL in a header": (closing_after(b"HTTP/1.1 200 OK\r\nX: a\x00b\r\n\r\n"), "protocol"),
    "a header without a name": (closing_after(b"HTTP/1.1 200 OK\r\n: x\r\n\r\n"), "protocol"),
    "closes at once": (lambda connection, _head: None, "protocol"),
    "closes in the status line": (closing_after(b"HTTP/1.1 2"), "protocol"),
    "closes in the headers": (closing_after(b"HTTP/1.1 200 OK\r\nContent-Ty"), "protocol"),
    "random bytes for ever": (endless(b"", bytes(range(256)) * 64), "protocol"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_server_yields_an_observation_within_the_time(world, name):
    behave, failure = HOSTILE[name]
    client = world(behave, timeout_seconds=1.0)
    seen = client.look("http://example.org/")
    assert seen.status is None
    assert seen.failure in failure.split()
    assert seen.took_seconds < LATE


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_server_of_documents_yields_an_error_within_the_time(world, name):
    behave, failure = HOSTILE[name]
    client = world(behave, timeout_seconds=1.0)
    began_at = clock.monotonic()
    with pytest.raises(FetchError) as refusal:
        client.fetch_json("http://example.org/", most_bytes=1000)
    assert refusal.value.failure in failure.split()
    assert clock.monotonic() - began_at < LATE


def test_the_deadline_covers_all_redirects_together(world):
    def behave(connection, _head):
        threading.Event().wait(0.3)
        connection.sendall(redirect("/").encode())

    seen = world(behave, timeout_seconds=0.7, most_redirects=100).look("http://example.org/")
    assert seen.failure == "timeout"
    assert seen.took_seconds < LATE
    assert 1 <= len(seen.redirects) <= 3


def test_header_values_are_shown_without_control_characters_and_cut(world):
    text = "HTTP/1.1 200 OK\r\nServer: \u202eevil\r\nETag: " + "e" * 5_000 + "\r\n\r\n"
    seen = world(answering(text, encoding="utf-8")).look("http://example.org/")
    assert seen.headers["server"] == "\ufffdevil"
    assert len(seen.headers["etag"]) == 1_000


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Return the file of a certificate for example.org and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example.org")])
    now = dt.datetime.now(tz=dt.UTC)
    names = x509.SubjectAlternativeName(
        [x509.DNSName("example.org"), x509.IPAddress(ipaddress.ip_address(PUBLIC))]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    written = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(made.public_bytes(Encoding.PEM) + written)
    return path


def tls_server(certificate, behave, **options):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return PretendServer(behave, context=context, **options)


def trusting(certificate, monkeypatch):
    context = ssl.create_default_context(cafile=certificate)
    monkeypatch.setattr(_connection, "_tls", lambda: context)


@pytest.mark.parametrize("host", ["example.org", PUBLIC])
def test_over_tls_the_name_stays_while_the_connection_is_pinned(
    world, certificate, monkeypatch, host
):
    trusting(certificate, monkeypatch)
    client = world(tls_server(certificate, answering(OK + "PICTURE")))
    seen = client.look(f"https://{host}/")
    assert (seen.status, seen.tls_subject) == (200, "example.org")
    assert f"Host: {host}\r\n" in client.servers[0].heads[0]


def test_a_certificate_for_another_name_is_a_failure(world, certificate, monkeypatch):
    trusting(certificate, monkeypatch)
    resolver = PretendResolver(other_example=[PUBLIC])
    client = world(tls_server(certificate, answering(OK)), resolver=resolver)
    assert client.look("https://other.example/").failure == "tls"
    assert client.servers[0].heads == []


def test_a_certificate_that_nobody_vouches_for_is_a_failure(world, certificate):
    client = world(tls_server(certificate, answering(OK)))
    seen = client.look("https://example.org/")
    assert (seen.status, seen.failure, seen.tls_subject) == (None, "tls", None)


def test_a_server_that_speaks_no_tls_is_a_failure(world):
    server = PretendServer(closing_after(b"HTTP/1.1 400 Bad\r\n\r\n"), reads_head=False)
    assert world(server).look("https://example.org/").failure == "tls"


def test_a_server_that_stalls_the_handshake_is_left_in_time(world):
    seen = world(PretendServer(mute, reads_head=False), timeout_seconds=0.5).look(
        "https://example.org/"
    )
    assert seen.failure == "timeout"
    assert seen.took_seconds < LATE


def test_a_slow_server_over_tls_is_left_in_time(world, certificate, monkeypatch):
    trusting(certificate, monkeypatch)
    behave = drip(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1000, 0.05)
    seen = world(tls_server(certificate, behave), timeout_seconds=1).look("https://example.org/")
    assert seen.failure == "timeout"
    assert seen.took_seconds < LATE


def document(body, content_type="application/rdap+json", status="200 OK", extra="", length=None):
    length = len(body) if length is None else length
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n{extra}\r\n"
    return answering(head + body)


def test_a_document_is_fetched_whole(world):
    body = json.dumps({"objectClassName": "ip network", "name": "x" * 100_000})
    client = world(document(body))
    status, headers, content = client.fetch_json(
        "http://example.org/ip/8.8.8.8", most_bytes=200_000
    )
    assert (status, headers["content-type"], content) == (
        200,
        "application/rdap+json",
        body.encode(),
    )
    assert (
        "Accept: application/json, application/problem+json, application/rdap+json"
        in client.servers[0].heads[0]
    )


def test_a_chunked_document_is_fetched_whole(world):
    text = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    assert world(answering(text)).fetch_json("http://example.org/", most_bytes=10)[2] == b"{}"


def test_a_redirected_document_is_fetched_and_a_private_one_is_not(world):
    client = world(answering(redirect("http://other.example/x")), document("{}"))
    assert client.fetch_json("http://example.org/", most_bytes=10)[2] == b"{}"


def test_a_document_behind_a_private_address_is_not_fetched(world):
    client = world(answering(redirect("http://127.0.0.1/x")))
    with pytest.raises(FetchError) as refusal:
        client.fetch_json("http://example.org/", most_bytes=10)
    assert refusal.value.failure == "private_address"


def test_too_many_requests_are_told_with_the_time_to_wait(world):
    client = world(document("slow down", "text/html", "429 Too Many", "Retry-After: 30\r\n"))
    status, headers, content = client.fetch_json("http://example.org/", most_bytes=10)
    assert (status, headers["retry-after"], content) == (429, "30", b"")


JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
WRONG_DOCUMENTS = {
    "larger than allowed": (document("{}" * 100), "too_large"),
    "a picture": (document("{}", "image/png"), "wrong_type"),
    "a page": (document("{}", "text/html"), "wrong_type"),
    "without a type": (answering("HTTP/1.1 200 OK\r\n\r\n{}"), "wrong_type"),
    "compressed": (document("{}", extra="Content-Encoding: gzip\r\n"), "wrong_type"),
    "shorter than announced": (document("{}", length=50), "protocol"),
    "endless": (endless(JSON_HEAD + b"\r\n", b"[" * 1000), "too_large"),
    "of broken chunks": (
        endless(JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"zz\r\n"),
        "protocol",
    ),
}


@pytest.mark.parametrize("name", WRONG_DOCUMENTS)
def test_a_document_of_the_wrong_kind_or_size_is_not_fetched(world, name):
    behave, failure = WRONG_DOCUMENTS[name]
    with pytest.raises(FetchError) as refusal:
        world(behave).fetch_json("http://example.org/", most_bytes=100)
    assert refusal.value.failure == failure


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
