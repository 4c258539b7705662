# SPDX-License-Identifier: Apache-2.0
"""Requests to the outside: what a page answers, without ever seeing what it shows; and small JSON documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from havn.lib import clock
from havn.lib.encoding import Address, AddressError, join_address, parse_address
from havn.lib.http._connectors import Connector, Route, RouteError

if TYPE_CHECKING:
    from havn.lib.http._connection import Answer, Deadline, Request

KEPT_HEADERS = (
    "content-type",
    "content-length",
    "etag",
    "last-modified",
    "server",
    "location",
    "retry-after",
    "cf-mitigated",
    "www-authenticate",
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEAD_REFUSED = frozenset({405, 501})
_JSON_TYPES = frozenset({"application/json", "application/rdap+json", "application/problem+json"})
_MOST_ROUTES = 4
_LONGEST_SHOWN = 1_000


@dataclass(frozen=True, slots=True)
class Observation:
    """What one look at an address showed; either `status` or `failure` is set, never both.

    Failures: no_such_name, no_address, resolver_dead, timeout, refused, tls, private_address,
    too_many_redirects, bad_redirect, protocol.
    """

    status: int | None
    failure: str | None
    final_url: str  # the last address that was asked
    redirects: tuple[tuple[int, str], ...]  # each status with the address that it pointed to
    addresses: tuple[str, ...]  # of the host that was looked for, not of where redirects led
    headers: Mapping[str, str]  # of KEPT_HEADERS, names in lower case
    tls_subject: str | None
    method: str  # "HEAD", or "GET" where that was refused
    took_seconds: float


class FetchError(Exception):
    """The document was not fetched; `failure` is a code of Observation, or too_large, wrong_type, redirected."""

    def __init__(self, failure: str) -> None:
        super().__init__(f"The document was not fetched: {failure}.")
        self.failure = failure


@dataclass(slots=True)
class _Walk:
    """What has been seen on the way through redirects."""

    address: Address
    deadline: Deadline
    redirects: list[tuple[int, str]] = field(default_factory=list)
    addresses: tuple[str, ...] | None = None
    method: str = "HEAD"
    answer: Answer | None = None


class GuardedClient:
    """Makes requests over connections that a connector allows; keeps nothing between them."""

    def __init__(
        self,
        connector: Connector,
        *,
        agent: str,
        timeout_seconds: float = 10.0,
        most_redirects: int = 5,
    ) -> None:
        self._connector = connector
        self._agent = agent
        self._timeout_seconds = timeout_seconds
        self._most_redirects = most_redirects

    def look(self, url: str, *, came_from: str | None = None) -> Observation:
        """Return what the address answers, within the time, whatever the other side does.

        HEAD, or GET of no more than a byte where that is refused; the socket closes at the end of the headers.
        """
        from havn.lib.http._connection import Deadline, PeerError

        began_at = clock.monotonic()
        walk = _Walk(parse_address(url), Deadline(self._timeout_seconds))
        headers = [("User-Agent", self._agent), ("Accept", "*/*")]
        if came_from is not None:
            headers.append(("Referer", parse_address(came_from).key))
        failure = None
        try:
            self._follow(walk, lambda routes: self._look_once(walk, routes, headers))
        except (RouteError, PeerError) as error:
            failure = error.failure
        return _observation(walk, failure, took_seconds=clock.monotonic() - began_at)

    def fetch_json(self, url: str, *, most_bytes: int) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and, of a success, the JSON document as bytes; raise FetchError."""
        from havn.lib.http._connection import Deadline, PeerError, fetch

        walk = _Walk(parse_address(url), Deadline(self._timeout_seconds))
        accepted = ", ".join(sorted(_JSON_TYPES))
        headers = [("User-Agent", self._agent), ("Accept", accepted)]

        def fetch_once(routes: list[Route]) -> Answer:
            return self._try_routes(
                walk,
                routes,
                "GET",
                headers,
                lambda request: fetch(request, content_types=_JSON_TYPES, most_bytes=most_bytes),
            )

        try:
            answer = self._follow(walk, fetch_once)
        except (RouteError, PeerError) as error:
            raise FetchError(error.failure) from error
        return answer.status, answer.headers, answer.body

    def _follow(self, walk: _Walk, ask: Callable[[list[Route]], Answer]) -> Answer:
        """Ask, and go where redirects point, each checked as the first address was."""
        from havn.lib.http._connection import PeerError

        while True:
            routes = self._routes(walk)
            answer = ask(routes)
            if answer.status not in _REDIRECTS or answer.location is None:
                walk.answer = answer
                return answer
            try:
                following = join_address(walk.address.href, answer.location)
            except AddressError as error:
                walk.redirects.append((answer.status, answer.location[:_LONGEST_SHOWN]))
                raise PeerError("bad_redirect") from error
            walk.redirects.append((answer.status, following.href))
            if len(walk.redirects) > self._most_redirects:
                raise PeerError("too_many_redirects")
            walk.address = following

    def _routes(self, walk: _Walk) -> list[Route]:
        try:
            routes = self._connector.resolve(
                walk.address.host, walk.address.port, timeout_seconds=walk.deadline.left_seconds()
            )
        except RouteError as error:
            if walk.addresses is None:
                walk.addresses = error.addresses
            raise
        if walk.addresses is None:
            walk.addresses = tuple(route.public_address for route in routes)
        return routes[:_MOST_ROUTES]

    def _look_once(
        self, walk: _Walk, routes: list[Route], headers: Sequence[tuple[str, str]]
    ) -> Answer:
        from havn.lib.http._connection import exchange_heads

        walk.method = "HEAD"
        answer = self._try_routes(walk, routes, "HEAD", headers, exchange_heads)
        if answer.status in _HEAD_REFUSED:
            walk.method = "GET"
            ranged = [*headers, ("Range", "bytes=0-0")]
            answer = self._try_routes(walk, routes, "GET", ranged, exchange_heads)
        return answer

    def _try_routes(
        self,
        walk: _Walk,
        routes: list[Route],
        method: str,
        headers: Sequence[tuple[str, str]],
        exchange: Callable[[Request], Answer],
    ) -> Answer:
        """Exchange over the first route that connects; a dead one takes only its share of the time."""
        from havn.lib.http._connection import Deadline, PeerError, Request

        for position, route in enumerate(routes, start=1):
            share = walk.deadline.left_seconds() / (len(routes) - position + 1)
            request = Request(method, walk.address, route, headers, Deadline(share))
            try:
                return exchange(request)
            except PeerError as error:
                if position == len(routes) or error.failure not in {"refused", "timeout"}:
                    raise
        raise PeerError("refused")  # a connector that returned no route broke its promise


def _observation(walk: _Walk, failure: str | None, *, took_seconds: float) -> Observation:
    answer = walk.answer
    headers = answer.headers if answer is not None else {}
    return Observation(
        status=None if answer is None or failure else answer.status,
        failure=failure,
        final_url=walk.address.href,
        redirects=tuple(walk.redirects),
        addresses=walk.addresses or (),
        headers={name: headers[name] for name in KEPT_HEADERS if name in headers},
        tls_subject=answer.tls_subject if answer is not None else None,
        method=walk.method,
        took_seconds=took_seconds,
    )
