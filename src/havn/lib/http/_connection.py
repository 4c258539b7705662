# SPDX-License-Identifier: Apache-2.0
"""One request over one connection: pinned to a checked address, bounded in time and in bytes.

httpcore speaks HTTP; the socket underneath is ours, so that the deadline covers the whole exchange and not each read,
and so that no byte behind the headers is taken from the socket.
"""

from __future__ import annotations

import contextlib
import functools
import socket
import ssl
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import certifi
import httpcore

from havn.lib import clock
from havn.lib.encoding import Address
from havn.lib.http._connectors import Route

_MOST_HEADER_BYTES = 64 * 1024
_MOST_LINE_BYTES = 8 * 1024
_LONGEST_VALUE = 1_000


class PeerError(Exception):
    """The other side cannot be reached or does not speak HTTP; `failure` is the code of an Observation.

    `is_connected` is false where no connection came about, so that surely nothing arrived.
    """

    def __init__(self, failure: str, *, is_connected: bool = True) -> None:
        super().__init__(failure)
        self.failure = failure
        self.is_connected = is_connected


class Deadline:
    """An instant after which nothing waits any more."""

    def __init__(self, seconds: float) -> None:
        self._ends_at = clock.monotonic() + seconds

    def left_seconds(self) -> float:
        """Return what is left; raise PeerError when nothing is."""
        left = self._ends_at - clock.monotonic()
        if left <= 0:
            raise PeerError("timeout")
        return left


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of a response; names in lower case, values readable and cut to a length."""

    status: int
    headers: dict[str, str]
    location: str | None
    tls_subject: str | None
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for, of whom, and until when."""

    method: str
    address: Address
    route: Route
    headers: Sequence[tuple[str, str]]
    deadline: Deadline
    body: bytes = b""
    connect_seconds: float | None = (
        None  # the share of this route; without one, the whole deadline
    )


def exchange_heads(request: Request) -> Answer:
    """Return the head of the response; the socket is closed where the headers end. Raises PeerError."""
    with _response(request, most_body_bytes=None) as (response, connection):
        return _answer(response, connection, body=b"")


def fetch(request: Request, *, content_types: frozenset[str], most_bytes: int) -> Answer:
    """Return head and body where the type of a success is one of those given; raise PeerError.

    The body of anything but a success is left unread.
    """
    with _response(request, most_body_bytes=most_bytes) as (response, connection):
        answer = _answer(response, connection, body=b"")
        if not 200 <= answer.status < 300:
            return answer
        media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type not in content_types:
            raise PeerError("wrong_type")
        if answer.headers.get("content-encoding", "identity").lower() != "identity":
            raise PeerError("wrong_type")
        return _answer(response, connection, body=_read_body(response, most_bytes=most_bytes))


def exchange_whole(request: Request, *, most_bytes: int) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers as they came and body of any response but a redirect; raise PeerError."""
    with _response(request, most_body_bytes=most_bytes) as (response, _connection):
        if response.status < 200:
            raise PeerError("protocol")
        if 300 <= response.status < 400:
            raise PeerError("redirected")
        headers: dict[str, str] = {}
        for name_bytes, value_bytes in response.headers:
            name, value = name_bytes.decode("latin-1").lower(), value_bytes.decode("latin-1")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        if headers.get("content-encoding", "identity").lower() != "identity":
            raise PeerError("wrong_type")
        return response.status, headers, _read_body(response, most_bytes=most_bytes)


def _read_body(response: httpcore.Response, *, most_bytes: int) -> bytes:
    body = b""
    for piece in response.iter_stream():
        body += piece
        if len(body) > most_bytes:
            raise PeerError("too_large")
    return body


@contextlib.contextmanager
def _response(
    request: Request, *, most_body_bytes: int | None
) -> Iterator[tuple[httpcore.Response, _PinnedBackend]]:
    """Send the request and give out the response before its body; whatever goes wrong is a PeerError."""
    backend = _PinnedBackend(request, most_body_bytes=most_body_bytes)
    url = _httpcore_url(request.address)
    connection = httpcore.HTTPConnection(
        origin=url.origin, ssl_context=_tls(), network_backend=backend, http2=False
    )
    try:
        outgoing = httpcore.Request(
            request.method, url, headers=list(_headers(request)), content=request.body
        )
        yield connection.handle_request(outgoing), backend
    except (TimeoutError, httpcore.TimeoutException) as error:
        raise PeerError("timeout") from error
    except ssl.SSLError as error:
        raise PeerError("tls") from error
    except (OSError, httpcore.ProtocolError, httpcore.NetworkError, ValueError) as error:
        raise PeerError("protocol") from error
    finally:
        with contextlib.suppress(OSError):
            connection.close()
        backend.close()


def _httpcore_url(address: Address) -> httpcore.URL:
    # Taken from the address as browsers write it, so that nobody normalises it a second time.
    after_host = address.key.partition("://")[2]
    target = "/" + after_host.partition("/")[2]
    return httpcore.URL(
        scheme=address.scheme.encode(),
        host=address.host.encode(),
        port=address.port,
        target=target.encode(),
    )


def _headers(request: Request) -> Iterator[tuple[bytes, bytes]]:
    host = request.address.key.partition("://")[2].partition("/")[0]
    yield b"Host", host.encode()
    for name, value in request.headers:
        yield name.encode(), value.encode("latin-1", "replace")
    if request.body or request.method == "POST":
        yield b"Content-Length", str(len(request.body)).encode()
    yield b"Accept-Encoding", b"identity"
    yield b"Connection", b"close"


def _answer(response: httpcore.Response, backend: _PinnedBackend, *, body: bytes) -> Answer:
    if response.status < 200:
        raise PeerError("protocol")  # 101 and its like are no answer to what was asked
    headers: dict[str, str] = {}
    location = None
    for name_bytes, value_bytes in response.headers:
        name, value = name_bytes.decode("latin-1").lower(), _decoded(value_bytes)
        if name == "location" and location is None:
            location = value
        headers.setdefault(name, value[:_LONGEST_VALUE])
    return Answer(response.status, headers, location, backend.tls_subject, body)


def _decoded(value: bytes) -> str:
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = value.decode("latin-1")
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


@functools.cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certifi.where())


class _PinnedBackend(httpcore.NetworkBackend):
    """Connects to the route that was checked, whatever name httpcore asks for."""

    def __init__(self, request: Request, *, most_body_bytes: int | None) -> None:
        self._request = request
        self._most_body_bytes = most_body_bytes
        self._stream: _BoundedStream | None = None
        self.tls_subject: str | None = None

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002  the name was resolved and checked before
        port: int,  # noqa: ARG002
        timeout: float | None = None,  # noqa: ARG002  the deadline is stricter
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        route, deadline = self._request.route, self._request.deadline
        seconds = deadline.left_seconds()
        if self._request.connect_seconds is not None:
            seconds = min(seconds, self._request.connect_seconds)
        try:
            connected = socket.create_connection((route.address, route.port), timeout=seconds)
        except TimeoutError as error:
            raise PeerError("timeout", is_connected=False) from error
        except OSError as error:
            raise PeerError("refused", is_connected=False) from error
        self._stream = _BoundedStream(connected, self, deadline, self._most_body_bytes)
        return self._stream

    def close(self) -> None:
        """Close the socket, also where httpcore never came to do it."""
        if self._stream is not None:
            self._stream.close()


class _BoundedStream(httpcore.NetworkStream):
    """A socket with one deadline for everything and a limit on what it takes in."""

    def __init__(
        self,
        connected: socket.socket,
        backend: _PinnedBackend,
        deadline: Deadline,
        most_body_bytes: int | None,
    ) -> None:
        self._socket = connected
        self._backend = backend
        self._deadline = deadline
        self._is_head_only = most_body_bytes is None
        self._left_bytes = _MOST_HEADER_BYTES + (most_body_bytes or 0)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        if self._left_bytes <= 0:
            raise PeerError("protocol")
        piece = self._read_line() if self._is_head_only else self._receive(max_bytes)
        self._left_bytes -= len(piece)
        return piece

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._socket.settimeout(self._deadline.left_seconds())
        self._socket.sendall(buffer)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        self._socket.settimeout(self._deadline.left_seconds())
        try:
            wrapped = ssl_context.wrap_socket(self._socket, server_hostname=server_hostname)
        except TimeoutError:
            raise
        except (OSError, ValueError) as error:
            raise PeerError("tls") from error
        self._socket = wrapped
        self._backend.tls_subject = _subject(wrapped)
        return self

    def get_extra_info(self, info: str) -> Any:
        return (
            self._socket
            if info == "ssl_object" and isinstance(self._socket, ssl.SSLSocket)
            else None
        )

    def _read_line(self) -> bytes:
        """Take bytes one at a time up to the end of a line, so that none behind the headers is ever taken."""
        line = bytearray()
        while len(line) < _MOST_LINE_BYTES:
            byte = self._receive(1)
            line += byte
            if byte in {b"", b"\n"}:
                break
        return bytes(line)

    def _receive(self, count: int) -> bytes:
        self._socket.settimeout(self._deadline.left_seconds())
        return self._socket.recv(count)


def _subject(wrapped: ssl.SSLSocket) -> str | None:
    """Return the common name of the certificate, else the first name that it is for."""
    certificate: dict[str, Any] = dict(wrapped.getpeercert() or {})
    for attributes in certificate.get("subject", ()):
        for name, value in attributes:
            if name == "commonName":
                return str(value)[:_LONGEST_VALUE]
    for _kind, value in certificate.get("subjectAltName", ()):
        return str(value)[:_LONGEST_VALUE]
    return None
