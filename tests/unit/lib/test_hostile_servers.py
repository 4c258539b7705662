# SPDX-License-Identifier: Apache-2.0
"""Whatever a server does, a request ends within its time, and the connection is pinned under TLS too."""

import datetime as dt
import ipaddress
import ssl
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from havn.lib import clock
from havn.lib.http import FetchError, _connection
from tests.unit.lib.pretend_world import (
    LATE,
    OK,
    PUBLIC,
    PretendResolver,
    PretendServer,
    answering,
    closing_after,
    drip,
    endless,
    mute,
    redirect,
)

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


def seconds_for(failure):
    """Return a short deadline where it must end the matter, and a long one where something else must, however slowly."""
    return 1.0 if "timeout" in failure else LATE


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_server_yields_an_observation_within_the_time(world, name):
    behave, failure = HOSTILE[name]
    client = world(behave, timeout_seconds=seconds_for(failure))
    seen = client.look("http://example.org/")
    assert seen.status is None
    assert seen.failure in failure.split()
    assert seen.took_seconds < LATE


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_server_of_documents_yields_an_error_within_the_time(world, name):
    behave, failure = HOSTILE[name]
    client = world(behave, timeout_seconds=seconds_for(failure))
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
